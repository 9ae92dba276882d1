"""Verdicts on learning methods by the rule of consistency, on choices specified by hand."""

from kernel_dilation.dilation_selection.learning_verdict import ConsistencyRule, WorldChoices, planted_world, verdict

import numpy as np
import pytest

RULE = ConsistencyRule(right_share=0.8, same_share=0.5, start_slope=0.25, alpha=0.05, resamples=200, seed=0)
STARTS = (1, 4, 7)


def always(dilation: int, truth: int, blocks: int = 20, name: str = "world") -> WorldChoices:
    """Return a world with the best dilation `truth`, in which every run chooses `dilation`."""
    return planted_world(name, truth, np.full((blocks, 1), dilation))


def test_a_method_that_is_right_in_every_world_in_twenty_runs_is_consistent():
    # By hand: 0.025^(1/20) = 0.83 is above 0.8, and its square 0.69 is above 0.5.
    result, conditions = verdict([always(1, 1), always(3, 3)], RULE)
    assert result == "consistent"
    assert [condition.lower for condition in conditions] == pytest.approx([0.8316, 0.6915, 0.8316, 0.6915], abs=1e-4)


def test_a_method_that_always_chooses_1_is_inconsistent():
    result, conditions = verdict([always(1, 1), always(1, 3, name="mirrored")], RULE)
    assert result == "inconsistent"
    assert [(each.world, each.quantity) for each in conditions if each.refuted] == [("mirrored", "right share")]


def test_a_method_tested_only_where_1_is_right_is_not_consistent():
    assert verdict([always(1, 1), always(1, 1)], RULE)[0] == "inconclusive"


def test_few_runs_are_inconclusive_even_if_all_or_only_one_are_right():
    # By hand: the lower end for 10 of 10 right runs is 0.025^(1/10) = 0.69; the upper end for 1 of 3 is 0.91.
    assert verdict([always(1, 1, 10), always(3, 3, 10)], RULE)[0] == "inconclusive"
    wrong = planted_world("two", 2, np.array([[2], [3], [3]]))
    assert verdict([always(1, 1, 3), wrong], RULE)[0] == "inconclusive"


def test_a_single_seed_is_inconclusive():
    assert verdict([always(1, 1, 1), planted_world("starts", 2, np.array([[2, 2, 5]]), STARTS)], RULE)[0] == "inconclusive"


def test_a_method_that_keeps_its_initial_dilation_is_inconsistent():
    # By hand: the chosen dilation equals the initial one, which is a slope of 1.
    world = planted_world("world", 4, np.tile(STARTS, (20, 1)), STARTS)
    result, conditions = verdict([world], RULE)
    slope = conditions[-1]
    assert (result, slope.quantity, slope.value, slope.shown, slope.refuted) == ("inconsistent", "start slope", pytest.approx(1), False, True)


def test_a_method_with_an_initial_dilation_needs_a_condition_on_its_slope():
    worlds = [planted_world(str(truth), truth, np.full((20, 3), truth), STARTS) for truth in (1, 5)]
    result, conditions = verdict(worlds, RULE)
    assert result == "consistent"
    assert {condition.quantity for condition in conditions} == {"right share", "same share", "start slope"}


def test_right_choices_that_vary_between_runs_are_inconsistent():
    # By hand: each of five equally good dilations is chosen in 4 of 20 runs. The upper end for 4 of 20, corrected for
    # 4 conditions, is 0.49.
    choices = np.repeat([1, 2, 3, 4, 5], 4)[:, None]
    right = np.ones_like(choices, dtype=bool)
    result, conditions = verdict([WorldChoices("digits", None, choices, right, ~right), always(2, 2)], RULE)
    assert [(each.quantity, each.shown, each.refuted) for each in conditions[:2]] == [("right share", True, False), ("same share", False, True)]
    assert result == "inconsistent"


def test_losses_that_show_no_best_dilation_give_an_inconclusive_verdict():
    undecided = np.zeros((20, 1), bool)
    assert verdict([WorldChoices("digits", None, np.ones((20, 1), int), undecided, undecided), always(3, 3)], RULE)[0] == "inconclusive"


def test_a_refutation_is_corrected_for_the_number_of_conditions():
    # By hand, from the beta distribution: the upper end for 11 of 20 right runs is 0.793 at 0.05 / 2 and 0.831 at 0.05 / 8.
    half = planted_world("half", 2, np.repeat([2, 3], [11, 9])[:, None])
    assert verdict([half], RULE)[0] == "inconsistent"
    assert verdict([half, *(always(truth, truth) for truth in (1, 3, 4))], RULE)[0] == "inconclusive"


def test_the_text_of_the_rule_states_its_bounds():
    text = str(RULE)
    assert all(part in text for part in ("at least 80 %", "at least 50 %", "less than 0.25 pixels", "95 % confidence interval"))


def test_a_verdict_without_a_world_is_refused():
    with pytest.raises(ValueError, match="at least one world"):
        verdict([], RULE)
