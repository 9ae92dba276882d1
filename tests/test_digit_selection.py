from kernel_dilation.explanations.digit_selection import class_mean_images, select_digits

import numpy as np
import pytest

LABELS = np.random.default_rng(0).permutation(np.repeat(np.arange(10, dtype=np.uint8), 30))


def test_selected_digits_alternate_between_classes():
    assert LABELS[select_digits(LABELS, 25, 0)].tolist() == [*range(10), *range(10), *range(5)]


def test_a_larger_selection_extends_a_smaller_one():
    assert select_digits(LABELS, 50, 0)[:20].tolist() == select_digits(LABELS, 20, 0).tolist()


def test_no_digit_is_selected_twice_and_all_can_be_selected():
    assert sorted(select_digits(LABELS, 300, 0)) == list(range(300))


def test_different_seeds_select_different_digits():
    assert set(select_digits(LABELS, 20, 0)) != set(select_digits(LABELS, 20, 1))


def test_an_exhausted_class_is_skipped():
    labels = np.array([0, 1, 1, 2, 2, 2])
    assert labels[select_digits(labels, 6, 0)].tolist() == [0, 1, 2, 1, 2, 2]


def test_more_digits_than_exist_are_refused():
    with pytest.raises(ValueError, match=r"saliency.images must be at most the number of test digits, 300; got 301"):
        select_digits(LABELS, 301, 0)


def test_class_means_are_the_mean_images_of_the_classes():
    """By hand: class 0 has two images and class 1 has one."""
    images = np.stack([np.full((28, 28), value, np.uint8) for value in (0, 51, 255)])
    means = class_mean_images(images, np.array([0, 0, 1]))
    np.testing.assert_allclose(means, np.stack([np.full((28, 28), 0.1), np.ones((28, 28))]), atol=1e-7)
    assert means.dtype == np.float32
