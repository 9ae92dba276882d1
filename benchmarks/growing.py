"""Seconds of the stages as one parameter grows, in this folder and beside warm workers: `python -m benchmarks.growing`.

Runs in a copy of the project. The stages' main functions are called in this process, so that
neither start-up nor imports nor DVC hide how the work itself grows.

Takes as arguments the sizes, as JSON (`{"replicates": [2, 4], …}`), and the file to write.
"""

import json
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.clone import Clone
from benchmarks.timing import seconds_of
from stages.parts.settings import checked_settings

MEETING = ("transfer", "analyze", "report")  # where all arms meet
ALWAYS = {"poolings": ["max"], "train": {"epochs": 1}}
SMALLEST = {"dilations": 2, "replicates": 2, "images": 10}  # of what does not grow


def changes(sizes: dict[str, int]) -> dict[str, object]:
    """Parameters of a run: so many dilations, replicates and images."""
    train = {**ALWAYS["train"], "replicates": sizes["replicates"]}
    return {**ALWAYS, "kernel_sizes": [3], "dilations": list(range(1, sizes["dilations"] + 1)), "train": train, "saliency": {"images": sizes["images"]}}


def run_seconds(copy: Clone, sizes: dict[str, int]) -> dict[str, float]:
    """Seconds of each stage, summed over the arms."""
    copy.change(changes(sizes))
    seconds = {}
    for stage in ("train", "saliency"):
        main = import_module(f"stages.{stage}").main
        seconds[stage] = sum(seconds_of(lambda name=arm.name: main(name)) for arm in checked_settings(Path("params.yaml").read_text()).arms())
    return seconds | {stage: seconds_of(import_module(f"stages.{stage}").main) for stage in MEETING}


def main(wanted: str, target: str) -> None:
    """Write the seconds of each stage at every size of each parameter; the first run of all does not count."""
    copy = Clone(Path())
    run_seconds(copy, SMALLEST)
    grown = {name: {size: run_seconds(copy, {**SMALLEST, name: size}) for size in sizes} for name, sizes in json.loads(wanted).items()}
    Path(target).write_text(json.dumps(grown))


if __name__ == "__main__":
    main(*sys.argv[1:])
