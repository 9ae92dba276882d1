from kernel_dilation.map_metrics.localisation import (  # fmt: skip
    bounding_boxes,
    ink_mask,
    ink_share,
    ink_share_of_top_k,
    localisation_metrics,
    mass_accuracy,
    otsu_threshold,
    overlap_share,
    pointing_hit,
    rank_accuracy,
    salient_mask,
)

import numpy as np
import pytest
from scipy import ndimage
from skimage.filters import threshold_otsu
from skimage.measure import label

INK = np.zeros((1, 28, 28), bool)
INK[0, 10:15, 8:18] = True
RANDOM = np.random.default_rng(0).normal(size=(4, 28, 28))


def test_a_map_equal_to_the_ink_has_all_metrics_at_one():
    metrics = localisation_metrics(-2.0 * INK, INK)
    assert [metrics[name][0] for name in ("mass_accuracy", "rank_accuracy", "pointing_hit", "mask_overlap", "box_overlap")] == [1, 1, 1, 1, 1]


def test_a_map_beside_the_ink_has_all_metrics_at_zero():
    metrics = localisation_metrics(np.roll(INK, 9, 1) * 1.0, INK)
    assert [metrics[name][0] for name in ("mass_accuracy", "rank_accuracy", "pointing_hit", "mask_overlap", "box_overlap")] == [0, 0, 0, 0, 0]


@pytest.mark.parametrize("value", [0.0, -3.0])
def test_a_constant_map_is_at_its_chance_level(value):
    metrics = localisation_metrics(np.full((1, 28, 28), value), INK)
    for name in ("mass_accuracy", "rank_accuracy", "pointing_hit", "mask_overlap", "box_overlap"):
        assert metrics[name][0] == pytest.approx(metrics[f"{name}_chance"][0]), name
    assert metrics["mass_accuracy"][0] == pytest.approx(50 / 784)


def test_the_chance_level_is_the_share_of_ink():
    np.testing.assert_allclose(ink_share(INK), 50 / 784)


def test_mass_accuracy_weighs_values_and_rank_accuracy_counts_pixels():
    """By hand: two ink pixels have 3 of the total of 10; none, and then one, of the two largest values lies on ink."""
    ink = np.array([[[True, True, False, False]]])
    maps = np.array([[[-2.5, 0.5, 3.0, 4.0]]])
    assert mass_accuracy(maps, ink)[0] == pytest.approx(0.3)
    assert rank_accuracy(maps, ink)[0] == 0
    assert rank_accuracy(np.array([[[-3.5, 0.5, 3.0, 4.0]]]), ink)[0] == 0.5


def test_ties_at_the_boundary_count_in_part():
    """By hand: the 5 and one of three tied 2s are chosen, and two of the 2s are ink."""
    ink = np.array([[[False, True, True, False]]])
    maps = np.array([[[5.0, 2.0, 2.0, 2.0]]])
    assert ink_share_of_top_k(maps, ink, np.array([2]))[0] == pytest.approx((0 + 2 / 3) / 2)
    assert pointing_hit(np.array([[[1.0, 1.0, 0.0, 0.0]]]), ink)[0] == 0.5


def test_without_ink_all_metrics_are_zero():
    nothing = np.zeros((4, 28, 28), bool)
    assert not any(column.any() for column in localisation_metrics(RANDOM, nothing).values())


def test_ink_is_brighter_than_a_tenth_of_the_brightest_pixel():
    images = np.zeros((2, 2, 2))
    images[0] = [[0.0, 0.05], [0.06, 0.5]]
    np.testing.assert_array_equal(ink_mask(images)[0], [[False, False], [True, True]])
    assert not ink_mask(images)[1].any()


def test_the_threshold_matches_an_exhaustive_search():
    """Oracle: the between-class variance, computed for every threshold in turn."""
    sizes = np.abs(RANDOM)
    for absolute, threshold in zip(sizes, otsu_threshold(sizes)):
        values = np.sort(absolute.ravel())
        between = [(values[:k].mean() - values[k:].mean()) ** 2 * k * (784 - k) for k in range(1, 784)]
        assert threshold == values[np.argmax(between) + 1]


def test_the_threshold_is_near_that_of_a_fine_histogram():
    """Oracle: skimage.filters.threshold_otsu (scikit-image 0.26) with 4,096 bins."""
    sizes = np.abs(RANDOM)
    expected = [threshold_otsu(absolute, 4096) for absolute in sizes]
    np.testing.assert_allclose(otsu_threshold(sizes), expected, atol=0.01)


def test_the_largest_region_matches_scikit_image():
    """Oracle: skimage.measure.label (0.26), 8-connected."""
    smooth = ndimage.gaussian_filter(RANDOM, (0, 1, 1))
    for saliency_map, mask in zip(smooth, salient_mask(smooth)):
        sizes = np.abs(saliency_map) / np.abs(saliency_map).sum()
        regions = label(sizes >= otsu_threshold(sizes[None])[0], connectivity=2)
        largest = np.bincount(regions.ravel())[1:].max()
        assert mask.sum() == largest
        assert len(set(regions[mask])) == 1


def test_regions_do_not_extend_across_maps():
    maps = np.zeros((2, 28, 28))
    maps[0, :5] = 1
    maps[1, 4:9] = 1
    np.testing.assert_array_equal(salient_mask(maps), maps > 0)


def test_a_bounding_box_is_the_smallest_around_its_mask():
    masks = np.zeros((2, 6, 6), bool)
    masks[0, 1, 2] = masks[0, 3, 4] = True
    expected = np.zeros((2, 6, 6), bool)
    expected[0, 1:4, 2:5] = True
    np.testing.assert_array_equal(bounding_boxes(masks), expected)


def test_overlap_is_intersection_over_union():
    """By hand: 6 pixels in common, of 12 + 12 - 6."""
    first, second = np.zeros((2, 1, 6, 6), bool)
    first[0, :4, :3] = True
    second[0, 2:, :3] = True
    assert overlap_share(first, second)[0] == pytest.approx(6 / 18)
    assert overlap_share(first & False, second & False)[0] == 0


def test_the_chance_level_of_mask_overlap_is_near_that_of_random_masks():
    """Oracle: 2,000 random masks of the same size."""
    mask = salient_mask(RANDOM[:1])
    shuffled = np.random.default_rng(0).permuted(np.repeat(mask.reshape(1, -1), 2000, 0), axis=1).reshape(-1, 28, 28)
    simulated = overlap_share(shuffled, np.repeat(INK, 2000, 0)).mean()
    assert localisation_metrics(RANDOM[:1], INK)["mask_overlap_chance"][0] == pytest.approx(simulated, rel=0.1)


@pytest.mark.parametrize("fault", [np.nan, np.inf])
def test_maps_that_are_not_finite_are_refused(fault):
    maps = RANDOM.copy()
    maps[2, 0, 0] = fault
    with pytest.raises(ValueError, match="map 2 contains"):
        localisation_metrics(maps, np.repeat(INK, 4, 0))
