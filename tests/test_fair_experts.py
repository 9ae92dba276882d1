from dataclasses import replace

from kernel_dilation.dilation_learning.method_base import MethodOptions, build_candidate_architecture
from kernel_dilation.dilation_methods.fair_experts import FairExperts, joint_options, learn_dilation, trainings
from kernel_dilation.model.network import logits

import numpy as np
import pytest
import tensorflow as tf
from kernel_dilation.dilation_learning.planted_textures import generate_textures

OPTIONS = MethodOptions((1, 2, 4), 3, "max", (4, 6), 8, epochs=2, batch_size=16, learning_rate=0.01, rate=0.1, head="average")
RECOVERY_OPTIONS = replace(OPTIONS, candidates=(1, 2, 3), channels=(12, 24), dense=32, epochs=6, batch_size=32)
IMAGES = tf.constant(np.random.default_rng(0).standard_normal((12, 28, 28, 1)), tf.float32)
LABELS = tf.range(12) % 10


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
        part = slice(4 * index, 4 * index + 4)
        outputs = logits(built.candidate_network(index), IMAGES[part], build_candidate_architecture(built.options, dilation))
        expected = tf.nn.sparse_softmax_cross_entropy_with_logits(LABELS[part], outputs)
        np.testing.assert_allclose(losses[part], expected, atol=1e-5)


def test_a_batch_of_all_candidates_has_equally_many_images_for_each():
    """By hand: 16 images are 5 for each of three candidates; 80 % of 2 epochs are 2, of 10 they are 8."""
    assert (joint_options(OPTIONS).batch_size, joint_options(OPTIONS).epochs) == (15, 2)
    assert joint_options(replace(OPTIONS, epochs=10)).epochs == 8


def test_the_candidates_start_alike():
    built = FairExperts(OPTIONS)
    built.reset(0.0, 1, 3)
    first, *others = (built.candidate_network(index) for index in range(3))
    assert all(np.array_equal(a, b) for other in others for a, b in zip(first, other))


def test_the_initial_dilation_and_the_rate_make_no_difference():
    textures = generate_textures(2, 0, 64, 32, 0)
    outcomes = [learn_dilation(textures, options, initial, 0) for options, initial in ((OPTIONS, None), (replace(OPTIONS, rate=9.0), 4))]
    assert outcomes[0].losses == outcomes[1].losses


@pytest.mark.parametrize("planted", [1, 3])
def test_a_planted_dilation_is_recovered(planted):
    assert learn_dilation(generate_textures(planted, 1, 960, 320, 0), RECOVERY_OPTIONS, None, 0).chosen_dilation == planted


def test_the_price_of_a_run():
    """By hand: 2 of 2 epochs together, then each of three candidates half an epoch of 64 images and a third of 30 validation images."""
    assert trainings(OPTIONS, 64, 30) == pytest.approx(1 + 3 * (32 + 10) / 128)
