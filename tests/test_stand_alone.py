from dataclasses import replace

from kernel_dilation.dilation_learning.learning_outcome import choice_row
from kernel_dilation.dilation_learning.method_base import MethodOptions, build_candidate_architecture
from kernel_dilation.dilation_learning.stand_alone import (
    alone_order,
    alone_trainings,
    compare_alone,
    get_stand_alone_network,
    outcome_of_comparison,
)
from kernel_dilation.learning_worlds.planted_textures import generate_textures
from kernel_dilation.model.network import keras_network, logits

import numpy as np
import pytest
import tensorflow as tf

OPTIONS = MethodOptions((1, 2, 4), 3, "max", (4, 6), 8, epochs=2, batch_size=16, learning_rate=0.01, rate=0.1, head="average")
SHARE = 0.25


@pytest.fixture(scope="module")
def textures():
    return generate_textures(2, 0, 64, 32, 0)


@pytest.fixture(scope="module")
def weights():
    return keras_network(build_candidate_architecture(OPTIONS, 1), 0).get_weights()


@pytest.mark.parametrize("head", ["flat", "average"])
def test_the_loss_of_a_candidate_is_that_of_a_network_of_the_grid(textures, head):
    """Oracle: TensorFlow's own cross-entropy of the logits of the grid's network; 32 images in one batch."""
    options = replace(OPTIONS, head=head)
    architecture = build_candidate_architecture(options, 4)
    weights = keras_network(architecture, 0).get_weights()
    network = get_stand_alone_network(replace(options, rate=0.0))
    network.start(weights)
    images, labels = tf.constant(textures["x_validation"][..., None]), tf.constant(textures["y_validation"], tf.int32)
    expected = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits(weights, images, architecture))
    assert network.mean_loss(tf.constant(2), images, labels) == pytest.approx(float(tf.reduce_mean(expected)), abs=1e-5)


def test_a_candidate_trained_alone_fits_its_images_better(textures):
    options = replace(OPTIONS, head="flat", channels=(8, 16), dense=32, epochs=80)
    weights = keras_network(build_candidate_architecture(options, 2), 0).get_weights()
    images = textures | {"x_validation": textures["x_train"], "y_validation": textures["y_train"]}
    trained = compare_alone({2: weights}, images, options, SHARE, 0)[2]
    assert trained < 0.75 * compare_alone({2: weights}, images, replace(options, learning_rate=1e-9), SHARE, 0)[2]


def test_the_loss_of_a_candidate_depends_neither_on_the_others_nor_on_their_order(textures, weights):
    together = compare_alone({1: weights, 2: weights, 4: weights}, textures, OPTIONS, SHARE, 3)
    assert compare_alone({4: weights, 1: weights}, textures, OPTIONS, SHARE, 3) == {4: together[4], 1: together[1]}
    assert compare_alone({4: weights}, textures, OPTIONS, SHARE, 5) != {4: together[4]}


def test_the_comparison_uses_all_validation_images(textures, weights):
    """Each image has its own loss, so that leaving out any one changes the mean."""
    every = compare_alone({2: weights}, textures, OPTIONS, SHARE, 0)[2]
    for left_out in (0, 31):
        rest = {name: np.delete(textures[name], left_out, axis=0) for name in ("x_validation", "y_validation")}
        assert compare_alone({2: weights}, textures | rest, OPTIONS, SHARE, 0)[2] != every


def test_no_image_occurs_twice_in_an_epoch_of_a_candidate():
    """By hand: a quarter of 8 epochs of 64 images in batches of a quarter of 16."""
    order = alone_order(64, replace(OPTIONS, epochs=8), SHARE, 0)
    assert order.shape == (32, 4)
    for epoch in (order[:16], order[16:]):
        assert sorted(epoch.ravel()) == list(range(64))


def test_the_price_of_a_comparison():
    """By hand: half an epoch of 64 images, and a third of 30 validation images; a training is 2 epochs of 64 images."""
    assert alone_trainings(3, OPTIONS, SHARE, 64, 30) == pytest.approx(3 * (32 + 10) / 128)


def test_the_least_loss_is_chosen_and_the_smaller_dilation_if_two_tie():
    course = [np.array([0.5, 0.25, 0.25])] * 2
    outcome = outcome_of_comparison({4: 0.1, 2: 0.1, 1: 0.3}, OPTIONS, course)
    assert outcome.weights.tolist() == [[0.5, 0.25, 0.25], [0, 1, 0]]
    assert choice_row(outcome) == {
        "chosen_dilation": 2,
        "dilation": 2.0,
        "entropy": 0.0,
        "trainings": None,
        "loss_1": 0.3,
        "loss_2": 0.1,
        "loss_4": 0.1,
    }


def test_losses_of_a_part_of_the_candidates_are_no_columns():
    outcome = outcome_of_comparison({4: 0.1, 2: 0.2}, OPTIONS, [np.full(3, 1 / 3)])
    assert choice_row(outcome) == {"chosen_dilation": 4, "dilation": 4.0, "entropy": 0.0, "trainings": None}


def test_an_error_about_divergence_names_the_dilation(textures, weights):
    with pytest.raises(ValueError, match=r"learning diverged at dilation 2: the loss is nan; lower learn\.learning_rate, which is 1e\+20$"):
        compare_alone({2: weights}, textures, replace(OPTIONS, learning_rate=1e20), SHARE, 0)
