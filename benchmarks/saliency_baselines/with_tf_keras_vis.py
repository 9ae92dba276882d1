"""The same by tf-keras-vis (Kubota), as its documentation calls it, but with the sign kept and no scaling for the eye."""

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

from benchmarks.saliency_baselines.explained_case import explained_case
from benchmarks.saliency_baselines.project import noise, options
from benchmarks.sizes import NOISE_SHARE, SAMPLES
from kernel_dilation.explanations.class_models import BETA_1, BETA_2, EPSILON, INITIAL_NOISE
from kernel_dilation.model.gradients import SIDE
from kernel_dilation.model.network import CLASSES

import keras
import numpy as np
import tensorflow as tf
from tf_keras_vis.activation_maximization import ActivationMaximization
from tf_keras_vis.activation_maximization.regularizers import Regularizer
from tf_keras_vis.saliency import Saliency
from tf_keras_vis.utils.scores import CategoricalScore


@contextmanager
def quiet_keras() -> Iterator[None]:
    """Context in which Keras does not say that tf-keras-vis hands it a list of one input."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The structure of `inputs`")
        yield


def maps(count: int, samples: int) -> np.ndarray:
    """Gradients (count, 28, 28), averaged over noisy copies if there are samples."""
    of = explained_case()
    score, images = CategoricalScore(of.classes[:count].tolist()), of.images[:count, ..., None]
    with quiet_keras():
        return np.asarray(Saliency(of.model)(score, images, samples, NOISE_SHARE, gradient_modifier=None, normalize_map=False))


def gradient(count: int) -> np.ndarray:
    """Gradients (count, 28, 28), signed."""
    return maps(count, 0)


def smoothgrad(count: int) -> np.ndarray:
    """Mean gradients (count, 28, 28), signed."""
    return maps(count, SAMPLES)


def smoothgrad_of_same_noise(count: int) -> np.ndarray:
    """SmoothGrad with the noise that this project draws, (count, 28, 28), to compare."""
    with patch("numpy.random.normal", lambda mean, deviation, shape: deviation * noise()[:, None, ..., None]):
        return smoothgrad(count)


class SquaredNorm(Regularizer):
    """lambda times the square of the image's norm, as in Simonyan et al. (2013), section 2; tf-keras-vis has the norm alone."""

    def __call__(self, images: tf.Tensor) -> tf.Tensor:
        """The penalty, summed over the images."""
        return options().weight_decay * tf.reduce_sum(images**2)


class TextbookAdam:
    """Adam as in Kingma and Ba (2015), algorithm 1; Keras adds epsilon before it corrects the bias of the squares."""

    def __init__(self) -> None:
        self.count, self.mean, self.square = 0, 0.0, 0.0

    def apply_gradients(self, pairs: Iterable[tuple[tf.Tensor, tf.Variable]]) -> None:
        """One step down the gradient of the one variable."""
        ((gradient, variable),) = pairs
        self.count += 1
        self.mean = BETA_1 * self.mean + (1 - BETA_1) * gradient
        self.square = BETA_2 * self.square + (1 - BETA_2) * gradient**2
        mean, square = self.mean / (1 - BETA_1**self.count), self.square / (1 - BETA_2**self.count)
        variable.assign_sub(options().step_size * mean / (tf.sqrt(square) + EPSILON))


def ascend(steps: int, optimizer: object) -> np.ndarray:
    """Class models (10, 28, 28) after so many steps of an optimizer, from this project's start and by its objective."""
    noise_of_start = INITIAL_NOISE * np.random.default_rng(options().seed).standard_normal((SIDE, SIDE), np.float32)
    start = np.repeat(noise_of_start[None, ..., None], CLASSES, 0)
    score, penalty = CategoricalScore(list(range(CLASSES))), SquaredNorm("squared_norm")
    ascent = ActivationMaximization(explained_case().model)
    with quiet_keras():
        images = ascent(score, start, input_range=None, input_modifiers=[], regularizers=[penalty], steps=steps, optimizer=optimizer)
    return np.asarray(images)[..., 0]


def class_models(steps: int) -> np.ndarray:
    """Class models (10, 28, 28) after so many steps of Keras' Adam."""
    return ascend(steps, keras.optimizers.Adam(options().step_size, epsilon=EPSILON))


def class_models_without_leak(steps: int) -> np.ndarray:
    """Class models (10, 28, 28) after so many steps of this project's Adam, to compare."""
    return ascend(steps, TextbookAdam())
