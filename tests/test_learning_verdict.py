"""One rule for every way to learn the dilation."""

from kernel_dilation.dilation_selection.learning_verdict import ConsistencyRule, World, planted_world, verdict

import numpy as np
import pytest

RULE = ConsistencyRule(right_share=0.8, same_share=0.5, start_slope=0.25, alpha=0.05, resamples=200, seed=0)
STARTS = (1, 4, 7)


def always(dilation: int, truth: int, blocks: int = 20, name: str = "world") -> World:
    """A world with this truth, in which one dilation is chosen whatever the truth."""
    return planted_world(name, truth, np.full((blocks, 1), dilation))


def test_a_way_that_finds_every_truth_in_twenty_runs_is_consistent():
    # By hand: 0.025^(1/20) = 0.83 is above 0.8, its square 0.69 above 0.5.
    found, conditions = verdict([always(1, 1), always(3, 3)], RULE)
    assert found == "consistent"
    assert [condition.lower for condition in conditions] == pytest.approx([0.8316, 0.6915, 0.8316, 0.6915], abs=1e-4)


def test_a_way_that_always_says_1_is_inconsistent():
    found, conditions = verdict([always(1, 1), always(1, 3, name="mirrored")], RULE)
    assert found == "inconsistent"
    assert [(each.world, each.quantity) for each in conditions if each.refuted] == [("mirrored", "right share")]


def test_a_way_that_was_never_tried_where_1_is_wrong_is_not_consistent():
    assert verdict([always(1, 1), always(1, 1)], RULE)[0] == "inconclusive"


def test_few_runs_are_inconclusive_even_if_all_are_right_or_all_but_one_wrong():
    # By hand: of 10 right ones the lower end is 0.025^(1/10) = 0.69; of 1 in 3 the upper end is 0.91.
    assert verdict([always(1, 1, 10), always(3, 3, 10)], RULE)[0] == "inconclusive"
    wrong = planted_world("two", 2, np.array([[2], [3], [3]]))
    assert verdict([always(1, 1, 3), wrong], RULE)[0] == "inconclusive"


def test_a_single_seed_is_inconclusive():
    assert verdict([always(1, 1, 1), planted_world("starts", 2, np.array([[2, 2, 5]]), STARTS)], RULE)[0] == "inconclusive"


def test_a_way_that_stays_where_it_starts_is_inconsistent():
    """By hand: the chosen is the initial dilation, a slope of 1."""
    stays = planted_world("stays", 4, np.tile(STARTS, (20, 1)), STARTS)
    found, conditions = verdict([stays], RULE)
    slope = conditions[-1]
    assert (found, slope.quantity, slope.value, slope.shown, slope.refuted) == ("inconsistent", "start slope", pytest.approx(1), False, True)


def test_a_way_that_forgets_its_start_needs_that_shown_too():
    forgets = [planted_world(str(truth), truth, np.full((20, 3), truth), STARTS) for truth in (1, 5)]
    found, conditions = verdict(forgets, RULE)
    assert found == "consistent"
    assert {condition.quantity for condition in conditions} == {"right share", "same share", "start slope"}


def test_right_choices_that_scatter_are_not_consistent():
    # By hand: of equally good dilations 1 to 5 each is chosen in 4 of 20 runs; the upper end for 4 of 20, corrected for 4 conditions, is 0.49.
    scattered = np.repeat([1, 2, 3, 4, 5], 4)[:, None]
    right = np.ones_like(scattered, dtype=bool)
    found, conditions = verdict([World("digits", None, scattered, right, ~right), always(2, 2)], RULE)
    assert [(each.quantity, each.shown, each.refuted) for each in conditions[:2]] == [("right share", True, False), ("same share", False, True)]
    assert found == "inconsistent"


def test_losses_that_settle_nothing_leave_the_verdict_open():
    unsettled = np.zeros((20, 1), bool)
    assert verdict([World("digits", None, np.ones((20, 1), int), unsettled, unsettled), always(3, 3)], RULE)[0] == "inconclusive"


def test_a_refutation_is_corrected_for_the_number_of_conditions():
    # By hand, from the beta distribution: of 11 right ones of 20 the upper end is 0.793 at 0.05 / 2 and 0.831 at 0.05 / 8.
    half = planted_world("half", 2, np.repeat([2, 3], [11, 9])[:, None])
    assert verdict([half], RULE)[0] == "inconsistent"
    assert verdict([half, *(always(truth, truth) for truth in (1, 3, 4))], RULE)[0] == "inconclusive"


def test_the_rule_says_its_bounds_in_words():
    words = str(RULE)
    assert all(part in words for part in ("at least 80%", "at least 50%", "less than 0.25 pixels", "95% confidence interval"))


def test_no_world_has_no_verdict():
    with pytest.raises(ValueError, match="at least one world"):
        verdict([], RULE)
