from kernel_dilation.map_metrics.autocorrelation import autocorrelations, gridding
from kernel_dilation.map_metrics.spectra import power_spectra

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from statsmodels.tsa.stattools import acf

NOISE = np.random.default_rng(0).normal(size=(60, 28, 28))


def test_the_autocorrelation_of_two_pixels_by_hand():
    """The map 3, 1 / 1, 3 less its mean is 1, -1 / -1, 1: at lag 1 both axes have the product -1 twice, of a sum of squares of 4."""
    np.testing.assert_allclose(autocorrelations(np.array([[[3.0, 1.0], [1.0, 3.0]]])), [[1, -0.5, 0]])


def test_a_map_that_varies_along_one_axis_has_the_autocorrelation_of_its_line():
    """Oracle: statsmodels.tsa.stattools.acf, which averages the same products; along the constant axis, overlap alone counts."""
    line = np.random.default_rng(1).normal(size=28)
    constant = 1 - np.arange(28) / 28
    found = autocorrelations(np.repeat(line[None, :], 28, 0)[None])[0, :28]
    np.testing.assert_allclose(found, (acf(line, nlags=27, fft=False) + constant) / 2, atol=1e-12)


def test_it_does_not_depend_on_scale_sign_or_mean():
    expected = autocorrelations(NOISE)
    np.testing.assert_allclose(autocorrelations(-1e-20 * NOISE), expected)
    np.testing.assert_allclose(autocorrelations(NOISE + 3), expected, atol=1e-12)


def test_it_is_one_at_lag_zero_and_zero_where_no_pixels_are_that_far_apart():
    found = autocorrelations(NOISE)
    np.testing.assert_allclose(found[:, 0], 1)
    assert not found[:, 28].any()
    assert found.shape == (60, 29)


@pytest.mark.parametrize("dilation", [2, 3, 4, 5, 6, 7])
def test_values_that_recur_at_the_lag_of_the_dilation_are_gridding(dilation):
    """By construction: noise convolved with a 3-tap comb. Its autocorrelation is 2/3 of the overlap at the lag itself, 0 beside it."""
    comb = np.zeros((2 * dilation + 1, 2 * dilation + 1))
    comb[::dilation, ::dilation] = 1
    padded = np.pad(NOISE, ((0, 0), (dilation, dilation), (dilation, dilation)), mode="wrap")
    maps = sum(padded[:, row : row + 28, column : column + 28] for row, column in zip(*np.nonzero(comb)))
    correlations = autocorrelations(maps).mean(0)
    assert gridding(correlations, dilation) == pytest.approx(2 / 3 * (1 - dilation / 28), abs=0.06)
    others = [gridding(correlations, lag) for lag in range(2, 8) if lag not in (dilation, 2 * dilation)]
    assert max(others) < 0.05


def test_smooth_maps_have_no_gridding_although_their_power_lies_where_that_of_a_large_dilation_does():
    """The share of power near k / dilation counts them: at dilation 7, half of all frequencies are near."""
    smooth = gaussian_filter(NOISE, (0, 2.0, 2.0))
    low = power_spectra(smooth)[:, :6, :6].sum()
    assert low > 0.2 * len(NOISE)
    correlations = autocorrelations(smooth).mean(0)
    assert all(abs(gridding(correlations, lag)) < 0.06 for lag in range(5, 8))


def test_a_constant_map_has_neither():
    correlations = autocorrelations(np.full((1, 28, 28), 0.1))
    assert not correlations.any()
    assert gridding(correlations, 3)[0] == 0


@pytest.mark.parametrize("lag", [0, 28])
def test_a_lag_without_neighbours_is_refused(lag):
    with pytest.raises(ValueError, match=f"between 1 and 27 pixels; got {lag}"):
        gridding(autocorrelations(NOISE), lag)


def test_maps_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="map 0 contains inf"):
        autocorrelations(np.full((1, 28, 28), np.inf))
