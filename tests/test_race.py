"""Races between dilations, compared with paired tests of other programs and with races worked by hand."""

from kernel_dilation.dilation_selection.race import RaceRules, indifferent, race, shown_worse

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.weightstats import ttost_paired

RULES = RaceRules(least_rounds=3, most_rounds=10, alpha=0.05, zone=0.0)
NOISE = np.random.default_rng(0).normal(size=(10, 4))


def losses(*means: float, noise: float = 0.01, rounds: int = 10) -> np.ndarray:
    """Return losses, (rounds, dilations), that vary around one mean for each dilation."""
    return np.array(means) + noise * NOISE[:rounds, : len(means)]


def test_a_rival_is_dropped_at_the_level_of_the_paired_t_test():
    # Oracle: scipy 1.17, ttest_rel, one-sided.
    table = losses(0.100, 0.103, 0.108)
    p_values = np.array([1.0, *(stats.ttest_rel(table[:, rival], table[:, 0], alternative="greater").pvalue for rival in (1, 2))])
    for level in (*p_values[1:] * 0.999, *p_values[1:] * 1.001):
        assert shown_worse(table, level).tolist() == (p_values <= level).tolist()


def test_the_level_is_divided_by_the_numbers_of_rivals_and_looks():
    # By hand: 6 rivals and the 8 looks after rounds 3 to 10.
    assert RULES.level(7) == pytest.approx(0.05 / 48)


def test_indifference_is_shown_by_two_one_sided_tests():
    # Oracle: statsmodels 0.15, ttost_paired.
    table = losses(0.100, 0.101, 0.102)
    zone = RaceRules(3, 10, 0.05, 0.015, zone_is_share=False)
    p_value = max(ttost_paired(table[:, rival], table[:, 0], -0.015, 0.015)[0] for rival in (1, 2))
    assert not indifferent(table, zone, p_value * 0.999)
    assert indifferent(table, zone, p_value * 1.001)


def test_a_relative_zone_is_a_fraction_of_the_leaders_loss():
    # By hand: 104 lies within 5 % of 100, and 106 does not; the losses have no noise.
    zone = RaceRules(3, 10, 0.05, 0.05)
    assert indifferent(np.tile([100.0, 104.0], (3, 1)), zone, 0.001)
    assert not indifferent(np.tile([100.0, 106.0], (3, 1)), zone, 0.001)


def test_a_zone_of_zero_never_gives_indifference():
    assert not indifferent(np.ones((5, 3)), RULES, 0.05)


def test_a_clear_race_ends_with_one_survivor_after_the_minimum_of_rounds():
    # By hand: 3 rounds of 3 dilations.
    result = race(losses(0.3, 0.1, 0.5, noise=1e-6), [1, 2, 3], RULES)
    assert (result.survivors, result.choice, result.ending) == ((2,), 2, "one left")
    assert (result.rounds, result.trainings, result.next_round) == (3, 9, ())
    assert result.dropped == ((1, 3), (3, 3))


def test_an_undecided_race_ends_at_the_limit_and_chooses_the_smallest_mean_loss():
    result = race(losses(0.1002, 0.1, 0.1004, noise=0.05), [1, 2, 3], RULES)
    means = losses(0.1002, 0.1, 0.1004, noise=0.05).mean(axis=0)
    assert (result.survivors, result.ending, result.trainings) == ((1, 2, 3), "most rounds", 30)
    assert result.choice == 1 + means.argmin()
    assert result.mean_losses == pytest.approx(means)


def test_a_race_ends_when_all_survivors_are_equally_good():
    rules = RaceRules(3, 10, 0.05, 0.05)
    result = race(losses(0.1, 0.1001, 0.5, noise=1e-4), [1, 2, 3], rules)
    assert (result.survivors, result.ending, result.rounds) == ((1, 2), "indifferent", 3)


def test_the_choice_need_not_be_the_smallest_survivor():
    result = race(losses(0.11, 0.1, 0.9, noise=0.02), [1, 2, 3], RULES)
    assert (result.smallest_survivor, result.choice) == (1, 2)


def test_a_dropped_dilation_needs_no_further_losses():
    table = losses(0.1, 0.101, 0.5, noise=0.003)
    dropped_after = race(table, [1, 2, 3], RULES).dropped[0][1]
    assert dropped_after < 10
    table[dropped_after:, 2] = np.nan
    assert race(table, [1, 2, 3], RULES).survivors == (1, 2)


def test_a_race_run_round_by_round_equals_its_replay():
    table = losses(0.1, 0.103, 0.11, 0.3, noise=0.004)
    so_far = np.empty((0, 4))
    while participants := race(so_far, [1, 2, 3, 4], RULES).next_round:
        row = np.where(np.isin([1, 2, 3, 4], participants), table[len(so_far)], np.nan)
        so_far = np.vstack([so_far, row])
    stepwise, replay = race(so_far, [1, 2, 3, 4], RULES), race(table, [1, 2, 3, 4], RULES)
    assert stepwise == replay
    assert stepwise.trainings == np.isfinite(so_far).sum()


def test_exchanging_two_columns_exchanges_the_choice():
    table = losses(0.1, 0.104, 0.2, noise=0.01)
    assert {race(table, [1, 2, 3], RULES).choice, race(table[:, [1, 0, 2]], [1, 2, 3], RULES).choice} == {1, 2}


def test_all_dilations_take_part_and_none_is_chosen_before_the_first_round():
    result = race([], [1, 2, 3], RULES)
    assert (result.next_round, result.trainings) == ((1, 2, 3), 0)
    with pytest.raises(ValueError, match="has no choice before its first round"):
        assert result.choice


def test_a_race_of_one_dilation_needs_no_rounds():
    result = race([], [3], RULES)
    assert (result.choice, result.ending, result.trainings) == (3, "one left", 0)


def test_a_missing_loss_of_a_dilation_still_in_the_race_is_refused():
    table = losses(0.1, 0.101, 0.102)
    table[1, 2] = np.nan
    with pytest.raises(ValueError, match="round 2 must have a finite loss for dilation 5, which is still in the race; got nan"):
        race(table, [1, 3, 5], RULES)


@pytest.mark.parametrize("dilations", [[], [2, 1, 3], [1, 1, 2]])
def test_dilations_that_do_not_ascend_are_refused(dilations):
    with pytest.raises(ValueError, match="ascending order, each once"):
        race(losses(0.1, 0.1, 0.1), dilations, RULES)


def test_losses_with_more_columns_than_dilations_are_refused():
    with pytest.raises(ValueError, match=r"one column for each of 2 dilations; got the shape \(10, 3\)"):
        race(losses(0.1, 0.1, 0.1), [1, 2], RULES)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ((1, 10, 0.05, 0.0), "2 <= least_rounds <= most_rounds; got 1 and 10"),
        ((5, 4, 0.05, 0.0), "got 5 and 4"),
        ((3, 10, 1.0, 0.0), "alpha must lie between 0 and 1; got 1.0"),
        ((3, 10, 0.05, -0.1), "at least 0; got -0.1"),
        ((3, 10, 0.05, float("inf")), "finite number of at least 0; got inf"),
    ],
)
def test_rules_out_of_range_are_refused(rules, message):
    with pytest.raises(ValueError, match=message):
        RaceRules(*rules)
