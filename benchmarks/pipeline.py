"""Where the time of `make run` goes: the same command in a copy, on a part of the grid, with a clock at every stage."""

import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple


from benchmarks.clocked import NOTES
from benchmarks.clone import Clone, clone
from benchmarks.sizes import Sizes
from stages.parts.settings import checked_settings

PARTS = {  # which stage's own work belongs to which part
    "fetch": "data", "train": "training", "saliency": "saliency", "transfer": "saliency", "learn": "learning",
    "analyze": "analysis", "report": "drawing",
}  # fmt: skip
OVERHEAD = ("start-up", "imports", "dvc")
LEARN_ONCE = {"learn": {"replicates": 1}}  # half of the default's seeds, so that all parts are cut
WORKER_IMPORTS = "import stages.parts.workers, stages.parts.explanation, stages.parts.training"
PYTHON = """#!/bin/sh
# Stands for `python -m stages.…` and notes when it starts and ends.
shift
echo "$(date +%s.%N) begin $1" >> "$BENCHMARK_NOTES"
"{python}" -m benchmarks.clocked "$@"
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


def parts_of(stages: list[StageTime], repro_seconds: float, start_seconds: float, worker_import_seconds: float) -> dict[str, float]:
    """Seconds of every part, which sum to those of the command.

    Args:
        repro_seconds: of `dvc repro`; what no stage's process takes of it is DVC's.
        start_seconds: before and after it, while the pool of workers starts and stops.
        worker_import_seconds: while the workers import TensorFlow, within the first stage that trains.
    """
    worked = Counter[str]()
    for stage in stages:
        worked[PARTS.get(stage.stage, "other")] += stage.working
    worked["training"] -= worker_import_seconds
    importing = sum(stage.importing for stage in stages)
    dvc = repro_seconds - importing - sum(stage.working for stage in stages)
    return {"start-up": start_seconds, "imports": importing + worker_import_seconds, "dvc": dvc, **worked}


def worker_imports(copy: Clone, workers: int) -> float:
    """Seconds until so many new processes, at once, have imported what a worker needs."""
    each = f'"{sys.executable}" -c "{WORKER_IMPORTS}"'
    return copy.run("sh", "-c", " & ".join([each] * workers) + " & wait")


def timed_run(copy: Clone) -> tuple[list[StageTime], float, float]:
    """The stages of `dvc repro` beside warm workers; its seconds; those of the pool around it."""
    notes, programs = copy.root.parent / "notes", copy.root.parent / "bin"
    programs.mkdir()
    (programs / "python").write_text(PYTHON.format(python=sys.executable))
    (programs / "python").chmod(0o755)
    ends = copy.root.parent / "ends"
    timed = f"date +%s.%N > {ends}; PATH={programs}:$PATH dvc repro || exit 1; date +%s.%N >> {ends}"
    start = time.time()
    copy.run(sys.executable, "-m", "stages.warm", "sh", "-c", timed, **{NOTES: str(notes)})
    stop = time.time()
    first, last = map(float, ends.read_text().split())
    return stage_times(notes.read_text()), last - first, (first - start) + (stop - last)


def pipeline(sizes: Sizes, threads: int) -> dict[str, Any]:
    """Seconds by part, and the share of what is no work: start-up, imports and DVC."""
    default = checked_settings(Path("params.yaml").read_text())
    with clone() as copy:
        copy.change({**dict(sizes.arms), **(LEARN_ONCE if sizes.arms else {})})
        measured = checked_settings((copy.root / "params.yaml").read_text())
        worker_import_seconds = worker_imports(copy, threads)
        stages, repro_seconds, start_seconds = timed_run(copy)
    parts = parts_of(stages, repro_seconds, start_seconds, worker_import_seconds)
    total = sum(parts.values())
    return {
        "arms": len(measured.arms()), "arms_of_default": len(default.arms()), "replicates": measured.train.replicates,
        "learn_seeds": measured.learn.replicates, "learn_seeds_of_default": default.learn.replicates,
        "stages": len(stages), "workers": threads, "seconds": total, "parts": parts,
        "share_of_overhead": sum(parts[name] for name in OVERHEAD) / total,
    }  # fmt: skip
