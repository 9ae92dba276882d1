from kernel_dilation.map_metrics.spectra import grid_frequencies, gridding, power_spectra

import numpy as np
import pytest


def grid(dilation, side=28):
    """A map with a dot every `dilation` pixels."""
    dots = (np.arange(side) % dilation == 0).astype(float)
    return np.outer(dots, dots)[None]


@pytest.mark.parametrize("dilation", [2, 4, 7])
def test_a_grid_that_fits_the_map_has_all_its_power_at_its_frequencies(dilation):
    """Analytic: a comb's spectrum is a comb."""
    assert gridding(power_spectra(grid(dilation)), dilation)[0] == pytest.approx(1)


@pytest.mark.parametrize("dilation", [3, 5, 6])
def test_a_grid_that_does_not_fit_has_nearly_all_its_power_there(dilation):
    """Analytic: within 1.5 bins of a frequency lies more than 0.8 of the power of one that falls between bins, in each direction."""
    assert gridding(power_spectra(grid(dilation)), dilation)[0] > 0.8


@pytest.mark.parametrize("dilation", [2, 3, 4, 5, 6, 7])
def test_white_noise_has_the_share_of_the_frequencies(dilation):
    noise = np.random.default_rng(0).normal(size=(400, 28, 28))
    expected = grid_frequencies(28, dilation).sum() / (28 * 28 - 1)
    assert gridding(power_spectra(noise), dilation).mean() == pytest.approx(expected, rel=0.05)


def test_a_smooth_blob_has_no_grid():
    rows, columns = np.indices((28, 28)) - 13.5
    blob = np.exp(-(rows**2 + columns**2) / (2 * 4.0**2))[None]
    assert gridding(power_spectra(blob), 2)[0] < 1e-6


def test_a_wave_beside_the_grid_does_not_count_and_one_on_it_does():
    """By hand: at dilation 4 and 28 pixels the frequencies are 7, 14 and 21 bins, each with a neighbour on either side."""
    place = 2 * np.pi * np.arange(28) / 28
    for bins, share in ((3, 0), (4, 0), (6, 1), (7, 1), (8, 1), (10, 0), (14, 1)):
        wave = np.repeat(np.cos(bins * place)[None, :], 28, 0)[None]
        assert gridding(power_spectra(wave), 4)[0] == pytest.approx(share, abs=1e-9), bins


def test_dilation_one_has_no_grid():
    assert not grid_frequencies(28, 1).any()
    assert gridding(power_spectra(np.random.default_rng(0).normal(size=(2, 28, 28))), 1).tolist() == [0, 0]


def test_frequencies_are_the_same_forwards_and_backwards():
    """A real map's spectrum is symmetric; so must be what is read from it."""
    for dilation in range(2, 9):
        mask = grid_frequencies(28, dilation)
        np.testing.assert_array_equal(mask, np.roll(mask[::-1, ::-1], (1, 1), (0, 1)))
        np.testing.assert_array_equal(mask, mask.T)


def test_power_is_shared_out_whatever_the_scale():
    """Oracle: Parseval's theorem; the shares sum to 1 and do not see scale, sign or mean."""
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
