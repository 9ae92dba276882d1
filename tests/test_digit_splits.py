from kernel_dilation.training.digit_splits import resplit_digits

import numpy as np

DIGITS = {
    "x_train": np.arange(8)[:, None, None] * np.ones((1, 28, 28), np.uint8),
    "y_train": np.arange(8),
    "x_validation": np.arange(8, 10)[:, None, None] * np.ones((1, 28, 28), np.uint8),
    "y_validation": np.arange(8, 10),
    "x_test": np.zeros((3, 28, 28), np.uint8),
    "y_test": np.zeros(3),
}


def test_every_digit_is_in_the_training_or_in_the_validation_part_and_none_in_both():
    split = resplit_digits(DIGITS, 100, 0)
    assert len(split["y_train"]) == 8
    assert sorted([*split["y_train"], *split["y_validation"]]) == list(range(10))


def test_images_stay_with_their_labels():
    split = resplit_digits(DIGITS, 6, 3)
    for part in ("train", "validation"):
        np.testing.assert_array_equal(split[f"x_{part}"][:, 0, 0], split[f"y_{part}"])


def test_the_training_part_has_no_more_digits_than_requested():
    assert len(resplit_digits(DIGITS, 5, 0)["y_train"]) == 5


def test_the_split_depends_on_the_seed_and_on_nothing_else():
    one, again, other = (resplit_digits(DIGITS, 6, seed)["y_train"].tolist() for seed in (0, 0, 1))
    assert one == again
    assert one != other


def test_the_test_digits_are_not_changed():
    assert resplit_digits(DIGITS, 6, 0)["x_test"] is DIGITS["x_test"]


def test_without_a_limit_the_parts_have_the_sizes_of_the_given_split():
    split = resplit_digits(DIGITS, None, (0, 3))
    assert (len(split["y_train"]), len(split["y_validation"])) == (8, 2)


def test_a_large_validation_part_is_kept_whole_without_a_limit():
    swapped = {name.replace("train", "other").replace("validation", "train").replace("other", "validation"): array for name, array in DIGITS.items()}
    split = resplit_digits(swapped, None, 0)
    assert (len(split["y_train"]), len(split["y_validation"])) == (2, 8)


def test_replicates_have_splits_of_their_own():
    parts = {tuple(resplit_digits(DIGITS, None, (0, replicate))["y_validation"].tolist()) for replicate in range(20)}
    assert len(parts) > 10
