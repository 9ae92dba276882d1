"""One network and the images that it explains."""

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
    """A network, images (n, 28, 28) float32 in [0, 1], and the class (n,) whose logit each is explained for."""

    weights: Weights
    architecture: Architecture
    images: np.ndarray
    classes: np.ndarray
    options: Saliency

    def select(self, places: np.ndarray) -> Self:
        """The same network with the images at these places alone."""
        return replace(self, images=self.images[places], classes=self.classes[places])

    def repeat(self, times: int) -> Self:
        """The same network with all images in a row, `times` over."""
        return replace(self, images=np.tile(self.images, (times, 1, 1)), classes=np.tile(self.classes, times))

    def saliency_maps(self, method: str) -> np.ndarray:
        """Saliency map of each image, (n, 28, 28) float32 signed, by the method whose file has this name."""
        module = import_module(f"kernel_dilation.saliency_methods.{method}")
        return module.saliency_maps(self.weights, self.images, self.classes, self.architecture, self.options)

    def confidence(self) -> np.ndarray:
        """Probability of each image's class, (n,) in 0 to 1."""
        probabilities = tf.nn.softmax(image_logits(self.weights, self.images, self.architecture)).numpy()
        return probabilities[np.arange(len(self.classes)), self.classes]
