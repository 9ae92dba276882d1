"""Textures whose best dilation is known: the planted truth that a learned dilation is held against."""

from kernel_dilation.experiment.parameters import CLASSES, IMAGE_SIDE

import numpy as np

KERNEL_SIZE = 3  # taps along a side of each class's filter


def class_kernels(generator: np.random.Generator) -> np.ndarray:
    """One random filter a class, (10, 3, 3) float64, of mean 0 and norm 1: neither brightness nor contrast tells classes apart."""
    kernels = generator.standard_normal((CLASSES, KERNEL_SIZE, KERNEL_SIZE))
    kernels -= kernels.mean(axis=(1, 2), keepdims=True)
    return kernels / np.sqrt((kernels**2).sum(axis=(1, 2), keepdims=True))


def filter_noise(kernels: np.ndarray, dilation: int, generator: np.random.Generator) -> np.ndarray:
    """White noise filtered by one kernel an image, (n, 28, 28) float32 of mean 0 and variance 1.

    The noise is wider than the image by what the dilated kernel spans, so that no edge shows.
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
    """Textures of ten classes that a first convolution of this dilation tells apart best.

    Class c is white noise filtered by the class's own kernel at this dilation, so that its pixels
    are correlated at multiples of the dilation and nowhere else. Textures differ in how hard they
    are: `texture` numbers the sets of kernels.

    Returns:
        `x_train`, `x_validation` (n, 28, 28) float32 of mean 0 and variance 1; `y_train`,
        `y_validation` (n,) uint8, every class as often as n allows.

    Raises:
        ValueError: a dilation below 1.
    """
    if dilation < 1:
        raise ValueError(f"a planted dilation must be at least 1; got {dilation}")
    generator = np.random.default_rng((seed, texture, dilation))
    kernels = class_kernels(generator)
    textures = {}
    for part, count in (("train", train), ("validation", validation)):
        labels = generator.permutation(np.arange(count) % CLASSES)
        textures[f"x_{part}"] = filter_noise(kernels[labels], dilation, generator)
        textures[f"y_{part}"] = labels.astype(np.uint8)
    return textures
