"""Activation maximisation by gradient ascent: class models, and images that maximise a filter."""

from functools import lru_cache, partial

from kernel_dilation.experiment.parameters import CLASSES, IMAGE_SIDE, Saliency
from kernel_dilation.model.gradients import IMAGES_SHAPE, Graph, compile_graph, pixel_gradient
from kernel_dilation.model.network import Architecture, Weights, first_features, head_logits, last_features

import numpy as np
import tensorflow as tf

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 0.01  # of Adam; with the usual tiny epsilon, pixels without influence would move as far as the others
INITIAL_NOISE = 1e-5  # standard deviation of the initial image's noise, in units of pixel value
LEAK = 0.3  # share of the gradient that an inactive ReLU passes at the first step
# Keeps TensorFlow from inlining the graph of a step into that of the loop. Inlined, the gradient of max pooling is in some
# processes visited before the pooling that it belongs to, and then falls back on a slow kernel (TensorFlow 2.21).
NOT_INLINED = {"_noinline": True}


def generate_class_models(weights: Weights, architecture: Architecture, options: Saliency) -> np.ndarray:
    """Return the image of each class that maximises S_c(I) - lambda |I|^2, (10, 28, 28) float32, signed.

    The ascent starts from black. Simonyan et al. (2013), section 2, equation 1, optimised by Adam (Kingma
    and Ba 2015). lambda is `weight_decay`.

    We deviate from the paper in two ways, because a uniformly black start is degenerate. First, the
    start contains faint noise; otherwise max pooling would break every tie in favour of the same
    corner, and dilated kernels would stay there. Second, inactive ReLUs leak during the first half of
    the ascent; otherwise a network with negative biases would receive no gradient.
    """
    return generate_from_starts(weights, architecture, options, 1)[0]


def generate_from_starts(weights: Weights, architecture: Architecture, options: Saliency, starts: int) -> np.ndarray:
    """Return the class models that are reached from several draws of the initial noise, (starts, 10, 28, 28) float32.

    The first are those of `generate_class_models`. Where the others differ from them, a class model is
    one of many images that the network likes as well.
    """
    targets = np.tile(np.eye(CLASSES, dtype=np.float32), (starts, 1))
    noise = np.repeat(initial_noise(options, starts), CLASSES, 0)
    models = maximise(weights, noise, targets, no_features(len(targets), architecture), architecture, plain(options))
    return models.reshape(starts, CLASSES, IMAGE_SIDE, IMAGE_SIDE)


def generate_regularised_class_models(weights: Weights, architecture: Architecture, options: Saliency) -> np.ndarray:
    """Return class models that are smooth and tolerate small shifts, (10, 28, 28) float32, signed.

    The objective of `generate_class_models` has a penalty on the total variation, as in Mahendran and
    Vedaldi (2015), and the image is shifted at random before each step, as in Mordvintsev et al. (2015).
    Their strengths are `total_variation` and `jitter_pixels`; where both are 0, these are the plain class models.
    """
    noise = np.repeat(initial_noise(options, 1), CLASSES, 0)
    return maximise(weights, noise, np.eye(CLASSES, dtype=np.float32), no_features(CLASSES, architecture), architecture, options)


def initial_noise(options: Saliency, starts: int) -> np.ndarray:
    """Draw the faint noise that is added to the initial image of each start, (starts, 28, 28) float32."""
    return INITIAL_NOISE * np.random.default_rng(options.seed).standard_normal((starts, IMAGE_SIDE, IMAGE_SIDE), np.float32)


def no_features(count: int, architecture: Architecture) -> np.ndarray:
    """Return weights of 0 for every feature map in the objective of `count` images, (count, channels) float32."""
    return np.zeros((count, architecture.channels[1]), np.float32)


def plain(options: Saliency) -> Saliency:
    """Return the options without total variation and jitter, as in the paper of 2013."""
    return options.model_copy(update={"total_variation": 0.0, "jitter_pixels": 0})


def maximise_filters(weights: Weights, filters: np.ndarray, start: np.ndarray, architecture: Architecture, options: Saliency) -> np.ndarray:
    """Return images that maximise filters of the last convolution, (filters, 28, 28) float32.

    An image maximises the sum over the filter's feature map, before pooling and ReLU, by the same rule
    as plain class models. After Erhan et al. (2009), who maximise a single unit.

    Args:
        filters: indices (filters,) among the channels of the last convolution.
        start: initial image (28, 28) float32, black or a digit.
    """
    starts = np.repeat(start[None] + initial_noise(options, 1), len(filters), 0)
    chosen = np.eye(architecture.channels[1], dtype=np.float32)[filters]
    return maximise(weights, starts, np.zeros((len(filters), CLASSES), np.float32), chosen, architecture, plain(options))


def maximise(
    weights: Weights, start: np.ndarray, on_logits: np.ndarray, on_features: np.ndarray, architecture: Architecture, options: Saliency
) -> np.ndarray:
    """Return images (n, 28, 28) float32, each of which maximises its own weighted sum of logits and features.

    Args:
        start: (n, 28, 28) float32, initial images, which contain faint noise.
        on_logits: (n, 10) float32, weight of each logit.
        on_features: (n, channels) float32, weight of each feature map of the last convolution, summed over its pixels.
    """
    graph = ascent_graph(architecture, options.total_variation, options.jitter_pixels)
    rates = np.array([options.step_size, options.weight_decay], np.float32)
    return graph(weights, start[..., None], on_logits, on_features, rates, relu_leak_schedule(options.steps), jitter_schedule(options)).numpy()[
        ..., 0
    ]


def relu_leak_schedule(steps: int) -> np.ndarray:
    """Return the share of the gradient that an inactive ReLU passes at each step, (steps,) float32.

    It falls linearly from `LEAK` to 0 at half of the steps, and stays there.
    """
    return np.maximum(0, LEAK * (1 - 2 * np.arange(steps) / steps)).astype(np.float32)


def jitter_schedule(options: Saliency) -> np.ndarray:
    """Draw the whole numbers of pixels by which images are shifted down and right at each step, (steps, 2) float32."""
    most = options.jitter_pixels
    return np.random.default_rng(options.seed).integers(-most, most, (options.steps, 2), endpoint=True).astype(np.float32)


@lru_cache(maxsize=4)  # arms come one after another
def ascent_graph(architecture: Architecture, total_variation: float, jitter_pixels: int) -> Graph:
    """Compile the whole ascent of `maximise`, for all images at once, with one leak and one shift per step."""

    def objective(weights: Weights, first: tf.Tensor, on_logits: tf.Tensor, on_features: tf.Tensor, leak: tf.Tensor) -> tf.Tensor:
        def relu(values: tf.Tensor) -> tf.Tensor:
            return tf.maximum(values, leak * values)

        last = last_features(weights, first, architecture, relu)
        return tf.reduce_sum(on_logits * head_logits(weights, last, architecture, relu)) + tf.reduce_sum(on_features * tf.reduce_sum(last, (1, 2)))

    @partial(tf.function, autograph=False, experimental_attributes=NOT_INLINED)
    def gradient(
        weights: Weights, image: tf.Tensor, on_logits: tf.Tensor, on_features: tf.Tensor, decay: tf.Tensor, leak: tf.Tensor, shift: tf.Tensor
    ) -> tf.Tensor:
        pixels = tf.cast(shift, tf.int32)
        first = first_features(weights, tf.roll(image, pixels, (1, 2)) if jitter_pixels else image, architecture)
        with tf.GradientTape() as tape:
            tape.watch(first)
            value = objective(weights, first, on_logits, on_features, leak)
        uphill = pixel_gradient(weights, tape.gradient(value, first), architecture)[..., tf.newaxis]
        cost = 2 * decay * image + total_variation * variation_gradient(image) if total_variation else 2 * decay * image
        return (tf.roll(uphill, -pixels, (1, 2)) if jitter_pixels else uphill) - cost

    def ascend(
        weights: Weights, start: tf.Tensor, on_logits: tf.Tensor, on_features: tf.Tensor, rates: tf.Tensor, leak: tf.Tensor, shifts: tf.Tensor
    ) -> tf.Tensor:
        def step(index: tf.Tensor, image: tf.Tensor, mean: tf.Tensor, square: tf.Tensor) -> tuple[tf.Tensor, ...]:
            uphill = gradient(weights, image, on_logits, on_features, rates[1], leak[index], shifts[index])
            direction, mean, square = adam_step(uphill, mean, square, tf.cast(index + 1, tf.float32))
            return index + 1, image + rates[0] * direction, mean, square

        zeros = tf.zeros_like(start)
        return tf.while_loop(lambda index, *_: index < tf.shape(shifts)[0], step, (0, start, zeros, zeros))[1]

    shapes = IMAGES_SHAPE, (None, CLASSES), (None, architecture.channels[1]), (2,), (None,), (None, 2)
    return compile_graph(ascend, architecture, *shapes)


def variation_gradient(images: tf.Tensor) -> tf.Tensor:
    """Return the gradient of each image's total variation at its pixels, (n, 28, 28, 1).

    The total variation is the sum of the absolute differences of neighbouring pixels. A difference of 0 counts as 0.
    """
    gradient = tf.zeros_like(images)
    for axis in (1, 2):
        earlier, _ = tf.split(images, [IMAGE_SIDE - 1, 1], axis)
        _, later = tf.split(images, [1, IMAGE_SIDE - 1], axis)
        signs = tf.pad(tf.sign(later - earlier), [(1, 1) if number == axis else (0, 0) for number in range(4)])
        from_earlier, _ = tf.split(signs, [IMAGE_SIDE, 1], axis)
        _, to_later = tf.split(signs, [1, IMAGE_SIDE], axis)
        gradient += from_earlier - to_later
    return gradient


def adam_step(gradient: tf.Tensor, mean: tf.Tensor, square: tf.Tensor, count: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Return the direction of step `count`, from 1, and the new running mean and mean square of the gradient.

    Kingma and Ba (2015), algorithm 1. Networks are trained by `training.adam`, whose fused operation
    updates variables in place; the loop of the ascent has tensors instead, and another epsilon.
    """
    mean = BETA_1 * mean + (1 - BETA_1) * gradient
    square = BETA_2 * square + (1 - BETA_2) * gradient**2
    return mean / (1 - BETA_1**count) / (tf.sqrt(square / (1 - BETA_2**count)) + EPSILON), mean, square
