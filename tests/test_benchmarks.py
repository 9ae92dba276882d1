"""Arithmetic of `make bench`; the measured times themselves cannot be tested."""

import json

from benchmarks.benchmark_figure import benchmark_figure
from benchmarks.benchmark_sizes import CORES, FULL, TINY
from benchmarks.benchmark_targets import TARGETS, check_targets
from benchmarks.growth_worker import SMALLEST, stage_medians
from benchmarks.machine_load import busy_seconds
from benchmarks.markdown_tables import markdown, number, render_page
from benchmarks.networks_per_hour import set_worker_threads
from benchmarks.pipeline_time import Run, StageTime, compute_scales, parse_stage_times, share_of_overhead
from benchmarks.run import PARTS, main, parse_arguments
from benchmarks.run_time_growth import without_work
from benchmarks.saliency_speed import largest_difference
from benchmarks.timing import epoch_seconds, fit_growth, measure_in_turn, medians
from benchmarks.training_speed import count_training_flops, list_configurations
from kernel_dilation.execution.machine_and_versions import parse_processor
from kernel_dilation.experiment.parameters import parse_settings
from kernel_dilation.presentation.figure_style import PIXELS_PER_INCH, WIDTH, house_style, png_bytes
from tools.project_copy import with_changes

import matplotlib.image
import numpy as np
import pytest
import yaml

EXAMPLE = {
    "machine": {
        "processor": "a processor", "extensions": [], "cores": 4, "cores_used": 2, "memory_gib": 8.0, "system": "Linux",
        "versions": {"python": "3.11.9", "torch": None},
    },
    "others_share": {"training": 0.02, "saliency": 0.01},
    "training": {
        "images": 60_000, "measured_images": 3840, "gpu": False, "not_installed": {},
        "seconds": [
            {"dilation": 1, "dilate": "first", "project": 5.0, "fit": 11.0, "pytorch": 13.0, "share_of_peak": 0.5},
            {"dilation": 4, "dilate": "first", "project": 5.2, "fit": 12.0, "pytorch": 13.0, "share_of_peak": 0.48},
            {"dilation": 4, "dilate": "all", "project": 5.6, "fit": 19.6, "pytorch": 13.0, "share_of_peak": 0.44},
        ],
    },
    "saliency": {
        "dilation": 1, "images": 96, "images_singly": 4, "samples": 25, "exact_samples": 2000,
        "not_installed": {"xplique": "ModuleNotFoundError: No module named 'xplique'"},
        "methods": [
            {"method": "gradient", "images_a_second": {"project": 9000.0, "tf_keras_vis": 2000.0}, "differences": {"tf_keras_vis": 0.0}},
            {"method": "smoothgrad", "images_a_second": {"project": 500.0, "pair_saliency": 5.0}, "differences": {"pair_saliency": 2e-7}},
        ],
        "integration_errors": {"project": 0.005},
        "class_models": {"steps": 100, "compared_steps": 10, "seconds": {"project": 0.2, "tf_keras_vis": 2.0}, "differences": {"tf_keras_vis": 7e-6}},
    },
    "throughput": {"replicates": 8, "dataset": "mnist5k", "networks_an_hour": {"workers_of_one_thread": 1800.0}, "times_as_many": 1.1},
    "pipeline": {
        "measured": {"arms": 4, "seconds": 100.0, "parts": {"start-up": 5.0, "imports": 15.0, "training": 80.0}},
        "default_grid": {"arms": 16, "seconds": 400.0, "parts": {"start-up": 5.0, "imports": 55.0, "training": 340.0}, "share_of_overhead": 0.15},
    },
    "scaling": {
        "work": {
            name: {"sizes": [2, 4, 8], "seconds": [3.0, 5.0, 9.0], "exponent": 1.0, "fixed_seconds": 1.0, "factor": 1.0}
            for name in ("dilations", "replicates", "images")
        },
        "dvc": [{"arms": 28, "first_seconds": 12.0, "again_seconds": 2.5}],
    },
    "accuracy": {"absent": "needs all of MNIST", "targets": []},
}  # fmt: skip


def test_contenders_alternate_and_every_other_round_is_in_reverse_order():
    order = []
    contenders = {name: lambda name=name: order.append(name) or float(len(order)) for name in "ab"}
    times = measure_in_turn(contenders, 2)
    assert order == ["b", "a", "a", "b", "b", "a"]  # the first two calls are the warm-up
    assert times == {"a": [3.0, 6.0], "b": [4.0, 5.0]}


def test_zero_rounds_are_refused():
    with pytest.raises(ValueError, match="at least one round must be measured; got 0"):
        measure_in_turn({}, 0)


def test_medians_are_of_each_contender():
    """By hand."""
    assert medians({"a": [1.0, 9.0, 2.0], "b": [4.0, 2.0]}) == {"a": 2.0, "b": 3.0}


def test_the_constant_time_of_an_epoch_is_counted_once():
    """By hand: 2 s until the first batch ends, then 0.1 s per batch, and 1 s at the end, for 101 batches instead of 11."""
    ends = 2 + 0.1 * np.arange(11)
    assert epoch_seconds(4.0, ends.tolist(), 101) == pytest.approx(2 + 100 * 0.1 + 1)


def test_one_batch_is_too_few_to_extrapolate_an_epoch():
    with pytest.raises(ValueError, match="at least two batches; got 1"):
        epoch_seconds(1.0, [0.5], 100)


@pytest.mark.parametrize("exponent", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("fixed", [0.0, 7.0])
def test_the_exponent_does_not_depend_on_a_constant_time(exponent, fixed):
    """Analytic: exact curves."""
    sizes = np.array([2, 4, 8, 16])
    curve = fit_growth(sizes, fixed + 0.5 * sizes**exponent)
    assert curve.exponent == pytest.approx(exponent)
    assert curve.fixed_seconds == pytest.approx(fixed, abs=1e-6)
    assert curve.factor == pytest.approx(0.5)


def test_a_curve_through_two_sizes_is_refused():
    with pytest.raises(ValueError, match=r"at least three different sizes; got \[1, 2\]"):
        fit_growth([1, 2, 2], [1.0, 2.0, 2.0])


def test_the_operations_of_training_on_an_image_are_counted():
    """By hand: 225,792 + 1,806,336 + 100,352 + 640 products, three times, except twice for the first layer."""
    assert count_training_flops((28, 14), (32, 32), 64) == 2 * (3 * (225_792 + 1_806_336 + 100_352 + 640) - 225_792) == 12_347_136


def test_dilation_one_is_trained_once():
    assert list_configurations((1, 4)) == [(1, "first"), (4, "first"), (4, "all")]


def test_a_difference_is_a_share_of_the_largest_value():
    """By hand."""
    assert largest_difference(np.array([1.0, -3.9]), np.array([1.1, -4.0])) == pytest.approx(0.025)


def test_changes_of_parameters_keep_the_values_that_they_do_not_name():
    assert with_changes({"a": [1], "b": {"c": 1, "d": 2}}, {"a": [2], "b": {"d": 3}}) == {"a": [2], "b": {"c": 1, "d": 3}}


def test_the_processor_is_read_with_its_instruction_sets():
    text = "processor\t: 0\nmodel name\t: A Processor @ 2 GHz\nflags\t\t: fpu avx2 avx512f\n\nprocessor\t: 1\nmodel name\t: another\n"
    assert parse_processor(text) == ("A Processor @ 2 GHz", ["avx2", "avx512f"])
    assert parse_processor("") == ("unknown", [])


def test_busy_seconds_are_those_of_user_nice_and_system(monkeypatch):
    """By hand: 100 ticks per second."""
    monkeypatch.setattr("os.sysconf", lambda name: 100)
    assert busy_seconds("cpu  300 100 200 9999 7 0 0 0\ncpu0 1 1 1 1\n") == 6.0


NOTES = "10.0 begin stages.fetch\n11.5 imported\n12.0 end stages.fetch\n14.0 begin stages.train\n15.0 imported\n35.0 end stages.train\n"


def test_notes_become_the_time_of_each_stage():
    """By hand."""
    assert parse_stage_times(NOTES) == [StageTime("fetch", 1.5, 0.5), StageTime("train", 1.0, 20.0)]


def test_a_stage_without_an_end_is_refused():
    with pytest.raises(ValueError, match="the notes must be begin, imported and end"):
        parse_stage_times(NOTES.rsplit("\n", 2)[0])


RUN = Run(parse_stage_times(NOTES), repro_seconds=26.0, pool_seconds=4.0, worker_import_seconds=5.0)


def test_the_parts_sum_to_the_total():
    """By hand: 26 s minus 23 s of stages are DVC's; of 20 s of training, 5 are imports."""
    parts = RUN.parts()
    assert parts == {"start-up": 4.0, "imports": 7.5, "dvc": 3.0, "training": 15.0, "data": 0.5}
    assert sum(parts.values()) == 30.0
    assert share_of_overhead(parts) == 14.5 / 30


def test_a_larger_grid_has_more_work_and_processes_but_one_start_up():
    """By hand: 4 times as much training, and 5 processes instead of 2."""
    assert RUN.parts({"train": (4, 4)}) == {"start-up": 4.0, "imports": 5.0 + 1.5 + 4.0, "dvc": 7.5, "training": 60.0, "data": 0.5}


def test_the_factors_from_the_measured_to_the_default_grid():
    with open("params.yaml") as file:
        params = yaml.safe_load(file)
    params["learn"]["initial_dilations"] = [1, 4, 7]
    small = with_changes(params, {**FULL.grid, "learn": {"initial_dilations": [1]}})
    scales = compute_scales(parse_settings(yaml.safe_dump(params)), parse_settings(yaml.safe_dump(small)))
    arms = len(params["dilations"]) * len(params["kernel_sizes"]) / 2
    assert (scales["train"], scales["learn"], scales["analyze"]) == ((arms, arms), (1, 3), (1, arms))


def test_a_pipeline_without_work_writes_its_outputs_only():
    stage = {"cmd": "work", "deps": ["a"], "outs": ["b/c"], "metrics": [{"d.json": {"cache": False}}]}
    commands = without_work({"stages": {"one": stage}})["stages"]["one"]["cmd"]
    assert commands == ["mkdir -p $(dirname 'b/c') && echo 'b/c' > 'b/c'", "mkdir -p $(dirname 'd.json') && echo 'd.json' > 'd.json'"]


class Copy:
    def __init__(self, root):
        self.root = root


def test_the_number_of_threads_of_a_worker_is_changed_in_the_code(tmp_path):
    path = tmp_path / "kernel_dilation/model/network.py"
    path.parent.mkdir(parents=True)
    with open("kernel_dilation/model/network.py") as file:
        path.write_text(file.read())
    set_worker_threads(Copy(tmp_path), 2)
    assert "set_intra_op_parallelism_threads(2)" in path.read_text()
    with pytest.raises(ValueError, match="a worker's threads cannot be changed"):
        set_worker_threads(Copy(tmp_path), 4)


def test_targets_are_checked_in_the_worst_case():
    """By hand, from the example."""
    rows = {row["quantity"]: row for row in check_targets(EXAMPLE)}
    values = [(row["value"], row["met"]) for row in rows.values()]
    expected = [
        (2.2, True), (3.5, True), (13 / 5.6, False), (1.12, False), (0.44, False), (4.5, True), (None, None), (10.0, True), (1.1, False),
        (0.15, True), (1.0, True), (1.0, True), (2.5, True),
    ]  # fmt: skip
    assert len(values) == len(TARGETS)
    for (value, met), (other, wanted) in zip(values, expected):
        assert value == pytest.approx(other)
        assert met is wanted


def test_a_part_that_was_not_measured_has_no_targets():
    assert check_targets({"throughput": EXAMPLE["throughput"]}) == [
        {"quantity": "networks of workers of one thread against one of all (times)", "value": 1.1, "bound": 1.2, "at_least": True, "met": False}
    ]


@pytest.mark.parametrize(
    ("value", "text"), [(None, "\N{EN DASH}"), (0.0, "0"), (2e-7, "2e-07"), (0.1234, "0.123"), (5.25, "5.25"), (1234.5, "1,234"), (99.94, "99.9")]
)
def test_a_number_has_three_significant_digits(value, text):
    assert number(value) == text


def test_the_numbers_of_a_table_are_aligned_right():
    assert markdown(["a", "b"], [["c", "1"]]) == "| a | b |\n| --- | ---: |\n| c | 1 |"


def test_the_page_has_a_table_for_each_part_and_lists_what_is_missing():
    text = render_page({**EXAMPLE, "targets": check_targets(EXAMPLE)})
    assert "others used at most 2% of the machine" in text
    assert "There was no GPU; its columns are empty." in text
    assert "xplique is not installed (ModuleNotFoundError" in text
    assert "| 4, all layers | 5.60 | 19.6 (3.5 \N{MULTIPLICATION SIGN})" in text
    assert "Time to an accuracy: needs all of MNIST." in text
    assert "| training against PyTorch, least (times) | 2.32 | at least 2.5 | no |" in text
    tables = [block.splitlines() for block in text.split("\n\n") if block.startswith("|")]
    for table in tables:
        assert len({line.count("|") for line in table}) == 1


def test_the_figure_can_be_drawn_without_any_part(tmp_path):
    with house_style():
        complete, empty = png_bytes(benchmark_figure(EXAMPLE)), png_bytes(benchmark_figure({}))
    (tmp_path / "figure.png").write_bytes(complete)
    picture = matplotlib.image.imread(tmp_path / "figure.png")
    assert picture.shape[1] == pytest.approx(WIDTH * PIXELS_PER_INCH, abs=2)
    assert complete != empty


def test_measured_parts_are_added_to_the_existing_results(tmp_path, monkeypatch):
    """The measurement itself is replaced by a constant."""
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics/benchmark.json").write_text(json.dumps(EXAMPLE))
    monkeypatch.setattr("benchmarks.run.limit_cores", lambda: 1)
    monkeypatch.setitem(PARTS, "throughput", lambda sizes, cores: {**EXAMPLE["throughput"], "times_as_many": float(cores)})
    main(["throughput", "--tiny", "--folder", str(tmp_path)])
    results = json.loads((tmp_path / "metrics/benchmark.json").read_text())
    assert results["throughput"]["times_as_many"] == 1.0
    assert results["training"] == EXAMPLE["training"]
    assert set(results["wall_seconds"]) == {"throughput"}
    assert (tmp_path / "metrics/benchmark.md").read_text().startswith(results["machine"]["processor"])
    assert (tmp_path / "plots/benchmark.png").stat().st_size > 10_000


def test_an_unknown_part_is_refused(capsys):
    with pytest.raises(SystemExit):
        parse_arguments(["speed"])
    assert "a part must be one of training, saliency, throughput, pipeline, scaling, accuracy; got speed" in capsys.readouterr().err


def test_the_full_sizes_are_sufficient_for_the_targets():
    assert FULL.rounds >= 5
    assert FULL.dilations == (1, 2, 4, 7)
    assert max(FULL.dvc_dilations) * 4 == 28
    assert all(len(FULL.growth[name]) >= 4 for name in ("images", "replicates"))  # fewer sizes make an exponent unreliable
    assert not any(count % CORES for count in FULL.growth["replicates"])  # otherwise a worker would be idle


@pytest.mark.parametrize("sizes", [FULL, TINY])
def test_growing_sizes_start_at_the_smallest(sizes):
    assert {name: values[0] for name, values in sizes.growth.items()} == SMALLEST
    assert all(len(values) >= 3 for values in sizes.growth.values())


def test_a_stage_takes_the_median_of_its_runs():
    assert stage_medians([{"train": 3.0, "saliency": 1.0}, {"train": 2.0, "saliency": 5.0}, {"train": 9.0, "saliency": 2.0}]) == {
        "train": 3.0,
        "saliency": 2.0,
    }
