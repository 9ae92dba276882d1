import math
from dataclasses import replace
from importlib import import_module

from kernel_dilation.dilation_learning.interpolated_method import MAX_JITTER, MAX_TAP_WIDTH, tap_width
from kernel_dilation.dilation_learning.kernel_placement import convolve_wide_kernel, regular_grid
from kernel_dilation.dilation_learning.learning_outcome import LearningOutcome, choice_row, trajectory_rows
from kernel_dilation.dilation_learning.method_base import INITIAL_ADVANTAGE, DilationMethod, MethodOptions, get_method, train_method
from kernel_dilation.dilation_methods.continuous import Continuous
from kernel_dilation.dilation_methods.experts import MEMORY, STEPS_PER_UPDATE, Experts
from kernel_dilation.dilation_methods.mixture import INITIAL_TEMPERATURE, Mixture
from kernel_dilation.dilation_methods.positions import Positions
from kernel_dilation.dilation_methods.spacing import Spacing
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.parameter_types import available_methods, has_initial_dilation
from kernel_dilation.learning_worlds.planted_textures import generate_textures
from kernel_dilation.model.network import Architecture
from kernel_dilation.training.loop import Schedule, train_and_validate

import numpy as np
import pytest
import tensorflow as tf

OPTIONS = MethodOptions((1, 2, 4), 3, "max", (4, 6), 8, epochs=2, batch_size=16, learning_rate=0.01, rate=0.1, head="average")
RECOVERY_OPTIONS = replace(OPTIONS, candidates=(1, 2, 3), channels=(12, 24), dense=32, epochs=6, batch_size=32)
IMAGES = tf.constant(np.random.default_rng(0).standard_normal((20, 28, 28, 1)), tf.float32)
LABELS = tf.range(20) % 10


@pytest.fixture(scope="module")
def textures():
    return generate_textures(2, 0, 64, 32, 0)


def network(method: type[DilationMethod], options: MethodOptions = OPTIONS, initial_dilation: int = 2) -> DilationMethod:
    """Return a new network of the method at the end of every schedule."""
    built = method(options)
    built.reset(options.rate, initial_dilation, 3)
    built.progress.assign(1.0)
    return built


def test_there_is_a_method_for_each_file_of_the_folder():
    assert available_methods("dilation_methods") == {
        "mixture", "experts", "continuous", "spacing", "positions", "fair_experts", "projection", "gaussian",
    }  # fmt: skip


@pytest.mark.parametrize("method", sorted(available_methods("dilation_methods")))
def test_every_method_weights_the_candidates_after_each_epoch_and_is_reproducible(method, textures):
    learn_dilation = import_module(f"kernel_dilation.dilation_methods.{method}").learn_dilation
    first, again, other = (learn_dilation(textures, OPTIONS, 4, seed) for seed in (0, 0, 1))
    assert first.weights.shape == (2, 3)
    np.testing.assert_allclose(first.weights.sum(axis=1), 1, atol=1e-6)
    assert (first.weights >= 0).all()
    np.testing.assert_array_equal(first.weights, again.weights)
    assert first.losses == again.losses
    assert (first.weights.tolist(), first.losses) != (other.weights.tolist(), other.losses)


@pytest.mark.parametrize(("method", "trainings"), [("mixture", 1.25), ("experts", 1 + 3 / 24), ("continuous", 1), ("spacing", 1), ("positions", 1)])
def test_the_price_of_the_methods_without_a_comparison(method, trainings):
    """By hand: a step of the mixture's weights for four of its kernel; a forward pass of three candidates, one third each, for eight steps."""
    assert import_module(f"kernel_dilation.dilation_methods.{method}").trainings(OPTIONS, 64, 32) == pytest.approx(trainings)


def test_every_method_says_whether_it_has_an_initial_dilation():
    methods = available_methods("dilation_methods")
    said = {method: import_module(f"kernel_dilation.dilation_methods.{method}").HAS_INITIAL_DILATION for method in methods}
    assert said == {method: has_initial_dilation(method) for method in methods}
    assert {method for method in methods if not said[method]} == {"fair_experts", "projection"}


@pytest.mark.parametrize("method", ["mixture", "experts"])
def test_a_planted_dilation_is_recovered_from_another_initial_dilation(method):
    textures = generate_textures(3, 0, 960, 320, 0)
    learn_dilation = import_module(f"kernel_dilation.dilation_methods.{method}").learn_dilation
    rate = {"mixture": 0.2, "experts": 5.0}[method]
    outcomes = [learn_dilation(textures, replace(RECOVERY_OPTIONS, rate=rate), initial, 0) for initial in (1, 2)]
    assert [outcome.chosen_dilation for outcome in outcomes] == [3, 3]
    assert max(outcome.entropies[-1] for outcome in outcomes) < 0.1


def test_a_network_at_the_planted_dilation_has_the_lowest_validation_loss():
    textures = generate_textures(3, 0, 960, 320, 0)
    schedule = Schedule(epochs=6, batch_size=32, learning_rate=0.01)
    architectures = [Architecture(Arm(dilation, 3, "max"), channels=(12, 24), dense=32, head="average") for dilation in (1, 2, 3)]
    losses = [train_and_validate(architecture, schedule, textures, 0)[0] for architecture in architectures]
    assert losses[2] < 0.5 * min(losses[:2])


def test_a_mixture_of_one_dilation_is_its_convolution():
    """Oracle: TensorFlow's own dilated convolution."""
    built = network(Mixture)
    built.parameters.assign([0.0, 0.0, 20.0])
    expected = tf.nn.conv2d(IMAGES, built.weights[0], 1, "SAME", dilations=4) + built.weights[1]
    np.testing.assert_allclose(built.first_features(IMAGES), expected, atol=1e-5)


def test_a_mixture_is_the_sum_of_its_convolutions_by_weight():
    """By hand: weights 1/2, 1/4, 1/4 of three of TensorFlow's dilated convolutions."""
    built = network(Mixture)
    built.parameters.assign(0.1 * np.log([2.0, 1.0, 1.0]))  # at a temperature of 0.1
    parts = [tf.nn.conv2d(IMAGES, built.weights[0], 1, "SAME", dilations=dilation) for dilation in (1, 2, 4)]
    np.testing.assert_allclose(built.first_features(IMAGES), parts[0] / 2 + parts[1] / 4 + parts[2] / 4, atol=1e-5)


def test_the_initial_temperature_of_a_mixture_hides_its_initial_dilation():
    """Analytic: the initial dilation has exp(advantage / temperature) = 1.35 times the weight of any other."""
    built = network(Mixture)
    built.progress.assign(0.0)
    weights = built.candidate_weights()
    assert weights[1] / weights[0] == pytest.approx(math.exp(INITIAL_ADVANTAGE / INITIAL_TEMPERATURE), rel=1e-5)
    assert weights[1] / weights[0] < 1.4


def test_a_mixture_depends_on_the_validation_images_and_continuous_does_not(textures):
    swapped = textures | {"x_validation": textures["x_validation"][::-1]}
    assert not np.array_equal(train_method(Mixture, textures, OPTIONS, 1, 0).weights, train_method(Mixture, swapped, OPTIONS, 1, 0).weights)
    assert np.array_equal(train_method(Continuous, textures, OPTIONS, 1, 0).weights, train_method(Continuous, swapped, OPTIONS, 1, 0).weights)


def test_images_are_allocated_to_experts_uniformly_at_first_and_by_weight_later():
    """By hand: of 20 images each of three experts gets one; at the end the preferred expert gets the other 17."""
    built = network(Experts)
    built.parameters.assign([0.0, 30.0, 0.0])
    assert built.allocate_images(tf.constant(20)).numpy().tolist() == [1, 18, 1]
    built.progress.assign(0.0)
    counts = built.allocate_images(tf.constant(20)).numpy()
    assert counts.sum() == 20
    assert counts.min() >= 6


def test_each_image_is_convolved_with_the_kernel_and_dilation_of_its_expert():
    """Oracle: TensorFlow's own dilated convolution with that expert's kernel."""
    built = network(Experts)
    built.parameters.assign([1.0, 0.0, 0.5])
    counts, features, start = built.allocate_images(tf.constant(20)).numpy(), built.first_features(IMAGES), 0
    for index, (count, dilation) in enumerate(zip(counts, (1, 2, 4))):
        expected = tf.nn.conv2d(IMAGES[start : start + count], built.weights[0][index], 1, "SAME", dilations=dilation)
        np.testing.assert_allclose(features[start : start + count], expected, atol=1e-5)
        start += count


def test_experts_are_updated_by_exponentiated_gradient():
    """By hand: each decayed logit minus the rate times the excess of the loss over the mean loss."""
    built = network(Experts)
    losses = [float(tf.reduce_mean(built.losses(built.candidate_features(index, IMAGES), LABELS))) for index in range(3)]
    built.weight_optimiser.steps_done.assign(STEPS_PER_UPDATE)
    built.update_dilation_parameters(tf.zeros(3), IMAGES, LABELS)
    expected = MEMORY * np.array([0, INITIAL_ADVANTAGE, 0]) - OPTIONS.rate * (np.array(losses) - np.mean(losses))
    np.testing.assert_allclose(built.parameters, expected, atol=1e-5)


def test_a_continuous_dilation_at_a_whole_number_is_the_dilated_convolution():
    """Oracle: TensorFlow's own dilated convolution."""
    built = network(Continuous)
    built.parameters.assign([2.0])
    expected = tf.nn.conv2d(IMAGES, built.weights[0], 1, "SAME", dilations=2)
    np.testing.assert_allclose(built.first_features(IMAGES), expected, atol=1e-5)


def test_a_continuous_dilation_starts_near_the_initial_one_and_stays_within_the_candidates():
    built = network(Continuous, initial_dilation=4)
    assert 0 < abs(float(built.parameters[0]) - 4) <= MAX_JITTER
    for direction in (-1.0, 1.0):
        built.rate.assign(50.0)
        built.progress.assign(0.0)
        built.update_dilation_parameters(tf.constant([direction]), IMAGES, LABELS)
        assert 1 <= float(built.parameters[0]) <= 4


def test_taps_narrow_to_one_pixel():
    """By hand: the initial width, its square root half-way through the narrowing, then 1."""
    assert [float(tap_width(tf.constant(share))) for share in (0.0, 0.4, 0.8, 0.9)] == pytest.approx([MAX_TAP_WIDTH, math.sqrt(MAX_TAP_WIDTH), 1, 1])


def test_each_kernel_has_its_own_spacing():
    """Oracle: TensorFlow's own dilated convolution of each kernel."""
    built = network(Spacing)
    built.parameters.assign([1.0, 2.0, 4.0, 2.0])
    features = built.first_features(IMAGES)
    for channel, dilation in enumerate((1, 2, 4, 2)):
        expected = tf.nn.conv2d(IMAGES, built.weights[0][..., channel : channel + 1], 1, "SAME", dilations=dilation)
        np.testing.assert_allclose(features[..., channel : channel + 1], expected, atol=1e-5)


def test_kernels_vote_by_their_norm():
    """By hand: norms 3, 1, 0, 0 at dilations 1, 2, 4, 4."""
    built = network(Spacing)
    built.parameters.assign([1.0, 2.0, 4.0, 4.0])
    kernels = np.zeros((3, 3, 1, 4), np.float32)
    kernels[0, 0, 0] = [3, 1, 0, 0]
    built.weights[0].assign(kernels)
    np.testing.assert_allclose(built.candidate_weights(), [0.75, 0.25, 0], atol=1e-6)


def test_free_taps_on_a_regular_grid_have_its_dilation_even_if_they_are_exchanged():
    built = network(Positions)
    grid = np.broadcast_to(regular_grid(3), (3, 3, 4, 2))
    built.weights[0].assign(tf.ones((3, 3, 1, 4)))
    for positions in (2 * grid, -2 * grid, 2 * grid[::-1], 2 * grid + 1):
        built.parameters.assign(positions)
        np.testing.assert_allclose(built.dilations(), 2, atol=1e-6)


def test_the_average_head_is_a_hidden_layer_on_the_mean_over_places():
    """By hand, in NumPy, from the second convolution on."""
    built = network(Continuous)
    weights = [weight.numpy() for weight in built.weights]
    first = built.first_features(IMAGES)
    second = tf.nn.conv2d(tf.nn.relu(tf.nn.max_pool2d(first, 2, 2, "VALID")), weights[2], 1, "SAME") + weights[3]
    features = tf.nn.relu(tf.nn.max_pool2d(second, 2, 2, "VALID")).numpy().mean(axis=(1, 2))
    logits = np.maximum(features @ weights[4] + weights[5], 0) @ weights[6] + weights[7]
    expected = np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(20), LABELS]
    np.testing.assert_allclose(built.losses(first, LABELS), expected, atol=1e-5)


def test_one_compiled_network_serves_all_rates():
    assert get_method(Continuous, OPTIONS) is get_method(Continuous, replace(OPTIONS, rate=7.0))
    assert get_method(Continuous, OPTIONS) is not get_method(Continuous, replace(OPTIONS, epochs=9))


def test_the_kernel_may_have_five_taps_per_side():
    """Oracle: TensorFlow's own dilated convolution."""
    built = network(Continuous, replace(OPTIONS, kernel_size=5))
    built.parameters.assign([4.0])
    expected = tf.nn.conv2d(IMAGES, built.weights[0], 1, "SAME", dilations=4)
    np.testing.assert_allclose(convolve_wide_kernel(IMAGES, built.kernel()), expected, atol=1e-5)


def test_an_initial_dilation_that_is_not_a_candidate_is_refused(textures):
    with pytest.raises(ValueError, match=r"one of the candidates \[1, 2, 4\]; got 3"):
        train_method(Mixture, textures, OPTIONS, 3, 0)


def test_fewer_images_than_a_batch_has_are_refused(textures):
    with pytest.raises(ValueError, match=r"learn.batch_size must be at most the number of training images, 64; got 65"):
        train_method(Mixture, textures, replace(OPTIONS, batch_size=65), 1, 0)


def test_an_error_about_divergence_names_the_parameter_to_change(textures):
    with pytest.raises(ValueError, match=r"learning diverged in epoch 1: the loss is nan; lower learn\.learning_rate, which is 1e\+20$"):
        train_method(Mixture, textures, replace(OPTIONS, learning_rate=1e20, batch_size=4), 1, 0)


def test_the_weights_give_choice_mean_dilation_and_entropy():
    """By hand: 1/4 of 1, 1/4 of 2 and 1/2 of 4 sum to 2.75; an even blend of two has entropy ln 2, a clear choice 0."""
    built = LearningOutcome((1, 2, 4), np.array([[0.25, 0.25, 0.5], [0.5, 0.5, 0.0], [0.0, 1.0, 0.0]]))
    assert built.chosen_dilation == 2
    assert built.dilations.tolist() == [2.75, 1.5, 2.0]
    assert built.entropies.tolist() == pytest.approx([1.5 * math.log(2), math.log(2), 0])
    assert choice_row(built) == {"chosen_dilation": 2, "dilation": 2.0, "entropy": 0.0, "trainings": None}
    assert trajectory_rows({"seed": 5}, built)[1] == {
        "seed": 5, "epoch": 2, "dilation": 1.5, "entropy": pytest.approx(math.log(2)), "weight_1": 0.5, "weight_2": 0.5, "weight_4": 0.0,
    }  # fmt: skip
