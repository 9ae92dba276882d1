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

OPTIONS = Analyze(alpha=0.05, margin_points=0.5, margin_share=0.1, margin_signed=0.05, resamples=200, seed=0)
STARTS = (1, 4, 7)


def choices(*by_seed: tuple[int, int, int]) -> pd.DataFrame:
    """Return the dilations chosen from the initial dilations 1, 4 and 7, given as a tuple for each seed."""
    rows = [(start, seed, dilation) for seed, chosen in enumerate(by_seed) for start, dilation in zip(STARTS, chosen)]
    return pd.DataFrame(rows, columns=["initial_dilation", "seed", "chosen_dilation"])


def planted(*recovered: bool) -> pd.DataFrame:
    """Return runs on textures of dilation 2 from the initial dilations 1, 4 and 7 in turn."""
    starts = [STARTS[index % 3] for index in range(len(recovered))]
    return pd.DataFrame({"initial_dilation": starts, "true_dilation": 2, "chosen_dilation": [2 if hit else 5 for hit in recovered]})


def test_a_method_whose_choices_agree_and_that_recovers_the_planted_dilation_is_consistent():
    """By hand: share 1, entropy 0, slope 0."""
    result = assess_consistency(choices((3, 3, 3), (3, 3, 3)), planted(*[True] * 9), OPTIONS)
    assert (result.mode, result.mode_share, result.entropy, result.initial_slope, result.verdict) == (3, 1.0, 0.0, 0.0, "consistent")


def test_a_method_that_never_moves_is_inconsistent():
    """By hand: if the initial dilation is chosen, the slope is 1; three equally frequent dilations have the entropy ln 3."""
    result = assess_consistency(choices(STARTS, STARTS), planted(*[True] * 9), OPTIONS)
    assert result.initial_slope == pytest.approx(1)
    assert result.entropy == pytest.approx(np.log(3))
    assert result.verdict == "inconsistent"


def test_agreement_without_recovery_of_the_planted_dilation_is_inconclusive():
    result = assess_consistency(choices((3, 3, 3), (3, 3, 3)), planted(True, False, True), OPTIONS)
    assert result.planted_recovered == pytest.approx(2 / 3)
    assert result.planted_worst_start == 0
    assert result.verdict == "inconclusive"


def test_a_single_initial_dilation_has_no_slope_and_is_inconclusive():
    result = assess_consistency(choices((3, 3, 3)).query("initial_dilation == 1"), planted(True), OPTIONS)
    assert (result.initial_slope, result.slope_lower, result.verdict) == (None, None, "inconclusive")


def test_a_single_seed_has_a_slope_without_an_interval():
    assert start_slope(choices((1, 2, 3)), OPTIONS) == (pytest.approx(1 / 3), None, None)


def test_without_texture_runs_there_is_no_recovered_share():
    assert assess_consistency(choices((3, 3, 3)), pd.DataFrame(), OPTIONS).planted_recovered is None


def test_of_two_modes_the_smaller_dilation_is_reported():
    assert assess_consistency(choices((5, 2, 5), (2, 5, 2)), pd.DataFrame(), OPTIONS).mode == 2


def test_the_exact_interval_of_a_share_matches_r():
    """Oracle: R 4.3, binom.test(9, 10)$conf.int = 0.5549839 0.9974714."""
    assert share_interval(9, 10, 0.05) == pytest.approx((0.5549839, 0.9974714), abs=1e-6)


def test_runs_that_rank_the_candidates_equally_are_concordant():
    """By hand: W is 1 for equal rankings and 0 for opposite ones."""
    table = choices((3, 3, 3)).iloc[:2]
    equal = table.assign(weight_1=[0.1, 0.2], weight_2=[0.2, 0.3], weight_3=[0.7, 0.5])
    opposite = table.assign(weight_1=[0.1, 0.7], weight_2=[0.2, 0.2], weight_3=[0.7, 0.1])
    assert assess_consistency(equal, pd.DataFrame(), OPTIONS).ranking_w == pytest.approx(1)
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
    """By hand: dilation 2 is the best, with mean 92 and standard error 1; dilation 1 lies within it at 91.5, but not at 90.5."""
    validation = np.array([[91.0, 93.0, 80.0], [92.0, 91.0, 81.0]])
    assert select_dilation(validation, [1, 2, 3]) == 1
    assert select_dilation(validation - np.array([1.0, 0, 0]), [1, 2, 3]) == 2


def test_regret_is_the_accuracy_lost_against_the_best_dilation_on_validation():
    """By hand: dilation 1 is the best on validation; choosing 2 in every run loses 1 point, and in half of the runs 0.5 points."""
    test = np.array([[97.0, 96.0], [96.0, 95.0], [98.0, 97.0], [97.5, 96.5]])
    validation = np.array([[95.0, 94.0]] * 4)
    assert regret(test, validation, [1, 2], [2, 2], OPTIONS)["regret_points"] == pytest.approx(1)
    assert regret(test, validation, [1, 2], [1, 2], OPTIONS)["regret_points"] == pytest.approx(0.5)
    assert regret(test, validation, [1, 2], [1, 1], OPTIONS)["regret_equivalence_p_value"] == 0


def test_a_choice_outside_the_grid_has_no_regret():
    assert set(regret(np.ones((3, 2)), np.ones((3, 2)), [1, 2], [1, 7], OPTIONS).values()) == {None}


def test_the_answer_is_consistent_if_any_method_is_and_inconsistent_only_if_all_are():
    assert overall_consistency({"a": "inconsistent", "b": "consistent"}) == "consistent"
    assert overall_consistency({"a": "inconsistent", "b": "inconsistent"}) == "inconsistent"
    assert overall_consistency({"a": "inconsistent", "b": "inconclusive"}) == "inconclusive"
    assert overall_consistency({}) == "inconclusive"
