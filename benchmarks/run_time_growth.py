"""How wall time grows: the work with dilations, replicates and images, and DVC's own with the number of arms."""

import json
import sys
from typing import Any

from benchmarks.clone import clone
from benchmarks.growth_worker import SMALLEST
from benchmarks.sizes import Sizes
from benchmarks.timing import growth

import yaml

FULL_GRID = {"kernel_sizes": [3, 5], "poolings": ["max", "average"]}  # four arms for each dilation


def curve(sizes: list[int], seconds: list[float]) -> dict[str, Any]:
    """The points and the curve through them."""
    fitted = growth(sizes, seconds)
    return {"sizes": sizes, "seconds": seconds, **fitted._asdict()}


def work(sizes: Sizes, threads: int) -> dict[str, Any]:
    """Seconds of all stages but `fetch` and `learn`, the sum of their medians, at every size, by parameter, and their exponents."""
    with clone() as copy:
        for stage in ("locate", "fetch"):
            copy.run(sys.executable, "-m", f"stages.{stage}")
        target = copy.root.parent / "grown.json"
        growing = (sys.executable, "-m", "benchmarks.growth_worker", json.dumps(sizes.growth), str(sizes.stage_rounds), str(target))
        copy.run(sys.executable, "-m", "tools.with_worker_pool", *growing, WORKERS=str(threads))
        grown = json.loads(target.read_text(encoding="utf-8"))
    return {
        name: {
            **curve([int(size) for size in runs], [sum(stages.values()) for stages in runs.values()]),
            "stages": {stage: [stages[stage] for stages in runs.values()] for stage in next(iter(runs.values()))},
        }
        for name, runs in grown.items()
    }


def without_work(pipeline: dict[str, Any]) -> dict[str, Any]:
    """The pipeline with commands that only leave something at every output: what is left is DVC's own time."""
    for stage in pipeline["stages"].values():
        entries = [entry for kind in ("outs", "metrics", "plots") for entry in stage.get(kind, [])]
        paths = [entry if isinstance(entry, str) else next(iter(entry)) for entry in entries]
        stage["cmd"] = [f"mkdir -p $(dirname '{path}') && echo '{path}' > '{path}'" for path in paths]
    return pipeline


def bookkeeping(sizes: Sizes) -> list[dict[str, Any]]:
    """DVC's own seconds for a first run and for one that finds nothing to do, by number of arms."""
    rows = []
    for last in sizes.dvc_dilations:
        with clone() as copy:
            path = copy.root / "dvc.yaml"
            path.write_text(yaml.safe_dump(without_work(yaml.safe_load(path.read_text(encoding="utf-8"))), sort_keys=False))
            copy.change({**FULL_GRID, "dilations": list(range(1, last + 1))})
            rows.append({"arms": 4 * last, "first_seconds": copy.run("dvc", "repro"), "again_seconds": copy.run("dvc", "repro")})
    return rows


def scaling(sizes: Sizes, threads: int) -> dict[str, Any]:
    """Both, and what did not grow meanwhile."""
    return {"smallest": SMALLEST, "work": work(sizes, threads), "dvc": bookkeeping(sizes)}
