from collections import Counter

from kernel_dilation.planted_marks.marked_digits import CROSS, mark_digits, place_masks

import numpy as np
import pytest

DIGITS = np.random.default_rng(0).integers(0, 256, (200, 28, 28), np.uint8)
MARKED = mark_digits(DIGITS, (0, 1))


def test_the_ten_places_do_not_overlap_and_lie_within_the_image():
    masks = place_masks(np.ones((3, 3), bool))
    assert masks.sum((1, 2)).tolist() == [9] * 10
    assert masks.sum(0).max() == 1


def test_all_places_are_equally_frequent_and_the_decoy_is_always_elsewhere():
    assert Counter(MARKED.places.tolist()) == dict.fromkeys(range(10), 20)
    assert (MARKED.places != MARKED.decoys).all()
    assert set(MARKED.decoys.tolist()) == set(range(10))


def test_only_the_pixels_of_the_mark_differ_with_and_without_it():
    changed = MARKED.images != MARKED.unmarked
    np.testing.assert_array_equal(changed, MARKED.masks())
    assert (MARKED.images[MARKED.masks()] == 255).all()


def test_digits_are_dimmed_and_the_decoy_is_as_bright_as_the_mark():
    decoys = place_masks(CROSS)[MARKED.decoys]
    assert (MARKED.unmarked[decoys] == 255).all()
    np.testing.assert_array_equal(MARKED.unmarked[~decoys], np.round(DIGITS[~decoys] / 2).astype(np.uint8))
    assert MARKED.images[~decoys & ~MARKED.masks()].max() <= 128


def test_a_change_elsewhere_leaves_mark_and_decoy_alone():
    changed = MARKED.changed_elsewhere() != MARKED.images
    assert not changed[MARKED.masks() | place_masks(CROSS)[MARKED.decoys]].any()
    assert (changed.sum((1, 2)) <= 9).all()
    assert changed.any()


def test_the_digits_own_class_says_nothing_about_the_place():
    """By construction; oracle: the counts of a random assignment, each 20 within four standard deviations."""
    classes = np.repeat(np.arange(10), 200)
    places = mark_digits(np.zeros((2000, 28, 28), np.uint8), (3,)).places
    counts = np.zeros((10, 10))
    np.add.at(counts, (classes, places), 1)
    assert np.abs(counts - 20).max() < 4 * np.sqrt(20 * 0.9)


def test_marks_are_drawn_from_the_seed_and_the_first_digits_are_kept_together():
    assert mark_digits(DIGITS, (0, 1)).images.tobytes() == MARKED.images.tobytes()
    assert mark_digits(DIGITS, (0, 2)).images.tobytes() != MARKED.images.tobytes()
    first = MARKED.first(7)
    assert len(first.images) == len(first.unmarked) == len(first.places) == len(first.decoys) == 7
    assert first.places.tolist() == MARKED.places[:7].tolist()


@pytest.mark.parametrize("place", range(10))
def test_the_class_is_the_place_of_the_square(place):
    index = np.flatnonzero(MARKED.places == place)[0]
    rows, columns = np.nonzero(MARKED.masks()[index])
    assert (rows.min(), columns.min()) == ((6, 19)[place // 5], (2, 7, 12, 17, 22)[place % 5])
