from kernel_dilation.analysis.noise_floor import gridding_shares, pairwise_similarities
from kernel_dilation.map_metrics.spectra import power_spectra

import numpy as np
import pytest

MAPS = np.random.default_rng(0).normal(size=(3, 4, 28, 28))


def test_every_pair_of_dilations_and_every_dilation_with_itself_is_compared_by_each_index():
    compared = {(index, first, second) for index, first, second, _ in pairwise_similarities({1: MAPS, 3: MAPS})}
    assert compared == {(index, *pair) for index in ("spearman", "ssim", "top_k") for pair in ((1, 1), (1, 3), (3, 3))}


def test_equal_replicates_have_a_similarity_of_one():
    equal = np.repeat(MAPS[:1], 3, 0)
    for _, _, _, values in pairwise_similarities({1: equal}):
        np.testing.assert_allclose(values, 1, atol=1e-5)


def test_a_replicate_is_never_compared_with_itself():
    """By construction: noise is independent between replicates, so that only a replicate and itself have a similarity of 1."""
    for index, _, _, values in pairwise_similarities({1: MAPS, 2: MAPS}):
        assert values.max() < 0.3, index


def test_signs_are_ignored():
    for _, _, _, values in pairwise_similarities({1: np.stack([MAPS[0], -MAPS[0]])}):
        np.testing.assert_allclose(values, 1, atol=1e-5)


def test_a_grid_of_period_two_has_its_power_at_the_frequencies_of_dilation_two():
    """Analytic: a pattern that alternates from pixel to pixel has all its power at half a cycle a pixel."""
    grid = np.tile([[1.0, -1.0], [1.0, -1.0]], (14, 14))
    smooth = np.outer(np.hanning(28), np.hanning(28))
    own, reference = gridding_shares({1: power_spectra(smooth[None]), 2: power_spectra(grid[None])}, 2)
    assert own == pytest.approx(1)
    assert reference < 0.01
