from kernel_dilation.map_metrics.agreement import network_values, replicate_agreement

import numpy as np
import pytest
from scipy.stats import spearmanr, t

MAPS = np.random.default_rng(0).normal(size=(3, 4, 28, 28)).astype(np.float32)


def test_each_replicate_is_compared_with_its_two_neighbours():
    """Oracle: scipy.stats.spearmanr of the absolute values; the last replicate is a neighbour of the first."""
    found = replicate_agreement(MAPS)["agreement_spearman"]
    for image in range(4):
        pairs = [[np.abs(MAPS[index, image]).ravel() for index in (replicate, (replicate + 1) % 3)] for replicate in range(3)]
        similarities = np.array([spearmanr(*pair).statistic for pair in pairs])
        sums = similarities + similarities[[2, 0, 1]]
        np.testing.assert_allclose(found[:, image], sums - similarities.mean(), atol=1e-5)


@pytest.mark.parametrize("replicates", [8, 12])
def test_intervals_over_networks_cover_the_mean_agreement_and_intervals_over_pairs_do_not(replicates):
    """Simulated: a pair is as similar as its two networks are typical, which neighbouring pairs share; scipy's t quantile."""
    typical = np.random.default_rng(0).normal(size=(replicates, 20000))
    pairs = typical + np.roll(typical, -1, 0)
    over_networks, over_pairs = (covered(values) for values in (network_values(pairs), pairs))
    assert over_networks > 0.925
    assert over_pairs < 0.85


def covered(values: np.ndarray) -> float:
    """Return the share of samples, the columns of (size, samples), whose 95 % interval contains the true mean, 0."""
    half_width = t.ppf(0.975, len(values) - 1) * values.std(0, ddof=1) / np.sqrt(len(values))
    return float((np.abs(values.mean(0)) < half_width).mean())


def test_equal_maps_agree_whatever_their_sign_and_scale():
    for name, values in replicate_agreement(np.stack([MAPS[0], -2 * MAPS[0]])).items():
        np.testing.assert_allclose(values, 1, atol=1e-5, err_msg=name)


def test_independent_noise_does_not_agree():
    for name, values in replicate_agreement(MAPS).items():
        assert values.shape == (3, 4)
        assert np.abs(values.mean()) < 0.3, name


def test_a_single_replicate_agrees_with_no_other():
    for values in replicate_agreement(MAPS[:1]).values():
        assert values.shape == (1, 4)
        assert np.isnan(values).all()
