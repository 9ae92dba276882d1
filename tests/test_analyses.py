"""The three analyses on small synthetic studies whose true effects are known by construction."""

import json

from kernel_dilation.analysis.accuracy_analysis import accuracy_analysis
from kernel_dilation.analysis.accuracy_tables import with_arm_columns
from kernel_dilation.analysis.answers import saliency_answer
from kernel_dilation.analysis.saliency_analysis import (
    cross_recognition_analysis,
    gridding_analysis,
    metric_findings,
    receptive_field_table,
    similarity_analysis,
    untrained_levels,
)
from kernel_dilation.experiment.arms import grid_arms
from kernel_dilation.experiment.parameters import parse_settings
from stages.analyze import read_cross_recognition

import numpy as np
import pandas as pd
import pytest
from changed_parameters import changed

OPTIONS = parse_settings(changed(analyze__resamples=200)).analyze
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
    assert {"p_value", "kendall_w", "trend_p_value", "kernel_size_p_value", "density_p_value"} <= set(answer)
    assert "pooling_p_value" not in answer  # the pooling does not vary
    assert is_valid_json(answer)
    assert tables["contrasts"][["dense", "sparse"]].to_numpy().tolist() == [["k5 d1", "k3 d2"]]
    assert len(tables["accuracy"]) == len(ARMS) * REPLICATES
    assert len(tables["errors"]) == 2
    assert answer["error_ratio"] == pytest.approx(25 / 15, abs=0.1)
    assert answer["error_ratio_lower"] < 25 / 15 < answer["error_ratio_upper"]
    assert answer["neighbours_differ"] == {"1-2": True}
    assert len(tables["mcnemar"]) == 2 * REPLICATES  # two kernel sizes, one pair of dilations
    assert (tables["mcnemar"]["only_first"] > tables["mcnemar"]["only_second"]).all()


def test_the_answer_on_a_single_dilation_is_inconclusive_and_complete():
    answer, tables = analyse_accuracy(grid_arms([2], [3], ["max"]), 0.0)
    assert (answer["verdict"], answer["p_value"]) == ("inconclusive", 1.0)
    assert "ranks" not in tables
    assert is_valid_json(answer)


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
            tables.append(with_arm_columns(arm, values.assign(spread=5.0)))
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


def synthetic_states(trained: float, untrained: float) -> pd.DataFrame:
    """Return metrics on five images whose `gini` changes by these amounts for each unit of dilation, trained and at initialisation."""
    generator = np.random.default_rng(0)
    tables, image = [], 0.05 * generator.normal(size=5)
    for state, slope in (("trained", trained), ("untrained", untrained)):
        for arm in ARMS:
            noise = 0.002 * generator.normal(size=(REPLICATES, 5))
            rows = {"replicate": np.repeat(range(REPLICATES), 5), "method": "gradient", "image": np.tile(range(5), REPLICATES), "class": 0}
            values = (1.0 + slope * arm.dilation + image + noise).ravel()
            tables.append(with_arm_columns(arm, pd.DataFrame({**rows, "state": state, "gini": values})))
    return pd.concat(tables)


@pytest.mark.parametrize(("untrained", "verdict"), [(-0.2, "equivalent"), (0.0, "difference")])
def test_what_untrained_networks_do_as_well_is_not_learned(untrained, verdict):
    # By construction: gini falls by 0.2 from dilation 1 to 2 in trained networks, and in untrained ones as much or not at all.
    answer = saliency_answer(metric_findings(synthetic_states(-0.2, untrained), OPTIONS), ["gradient"])
    assert answer["verdict"] == answer["gini"]["verdict"] == "difference"
    assert answer["gini"]["learned_verdict"] == verdict
    assert answer["gini"]["learned_slope_per_dilation"] == pytest.approx(-0.2 - untrained, abs=0.005)
    assert answer["learned_share_differing"] == (verdict == "difference")
    assert answer["crossed_share_differing"] == 1  # images and networks vary far less than dilations differ
    assert answer["gini"]["learned_slope_lower"] < answer["gini"]["learned_slope_per_dilation"] < answer["gini"]["learned_slope_upper"]
    assert answer["measures"] == 1  # what training adds is not counted as a metric of its own


def test_networks_at_initialisation_have_levels_of_their_own():
    levels = untrained_levels(synthetic_states(-0.2, 0.1), OPTIONS)
    assert levels[["method", "measure", "level"]].to_numpy().tolist() == [["gradient", "gini", 1], ["gradient", "gini", 2]]
    assert levels["mean"].diff().iloc[1] == pytest.approx(0.1, abs=0.005)
    assert untrained_levels(synthetic_metrics(0.0), OPTIONS).empty


def test_intervals_of_metrics_of_maps_cover_new_images():
    # By construction: images differ by 0.05 and replicates by hardly anything, so an interval over five images is wide.
    findings = metric_findings(synthetic_states(-0.2, 0.0), OPTIONS)
    (finding,) = (each for question, each in findings.items() if question.family == "saliency" and question.factor == "dilation")
    assert (finding.upper - finding.lower > 0.03).all()
    (pair,) = finding.comparison.pairs
    assert pair.upper - pair.lower < 0.01  # in a difference between dilations the images cancel


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


def test_a_single_dilation_has_no_reference_for_its_gridding():
    table, findings = gridding_analysis("gradient", dict.fromkeys(grid_arms([2], [3, 5], ["max"]), np.zeros((2, 29))), {}, OPTIONS)
    assert len(table) == len(findings) == 0


def test_gridding_is_compared_with_other_dilations_at_the_same_lag():
    """By hand: only maps of dilation 2 have a peak, of 0.3 at lag 2 between 0.1 at the lags beside it."""
    peak = np.zeros((8, 29))
    peak[:, 1:4] = 0.1, 0.3, 0.1
    arms = grid_arms([1, 2, 3], [3, 5], ["max"])
    table, findings = gridding_analysis(
        "gradient", {arm: peak if arm.dilation == 2 else 0 * peak for arm in arms}, dict.fromkeys(arms, peak / 2), OPTIONS
    )
    assert table["dilation"].tolist() == [2, 3]
    assert table.iloc[0][["gridding", "gridding_of_others", "difference"]].tolist() == pytest.approx([0.2, 0, 0.2])
    assert table["gridding_untrained"].tolist() == pytest.approx([0.15 - 0.05, 0.05 - 0.15 / 2])
    assert table.iloc[1][["gridding", "gridding_of_others"]].tolist() == pytest.approx([0, (0 + 0.1 - 0.3 / 2) / 2])
    assert {question.measure: finding.comparison.verdict for question, finding in findings.items()}["gridding_at_2"] == "difference"


def test_recognition_of_class_models_is_compared_between_dilations_at_the_same_kernel_size_and_pooling():
    rows = [
        {"source_dilation": source.dilation, "source_replicate": replicate, "target_dilation": target.dilation, "class": 0,
         "source_kernel_size": source.kernel_size, "target_kernel_size": target.kernel_size, "source_pooling": "max", "target_pooling": "max",
         "confidence": (0.9 if source.dilation == target.dilation else 0.5) if source.kernel_size == target.kernel_size else 0.1, "recognised": 1.0}
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
    uniform = {arm: np.ones((REPLICATES, 28, 28)) for arm in ARMS}
    fields = receptive_field_table(uniform, uniform, tables["accuracy"], "first", OPTIONS)
    assert fields["effective"].tolist() == [28.0] * len(ARMS)
    assert fields["radius_change"].tolist() == [0.0] * len(ARMS)
    first = tables["accuracy"].query("dilation == 1 and kernel_size == 3")["accuracy"].mean()
    assert fields.query("dilation == 1 and kernel_size == 3")["accuracy"].item() == pytest.approx(first)
