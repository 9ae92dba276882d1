"""`fair_experts`: give every dilation a network of its own, a part of a training, and exactly the same conditions.

It differs from `experts` in three respects. First, every candidate processes the same images in the same order
until the end, so that none lags because it was disfavoured early; Guo et al. (2020) treat candidates alike in
expectation. Second, there are neither weights nor a memory of earlier losses, and therefore no initial dilation.
Third, candidates share no layer. A layer that serves all candidates makes their losses alike, because weak
candidates profit from what strong ones have taught it.

A part of a training favours dilations that learn fast over those that are better in the end. Two measures reduce
this bias. Batches are small (`stand_alone`), and every candidate starts with responses of unit variance in all
layers, which the weights are scaled to give on training images (Mishkin and Matas 2016). Otherwise, dilations at
which most taps meet dark pixels start with weak responses and learn late.
"""

from kernel_dilation.dilation_learning.learning_outcome import LearningOutcome
from kernel_dilation.dilation_learning.method_base import FORWARD_PASS, MethodOptions, build_candidate_architecture, check_batch_size
from kernel_dilation.dilation_learning.stand_alone import Weights, alone_trainings, compare_alone, outcome_of_comparison
from kernel_dilation.experiment.dataset_names import DigitArrays
from kernel_dilation.model.network import Architecture, first_features, head_features, keras_network, last_features
from kernel_dilation.training.loop import initial_seed

import numpy as np
import tensorflow as tf

HAS_INITIAL_DILATION = False
ALONE_SHARE = 0.35  # epochs of each candidate, as a share of those of a training
SCALE_IMAGES = 500  # training images on which the responses have unit variance


def unit_variance(responses: tf.Tensor) -> np.float32:
    """Return the factor that gives responses a variance of 1; it is 1 if they do not vary."""
    deviation = np.float32(tf.math.reduce_std(responses))
    return 1 / deviation if deviation > 0 else np.float32(1)


def scale_weights(weights: Weights, images: tf.Tensor, architecture: Architecture) -> Weights:
    """Return weights scaled layer by layer so that the responses of each layer, before its ReLU, have variance 1.

    The variance is taken over images, places and channels. Unlike Mishkin and Matas (2016), who begin with orthonormal
    weights, we begin with those of the grid.

    Args:
        weights: kernels, and biases of 0, of the four layers.
        images: (n, 28, 28, 1).
    """
    scaled = list(weights)
    scaled[0] = scaled[0] * unit_variance(first_features(scaled, images, architecture))
    first = first_features(scaled, images, architecture)
    scaled[2] = scaled[2] * unit_variance(last_features(scaled, first, architecture))
    features = head_features(scaled, last_features(scaled, first, architecture), architecture)
    scaled[4] = scaled[4] * unit_variance(features @ scaled[4])
    scaled[6] = scaled[6] * unit_variance(tf.nn.relu(features @ scaled[4]) @ scaled[6])
    return scaled


def learn_dilation(images: DigitArrays, options: MethodOptions, initial_dilation: int | None, seed: int) -> LearningOutcome:
    """Select the best expert; neither the initial dilation nor `options.rate` is used."""
    check_batch_size(images, options)
    architectures = {dilation: build_candidate_architecture(options, dilation) for dilation in options.candidates}
    weights = keras_network(architectures[options.candidates[0]], initial_seed(seed, 0)).get_weights()
    sample = tf.constant(images["x_train"][:SCALE_IMAGES, ..., None], tf.float32)
    starts = {dilation: scale_weights(weights, sample, architecture) for dilation, architecture in architectures.items()}
    equal_weights = np.full(len(options.candidates), 1 / len(options.candidates))
    return outcome_of_comparison(compare_alone(starts, images, options, ALONE_SHARE, seed), options, [equal_weights] * options.epochs)


def trainings(options: MethodOptions, training: int, validation: int) -> float:
    """Return the cost of a run in trainings of one network, for these numbers of training and validation images."""
    candidates, scale_images = len(options.candidates), min(SCALE_IMAGES, training)
    scaling = FORWARD_PASS * candidates * scale_images / (training * options.epochs)
    return scaling + alone_trainings(candidates, options, ALONE_SHARE, training, validation)
