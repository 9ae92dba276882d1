"""Comparisons that hold for new images, on layouts whose answer is known."""

from kernel_dilation.statistics.comparisons import compare_treatments
from kernel_dilation.statistics.crossed_comparisons import IMAGES_TOO_FEW, crossed_p_value, crossed_ratio, crossed_verdicts, generalise_to_images
from kernel_dilation.statistics.crossed_means import crossed_means, quasi_f_p_value

import numpy as np
import pytest

RANDOM = np.random.default_rng(0)


def compared(stack: np.ndarray, margin: float = 0.5):
    """Return the comparison over replicates, and the same generalised to images."""
    comparison = compare_treatments(stack.mean(axis=2).T, tuple(range(1, len(stack) + 1)), margin, 0.05, 500, 0)
    return comparison, generalise_to_images(comparison, stack, margin, 0.05)


def test_pairs_and_slope_have_the_intervals_of_their_contrasts():
    stack = RANDOM.normal(size=(3, 6, 30)) - np.arange(3)[:, None, None]
    _, crossed = compared(stack)
    assert crossed.p_value == quasi_f_p_value(stack)
    lower, upper = crossed_means(stack[2] - stack[0]).interval(0.05)
    assert (crossed.pairs[1].lower, crossed.pairs[1].upper) == (pytest.approx(float(lower)), pytest.approx(float(upper)))
    lower, upper = crossed_means((stack[2] - stack[0]) / 2).interval(0.05)  # the least-squares slope of three points
    assert (crossed.slope.lower, crossed.slope.upper) == (pytest.approx(float(lower)), pytest.approx(float(upper)))


def test_a_difference_on_one_lucky_set_of_images_is_not_called_a_difference():
    # By construction: the second treatment is better on a few images only, in every replicate alike.
    few_images = 3 * RANDOM.normal(size=(1, 12))
    stack = np.stack([np.zeros((8, 12)), few_images + 0.05 * RANDOM.normal(size=(8, 12))])
    over_replicates, crossed = compared(stack)
    assert over_replicates.p_value < 0.01
    assert (crossed.verdict, crossed.reason) == ("inconclusive", IMAGES_TOO_FEW)


def test_images_that_hardly_differ_show_equivalence():
    assert compared(0.1 * RANDOM.normal(size=(3, 6, 40)))[1].verdict == "equivalent"


@pytest.mark.parametrize("shape", [(1, 6, 5), (3, 1, 5)])
def test_a_single_treatment_or_replicate_is_left_as_it_is(shape):
    comparison, crossed = compared(RANDOM.normal(size=shape))
    assert crossed == comparison


def test_verdicts_of_a_family_are_those_of_single_comparisons_with_holms_correction():
    # Oracle: `generalise_to_images`, and Holm's factors by hand. The smaller p-value of two is doubled, the larger one is not.
    stacks = {"strong": RANDOM.normal(size=(3, 8, 30)) - 2 * np.arange(3)[:, None, None], "weak": RANDOM.normal(size=(3, 8, 30))}
    single = {name: compared(stack)[1].p_value for name, stack in stacks.items()}
    found = crossed_verdicts(stacks, dict.fromkeys(stacks, 0.5), 0.05)
    assert found["strong"].p_value == pytest.approx(2 * single["strong"])
    assert found["weak"].p_value == pytest.approx(single["weak"])
    assert found["strong"].verdict == "difference"
    assert crossed_verdicts({"one": stacks["weak"][:, :1]}, {"one": 0.5}, 0.05) == {}


def test_a_stack_with_gaps_is_tested_in_pairs():
    # Oracle: the t test of `crossed_means` on the only pair; with three treatments the smallest of three p-values counts three times.
    stack = RANDOM.normal(size=(3, 8, 20))
    stack[:, ::2, :10] = np.nan
    pairs = [float(crossed_means(stack[after] - stack[before]).p_values()) for before, after in ((0, 1), (0, 2), (1, 2))]
    assert crossed_p_value(stack[:2]) == pytest.approx(pairs[0])
    assert crossed_p_value(stack) == pytest.approx(min(1, 3 * min(pairs)))


def test_a_ratio_has_the_interval_of_its_logarithm():
    # Analytic: with constant denominators, log(mean) has the relative standard error of the mean (delta method).
    numerator = RANDOM.normal(2.0, 0.1, size=(20, 50))
    ratio = crossed_ratio(numerator, np.ones((20, 50)), 0.05)
    lower, upper = crossed_means(numerator).interval(0.05)
    half = (float(upper) - float(lower)) / 2 / numerator.mean()
    assert ratio.value == pytest.approx(numerator.mean())
    assert np.log(ratio.upper / ratio.value) == pytest.approx(half)
    assert np.log(ratio.value / ratio.lower) == pytest.approx(half)


def test_a_ratio_to_nothing_does_not_exist_and_that_of_one_replicate_has_no_interval():
    assert crossed_ratio(np.ones((3, 4)), np.zeros((3, 4)), 0.05) is None
    assert crossed_ratio(2 * np.ones((1, 4)), np.ones((1, 4)), 0.05).lower is None
