from kernel_dilation.map_metrics.sharpness import entropy, gini, normalised_abs, sharpness_metrics, spread, total_variation

import numpy as np
import pytest

METRICS = [gini, entropy, total_variation, spread]
PIXELS = 28 * 28


def pixel(row=13, column=13, value=-3.0):
    """Return a map in which one pixel is not zero."""
    image = np.zeros((1, 28, 28))
    image[0, row, column] = value
    return image


@pytest.mark.parametrize(("metric", "one_pixel", "uniform"), [
    (gini, 1 - 1 / PIXELS, 0),
    (entropy, 0, np.log2(PIXELS)),
    (total_variation, 4, 0),
    (spread, 0, np.sqrt((28**2 - 1) / 6)),  # the variance of a discrete uniform distribution, twice
])  # fmt: skip
def test_metrics_of_a_single_pixel_and_of_a_uniform_map(metric, one_pixel, uniform):
    """Oracle: analytic."""
    assert metric(pixel())[0] == pytest.approx(one_pixel, abs=1e-12)
    assert metric(np.full((1, 28, 28), -7.0))[0] == pytest.approx(uniform, abs=1e-9)


def test_gini_of_one_to_four_is_a_quarter():
    """By hand: (2 (1 + 4 + 9 + 16) / (4 * 10)) - 5 / 4."""
    assert gini(np.array([[[3.0, -1.0], [4.0, 2.0]]]))[0] == pytest.approx(0.25)


def test_entropy_of_two_equal_pixels_is_one_bit():
    assert entropy(pixel() + pixel(2, 20, 3.0))[0] == pytest.approx(1)


def test_total_variation_of_a_half_filled_map_is_its_edge():
    """By hand: 28 steps of 1 / (14 * 28) each."""
    half = np.zeros((1, 28, 28))
    half[:, :14] = 5
    assert total_variation(half)[0] == pytest.approx(28 / (14 * 28))


def test_spread_of_two_equal_pixels_is_half_their_distance():
    assert spread(pixel(3, 4) + pixel(9, 12))[0] == pytest.approx(5)


@pytest.mark.parametrize("metric", METRICS)
def test_metrics_do_not_depend_on_scale_or_sign(metric):
    maps = np.random.default_rng(0).normal(size=(3, 28, 28))
    np.testing.assert_allclose(metric(maps), metric(-1e-30 * maps))
    np.testing.assert_allclose(metric(maps), metric(1e300 * maps))


@pytest.mark.parametrize("metric", METRICS)
def test_a_map_of_zeros_is_treated_as_a_uniform_one(metric):
    np.testing.assert_allclose(metric(np.zeros((2, 28, 28))), metric(np.ones((2, 28, 28))))


@pytest.mark.parametrize("metric", [*METRICS, normalised_abs])
@pytest.mark.parametrize(("fault", "name"), [(np.nan, "nan"), (np.inf, "inf"), (-np.inf, "-inf")])
def test_maps_that_are_not_finite_are_refused_with_their_index(metric, fault, name):
    maps = np.ones((3, 28, 28))
    maps[1, 5, 5] = fault
    with pytest.raises(ValueError, match=f"map 1 contains {name}"):
        metric(maps)


def test_an_array_that_is_not_a_stack_of_maps_is_refused():
    with pytest.raises(ValueError, match=r"stack \(n, height, width\); got an array of shape \(28, 28\)"):
        gini(np.ones((28, 28)))


def test_sharpness_metrics_are_returned_by_name():
    maps = np.random.default_rng(0).normal(size=(2, 28, 28))
    metrics = sharpness_metrics(maps)
    assert list(metrics) == [metric.__name__ for metric in METRICS]
    for metric in METRICS:
        np.testing.assert_array_equal(metrics[metric.__name__], metric(maps))
