"""The decomposition of the fall of accuracy in 2019. Oracle: by hand."""

from kernel_dilation.experiment.parameters import Analyze
from kernel_dilation.presentation.figure_style import png_bytes
from tools.study.accuracy_fall import accuracy_levels, decompose_fall, fall_table, replication_figure

import numpy as np
import pytest

OPTIONS = Analyze(alpha=0.05, margin_points=0.5, margin_share=0.1, margin_signed=0.05, resamples=200, seed=0)
DILATIONS = (1, 2, 7)
NOISE = np.random.default_rng(0).normal(0, 0.01, (6, 1))  # the level of each replicate, equal at all dilations
ACCURACIES = {
    "same": np.array([[99.0, 98.5, 98.0]]) + NOISE,
    "valid": np.array([[98.0, 97.0, 94.0]]) + NOISE,
    "valid-matched": np.array([[98.5, 97.75, 96.0]]) + NOISE,
}


def test_a_fall_is_decomposed_into_its_causes():
    """By hand: at dilation 7, `valid` loses 4 points and `same` 1; widened, `valid` loses 2.5, so that weights cost 1.5 and borders 1.5."""
    parts = decompose_fall(ACCURACIES)
    means = {name: table.mean(0).round(9).tolist() for name, table in parts.items()}
    assert means == {"fall": [0, 1, 4], "dilation": [0, 0.5, 1], "weights": [0, 0.25, 1.5], "border": [0, 0.25, 1.5]}


def test_the_shares_of_the_causes_sum_to_one():
    table = fall_table(decompose_fall(ACCURACIES), DILATIONS, OPTIONS)
    causes = table[table["part"] != "fall"].groupby("dilation")["share"].sum()
    assert causes.to_dict() == pytest.approx({"2": 1.0, "7": 1.0, "all": 1.0})
    whole = table[(table["dilation"] == "all") & (table["part"] == "dilation")].iloc[0]
    assert (whole["points"], whole["share"]) == pytest.approx((0.75, 0.3))
    assert (table["lower"] <= table["points"]).all()
    assert (table["points"] <= table["upper"]).all()


def test_published_accuracies_are_listed_with_those_of_the_runs():
    levels = accuracy_levels(ACCURACIES, DILATIONS, OPTIONS)
    assert levels[levels["run"] == "published"]["mean"].tolist() == [98.38, 98.02, 96.21]
    assert levels[levels["run"] == "valid"]["mean"].tolist() == pytest.approx((np.array([98, 97, 94]) + NOISE.mean()).tolist())


def test_the_figure_shows_accuracies_and_causes():
    figure = replication_figure(accuracy_levels(ACCURACIES, DILATIONS, OPTIONS), fall_table(decompose_fall(ACCURACIES), DILATIONS, OPTIONS))
    left, right = figure.axes
    assert {text.get_text() for text in left.get_legend().get_texts()} == {*ACCURACIES, "2019, one network each"}
    assert [text.get_text() for text in right.get_legend().get_texts()] == ["dilation", "weights", "border"]
    assert png_bytes(figure)[:4] == b"\x89PNG"
