"""The network's functions. Oracle: Keras's own layers, which compute dilated convolutions by space-to-batch."""

import itertools
import os
import subprocess
import sys

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.parameters import Network
from kernel_dilation.model import network
from kernel_dilation.model.keras_weights import read_weights
from kernel_dilation.model.network import (
    Architecture,
    build_architecture,
    convolve,
    draw_weights,
    initial_seed,
    initial_weights,
    keras_network,
    logits,
    weight_shapes,
)
from kernel_dilation.training.loop import Schedule, train_network

import numpy as np
import pytest
import tensorflow as tf

IMAGES = tf.constant(np.random.default_rng(0).random((4, 28, 28, 1)), tf.float32)
COMBINATIONS = list(itertools.product([1, 3], ["max", "average", "stride"], ["same", "valid"], ["first", "all"]))


@pytest.mark.parametrize(("dilation", "pooling", "padding", "dilate"), COMBINATIONS)
def test_the_pure_functions_compute_the_same_as_the_keras_layers(dilation, pooling, padding, dilate):
    architecture = Architecture(Arm(dilation, 3, pooling), dilate, padding, (3, 4), 5)
    model = keras_network(architecture, seed=1)
    outputs = logits([weight.value for weight in model.weights], IMAGES, architecture)
    np.testing.assert_allclose(outputs, model(IMAGES), atol=1e-5)


@pytest.mark.parametrize("pooling", ["max", "average", "stride"])
def test_pooling_features_that_were_rectified_before_gives_the_same(pooling):
    """Grad-CAM starts from rectified features and passes them through the rest of the network."""
    features = tf.constant(np.random.default_rng(1).normal(size=(2, 14, 14, 3)), tf.float32)
    np.testing.assert_array_equal(network.pool(tf.nn.relu(features), pooling), network.pool(features, pooling))


def test_the_average_head_computes_the_same_as_the_keras_layers():
    architecture = Architecture(Arm(2, 3, "max"), channels=(3, 4), dense=5, head="average")
    model = keras_network(architecture, seed=1)
    outputs = logits([weight.value for weight in model.weights], IMAGES, architecture)
    np.testing.assert_allclose(outputs, model(IMAGES), atol=1e-5)
    assert [tuple(weight.shape) for weight in model.weights] == weight_shapes(architecture)


def test_every_dilation_starts_from_the_same_weights():
    one, four = (keras_network(Architecture(Arm(dilation, 3, "max")), seed=5).get_weights() for dilation in (1, 4))
    for first, second in zip(one, four):
        np.testing.assert_array_equal(first, second)


def test_different_seeds_give_different_initial_weights():
    one, two = (keras_network(Architecture(Arm(1, 3, "max")), seed=seed).get_weights()[0] for seed in (5, 6))
    assert np.abs(one - two).max() > 0.01


def test_initial_seeds_differ_between_replicates():
    assert len({initial_seed(0, replicate) for replicate in range(50)}) == 50


def test_initial_weights_are_those_from_which_training_starts():
    """Oracle: training for one epoch at a learning rate too small to change any float32."""
    of, images = Architecture(Arm(2, 3, "max"), channels=(3, 4), dense=5), np.zeros((10, 28, 28), np.uint8)
    digits = {"x_train": images, "y_train": np.arange(10), "x_validation": images, "y_validation": np.arange(10), "x_test": images}
    trained = read_weights(train_network(of, Schedule(1, 10, 1e-30), digits, seed=4, replicate=1)["network"])
    for first, second in zip(initial_weights(of, 4, 1), trained, strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("changes", [{}, {"padding": "valid"}, {"taps": "random"}, {"head": "average"}])
def test_weights_are_drawn_as_by_the_keras_layers(changes):
    """Oracle: the initial weights of the Keras network with the same seed."""
    of = Architecture(Arm(3, 3, "max"), channels=(3, 4), dense=5, **changes)
    for drawn, expected in zip(draw_weights(of, 7), keras_network(of, 7).get_weights(), strict=True):
        np.testing.assert_array_equal(drawn, expected, strict=True)


def test_valid_padding_changes_the_hidden_layer_alone():
    shapes = [[weight.shape for weight in keras_network(Architecture(Arm(d, 3, "max"), "first", "valid"), 0).weights] for d in (1, 7)]
    changed = [index for index, (first, second) in enumerate(zip(*shapes)) if first != second]
    assert changed == [4]  # the hidden layer's kernel


@pytest.mark.parametrize(("padding", "other"), [("valid", "same"), ("same", "valid")])
@pytest.mark.parametrize(
    ("dilation", "pooling", "dilate"),
    [(1, "max", "first"), (7, "max", "first"), (4, "stride", "first"), (3, "stride", "first"), (2, "average", "all")],
)
def test_matched_arms_have_as_many_weights_as_with_the_other_padding(dilation, pooling, dilate, padding, other):
    """Oracle: Keras's count of weights, to within half of the weights of one hidden unit."""
    shared = {"dilate": dilate, "taps": "lattice", "channels": [3, 4], "dense": 64}
    wanted = Network(padding=other, match_weights="own", **shared)
    matched = Network(padding=padding, match_weights=other, **shared)
    arm = Arm(dilation, 3, pooling)
    expected, resized = (keras_network(build_architecture(arm, network), 0) for network in (wanted, matched))
    weights_per_unit = sum(weight.shape[0] if weight.ndim == 2 else 1 for weight in resized.get_layer("hidden").get_weights()) + 10
    assert abs(resized.count_params() - expected.count_params()) <= weights_per_unit / 2


def test_the_narrow_head_of_the_default_channels_is_known():
    """By hand: at dilation 7 `valid` leaves 2 x 2 places of 32 features, `same` 7 x 7: 128 (4 * 32 + 11) / (49 * 32 + 11) = 11.3 units."""
    network = Network(dilate="first", taps="lattice", padding="same", channels=[16, 32], dense=128, match_weights="valid")
    assert build_architecture(Arm(7, 3, "max"), network).dense == 11


@pytest.mark.parametrize("padding", ["same", "valid"])
def test_matching_the_weights_of_the_same_padding_has_no_effect(padding):
    network = Network(dilate="first", taps="lattice", padding=padding, channels=[16, 32], dense=64, match_weights=padding)
    assert build_architecture(Arm(3, 5, "max"), network).dense == 64


@pytest.mark.skipif(not network.has_native_dilation(), reason="this TensorFlow has no native gradients of dilated convolutions")
def test_the_native_dilated_convolution_has_the_same_gradients_as_the_fallback(monkeypatch):
    kernel, bias = tf.random.stateless_normal((3, 3, 1, 2), (1, 2)), tf.zeros(2)
    gradients = []
    for native in (True, False):
        monkeypatch.setattr(network, "has_native_dilation", lambda native=native: native)
        with tf.GradientTape() as tape:
            tape.watch(kernel)
            value = tf.reduce_sum(convolve(IMAGES, kernel, bias, 3, "same") ** 2)
        gradients.append(tape.gradient(value, kernel).numpy())
    np.testing.assert_allclose(gradients[0], gradients[1], rtol=1e-4)


def test_native_dilation_is_tested_outside_the_graph_being_traced():
    """Inside a traced graph no operation raises. TF_ENABLE_ONEDNN_OPTS is read when TensorFlow starts, hence the separate process."""
    code = """
import kernel_dilation
import tensorflow as tf
from kernel_dilation.model.network import has_native_dilation
print(bool(tf.function(lambda: tf.constant(has_native_dilation()))()))
"""
    environment = {**os.environ, "TF_ENABLE_ONEDNN_OPTS": "0"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]
