import math
from dataclasses import replace
from importlib import import_module

from kernel_dilation.dilation_learning.interpolated_method import MAX_JITTER, MAX_TAP_WIDTH, tap_width
from kernel_dilation.dilation_learning.kernel_placement import convolve_wide_kernel, regular_grid
from kernel_dilation.dilation_learning.method_base import INITIAL_ADVANTAGE, DilationMethod, MethodOptions, get_method, train_method
from kernel_dilation.dilation_learning.outcome import LearningOutcome, choice_row, trajectory_rows
from kernel_dilation.dilation_learning.planted_textures import generate_textures
from kernel_dilation.dilation_methods.continuous import Continuous
from kernel_dilation.dilation_methods.experts import MEMORY, STEPS_PER_UPDATE, Experts
from kernel_dilation.dilation_methods.mixture import INITIAL_TEMPERATURE, Mixture
from kernel_dilation.dilation_methods.positions import Positions
from kernel_dilation.dilation_methods.spacing import Spacing
from kernel_dilation.experiment.parameter_types import available_methods
from tools.planted_recovery.best_of_restarts import best_of_restarts
from tools.planted_recovery.fixed_dilation_baseline import compute_validation_loss

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

OPTIONS = MethodOptions((1, 2, 4), 3, "max", (4, 6), 8, epochs=2, batch_size=16, learning_rate=0.01, rate=0.1, head="average")
FOUND = replace(OPTIONS, candidates=(1, 2, 3), channels=(12, 24), dense=32, epochs=6, batch_size=32)
IMAGES = tf.constant(np.random.default_rng(0).standard_normal((20, 28, 28, 1)), tf.float32)
LABELS = tf.range(20) % 10


@pytest.fixture(scope="module")
def textures():
    return generate_textures(2, 0, 64, 32, 0)


def network(method: type[DilationMethod], options: MethodOptions = OPTIONS, initial_dilation: int = 2) -> DilationMethod:
    """A fresh network of the method at the end of its training, when every schedule has come to its end."""
    made = method(options)
    made.reset(options.rate, initial_dilation, 3)
    made.progress.assign(1.0)
    return made


def test_there_is_a_method_for_each_file_of_the_folder():
    assert available_methods("dilation_methods") == {"mixture", "experts", "continuous", "spacing", "positions"}


@pytest.mark.parametrize("method", sorted(available_methods("dilation_methods")))
def test_every_method_gives_candidates_weights_after_each_epoch_and_twice_the_same(method, textures):
    learn_dilation = import_module(f"kernel_dilation.dilation_methods.{method}").learn_dilation
    first, again, other = (learn_dilation(textures, OPTIONS, 4, seed) for seed in (0, 0, 1))
    assert first.weights.shape == (2, 3)
    np.testing.assert_allclose(first.weights.sum(axis=1), 1, atol=1e-6)
    assert (first.weights >= 0).all()
    np.testing.assert_array_equal(first.weights, again.weights)
    assert not np.array_equal(first.weights, other.weights)


@pytest.mark.parametrize("method", ["mixture", "experts"])
def test_a_planted_dilation_is_found_from_a_wrong_start(method):
    textures = generate_textures(3, 0, 960, 320, 0)
    learn_dilation = import_module(f"kernel_dilation.dilation_methods.{method}").learn_dilation
    rate = {"mixture": 0.2, "experts": 5.0}[method]
    found = [learn_dilation(textures, replace(FOUND, rate=rate), start, 0) for start in (1, 2)]
    assert [each.chosen_dilation for each in found] == [3, 3]
    assert max(each.entropies[-1] for each in found) < 0.1


def test_a_network_at_the_planted_dilation_validates_best():
    textures = generate_textures(3, 0, 960, 320, 0)
    losses = [compute_validation_loss(textures, FOUND, dilation, 0) for dilation in FOUND.candidates]
    assert losses[2] < 0.5 * min(losses[:2])


def test_a_mixture_of_one_dilation_is_its_convolution():
    """Oracle: TensorFlow's own dilated convolution."""
    made = network(Mixture)
    made.parameters.assign([0.0, 0.0, 20.0])
    expected = tf.nn.conv2d(IMAGES, made.weights[0], 1, "SAME", dilations=4) + made.weights[1]
    np.testing.assert_allclose(made.first_features(IMAGES), expected, atol=1e-5)


def test_a_mixture_is_the_sum_of_its_convolutions_by_weight():
    """By hand: weights 1/2, 1/4, 1/4 of three of TensorFlow's dilated convolutions."""
    made = network(Mixture)
    made.parameters.assign(0.1 * np.log([2.0, 1.0, 1.0]))  # at a temperature of 0.1
    parts = [tf.nn.conv2d(IMAGES, made.weights[0], 1, "SAME", dilations=dilation) for dilation in (1, 2, 4)]
    np.testing.assert_allclose(made.first_features(IMAGES), parts[0] / 2 + parts[1] / 4 + parts[2] / 4, atol=1e-5)


def test_a_mixture_begins_so_hot_that_its_start_hardly_shows():
    """Analytic: the initial dilation has exp(advantage / temperature) = 1.35 times the weight of any other."""
    made = network(Mixture)
    made.progress.assign(0.0)
    weights = made.candidate_weights()
    assert weights[1] / weights[0] == pytest.approx(math.exp(INITIAL_ADVANTAGE / INITIAL_TEMPERATURE), rel=1e-5)
    assert weights[1] / weights[0] < 1.4


def test_a_mixture_follows_the_validation_images_and_not_the_training_gradient(textures):
    swapped = textures | {"x_validation": textures["x_validation"][::-1]}
    assert not np.array_equal(train_method(Mixture, textures, OPTIONS, 1, 0).weights, train_method(Mixture, swapped, OPTIONS, 1, 0).weights)
    assert np.array_equal(train_method(Continuous, textures, OPTIONS, 1, 0).weights, train_method(Continuous, swapped, OPTIONS, 1, 0).weights)


def test_experts_see_the_images_evenly_at_first_and_by_weight_later():
    """By hand: of 20 images one goes to each of three, the other 17 at the end all to the one that is preferred."""
    made = network(Experts)
    made.parameters.assign([0.0, 30.0, 0.0])
    assert made.allocate_images(tf.constant(20)).numpy().tolist() == [1, 18, 1]
    made.progress.assign(0.0)
    counts = made.allocate_images(tf.constant(20)).numpy()
    assert counts.sum() == 20
    assert counts.min() >= 6


def test_each_image_passes_the_kernel_and_dilation_of_its_own_expert():
    """Oracle: TensorFlow's own dilated convolution with that expert's kernel."""
    made = network(Experts)
    made.parameters.assign([1.0, 0.0, 0.5])
    counts, maps, at = made.allocate_images(tf.constant(20)).numpy(), made.first_features(IMAGES), 0
    for index, (count, dilation) in enumerate(zip(counts, (1, 2, 4))):
        expected = tf.nn.conv2d(IMAGES[at : at + count], made.weights[0][index], 1, "SAME", dilations=dilation)
        np.testing.assert_allclose(maps[at : at + count], expected, atol=1e-5)
        at += count


def test_experts_move_by_exponentiated_gradient():
    """By hand: what is left of each logit, less the rate times the loss above the mean loss."""
    made = network(Experts)
    losses = [float(tf.reduce_mean(made.losses(made.candidate_features(index, IMAGES), LABELS))) for index in range(3)]
    made.weight_optimiser.steps_done.assign(STEPS_PER_UPDATE)
    made.update_dilation_parameters(tf.zeros(3), IMAGES, LABELS)
    expected = MEMORY * np.array([0, INITIAL_ADVANTAGE, 0]) - OPTIONS.rate * (np.array(losses) - np.mean(losses))
    np.testing.assert_allclose(made.parameters, expected, atol=1e-5)


def test_a_continuous_dilation_that_is_whole_is_the_dilated_convolution():
    """Oracle: TensorFlow's own dilated convolution."""
    made = network(Continuous)
    made.parameters.assign([2.0])
    expected = tf.nn.conv2d(IMAGES, made.weights[0], 1, "SAME", dilations=2)
    np.testing.assert_allclose(made.first_features(IMAGES), expected, atol=1e-5)


def test_a_continuous_dilation_begins_next_to_its_start_and_stays_among_the_candidates():
    made = network(Continuous, initial_dilation=4)
    assert 0 < abs(float(made.parameters[0]) - 4) <= MAX_JITTER
    for direction in (-1.0, 1.0):
        made.rate.assign(50.0)
        made.progress.assign(0.0)
        made.update_dilation_parameters(tf.constant([direction]), IMAGES, LABELS)
        assert 1 <= float(made.parameters[0]) <= 4


def test_taps_narrow_to_one_pixel():
    """By hand: as wide as at first, the square root half-way to the end of the narrowing, then 1."""
    assert [float(tap_width(tf.constant(share))) for share in (0.0, 0.4, 0.8, 0.9)] == pytest.approx([MAX_TAP_WIDTH, math.sqrt(MAX_TAP_WIDTH), 1, 1])


def test_each_kernel_has_a_spacing_of_its_own():
    """Oracle: TensorFlow's own dilated convolution of each kernel."""
    made = network(Spacing)
    made.parameters.assign([1.0, 2.0, 4.0, 2.0])
    maps = made.first_features(IMAGES)
    for channel, dilation in enumerate((1, 2, 4, 2)):
        expected = tf.nn.conv2d(IMAGES, made.weights[0][..., channel : channel + 1], 1, "SAME", dilations=dilation)
        np.testing.assert_allclose(maps[..., channel : channel + 1], expected, atol=1e-5)


def test_kernels_vote_by_their_norm():
    """By hand: norms 3, 1, 0, 0 at dilations 1, 2, 4, 4."""
    made = network(Spacing)
    made.parameters.assign([1.0, 2.0, 4.0, 4.0])
    kernels = np.zeros((3, 3, 1, 4), np.float32)
    kernels[0, 0, 0] = [3, 1, 0, 0]
    made.weights[0].assign(kernels)
    np.testing.assert_allclose(made.candidate_weights(), [0.75, 0.25, 0], atol=1e-6)


def test_free_taps_on_a_regular_grid_have_its_dilation_even_if_they_swap_places():
    made = network(Positions)
    grid = np.broadcast_to(regular_grid(3), (3, 3, 4, 2))
    made.weights[0].assign(tf.ones((3, 3, 1, 4)))
    for positions in (2 * grid, -2 * grid, 2 * grid[::-1], 2 * grid + 1):
        made.parameters.assign(positions)
        np.testing.assert_allclose(made.dilations(), 2, atol=1e-6)


def test_the_average_head_is_a_hidden_layer_on_the_mean_over_places():
    """By hand, in numpy, from the second convolution on."""
    made = network(Continuous)
    weights = [weight.numpy() for weight in made.weights]
    first = made.first_features(IMAGES)
    second = tf.nn.conv2d(tf.nn.relu(tf.nn.max_pool2d(first, 2, 2, "VALID")), weights[2], 1, "SAME") + weights[3]
    features = tf.nn.relu(tf.nn.max_pool2d(second, 2, 2, "VALID")).numpy().mean(axis=(1, 2))
    logits = np.maximum(features @ weights[4] + weights[5], 0) @ weights[6] + weights[7]
    expected = np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(20), LABELS]
    np.testing.assert_allclose(made.losses(first, LABELS), expected, atol=1e-5)


def test_one_compiled_network_serves_all_rates():
    assert get_method(Continuous, OPTIONS) is get_method(Continuous, replace(OPTIONS, rate=7.0))
    assert get_method(Continuous, OPTIONS) is not get_method(Continuous, replace(OPTIONS, epochs=9))


def test_the_kernel_may_have_five_taps_a_side():
    """Oracle: TensorFlow's own dilated convolution."""
    made = network(Continuous, replace(OPTIONS, kernel_size=5))
    made.parameters.assign([4.0])
    expected = tf.nn.conv2d(IMAGES, made.weights[0], 1, "SAME", dilations=4)
    np.testing.assert_allclose(convolve_wide_kernel(IMAGES, made.kernel()), expected, atol=1e-5)


def test_a_start_that_is_no_candidate_is_refused(textures):
    with pytest.raises(ValueError, match=r"one of the candidates \[1, 2, 4\]; got 3"):
        train_method(Mixture, textures, OPTIONS, 3, 0)


def test_fewer_images_than_a_batch_holds_are_refused(textures):
    with pytest.raises(ValueError, match=r"learn.batch_size must be at most the number of training images, 64; got 65"):
        train_method(Mixture, textures, replace(OPTIONS, batch_size=65), 1, 0)


def test_learning_that_diverges_says_what_to_change(textures):
    with pytest.raises(ValueError, match=r"learning diverged in epoch 1: the loss is nan\. Lower learn\.learning_rate, now 1e\+20\."):
        train_method(Mixture, textures, replace(OPTIONS, learning_rate=1e20, batch_size=4), 1, 0)


def test_what_was_learned_is_told_by_the_weights():
    """By hand: 1/4 of 1, 1/4 of 2 and 1/2 of 4 are 2.75; an even blend of two has entropy ln 2, a clear choice 0."""
    made = LearningOutcome((1, 2, 4), np.array([[0.25, 0.25, 0.5], [0.5, 0.5, 0.0], [0.0, 1.0, 0.0]]))
    assert made.chosen_dilation == 2
    assert made.dilations.tolist() == [2.75, 1.5, 2.0]
    assert made.entropies.tolist() == pytest.approx([1.5 * math.log(2), math.log(2), 0])
    assert choice_row(made) == {"chosen_dilation": 2, "dilation": 2.0, "entropy": 0.0}
    assert trajectory_rows({"seed": 5}, made)[1] == {
        "seed": 5, "epoch": 2, "dilation": 1.5, "entropy": pytest.approx(math.log(2)), "weight_1": 0.5, "weight_2": 0.5, "weight_4": 0.0,
    }  # fmt: skip


def test_restarts_keep_what_validates_best_of_each_seed():
    choices = pd.DataFrame({
        "seed": [0, 0, 1, 1], "initial_dilation": [1, 7, 1, 7], "chosen_dilation": [2, 5, 3, 3], "validation_loss": [0.4, 0.2, 0.1, 0.1],
    })  # fmt: skip
    assert best_of_restarts(choices, ["seed"])["chosen_dilation"].tolist() == [5, 3]
