"""Where the time of `make run` goes: the same command in a copy, on a part of the grid, with a clock at every stage."""

import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.clone import Clone, clone
from benchmarks.sizes import Sizes
from benchmarks.timed_stage import NOTES
from kernel_dilation.experiment.parameters import Settings, parse_settings

PARTS = {  # which stage's own work belongs to which part
    "locate": "data", "fetch": "data", "train": "training", "saliency": "saliency", "transfer": "saliency", "learn": "learning",
    "analyze": "analysis", "report": "drawing",
}  # fmt: skip
OVERHEAD = ("start-up", "imports", "dvc")
WORKER_IMPORTS = "import kernel_dilation.execution.workers, kernel_dilation.explanations.explain_network, kernel_dilation.training.loop"
PYTHON = """#!/bin/sh
# Stands for `python -m stages.…` and notes when it starts and ends.
shift
echo "$(date +%s.%N) begin $1" >> "$BENCHMARK_NOTES"
"{python}" -m benchmarks.timed_stage "$@"
status=$?
echo "$(date +%s.%N) end $1" >> "$BENCHMARK_NOTES"
exit $status
"""


class StageTime(NamedTuple):
    """Seconds of one stage's process."""

    stage: str
    importing: float
    working: float


def stage_times(notes: str) -> list[StageTime]:
    """The stages in the notes, which hold for each, one after the other, the lines begin, imported and end.

    Raises:
        ValueError: a stage that has no end.
    """
    events = [line.split() for line in notes.splitlines()]
    if [event[1] for event in events] != ["begin", "imported", "end"] * (len(events) // 3):
        raise ValueError(f"every stage must begin, import and end before the next; got {[event[1] for event in events]}")
    times = [float(event[0]) for event in events]
    return [
        StageTime(events[index][2].removeprefix("stages."), times[index + 1] - times[index], times[index + 2] - times[index + 1])
        for index in range(0, len(events), 3)
    ]


@dataclass(frozen=True)
class Run:
    """The pipeline's command, clocked.

    `repro_seconds` are those of `dvc repro`; what no stage's process takes of them is DVC's.
    `pool_seconds` pass around it, while workers start and stop; `worker_import_seconds` within
    the first stage that trains, while they import TensorFlow.
    """

    stages: list[StageTime]
    repro_seconds: float
    pool_seconds: float
    worker_import_seconds: float

    def parts(self, scales: Mapping[str, tuple[float, float]] | None = None) -> dict[str, float]:
        """Seconds of every part, which sum to those of the command.

        Args:
            scales: for a larger grid, how many times as many processes each stage has and how many
                times as much work. DVC's own time is taken to grow with the processes.
        """
        scales = scales or {}
        importing, processes = self.worker_import_seconds, 0.0
        worked: defaultdict[str, float] = defaultdict(float)
        worked["training"] -= self.worker_import_seconds * scales.get("train", (1, 1))[1]
        for stage in self.stages:
            times, work = scales.get(stage.stage, (1, 1))
            worked[PARTS.get(stage.stage, "other")] += stage.working * work
            importing += stage.importing * times
            processes += times
        dvc = self.repro_seconds - sum(stage.importing + stage.working for stage in self.stages)
        return {"start-up": self.pool_seconds, "imports": importing, "dvc": dvc * processes / len(self.stages), **worked}


def scales_to(default: Settings, measured: Settings) -> dict[str, tuple[float, float]]:
    """How many times as many processes and as much work each stage has in the default run; drawing takes as long."""
    arms = len(default.arms()) / len(measured.arms())
    starts = len(default.learn.initial_dilations) / len(measured.learn.initial_dilations)
    meeting = {stage: (1.0, arms) for stage in ("transfer", "analyze")}
    return {"train": (arms, arms), "saliency": (arms, arms), "learn": (1.0, starts), **meeting}


def share_of_overhead(parts: Mapping[str, float]) -> float:
    """What start-up, imports and DVC take of the whole."""
    return sum(parts[name] for name in OVERHEAD) / sum(parts.values())


def worker_imports(copy: Clone, workers: int) -> float:
    """Seconds until so many new processes, at once, have imported what a worker needs."""
    each = f'"{sys.executable}" -c "{WORKER_IMPORTS}"'
    return copy.run("sh", "-c", " & ".join([each] * workers) + " & wait")


def timed_run(copy: Clone, workers: int) -> Run:
    """`make run`'s command in the copy."""
    worker_import_seconds = worker_imports(copy, workers)
    programs, notes, ends = (copy.root.parent / name for name in ("programs", "notes", "ends"))
    programs.mkdir()
    (programs / "python").write_text(PYTHON.format(python=sys.executable), encoding="utf-8")
    (programs / "python").chmod(0o755)
    repro = f"date +%s.%N > {ends}; PATH={programs}:$PATH dvc repro || exit 1; date +%s.%N >> {ends}"
    start = time.time()
    copy.run(sys.executable, "-m", "tools.with_worker_pool", "sh", "-c", repro, **{NOTES: str(notes)})
    stop = time.time()
    first, last = map(float, ends.read_text(encoding="utf-8").split())
    return Run(stage_times(notes.read_text(encoding="utf-8")), last - first, (first - start) + (stop - last), worker_import_seconds)


def pipeline(sizes: Sizes, threads: int) -> dict[str, Any]:
    """Seconds by part, as measured and as they are to be expected of the default grid, each with the share that is no work."""
    default = parse_settings(Path("params.yaml").read_text(encoding="utf-8"))
    with clone() as copy:
        copy.change({**sizes.grid, "learn": {"initial_dilations": default.learn.initial_dilations[: sizes.starts]}})
        measured = parse_settings((copy.root / "params.yaml").read_text(encoding="utf-8"))
        run = timed_run(copy, threads)
    parts, expected = run.parts(), run.parts(scales_to(default, measured))
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
