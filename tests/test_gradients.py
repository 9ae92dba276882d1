from kernel_dilation.model.gradients import gradient_graph, image_gradient, map_batches, pixel_gradient
from kernel_dilation.model.network import first_features, keras_network, logits, weight_shapes
from kernel_dilation.saliency_methods import integrated_gradients, smoothgrad

import numpy as np
import pytest
import tensorflow as tf
from small_networks import architecture, options, random_weights, strokes, tensors


@pytest.mark.parametrize("pooling", ["max", "average", "stride"])
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_weights_have_the_shapes_of_the_keras_network(pooling, padding):
    """Oracle: Keras 3.15."""
    of = architecture(2, 5, pooling, padding=padding)
    assert weight_shapes(of) == [weight.shape for weight in keras_network(of, 0).weights]


def test_batches_cover_all_items_in_order():
    np.testing.assert_array_equal(map_batches(lambda part: np.arange(10)[part], 10, size=4), np.arange(10))


def test_gradients_do_not_depend_on_the_batch_size(monkeypatch):
    of = architecture()
    arguments = tensors(random_weights(of)), strokes(7), np.arange(7), of
    whole = image_gradient(*arguments)
    monkeypatch.setattr("kernel_dilation.model.gradients.map_batches.__defaults__", (2,))
    np.testing.assert_allclose(image_gradient(*arguments), whole, atol=1e-6 * np.abs(whole).max())


def test_graphs_are_reused_for_other_networks_and_numbers_of_images():
    of = architecture(3, pooling="average")
    for seed, count in ((0, 3), (1, 5)):
        weights = tensors(random_weights(of, seed))
        image_gradient(weights, strokes(count), np.arange(count), of)
        for method in (smoothgrad, integrated_gradients):
            method.saliency_maps(weights, strokes(count), np.arange(count), of, options())
    graphs = gradient_graph(of, tf.nn.relu), smoothgrad.noisy_gradient_graph(of), integrated_gradients.scaled_gradient_graph(of)
    assert [graph.experimental_get_tracing_count() for graph in graphs] == [1, 1, 1]


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize(("dilation", "kernel_size"), [(1, 3), (2, 5), (7, 3), (5, 5)])
def test_the_gradient_at_the_pixels_is_that_of_tensorflow(dilation, kernel_size, padding):
    """Oracle: TensorFlow's own gradient of the first convolution, for random gradients at its feature maps."""
    of = architecture(dilation, kernel_size, padding=padding)
    weights, images = tensors(random_weights(of)), tf.zeros((3, 28, 28, 1))
    with tf.GradientTape() as tape:
        tape.watch(images)
        first = first_features(weights, images, of)
    upstream = tf.random.stateless_normal(first.shape, (1, 2))
    expected = tape.gradient(first, images, output_gradients=upstream)[..., 0]
    np.testing.assert_allclose(pixel_gradient(weights, upstream, of), expected, atol=1e-5)


@pytest.mark.parametrize("pooling", ["max", "average", "stride"])
def test_the_gradient_of_a_logit_is_that_of_tensorflow(pooling):
    """Oracle: TensorFlow's own gradient through the whole network."""
    of = architecture(2, 3, pooling)
    weights, images, classes = tensors(random_weights(of)), tf.constant(strokes(4)[..., None]), np.arange(4)
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = tf.reduce_sum(tf.gather(logits(weights, images, of), classes, batch_dims=1))
    expected = tape.gradient(value, images)[..., 0]
    np.testing.assert_allclose(image_gradient(weights, strokes(4), classes, of), expected, atol=1e-6)
