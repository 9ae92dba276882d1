"""Several replicates trained as one program: the same networks as one after another, but for rounding."""

import os
import subprocess
import sys

from benchmarks.training_baselines.project import seconds_together
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.model.keras_weights import read_weights
from kernel_dilation.model.network import Architecture, initial_weights, logits
from kernel_dilation.stacked_training import stacked_loop
from kernel_dilation.stacked_training.stacked_loop import shift_each, train_networks
from kernel_dilation.stacked_training.stacked_network import check_grouped_convolutions, stacked_logits
from kernel_dilation.training.digit_splits import resplit_digits
from kernel_dilation.training.loop import Schedule, shift_batch, train_network

import numpy as np
import pytest
import tensorflow as tf
from test_training_loop import digits

SCHEDULE = Schedule(epochs=3, batch_size=20, learning_rate=0.005, shift_pixels=1)
ARCHITECTURES = [
    Architecture(Arm(2, 3, "max"), channels=(4, 6), dense=8),
    Architecture(Arm(3, 3, "average"), "all", channels=(4, 6), dense=8, head="average"),
    Architecture(Arm(1, 5, "stride"), padding="valid", channels=(4, 6), dense=8),
]


def has_grouped_convolutions() -> bool:
    try:
        check_grouped_convolutions()
    except ValueError:
        return False
    return True


trains_together = pytest.mark.skipif(not has_grouped_convolutions(), reason="TensorFlow has no gradients of grouped convolutions here")
SPLITS = [resplit_digits(digits(), None, replicate) for replicate in range(3)]


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda architecture: architecture.arm.name)
def test_logits_of_stacked_networks_are_those_of_each_alone(architecture):
    networks = [initial_weights(architecture, 0, replicate) for replicate in range(3)]
    images = np.random.default_rng(0).random((3, 5, 28, 28), np.float32)
    together = stacked_logits([tf.constant(np.stack(arrays)) for arrays in zip(*networks)], images, architecture)
    for weights, own_images, stacked in zip(networks, images, together):
        np.testing.assert_allclose(stacked, logits(weights, own_images[..., None], architecture), atol=1e-5)


@trains_together
@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda architecture: architecture.arm.name)
def test_networks_trained_together_are_those_trained_alone_but_for_rounding(architecture):
    together = train_networks(architecture, SCHEDULE, SPLITS, 0, [0, 1, 2])
    for replicate, stacked in enumerate(together):
        alone = train_network(architecture, SCHEDULE, SPLITS[replicate], 0, replicate)
        np.testing.assert_allclose(stacked["history"], alone["history"], atol=1e-3)
        np.testing.assert_allclose(stacked["logits"], alone["logits"], atol=5e-3)
        for one, other in zip(read_weights(stacked["network"]), read_weights(alone["network"])):
            np.testing.assert_allclose(one, other, atol=2e-3)


@trains_together
def test_the_same_seed_gives_the_same_bytes_and_each_network_is_another():
    once, again = (train_networks(ARCHITECTURES[0], SCHEDULE, SPLITS, 0, [0, 1, 2]) for _ in range(2))
    contents = [network["network"] for network in once]
    assert contents == [network["network"] for network in again]
    assert len(set(contents)) == 3


def test_images_of_each_network_have_their_own_shift():
    """Oracle: the shift of one batch, which is tested against numpy.roll."""
    images = np.random.default_rng(0).random((2, 3, 28, 28), np.float32)
    shifts = np.array([[1, -2], [0, 2]], np.int32)
    shifted = shift_each(tf.constant(images), tf.constant(shifts), 2)
    for own_images, shift, own_shifted in zip(images, shifts, shifted):
        np.testing.assert_array_equal(own_shifted, shift_batch(tf.constant(own_images[..., None]), tf.constant(shift), 2)[..., 0])


@trains_together
def test_progress_is_reported_after_every_epoch_of_all_networks():
    epochs = []
    train_networks(ARCHITECTURES[0], SCHEDULE, SPLITS[:2], 0, [0, 1], lambda epoch, loss: epochs.append(epoch))
    assert epochs == [1, 2, 3]


@trains_together
def test_the_benchmark_can_train_networks_together():
    assert 0 < seconds_together(2, "first", steps=2, networks=2) < 60_000


@trains_together
def test_predictions_do_not_depend_on_the_size_of_a_batch(monkeypatch):
    """Oracle: the same networks with all images in one batch."""
    whole = train_networks(ARCHITECTURES[0], SCHEDULE, SPLITS[:2], 0, [0, 1])
    monkeypatch.setattr(stacked_loop, "EVALUATION_BATCH", 14)
    for one, other in zip(whole, train_networks(ARCHITECTURES[0], SCHEDULE, SPLITS[:2], 0, [0, 1])):
        np.testing.assert_allclose(one["logits"], other["logits"], atol=1e-4)


@trains_together
def test_the_replicate_that_diverges_is_named():
    with pytest.raises(ValueError, match=r"arm 2-3-max, replicate 5, epoch \d: the loss is (nan|inf)\. Lower train.learning_rate, now 1e\+38"):
        train_networks(ARCHITECTURES[0], Schedule(3, 20, 1e38), SPLITS[:2], 0, [5, 7])


def test_a_batch_larger_than_the_training_set_is_refused():
    with pytest.raises(ValueError, match="at most the number of training digits, 100; got 101"):
        train_networks(ARCHITECTURES[0], Schedule(1, 101, 0.01), SPLITS[:2], 0, [0, 1])


def test_a_machine_without_gradients_of_grouped_convolutions_is_told_so():
    """In a process of its own, because TensorFlow reads the variable once."""
    environment = {**os.environ, "TF_ENABLE_ONEDNN_OPTS": "0", "CUDA_VISIBLE_DEVICES": "-1"}
    code = "from kernel_dilation.stacked_training.stacked_network import check_grouped_convolutions as check; check()"
    ended = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert "ValueError: train.networks_at_once must be 1 on this machine" in ended.stderr
