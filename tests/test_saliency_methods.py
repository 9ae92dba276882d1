"""Saliency methods: properties common to all, and each method against an oracle."""

from importlib import import_module

from kernel_dilation.experiment.parameter_types import available_methods
from kernel_dilation.model.gradients import image_logits
from kernel_dilation.model.network import keras_network, last_features
from kernel_dilation.saliency_methods import grad_cam, occlusion
from kernel_dilation.saliency_methods.deconvnet import reversed_relu
from kernel_dilation.saliency_methods.guided_backprop import guided_relu

import numpy as np
import pytest
import tensorflow as tf
from small_networks import architecture, digits, linear_network, one_pixel_network, options, random_weights, strokes, tensors, trained_network

METHODS = sorted(available_methods("saliency_methods"))
SHAPES = [architecture(), architecture(3, 5, "average", padding="valid"), architecture(2, 3, "stride", dilate="all")]
IMAGES = strokes(5)
CLASSES = np.array([3, 1, 4, 1, 5])


def maps_of(method, weights, images, classes, of, **changes):
    """Compute maps by the method, with changed options."""
    return import_module(f"kernel_dilation.saliency_methods.{method}").saliency_maps(tensors(weights), images, classes, of, options(**changes))


@pytest.fixture(params=SHAPES, ids=["max", "average, valid", "stride, all dilated"])
def network(request):
    return request.param, random_weights(request.param)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_gives_one_finite_map_per_image(method, network):
    of, weights = network
    maps = maps_of(method, weights, IMAGES, CLASSES, of)
    assert (maps.shape, maps.dtype) == ((5, 28, 28), np.float32)
    assert np.isfinite(maps).all()
    assert np.abs(maps).max() > 0


@pytest.mark.parametrize("method", METHODS)
def test_every_method_gives_the_same_bytes_twice(method, network):
    of, weights = network
    once, twice = (maps_of(method, weights, IMAGES, CLASSES, of) for _ in range(2))
    assert once.tobytes() == twice.tobytes()


@pytest.mark.parametrize("method", METHODS)
def test_no_map_depends_on_the_other_images_of_the_batch(method, network):
    of, weights = network
    together = maps_of(method, weights, IMAGES, CLASSES, of)
    alone = np.concatenate([maps_of(method, weights, IMAGES[i : i + 1], CLASSES[i : i + 1], of) for i in range(5)])
    np.testing.assert_allclose(together, alone, atol=2e-6 * np.abs(together).max())


@pytest.mark.parametrize("method", METHODS)
def test_every_method_explains_the_requested_class(method, network):
    of, weights = network
    requested, other = (maps_of(method, weights, IMAGES, classes, of) for classes in (CLASSES, CLASSES + 1))
    assert np.abs(requested - other).max() > 1e-3 * np.abs(requested).max()


@pytest.mark.parametrize("method", ["gradient", "smoothgrad"])
def test_saliency_of_a_linear_model_is_its_weights(method):
    """Oracle: the weights, worked by hand in `linear_network`."""
    of, weights, gradients = linear_network()
    maps = maps_of(method, weights, IMAGES, CLASSES, of)
    np.testing.assert_allclose(maps, gradients[CLASSES], atol=1e-5 * np.abs(gradients).max())


def test_integrated_gradients_of_a_linear_model_are_weights_times_image():
    """Oracle: analytic."""
    of, weights, gradients = linear_network()
    maps = maps_of("integrated_gradients", weights, IMAGES, CLASSES, of)
    np.testing.assert_allclose(maps, gradients[CLASSES] * IMAGES, atol=1e-5 * np.abs(gradients).max())


def test_occlusion_of_a_linear_model_is_the_contribution_of_its_patches():
    """Oracle: analytic; the logit decreases by the sum of weights times pixels in the patch."""
    of, weights, gradients = linear_network()
    maps = maps_of("occlusion", weights, IMAGES, CLASSES, of, patch_pixels=6)
    patches = occlusion.square_patches(6).astype(float)
    decreases = np.einsum("nij,pij->np", gradients[CLASSES] * IMAGES, patches)
    expected = np.einsum("np,pij->nij", decreases, patches) / patches.sum(0)
    np.testing.assert_allclose(maps, expected, atol=1e-4 * np.abs(expected).max())  # the logits are a hundred times larger


@pytest.mark.parametrize("dilation", [1, 3])
@pytest.mark.parametrize("pooling", ["max", "average", "stride"])
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_gradient_matches_the_keras_network(dilation, pooling, padding):
    """Oracle: Keras's own layers under tf.GradientTape (TensorFlow 2.21)."""
    of = architecture(dilation, pooling=pooling, padding=padding)
    model = keras_network(of, seed=3)
    images = tf.constant(IMAGES[..., None])
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = tf.reduce_sum(tf.gather(model(images), CLASSES, batch_dims=1))
    expected = tape.gradient(value, images).numpy()[..., 0]
    maps = maps_of("gradient", model.get_weights(), IMAGES, CLASSES, of)
    np.testing.assert_allclose(maps, expected, atol=1e-5 * np.abs(expected).max())


def test_smoothgrad_is_the_mean_gradient_of_noisy_images(network):
    """Oracle: the definition, one noisy image at a time, without the shortcut through the linear first convolution."""
    of, weights = network
    fields = np.random.default_rng(0).standard_normal((16, 28, 28, 1), np.float32)[..., 0]
    deviations = 0.15 * np.ptp(IMAGES, axis=(1, 2))[:, None, None]
    expected = np.mean([maps_of("gradient", weights, (IMAGES + deviations * field).astype(np.float32), CLASSES, of) for field in fields], 0)
    maps = maps_of("smoothgrad", weights, IMAGES, CLASSES, of)
    assert np.quantile(np.abs(maps - expected), 0.99) < 1e-5 * np.abs(expected).max()  # near a ReLU's kink rounding may decide


def test_smoothgrad_draws_its_noise_from_the_seed():
    of = architecture()
    first, second = (maps_of("smoothgrad", random_weights(of), IMAGES, CLASSES, of, seed=seed) for seed in (0, 1))
    assert np.abs(first - second).max() > 1e-3 * np.abs(first).max()


def completeness_errors(of, weights, images, classes, samples):
    """Return each map's completeness error, and the logit's change from the black image that its sum should equal."""
    maps = maps_of("integrated_gradients", weights, images, classes, of, samples=samples)
    whole, black = (image_logits(tensors(weights), shown, of)[np.arange(len(classes)), classes] for shown in (images, 0 * images))
    return np.abs(maps.sum((1, 2)) - (whole - black)), np.abs(whole - black)


@pytest.mark.parametrize(("dilation", "pooling"), [(1, "max"), (4, "average")])
def test_integrated_gradients_of_a_trained_network_are_complete_within_one_percent(dilation, pooling):
    """Oracle: the axiom; a map sums to the logit minus that of the black image.

    With 32 samples this is so for every digit, with 16 for at least 95 % of them.
    """
    of, weights = trained_network(dilation, pooling)
    images, classes = digits()
    for samples, share in ((16, 0.95), (32, 1)):
        errors, changes = completeness_errors(of, weights, images[4500:4600] / np.float32(255), classes[4500:4600], samples)
        assert errors.sum() < 0.005 * changes.sum()
        assert (errors < 0.01 * changes).mean() >= share


def test_integrated_gradients_converge_to_completeness(network):
    """Oracle: the axiom. Random networks are less linear along the path than trained ones, and need more samples."""
    errors, changes = completeness_errors(*network, strokes(10), np.arange(10), 1000)
    assert errors.sum() < 0.002 * changes.sum()


def test_guided_relu_and_deconvnet_of_a_two_layer_network_match_hand_calculation():
    """By hand: x = (1, 2), hidden units (3, -1, 1) before ReLU, output weights 2, 3 and -4.

    The gradients at the hidden units are (2, 0, -4), guided (2, 0, 0) and reversed (2, 3, 0); they are
    multiplied by the transpose of the first layer.
    """
    first = tf.constant([[1.0, 1.0, -1.0], [1.0, -1.0, 1.0]])
    gradients = {}
    for name, relu in (("true", tf.nn.relu), ("guided", guided_relu), ("reversed", reversed_relu)):
        pixels = tf.constant([[1.0, 2.0]])
        with tf.GradientTape() as tape:
            tape.watch(pixels)
            value = tf.reduce_sum(relu(pixels @ first) * [2.0, 3.0, -4.0])
        gradients[name] = tape.gradient(value, pixels).numpy()[0].tolist()
    assert gradients == {"true": [6.0, -2.0], "guided": [2.0, 2.0], "reversed": [5.0, -1.0]}


@pytest.mark.parametrize(("method", "expected"), [("gradient", -1), ("guided_backprop", 2), ("deconvnet", 1)])
def test_backward_rules_on_a_network_of_one_pixel(method, expected):
    """By hand: units p, p and 0.5 - p with weights 2, -3 and 1; at p = 1 the third is inactive."""
    of, weights = one_pixel_network([1, 1, -1], [0, 0, 0.5], [2, -3, 1])
    image = np.zeros((1, 28, 28), np.float32)
    image[0, 8, 8] = 1
    expected_map = np.zeros((28, 28))
    expected_map[8, 8] = expected
    np.testing.assert_allclose(maps_of(method, weights, image, np.array([0]), of)[0], expected_map, atol=1e-6)


def test_deconvnet_without_max_pooling_does_not_depend_on_the_image():
    of = architecture(pooling="average")
    maps = maps_of("deconvnet", random_weights(of), IMAGES, np.zeros(5, int), of)
    np.testing.assert_allclose(maps, np.broadcast_to(maps[0], maps.shape), atol=1e-6)


def test_grad_cam_finds_the_only_pixel_that_the_network_uses():
    """By hand: the logit is 3 p, so the only feature map has the weight 3 / 196; it is interpolated linearly."""
    of, weights = one_pixel_network([1], [0], [3])
    image = np.zeros((1, 28, 28), np.float32)
    image[0, 8, 8] = 0.5
    line = np.interp(np.arange(28), [6, 8, 10], [0, 1, 0])
    expected = 3 / 196 * 0.5 * np.outer(line, line)
    np.testing.assert_allclose(maps_of("grad_cam", weights, image, np.array([0]), of)[0], expected, atol=1e-7)


def test_grad_cam_of_a_pixel_that_lowers_the_logit_is_zero():
    """Oracle: the paper's ReLU."""
    of, weights = one_pixel_network([1], [1], [-3])
    image = np.zeros((1, 28, 28), np.float32)
    image[0, 8, 8] = 0.5
    assert not maps_of("grad_cam", weights, image, np.array([0]), of).any()


def test_grad_cam_after_max_pooling_is_centred_on_the_pooling_window():
    """By hand: pixels 8 and 9 form one pooled unit, so both are equally near to its centre, and nearest."""
    of, weights = one_pixel_network([1], [0], [3], "max")
    image = np.zeros((1, 28, 28), np.float32)
    image[0, 8, 8] = 0.5
    row = maps_of("grad_cam", weights, image, np.array([0]), of)[0].sum(0)
    assert set(np.flatnonzero(row > 0.999 * row.max())) == {8, 9}


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize(("dilation", "kernel_size"), [(1, 3), (2, 5), (3, 3)])
def test_units_of_the_last_features_are_centred_on_the_pixels_that_influence_them(padding, dilation, kernel_size):
    """Oracle: the mean position of the pixels with a gradient, where all weights are 1."""
    of = architecture(dilation, kernel_size, "average", padding=padding)
    weights = tensors([np.ones_like(weight) for weight in random_weights(of)])
    unit = of.feature_sides[1] // 2
    images = tf.ones((1, 28, 28, 1))
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = tf.reduce_sum(last_features(weights, grad_cam.first_features(weights, images, of), of)[0, unit, unit])
    influential = np.flatnonzero(tape.gradient(value, images).numpy()[0, ..., 0].any(1))
    assert grad_cam.unit_centres(of)[unit] == influential.mean()


def test_occlusion_finds_the_only_pixel_that_the_network_uses():
    """By hand: patches that cover pixel (8, 8) lower the logit by 3, and each pixel gets the share of these among its patches."""
    of, weights = one_pixel_network([1], [0], [3])
    patches = occlusion.square_patches(4)
    together = (patches & patches[:, 8, 8][:, None, None]).sum(0)
    image = np.random.default_rng(0).random((1, 28, 28)).astype(np.float32)
    image[0, 8, 8] = 1
    maps = maps_of("occlusion", weights, image, np.array([0]), of, patch_pixels=4)
    np.testing.assert_allclose(maps[0], 3 * together / patches.sum(0), atol=1e-5)
    assert maps[0, 8, 8] == pytest.approx(3)


def test_occlusion_of_a_black_image_is_zero():
    of = architecture()
    assert not maps_of("occlusion", random_weights(of), np.zeros((2, 28, 28), np.float32), np.array([0, 1]), of).any()


@pytest.mark.parametrize("side", [1, 2, 3, 5, 8, 27, 28])
def test_patches_of_any_size_cover_every_pixel(side):
    patches = occlusion.square_patches(side)
    assert patches.any(0).all()
    assert set(patches.sum((1, 2))) == {side * side}
