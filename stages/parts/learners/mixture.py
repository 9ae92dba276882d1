"""Mixture: one kernel, applied at every candidate dilation; the weights of the sum are learned.

Liu et al. (2019, DARTS) and Gao et al. (2022, RF-Next): the kernel learns from training images, the
weights, a softmax, from validation images. Such a sum hangs on to its start: what begins with a large
weight shapes the kernel, and is then the best for it. So the softmax begins hot, where the start hardly
shows and every dilation shapes the kernel, and is cooled until one dilation is left.
"""

import numpy as np
import tensorflow as tf

from stages.parts.learning.learned import Learned
from stages.parts.learning.supernet import START_ADVANTAGE, Images, Options, Supernet, learned
from stages.parts.learning.taps import placements

HOTTEST, COLDEST = 10.0, 0.1  # temperature at the start and at the end, falling by the same factor at every step
PACE = 4  # steps of the kernel for one of the weights


class Mixture(Supernet):
    """Parameters: one logit a candidate."""

    def initial_parameters(self, initial_dilation: int, seed: int) -> np.ndarray:
        """A lead for the initial dilation."""
        return np.array([START_ADVANTAGE * (candidate == initial_dilation) for candidate in self.options.candidates], np.float32)

    def softmax(self) -> tf.Tensor:
        """Weight of each candidate, (candidates,), at the temperature of now."""
        return tf.nn.softmax(self.parameters / (HOTTEST * (COLDEST / HOTTEST) ** self.progress))

    def kernel(self) -> tf.Tensor:
        """The weighted sum of the dilated kernels: convolution is linear in its kernel."""
        dilated = tf.constant(placements(self.options.kernel_size, self.options.candidates))
        return tf.einsum("ijuv,ijc->uvc", tf.einsum("d,dijuv->ijuv", self.softmax(), dilated), self.weights[0][:, :, 0])[:, :, None]

    def candidate_weights(self) -> np.ndarray:
        """The softmax itself."""
        return self.softmax().numpy()

    def follow(self, gradient: tf.Tensor, images: tf.Tensor, labels: tf.Tensor) -> None:
        """A step of Adam on validation images, once in `PACE` steps."""
        if self.weight_steps.steps_done % PACE == 0.0:
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(self.parameters)
                loss = tf.reduce_mean(self.losses(self.first_maps(images), labels))
            self.parameter_steps.descend([tape.gradient(loss, self.parameters)], self.rate)


def learned_dilation(images: Images, options: Options, initial_dilation: int, seed: int) -> Learned:
    """What the mixture chooses from this start; `options.rate` is Adam's, in logits a step."""
    return learned(Mixture, images, options, initial_dilation, seed)
