from dataclasses import replace

from kernel_dilation.dilation_learning.kernel_placement import one_hot_placements
from kernel_dilation.dilation_learning.method_base import MethodOptions
from kernel_dilation.dilation_methods.projection import DenseKernel, learn_dilation, patch_moments, project_kernel, project_network, trainings
from kernel_dilation.learning_worlds.planted_textures import generate_textures

import numpy as np
import pytest
import tensorflow as tf

OPTIONS = MethodOptions((1, 2, 4), 3, "max", (4, 6), 8, epochs=2, batch_size=16, learning_rate=0.01, rate=0.1, head="average")
RECOVERY_OPTIONS = replace(OPTIONS, candidates=(1, 2, 3), channels=(12, 24), dense=32, epochs=6, batch_size=32)


def correlated_images(count: int, side: int, seed: int) -> np.ndarray:
    """Return images (count, side, side) float32 whose neighbouring pixels are correlated and whose mean is not 0."""
    noise = np.random.default_rng(seed).standard_normal((count, side + 1, side + 1)).astype(np.float32)
    return 0.5 + noise[:, 1:, 1:] + noise[:, :-1, 1:] + noise[:, :-1, :-1]


def patches(images: np.ndarray, reach: int) -> np.ndarray:
    """Return the patch around each pixel, one row each, by TensorFlow's own extraction."""
    padded = np.pad(images, ((0, 0), (reach, reach), (reach, reach)))[..., None]
    side = 2 * reach + 1
    return tf.image.extract_patches(padded, (1, side, side, 1), (1, 1, 1, 1), (1, 1, 1, 1), "VALID").numpy().reshape(-1, side**2)


def test_the_moments_of_patches():
    """Oracle: NumPy's covariance of the patches that TensorFlow extracts; more images than are in memory at once."""
    images = correlated_images(45, 8, 0)
    mean, covariance = patch_moments(images, 2)
    rows = patches(images, 2).astype(float)
    np.testing.assert_allclose(mean, rows.mean(axis=0), atol=1e-5)
    np.testing.assert_allclose(covariance, np.cov(rows.T, bias=True), atol=1e-4)


@pytest.mark.parametrize("index", [0, 1, 2])
@pytest.mark.parametrize("seed", range(4))
def test_a_projection_is_the_least_squares_fit_to_the_responses(seed, index):
    """Oracle: NumPy's least squares of the dense kernel's responses on the taps' pixels and a constant."""
    images, dense = correlated_images(3, 10, seed), np.random.default_rng(seed).standard_normal((81, 2))
    placement = one_hot_placements(3, (1, 2, 4))[index].reshape(9, 81).T.astype(float)
    mean, covariance = patch_moments(images, 4)
    taps = project_kernel(dense, placement, covariance, ridge=0.0)
    rows = patches(images, 4).astype(float)
    expected = np.linalg.lstsq(np.column_stack([rows @ placement, np.ones(len(rows))]), rows @ dense, rcond=None)[0]
    np.testing.assert_allclose(taps, expected[:9], atol=1e-3)
    np.testing.assert_allclose(mean @ (dense - placement @ taps), expected[9], atol=1e-3)


def test_a_kernel_that_is_dilated_already_is_its_own_projection():
    taps = np.random.default_rng(0).standard_normal((9, 4))
    for places in one_hot_placements(3, (1, 2, 4)):
        placement = places.reshape(9, 81).T.astype(float)
        covariance = patch_moments(correlated_images(40, 12, 1), 4)[1]
        np.testing.assert_allclose(project_kernel(placement @ taps, placement, covariance, ridge=0.0), taps, atol=1e-6)


def test_pixels_that_never_vary_get_taps_of_zero():
    """Analytic: the ridge penalty decides where the covariance is singular."""
    images = correlated_images(20, 12, 2)
    images[:, ::2] = images[:, :, ::2] = 0.0
    covariance = patch_moments(images, 2)[1]
    covariance[12], covariance[:, 12] = 0.0, 0.0
    placement = one_hot_placements(3, (1, 2))[1].reshape(9, 25).T.astype(float)
    taps = project_kernel(np.ones((25, 1)), placement, covariance)
    assert np.isfinite(taps).all()
    assert taps[4, 0] == 0


def test_each_candidate_keeps_the_mean_responses_and_all_later_weights():
    """Oracle: the mean of TensorFlow's own convolutions over all places of the images from which the covariance is taken."""
    images = correlated_images(20, 28, 3)
    network = DenseKernel(OPTIONS)
    network.reset(0.0, 1, 0)
    dense = [variable.numpy() for variable in network.weights]
    before = tf.reduce_mean(tf.nn.conv2d(images[..., None], dense[0], 1, "SAME") + dense[1], (0, 1, 2))
    for dilation, weights in project_network(dense, images, OPTIONS).items():
        after = tf.reduce_mean(tf.nn.conv2d(images[..., None], weights[0], 1, "SAME", dilations=dilation) + weights[1], (0, 1, 2))
        np.testing.assert_allclose(after, before, atol=1e-4)
        assert all(np.array_equal(a, b) for a, b in zip(weights[2:], dense[2:]))


def test_the_initial_dilation_and_the_rate_make_no_difference():
    textures = generate_textures(2, 0, 64, 32, 0)
    outcomes = [learn_dilation(textures, options, initial, 0) for options, initial in ((OPTIONS, None), (replace(OPTIONS, rate=9.0), 4))]
    assert outcomes[0].losses == outcomes[1].losses


def test_a_planted_dilation_is_recovered():
    assert learn_dilation(generate_textures(3, 1, 960, 320, 0), RECOVERY_OPTIONS, None, 0).chosen_dilation == 3


def test_the_price_of_a_run():
    """By hand: 2 of 2 epochs of the dense kernel, then three candidates half an epoch of 64 images and a third of 30 validation images."""
    assert trainings(OPTIONS, 64, 30) == pytest.approx(1 + 3 * (32 + 10) / 128)
