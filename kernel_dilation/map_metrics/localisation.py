"""Localisation metrics: how well a saliency map coincides with the digit, each with its chance level.

The ink of an image is its foreground, the pixels of the digit's strokes. Maps are stacks (n, height,
width), ink is a stack of bool masks of the same shape, and each metric returns one number per map,
float64 (n,). A map of zeros is treated as a uniform map, which is at chance level.
"""

from kernel_dilation.map_metrics.sharpness import normalised_abs, require_finite

import numpy as np
from scipy import ndimage

INK = 0.1  # fraction of an image's brightest pixel above which a pixel belongs to the ink
NEIGHBOURS = np.zeros((3, 3, 3), bool)  # eight neighbours of a pixel within its own map, none in other maps
NEIGHBOURS[1] = True


def ink_mask(images: np.ndarray) -> np.ndarray:
    """Return the mask (n, height, width) of the ink of images (n, height, width); a black image has none."""
    return images > INK * images.max((1, 2), keepdims=True)


def ink_share(ink: np.ndarray) -> np.ndarray:
    """Return the share of ink among all pixels, 0 to 1.

    It is the chance level of `mass_accuracy`, `rank_accuracy` and `pointing_hit`.
    """
    return ink.mean((1, 2))


def mass_accuracy(maps: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """Return the share of the map's absolute values that lies on ink, 0 to 1.

    Arras et al. (2022), relevance mass accuracy.
    """
    return (normalised_abs(maps) * ink).sum((1, 2))


def rank_accuracy(maps: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """Return the precision of the k most salient pixels, where k is the number of ink pixels; 0 to 1, 0 without ink.

    Arras et al. (2022), relevance rank accuracy. Ties at the k-th largest value share the remaining ranks.
    """
    counts = ink.sum((1, 2))
    return np.where(counts > 0, ink_share_of_top_k(maps, ink, np.maximum(counts, 1)), 0.0)


def pointing_hit(maps: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """Return 1 if the most salient pixel is ink, otherwise 0; for ties, the share of hits among the tied pixels.

    Zhang et al. (2016), the pointing game, without their tolerance margin.
    """
    return ink_share_of_top_k(maps, ink, np.ones(len(maps), int))


def ink_share_of_top_k(maps: np.ndarray, ink: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the expected share of ink among the `counts` most salient pixels of each map, if ties are broken at random."""
    sizes = normalised_abs(maps).reshape(len(maps), -1)
    flat_ink = ink.reshape(len(ink), -1)
    last = np.take_along_axis(np.sort(sizes, 1), sizes.shape[1] - counts[:, None], 1)
    above, level = sizes > last, sizes == last
    drawn = (counts - above.sum(1)) / level.sum(1)
    return ((above & flat_ink).sum(1) + drawn * (level & flat_ink).sum(1)) / counts


def salient_mask(maps: np.ndarray) -> np.ndarray:
    """Return the mask of the largest connected region above each map's own threshold; the whole of a constant map.

    After Simonyan et al. (2013), section 3.2. Deviation: they segment the image by colour models and a
    graph cut; we apply the threshold of Otsu (1979) to the absolute values and keep the largest
    8-connected region.
    """
    sizes = normalised_abs(maps)
    regions = np.zeros(sizes.shape, np.int32)
    ndimage.label(sizes >= otsu_threshold(sizes)[:, None, None], NEIGHBOURS, output=regions)
    pixels = np.bincount(regions.ravel())
    pixels[0] = 0
    largest = pixels[regions].reshape(len(maps), -1).argmax(1)
    label = np.take_along_axis(regions.reshape(len(maps), -1), largest[:, None], 1)
    return np.equal(regions, label[:, :, None])


def otsu_threshold(sizes: np.ndarray) -> np.ndarray:
    """Return the smallest value of the upper of the two classes that Otsu's criterion separates best, (n,).

    Otsu (1979), equation 18.
    """
    ordered = np.sort(sizes.reshape(len(sizes), -1), 1)
    pixels = ordered.shape[1]
    below = np.arange(1, pixels)  # sizes of the lower class
    lower = np.cumsum(ordered, 1)[:, :-1]
    total = ordered.sum(1, keepdims=True)
    between = (lower / below - (total - lower) / (pixels - below)) ** 2 * below * (pixels - below)
    separable = np.diff(ordered, axis=1) > 0  # equal values belong to one class
    best = np.where(separable, between, -1.0).argmax(1)
    return np.where(separable.any(1), ordered[np.arange(len(ordered)), best + 1], ordered[:, 0])


def bounding_boxes(masks: np.ndarray) -> np.ndarray:
    """Return the smallest axis-aligned box around each mask, as a mask; it is empty for an empty mask."""
    sides = []
    for axis in (2, 1):
        line = np.asarray(masks.any(axis))
        sides.append(np.logical_or.accumulate(line, 1) & np.logical_or.accumulate(line[:, ::-1], 1)[:, ::-1])
    return sides[0][:, :, None] & sides[1][:, None, :]


def overlap_share(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the intersection over union of two masks, 0 to 1; 0 where both are empty. Jaccard (1912)."""
    union = (first | second).sum((1, 2))
    return (first & second).sum((1, 2)) / np.maximum(union, 1)


def localisation_metrics(maps: np.ndarray, ink: np.ndarray) -> dict[str, np.ndarray]:
    """Compute all localisation metrics by name, each followed by its chance level as `…_chance`.

    The chance level of the mask's overlap is that of a random mask with as many pixels; the box around
    such a mask is the whole image.

    Raises:
        ValueError: a map contains NaN or an infinite number.
    """
    require_finite(maps)
    chance, mask = ink_share(ink), salient_mask(maps)
    expected = chance * mask.sum((1, 2))  # number of ink pixels in a random mask of this size, on average
    return {
        "mass_accuracy": mass_accuracy(maps, ink),
        "mass_accuracy_chance": chance,
        "rank_accuracy": rank_accuracy(maps, ink),
        "rank_accuracy_chance": chance,
        "pointing_hit": pointing_hit(maps, ink),
        "pointing_hit_chance": chance,
        "mask_overlap": overlap_share(mask, ink),
        "mask_overlap_chance": expected / (mask.sum((1, 2)) + ink.sum((1, 2)) - expected),
        "box_overlap": overlap_share(bounding_boxes(mask), bounding_boxes(ink)),
        "box_overlap_chance": bounding_boxes(ink).mean((1, 2)),
    }
