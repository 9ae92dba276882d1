"""Omnibus tests of interactions with dilation, on made-up grids whose effects are known by construction."""

from kernel_dilation.analysis.interaction_tests import interaction_tests
from kernel_dilation.statistics.crossed_means import quasi_f_p_value
from kernel_dilation.statistics.rank_tests import omnibus_p_value

import numpy as np
import pytest
from test_field_effects import ARMS, OPTIONS, nothing, stack


def dip(arm) -> float:
    """Return an effect of average pooling at dilations 2 and 3 alone, which no slope shows."""
    return 2.0 * (arm.pooling == "average") * (arm.dilation in (2, 3))


def pooling_difference(values: dict) -> np.ndarray:
    """Return average minus max pooling, (dilations, replicates, images), written out."""
    means = {(arm.dilation, arm.pooling): np.mean([v for a, v in values.items() if a.dilation == arm.dilation and a.pooling == arm.pooling], 0)
             for arm in values}  # fmt: skip
    return np.stack([means[dilation, "average"] - means[dilation, "max"] for dilation in (1, 2, 3, 4)])


def test_an_interaction_without_a_slope_is_found():
    metrics = {("gradient", "gini"): stack(1.0, dip), ("gradient", "still"): stack(0.1, nothing, seed=3)}
    table = interaction_tests(stack(1.0, dip), metrics, OPTIONS).set_index(["contrast", "measure"])
    for measure in ("accuracy", "gini"):
        row = table.loc[("average - max", measure)]
        assert row["verdict"] == "difference"
        assert row["range"] == pytest.approx(2.0, abs=0.2)
        assert row["highest_at"] in (2, 3)
        assert table.loc[("kernel 5 - 3", measure), "verdict"] in ("equivalent", "inconclusive")
    assert table.loc[("average - max", "still"), "verdict"] == "equivalent"
    assert table.loc["average - max", "crossed_verdict"].tolist()[1:] == ["difference", "equivalent"]


def test_p_values_are_those_of_quasi_f_and_friedman():
    """Oracle: `quasi_f_p_value` and `omnibus_p_value` of the differences, which are single tests here; the latter from other permutations."""
    values = stack(1.0, dip)
    weak = {arm: part + 3 * np.random.default_rng(arm.dilation).normal(size=(8, 1)) * (arm.pooling == "max") for arm, part in values.items()}
    table = interaction_tests(weak, {("gradient", "gini"): weak}, OPTIONS).set_index(["contrast", "family"])
    expected = pooling_difference(weak)
    assert table.loc[("average - max", "accuracy"), "p_value"] == pytest.approx(quasi_f_p_value(expected))
    friedman = omnibus_p_value(expected.mean(2).T, 0)
    assert 0.01 < friedman < 0.99
    assert table.loc[("average - max", "saliency"), "p_value"] == pytest.approx(friedman, abs=0.02)


def test_nothing_is_tested_at_a_single_dilation_and_nothing_decided_by_a_single_replicate():
    values = stack(1.0, dip, replicates=1)
    assert set(interaction_tests(values, {}, OPTIONS)["verdict"]) == {"untestable"}
    single = {arm: part for arm, part in values.items() if arm.dilation == 1}
    assert interaction_tests(single, {}, OPTIONS).empty
    assert len(ARMS) > len(single)
