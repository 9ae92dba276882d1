"""The convolutional network: as Keras layers for its file, as pure functions for speed.

Both say the same: convolution, pooling, ReLU twice over, a hidden layer and ten logits. Max
pooling and subsampling commute with ReLU, so they come first and leave it a quarter of the work; average pooling does not, and comes after.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.geometry import POOL, SECOND_KERNEL_SIZE, feature_map_sides, layer_dilations
from kernel_dilation.experiment.parameters import CLASSES, IMAGE_SIDE, Network

import keras
import tensorflow as tf
from threadpoolctl import threadpool_limits

Weights = list[tf.Tensor]
Activation = Callable[[tf.Tensor], tf.Tensor]


@dataclass(frozen=True)
class Architecture:
    """One arm and what all arms share."""

    arm: Arm
    dilate: str = "first"
    padding: str = "same"
    channels: tuple[int, int] = (16, 32)
    dense: int = 64

    @property
    def dilations(self) -> tuple[int, int]:
        """Dilations of the first and the second convolution."""
        return layer_dilations(self.arm.dilation, self.dilate)


def build_architecture(arm: Arm, network: Network) -> Architecture:
    """The architecture of an arm under the `network` section of the parameters."""
    dense = matching_hidden_units(arm, network) if network.match_weights else network.dense
    return Architecture(arm, network.dilate, network.padding, (network.channels[0], network.channels[1]), dense)


def matching_hidden_units(arm: Arm, network: Network) -> int:
    """Hidden units with which an arm has as many weights as it would have with `same` padding, to the nearest unit."""
    kept, wanted = (
        network.channels[1] * (feature_map_sides(IMAGE_SIDE, arm.kernel_size, arm.dilation, network.dilate, padding)[1] // POOL) ** 2
        for padding in (network.padding, "same")
    )
    around = CLASSES + 1  # weights of a unit beside those that come from features: its own bias, and one to each logit
    return round(network.dense * (wanted + around) / (kept + around))


def use_one_thread() -> None:
    """Let TensorFlow and the BLAS of NumPy and SciPy compute in one thread: a sum's last bits depend on how it is shared out.

    So results depend neither on the machine's cores nor on the OMP_NUM_THREADS of whoever started the
    process. On a GPU, memory is taken as it is needed. Must come before TensorFlow's first operation.
    """
    threadpool_limits(1)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)
    tf.config.experimental.enable_op_determinism()


def keras_network(architecture: Architecture, seed: int) -> keras.Model:
    """A new network; input (n, 28, 28, 1) float32 in [0, 1], output (n, 10) logits.

    Weights are Glorot-uniform (Glorot and Bengio 2010), drawn from `seed` in the same way in every arm.
    """
    layers = [keras.Input((28, 28, 1), name="image")]
    kernel_sizes = (architecture.arm.kernel_size, SECOND_KERNEL_SIZE)
    for index, (channels, size, dilation) in enumerate(zip(architecture.channels, kernel_sizes, architecture.dilations)):
        layers.append(
            keras.layers.Conv2D(
                channels,
                size,
                dilation_rate=dilation,
                padding=architecture.padding,
                kernel_initializer=keras.initializers.GlorotUniform(seed + index),
                name=f"convolution_{index + 1}",
            )
        )
        layers += pooling_layers(architecture.arm.pooling, index + 1)
    layers += [
        keras.layers.Flatten(name="features"),
        keras.layers.Dense(architecture.dense, "relu", kernel_initializer=keras.initializers.GlorotUniform(seed + 2), name="hidden"),
        keras.layers.Dense(CLASSES, kernel_initializer=keras.initializers.GlorotUniform(seed + 3), name="logits"),
    ]
    return keras.Sequential(layers, name="network")


def pooling_layers(pooling: str, index: int) -> list[keras.layers.Layer]:
    """Pooling and ReLU, in the order that costs least."""
    relu = keras.layers.ReLU(name=f"relu_{index}")
    if pooling == "average":
        return [relu, keras.layers.AveragePooling2D(POOL, name=f"pooling_{index}")]
    window = 1 if pooling == "stride" else POOL
    return [keras.layers.MaxPooling2D(window, strides=POOL, name=f"pooling_{index}"), relu]


def pool(features: tf.Tensor, pooling: str, relu: Activation = tf.nn.relu) -> tf.Tensor:
    """Rectified and pooled maps, (n, height // 2, width // 2, channels)."""
    if pooling == "average":
        return tf.nn.avg_pool2d(relu(features), POOL, POOL, "VALID")
    return relu(tf.nn.max_pool2d(features, 1 if pooling == "stride" else POOL, POOL, "VALID"))


@cache
def has_native_dilation() -> bool:
    """Whether `tf.nn.conv2d` has gradients for a dilation above 1 here: with oneDNN or on a GPU.

    Asked outside any graph that is being traced: inside one an operation is only noted down, and nothing raises.
    """
    with tf.init_scope():
        image, kernel, upstream = tf.zeros((1, 5, 5, 1)), tf.zeros((3, 3, 1, 1)), tf.zeros((1, 5, 5, 1))
        how = {"out_backprop": upstream, "strides": [1, 1, 1, 1], "padding": "SAME", "dilations": [1, 2, 2, 1]}
        try:
            tf.raw_ops.Conv2DBackpropInput(input_sizes=image.shape, filter=kernel, **how)
            tf.raw_ops.Conv2DBackpropFilter(input=image, filter_sizes=kernel.shape, **how)
        except tf.errors.OpError:
            return False
    return True


def convolve(features: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, dilation: int, padding: str) -> tf.Tensor:
    """Dilated convolution at stride 1, natively where possible, else by way of space-to-batch."""
    if dilation == 1 or has_native_dilation():
        return tf.nn.conv2d(features, kernel, 1, padding.upper(), dilations=dilation) + bias
    return tf.nn.convolution(features, kernel, padding=padding.upper(), dilations=dilation) + bias


def first_features(weights: Weights, images: tf.Tensor, architecture: Architecture) -> tf.Tensor:
    """What the first convolution makes of (n, 28, 28, 1) images, before pooling and ReLU: linear in them."""
    return convolve(images, weights[0], weights[1], architecture.dilations[0], architecture.padding)


def last_features(weights: Weights, first: tf.Tensor, architecture: Architecture, relu: Activation = tf.nn.relu) -> tf.Tensor:
    """What the last convolution makes of the first one's maps, before pooling and ReLU."""
    pooled_features = pool(first, architecture.arm.pooling, relu)
    return convolve(pooled_features, weights[2], weights[3], architecture.dilations[1], architecture.padding)


def head_logits(weights: Weights, last: tf.Tensor, architecture: Architecture, relu: Activation = tf.nn.relu) -> tf.Tensor:
    """Ten logits an image from the last convolution's maps."""
    features = pool(last, architecture.arm.pooling, relu)
    hidden = relu(tf.reshape(features, (tf.shape(features)[0], weights[4].shape[0])) @ weights[4] + weights[5])
    return hidden @ weights[6] + weights[7]


def logits(weights: Weights, images: tf.Tensor, architecture: Architecture, relu: Activation = tf.nn.relu) -> tf.Tensor:
    """Ten logits for each of (n, 28, 28, 1) images in [0, 1]; `relu` may be one with another gradient."""
    first = first_features(weights, images, architecture)
    return head_logits(weights, last_features(weights, first, architecture, relu), architecture, relu)
