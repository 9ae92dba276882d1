"""Several networks of one architecture as one network, whose weights have a leading axis of networks.

The feature maps of all networks lie side by side in the last axis, and one grouped convolution computes them:
a group for each network. A GPU, which needs large operations, then trains many small networks at once.
"""

from kernel_dilation.model.network import Architecture, Weights, convolve, pool

import tensorflow as tf


def check_grouped_convolutions() -> None:
    """Accept a machine on which TensorFlow has gradients of grouped convolutions, as it has with a GPU or oneDNN.

    Raises:
        ValueError: it has none.
    """
    images, kernels, upstream = tf.zeros((1, 3, 3, 2)), tf.zeros((3, 3, 1, 2)), tf.zeros((1, 3, 3, 2))
    try:
        tf.raw_ops.Conv2DBackpropFilter(input=images, filter_sizes=kernels.shape, out_backprop=upstream, strides=[1, 1, 1, 1], padding="SAME")
    except tf.errors.OpError:
        raise ValueError(
            "train.networks_at_once must be 1 on this machine, because its TensorFlow has no gradients of grouped convolutions: "
            "they need a GPU or oneDNN, which TF_ENABLE_ONEDNN_OPTS=0 turns off"
        ) from None


def convolve_each(features: tf.Tensor, kernels: tf.Tensor, biases: tf.Tensor, dilation: int, padding: str) -> tf.Tensor:
    """Convolve the feature maps of each network with its own kernel.

    Args:
        features: (n, height, width, networks * channels), those of the first network first.
        kernels: (networks, size, size, channels, filters).
        biases: (networks, filters).

    Returns:
        Feature maps (n, height, width, networks * filters).
    """
    networks, size, _, channels, filters = kernels.shape
    grouped = tf.reshape(tf.transpose(kernels, (1, 2, 3, 0, 4)), (size, size, channels, networks * filters))
    return convolve(features, grouped, tf.reshape(biases, (networks * filters,)), dilation, padding)


def features_of_each(pooled: tf.Tensor, networks: int, head: str) -> tf.Tensor:
    """Return the inputs of the hidden layers, (networks, n, features), of pooled feature maps (n, height, width, networks * channels)."""
    count, (height, width, channels) = tf.shape(pooled)[0], pooled.shape[1:]
    separate = tf.transpose(tf.reshape(pooled, (count, height, width, networks, channels // networks)), (3, 0, 1, 2, 4))
    if head == "average":
        return tf.reduce_mean(separate, axis=(2, 3))
    return tf.reshape(separate, (networks, count, height * width * channels // networks))


def stacked_logits(weights: Weights, images: tf.Tensor, architecture: Architecture) -> tf.Tensor:
    """Return the logits of each network for its own images, (networks, n, 10), as `model.network.logits` returns those of one.

    Args:
        weights: the eight arrays of `model.network.weight_shapes`, each with a leading axis of networks.
        images: (networks, n, 28, 28) float32 in [0, 1].
        architecture: that of all networks; their taps form a lattice.
    """
    pooling, padding = architecture.arm.pooling, architecture.padding
    first = convolve_each(tf.transpose(images, (1, 2, 3, 0)), weights[0], weights[1], architecture.dilations[0], padding)
    last = convolve_each(pool(first, pooling), weights[2], weights[3], architecture.dilations[1], padding)
    features = features_of_each(pool(last, pooling), weights[0].shape[0], architecture.head)
    hidden = tf.nn.relu(features @ weights[4] + weights[5][:, tf.newaxis])
    return hidden @ weights[6] + weights[7][:, tf.newaxis]
