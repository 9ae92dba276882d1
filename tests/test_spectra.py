from kernel_dilation.map_metrics.spectra import power_spectra

import numpy as np
import pytest


@pytest.mark.parametrize("dilation", [2, 4, 7])
def test_the_spectrum_of_a_comb_is_a_comb(dilation):
    """Oracle: analytic; all power of a dot every d pixels lies at the multiples of 28 / d bins."""
    dots = (np.arange(28) % dilation == 0).astype(float)
    spectrum = power_spectra(np.outer(dots, dots)[None])[0]
    assert spectrum[:: 28 // dilation, :: 28 // dilation].sum() == pytest.approx(1)


def test_the_power_of_a_wave_lies_at_its_frequency():
    """By hand: a cosine of 5 cycles along the rows has half its power at bin 5 and half at bin -5."""
    wave = np.repeat(np.cos(5 * 2 * np.pi * np.arange(28) / 28)[None, :], 28, 0)[None]
    spectrum = power_spectra(wave)[0]
    assert spectrum[0, 5] == pytest.approx(0.5)
    assert spectrum[0, 23] == pytest.approx(0.5)


def test_shares_of_power_do_not_depend_on_scale_sign_or_mean():
    """Oracle: analytic; shares sum to 1, and scale, sign and mean cancel."""
    maps = np.random.default_rng(0).normal(size=(3, 28, 28))
    spectra = power_spectra(maps)
    np.testing.assert_allclose(spectra.sum((1, 2)), 1)
    np.testing.assert_allclose(power_spectra(-1e-30 * maps), spectra)
    np.testing.assert_allclose(power_spectra(maps + 5), spectra, atol=1e-12)


@pytest.mark.parametrize("constant", [0.0, 0.1, -1e30])
def test_a_constant_map_has_no_power(constant):
    assert not power_spectra(np.full((1, 28, 28), constant)).any()


def test_maps_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="map 0 contains inf"):
        power_spectra(np.full((1, 28, 28), np.inf))
