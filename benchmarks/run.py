"""Measure everything: `python -m benchmarks.run`; with names of parts, only these, beside what is there.

Leaves metrics/benchmark.json, metrics/benchmark.md and plots/benchmark.png. It takes about 13 minutes
on two cores, and means little while others use them.
"""

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.accuracy import accuracy
from benchmarks.figure import benchmark_figure
from benchmarks.machine import PACKAGES, Quiet, use_few_cores
from benchmarks.pipeline import pipeline
from benchmarks.saliency import saliency
from benchmarks.scaling import scaling
from benchmarks.sizes import FULL, TINY, WHOLE_GRID, Sizes
from benchmarks.table import page
from benchmarks.targets import judged
from benchmarks.throughput import throughput
from benchmarks.training import training
from stages.parts.experiment.outputs import replacing, save_json
from stages.parts.experiment.refusals import plain_refusals
from stages.parts.figures.style import house_style, png
from stages.parts.proofs.machine import machine

PARTS = {
    "training": training, "saliency": saliency, "throughput": throughput, "pipeline": pipeline, "scaling": scaling, "accuracy": accuracy,
}  # fmt: skip


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"any of {', '.join(PARTS)}; all if none is named")
    parser.add_argument("--tiny", action="store_true", help="measure next to nothing, to see whether everything runs")
    parser.add_argument("--whole-grid", action="store_true", help="time the pipeline on all of params.yaml, which takes as long as `make run`")
    parser.add_argument("--folder", type=Path, default=Path(), help="where metrics/ and plots/ are written")
    chosen = parser.parse_args(given)
    if unknown := set(chosen.parts) - set(PARTS):
        parser.error(f"a part is one of {', '.join(PARTS)}; got {', '.join(sorted(unknown))}")
    return chosen


def measured(parts: Sequence[str], sizes: Sizes, results: dict[str, Any]) -> dict[str, Any]:
    """The results with these parts measured anew, and the machine that they were measured on."""
    cores = use_few_cores()
    for part in parts:
        start, quiet = time.time(), Quiet()
        results[part] = PARTS[part](sizes, cores)
        results["wall_seconds"] = {**results.get("wall_seconds", {}), part: time.time() - start}
        results["others_share"] = {**results.get("others_share", {}), part: quiet.others_share()}
        print(f"{part}: {results['wall_seconds'][part]:.0f} s", flush=True)
    results["machine"] = machine(cores, PACKAGES)
    results["targets"] = judged(results)
    return results


@plain_refusals("benchmark")
def main(given: Sequence[str] | None = None) -> None:
    """Measure, and write numbers, tables and the figure."""
    chosen = arguments(given)
    numbers = chosen.folder / "metrics/benchmark.json"
    results = json.loads(numbers.read_text(encoding="utf-8")) if chosen.parts and numbers.exists() else {}
    sizes = TINY if chosen.tiny else WHOLE_GRID if chosen.whole_grid else FULL
    results = measured(chosen.parts or list(PARTS), sizes, results)
    save_json(numbers, results)
    with replacing(numbers.with_suffix(".md")) as temporary:
        temporary.write_text(page(results), encoding="utf-8")
    with house_style(), replacing(chosen.folder / "plots/benchmark.png") as temporary:
        temporary.write_bytes(png(benchmark_figure(results)))
    missed = [row["quantity"] for row in results["targets"] if row["met"] is False]
    print(f"benchmark: {len(results['targets']) - len(missed)} of {len(results['targets'])} targets met or not measured; see {numbers}")
    for quantity in missed:
        print(f"  missed: {quantity}")


if __name__ == "__main__":
    main()
