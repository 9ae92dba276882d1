from kernel_dilation.explanations.metric_tables import LAYERS
from kernel_dilation.explanations.sanity_checks import (
    CHANGE,
    CHANGES,
    map_similarity,
    max_sensitivity,
    output_sensitivity,
    perturb_images,
    randomise_layers,
)

import numpy as np
import pytest
from small_networks import architecture, random_weights

IMAGES = np.random.default_rng(0).random((3, 28, 28)).astype(np.float32)


def test_perturbations_stay_within_their_bound():
    noise = perturb_images(IMAGES, 0) - IMAGES
    assert noise.shape == (CHANGES, 3, 28, 28)
    assert 0.95 * CHANGE < np.abs(noise).max() <= CHANGE * 1.0001
    assert len({copy.tobytes() for copy in perturb_images(IMAGES, 0)[:, 0]}) == CHANGES


def test_sensitivity_is_the_largest_relative_change():
    """By hand: a map of norm 5 changes by norms 1 and 2, which gives 2 / 5."""
    maps = np.array([[[3.0, 4.0]]])
    changed = maps + np.array([[[[0.0, 1.0]]], [[[2.0, 0.0]]]])
    assert max_sensitivity(maps, changed)[0] == pytest.approx(0.4)
    assert max_sensitivity(1e-20 * maps, 1e-20 * changed)[0] == pytest.approx(0.4)


def test_sensitivity_relative_to_the_logits_is_a_share_of_both_relative_changes():
    """By hand: the mean squares of the changes of maps are (1 + 4) / 2 of 5 squared, of logits (0.01 + 0.16) / 2 of 2 squared."""
    of_maps, of_logits = np.sqrt(2.5) / 5, np.sqrt(0.085) / 2
    expected = of_maps / (of_maps + of_logits)
    maps, logits = np.array([[[3.0, 4.0]]]), np.array([[0.0, 2.0]])
    changed = maps + np.array([[[[0.0, 1.0]]], [[[2.0, 0.0]]]])
    moved = logits + np.array([[[0.1, 0.0]], [[0.0, -0.4]]])
    assert output_sensitivity(maps, changed, logits, moved)[0] == pytest.approx(expected)
    assert output_sensitivity(10 * maps, 10 * changed, 100 * logits, 100 * moved)[0] == pytest.approx(expected)  # scales do not matter


def test_without_a_map_there_is_no_relative_sensitivity_and_without_a_change_of_the_logits_it_is_1():
    maps, logits = np.array([[[3.0, 4.0]], [[0.0, 0.0]]]), np.ones((2, 3))
    changed = np.stack([maps + 1])
    assert output_sensitivity(maps, changed, logits, logits[None])[0] == 1
    assert np.isnan(output_sensitivity(maps, maps[None], logits, logits[None])).all()  # neither changes
    one, none = output_sensitivity(maps, changed, logits, 2 * logits[None])
    assert one == pytest.approx(np.sqrt(2) / (np.sqrt(2) + 5))
    assert np.isnan(none)
    assert output_sensitivity(maps, maps[None], logits, 2 * logits[None])[0] == 0  # a map that does not change


def test_one_copy_that_hardly_moves_the_logits_does_not_decide():
    """By hand: the ratio of that copy alone is 10,000, that of the root mean squares about 1.4."""
    maps, logits = np.array([[[1.0, 0.0]]]), np.array([[1.0, 0.0]])
    moved = np.array([[[1e-4, 0.0]], [[1.0, 0.0]]])
    found = output_sensitivity(maps, np.stack([2 * maps, 2 * maps]), logits, logits + moved)
    assert found[0] == pytest.approx(np.sqrt(2) / (1 + np.sqrt(2)), rel=1e-6)


def test_a_constant_response_has_zero_sensitivity_and_a_map_of_zeros_has_nan():
    maps = np.stack([np.ones((28, 28)), np.zeros((28, 28))])
    sensitivity = max_sensitivity(maps, np.stack([maps, maps]))
    assert sensitivity[0] == 0
    assert np.isnan(sensitivity[1])


@pytest.mark.parametrize("fault", [np.nan, np.inf])
def test_maps_that_are_not_finite_are_refused(fault):
    maps = np.ones((2, 4, 4))
    faulty = maps.copy()
    faulty[1, 0, 0] = fault
    for arguments in ((faulty, maps[None]), (maps, faulty[None])):
        with pytest.raises(ValueError, match="map 1 contains"):
            max_sensitivity(*arguments)


def test_the_cascade_randomises_one_more_layer_each_time_from_the_output_down():
    weights = random_weights(architecture())
    networks = list(randomise_layers(weights, (0, 1)))
    assert len(networks) == len(LAYERS)
    for depth, network in enumerate(networks, 1):
        changed = [not np.array_equal(new, old) for new, old in zip(network, weights)]
        assert changed == [False] * (8 - 2 * depth) + [True] * (2 * depth)
        assert [(new.shape, new.dtype) for new in network] == [(old.shape, old.dtype) for old in weights]


def test_randomised_layers_stay_the_same_along_the_cascade():
    networks = list(randomise_layers(random_weights(architecture()), (0, 1)))
    for network in networks[1:]:
        np.testing.assert_array_equal(network[6], networks[0][6])


def test_randomised_kernels_are_glorot_uniform_and_biases_zero():
    """By hand: a 3 x 3 kernel from 16 to 32 channels lies within sqrt(6 / (9 * 48)) = 0.1179."""
    weights = [np.ones(shape, np.float32) for shape in ((3, 3, 1, 16), (16,), (3, 3, 16, 32), (32,), (1568, 64), (64,), (64, 10), (10,))]
    last = list(randomise_layers(weights, (0, 0)))[-1]
    assert 0.117 < np.abs(last[2]).max() < 0.1179
    assert last[2].std() == pytest.approx(0.1179 / np.sqrt(3), rel=0.03)
    assert not any(bias.any() for bias in last[1::2])


def test_each_replicate_has_its_own_random_network():
    weights = random_weights(architecture())
    first, second = (next(randomise_layers(weights, (0, replicate)))[6] for replicate in (0, 1))
    assert np.abs(first - second).max() > 0.01


def test_maps_that_survive_randomisation_are_similar_and_unrelated_ones_are_not():
    maps, other = np.random.default_rng(0).normal(size=(2, 50, 28, 28))
    np.testing.assert_allclose(map_similarity(maps, -2 * maps), 1, atol=1e-6)
    assert abs(map_similarity(maps, other).mean()) < 0.02
    assert map_similarity(maps, 0 * maps).tolist() == [0] * 50
