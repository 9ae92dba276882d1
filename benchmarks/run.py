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

from benchmarks.benchmark_figure import benchmark_figure
from benchmarks.cpu_isolation import PACKAGES, BackgroundLoad, use_few_cores
from benchmarks.markdown_tables import render_page
from benchmarks.networks_per_hour import throughput
from benchmarks.pipeline_time import pipeline
from benchmarks.run_time_growth import scaling
from benchmarks.saliency_speed import saliency
from benchmarks.sizes import FULL, TINY, WHOLE_GRID, Sizes
from benchmarks.targets import check_targets
from benchmarks.time_to_accuracy import accuracy
from benchmarks.training_speed import training
from kernel_dilation.execution.provenance import collect_provenance
from kernel_dilation.experiment.atomic_write import atomic_file, save_json
from kernel_dilation.experiment.cli_errors import exit_with_message
from kernel_dilation.presentation.figure_style import house_style, png_bytes

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


def measure_parts(parts: Sequence[str], sizes: Sizes, results: dict[str, Any]) -> dict[str, Any]:
    """The results with these parts measured anew, and the machine that they were measured on."""
    cores = use_few_cores()
    for part in parts:
        start, quiet = time.time(), BackgroundLoad()
        results[part] = PARTS[part](sizes, cores)
        results["wall_seconds"] = {**results.get("wall_seconds", {}), part: time.time() - start}
        results["others_share"] = {**results.get("others_share", {}), part: quiet.others_share()}
        print(f"{part}: {results['wall_seconds'][part]:.0f} s", flush=True)
    results["machine"] = collect_provenance(cores, PACKAGES)
    results["targets"] = check_targets(results)
    return results


@exit_with_message("benchmark")
def main(given: Sequence[str] | None = None) -> None:
    """Measure, and write numbers, tables and the figure."""
    chosen = arguments(given)
    numbers = chosen.folder / "metrics/benchmark.json"
    results = json.loads(numbers.read_text(encoding="utf-8")) if chosen.parts and numbers.exists() else {}
    sizes = TINY if chosen.tiny else WHOLE_GRID if chosen.whole_grid else FULL
    results = measure_parts(chosen.parts or list(PARTS), sizes, results)
    save_json(numbers, results)
    with atomic_file(numbers.with_suffix(".md")) as temporary:
        temporary.write_text(render_page(results), encoding="utf-8")
    with house_style(), atomic_file(chosen.folder / "plots/benchmark.png") as temporary:
        temporary.write_bytes(png_bytes(benchmark_figure(results)))
    missed = [row["quantity"] for row in results["targets"] if row["met"] is False]
    print(f"benchmark: {len(results['targets']) - len(missed)} of {len(results['targets'])} targets met or not measured; see {numbers}")
    for quantity in missed:
        print(f"  missed: {quantity}")


if __name__ == "__main__":
    main()
