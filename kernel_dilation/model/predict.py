"""Class probabilities by several networks of one arm for the same images, computed in a worker process."""

from kernel_dilation.execution.workers import report_progress, suppress_stderr
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.parameters import Network

import numpy as np


def class_probabilities(images: np.ndarray, arm: Arm, network: Network, networks: list[list[np.ndarray]]) -> np.ndarray:
    """Return the probability of every class by each network, (networks, n, 10) float32, for images (n, 28, 28) float32.

    TensorFlow is imported here, so that the stage's own process needs none.

    Args:
        networks: the eight arrays of each network, from the input up.
    """
    with suppress_stderr():
        from kernel_dilation.model.gradients import image_logits
        from kernel_dilation.model.network import build_architecture, use_one_thread

        import tensorflow as tf

        use_one_thread()

    architecture = build_architecture(arm, network)
    probabilities = [tf.nn.softmax(image_logits([tf.constant(weight) for weight in weights], images, architecture)) for weights in networks]
    report_progress(1)
    return np.stack(probabilities)


def initial_class_probabilities(images: np.ndarray, arm: Arm, network: Network, seed: int, replicates: int) -> np.ndarray:
    """Return the same as `class_probabilities` for the networks of all replicates at initialisation.

    Args:
        seed: seed of the experiment, `train.seed`.
    """
    with suppress_stderr():
        from kernel_dilation.model.network import build_architecture, initial_weights, use_one_thread

        use_one_thread()

    architecture = build_architecture(arm, network)
    return class_probabilities(images, arm, network, [initial_weights(architecture, seed, replicate) for replicate in range(replicates)])
