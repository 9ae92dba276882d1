"""The convolutional network, as Keras layers for its file and as pure functions for speed.

Both forms compute the same: convolution, pooling and ReLU, all of them twice, then a hidden layer and
ten logits. The hidden layer receives the features of all places, or their mean over places. Max pooling and
subsampling commute with ReLU, so they come first and leave ReLU a quarter of the work. Average pooling does not
commute with ReLU and comes after it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.geometry import POOL, SECOND_KERNEL_SIZE, extent, feature_map_sides, layer_dilations, pooling_window
from kernel_dilation.experiment.parameters import CLASSES, IMAGE_SIDE, Network
from kernel_dilation.model.random_taps import draw_tap_places, spread_taps

import keras
import numpy as np
import tensorflow as tf
from threadpoolctl import threadpool_limits

Weights = list[tf.Tensor]
Activation = Callable[[tf.Tensor], tf.Tensor]


@dataclass(frozen=True)
class Architecture:
    """The architecture of one arm: its factors, and what it shares with all other arms."""

    arm: Arm
    dilate: str = "first"
    padding: str = "same"
    channels: tuple[int, int] = (16, 32)
    dense: int = 64
    head: Literal["flat", "average"] = "flat"  # whether the hidden layer receives the last features of all places or their mean over places
    taps: Literal["lattice", "random"] = "lattice"

    @property
    def first_kernel(self) -> tuple[int, int]:
        """Side of the first kernel as it is stored, and its dilation: taps at random places are stored with all places between."""
        kernel_size, dilation = self.arm.kernel_size, self.arm.dilation
        return (kernel_size, dilation) if self.taps == "lattice" else (extent(kernel_size, dilation), 1)

    @property
    def dilations(self) -> tuple[int, int]:
        """Dilations of the first and the second convolution."""
        return layer_dilations(self.arm.dilation, self.dilate)

    @property
    def feature_sides(self) -> tuple[int, int]:
        """Sides, in pixels, of the feature maps of the first and the second convolution, before pooling."""
        return feature_map_sides(IMAGE_SIDE, self.arm.kernel_size, self.arm.dilation, self.dilate, self.padding)


def build_architecture(arm: Arm, network: Network) -> Architecture:
    """Return the architecture of an arm under the `network` section of the parameters."""
    architecture = Architecture(arm, network.dilate, network.padding, (network.channels[0], network.channels[1]), network.dense, taps=network.taps)
    return architecture if network.match_weights == "own" else replace(architecture, dense=matching_hidden_units(architecture, network.match_weights))


def matching_hidden_units(architecture: Architecture, padding: str) -> int:
    """Return the number of hidden units that gives an arm as many weights as it has with another padding, `same` or `valid`.

    It is rounded to a whole unit, so that the weights of half a unit may be missing or left over.
    """
    kept, wanted = flattened_features(architecture), flattened_features(replace(architecture, padding=padding))
    around = CLASSES + 1  # weights of a hidden unit apart from those on features: its own bias, and one for each logit
    return round(architecture.dense * (wanted + around) / (kept + around))


def flattened_features(architecture: Architecture) -> int:
    """Return the number of features that the hidden layer receives."""
    if architecture.head == "average":
        return architecture.channels[1]
    side = (architecture.feature_sides[1] - pooling_window(architecture.arm.pooling)) // POOL + 1
    return side**2 * architecture.channels[1]


def weight_shapes(architecture: Architecture) -> list[tuple[int, ...]]:
    """Return the shapes of kernel and bias of the four layers, from the input up."""
    side, (first, second), dense = architecture.first_kernel[0], architecture.channels, architecture.dense
    convolutions = [(side, side, 1, first), (SECOND_KERNEL_SIZE, SECOND_KERNEL_SIZE, first, second)]
    kernels = [*convolutions, (flattened_features(architecture), dense), (dense, CLASSES)]
    return [shape for kernel in kernels for shape in (kernel, kernel[-1:])]


def use_one_thread() -> None:
    """Restrict TensorFlow and BLAS to one thread, and make TensorFlow's operations deterministic.

    BLAS is that of NumPy and SciPy. The last bits of a sum depend on how it is divided among threads.
    With one thread, results depend neither on the number of cores nor on OMP_NUM_THREADS. GPU memory is allocated as it is needed.
    Call this before TensorFlow's first operation.
    """
    threadpool_limits(1)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)
    tf.config.experimental.enable_op_determinism()


def initial_seed(seed: int, replicate: int) -> int:
    """Return the seed of the initial weights, which a replicate shares with the same replicate of every other arm."""
    return int(np.random.default_rng((seed, replicate)).integers(2**31 - 8))


def initial_weights(architecture: Architecture, seed: int, replicate: int) -> list[np.ndarray]:
    """Return the eight arrays, float32, with which the training of a replicate begins.

    Args:
        seed: seed of the experiment, `train.seed`.
    """
    return draw_weights(architecture, initial_seed(seed, replicate))


def draw_weights(architecture: Architecture, seed: int) -> list[np.ndarray]:
    """Return the eight arrays, float32, of `keras_network` with this seed, in a tenth of the time that its layers take to build."""
    shapes = weight_shapes(architecture)
    kernels = [np.asarray(keras.initializers.GlorotUniform(seed + index)(shape)) for index, shape in enumerate(shapes[::2])]
    if architecture.taps == "random":
        kernels[0] = random_tap_kernel(architecture, seed)
    return [array for kernel, shape in zip(kernels, shapes[1::2]) for array in (kernel, np.zeros(shape, np.float32))]


def keras_network(architecture: Architecture, seed: int) -> keras.Model:
    """Build a new network with input (n, 28, 28, 1) float32 in [0, 1] and output (n, 10) logits.

    Kernels are Glorot-uniform (Glorot and Bengio 2010), drawn from `seed` in the same way in every arm;
    biases are 0. Taps at random places are drawn from `seed`, too, and are the same for all filters;
    their weights are those that a lattice of taps would have.
    """
    layers = [keras.Input((IMAGE_SIDE, IMAGE_SIDE, 1), name="image")]
    kernels = (architecture.first_kernel, (SECOND_KERNEL_SIZE, architecture.dilations[1]))
    for index, (channels, (size, dilation)) in enumerate(zip(architecture.channels, kernels)):
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
        keras.layers.GlobalAveragePooling2D(name="features") if architecture.head == "average" else keras.layers.Flatten(name="features"),
        keras.layers.Dense(architecture.dense, "relu", kernel_initializer=keras.initializers.GlorotUniform(seed + 2), name="hidden"),
        keras.layers.Dense(CLASSES, kernel_initializer=keras.initializers.GlorotUniform(seed + 3), name="logits"),
    ]
    network = keras.Sequential(layers, name="network")
    if architecture.taps == "random":
        network.get_layer("convolution_1").kernel.assign(random_tap_kernel(architecture, seed))
    return network


def random_tap_kernel(architecture: Architecture, seed: int) -> np.ndarray:
    """Return the first kernel of a new network with taps at random places, (side, side, 1, channels) float32."""
    kernel_size, dilation = architecture.arm.kernel_size, architecture.arm.dilation
    weights = keras.initializers.GlorotUniform(seed)((kernel_size, kernel_size, 1, architecture.channels[0]))
    return spread_taps(np.asarray(weights), draw_tap_places(kernel_size, dilation, seed), architecture.first_kernel[0])


def pooling_layers(pooling: str, index: int) -> list[keras.layers.Layer]:
    """Return the pooling and ReLU layers of convolution `index`, counted from 1, in the cheaper order."""
    relu = keras.layers.ReLU(name=f"relu_{index}")
    if pooling == "average":
        return [relu, keras.layers.AveragePooling2D(POOL, name=f"pooling_{index}")]
    return [keras.layers.MaxPooling2D(pooling_window(pooling), strides=POOL, name=f"pooling_{index}"), relu]


def pool(features: tf.Tensor, pooling: str, relu: Activation = tf.nn.relu) -> tf.Tensor:
    """Rectify and pool feature maps (n, height, width, channels); each side is halved, rounded down (up for `stride`)."""
    if pooling == "average":
        return tf.nn.avg_pool2d(relu(features), POOL, POOL, "VALID")
    return relu(tf.nn.max_pool2d(features, pooling_window(pooling), POOL, "VALID"))


@cache
def has_native_dilation() -> bool:
    """Test whether `tf.nn.conv2d` has gradients for a dilation above 1 on this machine, as it has with oneDNN or a GPU.

    The test runs outside any graph that is being traced, because tracing only records an operation and
    raises nothing.
    """
    with tf.init_scope():
        image, kernel, upstream = tf.zeros((1, 5, 5, 1)), tf.zeros((3, 3, 1, 1)), tf.zeros((1, 5, 5, 1))
        options = {"out_backprop": upstream, "strides": [1, 1, 1, 1], "padding": "SAME", "dilations": [1, 2, 2, 1]}
        try:
            tf.raw_ops.Conv2DBackpropInput(input_sizes=image.shape, filter=kernel, **options)
            tf.raw_ops.Conv2DBackpropFilter(input=image, filter_sizes=kernel.shape, **options)
        except tf.errors.OpError:
            return False
    return True


def convolve(features: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, dilation: int, padding: str) -> tf.Tensor:
    """Convolve at stride 1 with a dilated kernel, natively where possible, otherwise by space-to-batch."""
    if dilation == 1 or has_native_dilation():
        return tf.nn.conv2d(features, kernel, 1, padding.upper(), dilations=dilation) + bias
    return tf.nn.convolution(features, kernel, padding=padding.upper(), dilations=dilation) + bias


def convolve_at_taps(images: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, taps: int, padding: str) -> tf.Tensor:
    """Convolve images (n, side, side, 1) with a kernel (extent, extent, 1, filters) that is zero everywhere but at its taps.

    Each tap shifts the image; the shifted images are combined by the weights. At dilation 7 this takes a
    fifth of the time of a convolution with the whole kernel. No gradient flows to places without a tap,
    which therefore stay zero in training.
    """
    extent = kernel.shape[0]
    reach = extent // 2 if padding == "same" else 0
    places, weights = tap_weights(kernel[:, :, 0], taps)
    padded = tf.pad(tf.convert_to_tensor(images)[..., 0], ((0, 0), (reach, reach), (reach, reach)))
    count, side = tf.shape(padded)[0], padded.shape[1] - extent + 1
    shifted = [tf.slice(padded, (0, places[tap] // extent, places[tap] % extent), (count, side, side)) for tap in range(taps)]
    return tf.nn.conv2d(tf.stack(shifted, -1), weights[tf.newaxis, tf.newaxis], 1, "VALID") + bias


def tap_weights(kernel: tf.Tensor, taps: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the places (taps,) of a kernel's taps, in reading order, and their weights (taps, filters), of a kernel (extent, extent, filters)."""
    flat = tf.reshape(kernel, (-1, kernel.shape[-1]))
    places = tf.math.top_k(tf.cast(tf.reduce_any(flat != 0, 1), tf.float32), taps).indices  # of equal values, the first come first
    return places, tf.one_hot(places, flat.shape[0]) @ flat


def first_features(weights: Weights, images: tf.Tensor, architecture: Architecture) -> tf.Tensor:
    """Return the first convolution's feature maps of images (n, 28, 28, 1), before pooling and ReLU.

    They are an affine function of the images.
    """
    if architecture.taps == "random":
        return convolve_at_taps(images, weights[0], weights[1], architecture.arm.kernel_size**2, architecture.padding)
    return convolve(images, weights[0], weights[1], architecture.dilations[0], architecture.padding)


def last_features(weights: Weights, first: tf.Tensor, architecture: Architecture, relu: Activation = tf.nn.relu) -> tf.Tensor:
    """Return the last convolution's feature maps, before pooling and ReLU, from those of the first."""
    pooled_features = pool(first, architecture.arm.pooling, relu)
    return convolve(pooled_features, weights[2], weights[3], architecture.dilations[1], architecture.padding)


def head_features(weights: Weights, last: tf.Tensor, architecture: Architecture, relu: Activation = tf.nn.relu) -> tf.Tensor:
    """Return the inputs of the hidden layer, (n, features), from the last convolution's feature maps."""
    features = pool(last, architecture.arm.pooling, relu)
    if architecture.head == "average":
        features = tf.reduce_mean(features, axis=(1, 2))
    return tf.reshape(features, (tf.shape(features)[0], weights[4].shape[0]))


def head_logits(weights: Weights, last: tf.Tensor, architecture: Architecture, relu: Activation = tf.nn.relu) -> tf.Tensor:
    """Return logits (n, 10) from the last convolution's feature maps."""
    hidden = relu(head_features(weights, last, architecture, relu) @ weights[4] + weights[5])
    return hidden @ weights[6] + weights[7]


def logits(weights: Weights, images: tf.Tensor, architecture: Architecture, relu: Activation = tf.nn.relu) -> tf.Tensor:
    """Return logits (n, 10) of images (n, 28, 28, 1) in [0, 1]; `relu` may be a ReLU with a modified gradient."""
    first = first_features(weights, images, architecture)
    return head_logits(weights, last_features(weights, first, architecture, relu), architecture, relu)
