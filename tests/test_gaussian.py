from dataclasses import replace

from kernel_dilation.dilation_learning.method_base import MethodOptions
from kernel_dilation.dilation_methods.gaussian import (
    FIRST_WIDTH,
    LAST_WIDTH,
    MIN_DEVIATION,
    Gaussian,
    gaussian_kernel,
    learn_dilation,
    tap_deviation,
    trainings,
)
from kernel_dilation.learning_worlds.planted_textures import generate_textures

import numpy as np
import pytest
import tensorflow as tf

OPTIONS = MethodOptions((1, 2, 4), 3, "max", (4, 6), 8, epochs=2, batch_size=16, learning_rate=0.01, rate=0.05, head="average")
RECOVERY_OPTIONS = replace(OPTIONS, candidates=(1, 2, 3), channels=(12, 24), dense=32, epochs=6, batch_size=32)
IMAGES = tf.constant(np.random.default_rng(0).standard_normal((5, 28, 28, 1)), tf.float32)


@pytest.mark.parametrize("dilation", [1.0, 1.5, 2.7, 4.0])
@pytest.mark.parametrize("deviation", [0.1, 0.7, 3.0])
@pytest.mark.parametrize("size", [3, 5])
def test_the_pixels_of_a_tap_sum_to_its_value(dilation, deviation, size):
    kernel = np.random.default_rng(size).standard_normal((size, size, 1, 3)).astype(np.float32)
    spread = gaussian_kernel(tf.constant(kernel), tf.constant(dilation), tf.constant(deviation), 8)
    assert spread.shape == (17, 17, 1, 3)
    np.testing.assert_allclose(tf.reduce_sum(spread, (0, 1, 2)), kernel.sum(axis=(0, 1, 2)), atol=1e-4)


def test_narrow_taps_at_a_whole_dilation_are_the_dilated_convolution():
    """Oracle: TensorFlow's own dilated convolution."""
    built = Gaussian(OPTIONS)
    kernel = gaussian_kernel(built.weights[0], tf.constant(4.0), tf.constant(0.05), built.reach)
    expected = tf.nn.conv2d(IMAGES, built.weights[0], 1, "SAME", dilations=4)
    np.testing.assert_allclose(tf.nn.conv2d(IMAGES, kernel, 1, "SAME"), expected, atol=1e-5)


def test_a_tap_is_a_gaussian():
    """By hand: one tap at (4, 0), whose neighbours at distance 1 have exp(-1/2) of its share at a deviation of 1 pixel."""
    kernel = tf.constant(np.eye(1, 9, 7, dtype=np.float32).reshape(3, 3, 1, 1))
    spread = gaussian_kernel(kernel, tf.constant(4.0), tf.constant(1.0), 10).numpy()[:, :, 0, 0]
    assert np.unravel_index(spread.argmax(), spread.shape) == (14, 10)
    np.testing.assert_allclose(spread[[13, 15, 14, 14], [10, 10, 9, 11]] / spread[14, 10], np.exp(-0.5), rtol=1e-5)


def test_taps_narrow_with_the_dilation_and_the_training():
    """By hand: 0.6 and 0.15 of the dilation, the geometric mean half-way, and never less than the least deviation."""
    deviations = [float(tap_deviation(tf.constant(4.0), tf.constant(progress))) for progress in (0.0, 0.5, 1.0)]
    assert deviations == pytest.approx([4 * FIRST_WIDTH, 4 * (FIRST_WIDTH * LAST_WIDTH) ** 0.5, 4 * LAST_WIDTH])
    assert float(tap_deviation(tf.constant(1.0), tf.constant(1.0))) == pytest.approx(MIN_DEVIATION)


@pytest.mark.parametrize("target", [1.0, 3.0, 4.0])
def test_wide_taps_see_a_dilation_from_any_other(target):
    """A kernel becomes more similar to that at the target with every step towards it: no dilation in between is a trap."""
    kernel = tf.constant(np.random.default_rng(4).standard_normal((3, 3, 1, 4)), tf.float32)

    def spread(dilation: float) -> np.ndarray:
        pixels = tf.constant(dilation, tf.float32)
        return gaussian_kernel(kernel, pixels, tap_deviation(pixels, tf.constant(0.0)), 6).numpy().ravel()

    goal = spread(target)
    similarity = np.array([spread(dilation) @ goal / np.linalg.norm(spread(dilation)) for dilation in np.arange(1, 4.01, 0.25)])
    peak = int(4 * (target - 1))
    assert (np.diff(similarity[: peak + 1]) > 0).all()
    assert (np.diff(similarity[peak:]) < 0).all()


def test_the_dilation_starts_at_the_initial_one_and_stays_within_the_candidates():
    built = Gaussian(OPTIONS)
    built.reset(50.0, 4, 0)
    assert float(built.dilations()[0]) == pytest.approx(4)
    for direction, end in ((1.0, 1), (-1.0, 4)):
        built.parameter_optimiser.reset()
        built.update_dilation_parameters(tf.constant([direction]), IMAGES, tf.zeros(5, tf.int32))
        assert float(built.dilations()[0]) == pytest.approx(end)


def test_a_planted_dilation_is_recovered_from_a_neighbour():
    outcome = learn_dilation(generate_textures(3, 1, 960, 320, 0), RECOVERY_OPTIONS, 2, 0)
    assert outcome.chosen_dilation == 3
    assert outcome.losses is None


def test_the_price_of_a_run():
    """By hand: one training, then two candidates half an epoch of 64 images and a third of 30 validation images; a training is 128 images."""
    assert trainings(OPTIONS, 64, 30) == pytest.approx(1 + 2 * (32 + 10) / 128)
