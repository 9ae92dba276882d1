"""Gradients of class logits, compiled once for each architecture and computed in batches that fit the cache.

The first convolution is linear. For noisy or scaled copies of an image it is therefore enough to take
each copy's gradient at the first feature maps; the mean of these is propagated to the pixels once. This
last step is one matrix product and a few shifts, because TensorFlow's own gradient of a convolution of
a single channel takes as long as all other layers together.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

from kernel_dilation.experiment.parameters import CLASSES, IMAGE_SIDE
from kernel_dilation.model.network import Activation, Architecture, Weights, first_features, head_logits, last_features, logits, weight_shapes

import numpy as np
import tensorflow as tf

BATCH = 96  # images at a time; larger batches are no faster and exceed the processor's cache
IMAGES_SHAPE = (None, IMAGE_SIDE, IMAGE_SIDE, 1)  # shape of any number of images

Graph = Callable[..., tf.Tensor]


def images_per_batch(copies: int) -> int:
    """Return the number of images that fill a batch when each of them has `copies` copies."""
    return max(1, BATCH // copies)


def map_batches(function: Callable[[slice], tf.Tensor], count: int, size: int = BATCH) -> np.ndarray:
    """Apply `function` to consecutive slices of at most `size` of `count` items, and concatenate the results."""
    return np.concatenate([np.asarray(function(slice(start, start + size))) for start in range(0, count, size)])


def compile_graph(function: Callable[..., tf.Tensor], architecture: Architecture, *shapes: Sequence[int | None]) -> Graph:
    """Compile `function(weights, *arrays)` once for all weights of the architecture and float32 arrays of these shapes."""
    weights = [tf.TensorSpec(shape) for shape in weight_shapes(architecture)]
    return tf.function(function, input_signature=(weights, *map(tf.TensorSpec, shapes)), autograph=False)


@lru_cache(maxsize=4)  # arms come one after another
def logit_graph(architecture: Architecture) -> Graph:
    """Compile the function from weights and images to logits."""
    return compile_graph(lambda weights, images: logits(weights, images, architecture), architecture, IMAGES_SHAPE)


@lru_cache(maxsize=4)  # arms come one after another
def gradient_graph(architecture: Architecture, relu: Activation) -> Graph:
    """Compile the function from weights, images and one-hot classes to the gradient of the class logits at the pixels."""

    def gradient(weights: Weights, images: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        first = first_features(weights, images, architecture)
        with tf.GradientTape() as tape:
            tape.watch(first)
            value = tf.reduce_sum(targets * head_logits(weights, last_features(weights, first, architecture, relu), architecture, relu))
        return pixel_gradient(weights, tape.gradient(value, first), architecture)

    return compile_graph(gradient, architecture, IMAGES_SHAPE, (None, CLASSES))


def one_hot(classes: np.ndarray) -> np.ndarray:
    """Return classes (n,) as one-hot rows (n, 10) float32."""
    return np.eye(CLASSES, dtype=np.float32)[classes]


def image_logits(weights: Weights, images: np.ndarray, architecture: Architecture) -> np.ndarray:
    """Return logits (n, 10) float32 of images (n, 28, 28) float32."""
    return map_batches(lambda part: logit_graph(architecture)(weights, images[part, ..., None]), len(images))


def image_gradient(
    weights: Weights, images: np.ndarray, classes: np.ndarray, architecture: Architecture, relu: Activation = tf.nn.relu
) -> np.ndarray:
    """Return the gradient of each image's class logit at its pixels, (n, 28, 28) float32.

    `relu` may be a ReLU with a modified gradient.
    """
    graph, targets = gradient_graph(architecture, relu), one_hot(classes)
    return map_batches(lambda part: graph(weights, images[part, ..., None], targets[part]), len(images))


def mean_gradient(weights: Weights, copies: tf.Tensor, shares: tf.Tensor, targets: tf.Tensor, architecture: Architecture) -> tf.Tensor:
    """Return the gradient of each image's class logit at its pixels, averaged over copies of the image, (n, 28, 28).

    Args:
        copies: the first convolution's feature maps of every copy, (n, copies, side, side, channels).
        shares: weights (copies,) of the copies in the mean; they sum to 1.
        targets: one-hot classes, (n, 10).
    """
    features = tf.reshape(copies, (-1, *copies.shape[2:]))
    each = tf.reshape(
        targets[:, tf.newaxis] * shares[:, tf.newaxis], (-1, CLASSES)
    )  # a gradient is linear in its target, so the shares may enter here
    with tf.GradientTape() as tape:
        tape.watch(features)
        value = tf.reduce_sum(each * head_logits(weights, last_features(weights, features, architecture), architecture))
    return pixel_gradient(weights, tf.reduce_sum(tf.reshape(tape.gradient(value, features), tf.shape(copies)), 1), architecture)


def pixel_gradient(weights: Weights, upstream: tf.Tensor, architecture: Architecture) -> tf.Tensor:
    """Propagate the gradient `upstream` at the first feature maps to the pixels, (n, 28, 28)."""
    if architecture.taps == "lattice":
        return transposed_convolution(upstream, weights[0], architecture.dilations[0], architecture.padding)
    images = tf.zeros((tf.shape(upstream)[0], IMAGE_SIDE, IMAGE_SIDE, 1))  # linear: the gradient is the same at every image
    with tf.GradientTape() as tape:
        tape.watch(images)
        first = first_features(weights, images, architecture)
    return tape.gradient(first, images, output_gradients=upstream)[..., 0]


def transposed_convolution(features: tf.Tensor, kernel: tf.Tensor, dilation: int, padding: str) -> tf.Tensor:
    """Return the transpose of a dilated convolution of images of one channel, (n, 28, 28), for feature maps (n, side, side, filters).

    Each tap contributes the feature maps, weighted by its filters and shifted by its place. All weighted
    sums are one matrix product. They are shifted and summed along the rows, and then along the columns.

    Args:
        kernel: (size, size, 1, filters).
        padding: `same` or `valid`, of the convolution.
    """
    size, side, filters = kernel.shape[0], features.shape[1], features.shape[3]
    weighted = tf.matmul(tf.reshape(kernel, (size**2, filters)), tf.reshape(features, (-1, filters)), transpose_b=True)
    taps = tf.reshape(weighted, (size, size, -1, side, side))  # rows and columns of the kernel, images, rows and columns of each
    columns = sum_shifted(taps, dilation, padding)
    return sum_shifted(columns, dilation, padding)


def sum_shifted(taps: tf.Tensor, dilation: int, padding: str) -> tf.Tensor:
    """Shift each of `size` arrays along axis 3 of the stack by the place of its tap in the kernel, and sum them; the axis becomes 28 long.

    Args:
        taps: (size, size, n, rows, columns), to shift the rows, and then (size, n, 28, columns), to shift the columns.
    """
    size, reach = taps.shape[0], (taps.shape[0] - 1) * dilation
    margin, others = reach // 2 if padding == "same" else reach, (slice(None),) * 2
    padded = tf.pad(taps, [(margin, margin) if axis == 3 else (0, 0) for axis in range(len(taps.shape))])
    starts = [reach - tap * dilation for tap in range(size)]
    return tf.add_n([padded[(tap, *others, slice(start, start + IMAGE_SIDE))] for tap, start in enumerate(starts)])
