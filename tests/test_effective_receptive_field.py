from kernel_dilation.analysis.receptive_fields import effective_side
from kernel_dilation.experiment.geometry import network_receptive_field
from kernel_dilation.explanations.effective_receptive_field import effective_receptive_field

import numpy as np
import pytest
from small_networks import architecture, linear_network, options, random_weights, strokes, tensors


def test_field_of_a_network_that_only_pools_is_the_block_of_its_middle_unit():
    """By hand: unit 3 of 7 is the mean of pixels 12 to 15 squared, so 1 / 16 times the root mean square of the draws."""
    of, weights, _ = linear_network()
    images = strokes(5)
    draws = np.random.default_rng(7).standard_normal((5, 1), np.float32)
    expected = np.zeros((28, 28))
    expected[12:16, 12:16] = np.sqrt((draws**2).mean()) / 16
    field = effective_receptive_field(tensors(weights), images, of, seed=7)
    np.testing.assert_allclose(field, expected, rtol=1e-5)
    assert effective_side(field[None])[0] == 4


@pytest.mark.parametrize(("dilation", "kernel_size", "dilate"), [(1, 3, "first"), (2, 3, "first"), (1, 5, "first"), (2, 3, "all")])
def test_field_is_as_wide_as_theory_says(dilation, kernel_size, dilate):
    """Oracle: Araujo et al. (2019), by `geometry`."""
    of = architecture(dilation, kernel_size, "average", dilate=dilate)
    weights = tensors([np.abs(weight) for weight in random_weights(of)])
    field = effective_receptive_field(weights, strokes(4), of, seed=0)
    assert field.any(1).sum() == field.any(0).sum() == network_receptive_field(kernel_size, dilation, dilate, "average")


def test_field_is_the_standard_deviation_of_the_gradient_over_random_signs():
    """Oracle: the draws' variance is 1, so with many images the mean square is the sum over channels, here of one linear network's."""
    of, weights, _ = linear_network()
    field = effective_receptive_field(tensors(weights), np.repeat(strokes(1), 400, 0), of, seed=0)
    assert field[13, 13] == pytest.approx(1 / 16, rel=0.1)


def test_the_same_field_comes_twice():
    of = architecture()
    once, twice = (effective_receptive_field(tensors(random_weights(of)), strokes(3), of, options().seed) for _ in range(2))
    assert once.tobytes() == twice.tobytes()
    assert (once.shape, once.dtype) == ((28, 28), np.float32)
