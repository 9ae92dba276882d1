"""`occlusion`: the decrease of the class's logit when a patch of the image is covered."""

from kernel_dilation.experiment.parameters import IMAGE_SIDE, Saliency
from kernel_dilation.model.gradients import image_logits, map_batches
from kernel_dilation.model.network import Architecture, Weights

import numpy as np


def saliency_maps(weights: Weights, images: np.ndarray, classes: np.ndarray, architecture: Architecture, options: Saliency) -> np.ndarray:
    """Return the mean decrease of the class logit over the patches that cover each pixel, (n, 28, 28) float32, signed.

    Zeiler and Fergus (2014), section 4.2. Deviations: patches are black, like the background of the
    digits, instead of grey; a decrease is assigned to every pixel of the patch, not to its centre alone.
    """
    patches = square_patches(options.patch_pixels)
    decreases = np.zeros((len(images), len(patches)), np.float32)
    image, patch = np.nonzero(
        (images != 0).reshape(len(images), -1) @ patches.reshape(len(patches), -1).T
    )  # a patch on black pixels alone changes nothing

    def occluded_logits(part: slice) -> np.ndarray:
        occluded = np.where(patches[patch[part]], np.float32(0), images[image[part]])
        return np.take_along_axis(image_logits(weights, occluded, architecture), classes[image[part], None], 1)[:, 0]

    if len(image):
        whole = np.take_along_axis(image_logits(weights, images, architecture), classes[:, None], 1)[:, 0]
        decreases[image, patch] = whole[image] - map_batches(occluded_logits, len(image))
    return np.tensordot(decreases, patches.astype(np.float32), 1) / patches.sum(0, dtype=np.float32)


def square_patches(side: int) -> np.ndarray:
    """Return masks (patches, 28, 28) bool of squares that overlap by half and together cover every pixel."""
    starts = sorted({*range(0, IMAGE_SIDE - side, (side + 1) // 2), IMAGE_SIDE - side})
    lines = np.zeros((len(starts), IMAGE_SIDE), bool)
    for line, start in zip(lines, starts):
        line[start : start + side] = True
    return (lines[:, None, :, None] & lines[None, :, None, :]).reshape(-1, IMAGE_SIDE, IMAGE_SIDE)
