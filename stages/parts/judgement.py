"""What several networks of one arm make of the same images: a job for a worker process."""

import numpy as np

from stages.parts.experiment.grid import Arm
from stages.parts.experiment.settings import Network
from stages.parts.workers import quiet_start, report


def judged(images: np.ndarray, arm: Arm, network: Network, networks: list[list[np.ndarray]]) -> np.ndarray:
    """Probability of every class for every image (n, 28, 28) float32 by each network, (networks, n, 10) float32.

    Only the worker imports TensorFlow.
    """
    with quiet_start():
        import tensorflow as tf

        from stages.parts.gradients import image_logits
        from stages.parts.network import architecture_of, use_one_thread

        use_one_thread()

    architecture = architecture_of(arm, network)
    probabilities = [tf.nn.softmax(image_logits([tf.constant(weight) for weight in weights], images, architecture)) for weights in networks]
    report(1)
    return np.stack(probabilities)
