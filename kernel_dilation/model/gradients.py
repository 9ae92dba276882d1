"""Gradients of class logits, compiled once for each architecture and computed in batches that fit the cache.

The first convolution is linear. For noisy or scaled copies of an image it is therefore enough to take
each copy's gradient at the first feature maps; the mean of these is propagated to the pixels once.
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
        with tf.GradientTape() as tape:
            tape.watch(images)
            value = tf.reduce_sum(targets * logits(weights, images, architecture, relu))
        return tape.gradient(value, images)[..., 0]

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
    images = tf.zeros((tf.shape(upstream)[0], IMAGE_SIDE, IMAGE_SIDE, 1))  # linear: the gradient is the same at every image
    with tf.GradientTape() as tape:
        tape.watch(images)
        first = first_features(weights, images, architecture)
    return tape.gradient(first, images, output_gradients=upstream)[..., 0]
