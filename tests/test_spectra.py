from kernel_dilation.map_metrics.spectra import grid_frequencies, gridding, power_spectra

import numpy as np
import pytest


def grid(dilation, side=28):
    """Return a map with a dot every `dilation` pixels."""
    dots = (np.arange(side) % dilation == 0).astype(float)
    return np.outer(dots, dots)[None]


@pytest.mark.parametrize("dilation", [2, 4, 7])
def test_a_grid_that_fits_the_map_has_all_power_at_its_frequencies(dilation):
    """Oracle: analytic; the spectrum of a comb is a comb."""
    assert gridding(power_spectra(grid(dilation)), dilation)[0] == pytest.approx(1)


@pytest.mark.parametrize("dilation", [3, 5, 6])
def test_a_grid_that_does_not_fit_has_most_power_at_its_frequencies(dilation):
    """Oracle: analytic; of a frequency between bins, more than 0.8 of the power lies within 1.5 bins, in each direction."""
    assert gridding(power_spectra(grid(dilation)), dilation)[0] > 0.8


@pytest.mark.parametrize("dilation", [2, 3, 4, 5, 6, 7])
def test_the_gridding_of_white_noise_is_the_share_of_the_frequencies(dilation):
    noise = np.random.default_rng(0).normal(size=(400, 28, 28))
    expected = grid_frequencies(28, dilation).sum() / (28 * 28 - 1)
    assert gridding(power_spectra(noise), dilation).mean() == pytest.approx(expected, rel=0.05)


def test_a_smooth_blob_has_no_gridding():
    rows, columns = np.indices((28, 28)) - 13.5
    blob = np.exp(-(rows**2 + columns**2) / (2 * 4.0**2))[None]
    assert gridding(power_spectra(blob), 2)[0] < 1e-6


def test_waves_count_only_near_the_frequencies_of_the_grid():
    """By hand: at dilation 4 and 28 pixels the frequencies are 7, 14 and 21 bins, each with a neighbour on either side."""
    phase = 2 * np.pi * np.arange(28) / 28
    for bins, share in ((3, 0), (4, 0), (6, 1), (7, 1), (8, 1), (10, 0), (14, 1)):
        wave = np.repeat(np.cos(bins * phase)[None, :], 28, 0)[None]
        assert gridding(power_spectra(wave), 4)[0] == pytest.approx(share, abs=1e-9), bins


def test_dilation_one_has_no_grid_frequencies():
    assert not grid_frequencies(28, 1).any()
    assert gridding(power_spectra(np.random.default_rng(0).normal(size=(2, 28, 28))), 1).tolist() == [0, 0]


def test_grid_frequencies_are_symmetric():
    """The power spectrum of a real map is symmetric, so the mask must be symmetric too."""
    for dilation in range(2, 9):
        mask = grid_frequencies(28, dilation)
        np.testing.assert_array_equal(mask, np.roll(mask[::-1, ::-1], (1, 1), (0, 1)))
        np.testing.assert_array_equal(mask, mask.T)


def test_shares_of_power_do_not_depend_on_scale_sign_or_mean():
    """Oracle: analytic; shares sum to 1, and scale, sign and mean cancel."""
    maps = np.random.default_rng(0).normal(size=(3, 28, 28))
    spectra = power_spectra(maps)
    np.testing.assert_allclose(spectra.sum((1, 2)), 1)
    np.testing.assert_allclose(power_spectra(-1e-30 * maps), spectra)
    np.testing.assert_allclose(power_spectra(maps + 5), spectra, atol=1e-12)


@pytest.mark.parametrize("constant", [0.0, 0.1, -1e30])
def test_a_constant_map_has_no_power(constant):
    spectra = power_spectra(np.full((1, 28, 28), constant))
    assert not spectra.any()
    assert gridding(spectra, 4)[0] == 0


def test_maps_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="map 0 contains inf"):
        power_spectra(np.full((1, 28, 28), np.inf))
