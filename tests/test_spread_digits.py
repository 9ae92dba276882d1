from kernel_dilation.dilation_learning.spread_digits import spread_digits

import numpy as np
import pytest
import tensorflow as tf

DIGITS = np.random.default_rng(0).integers(0, 256, (5, 28, 28), dtype=np.uint8)


def test_a_factor_of_one_changes_nothing():
    np.testing.assert_array_equal(spread_digits(DIGITS, 1), DIGITS)


@pytest.mark.parametrize("factor", [2, 3, 5])
def test_pixels_are_block_means_with_black_pixels_between(factor):
    """Oracle: TensorFlow's average pooling."""
    spread = spread_digits(DIGITS, factor)
    assert spread.dtype == np.uint8
    assert spread.shape == DIGITS.shape
    means = tf.nn.avg_pool2d(DIGITS[..., None].astype(np.float32), factor, factor, "VALID")[..., 0]
    lattice = spread[:, ::factor, ::factor][:, : means.shape[1], : means.shape[2]]
    assert np.abs(lattice - means).max() <= 0.5
    assert np.count_nonzero(spread) == np.count_nonzero(lattice)


def test_a_kernel_at_the_factor_sees_what_a_kernel_at_dilation_1_sees_of_the_small_digit():
    kernel = tf.constant(np.random.default_rng(1).normal(size=(3, 3, 1, 2)), tf.float32)
    spread = tf.constant(spread_digits(DIGITS, 2)[..., None], tf.float32)
    of_spread = tf.nn.convolution(spread, kernel, padding="SAME", dilations=2)[:, ::2, ::2]
    np.testing.assert_allclose(of_spread, tf.nn.convolution(spread[:, ::2, ::2], kernel, padding="SAME"), rtol=1e-4, atol=1e-2)


@pytest.mark.parametrize("factor", [0, 29])
def test_a_factor_out_of_range_is_refused(factor):
    with pytest.raises(ValueError, match=f"from 1 to 28; got {factor}"):
        spread_digits(DIGITS, factor)
