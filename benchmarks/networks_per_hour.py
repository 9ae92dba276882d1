"""Networks an hour over the whole `train` stage, start-up included: as many workers as cores against one with all of them."""

import json
import sys
from functools import partial
from typing import Any

from benchmarks.clone import Clone, clone
from benchmarks.sizes import Sizes
from benchmarks.timing import in_turn, medians

import yaml

ARM = "1-3-max"
THREADS = "parallelism_threads({})"  # how kernel_dilation/model/network.py sets them


def let_workers_use(copy: Clone, threads: int) -> None:
    """Change the copy's code so that a worker computes in so many threads.

    Raises:
        ValueError: the code does not set threads in the way that is looked for.
    """
    path = copy.root / "kernel_dilation/model/network.py"
    code = path.read_text(encoding="utf-8")
    if THREADS.format(1) not in code:
        raise ValueError(f"{path.name} must hold {THREADS.format(1)}, or a worker's threads cannot be changed")
    path.write_text(code.replace(THREADS.format(1), THREADS.format(threads)), encoding="utf-8")


def throughput(sizes: Sizes, threads: int) -> dict[str, Any]:
    """Networks an hour by either way, and how many times as many come from workers of one thread."""
    with clone() as many, clone() as one:
        for copy in (many, one):
            for stage in ("locate", "fetch"):
                copy.run(sys.executable, "-m", f"stages.{stage}")
        let_workers_use(one, threads)
        training = (sys.executable, "-m", "stages.train", ARM)
        contenders = {
            "workers_of_one_thread": partial(many.run, *training, WORKERS=str(threads)),
            "one_worker_of_all_threads": partial(one.run, *training, WORKERS="1"),
        }
        seconds = medians(in_turn(contenders, sizes.stage_rounds, warm_up=False))
        params = yaml.safe_load((many.root / "params.yaml").read_text(encoding="utf-8"))
        dataset = json.loads((many.root / "metrics/fetch.json").read_text(encoding="utf-8"))["dataset"]
    rates = {name: params["train"]["replicates"] * 3600 / taken for name, taken in seconds.items()}
    return {
        "arm": ARM, "replicates": params["train"]["replicates"], "epochs": params["train"]["epochs"], "dataset": dataset,
        "threads": threads, "rounds": sizes.stage_rounds, "networks_an_hour": rates,
        "times_as_many": rates["workers_of_one_thread"] / rates["one_worker_of_all_threads"],
    }  # fmt: skip
