"""The runs of the study as study/side_runs.yaml declares them."""

from pathlib import Path

from kernel_dilation.experiment.parameters import parse_settings
from tools.study import study_runs
from tools.study.accuracy_fall import RUNS
from tools.study.run_stages import steps
from tools.study.study_runs import declared_side_runs, read_runs

import pytest

DECLARED = Path("study/side_runs.yaml")
MINIMAL = "{question: why, target: train, changes: {network: {taps: random}}}"


def test_every_declared_run_has_valid_parameters_and_the_letters_need_a_folder(tmp_path):
    runs, left_out = read_runs({})
    assert left_out == {"letters": "DATASET_LETTERS"}
    assert {run.name for run in runs} == {"same", *declared_side_runs(DECLARED)} - {"letters"}
    complete, none = read_runs({"DATASET_LETTERS": str(tmp_path)})
    assert none == {}
    assert parse_settings(complete[-1].params).data.dataset == str(tmp_path)


def test_the_replication_has_every_cell_of_its_design():
    runs = {run.name: parse_settings(run.params) for run in read_runs({})[0]}
    weights = {("same", "own"): "full", ("same", "valid"): "lost", ("valid", "same"): "full", ("valid", "own"): "lost"}
    designs = {name: (runs[name].network.padding, weights[runs[name].network.padding, runs[name].network.match_weights]) for name in RUNS}
    assert designs == RUNS


def test_side_runs_that_are_compared_by_replicate_have_the_digits_and_seeds_of_the_main_run():
    main, *others = (parse_settings(run.params) for run in read_runs({})[0])
    for settings in others:
        assert settings.data == main.data
        assert (settings.train.seed, settings.train.replicates) == (main.train.seed, main.train.replicates)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("same: " + MINIMAL, "not be same, the main run; got 'same'"),
        ("../x: " + MINIMAL, "must consist of a-z, 0-9 and -"),
        (
            "taps: {question: why, target: fetch, changes: {}}",
            "taps.target: Input should be 'rounds', 'train', 'transfer' or 'analyze' (got 'fetch')",
        ),
        ("taps: {target: train, changes: {}}", "taps.question: Field required"),
        ("taps: {question: why, target: train, changes: {}, more: 1}", "taps.more: Extra inputs are not permitted"),
    ],
)
def test_a_run_of_another_form_is_refused(tmp_path, content, message):
    file = tmp_path / "side_runs.yaml"
    file.write_text(content)
    with pytest.raises(ValueError, match=r"side_runs\.yaml: ") as refusal:
        declared_side_runs(file)
    assert message in str(refusal.value)


def test_a_run_with_an_invalid_parameter_is_refused_with_its_name(tmp_path, monkeypatch):
    (tmp_path / "side_runs.yaml").write_text("odd-kernel: {question: why, target: train, changes: {kernel_sizes: [4]}}")
    (tmp_path / "params.yaml").write_text(Path("study/params.yaml").read_text())
    monkeypatch.setattr(study_runs, "STUDY", tmp_path)
    with pytest.raises(ValueError, match=r"the run odd-kernel: params\.yaml breaks these rules"):
        read_runs({})


def test_a_variable_is_replaced_in_any_section():
    changes = {"data": {"dataset": "$DATA", "seed": 1}, "kernel_sizes": [3]}
    assert study_runs.used_variables(changes) == ["DATA"]
    assert study_runs.replace_variables(changes, {"DATA": "kmnist"}) == {"data": {"dataset": "kmnist", "seed": 1}, "kernel_sizes": [3]}


def test_the_steps_of_a_run_finish_one_arm_after_another():
    settings = parse_settings(Path("params.yaml").read_text())
    arms = settings.arms()
    trained = list(steps(settings, "train"))
    assert [stages for stages, _ in trained] == [[f"train@{arm.name}"] for arm in arms]
    assert [len(finished) for _, finished in trained] == list(range(1, len(arms) + 1))
    whole = [stages for stages, _ in steps(settings, "report")]
    assert whole == [[f"saliency@{arm.name}"] for arm in arms] + [[f"learn@{method}"] for method in settings.learn.methods] + [["report"]]
    assert [stages for stages, _ in steps(settings, "transfer")][-1] == ["transfer"]
