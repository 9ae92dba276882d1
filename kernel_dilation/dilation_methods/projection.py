"""`projection`: train one dense kernel, project it onto every dilation, and let each candidate stand alone in the end.

As in Liu et al. (2021), the dilation is derived from a trained dense kernel, which covers the extent of the largest
candidate. It favours no dilation; there is no initial dilation. The kernel of each candidate is the one whose
responses to the training images are closest to those of the dense kernel, because neighbouring pixels are
correlated and a tap can stand in for its neighbours. The choice depends on the losses of candidates that stand
alone (`stand_alone`).
"""

from dataclasses import replace

from kernel_dilation.dilation_learning.kernel_placement import one_hot_placements
from kernel_dilation.dilation_learning.learning_outcome import LearningOutcome
from kernel_dilation.dilation_learning.method_base import DilationMethod, MethodOptions, prepare_network, train_epochs
from kernel_dilation.dilation_learning.stand_alone import Weights, alone_trainings, compare_alone, outcome_of_comparison
from kernel_dilation.experiment.dataset_names import DigitArrays

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

HAS_INITIAL_DILATION = False
DENSE_SHARE = 0.8  # epochs of the dense kernel, as a share of those of a training
ALONE_SHARE = 0.25  # epochs of each candidate alone, as a share of those of a training
RIDGE = 1e-4  # as a share of the mean variance of a tap's pixel
COVARIANCE_IMAGES, IMAGES_AT_ONCE = 400, 40  # training images from which the covariance is estimated, and those in memory at once


class DenseKernel(DilationMethod):
    """Network whose first kernel has a tap at every pixel within reach of the largest candidate."""

    def initial_weights(self, seed: int) -> list[np.ndarray]:
        """Initial weights of a network of the grid, with a dense first kernel."""
        side = 2 * self.reach + 1
        kernel = keras.initializers.GlorotUniform(seed)((side, side, 1, self.options.channels[0]))
        return [np.asarray(kernel), *super().initial_weights(seed)[1:]]

    def initial_parameters(self, initial_dilation: int, seed: int) -> np.ndarray:
        """A placeholder, (1,) float32: the method has no parameters of its own."""
        return np.zeros(1, np.float32)

    def kernel(self) -> tf.Tensor:
        """The dense kernel itself."""
        return self.weights[0]

    def candidate_weights(self) -> np.ndarray:
        """Equal weights, (candidates,): the dense kernel favours no candidate."""
        return np.full(len(self.options.candidates), 1 / len(self.options.candidates))

    def update_dilation_parameters(self, gradient: tf.Tensor, images: tf.Tensor, labels: tf.Tensor) -> None:
        """Leave the placeholder unchanged."""
        pass  # AutoGraph cannot parse a body that consists of a docstring only


def patch_moments(images: NDArray[np.float32], reach: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean (p,) and covariance (p, p) of the patches of `same` convolution, p = (2 reach + 1)**2 pixels each.

    Args:
        images: (n, height, width); there is one patch around each of their pixels, with zeros beyond the edge.
        reach: pixels from the centre of a patch to its edge.
    """
    side = 2 * reach + 1
    total, products = np.zeros(side**2), np.zeros((side**2, side**2))
    padded = np.pad(images, ((0, 0), (reach, reach), (reach, reach)))
    for start in range(0, len(images), IMAGES_AT_ONCE):
        patches = np.lib.stride_tricks.sliding_window_view(padded[start : start + IMAGES_AT_ONCE], (side, side), axis=(1, 2)).reshape(-1, side**2)
        total += patches.sum(axis=0, dtype=np.float64)
        products += patches.T @ patches
    mean = total / images.size
    return mean, products / images.size - np.outer(mean, mean)


def project_kernel(
    dense: NDArray[np.float64], placement: NDArray[np.float64], covariance: NDArray[np.float64], ridge: float = RIDGE
) -> NDArray[np.float64]:
    """Return the taps (t, channels) whose responses have the least variance around those of a dense kernel.

    With the placement P, the covariance C of patches and the dense kernel w, they minimise (w - P v)' C (w - P v) plus a
    ridge penalty, which decides where the images leave the taps undetermined: v = (P' C P + lambda I)^-1 P' C w.

    Args:
        dense: (p, channels).
        placement: (p, t), 1 at the pixel of each tap and 0 elsewhere.
        covariance: (p, p).
        ridge: lambda, as a share of the mean of the diagonal of P' C P.
    """
    visible = placement.T @ covariance
    gram = visible @ placement
    return np.linalg.solve(gram + ridge * np.trace(gram) / len(gram) * np.eye(len(gram)), visible @ dense)


def project_network(weights: Weights, images: NDArray[np.float32], options: MethodOptions) -> dict[int, Weights]:
    """Return the weights of each candidate's network, by its dilation, from those of the network with the dense kernel.

    The biases of the first convolution change so that its mean responses remain; all other weights are kept.
    """
    channels, reach = weights[0].shape[-1], weights[0].shape[0] // 2
    mean, covariance = patch_moments(images, reach)
    dense = weights[0].reshape(-1, channels).astype(np.float64)
    networks = {}
    for dilation, places in zip(options.candidates, one_hot_placements(options.kernel_size, options.candidates)):
        placement = places.reshape(options.kernel_size**2, -1).T.astype(np.float64)
        taps = project_kernel(dense, placement, covariance)
        kernel = taps.reshape(options.kernel_size, options.kernel_size, 1, channels).astype(np.float32)
        bias = (weights[1] + mean @ (dense - placement @ taps)).astype(np.float32)
        networks[dilation] = [kernel, bias, *weights[2:]]
    return networks


def dense_options(options: MethodOptions) -> MethodOptions:
    """Return the options of the training of the dense kernel."""
    return replace(options, epochs=max(1, round(DENSE_SHARE * options.epochs)))


def learn_dilation(images: DigitArrays, options: MethodOptions, initial_dilation: int | None, seed: int) -> LearningOutcome:
    """Select the best projection; neither the initial dilation nor `options.rate` is used."""
    network = prepare_network(DenseKernel, images, dense_options(options), options.candidates[0], seed)
    weights = list(train_epochs(network, images, seed))
    starts = project_network([variable.numpy() for variable in network.weights], images["x_train"][:COVARIANCE_IMAGES], options)
    return outcome_of_comparison(compare_alone(starts, images, options, ALONE_SHARE, seed), options, weights[:1] * options.epochs)


def trainings(options: MethodOptions, training: int, validation: int) -> float:
    """Return the cost of a run in trainings of one network, for these numbers of training and validation images."""
    return dense_options(options).epochs / options.epochs + alone_trainings(len(options.candidates), options, ALONE_SHARE, training, validation)
