"""Taps at random places. Oracles: Keras's convolution with the whole kernel, and counting."""

from importlib import import_module

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.geometry import extent
from kernel_dilation.explanations.sanity_checks import randomise_layers
from kernel_dilation.figures.first_kernels import first_kernels_figure, stored_dilation
from kernel_dilation.model.network import Architecture, convolve_at_taps, keras_network, logits, weight_shapes
from kernel_dilation.model.random_taps import draw_tap_places, spread_taps, tap_mask
from kernel_dilation.presentation.figure_style import png_bytes
from kernel_dilation.training.loop import Schedule, train_network

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_networks import digits, options, strokes

ARCHITECTURE = Architecture(Arm(4, 3, "max"), channels=(3, 4), dense=5, taps="random")
IMAGES = tf.constant(np.random.default_rng(0).random((4, 28, 28, 1)), tf.float32)


@pytest.mark.parametrize("dilation", range(1, 8))
@pytest.mark.parametrize("kernel_size", [3, 5])
def test_there_are_as_many_taps_as_weights_in_the_same_extent_with_one_at_the_centre(kernel_size, dilation):
    for seed in range(20):
        places, side = draw_tap_places(kernel_size, dilation, seed), extent(kernel_size, dilation)
        assert len(set(map(tuple, places.tolist()))) == kernel_size**2
        assert places.min(0).tolist() == [0, 0]
        assert places.max(0).tolist() == [side - 1, side - 1]
        assert [side // 2, side // 2] in places.tolist()
        assert places.tolist() == sorted(places.tolist())


def test_at_dilation_one_random_taps_are_the_whole_kernel():
    assert draw_tap_places(3, 1, 5).tolist() == [[row, column] for row in range(3) for column in range(3)]


def test_places_depend_on_the_seed_and_on_nothing_else():
    assert draw_tap_places(3, 4, 1).tolist() == draw_tap_places(3, 4, 1).tolist()
    assert len({draw_tap_places(3, 4, seed).tobytes() for seed in range(20)}) == 20


def test_the_places_other_than_the_centre_are_equally_frequent_along_each_side():
    """Property: the drawing has no preferred direction; 2,000 draws, standard error about 1 %."""
    counts = sum(
        np.bincount(places[:, 0] * 5 + places[:, 1], minlength=25).reshape(5, 5) for places in (draw_tap_places(3, 2, s) for s in range(2000))
    )
    shares = counts / 2000
    for turned in (np.rot90(shares), shares.T, shares[::-1]):
        np.testing.assert_allclose(turned, shares, atol=0.06)


def test_weights_keep_their_order_when_they_are_spread():
    kernel = np.arange(1, 10, dtype=np.float32).reshape(3, 3, 1, 1)
    spread = spread_taps(kernel, draw_tap_places(3, 4, 0), 9)
    assert spread[tap_mask(spread)[:, :, 0, 0]].ravel().tolist() == list(range(1, 10))


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize(("kernel_size", "dilation"), [(3, 1), (3, 5), (5, 3)])
def test_shifted_images_give_the_convolution_with_the_whole_kernel(kernel_size, dilation, padding):
    """Oracle: TensorFlow's dense convolution, value and gradients at the taps."""
    side, random = extent(kernel_size, dilation), np.random.default_rng(1)
    dense = random.normal(size=(kernel_size, kernel_size, 1, 2)).astype(np.float32)
    kernel, bias = tf.constant(spread_taps(dense, draw_tap_places(kernel_size, dilation, 3), side)), tf.constant([0.5, -1.0])
    results = []
    for convolution in (
        lambda: convolve_at_taps(IMAGES, kernel, bias, kernel_size**2, padding),
        lambda: tf.nn.conv2d(IMAGES, kernel, 1, padding.upper()) + bias,
    ):
        with tf.GradientTape() as tape:
            tape.watch([kernel, IMAGES])
            features = convolution()
            value = tf.reduce_sum(features**2)
        results.append((features, *tape.gradient(value, [kernel, IMAGES])))
    (features, at_kernel, at_images), (expected, whole, expected_at_images) = results
    np.testing.assert_allclose(features, expected, atol=1e-4)
    np.testing.assert_allclose(at_images, expected_at_images, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(at_kernel, np.where(tap_mask(kernel), whole, 0), rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize(("pooling", "padding"), [("max", "same"), ("average", "valid"), ("stride", "same")])
def test_the_pure_functions_compute_the_same_as_the_keras_layers(pooling, padding):
    architecture = Architecture(Arm(3, 3, pooling), "first", padding, (3, 4), 5, taps="random")
    model = keras_network(architecture, seed=1)
    assert [weight.shape for weight in model.weights] == weight_shapes(architecture)
    np.testing.assert_allclose(logits([weight.value for weight in model.weights], IMAGES, architecture), model(IMAGES), atol=1e-5)


def test_the_initial_weights_are_those_of_a_lattice_and_at_dilation_one_the_networks_are_the_same():
    random, lattice = (keras_network(Architecture(Arm(1, 3, "max"), taps=taps), 5).get_weights() for taps in ("random", "lattice"))
    for one, other in zip(random, lattice):
        np.testing.assert_array_equal(one, other)
    wide = keras_network(Architecture(Arm(6, 3, "max"), taps="random"), 5).get_weights()[0]
    np.testing.assert_array_equal(wide[tap_mask(wide)[:, :, 0, 0]].ravel(), lattice[0].ravel())


def test_training_moves_the_taps_alone_and_the_file_opens_without_this_project(tmp_path):
    images, classes = digits()
    parts = {"train": slice(0, 200), "validation": slice(200, 250), "test": slice(250, 300)}
    arrays = {f"{axis}_{part}": values[where] for part, where in parts.items() for axis, values in (("x", images), ("y", classes))}
    result = train_network(ARCHITECTURE, Schedule(2, 20, 0.01), arrays, seed=0, replicate=0)
    (tmp_path / "network.keras").write_bytes(result["network"])
    network = keras.models.load_model(tmp_path / "network.keras")
    start = keras_network(ARCHITECTURE, int(np.random.default_rng((0, 0)).integers(2**31 - 8))).get_weights()[0]
    trained = network.get_weights()[0]
    assert tap_mask(trained).sum() == 9
    np.testing.assert_array_equal(tap_mask(trained), tap_mask(start))
    assert (np.abs(trained - start)[tap_mask(start)[:, :, 0, 0]] > 1e-4).mean() > 0.9
    np.testing.assert_allclose(network(arrays["x_test"][..., None] / 255), result["logits"], atol=1e-4)


def test_randomised_kernels_keep_their_taps():
    weights = keras_network(ARCHITECTURE, 0).get_weights()
    *_, whole = randomise_layers(weights, (0, 1))
    np.testing.assert_array_equal(tap_mask(whole[0]), tap_mask(weights[0]))
    assert np.abs(whole[0]).max() <= np.sqrt(6 / (9 * 4))
    assert np.abs(whole[0] - weights[0]).max() > 0.1


def test_the_figure_of_kernels_draws_stored_kernels_on_their_own_places():
    arm, kernel = Arm(4, 3, "max"), keras_network(ARCHITECTURE, 0).get_weights()[0][:, :, 0]
    assert stored_dilation(arm, len(kernel)) == 1
    assert stored_dilation(arm, 3) == 4
    assert png_bytes(first_kernels_figure({arm: kernel}))[:4] == b"\x89PNG"


@pytest.mark.parametrize("method", ["gradient", "smoothgrad", "integrated_gradients", "occlusion", "grad_cam"])
def test_saliency_methods_explain_networks_with_random_taps(method):
    """Oracle: the network whose first kernel is the same kernel with all places of its extent, an arm of that kernel size at dilation 1."""
    saliency_maps = import_module(f"kernel_dilation.saliency_methods.{method}").saliency_maps
    weights = [tf.constant(weight) for weight in keras_network(ARCHITECTURE, 0).get_weights()]
    whole = Architecture(Arm(1, 9, "max"), channels=(3, 4), dense=5)
    images, classes = strokes(3), np.array([0, 4, 7])
    maps, expected = (saliency_maps(weights, images, classes, of, options()) for of in (ARCHITECTURE, whole))
    np.testing.assert_allclose(maps, expected, atol=1e-4)
