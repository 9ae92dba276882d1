"""`fair_experts`: give every dilation convolutions of its own, treat all alike, and let each stand alone in the end.

It differs from `experts` in five respects. First, every candidate processes equally many images until the end
(Guo et al. 2020), so that no candidate lags because it was disfavoured early. Second, each candidate has a second
convolution of its own as well. With a shared one, which fits the average of all candidates, the losses of all
candidates become alike. Third, each candidate starts with responses of unit variance in all layers (Mishkin and
Matas 2016). Otherwise, dilations at which most taps meet dark pixels start with weak responses and learn late.
Fourth, there are neither weights nor a memory of earlier losses, and therefore no initial dilation. Fifth, the
choice depends on the losses of candidates that stand alone (`stand_alone`).

The hidden layer and the logits, which all candidates train together, make the losses of the candidates differ by
less than those of networks trained separately: weak candidates profit from what strong ones have taught them.
"""

from dataclasses import replace

from kernel_dilation.dilation_learning.learning_outcome import LearningOutcome
from kernel_dilation.dilation_learning.method_base import (
    FORWARD_PASS,
    DilationMethod,
    MethodOptions,
    build_candidate_architecture,
    check_batch_size,
    prepare_network,
    train_epochs,
)
from kernel_dilation.dilation_learning.stand_alone import Weights, alone_trainings, compare_alone, outcome_of_comparison
from kernel_dilation.experiment.dataset_names import DigitArrays
from kernel_dilation.model.network import Architecture, convolve, first_features, head_features, head_logits, last_features, pool

import numpy as np
import tensorflow as tf

HAS_INITIAL_DILATION = False
JOINT_SHARE = 0.8  # epochs of all candidates together, as a share of those of a training
RATE_SHARE = 2 / 3  # peak of the learning rate in these epochs, as a share of that of a training
ALONE_SHARE = 0.25  # epochs of each candidate alone, as a share of those of a training
SCALE_IMAGES = 500  # training images on which the responses have unit variance
OWN_LAYERS = 4  # number of arrays that each candidate has for itself: kernels and biases of both convolutions


class FairExperts(DilationMethod):
    """Network with two convolutions for each candidate, and hidden layer and logits for all."""

    def initial_weights(self, seed: int) -> list[np.ndarray]:
        """Initial weights of a network of the grid, with the same convolutions for all candidates."""
        weights = super().initial_weights(seed)
        candidates = len(self.options.candidates)
        return [*(np.stack([array] * candidates) for array in weights[:OWN_LAYERS]), *weights[OWN_LAYERS:]]

    def scale_candidates(self, images: tf.Tensor) -> None:
        """Scale the weights of each candidate by `scale_weights`; the shared layers take the mean scale of all candidates."""
        candidates = enumerate(self.options.candidates)
        networks = [scale_weights(self.candidate_network(i), images, build_candidate_architecture(self.options, d)) for i, d in candidates]
        for index, (variable, arrays) in enumerate(zip(self.weights, zip(*networks))):
            variable.assign(np.stack(arrays) if index < OWN_LAYERS else np.mean(arrays, axis=0))

    def initial_parameters(self, initial_dilation: int, seed: int) -> np.ndarray:
        """A placeholder, (1,) float32: the method has no parameters of its own."""
        return np.zeros(1, np.float32)

    def first_features(self, images: tf.Tensor) -> tf.Tensor:
        """Return the features of the images, (n, 28, 28, channels); each candidate processes an equal part of them, in order."""
        parts = zip(tf.split(images, len(self.options.candidates)), self.options.candidates)
        return tf.concat(
            [convolve(part, self.weights[0][index], self.weights[1][index], dilation, "same") for index, (part, dilation) in enumerate(parts)], 0
        )

    def losses(self, first: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        """Return the cross-entropy of each image, (n,) in nats, from the features of the first convolution."""
        parts = tf.split(pool(first, self.architecture.arm.pooling), len(self.options.candidates))
        last = tf.concat([convolve(part, self.weights[2][index], self.weights[3][index], 1, "same") for index, part in enumerate(parts)], 0)
        logits = head_logits(self.weights, last, self.architecture)
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)

    def candidate_weights(self) -> np.ndarray:
        """Equal weights, (candidates,): every candidate processes equally many images."""
        return np.full(len(self.options.candidates), 1 / len(self.options.candidates))

    def update_dilation_parameters(self, gradient: tf.Tensor, images: tf.Tensor, labels: tf.Tensor) -> None:
        """Leave the placeholder unchanged."""
        pass  # AutoGraph cannot parse a body that consists of a docstring only

    def candidate_network(self, index: int) -> Weights:
        """Weights of the network in which the candidate with this index stands alone."""
        own, shared = self.weights[:OWN_LAYERS], self.weights[OWN_LAYERS:]
        return [*(array[index].numpy() for array in own), *(array.numpy() for array in shared)]


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


def joint_options(options: MethodOptions) -> MethodOptions:
    """Return the options of the epochs in which all candidates are trained together, with equally many images each in a batch."""
    candidates = len(options.candidates)
    return replace(
        options, epochs=max(1, round(JOINT_SHARE * options.epochs)), batch_size=options.batch_size // candidates * candidates,
        learning_rate=RATE_SHARE * options.learning_rate,
    )  # fmt: skip


def learn_dilation(images: DigitArrays, options: MethodOptions, initial_dilation: int | None, seed: int) -> LearningOutcome:
    """Select the best expert; neither the initial dilation nor `options.rate` is used."""
    check_batch_size(images, options)
    network = prepare_network(FairExperts, images, joint_options(options), options.candidates[0], seed)
    network.scale_candidates(tf.constant(images["x_train"][:SCALE_IMAGES, ..., None], tf.float32))
    weights = list(train_epochs(network, images, seed))
    starts = {dilation: network.candidate_network(index) for index, dilation in enumerate(options.candidates)}
    return outcome_of_comparison(compare_alone(starts, images, options, ALONE_SHARE, seed), options, weights[:1] * options.epochs)


def trainings(options: MethodOptions, training: int, validation: int) -> float:
    """Return the cost of a run in trainings of one network, for these numbers of training and validation images."""
    candidates, joint_share = len(options.candidates), joint_options(options).epochs / options.epochs
    scaling = FORWARD_PASS * candidates * min(SCALE_IMAGES, training) / (training * options.epochs)
    return joint_share + scaling + alone_trainings(candidates, options, ALONE_SHARE, training, validation)
