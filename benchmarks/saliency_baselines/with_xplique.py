"""Maps by xplique (DEEL), with this project's batch size."""

from unittest.mock import patch

from benchmarks.benchmark_sizes import NOISE_SHARE, SAMPLES
from benchmarks.saliency_baselines.explained_case import explained_case
from benchmarks.saliency_baselines.project import noise
from kernel_dilation.model.gradients import BATCH, one_hot

import numpy as np
import tensorflow as tf
from xplique.attributions import IntegratedGradients, Saliency, SmoothGrad
from xplique.attributions.base import WhiteBoxExplainer
from xplique.attributions.gradient_statistics.gradient_statistic import GradientStatistic


def maps(count: int, method: WhiteBoxExplainer) -> np.ndarray:
    """Compute the method's map of each image for its class, (count, 28, 28)."""
    of = explained_case()
    return np.asarray(method(of.images[:count, ..., None], one_hot(of.classes[:count])))[..., 0]


def gradient(count: int) -> np.ndarray:
    """Compute absolute gradients (count, 28, 28)."""
    return maps(count, Saliency(explained_case().model, batch_size=BATCH))


def smoothgrad(count: int) -> np.ndarray:
    """Compute SmoothGrad maps (count, 28, 28), signed; the noise is not scaled to the range of the image."""
    return maps(count, SmoothGrad(explained_case().model, batch_size=BATCH, nb_samples=SAMPLES, noise=NOISE_SHARE))


def smoothgrad_of_same_noise(count: int) -> np.ndarray:
    """Compute SmoothGrad maps with this project's noise, (count, 28, 28), for comparison."""

    def noisy(images: tf.Tensor, copies: int, deviation: float) -> tf.Tensor:
        share = deviation * tf.reduce_max(images, (1, 2, 3), keepdims=True)[:, None]  # every digit has a black pixel
        return tf.reshape(images[:, None] + share * noise()[None, :copies, ..., None], (-1, *images.shape[1:]))

    with patch.object(GradientStatistic, "_perturb_samples", staticmethod(noisy)):
        return smoothgrad(count)


def integrated_gradients(count: int) -> np.ndarray:
    """Compute integrated gradients (count, 28, 28)."""
    return maps(count, IntegratedGradients(explained_case().model, batch_size=BATCH, steps=SAMPLES))
