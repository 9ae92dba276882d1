from dataclasses import replace

from kernel_dilation.dilation_learning.method_base import MethodOptions, build_candidate_architecture
from kernel_dilation.dilation_methods.fair_experts import FairExperts, joint_options, learn_dilation, scale_weights, trainings
from kernel_dilation.learning_worlds.planted_textures import generate_textures
from kernel_dilation.model.network import first_features, head_logits, keras_network, last_features, logits

import keras
import numpy as np
import pytest
import tensorflow as tf

OPTIONS = MethodOptions((1, 2, 4), 3, "max", (4, 6), 8, epochs=2, batch_size=16, learning_rate=0.01, rate=0.1, head="average")
RECOVERY_OPTIONS = replace(OPTIONS, candidates=(1, 2, 3), channels=(12, 24), dense=32, epochs=6, batch_size=32)
IMAGES = tf.constant(np.random.default_rng(0).random((42, 28, 28, 1)) ** 3, tf.float32)
LABELS = tf.range(42) % 10


def network(head: str = "average") -> FairExperts:
    """Return a network whose candidates have different weights."""
    built = FairExperts(replace(OPTIONS, head=head))
    built.reset(0.0, 1, 3)
    generator = np.random.default_rng(1)
    for variable in built.weights:
        variable.assign_add(0.1 * generator.standard_normal(variable.shape))
    return built


@pytest.mark.parametrize("head", ["flat", "average"])
def test_every_candidate_processes_an_equal_part_of_the_images_in_its_own_network(head):
    """Oracle: the logits of the grid's network at each dilation, with the weights with which the candidate stands alone."""
    built = network(head)
    losses = built.losses(built.first_features(IMAGES), LABELS)
    for index, dilation in enumerate(OPTIONS.candidates):
        part = slice(14 * index, 14 * index + 14)
        outputs = logits(built.candidate_network(index), IMAGES[part], build_candidate_architecture(built.options, dilation))
        expected = tf.nn.sparse_softmax_cross_entropy_with_logits(LABELS[part], outputs)
        np.testing.assert_allclose(losses[part], expected, atol=1e-5)


def test_a_batch_of_all_candidates_has_equally_many_images_for_each():
    """By hand: 16 images are 5 for each of three candidates; 80 % of 2 epochs are 2, of 10 they are 8."""
    assert (joint_options(OPTIONS).batch_size, joint_options(OPTIONS).epochs) == (15, 2)
    assert joint_options(replace(OPTIONS, epochs=10)).epochs == 8


def test_the_candidates_start_with_their_own_scales_and_the_shared_layers_with_the_mean_scale():
    built = FairExperts(OPTIONS)
    built.reset(0.0, 1, 3)
    before = [built.candidate_network(index) for index in range(3)]
    expected = [scale_weights(weights, IMAGES, build_candidate_architecture(OPTIONS, d)) for weights, d in zip(before, OPTIONS.candidates)]
    built.scale_candidates(IMAGES)
    for index in range(3):
        after = built.candidate_network(index)
        for layer in range(4):
            np.testing.assert_allclose(after[layer], expected[index][layer], rtol=1e-5)
        for layer in range(4, 8):
            np.testing.assert_allclose(after[layer], np.mean([arrays[layer] for arrays in expected], axis=0), rtol=1e-5)


@pytest.mark.parametrize("head", ["flat", "average"])
@pytest.mark.parametrize("pooling", ["max", "average", "stride"])
def test_every_layer_starts_with_responses_of_unit_variance(head, pooling):
    """Oracle: the layers of a Keras network with the scaled weights; a hidden layer without ReLU shows its responses."""
    architecture = build_candidate_architecture(replace(OPTIONS, head=head, pooling=pooling), 4)
    weights = scale_weights(keras_network(architecture, 0).get_weights(), IMAGES, architecture)
    network = keras_network(architecture, 0)
    network.set_weights(weights)
    network.get_layer("hidden").activation = keras.activations.linear
    for layer in ("convolution_1", "convolution_2", "hidden"):
        responses = keras.Model(network.inputs, network.get_layer(layer).output)(IMAGES)
        assert np.std(responses) == pytest.approx(1, abs=1e-4)
    first = first_features(weights, IMAGES, architecture)
    assert np.std(head_logits(weights, last_features(weights, first, architecture), architecture)) == pytest.approx(1, abs=1e-4)


def test_scaling_changes_only_the_scale_of_each_kernel():
    architecture = build_candidate_architecture(OPTIONS, 2)
    weights = keras_network(architecture, 0).get_weights()
    for before, after in zip(weights, scale_weights(weights, IMAGES, architecture)):
        if before.any():
            assert np.ptp(after / before) < 1e-3 * np.abs(after / before).max()
        else:
            assert not after.any()


def test_images_that_do_not_vary_leave_the_weights_finite():
    architecture = build_candidate_architecture(OPTIONS, 2)
    weights = scale_weights(keras_network(architecture, 0).get_weights(), tf.zeros((4, 28, 28, 1)), architecture)
    assert all(np.isfinite(array).all() for array in weights)


def test_the_initial_dilation_and_the_rate_make_no_difference():
    textures = generate_textures(2, 0, 64, 32, 0)
    outcomes = [learn_dilation(textures, options, initial, 0) for options, initial in ((OPTIONS, None), (replace(OPTIONS, rate=9.0), 4))]
    assert outcomes[0].losses == outcomes[1].losses


@pytest.mark.parametrize("planted", [1, 3])
def test_a_planted_dilation_is_recovered(planted):
    assert learn_dilation(generate_textures(planted, 1, 960, 320, 0), RECOVERY_OPTIONS, None, 0).chosen_dilation == planted


def test_fewer_images_than_a_batch_has_are_refused():
    with pytest.raises(ValueError, match=r"learn.batch_size must be at most the number of training images, 64; got 65"):
        learn_dilation(generate_textures(2, 0, 64, 32, 0), replace(OPTIONS, batch_size=65), None, 0)


def test_the_price_of_a_run():
    """By hand: 2 of 2 epochs together, then three candidates half an epoch of 64 images and forward passes of 64 + 30; a training is 128 images."""
    assert trainings(OPTIONS, 64, 30) == pytest.approx(1 + 3 * (32 + 94 / 3) / 128)
