from kernel_dilation.analysis.receptive_fields import effective_side
from kernel_dilation.experiment.geometry import network_receptive_field
from kernel_dilation.explanations.effective_receptive_field import effective_receptive_field

import numpy as np
import pytest
from small_networks import architecture, linear_network, options, random_weights, strokes, tensors


def test_field_of_a_network_that_only_pools_is_the_block_of_its_central_unit():
    """By hand: unit 3 of 7 averages the 4 x 4 pixels from 12 to 15, so the field is 1 / 16 of the root mean square of the draws."""
    of, weights, _ = linear_network()
    images = strokes(5)
    draws = np.random.default_rng(7).standard_normal((5, 1), np.float32)
    expected = np.zeros((28, 28))
    expected[12:16, 12:16] = np.sqrt((draws**2).mean()) / 16
    field = effective_receptive_field(tensors(weights), images, of, seed=7)
    np.testing.assert_allclose(field, expected, rtol=1e-5)
    assert effective_side(field[None])[0] == 4


@pytest.mark.parametrize(("dilation", "kernel_size", "dilate"), [(1, 3, "first"), (2, 3, "first"), (1, 5, "first"), (2, 3, "all")])
def test_field_has_the_theoretical_width(dilation, kernel_size, dilate):
    """Oracle: Araujo et al. (2019), by `geometry.network_receptive_field`."""
    of = architecture(dilation, kernel_size, "average", dilate=dilate)
    weights = tensors([np.abs(weight) for weight in random_weights(of)])
    field = effective_receptive_field(weights, strokes(4), of, seed=0)
    assert field.any(1).sum() == field.any(0).sum() == network_receptive_field(kernel_size, dilation, dilate, "average")


def test_field_is_the_standard_deviation_of_the_gradient_over_random_signs():
    """Oracle: analytic; the draws have variance 1, so the field of a linear network with one channel approaches its gradient, 1 / 16."""
    of, weights, _ = linear_network()
    field = effective_receptive_field(tensors(weights), np.repeat(strokes(1), 400, 0), of, seed=0)
    assert field[13, 13] == pytest.approx(1 / 16, rel=0.1)


def test_the_field_is_reproducible():
    of = architecture()
    once, twice = (effective_receptive_field(tensors(random_weights(of)), strokes(3), of, options().seed) for _ in range(2))
    assert once.tobytes() == twice.tobytes()
    assert (once.shape, once.dtype) == ((28, 28), np.float32)
