"""Measure networks per hour over the whole `train` stage, start-up included.

Single-threaded workers, one for each core, are compared with one worker that uses all cores.
"""

import json
import sys
from functools import partial
from typing import Any

from benchmarks.benchmark_sizes import Sizes
from benchmarks.project_clone import Clone, clone
from benchmarks.timing import measure_in_turn, medians

import yaml

ARM = "1-3-max"
THREADS = "parallelism_threads({})"  # the code in kernel_dilation/model/network.py that sets the number of threads


def set_worker_threads(copy: Clone, threads: int) -> None:
    """Change the code of the copy so that a worker uses a given number of threads.

    Raises:
        ValueError: the code does not set the number of threads in the expected way.
    """
    path = copy.root / "kernel_dilation/model/network.py"
    code = path.read_text(encoding="utf-8")
    if THREADS.format(1) not in code:
        raise ValueError(f"{path.name} must contain {THREADS.format(1)}, because a worker's threads cannot be changed otherwise")
    path.write_text(code.replace(THREADS.format(1), THREADS.format(threads)), encoding="utf-8")


def measure_throughput(sizes: Sizes, threads: int) -> dict[str, Any]:
    """Return the networks per hour of both list_configurations, and their ratio."""
    with clone() as many, clone() as one:
        for copy in (many, one):
            for stage in ("locate", "fetch"):
                copy.run(sys.executable, "-m", f"stages.{stage}")
        set_worker_threads(one, threads)
        training = (sys.executable, "-m", "stages.train", ARM)
        contenders = {
            "workers_of_one_thread": partial(many.run, *training, WORKERS=str(threads)),
            "one_worker_of_all_threads": partial(one.run, *training, WORKERS="1"),
        }
        seconds = medians(measure_in_turn(contenders, sizes.stage_rounds, warm_up=False))
        params = yaml.safe_load((many.root / "params.yaml").read_text(encoding="utf-8"))
        dataset = json.loads((many.root / "metrics/fetch.json").read_text(encoding="utf-8"))["dataset"]
    rates = {name: params["train"]["replicates"] * 3600 / duration for name, duration in seconds.items()}
    return {
        "arm": ARM, "replicates": params["train"]["replicates"], "epochs": params["train"]["epochs"], "dataset": dataset,
        "threads": threads, "rounds": sizes.stage_rounds, "networks_an_hour": rates,
        "times_as_many": rates["workers_of_one_thread"] / rates["one_worker_of_all_threads"],
    }  # fmt: skip
