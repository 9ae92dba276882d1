from kernel_dilation.dilation_learning.kernel_placement import (
    MAX_STRIP_COLUMNS,
    convolve_wide_kernel,
    distribute_over_candidates,
    interpolate_kernel,
    one_hot_placements,
    regular_grid,
)

import numpy as np
import pytest
import tensorflow as tf

RANDOM = np.random.default_rng(0)
KERNEL = tf.constant(RANDOM.standard_normal((3, 3, 1, 4)), tf.float32)
IMAGES = tf.constant(RANDOM.standard_normal((5, 28, 28, 1)), tf.float32)


@pytest.mark.parametrize("dilation", [1, 2, 5, 7])
def test_taps_at_whole_positions_are_the_dilated_convolution(dilation):
    """Oracle: TensorFlow's own dilated convolution."""
    kernel = interpolate_kernel(KERNEL, dilation * regular_grid(3), 7)
    expected = tf.nn.conv2d(IMAGES, KERNEL, 1, "SAME", dilations=dilation)
    np.testing.assert_allclose(convolve_wide_kernel(IMAGES, kernel), expected, atol=1e-5)


def test_free_positions_on_a_regular_grid_are_the_dilated_convolution():
    """Oracle: TensorFlow's own dilated convolution, with separate positions for each kernel."""
    positions = np.broadcast_to(3 * regular_grid(3), (3, 3, 4, 2))
    expected = tf.nn.conv2d(IMAGES, KERNEL, 1, "SAME", dilations=3)
    np.testing.assert_allclose(convolve_wide_kernel(IMAGES, interpolate_kernel(KERNEL, positions, 4)), expected, atol=1e-5)


def test_a_tap_between_pixels_is_distributed_bilinearly():
    """By hand: a tap of 8 at (0.25, -1.5) is divided 3 : 1 between rows 0 and 1, and 1 : 1 between columns -2 and -1."""
    kernel = interpolate_kernel(tf.fill((1, 1, 1, 1), 8.0), tf.constant([0.25, -1.5], shape=(1, 1, 1, 2)), 2)
    expected = np.zeros((5, 5))
    expected[2, 0], expected[2, 1], expected[3, 0], expected[3, 1] = 3, 3, 1, 1
    np.testing.assert_allclose(kernel[:, :, 0, 0], expected, atol=1e-6)


def test_a_wide_tap_keeps_its_sum_and_its_position():
    """By hand: with triangles of half-width 2, a tap at 0 is divided 1 : 2 : 1 between -1, 0 and 1."""
    kernel = interpolate_kernel(tf.ones((1, 1, 1, 1)), tf.zeros((1, 1, 1, 2)), 3, width=2.0)
    np.testing.assert_allclose(kernel[3, :, 0, 0], np.array([0, 0, 1, 2, 1, 0, 0]) / 8, atol=1e-6)
    assert float(tf.reduce_sum(kernel)) == pytest.approx(1)


def test_the_gradient_of_the_dilation_is_that_of_finite_differences():
    """Oracle: central differences of the same loss, with the quotient in float64."""

    def loss(dilation: tf.Tensor) -> tf.Tensor:
        return tf.reduce_mean(convolve_wide_kernel(IMAGES, interpolate_kernel(KERNEL, dilation * regular_grid(3), 7)) ** 3)

    dilation = tf.constant(2.4)
    with tf.GradientTape() as tape:
        tape.watch(dilation)
        value = loss(dilation)
    step = 0.02
    difference = (float(loss(dilation + step)) - float(loss(dilation - step))) / (2 * step)
    assert float(tape.gradient(value, dilation)) == pytest.approx(difference, rel=0.02)


def test_one_hot_placements_mark_the_taps_of_each_dilation():
    """By hand: at dilation 2 the tap in the first row and second column is two pixels above the centre."""
    placements = one_hot_placements(3, (1, 2))
    assert placements.shape == (2, 3, 3, 5, 5)
    assert np.argwhere(placements[1, 0, 1]).tolist() == [[0, 2]]
    assert np.argwhere(placements[0, 2, 2]).tolist() == [[3, 3]]


def test_a_kernel_of_many_columns_is_summed_over_strips():
    """Oracle: TensorFlow's convolution with the whole kernel."""
    wide = tf.constant(RANDOM.standard_normal((MAX_STRIP_COLUMNS + 7, MAX_STRIP_COLUMNS + 7, 1, 3)), tf.float32)
    np.testing.assert_allclose(convolve_wide_kernel(IMAGES, wide), tf.nn.conv2d(IMAGES, wide, 1, "SAME"), atol=1e-4)


def test_dilations_are_distributed_over_the_adjacent_candidates():
    """By hand: 2.25 counts 3/4 for 2 and 1/4 for 3; with weights 3 and 1 the first dilation counts three quarters."""
    np.testing.assert_allclose(distribute_over_candidates(np.array([2.25]), np.ones(1), (1, 2, 3)), [0, 0.75, 0.25])
    np.testing.assert_allclose(distribute_over_candidates(np.array([1.0, 6.0]), np.array([3.0, 1.0]), (1, 4, 8)), [0.75, 0.125, 0.125])
    np.testing.assert_allclose(distribute_over_candidates(np.array([9.0]), np.ones(1), (1, 2, 3)), [0, 0, 1])
