"""The decomposition of the fall of accuracy in 2019. Oracle: by hand."""

from itertools import permutations

from kernel_dilation.experiment.parameters import parse_settings
from kernel_dilation.presentation.figure_style import png_bytes
from tools.study.accuracy_fall import (
    PUBLISHED,
    RUNS,
    accuracy_levels,
    decompose_fall,
    fall_table,
    replicate_table,
    replication_figure,
)

import numpy as np
import pytest
from changed_parameters import changed

OPTIONS = parse_settings(changed(analyze__resamples=200)).analyze
DILATIONS = (1, 2, 7)
NOISE = np.random.default_rng(0).normal(0, 0.01, (6, 1))  # the level of each replicate, equal at all dilations
ACCURACIES = {
    "same": np.array([[99.0, 98.5, 98.0]]) + NOISE,
    "same-narrow": np.array([[98.75, 98.0, 97.25]]) + NOISE,
    "valid": np.array([[98.0, 97.0, 94.0]]) + NOISE,
    "valid-matched": np.array([[98.5, 97.75, 96.0]]) + NOISE,
}


def test_a_fall_is_decomposed_into_its_causes():
    """By hand, at dilation 7: falls of 1 (neither lost), 1.5 (weights lost), 2.5 (places lost) and 4 (both).

    Weights cost 0.5 with all places and 1.5 without them, 1 on average; places cost 1.5 and 2.5, 2 on
    average; both together cost 1 more than the two alone.
    """
    parts = decompose_fall(ACCURACIES)
    means = {name: table.mean(0).round(9).tolist() for name, table in parts.items()}
    assert means == {"fall": [0, 1, 4], "dilation": [0, 0.5, 1], "weights": [0, 0.25, 1], "places": [0, 0.25, 2], "interaction": [0, 0, 1]}


def test_the_parts_are_the_mean_over_the_orders_in_which_the_losses_are_added():
    """Oracle: the definition of the Shapley value, the marginal cost averaged over all orders."""
    random = np.random.default_rng(1)
    accuracies = {run: 98 + random.normal(size=(4, 3)) for run in RUNS}
    falls = {cell: accuracies[run][:, :1] - accuracies[run] for run, cell in RUNS.items()}
    costs = {"weights": 0.0, "places": 0.0}
    for order in permutations(costs):
        lost: set[str] = set()
        for cause in order:
            before, after = (
                falls["valid" if "places" in gone else "same", "lost" if "weights" in gone else "full"] for gone in (lost, {*lost, cause})
            )
            costs[cause] = costs[cause] + (after - before) / 2
            lost.add(cause)
    parts = decompose_fall(accuracies)
    for cause, cost in costs.items():
        np.testing.assert_allclose(parts[cause], cost, atol=1e-12)


def test_the_shares_of_the_causes_sum_to_one():
    table = fall_table(decompose_fall(ACCURACIES), DILATIONS, OPTIONS)
    causes = table[table["part"].isin(["dilation", "weights", "places"])].groupby("dilation")["share"].sum()
    assert causes.to_dict() == pytest.approx({"2": 1.0, "7": 1.0, "all": 1.0})
    whole = table[(table["dilation"] == "all") & (table["part"] == "dilation")].iloc[0]
    assert (whole["points"], whole["share"]) == pytest.approx((0.75, 0.3))
    assert (table["lower"] <= table["points"]).all()
    assert (table["points"] <= table["upper"]).all()
    assert (table["share_lower"] <= table["share"] + 1e-9).all()
    assert (table["share"] <= table["share_upper"] + 1e-9).all()


def test_the_parts_can_be_computed_again_from_the_published_accuracies_of_every_network():
    published = replicate_table(ACCURACIES, DILATIONS)
    read = {run: rows.pivot(index="replicate", columns="dilation", values="accuracy").to_numpy() for run, rows in published.groupby("run")}
    for part, expected in decompose_fall(ACCURACIES).items():
        np.testing.assert_allclose(decompose_fall(read)[part], expected)


def test_published_accuracies_are_listed_with_those_of_the_runs():
    levels = accuracy_levels(ACCURACIES, DILATIONS, OPTIONS)
    assert levels[levels["run"] == "published"]["mean"].tolist() == [98.38, 98.02, 96.21]
    assert levels[levels["run"] == "valid"]["mean"].tolist() == pytest.approx((np.array([98, 97, 94]) + NOISE.mean()).tolist())


def test_the_worst_published_accuracy_is_at_dilation_six():
    assert min(PUBLISHED.items(), key=lambda entry: entry[1]) == (6, 90.85)


def test_the_figure_shows_accuracies_and_causes():
    figure = replication_figure(accuracy_levels(ACCURACIES, DILATIONS, OPTIONS), fall_table(decompose_fall(ACCURACIES), DILATIONS, OPTIONS))
    left, right = figure.axes
    assert {text.get_text() for text in left.get_legend().get_texts()} == {*ACCURACIES, "2019, one network each"}
    assert [text.get_text() for text in right.get_legend().get_texts()] == ["dilation", "weights", "places"]
    assert png_bytes(figure)[:4] == b"\x89PNG"
