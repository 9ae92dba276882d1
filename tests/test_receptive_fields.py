from kernel_dilation.analysis.receptive_fields import effective_side, half_energy_radius, receptive_field_row
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.parameters import parse_settings

import numpy as np
import pytest
from changed_parameters import changed

OPTIONS = parse_settings(changed(analyze__resamples=200)).analyze


def square(side: int, value: float = 1.0) -> np.ndarray:
    field = np.zeros((28, 28))
    field[:side, :side] = value
    return field


def test_the_effective_side_of_a_uniform_square_is_its_side():
    np.testing.assert_allclose(effective_side(np.stack([square(5), square(9, 0.1)])), [5, 9])


def test_pixels_below_the_threshold_are_ignored():
    """By hand, with the threshold of Luo et al. (2016): 4.55 % of the largest value."""
    assert effective_side(square(3) + square(9, 0.04)) == 3
    assert effective_side(square(3) + square(9, 0.06)) == 9


def test_the_effective_field_of_a_gaussian_is_a_disk_of_two_and_a_half_standard_deviations():
    """Analytic: exp(-r^2 / 2 s^2) > 0.0455 for r < 2.486 s, a disk of area 6.18 pi s^2."""
    rows, columns = np.indices((28, 28)) - 13.5
    field = np.exp(-(rows**2 + columns**2) / (2 * 3.0**2))
    assert effective_side(field) == pytest.approx(np.sqrt(2 * np.log(1 / 0.0455) * np.pi * 3.0**2), rel=0.02)


def test_a_field_of_zeros_has_a_side_of_zero():
    assert effective_side(np.zeros((28, 28))) == 0


@pytest.mark.parametrize("deviation", [2.0, 2.5, 3.0])
def test_half_of_the_squared_gradient_of_a_gaussian_lies_within_its_analytic_radius(deviation):
    """Analytic: the square of exp(-r^2 / 2 s^2) has the share 1 - exp(-r^2 / s^2) within r, which is half at s sqrt(ln 2)."""
    rows, columns = np.indices((28, 28)) - 13.5
    field = np.exp(-(rows**2 + columns**2) / (2 * deviation**2))
    assert half_energy_radius(field) == pytest.approx(deviation * np.sqrt(np.log(2)), abs=0.25)
    assert half_energy_radius(np.roll(field, (2, -1), (0, 1))) == pytest.approx(half_energy_radius(field), abs=0.05)
    assert half_energy_radius(1e-10 * field) == pytest.approx(half_energy_radius(field))


def test_the_radius_of_two_equal_pixels_is_half_their_distance():
    """By hand: the centroid lies between them, 3 pixels from each; a field that is spread in the same frame has a smaller radius."""
    field = np.zeros((28, 28))
    field[10, 10] = field[10, 16] = 2
    assert half_energy_radius(field) == 3
    field[10, 13] = 4
    assert half_energy_radius(field) < 3
    assert half_energy_radius(np.zeros((2, 28, 28))).tolist() == [0, 0]


def test_a_row_contains_theoretical_field_effective_field_and_accuracy():
    """By hand: 1 + 4 + 1 + 4 + 2 = 12 pixels for kernel 3 at dilation 2 with max pooling."""
    fields, untrained = np.stack([square(8), square(10)]), np.stack([square(8), square(8)])
    row = receptive_field_row(Arm(2, 3, "max"), "first", fields, untrained, np.array([96.0, 98.0]), OPTIONS)
    assert (row["extent"], row["theoretical"], row["effective"], row["accuracy"]) == (5, 12, 9, 97)
    assert row["lower"] < 9 < row["upper"]
    assert row["radius"] == pytest.approx(np.mean([half_energy_radius(square(side)) for side in (8, 10)]))
    assert row["untrained_radius"] == pytest.approx(half_energy_radius(square(8)))
    assert row["radius_change"] == pytest.approx(row["radius"] - row["untrained_radius"])
    assert row["radius_change_lower"] < row["radius_change"] < row["radius_change_upper"]


def test_a_single_replicate_has_no_variance():
    row = receptive_field_row(Arm(1, 3, "stride"), "first", square(6)[None], square(6)[None], np.array([96.0]), OPTIONS)
    assert row["lower"] == row["effective"] == row["upper"] == pytest.approx(6)
