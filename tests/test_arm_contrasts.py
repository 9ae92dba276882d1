"""Contrasts between arms, on values whose contrasts are known by construction."""

from kernel_dilation.analysis.arm_contrasts import (
    ALL_ARMS,
    EVEN_ODD,
    SLOPE,
    evenness_weights,
    interactions,
    level_pairs,
    simple_effects,
    slope_weights,
)
from kernel_dilation.experiment.arms import grid_arms

import numpy as np
import pytest

ARMS = grid_arms([1, 2, 3, 4], [3, 5], ["max", "average", "stride"])


def values_of(function) -> dict:
    """Return one value for each arm, as (replicates, images) of one cell."""
    return {arm: np.array([[float(function(arm))]]) for arm in ARMS}


def test_poolings_are_compared_with_max_and_kernel_sizes_with_the_smallest():
    assert [name for name, *_ in level_pairs(ARMS)] == ["average - max", "stride - max", "kernel 5 - 3"]
    assert [name for name, *_ in level_pairs(grid_arms([1], [5, 3], ["stride", "average"]))] == ["average - stride", "kernel 5 - 3"]
    assert level_pairs(grid_arms([1, 2], [3], ["max"])) == []


def test_a_simple_effect_is_the_difference_at_its_dilation():
    # By construction: average pooling adds the square of the dilation, kernel size 5 adds 10.
    values = values_of(lambda arm: (arm.pooling == "average") * arm.dilation**2 + 10 * (arm.kernel_size == 5))
    found = {(effect.contrast, effect.dilation): effect.of(values).item() for effect in simple_effects(ARMS)}
    assert [found["average - max", dilation] for dilation in (1, 2, 3, 4)] == pytest.approx([1, 4, 9, 16])
    assert [found["stride - max", dilation] for dilation in (1, 2, 3, 4)] == pytest.approx([0, 0, 0, 0])
    assert [found["kernel 5 - 3", dilation] for dilation in (1, 2, 3, 4)] == pytest.approx([10, 10, 10, 10])


def test_the_reference_of_a_margin_is_the_second_level_at_the_smallest_dilation():
    effect = simple_effects(ARMS)[2]  # average - max at dilation 3
    assert {(arm.dilation, arm.kernel_size, arm.pooling) for arm in effect.reference} == {(1, 3, "max"), (1, 5, "max")}


def test_an_interaction_is_the_slope_of_the_simple_effects():
    # By construction: average less max is 2 d; numpy's polyfit of d^2 over 1 to 4 has the slope 5.
    linear = values_of(lambda arm: 2 * arm.dilation * (arm.pooling == "average") + arm.dilation**2)
    found = {(effect.contrast, effect.term): effect.of(linear).item() for effect in interactions(ARMS)}
    assert found["average - max", SLOPE] == pytest.approx(2)
    assert found["kernel 5 - 3", SLOPE] == pytest.approx(0)
    assert slope_weights([1, 2, 3, 4]) @ np.array([1, 4, 9, 16]) == pytest.approx(np.polyfit([1, 2, 3, 4], [1, 4, 9, 16], 1)[0])


def test_evenness_is_the_coefficient_beside_a_trend():
    # By construction: even dilations lie 3 higher, on a line; and for seven dilations on a cubic.
    values = values_of(lambda arm: 5 - 2 * arm.dilation + 3 * (arm.dilation % 2 == 0))
    (found,) = (effect.of(values).item() for effect in interactions(ARMS) if (effect.contrast, effect.term) == (ALL_ARMS, EVEN_ODD))
    assert found == pytest.approx(3)
    dilations = np.arange(1, 8)
    assert evenness_weights(dilations) @ (dilations**3 - dilations**2 + 3.0 * (dilations % 2 == 0)) == pytest.approx(3)


@pytest.mark.parametrize("dilations", [[1, 2, 3], [1, 3, 5, 7], [2, 4, 6, 8]])
def test_evenness_needs_four_dilations_of_both_kinds(dilations):
    assert evenness_weights(dilations) is None


def test_a_single_dilation_has_no_interaction():
    assert interactions(grid_arms([2], [3, 5], ["max"])) == []
