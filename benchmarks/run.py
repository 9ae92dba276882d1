"""Run the benchmarks: `python -m benchmarks.run`, or with names of parts to measure these again and keep the others.

Writes metrics/benchmark.json, metrics/benchmark.md and plots/benchmark.png. Takes about 13 minutes on two cores;
the results are unreliable if other processes use them at the same time.
"""

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.benchmark_figure import benchmark_figure
from benchmarks.benchmark_sizes import FULL, TINY, WHOLE_GRID, Sizes
from benchmarks.benchmark_targets import check_targets
from benchmarks.machine_load import BackgroundLoad, limit_cores
from benchmarks.markdown_tables import render_page
from benchmarks.networks_per_hour import measure_throughput
from benchmarks.pipeline_time import measure_pipeline
from benchmarks.run_time_growth import measure_scaling
from benchmarks.saliency_speed import measure_saliency
from benchmarks.time_to_accuracy import measure_time_to_accuracy
from benchmarks.training_speed import measure_training
from kernel_dilation.execution.machine_and_versions import collect_provenance
from kernel_dilation.experiment.atomic_write import atomic_file, save_json
from kernel_dilation.experiment.cli_errors import exit_with_message
from kernel_dilation.presentation.figure_style import house_style, png_bytes

PACKAGES = ("tensorflow", "keras", "numpy", "torch", "tf-keras-vis", "saliency", "xplique", "dvc", "distributed")  # whose versions are recorded

PARTS = {
    "training": measure_training, "saliency": measure_saliency, "throughput": measure_throughput, "pipeline": measure_pipeline,
    "scaling": measure_scaling, "accuracy": measure_time_to_accuracy,
}  # fmt: skip


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line; None stands for that of this process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"any of {', '.join(PARTS)}; all if none is named")
    parser.add_argument("--tiny", action="store_true", help="measure tiny sizes, to check that everything runs")
    parser.add_argument("--whole-grid", action="store_true", help="time the pipeline on all of params.yaml, which takes as long as `make run`")
    parser.add_argument("--folder", type=Path, default=Path(), help="where metrics/ and plots/ are written")
    options = parser.parse_args(arguments)
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"a part must be one of {', '.join(PARTS)}; got {', '.join(sorted(unknown))}")
    return options


def measure_parts(parts: Sequence[str], sizes: Sizes, results: dict[str, Any]) -> dict[str, Any]:
    """Measure parts again; return the results with them, the machine and the targets."""
    cores = limit_cores()
    for part in parts:
        start, load = time.time(), BackgroundLoad()
        results[part] = PARTS[part](sizes, cores)
        results["wall_seconds"] = {**results.get("wall_seconds", {}), part: time.time() - start}
        results["others_share"] = {**results.get("others_share", {}), part: load.others_share()}
        print(f"{part}: {results['wall_seconds'][part]:.0f} s", flush=True)
    results["machine"] = collect_provenance(cores, PACKAGES)
    results["targets"] = check_targets(results)
    return results


@exit_with_message("benchmark")
def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmarks and write the numbers, tables and figure."""
    options = parse_arguments(arguments)
    numbers = options.folder / "metrics/benchmark.json"
    results = json.loads(numbers.read_text(encoding="utf-8")) if options.parts and numbers.exists() else {}
    sizes = TINY if options.tiny else WHOLE_GRID if options.whole_grid else FULL
    results = measure_parts(options.parts or list(PARTS), sizes, results)
    save_json(numbers, results)
    with atomic_file(numbers.with_suffix(".md")) as temporary:
        temporary.write_text(render_page(results), encoding="utf-8")
    with house_style(), atomic_file(options.folder / "plots/benchmark.png") as temporary:
        temporary.write_bytes(png_bytes(benchmark_figure(results)))
    missed = [row["quantity"] for row in results["targets"] if row["met"] is False]
    print(f"benchmark: {len(results['targets']) - len(missed)} of {len(results['targets'])} targets met or not measured; see {numbers}")
    for quantity in missed:
        print(f"  missed: {quantity}")


if __name__ == "__main__":
    main()
