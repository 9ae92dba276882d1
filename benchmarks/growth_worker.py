"""Measure the seconds of the stages as one parameter grows: `python -m benchmarks.growth_worker SIZES ROUNDS FILE`.

Runs in a copy of the project with a persistent pool of workers. The main functions of the stages are called in
this process, so that start-up, imports and DVC do not obscure the growth of the work itself.

The arguments are the sizes as JSON (`{"replicates": [2, 4], …}`), the number of rounds, and the file to write.
"""

import json
import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.project_clone import Clone
from benchmarks.timing import measure_in_turn, medians, seconds_of
from kernel_dilation.experiment.parameters import parse_settings

ARM_STAGES, COMMON_STAGES = ("train", "saliency"), ("transfer", "mark", "analyze")  # the time of `report` does not depend on these sizes
UNAFFECTED = {
    "images": ("train", "mark"),
    "replicates": ("mark",),
}  # stages that do not depend on a parameter; their outputs are those of the run before
SMALLEST = {"dilations": 2, "replicates": 2, "images": 20}  # sizes of the parameters that do not grow
METHOD = "spacing"  # run once, like the rounds, because `analyze` needs both


def changed_parameters(sizes: dict[str, int]) -> dict[str, Any]:
    """Return the changed parameters of a run with these numbers of dilations, replicates and images, and little other work."""
    return {
        "dilations": list(range(1, sizes["dilations"] + 1)),
        "kernel_sizes": [3],
        "poolings": ["max"],
        "train": {"replicates": sizes["replicates"], "epochs": 1},
        "saliency": {"images": sizes["images"], "methods": ["gradient", "smoothgrad"]},
        "mark": {"replicates": 1, "images": 200, "explained_images": 10, "epochs": 1},
        "learn": {"methods": [METHOD], "initial_dilations": [1], "worlds": ["digits"], "replicates": 1, "epochs": 1},
    }


def measure_stages(copy: Clone, sizes: dict[str, int], unaffected: tuple[str, ...] = ()) -> dict[str, float]:
    """Run all stages but the unaffected ones; return the seconds of each, summed over the arms."""
    copy.change(changed_parameters(sizes))
    arms = parse_settings(Path("params.yaml").read_text(encoding="utf-8")).arms()
    seconds = {}
    for stage in [stage for stage in ARM_STAGES if stage not in unaffected]:
        run_stage = import_module(f"stages.{stage}").main
        seconds[stage] = sum(seconds_of(partial(run_stage, arm.name)) for arm in arms)
    common = [stage for stage in COMMON_STAGES if stage not in unaffected]
    return seconds | {stage: seconds_of(import_module(f"stages.{stage}").main) for stage in common}


def stage_medians(runs: list[dict[str, float]]) -> dict[str, float]:
    """Return the median seconds of each stage over several runs."""
    return medians({stage: [run[stage] for run in runs] for stage in runs[0]})


def main(sizes_text: str, rounds: str, target: str) -> None:
    """Write the median seconds of each stage at every size of each parameter, after a warm-up run at the smallest sizes."""
    copy = Clone(Path())
    copy.change(changed_parameters(SMALLEST))
    import_module("stages.rounds").main()
    import_module("stages.learn").main(METHOD)
    measure_stages(copy, SMALLEST)
    sizes = json.loads(sizes_text)
    runs = {(name, size): partial(measure_stages, copy, {**SMALLEST, name: size}, UNAFFECTED.get(name, ())) for name in sizes for size in sizes[name]}
    times = measure_in_turn(runs, int(rounds), warm_up=False)
    growth = {name: {size: stage_medians(times[name, size]) for size in sizes[name]} for name in sizes}
    Path(target).write_text(json.dumps(growth), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
