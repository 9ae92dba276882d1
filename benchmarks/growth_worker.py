"""Seconds of the stages as one parameter grows, in this folder and beside warm workers: `python -m benchmarks.growth_worker`.

Runs in a copy of the project. The stages' main functions are called in this process, so that
neither start-up nor imports nor DVC hide how the work itself grows.

Takes as arguments the sizes, as JSON (`{"replicates": [2, 4], …}`), how many rounds to measure, and the file to write.
"""

import json
import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.clone import Clone
from benchmarks.timing import in_turn, medians, seconds_of
from kernel_dilation.experiment.parameters import parse_settings

OF_ARMS, MEETING = ("train", "saliency"), ("transfer", "analyze")  # drawing is left out: it takes as long whatever grows
UNTOUCHED = {"images": ("train",)}  # stages that do not run again when a parameter changes; the networks are those of the run before
SMALLEST = {"dilations": 2, "replicates": 2, "images": 20}  # of what does not grow
LEARNER = "spacing"  # learned once: `analyze` wants a method


def changes(sizes: dict[str, int]) -> dict[str, Any]:
    """Parameters of a run: so many dilations, replicates and images; one epoch, two methods, and little to learn."""
    return {
        "dilations": list(range(1, sizes["dilations"] + 1)),
        "kernel_sizes": [3],
        "poolings": ["max"],
        "train": {"replicates": sizes["replicates"], "epochs": 1},
        "saliency": {"images": sizes["images"], "methods": ["gradient", "smoothgrad"]},
        "learn": {"methods": [LEARNER], "initial_dilations": [1], "replicates": 1, "epochs": 1, "planted_dilations": [1], "sweep": {}},
    }


def run_seconds(copy: Clone, sizes: dict[str, int], untouched: tuple[str, ...] = ()) -> dict[str, float]:
    """Seconds of each stage that runs, summed over the arms."""
    copy.change(changes(sizes))
    arms = parse_settings(Path("params.yaml").read_text(encoding="utf-8")).arms()
    seconds = {}
    for stage in [stage for stage in OF_ARMS if stage not in untouched]:
        run_stage = import_module(f"stages.{stage}").main
        seconds[stage] = sum(seconds_of(partial(run_stage, arm.name)) for arm in arms)
    return seconds | {stage: seconds_of(import_module(f"stages.{stage}").main) for stage in MEETING}


def stage_medians(runs: list[dict[str, float]]) -> dict[str, float]:
    """Median seconds of each stage over some runs."""
    return medians({stage: [run[stage] for run in runs] for stage in runs[0]})


def main(wanted: str, rounds: str, target: str) -> None:
    """Write the median seconds of each stage at every size of each parameter, after a run at the smallest sizes that does not count."""
    copy = Clone(Path())
    copy.change(changes(SMALLEST))
    import_module("stages.learn").main(LEARNER)
    run_seconds(copy, SMALLEST)
    sizes = json.loads(wanted)
    runs = {(name, size): partial(run_seconds, copy, {**SMALLEST, name: size}, UNTOUCHED.get(name, ())) for name in sizes for size in sizes[name]}
    times = in_turn(runs, int(rounds), warm_up=False)
    grown = {name: {size: stage_medians(times[name, size]) for size in sizes[name]} for name in sizes}
    Path(target).write_text(json.dumps(grown), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
