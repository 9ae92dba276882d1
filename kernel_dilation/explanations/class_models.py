"""Images that a network's unit likes best: class models and maximisation of filters, by gradient ascent."""

from functools import lru_cache, partial

from kernel_dilation.experiment.parameters import CLASSES, Saliency
from kernel_dilation.model.gradients import SIDE, Graph, compile_graph
from kernel_dilation.model.network import Architecture, Weights, first_features, head_logits, last_features

import numpy as np
import tensorflow as tf

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 0.01  # of Adam; with a usual, tiny epsilon, pixels of no influence would move as much as others
INITIAL_NOISE = 1e-5  # standard deviation of the start, in units of pixel value
LEAK = 0.3  # share of the gradient that a closed ReLU passes at the first step
# Keeps TensorFlow from putting a step's graph into the loop's: there, in some processes, the gradient of max
# pooling is visited before the pooling that it belongs to, and left to a slow kernel (TensorFlow 2.21).
NOT_INLINED = {"_noinline": True}


def generate_class_models(weights: Weights, architecture: Architecture, options: Saliency) -> np.ndarray:
    """The image of each class that maximises S_c(I) - lambda |I|^2, from black; (10, 28, 28) float32, signed.

    Simonyan et al. (2013), section 2, equation 1; by Adam (Kingma and Ba 2015). lambda is
    `weight_decay`; total variation and jitter are additions of ours, off where they are 0. Two
    deviations, without which flat black would decide: the start holds faint noise, or every tie of
    max pooling would go to the same corner, and dilated kernels would keep to it; and during the
    first half of the steps closed ReLUs leak, or a network of negative biases would have no gradient.
    """
    black = np.zeros((CLASSES, SIDE, SIDE), np.float32)
    nothing = np.zeros((CLASSES, architecture.channels[1]), np.float32)
    return maximise(weights, black, np.eye(CLASSES, dtype=np.float32), nothing, architecture, options)


def maximise_filters(weights: Weights, filters: np.ndarray, start: np.ndarray, architecture: Architecture, options: Saliency) -> np.ndarray:
    """The image that maximises the sum of each filter's map in the last convolution, by the same rule; (filters, 28, 28) float32.

    The map is taken before pooling and ReLU. After Erhan et al. (2009), who maximise one unit of it.

    Args:
        start: image (28, 28) float32 to start from: black or a digit.
    """
    starts = np.repeat(start[None], len(filters), 0)
    chosen = np.eye(architecture.channels[1], dtype=np.float32)[filters]
    return maximise(weights, starts, np.zeros((len(filters), CLASSES), np.float32), chosen, architecture, options)


def maximise(
    weights: Weights, start: np.ndarray, on_logits: np.ndarray, on_features: np.ndarray, architecture: Architecture, options: Saliency
) -> np.ndarray:
    """Images (n, 28, 28) float32 that maximise, each for itself, its weighted sum of logits and of maps.

    Args:
        start: (n, 28, 28) float32, where the ascent begins.
        on_logits: (n, 10) float32, weight of every logit.
        on_maps: (n, channels) float32, weight of the sum over every map of the last convolution.
    """
    graph = ascent_graph(architecture, options.total_variation, options.jitter_pixels)
    noise = INITIAL_NOISE * np.random.default_rng(options.seed).standard_normal(start.shape[1:], np.float32)
    rates = np.array([options.step_size, options.weight_decay], np.float32)
    return graph(
        weights, (start + noise)[..., None], on_logits, on_features, rates, relu_leak_schedule(options.steps), jitter_schedule(options)
    ).numpy()[..., 0]


def relu_leak_schedule(steps: int) -> np.ndarray:
    """Share of the gradient that a closed ReLU passes at each step, (steps,) float32: from `LEAK` down to 0 half-way."""
    return np.maximum(0, LEAK * (1 - 2 * np.arange(steps) / steps)).astype(np.float32)


def jitter_schedule(options: Saliency) -> np.ndarray:
    """Pixels (steps, 2) float32, whole numbers, by which the images are moved down and right at each step."""
    most = options.jitter_pixels
    return np.random.default_rng(options.seed).integers(-most, most, (options.steps, 2), endpoint=True).astype(np.float32)


@lru_cache(maxsize=4)  # arms come one after another
def ascent_graph(architecture: Architecture, total_variation: float, jitter_pixels: int) -> Graph:
    """Compiled: the whole ascent of `maximise`, for all images at once, a leak and a row of jitter for each step."""

    def gain(
        weights: Weights, image: tf.Tensor, on_logits: tf.Tensor, on_features: tf.Tensor, decay: tf.Tensor, leak: tf.Tensor, move: tf.Tensor
    ) -> tf.Tensor:
        def relu(values: tf.Tensor) -> tf.Tensor:
            return tf.maximum(values, leak * values)

        seen = tf.roll(image, tf.cast(move, tf.int32), (1, 2)) if jitter_pixels else image
        last = last_features(weights, first_features(weights, seen, architecture), architecture, relu)
        value = tf.reduce_sum(on_logits * head_logits(weights, last, architecture, relu)) + tf.reduce_sum(on_features * tf.reduce_sum(last, (1, 2)))
        if total_variation:
            value -= total_variation * tf.reduce_sum(tf.image.total_variation(image))
        return value - decay * tf.reduce_sum(image**2)

    @partial(tf.function, autograph=False, experimental_attributes=NOT_INLINED)
    def gradient(
        weights: Weights, image: tf.Tensor, on_logits: tf.Tensor, on_features: tf.Tensor, decay: tf.Tensor, leak: tf.Tensor, move: tf.Tensor
    ) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(image)
            value = gain(weights, image, on_logits, on_features, decay, leak, move)
        return tape.gradient(value, image)

    def ascend(
        weights: Weights, start: tf.Tensor, on_logits: tf.Tensor, on_features: tf.Tensor, rates: tf.Tensor, leak: tf.Tensor, moves: tf.Tensor
    ) -> tf.Tensor:
        def step(index: tf.Tensor, image: tf.Tensor, mean: tf.Tensor, square: tf.Tensor) -> tuple[tf.Tensor, ...]:
            uphill = gradient(weights, image, on_logits, on_features, rates[1], leak[index], moves[index])
            direction, mean, square = adam_step(uphill, mean, square, tf.cast(index + 1, tf.float32))
            return index + 1, image + rates[0] * direction, mean, square

        nothing = tf.zeros_like(start)
        return tf.while_loop(lambda index, *_: index < tf.shape(moves)[0], step, (0, start, nothing, nothing))[1]

    shapes = (None, SIDE, SIDE, 1), (None, CLASSES), (None, architecture.channels[1]), (2,), (None,), (None, 2)
    return compile_graph(ascend, architecture, *shapes)


def adam_step(gradient: tf.Tensor, mean: tf.Tensor, square: tf.Tensor, count: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Direction of step `count`, from 1, and the new running mean and mean square of the gradient. Kingma and Ba (2015), algorithm 1."""
    mean = BETA_1 * mean + (1 - BETA_1) * gradient
    square = BETA_2 * square + (1 - BETA_2) * gradient**2
    return mean / (1 - BETA_1**count) / (tf.sqrt(square / (1 - BETA_2**count)) + EPSILON), mean, square
