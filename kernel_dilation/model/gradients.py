"""Gradients of class logits, compiled once for each architecture and run in batches that stay in the cache.

The first convolution is linear. The gradient at its maps is therefore all that has to be taken for
every noisy or scaled copy of an image; of their mean it is taken back to the pixels once.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

from kernel_dilation.experiment.geometry import POOL, SECOND_KERNEL_SIZE, feature_map_sides
from kernel_dilation.experiment.parameters import CLASSES
from kernel_dilation.model.network import Activation, Architecture, Weights, first_features, head_logits, last_features, logits

import numpy as np
import tensorflow as tf

BATCH = 96  # images at a time: more gain nothing and leave the processor's cache
SIDE = 28  # pixels

Graph = Callable[..., tf.Tensor]


def images_per_batch(copies: int) -> int:
    """How many images with so many copies each fill a batch."""
    return max(1, BATCH // copies)


def map_batches(function: Callable[[slice], tf.Tensor], count: int, size: int = BATCH) -> np.ndarray:
    """What `function` makes of each slice of at most `size` of `count` items, one after the other."""
    return np.concatenate([np.asarray(function(slice(start, start + size))) for start in range(0, count, size)])


def weight_shapes(architecture: Architecture) -> list[tuple[int, ...]]:
    """Shapes of kernel and bias of the four layers, from the input up."""
    kernel_size, (first, second), dense = architecture.arm.kernel_size, architecture.channels, architecture.dense
    window = 1 if architecture.arm.pooling == "stride" else POOL
    features = ((last_feature_side(architecture) - window) // POOL + 1) ** 2 * second
    kernels = [(kernel_size, kernel_size, 1, first), (SECOND_KERNEL_SIZE, SECOND_KERNEL_SIZE, first, second), (features, dense), (dense, CLASSES)]
    return [shape for kernel in kernels for shape in (kernel, kernel[-1:])]


def first_feature_side(architecture: Architecture) -> int:
    """Side, in pixels, of the first convolution's maps."""
    return feature_map_sides(SIDE, architecture.arm.kernel_size, architecture.arm.dilation, architecture.dilate, architecture.padding)[0]


def last_feature_side(architecture: Architecture) -> int:
    """Side, in pixels, of the last convolution's maps before they are pooled."""
    return feature_map_sides(SIDE, architecture.arm.kernel_size, architecture.arm.dilation, architecture.dilate, architecture.padding)[1]


def compile_graph(function: Callable[..., tf.Tensor], architecture: Architecture, *shapes: Sequence[int | None]) -> Graph:
    """`function(weights, *arrays)` as one graph for any weights of the architecture and float32 arrays of these shapes."""
    weights = [tf.TensorSpec(shape) for shape in weight_shapes(architecture)]
    return tf.function(function, input_signature=(weights, *map(tf.TensorSpec, shapes)), autograph=False)


@lru_cache(maxsize=4)  # arms come one after another
def logit_graph(architecture: Architecture) -> Graph:
    """Compiled: weights and images to logits."""
    return compile_graph(lambda weights, images: logits(weights, images, architecture), architecture, (None, SIDE, SIDE, 1))


@lru_cache(maxsize=4)  # arms come one after another
def gradient_graph(architecture: Architecture, relu: Activation) -> Graph:
    """Compiled: weights, images and one-hot classes to the gradient of the classes' logits at the pixels."""

    def gradient(weights: Weights, images: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(images)
            value = tf.reduce_sum(targets * logits(weights, images, architecture, relu))
        return tape.gradient(value, images)[..., 0]

    return compile_graph(gradient, architecture, (None, SIDE, SIDE, 1), (None, CLASSES))


def one_hot(classes: np.ndarray) -> np.ndarray:
    """Classes (n,) as one-hot rows (n, 10) float32."""
    return np.eye(CLASSES, dtype=np.float32)[classes]


def image_logits(weights: Weights, images: np.ndarray, architecture: Architecture) -> np.ndarray:
    """Logits (n, 10) float32 of images (n, 28, 28) float32."""
    return map_batches(lambda part: logit_graph(architecture)(weights, images[part, ..., None]), len(images))


def image_gradient(
    weights: Weights, images: np.ndarray, classes: np.ndarray, architecture: Architecture, relu: Activation = tf.nn.relu
) -> np.ndarray:
    """Gradient of each image's class logit at its pixels, (n, 28, 28) float32; `relu` may have a gradient of its own."""
    graph, targets = gradient_graph(architecture, relu), one_hot(classes)
    return map_batches(lambda part: graph(weights, images[part, ..., None], targets[part]), len(images))


def mean_gradient(weights: Weights, copies: tf.Tensor, shares: tf.Tensor, targets: tf.Tensor, architecture: Architecture) -> tf.Tensor:
    """Gradient of each image's class logit at its pixels, averaged over copies of the image, (n, 28, 28).

    Args:
        copies: the first convolution's maps of every copy, (n, copies, side, side, channels).
        shares: weight of each copy in the mean, (copies,); they sum to 1.
        targets: one-hot classes, (n, 10).
    """
    features = tf.reshape(copies, (-1, *copies.shape[2:]))
    each = tf.reshape(targets[:, tf.newaxis] * shares[:, tf.newaxis], (-1, CLASSES))  # a gradient is linear in what it is of
    with tf.GradientTape() as tape:
        tape.watch(features)
        value = tf.reduce_sum(each * head_logits(weights, last_features(weights, features, architecture), architecture))
    return pixel_gradient(weights, tf.reduce_sum(tf.reshape(tape.gradient(value, features), tf.shape(copies)), 1), architecture)


def pixel_gradient(weights: Weights, upstream: tf.Tensor, architecture: Architecture) -> tf.Tensor:
    """Gradient at the pixels, (n, 28, 28), of what has the gradient `upstream` at the first maps."""
    images = tf.zeros((tf.shape(upstream)[0], SIDE, SIDE, 1))  # linear: the gradient is the same at every image
    with tf.GradientTape() as tape:
        tape.watch(images)
        first = first_features(weights, images, architecture)
    return tape.gradient(first, images, output_gradients=upstream)[..., 0]
