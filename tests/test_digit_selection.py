from kernel_dilation.explanations.digit_selection import class_mean_images, select_digits

import numpy as np
import pytest

LABELS = np.random.default_rng(0).permutation(np.repeat(np.arange(10, dtype=np.uint8), 30))


def test_classes_come_in_turn():
    assert LABELS[select_digits(LABELS, 25, 0)].tolist() == [*range(10), *range(10), *range(5)]


def test_more_digits_keep_those_that_fewer_had():
    assert select_digits(LABELS, 50, 0)[:20].tolist() == select_digits(LABELS, 20, 0).tolist()


def test_no_digit_is_chosen_twice_and_all_can_be():
    assert sorted(select_digits(LABELS, 300, 0)) == list(range(300))


def test_another_seed_chooses_others():
    assert set(select_digits(LABELS, 20, 0)) != set(select_digits(LABELS, 20, 1))


def test_a_class_that_runs_out_leaves_its_turn_to_the_others():
    labels = np.array([0, 1, 1, 2, 2, 2])
    assert labels[select_digits(labels, 6, 0)].tolist() == [0, 1, 2, 1, 2, 2]


def test_more_than_there_are_is_refused():
    with pytest.raises(ValueError, match=r"saliency.images must be at most the number of test digits, 300; got 301"):
        select_digits(LABELS, 301, 0)


def test_class_means_are_the_mean_images():
    """By hand: classes 0 and 1, of two and one images."""
    images = np.stack([np.full((28, 28), value, np.uint8) for value in (0, 51, 255)])
    means = class_mean_images(images, np.array([0, 0, 1]))
    np.testing.assert_allclose(means, np.stack([np.full((28, 28), 0.1), np.ones((28, 28))]), atol=1e-7)
    assert means.dtype == np.float32
