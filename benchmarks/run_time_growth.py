"""Measure the growth of wall time: of the work with dilations, replicates and images, and of DVC with the number of arms."""

import json
import sys
from typing import Any

from benchmarks.benchmark_sizes import Sizes
from benchmarks.growth_worker import SMALLEST
from benchmarks.project_clone import clone
from benchmarks.timing import fit_growth

import yaml

FULL_GRID = {"kernel_sizes": [3, 5], "poolings": ["max", "average"]}  # four arms for each dilation


def fit_curve(sizes: list[int], seconds: list[float]) -> dict[str, Any]:
    """Return the points and the fitted curve."""
    return {"sizes": sizes, "seconds": seconds, **fit_growth(sizes, seconds)._asdict()}


def measure_work(sizes: Sizes, threads: int) -> dict[str, Any]:
    """Return, by parameter, the seconds of the stages that depend on it, as sums of medians, at every size, and the curve."""
    with clone() as copy:
        for stage in ("locate", "fetch"):
            copy.run(sys.executable, "-m", f"stages.{stage}")
        target = copy.root.parent / "growth.json"
        command = (sys.executable, "-m", "benchmarks.growth_worker", json.dumps(sizes.growth), str(sizes.stage_rounds), str(target))
        copy.run(sys.executable, "-m", "tools.with_worker_pool", *command, WORKERS=str(threads))
        growth = json.loads(target.read_text(encoding="utf-8"))
    return {
        name: {
            **fit_curve([int(size) for size in runs], [sum(stages.values()) for stages in runs.values()]),
            "stages": {stage: [stages[stage] for stages in runs.values()] for stage in next(iter(runs.values()))},
        }
        for name, runs in growth.items()
    }


def without_work(pipeline: dict[str, Any]) -> dict[str, Any]:
    """Return the pipeline with commands that only write something to every output, so that only DVC's own time remains."""
    for stage in pipeline["stages"].values():
        entries = [entry for kind in ("outs", "metrics", "plots") for entry in stage.get(kind, [])]
        paths = [entry if isinstance(entry, str) else next(iter(entry)) for entry in entries]
        stage["cmd"] = [f"mkdir -p $(dirname '{path}') && echo '{path}' > '{path}'" for path in paths]
    return pipeline


def measure_dvc(sizes: Sizes) -> list[dict[str, Any]]:
    """Return DVC's own seconds for a first run and for a run with nothing to do, by number of arms."""
    rows = []
    for last in sizes.dvc_dilations:
        with clone() as copy:
            path = copy.root / "dvc.yaml"
            path.write_text(yaml.safe_dump(without_work(yaml.safe_load(path.read_text(encoding="utf-8"))), sort_keys=False))
            copy.change({**FULL_GRID, "dilations": list(range(1, last + 1))})
            rows.append({"arms": 4 * last, "first_seconds": copy.run("dvc", "repro"), "again_seconds": copy.run("dvc", "repro")})
    return rows


def measure_scaling(sizes: Sizes, threads: int) -> dict[str, Any]:
    """Return the growth of the work and of DVC, and the sizes of the parameters that did not grow."""
    return {"smallest": SMALLEST, "work": measure_work(sizes, threads), "dvc": measure_dvc(sizes)}
