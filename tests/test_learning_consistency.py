from kernel_dilation.experiment.parameters import Analyze
from kernel_dilation.statistics.learning_consistency import (
    assess_consistency,
    decide_consistency,
    overall_consistency,
    regret,
    select_dilation,
    share_interval,
    start_slope,
)

import numpy as np
import pandas as pd
import pytest

OPTIONS = Analyze(alpha=0.05, margin_points=0.5, margin_share=0.1, resamples=200, seed=0)
STARTS = (1, 4, 7)


def choices(*by_seed: tuple[int, int, int]) -> pd.DataFrame:
    """What was chosen from the starts 1, 4 and 7, a tuple for each seed."""
    rows = [(start, seed, dilation) for seed, chosen in enumerate(by_seed) for start, dilation in zip(STARTS, chosen)]
    return pd.DataFrame(rows, columns=["initial_dilation", "seed", "chosen_dilation"])


def planted(*right: bool) -> pd.DataFrame:
    """Runs on textures of dilation 2 from the starts 1, 4 and 7 in turn."""
    starts = [STARTS[index % 3] for index in range(len(right))]
    return pd.DataFrame({"initial_dilation": starts, "true_dilation": 2, "chosen_dilation": [2 if hit else 5 for hit in right]})


def test_choices_that_all_agree_with_a_method_that_finds_the_truth_are_consistent():
    """By hand: share 1, entropy 0, slope 0."""
    found = assess_consistency(choices((3, 3, 3), (3, 3, 3)), planted(*[True] * 9), OPTIONS)
    assert (found.mode, found.mode_share, found.entropy, found.initial_slope, found.verdict) == (3, 1.0, 0.0, 0.0, "consistent")


def test_a_method_that_never_moves_is_inconsistent():
    """By hand: chosen is initial, a slope of 1; three dilations in thirds have entropy ln 3."""
    found = assess_consistency(choices(STARTS, STARTS), planted(*[True] * 9), OPTIONS)
    assert found.initial_slope == pytest.approx(1)
    assert found.entropy == pytest.approx(np.log(3))
    assert found.verdict == "inconsistent"


def test_agreement_without_the_planted_truth_is_not_trusted():
    found = assess_consistency(choices((3, 3, 3), (3, 3, 3)), planted(True, False, True), OPTIONS)
    assert found.planted_recovered == pytest.approx(2 / 3)
    assert found.planted_worst_start == 0
    assert found.verdict == "inconclusive"


def test_a_single_start_has_no_slope_and_no_verdict():
    found = assess_consistency(choices((3, 3, 3)).query("initial_dilation == 1"), planted(True), OPTIONS)
    assert (found.initial_slope, found.slope_lower, found.verdict) == (None, None, "inconclusive")


def test_a_single_seed_has_a_slope_without_an_interval():
    assert start_slope(choices((1, 2, 3)), OPTIONS) == (pytest.approx(1 / 3), None, None)


def test_without_textures_nothing_is_said_of_the_truth():
    assert assess_consistency(choices((3, 3, 3)), pd.DataFrame(), OPTIONS).planted_recovered is None


def test_of_two_modes_the_smallest_dilation_counts():
    assert assess_consistency(choices((5, 2, 5), (2, 5, 2)), pd.DataFrame(), OPTIONS).mode == 2


def test_the_exact_interval_of_a_share_is_that_of_r():
    """Oracle: R 4.3, binom.test(9, 10)$conf.int = 0.5549839 0.9974714."""
    assert share_interval(9, 10, 0.05) == pytest.approx((0.5549839, 0.9974714), abs=1e-6)


def test_the_weights_of_runs_that_rank_alike_are_concordant():
    """By hand: equal rankings have a W of 1, opposite ones of 0."""
    table = choices((3, 3, 3)).iloc[:2]
    alike = table.assign(weight_1=[0.1, 0.2], weight_2=[0.2, 0.3], weight_3=[0.7, 0.5])
    opposite = table.assign(weight_1=[0.1, 0.7], weight_2=[0.2, 0.2], weight_3=[0.7, 0.1])
    assert assess_consistency(alike, pd.DataFrame(), OPTIONS).ranking_w == pytest.approx(1)
    assert assess_consistency(opposite, pd.DataFrame(), OPTIONS).ranking_w == pytest.approx(0)


@pytest.mark.parametrize(
    ("share", "upper", "slope", "recovered", "expected"),
    [
        (0.9, 1.0, (-0.1, 0.1), 0.95, "consistent"),
        (0.9, 1.0, (-0.1, 0.3), 0.95, "inconclusive"),
        (0.9, 1.0, (0.3, 0.9), 0.95, "inconsistent"),
        (0.3, 0.7, (-0.1, 0.1), 0.95, "inconsistent"),
        (0.7, 0.9, (-0.1, 0.1), 0.95, "inconclusive"),
        (0.9, 1.0, (-0.1, 0.1), 0.85, "inconclusive"),
        (0.9, 1.0, (None, None), 0.95, "inconclusive"),
        (0.9, 1.0, (-0.1, 0.1), None, "inconclusive"),
    ],
)
def test_the_verdict_follows_the_rule(share, upper, slope, recovered, expected):
    assert decide_consistency(share, upper, *slope, recovered) == expected


def test_the_smallest_dilation_within_one_standard_error_is_selected():
    """By hand: the best is dilation 2 with mean 92 and standard error 1; dilation 1 at 91.5 is within, 91.5 < 91 is not."""
    validation = np.array([[91.0, 93.0, 80.0], [92.0, 91.0, 81.0]])
    assert select_dilation(validation, [1, 2, 3]) == 1
    assert select_dilation(validation - np.array([1.0, 0, 0]), [1, 2, 3]) == 2


def test_regret_is_what_the_choices_lose_against_the_best_on_validation():
    """By hand: dilation 1 is best on validation; choosing 2 in every run loses 1 point, in half of them half a point."""
    test = np.array([[97.0, 96.0], [96.0, 95.0], [98.0, 97.0], [97.5, 96.5]])
    validation = np.array([[95.0, 94.0]] * 4)
    assert regret(test, validation, [1, 2], [2, 2], OPTIONS)["regret_points"] == pytest.approx(1)
    assert regret(test, validation, [1, 2], [1, 2], OPTIONS)["regret_points"] == pytest.approx(0.5)
    assert regret(test, validation, [1, 2], [1, 1], OPTIONS)["regret_equivalence_p_value"] == 0


def test_a_choice_that_the_grid_never_trained_has_no_regret():
    assert set(regret(np.ones((3, 2)), np.ones((3, 2)), [1, 2], [1, 7], OPTIONS).values()) == {None}


def test_one_consistent_way_is_enough_and_all_must_fail_for_none():
    assert overall_consistency({"a": "inconsistent", "b": "consistent"}) == "consistent"
    assert overall_consistency({"a": "inconsistent", "b": "inconsistent"}) == "inconsistent"
    assert overall_consistency({"a": "inconsistent", "b": "inconclusive"}) == "inconclusive"
    assert overall_consistency({}) == "inconclusive"
