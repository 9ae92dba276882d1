"""Mixture: one kernel, applied at every candidate dilation; the weights of the sum are learned.

Liu et al. (2019, DARTS) and Gao et al. (2022, RF-Next): the kernel learns from training images, the
weights, a softmax, from validation images. Such a sum hangs on to its start: what begins with a large
weight shapes the kernel, and is then the best for it. So the softmax begins hot, where the start hardly
shows and every dilation shapes the kernel, and is cooled until one dilation is left.
"""

from kernel_dilation.dilation_learning.kernel_placement import one_hot_placements
from kernel_dilation.dilation_learning.method_base import START_ADVANTAGE, DilationMethod, ImageArrays, MethodOptions, train_method
from kernel_dilation.dilation_learning.outcome import LearningOutcome

import numpy as np
import tensorflow as tf

HOTTEST, COLDEST = 10.0, 0.1  # temperature at the start and at the end, falling by the same factor at every step
PACE = 4  # steps of the kernel for one of the weights


class Mixture(DilationMethod):
    """Parameters: one logit a candidate."""

    def initial_parameters(self, initial_dilation: int, seed: int) -> np.ndarray:
        """A lead for the initial dilation."""
        return np.array([START_ADVANTAGE * (candidate == initial_dilation) for candidate in self.options.candidates], np.float32)

    def softmax(self) -> tf.Tensor:
        """Weight of each candidate, (candidates,), at the temperature of now."""
        return tf.nn.softmax(self.parameters / (HOTTEST * (COLDEST / HOTTEST) ** self.progress))

    def kernel(self) -> tf.Tensor:
        """The weighted sum of the dilated kernels: convolution is linear in its kernel."""
        dilated = tf.constant(one_hot_placements(self.options.kernel_size, self.options.candidates))
        return tf.einsum("ijuv,ijc->uvc", tf.einsum("d,dijuv->ijuv", self.softmax(), dilated), self.weights[0][:, :, 0])[:, :, None]

    def candidate_weights(self) -> np.ndarray:
        """The softmax itself."""
        return self.softmax().numpy()

    def update_dilation_parameters(self, gradient: tf.Tensor, images: tf.Tensor, labels: tf.Tensor) -> None:
        """A step of Adam on validation images, once in `PACE` steps."""
        if self.weight_steps.steps_done % PACE == 0.0:
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(self.parameters)
                loss = tf.reduce_mean(self.losses(self.first_features(images), labels))
            self.parameter_steps.descend([tape.gradient(loss, self.parameters)], self.rate)


def learn_dilation(images: ImageArrays, options: MethodOptions, initial_dilation: int, seed: int) -> LearningOutcome:
    """What the mixture chooses from this start; `options.rate` is Adam's, in logits a step."""
    return train_method(Mixture, images, options, initial_dilation, seed)
