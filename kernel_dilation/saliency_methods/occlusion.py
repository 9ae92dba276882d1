"""`occlusion`: by how much the class's logit falls when a patch of the image is hidden."""

from kernel_dilation.experiment.parameters import Saliency
from kernel_dilation.model.gradients import SIDE, image_logits, map_batches
from kernel_dilation.model.network import Architecture, Weights

import numpy as np


def saliency_maps(weights: Weights, images: np.ndarray, classes: np.ndarray, architecture: Architecture, options: Saliency) -> np.ndarray:
    """Mean fall of the class's logit over the patches that cover a pixel, (n, 28, 28) float32, signed.

    Zeiler and Fergus (2014), section 4.2. Deviations: patches are black, as the digits' background
    is, not grey; the fall counts for every pixel of the patch, not for its centre.
    """
    patches = square_patches(options.patch_pixels)
    falls = np.zeros((len(images), len(patches)), np.float32)
    image, patch = np.nonzero((images != 0).reshape(len(images), -1) @ patches.reshape(len(patches), -1).T)  # the others change nothing

    def hidden_logits(part: slice) -> np.ndarray:
        hidden = np.where(patches[patch[part]], np.float32(0), images[image[part]])
        return np.take_along_axis(image_logits(weights, hidden, architecture), classes[image[part], None], 1)[:, 0]

    if len(image):
        seen = np.take_along_axis(image_logits(weights, images, architecture), classes[:, None], 1)[:, 0]
        falls[image, patch] = seen[image] - map_batches(hidden_logits, len(image))
    return np.tensordot(falls, patches.astype(np.float32), 1) / patches.sum(0, dtype=np.float32)


def square_patches(side: int) -> np.ndarray:
    """Masks (patches, 28, 28) bool of squares that overlap by half, and cover every pixel."""
    starts = sorted({*range(0, SIDE - side, (side + 1) // 2), SIDE - side})
    lines = np.zeros((len(starts), SIDE), bool)
    for line, start in zip(lines, starts):
        line[start : start + side] = True
    return (lines[:, None, :, None] & lines[None, :, None, :]).reshape(-1, SIDE, SIDE)
