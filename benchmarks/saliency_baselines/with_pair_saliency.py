"""Maps by PAIR's `saliency`, which takes one image at a time; the gradient is TensorFlow's, as in its examples."""

from collections.abc import Callable
from itertools import cycle
from typing import Any
from unittest.mock import patch

from benchmarks.benchmark_sizes import NOISE_SHARE, SAMPLES
from benchmarks.saliency_baselines.explained_case import explained_case
from benchmarks.saliency_baselines.project import noise

import numpy as np
import tensorflow as tf
from saliency.core import INPUT_OUTPUT_GRADIENTS, GradientSaliency, IntegratedGradients


def gradient_of_class(images: np.ndarray, call_model_args: int, expected_keys: Any = None) -> dict[str, np.ndarray]:
    """Compute the gradient of the class logit for a batch of images."""
    batch = tf.convert_to_tensor(images, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(batch)
        logits = explained_case().model(batch)[:, call_model_args]
    return {INPUT_OUTPUT_GRADIENTS: tape.gradient(logits, batch).numpy()}


def maps(count: int, mask: Callable[..., np.ndarray], **arguments: Any) -> np.ndarray:
    """Compute the mask of each image for its class, (count, 28, 28)."""
    of = explained_case()
    return np.stack(
        [mask(image[..., None], gradient_of_class, int(label), **arguments)[..., 0] for image, label in zip(of.images[:count], of.classes)]
    )


def gradient(count: int) -> np.ndarray:
    """Compute gradients (count, 28, 28), signed."""
    return maps(count, GradientSaliency().GetMask)


def smoothgrad(count: int) -> np.ndarray:
    """Compute SmoothGrad maps (count, 28, 28), signed."""
    return maps(count, GradientSaliency().GetSmoothedMask, stdev_spread=NOISE_SHARE, nsamples=SAMPLES, magnitude=False)


def smoothgrad_of_same_noise(count: int) -> np.ndarray:
    """Compute SmoothGrad maps with this project's noise, (count, 28, 28), for comparison."""
    fields = cycle(noise())
    with patch("numpy.random.normal", lambda mean, deviation, shape: deviation * next(fields)[..., None]):
        return smoothgrad(count)


def integrated_gradients(count: int) -> np.ndarray:
    """Compute integrated gradients (count, 28, 28), with all points of an image's path in one batch."""
    return maps(count, IntegratedGradients().GetMask, x_steps=SAMPLES, batch_size=SAMPLES)
