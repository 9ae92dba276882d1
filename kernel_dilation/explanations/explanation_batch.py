"""A network together with the images on which it is explained."""

from dataclasses import dataclass, replace
from importlib import import_module
from typing import Self

from kernel_dilation.experiment.parameters import Saliency
from kernel_dilation.model.gradients import image_logits
from kernel_dilation.model.network import Architecture, Weights

import numpy as np
import tensorflow as tf


@dataclass(frozen=True)
class ExplanationBatch:
    """A network, images (n, 28, 28) float32 in [0, 1], and for each image the class (n,) whose logit is explained."""

    weights: Weights
    architecture: Architecture
    images: np.ndarray
    classes: np.ndarray
    options: Saliency

    def select(self, indices: np.ndarray) -> Self:
        """Return the same network with the images at these indices only."""
        return replace(self, images=self.images[indices], classes=self.classes[indices])

    def repeat(self, times: int) -> Self:
        """Return the same network with the whole stack of images repeated `times` times."""
        return replace(self, images=np.tile(self.images, (times, 1, 1)), classes=np.tile(self.classes, times))

    def saliency_maps(self, method: str) -> np.ndarray:
        """Compute each image's saliency map, (n, 28, 28) float32, by the method in the file of this name."""
        module = import_module(f"kernel_dilation.saliency_methods.{method}")
        return module.saliency_maps(self.weights, self.images, self.classes, self.architecture, self.options)

    def confidence(self) -> np.ndarray:
        """Compute the probability of each image's class, (n,), 0 to 1."""
        probabilities = tf.nn.softmax(image_logits(self.weights, self.images, self.architecture)).numpy()
        return probabilities[np.arange(len(self.classes)), self.classes]
