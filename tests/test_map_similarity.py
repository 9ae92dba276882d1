from kernel_dilation.map_metrics.similarity import (
    normalised_ranks,
    rank_correlation,
    structural_similarity,
    structure_moments,
    top_overlap,
    top_pixels,
)

import numpy as np
import pytest
from scipy.stats import spearmanr
from skimage.metrics import structural_similarity as scikit_image_ssim

FIRST, SECOND = np.random.default_rng(0).normal(size=(2, 3, 5, 28, 28)).cumsum(-1)


def ssim(first, second):
    return structural_similarity(structure_moments(first), structure_moments(second))


def test_rank_correlation_matches_scipy():
    """Oracle: scipy.stats.spearmanr (SciPy 1.17), with and without ties."""
    for first, second in ((FIRST, SECOND), (FIRST.round(), SECOND.round()), (np.maximum(FIRST, 0), SECOND)):
        correlations = rank_correlation(normalised_ranks(first), normalised_ranks(second))
        expected = [[spearmanr(a.ravel(), b.ravel()).statistic for a, b in zip(rows, columns)] for rows, columns in zip(first, second)]
        np.testing.assert_allclose(correlations, expected, atol=1e-6)


def test_rank_correlation_of_a_map_with_itself_is_one_and_with_its_negative_minus_one():
    np.testing.assert_allclose(rank_correlation(normalised_ranks(FIRST), normalised_ranks(FIRST)), 1, atol=1e-6)
    np.testing.assert_allclose(rank_correlation(normalised_ranks(FIRST), normalised_ranks(-FIRST)), -1, atol=1e-6)


@pytest.mark.parametrize("constant", [0.0, -2.5])
def test_a_constant_map_has_zero_rank_correlation(constant):
    flat = normalised_ranks(np.full((1, 28, 28), constant))
    assert rank_correlation(flat, normalised_ranks(FIRST[0, :1]))[0] == 0
    assert rank_correlation(flat, flat)[0] == 0


def test_structural_similarity_matches_scikit_image():
    """Oracle: skimage.metrics.structural_similarity (0.26), Gaussian window as in the paper, on maps scaled to [-1, 1]."""
    similarities = ssim(FIRST, SECOND)
    for index in np.ndindex(similarities.shape):
        scaled = [stack[index] / np.abs(stack[index]).max() for stack in (FIRST, SECOND)]
        expected = scikit_image_ssim(*scaled, data_range=2, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)
        assert similarities[index] == pytest.approx(expected, abs=1e-5)


def test_equal_maps_have_similarity_one_at_any_scale():
    np.testing.assert_allclose(ssim(FIRST, 1e-20 * FIRST), 1, atol=1e-5)
    assert ssim(np.zeros((1, 28, 28)), np.zeros((1, 28, 28)))[0] == 1


def test_structural_similarity_of_opposite_constants():
    """By hand: scaled to 1 and -1 they give (2 * -1 + c) / (2 + c), where c is 0.02 squared; the other factor is 1."""
    assert ssim(np.full((1, 28, 28), 3.0), np.full((1, 28, 28), -3.0))[0] == pytest.approx((-2 + 4e-4) / (2 + 4e-4), abs=1e-5)


def test_top_pixels_are_the_largest():
    maps = np.array([[[1.0, 4.0], [-9.0, 3.0]]])
    np.testing.assert_array_equal(top_pixels(maps, 0.5), [[[False, True], [False, True]]])


def test_ties_go_to_the_earlier_pixels():
    np.testing.assert_array_equal(top_pixels(np.zeros((1, 2, 2)), 0.5), [[[True, True], [False, False]]])


def test_top_overlap_is_the_share_in_common():
    """By hand: 2 of 78 pixels in common, and then all of them."""
    maps = np.zeros((2, 28, 28))
    maps[0].flat[:78] = 1
    maps[1].flat[76:154] = 1
    masks = top_pixels(maps, 0.1)
    assert top_overlap(masks[0], masks[1]) == pytest.approx(2 / 78)
    assert top_overlap(masks[0], masks[0]) == 1


def test_top_overlap_of_unrelated_maps_is_the_share():
    first, second = np.random.default_rng(1).normal(size=(2, 500, 28, 28))
    assert top_overlap(top_pixels(first, 0.1), top_pixels(second, 0.1)).mean() == pytest.approx(0.1, abs=0.005)


@pytest.mark.parametrize("fault", [np.nan, np.inf])
@pytest.mark.parametrize("prepare", [normalised_ranks, structure_moments, lambda maps: top_pixels(maps, 0.1)])
def test_maps_that_are_not_finite_are_refused(prepare, fault):
    maps = np.ones((2, 28, 28))
    maps[1, 3, 4] = fault
    with pytest.raises(ValueError, match=r"a map must be finite; got (nan|inf) at \(1, 3, 4\)"):
        prepare(maps)
