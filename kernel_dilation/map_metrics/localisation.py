"""Where saliency maps lie: on the digit's ink or beside it, each number beside its chance level.

Maps are stacks (n, height, width), ink is a stack of masks of the same shape; one number a map,
float64 (n,). A map that is zero everywhere is measured as a uniform one: at its chance level.
"""

from kernel_dilation.map_metrics.sharpness import normalised_abs, require_finite

import numpy as np
from scipy import ndimage

INK = 0.1  # of an image's brightest pixel: what is brighter belongs to the digit
NEIGHBOURS = np.zeros((3, 3, 3), bool)  # of a pixel within its own map, not across maps
NEIGHBOURS[1] = True


def ink_mask(images: np.ndarray) -> np.ndarray:
    """Mask (n, height, width) of the pixels that belong to the digit; a black image has none."""
    return images > INK * images.max((1, 2), keepdims=True)


def ink_share(ink: np.ndarray) -> np.ndarray:
    """Share of the pixels that are ink, 0 to 1: the chance level of `mass_accuracy`, `rank_accuracy` and `pointing_hit`."""
    return ink.mean((1, 2))


def mass_accuracy(maps: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """Share of the absolute values that lies on ink, 0 to 1. Arras et al. (2022), relevance mass accuracy."""
    return (normalised_abs(maps) * ink).sum((1, 2))


def rank_accuracy(maps: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """Share of ink among the k largest absolute values, k being the number of ink pixels; 0 to 1, 0 without ink.

    Arras et al. (2022), relevance rank accuracy. Of equal values at the boundary each counts in part.
    """
    counts = ink.sum((1, 2))
    return np.where(counts > 0, ink_share_of_top_k(maps, ink, np.maximum(counts, 1)), 0.0)


def pointing_hit(maps: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """1 where the largest absolute value lies on ink, else 0; the share of hits where several are largest.

    Zhang et al. (2016), the pointing game, without a margin.
    """
    return ink_share_of_top_k(maps, ink, np.ones(len(maps), int))


def ink_share_of_top_k(maps: np.ndarray, ink: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Expected share of ink among each map's `counts` largest absolute values, ties being drawn at random."""
    sizes = normalised_abs(maps).reshape(len(maps), -1)
    flat_ink = ink.reshape(len(ink), -1)
    last = np.take_along_axis(np.sort(sizes, 1), sizes.shape[1] - counts[:, None], 1)
    above, level = sizes > last, sizes == last
    drawn = (counts - above.sum(1)) / level.sum(1)
    return ((above & flat_ink).sum(1) + drawn * (level & flat_ink).sum(1)) / counts


def salient_mask(maps: np.ndarray) -> np.ndarray:
    """Mask of the connected region with the most pixels above each map's own threshold; all of a constant map.

    After Simonyan et al. (2013), section 3.2. Deviation: there colour models and a graph cut make a
    mask of the map; here the threshold of Otsu (1979) on its absolute values and the largest of the
    8-connected regions do.
    """
    sizes = normalised_abs(maps)
    regions = np.zeros(sizes.shape, np.int32)
    ndimage.label(sizes >= otsu_threshold(sizes)[:, None, None], NEIGHBOURS, output=regions)
    pixels = np.bincount(regions.ravel())
    pixels[0] = 0
    largest = pixels[regions].reshape(len(maps), -1).argmax(1)
    chosen = np.take_along_axis(regions.reshape(len(maps), -1), largest[:, None], 1)
    return np.equal(regions, chosen[:, :, None])


def otsu_threshold(sizes: np.ndarray) -> np.ndarray:
    """The smallest value of the upper class of each map, (n,), when two classes differ most. Otsu (1979), equation 18."""
    ordered = np.sort(sizes.reshape(len(sizes), -1), 1)
    pixels = ordered.shape[1]
    below = np.arange(1, pixels)  # how many values make the lower class
    lower = np.cumsum(ordered, 1)[:, :-1]
    total = ordered.sum(1, keepdims=True)
    between = (lower / below - (total - lower) / (pixels - below)) ** 2 * below * (pixels - below)
    parted = np.diff(ordered, axis=1) > 0  # equal values belong to one class
    best = np.where(parted, between, -1.0).argmax(1)
    return np.where(parted.any(1), ordered[np.arange(len(ordered)), best + 1], ordered[:, 0])


def bounding_boxes(masks: np.ndarray) -> np.ndarray:
    """The smallest upright box around each mask, as a mask; nothing around an empty one."""
    sides = []
    for axis in (2, 1):
        line = np.asarray(masks.any(axis))
        sides.append(np.logical_or.accumulate(line, 1) & np.logical_or.accumulate(line[:, ::-1], 1)[:, ::-1])
    return sides[0][:, :, None] & sides[1][:, None, :]


def overlap_share(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Intersection over union of two masks, 0 to 1; 0 where both are empty. Jaccard (1912)."""
    union = (first | second).sum((1, 2))
    return (first & second).sum((1, 2)) / np.maximum(union, 1)


def localisation_metrics(maps: np.ndarray, ink: np.ndarray) -> dict[str, np.ndarray]:
    """Every measure of this file by name, each with its chance level as `…_chance`.

    By chance a mask is drawn with as many pixels, and its box is the whole image.

    Raises:
        ValueError: a map holds NaN or an infinite number.
    """
    require_finite(maps)
    chance, mask = ink_share(ink), salient_mask(maps)
    met = chance * mask.sum((1, 2))  # pixels of ink that a random mask of this size meets on average
    return {
        "mass_accuracy": mass_accuracy(maps, ink),
        "mass_accuracy_chance": chance,
        "rank_accuracy": rank_accuracy(maps, ink),
        "rank_accuracy_chance": chance,
        "pointing_hit": pointing_hit(maps, ink),
        "pointing_hit_chance": chance,
        "mask_overlap": overlap_share(mask, ink),
        "mask_overlap_chance": met / (mask.sum((1, 2)) + ink.sum((1, 2)) - met),
        "box_overlap": overlap_share(bounding_boxes(mask), bounding_boxes(ink)),
        "box_overlap_chance": bounding_boxes(ink).mean((1, 2)),
    }
