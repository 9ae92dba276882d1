from kernel_dilation.explanations.faithfulness import SHARES, chance_area, deletion_and_insertion, random_order, removal_order, remove_top_pixels

import numpy as np
import pytest


def bright_pixel(count=1):
    """Return black images in which pixel (8, 8) is 1, and a network whose confidence is the value of this pixel."""
    images = np.zeros((count, 28, 28), np.float32)
    images[:, 8, 8] = 1
    return images, lambda images, indices: images[:, 8, 8]


def test_pixels_are_ranked_by_decreasing_absolute_value():
    order = removal_order(np.array([[[0.1, -5.0], [3.0, -0.2]]]), seed=0)
    assert order.tolist() == [[1, 2, 3, 0]]


def test_ties_are_broken_at_random_from_the_seed():
    orders = [removal_order(np.zeros((1, 28, 28)), seed)[0] for seed in (0, 0, 1)]
    assert orders[0].tolist() == orders[1].tolist() != orders[2].tolist()
    assert sorted(orders[0]) == list(range(784))
    assert orders[0].tolist() != list(range(784))


def test_the_first_share_of_the_pixels_is_removed():
    images, _ = bright_pixel()
    order = np.roll(np.arange(784), 784 - (8 * 28 + 8))[None]  # the bright pixel first
    assert abs(remove_top_pixels(images, order, 0.1, 0)[0, 8, 8]) < 0.05
    assert remove_top_pixels(images, order[:, ::-1], 0.9, 0)[0, 8, 8] == 1


def test_areas_of_a_perfect_map_and_of_its_reverse_are_zero_and_one():
    """By hand: the network uses a single pixel, which is deleted or inserted first."""
    images, confidence = bright_pixel()
    ranking = np.full((1, 28, 28), 0.001) * np.arange(784).reshape(28, 28)
    ranking[0, 8, 8] = 9
    deletion, insertion = deletion_and_insertion(images, removal_order(ranking, 0), confidence, 0)
    assert deletion[0] == pytest.approx(0, abs=0.02)
    assert insertion[0] == pytest.approx(1)
    ranking[0, 8, 8] = 0
    deletion, insertion = deletion_and_insertion(images, removal_order(ranking, 0), confidence, 0)
    assert deletion[0] == pytest.approx(1)
    assert insertion[0] == pytest.approx(0, abs=0.02)


def test_a_pixel_in_the_middle_of_the_order_gives_intermediate_areas():
    """By hand: at rank 0.4 the pixel remains at the shares 0.1 and 0.3 when deleting, and at 0.1, 0.3 and 0.5 when inserting."""
    images, confidence = bright_pixel()
    order = np.delete(np.arange(784), 8 * 28 + 8)
    order = np.insert(order, 314, 8 * 28 + 8)[None]
    deletion, insertion = deletion_and_insertion(images, order, confidence, 0)
    assert deletion[0] == pytest.approx(0.4, abs=0.02)
    assert insertion[0] == pytest.approx(0.6, abs=0.02)


def test_a_random_order_gives_an_area_of_one_half():
    """Oracle: analytic; a random pixel remains at share s with probability 1 - s, which is 0.5 on average."""
    images, confidence = bright_pixel(300)
    assert chance_area(images, confidence, 0).mean() == pytest.approx(0.5, abs=0.03)
    assert np.mean(SHARES) == pytest.approx(0.5)


def test_every_image_has_its_own_random_order():
    orders = random_order(3, 784, 0)
    assert sorted(orders[1]) == list(range(784))
    assert orders[0].tolist() != orders[1].tolist()


def test_the_network_receives_the_index_of_each_image():
    images, _ = bright_pixel(3)
    deletion, _ = deletion_and_insertion(images, random_order(3, 784, 0), lambda images, indices: indices.astype(float), 0)
    assert deletion.tolist() == [0, 1, 2]


def test_maps_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="map 0 contains nan"):
        removal_order(np.full((1, 28, 28), np.nan), 0)
