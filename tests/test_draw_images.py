from kernel_dilation.experiment.parameters import parse_settings
from kernel_dilation.experiment.world_names import parse_world
from kernel_dilation.learning_worlds.draw_images import draw_images, scale_images
from kernel_dilation.learning_worlds.planted_textures import draw_class_kernels
from kernel_dilation.learning_worlds.spread_digits import spread_digits

import numpy as np
import pytest
from changed_parameters import changed

LEARN = parse_settings(changed(learn__images=50, learn__planted_images=60)).learn
GENERATOR = np.random.default_rng(0)
DIGITS = {
    "x_train": GENERATOR.integers(0, 256, (80, 28, 28), np.uint8),
    "y_train": np.arange(80, dtype=np.uint8) % 10,
    "x_validation": GENERATOR.integers(0, 256, (20, 28, 28), np.uint8),
    "y_validation": np.arange(20, dtype=np.uint8) % 10,
}
WORLDS = [parse_world(name) for name in ("digits", "atrous-2", "textures-3")]


@pytest.mark.parametrize("world", WORLDS)
def test_the_same_run_and_round_have_the_same_images_and_others_have_others(world):
    first, again, other_round, other_run = (draw_images(world, DIGITS, LEARN, *place) for place in ((1, 2), (1, 2), (1, 3), (2, 2)))
    for name, values in first.items():
        np.testing.assert_array_equal(values, again[name])
    for other in (other_round, other_run):
        assert not np.array_equal(first["x_train"], other["x_train"])
        assert not np.array_equal(first["x_validation"], other["x_validation"])


def test_a_method_that_trains_once_has_the_images_of_the_first_round():
    np.testing.assert_array_equal(draw_images(WORLDS[0], DIGITS, LEARN, 1)["x_train"], draw_images(WORLDS[0], DIGITS, LEARN, 1, 0)["x_train"])


def test_digits_with_holes_are_the_spread_digits_of_the_same_round():
    digits, spread = (draw_images(world, DIGITS, LEARN, 1, 2) for world in WORLDS[:2])
    np.testing.assert_array_equal(spread["x_train"], spread_digits(digits["x_train"], 2))
    np.testing.assert_array_equal(spread["y_validation"], digits["y_validation"])


def test_textures_of_a_run_share_the_filters_of_their_classes_and_those_of_other_runs_do_not():
    """Analytic: at a planted dilation, the mean product of pixels so far apart is the autocorrelation of the class's filter."""
    many = LEARN.model_copy(update={"planted_images": 3_000})
    for run in (0, 1):
        expected = lagged_products_of_filters(draw_class_kernels(np.random.default_rng((run, 3))))
        for number in (0, 4):
            images = draw_images(WORLDS[2], DIGITS, many, run, number)
            measured = [mean_lagged_product(images["x_train"][images["y_train"] == label], 3) for label in range(10)]
            np.testing.assert_allclose(measured, expected, atol=0.03)
    other = lagged_products_of_filters(draw_class_kernels(np.random.default_rng((0, 3))))
    assert np.abs(np.array(expected) - other).max() > 0.3


def lagged_products_of_filters(kernels: np.ndarray) -> list[float]:
    """Return the sum of products of neighbouring taps in a row of each class's filter."""
    return [float((kernel[:, 1:] * kernel[:, :-1]).sum()) for kernel in kernels]


def mean_lagged_product(images: np.ndarray, lag: int) -> float:
    """Return the mean product of pixels `lag` columns apart."""
    return float((images[:, :, lag:] * images[:, :, :-lag]).mean())


def test_neither_part_has_more_digits_than_requested():
    images = draw_images(WORLDS[0], DIGITS, LEARN.model_copy(update={"images": 15}), 0)
    assert {name: len(values) for name, values in images.items()} == {"x_train": 15, "y_train": 15, "x_validation": 15, "y_validation": 15}


def test_digits_are_scaled_and_textures_are_left_as_they_are():
    scaled = scale_images({"x_train": np.array([0, 255], np.uint8), "x_validation": np.array([-2.5], np.float32), "y_train": np.array([7])})
    assert scaled["x_train"].tolist() == [0, 1]
    assert scaled["x_train"].dtype == np.float32
    assert scaled["x_validation"].tolist() == [-2.5]
    assert scaled["y_train"].tolist() == [7]
