"""Generate textures whose best dilation is known, as ground truth for methods that learn a dilation."""

from kernel_dilation.experiment.parameters import CLASSES, IMAGE_SIDE

import numpy as np

KERNEL_SIZE = 3  # taps along a side of each class's filter


def draw_class_kernels(generator: np.random.Generator) -> np.ndarray:
    """Return one random filter per class, (10, 3, 3) float64.

    Each has mean 0 and norm 1, so that neither brightness nor contrast distinguishes the classes.
    """
    kernels = generator.standard_normal((CLASSES, KERNEL_SIZE, KERNEL_SIZE))
    kernels -= kernels.mean(axis=(1, 2), keepdims=True)
    return kernels / np.sqrt((kernels**2).sum(axis=(1, 2), keepdims=True))


def filter_noise(kernels: np.ndarray, dilation: int, generator: np.random.Generator) -> np.ndarray:
    """Filter white noise with one kernel per image; return (n, 28, 28) float32 of mean 0 and variance 1.

    The noise is wider than the image by the extent of the dilated kernel, so that there are no edge effects.
    """
    span = (KERNEL_SIZE - 1) * dilation
    noise = generator.standard_normal((len(kernels), IMAGE_SIDE + span, IMAGE_SIDE + span), np.float32)
    images = np.zeros((len(kernels), IMAGE_SIDE, IMAGE_SIDE), np.float32)
    for row, column in np.ndindex(KERNEL_SIZE, KERNEL_SIZE):
        down, right = row * dilation, column * dilation
        weights = kernels[:, row, column, None, None].astype(np.float32)
        images += weights * noise[:, down : down + IMAGE_SIDE, right : right + IMAGE_SIDE]
    return images


def generate_textures(dilation: int, texture: int, train: int, validation: int, seed: int) -> dict[str, np.ndarray]:
    """Generate textures of ten classes that a first convolution of this dilation distinguishes best.

    The images of a class are white noise filtered with the class's own kernel at this dilation, so that their
    pixels are correlated at multiples of the dilation only. The difficulty varies between sets of kernels.

    Args:
        texture: number of the set of kernels, which does not depend on the seed.
        seed: of the labels and the noise.

    Returns:
        `x_train`, `x_validation` (n, 28, 28) float32 of mean 0 and variance 1; `y_train`,
        `y_validation` (n,) uint8, with all classes as equally frequent as n allows.

    Raises:
        ValueError: a dilation below 1.
    """
    if dilation < 1:
        raise ValueError(f"a planted dilation must be at least 1; got {dilation}")
    kernels = draw_class_kernels(np.random.default_rng((texture, dilation)))
    generator = np.random.default_rng((seed, texture, dilation))
    textures = {}
    for part, count in (("train", train), ("validation", validation)):
        labels = generator.permutation(np.arange(count) % CLASSES)
        textures[f"x_{part}"] = filter_noise(kernels[labels], dilation, generator)
        textures[f"y_{part}"] = labels.astype(np.uint8)
    return textures
