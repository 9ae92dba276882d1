"""`mixture`: apply one kernel at every candidate dilation and learn the weights of the sum.

As in DARTS (Liu et al. 2019) and RF-Next (Gao et al. 2022), the kernel is trained on training images, and the
weights, a softmax, on validation images. Such a sum tends to keep its initial dilation: a dilation that starts
with a large weight shapes the kernel and is then the best one for it. The softmax therefore starts at a high
temperature, at which the initial dilation has little influence and every dilation shapes the kernel, and is
cooled until one dilation remains.
"""

from kernel_dilation.dilation_learning.kernel_placement import one_hot_placements
from kernel_dilation.dilation_learning.learning_outcome import LearningOutcome
from kernel_dilation.dilation_learning.method_base import INITIAL_ADVANTAGE, DilationMethod, MethodOptions, train_method
from kernel_dilation.experiment.dataset_names import DigitArrays

import numpy as np
import tensorflow as tf

HAS_INITIAL_DILATION = True
INITIAL_TEMPERATURE, FINAL_TEMPERATURE = 10.0, 0.1  # it falls by the same factor at every step
STEPS_PER_UPDATE = 4  # steps of the kernel for each step of the weights


class Mixture(DilationMethod):
    """Network whose parameters are one logit per candidate."""

    def initial_parameters(self, initial_dilation: int, seed: int) -> np.ndarray:
        """Logits with an advantage for the initial dilation, (candidates,) float32."""
        return np.array([INITIAL_ADVANTAGE * (candidate == initial_dilation) for candidate in self.options.candidates], np.float32)

    def softmax(self) -> tf.Tensor:
        """Return the weight of each candidate, (candidates,), at the current temperature."""
        return tf.nn.softmax(self.parameters / (INITIAL_TEMPERATURE * (FINAL_TEMPERATURE / INITIAL_TEMPERATURE) ** self.progress))

    def kernel(self) -> tf.Tensor:
        """Return the weighted sum of the dilated kernels, which is sufficient because convolution is linear in its kernel."""
        dilated = tf.constant(one_hot_placements(self.options.kernel_size, self.options.candidates))
        return tf.einsum("ijuv,ijc->uvc", tf.einsum("d,dijuv->ijuv", self.softmax(), dilated), self.weights[0][:, :, 0])[:, :, None]

    def candidate_weights(self) -> np.ndarray:
        """Weight of each candidate, (candidates,)."""
        return self.softmax().numpy()

    def update_dilation_parameters(self, gradient: tf.Tensor, images: tf.Tensor, labels: tf.Tensor) -> None:
        """Make a step of Adam on the validation images, once every `STEPS_PER_UPDATE` steps."""
        if self.weight_optimiser.steps_done % STEPS_PER_UPDATE == 0.0:
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(self.parameters)
                loss = tf.reduce_mean(self.losses(self.first_features(images), labels))
            self.parameter_optimiser.descend([tape.gradient(loss, self.parameters)], self.rate)


def learn_dilation(images: DigitArrays, options: MethodOptions, initial_dilation: int, seed: int) -> LearningOutcome:
    """Learn the weights of the candidates; `options.rate` is Adam's learning rate, in logits per step."""
    return train_method(Mixture, images, options, initial_dilation, seed)


def trainings(options: MethodOptions, training: int, validation: int) -> float:
    """Return the cost of a run in trainings of one network: the batches of the kernel, and those of the weights."""
    return 1 + 1 / STEPS_PER_UPDATE
