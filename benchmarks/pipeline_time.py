"""Measure the time of each part of `make run`, in a copy of the project and on part of the grid."""

import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.benchmark_sizes import Sizes
from benchmarks.project_clone import Clone, clone
from benchmarks.timed_stage import NOTES
from kernel_dilation.experiment.parameters import Settings, parse_settings

PARTS = {  # to which the work of each stage belongs
    "locate": "data", "fetch": "data", "train": "training", "saliency": "saliency", "transfer": "saliency", "mark": "saliency",
    "rounds": "learning", "learn": "learning", "analyze": "analysis", "report": "drawing",
}  # fmt: skip
OVERHEAD = ("start-up", "imports", "dvc")
WORKER_IMPORTS = "import kernel_dilation.execution.workers, kernel_dilation.explanations.network_explanation, kernel_dilation.training.loop"
PYTHON = """#!/bin/sh
# Replaces `python -m stages.…` and records when it starts and ends.
shift
echo "$(date +%s.%N) begin $1" >> "$BENCHMARK_NOTES"
"{python}" -m benchmarks.timed_stage "$@"
status=$?
echo "$(date +%s.%N) end $1" >> "$BENCHMARK_NOTES"
exit $status
"""


class StageTime(NamedTuple):
    """Seconds of importing and of working in the process of one stage."""

    stage: str
    importing: float
    working: float


def parse_stage_times(notes: str) -> list[StageTime]:
    """Return the times of the stages from notes that have the lines begin, imported and end for each stage in turn.

    Raises:
        ValueError: a line is missing, for example because a stage has failed.
    """
    events = [line.split() for line in notes.splitlines()]
    if [event[1] for event in events] != ["begin", "imported", "end"] * (len(events) // 3):
        raise ValueError(f"the notes must be begin, imported and end for one stage after the other; got {[event[1] for event in events]}")
    times = [float(event[0]) for event in events]
    return [
        StageTime(events[index][2].removeprefix("stages."), times[index + 1] - times[index], times[index + 2] - times[index + 1])
        for index in range(0, len(events), 3)
    ]


@dataclass(frozen=True)
class Run:
    """Times of one run of the pipeline.

    `repro_seconds` is the time of `dvc repro`; the part of it that no stage takes is DVC's own.
    `pool_seconds` is the time before and after it, in which workers start and stop. `worker_import_seconds`
    is the part of the first training stage in which the workers import TensorFlow.
    """

    stages: list[StageTime]
    repro_seconds: float
    pool_seconds: float
    worker_import_seconds: float

    def parts(self, scales: Mapping[str, tuple[float, float]] | None = None) -> dict[str, float]:
        """Return the seconds of each part, which sum to the time of the command.

        Args:
            scales: for a larger grid, the factors by which the processes and the work of each stage grow.
                DVC's own time is assumed to grow with the number of processes.
        """
        scales = scales or {}
        importing, processes = self.worker_import_seconds, 0.0
        work_seconds: defaultdict[str, float] = defaultdict(float)
        work_seconds["training"] -= self.worker_import_seconds * scales.get("train", (1, 1))[1]
        for stage in self.stages:
            times, work = scales.get(stage.stage, (1, 1))
            work_seconds[PARTS.get(stage.stage, "other")] += stage.working * work
            importing += stage.importing * times
            processes += times
        dvc = self.repro_seconds - sum(stage.importing + stage.working for stage in self.stages)
        return {"start-up": self.pool_seconds, "imports": importing, "dvc": dvc * processes / len(self.stages), **work_seconds}


def compute_scales(default: Settings, measured: Settings) -> dict[str, tuple[float, float]]:
    """Return the factors by which processes and work of each stage grow from the measured to the default run."""
    arms = len(default.arms()) / len(measured.arms())
    starts = len(default.learn.initial_dilations) / len(measured.learn.initial_dilations)
    common = {stage: (1.0, arms) for stage in ("transfer", "mark", "analyze")}
    return {"train": (arms, arms), "saliency": (arms, arms), "learn": (1.0, starts), **common}


def share_of_overhead(parts: Mapping[str, float]) -> float:
    """Return the share of start-up, imports and DVC in the total time."""
    return sum(parts[name] for name in OVERHEAD) / sum(parts.values())


def measure_worker_imports(copy: Clone, workers: int) -> float:
    """Return the seconds until a number of new processes have simultaneously imported what a worker needs."""
    command = f'"{sys.executable}" -c "{WORKER_IMPORTS}"'
    return copy.run("sh", "-c", " & ".join([command] * workers) + " & wait")


def timed_run(copy: Clone, workers: int) -> Run:
    """Run the command of `make run` in the copy and return its times."""
    worker_import_seconds = measure_worker_imports(copy, workers)
    programs, notes, ends = (copy.root.parent / name for name in ("programs", "notes", "ends"))
    programs.mkdir()
    (programs / "python").write_text(PYTHON.format(python=sys.executable), encoding="utf-8")
    (programs / "python").chmod(0o755)
    repro = f"date +%s.%N > {ends}; PATH={programs}:$PATH dvc repro || exit 1; date +%s.%N >> {ends}"
    start = time.time()
    copy.run(sys.executable, "-m", "tools.with_worker_pool", "sh", "-c", repro, **{NOTES: str(notes)})
    stop = time.time()
    first, last = map(float, ends.read_text(encoding="utf-8").split())
    return Run(parse_stage_times(notes.read_text(encoding="utf-8")), last - first, (first - start) + (stop - last), worker_import_seconds)


def measure_pipeline(sizes: Sizes, threads: int) -> dict[str, Any]:
    """Return the seconds by part, measured and as expected for the default grid, each with the share of overhead."""
    default = parse_settings(Path("params.yaml").read_text(encoding="utf-8"))
    with clone() as copy:
        copy.change({**sizes.grid, "learn": {"initial_dilations": default.learn.initial_dilations[: sizes.starts]}})
        measured = parse_settings((copy.root / "params.yaml").read_text(encoding="utf-8"))
        run = timed_run(copy, threads)
    parts, expected = run.parts(), run.parts(compute_scales(default, measured))
    return {
        "workers": threads, "replicates": measured.train.replicates, "processes": len(run.stages),
        "measured": {
            "arms": len(measured.arms()), "starts": len(measured.learn.initial_dilations),
            "seconds": sum(parts.values()), "parts": parts, "share_of_overhead": share_of_overhead(parts),
        },
        "default_grid": {
            "arms": len(default.arms()), "starts": len(default.learn.initial_dilations),
            "seconds": sum(expected.values()), "parts": expected, "share_of_overhead": share_of_overhead(expected),
        },
    }  # fmt: skip
