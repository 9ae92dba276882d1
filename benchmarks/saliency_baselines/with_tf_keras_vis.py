"""Maps and class models by tf-keras-vis (Kubota), called as documented.

Signs are kept, however, and nothing is scaled for display.
"""

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

from benchmarks.benchmark_sizes import NOISE_SHARE, SAMPLES
from benchmarks.saliency_baselines.explained_case import explained_case
from benchmarks.saliency_baselines.project import noise, options
from kernel_dilation.experiment.parameters import CLASSES, IMAGE_SIDE
from kernel_dilation.explanations.class_models import BETA_1, BETA_2, EPSILON, INITIAL_NOISE

import keras
import numpy as np
import tensorflow as tf
from tf_keras_vis.activation_maximization import ActivationMaximization
from tf_keras_vis.activation_maximization.regularizers import Regularizer
from tf_keras_vis.saliency import Saliency
from tf_keras_vis.utils.scores import CategoricalScore


@contextmanager
def quiet_keras() -> Iterator[None]:
    """Suppress Keras's warning that tf-keras-vis passes a list of one input."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The structure of `inputs`")
        yield


def maps(count: int, samples: int) -> np.ndarray:
    """Compute gradients (count, 28, 28), averaged over `samples` noisy copies unless this is 0."""
    of = explained_case()
    score, images = CategoricalScore(of.classes[:count].tolist()), of.images[:count, ..., None]
    with quiet_keras():
        return np.asarray(Saliency(of.model)(score, images, samples, NOISE_SHARE, gradient_modifier=None, normalize_map=False))


def gradient(count: int) -> np.ndarray:
    """Compute gradients (count, 28, 28), signed."""
    return maps(count, 0)


def smoothgrad(count: int) -> np.ndarray:
    """Compute SmoothGrad maps (count, 28, 28), signed."""
    return maps(count, SAMPLES)


def smoothgrad_of_same_noise(count: int) -> np.ndarray:
    """Compute SmoothGrad maps with this project's noise, (count, 28, 28), for comparison."""
    with patch("numpy.random.normal", lambda mean, deviation, shape: deviation * noise()[:, None, ..., None]):
        return smoothgrad(count)


class SquaredNorm(Regularizer):
    """Penalty of lambda times the squared norm of the image, as in Simonyan et al. (2013), section 2.

    The one of tf-keras-vis is not squared.
    """

    def __call__(self, images: tf.Tensor) -> tf.Tensor:
        """Return the penalty, summed over the images."""
        return options().weight_decay * tf.reduce_sum(images**2)


class TextbookAdam:
    """Adam as in Kingma and Ba (2015), algorithm 1; Keras adds epsilon before it corrects the bias of the squares."""

    def __init__(self) -> None:
        self.count, self.mean, self.square = 0, 0.0, 0.0

    def apply_gradients(self, pairs: Iterable[tuple[tf.Tensor, tf.Variable]]) -> None:
        """Take one step down the gradient of the only variable."""
        ((gradient, variable),) = pairs
        self.count += 1
        self.mean = BETA_1 * self.mean + (1 - BETA_1) * gradient
        self.square = BETA_2 * self.square + (1 - BETA_2) * gradient**2
        mean, square = self.mean / (1 - BETA_1**self.count), self.square / (1 - BETA_2**self.count)
        variable.assign_sub(options().step_size * mean / (tf.sqrt(square) + EPSILON))


def ascend(steps: int, optimizer: object) -> np.ndarray:
    """Compute class models (10, 28, 28) by `optimizer`, with this project's start and objective."""
    initial_noise = INITIAL_NOISE * np.random.default_rng(options().seed).standard_normal((IMAGE_SIDE, IMAGE_SIDE), np.float32)
    start = np.repeat(initial_noise[None, ..., None], CLASSES, 0)
    score, penalty = CategoricalScore(list(range(CLASSES))), SquaredNorm("squared_norm")
    ascent = ActivationMaximization(explained_case().model)
    with quiet_keras():
        images = ascent(score, start, input_range=None, input_modifiers=[], regularizers=[penalty], steps=steps, optimizer=optimizer)
    return np.asarray(images)[..., 0]


def class_models(steps: int) -> np.ndarray:
    """Compute class models (10, 28, 28) after `steps` steps of Keras's Adam."""
    return ascend(steps, keras.optimizers.Adam(options().step_size, epsilon=EPSILON))


def class_models_without_leak(steps: int) -> np.ndarray:
    """Compute class models (10, 28, 28) after `steps` steps of this project's Adam, for comparison."""
    return ascend(steps, TextbookAdam())
