"""Representations of the same digits by all networks of one arm, before and after training, computed in a worker process."""

from kernel_dilation.arm_comparison.representation_similarity import centred_products
from kernel_dilation.execution.workers import report_progress, suppress_stderr
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.parameters import Network
from kernel_dilation.experiment.paths import REPRESENTED_LAYERS, STATES, TRAINED

import numpy as np


def represent_digits(images: np.ndarray, arm: Arm, network: Network, networks: list[list[np.ndarray]], seed: int) -> dict[str, dict[str, np.ndarray]]:
    """Return the centred inner products of all pairs of digits in each layer, (replicates, pairs) float32, by state and layer.

    Args:
        images: (n, 28, 28) float32 in [0, 1].
        networks: the eight arrays of each trained network, from the input up.
        seed: seed of the experiment, `train.seed`, from which the initial weights derive.
    """
    with suppress_stderr():
        from kernel_dilation.model.network import build_architecture, first_features, head_features, initial_weights, last_features, use_one_thread

        import tensorflow as tf

        use_one_thread()

    architecture = build_architecture(arm, network)
    untrained = [initial_weights(architecture, seed, replicate) for replicate in range(len(networks))]
    vectors: dict[str, dict[str, list[np.ndarray]]] = {state: {layer: [] for layer in REPRESENTED_LAYERS} for state in STATES}
    for state in STATES:
        for arrays in networks if state == TRAINED else untrained:
            weights = [tf.constant(array) for array in arrays]
            last = last_features(weights, first_features(weights, tf.constant(images)[..., tf.newaxis], architecture), architecture)
            features = head_features(weights, last, architecture)
            hidden = tf.nn.relu(features @ weights[4] + weights[5])
            for layer, values in zip(REPRESENTED_LAYERS, (features, hidden)):
                vectors[state][layer].append(centred_products(values.numpy()))
    report_progress(1)
    return {state: {layer: np.stack(rows) for layer, rows in layers.items()} for state, layers in vectors.items()}
