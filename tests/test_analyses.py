"""The three analyses on small synthetic studies whose true effects are known by construction."""

import json
from pathlib import Path

from kernel_dilation.analysis.accuracy_analysis import accuracy_analysis, arm_rows
from kernel_dilation.analysis.accuracy_tables import with_arm_columns
from kernel_dilation.analysis.answers import saliency_answer
from kernel_dilation.analysis.learning_analysis import learning_analysis
from kernel_dilation.analysis.saliency_analysis import (
    cross_recognition_analysis,
    gridding_analysis,
    metric_findings,
    receptive_field_table,
    similarity_analysis,
)
from kernel_dilation.experiment.arms import Arm, grid_arms
from kernel_dilation.experiment.parameters import Analyze, Learn, parse_settings
from stages.analyze import read_cross_recognition

import numpy as np
import pandas as pd
import pytest

OPTIONS = Analyze(alpha=0.05, margin_points=0.5, margin_share=0.1, resamples=200, seed=0)
ARMS = grid_arms([1, 2], [3, 5], ["max"])
LABELS = np.arange(400) % 10
REPLICATES = 9  # a paired test of two dilations can then reach p = 2 / 2^9


def logits_with(accuracy: float, generator: np.random.Generator) -> np.ndarray:
    """Return one-hot logits (replicates, n, 10) that are correct with this probability."""
    correct = generator.random((REPLICATES, len(LABELS))) < accuracy
    return np.eye(10, dtype=np.float32)[np.where(correct, LABELS, (LABELS + 1) % 10)]


def analyse_accuracy(arms, fall: float):
    """Return the analysis of arms whose accuracy falls by `fall` for each unit of dilation."""
    generator = np.random.default_rng(0)
    logits = {arm: logits_with(0.95 - fall * arm.dilation, generator) for arm in arms}
    history = pd.DataFrame({"replicate": range(REPLICATES), "epoch": 1, "loss": 0.1, "validation_accuracy": 0.9})
    return accuracy_analysis(logits, LABELS, dict.fromkeys(arms, history), OPTIONS)


def is_valid_json(value: object) -> bool:
    """Return whether JSON can represent the value: it has no NaN, no infinity and no numpy number."""
    json.dumps(value, allow_nan=False)
    return True


def test_a_fall_of_accuracy_is_found_with_its_size_and_all_further_tests():
    answer, tables = analyse_accuracy(ARMS, 0.1)
    assert answer["verdict"] == "difference"
    assert answer["best_dilation"] == 1
    assert answer["slope_points_per_dilation"] == pytest.approx(-10, abs=2)
    assert answer["images_differ_share"] > 0.9
    assert {"p_value", "kendall_w", "trend_p_value", "kernel_size_p_value", "receptive_field_p_value"} <= set(answer)
    assert "pooling_p_value" not in answer  # the pooling does not vary
    assert is_valid_json(answer)
    assert tables["contrasts"][["dense", "sparse"]].to_numpy().tolist() == [["k5 d1", "k3 d2"]]
    assert len(tables["accuracy"]) == len(ARMS) * REPLICATES
    assert len(tables["mcnemar"]) == 2 * REPLICATES  # two kernel sizes, one pair of dilations
    assert (tables["mcnemar"]["only_first"] > tables["mcnemar"]["only_second"]).all()


def test_the_answer_on_a_single_dilation_is_inconclusive_and_complete():
    answer, tables = analyse_accuracy(grid_arms([2], [3], ["max"]), 0.0)
    assert (answer["verdict"], answer["p_value"]) == ("inconclusive", 1.0)
    assert "ranks" not in tables
    assert is_valid_json(answer)


def test_the_interval_of_an_arm_lies_around_its_mean_and_is_the_mean_itself_for_one_replicate():
    arm = Arm(1, 3, "max")
    (row,) = arm_rows({arm: [95.0, 96.0, 97.0]}, OPTIONS)
    assert list(row) == ["dilation", "kernel_size", "pooling", "mean", "lower", "upper"]
    assert row["mean"] == pytest.approx(96.0)
    assert row["upper"] - row["mean"] == pytest.approx(4.302653 / np.sqrt(3), rel=1e-6)  # Student's t, 2 degrees of freedom: SciPy 1.17
    assert row["mean"] - row["lower"] == pytest.approx(row["upper"] - row["mean"])
    assert list(arm_rows({arm: [95.0]}, OPTIONS)[0].values())[3:] == [95.0, 95.0, 95.0]


def synthetic_metrics(fall: float) -> pd.DataFrame:
    """Return metrics of two methods and of class models, of which `gini` falls by `fall` for each unit of dilation."""
    generator = np.random.default_rng(0)
    tables = []
    for arm in ARMS:
        for method in ("gradient", "occlusion", "class_model"):
            noise = 0.002 * generator.normal(size=REPLICATES)
            values = pd.DataFrame(
                {"replicate": range(REPLICATES), "method": method, "image": 0, "class": 0, "gini": 0.8 - fall * arm.dilation + noise}
            )
            tables.append(with_arm_columns(arm, values.assign(gridding=0.1, spread=5.0)))
    return pd.concat(tables)


def test_a_metric_that_falls_is_distinguished_from_one_that_does_not():
    findings = metric_findings(synthetic_metrics(0.2), OPTIONS)
    answer = saliency_answer(findings, ["gradient", "occlusion"])
    assert answer["verdict"] == "difference"
    assert answer["gini"]["verdict"] == "difference"
    assert answer["gini"]["slope_per_dilation"] == pytest.approx(-0.2, abs=0.01)
    assert answer["spread"]["verdict"] == "equivalent"
    assert answer["class_model"]["gini"]["verdict"] == "difference"
    assert answer["share_differing"] == pytest.approx(0.5)
    assert is_valid_json(answer)


def test_gridding_is_never_compared_at_different_frequencies():
    assert "gridding" not in {question.measure for question in metric_findings(synthetic_metrics(0.0), OPTIONS)}


def test_similarity_between_dilations_is_compared_with_similarity_between_replicates():
    """By construction: the replicates of a dilation share a pattern, and each dilation has another one."""
    generator = np.random.default_rng(0)
    patterns = {dilation: generator.normal(size=(4, 28, 28)) for dilation in (1, 2)}
    maps = {arm: patterns[arm.dilation] + 0.1 * generator.normal(size=(8, 4, 28, 28)) for arm in ARMS}
    table, findings = similarity_analysis("gradient", maps, OPTIONS)
    means = table[table["index"] == "spearman"].groupby("comparison")["mean"].mean()
    assert means["replicates"] > 0.9 > 0.2 > means["dilations"]
    assert {finding.comparison.verdict for finding in findings.values()} == {"difference"}


def test_a_single_replicate_has_no_noise_floor():
    table, findings = similarity_analysis("gradient", dict.fromkeys(ARMS, np.ones((1, 2, 28, 28))), OPTIONS)
    assert len(table) == len(findings) == 0


def test_without_dilation_one_gridding_has_no_reference():
    table, findings = gridding_analysis("gradient", dict.fromkeys(grid_arms([2, 3], [3], ["max"]), np.ones((2, 28, 28))), OPTIONS)
    assert len(table) == len(findings) == 0


def test_gridding_is_compared_with_dilation_one_at_the_same_frequencies():
    """By hand: a fifth of the power of every frequency is moved to one of the frequencies of dilation 2."""
    flat = np.full((8, 28, 28), 1 / 784)
    gridded = flat * 0.8
    gridded[:, 14, 14] += 0.2
    table, findings = gridding_analysis("gradient", {arm: gridded if arm.dilation == 2 else flat for arm in ARMS}, OPTIONS)
    row = table.iloc[0]
    assert row["difference"] == pytest.approx(0.2 - 0.2 * row["power_of_dilation_1"])
    assert [finding.comparison.verdict for finding in findings.values()] == ["difference"]


def test_recognition_of_class_models_is_compared_between_the_same_and_other_dilations():
    rows = [
        {"source_dilation": source.dilation, "source_replicate": replicate, "target_dilation": target.dilation, "class": 0,
         "confidence": 0.9 if source.dilation == target.dilation else 0.5, "recognised": 1.0}
        for source in ARMS for target in ARMS for replicate in range(REPLICATES)
    ]  # fmt: skip
    table, findings = cross_recognition_analysis(pd.DataFrame(rows), OPTIONS)
    assert table.query("measure == 'confidence' and first == 1 and second == 2")["mean"].item() == pytest.approx(0.5)
    verdicts = {question.measure: finding.comparison.verdict for question, finding in findings.items()}
    assert verdicts == {"confidence": "difference", "recognised": "equivalent"}


def test_the_arms_of_cross_recognition_are_parsed_where_the_file_is_read(tmp_path):
    rows = [f"2-3-max,0,2-3-max,{label},0.5,1\n" for label in range(10)]
    (tmp_path / "transfer.csv").write_text("source,source_replicate,target,class,confidence,recognised\n" + "".join(rows))
    row = read_cross_recognition(tmp_path / "transfer.csv", ["2-3-max"], 1).to_dict("records")[7]
    assert row == {
        "source_dilation": 2, "source_kernel_size": 3, "source_pooling": "max",
        "target_dilation": 2, "target_kernel_size": 3, "target_pooling": "max",
        "source_replicate": 0, "class": 7, "confidence": 0.5, "recognised": 1,
    }  # fmt: skip


def test_receptive_fields_are_listed_with_the_accuracy_of_their_arm():
    _, tables = analyse_accuracy(ARMS, 0.1)
    fields = receptive_field_table({arm: np.ones((REPLICATES, 28, 28)) for arm in ARMS}, tables["accuracy"], "first", OPTIONS)
    assert fields["effective"].tolist() == [28.0] * len(ARMS)
    first = tables["accuracy"].query("dilation == 1 and kernel_size == 3")["accuracy"].mean()
    assert fields.query("dilation == 1 and kernel_size == 3")["accuracy"].item() == pytest.approx(first)


@pytest.fixture
def learn() -> Learn:
    return parse_settings(Path("params.yaml").read_text()).learn


def test_a_method_that_chooses_the_dilation_that_the_grid_selects_agrees_with_it(learn):
    _, tables = analyse_accuracy(ARMS, 0.1)
    accuracies = tables["accuracy"].assign(validation_accuracy=lambda table: 97 - 5.0 * table["dilation"] + 0.01 * table["replicate"])
    rows = [(start, seed, 1) for start in (1, 4) for seed in (0, 1)]
    choices = pd.DataFrame(rows, columns=["initial_dilation", "seed", "chosen_dilation"])
    planted = pd.DataFrame({"initial_dilation": [1, 4], "true_dilation": [2, 3], "chosen_dilation": [2, 3]})
    answer, table = learning_analysis({"mixture": choices}, {"mixture": planted}, accuracies, learn, OPTIONS)
    assert answer["verdict"] == answer["mixture"]["verdict"] == "consistent"
    assert answer["agrees_with_selection"] is True
    assert answer["selection"]["mode"] == 1
    assert answer["mixture"]["regret_points"] == 0
    assert table["learned"]["method"].tolist() == ["mixture", "selection"]
    assert is_valid_json(answer)
