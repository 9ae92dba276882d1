from kernel_dilation.explanations.class_models import (
    ascent_graph,
    generate_class_models,
    generate_from_starts,
    generate_regularised_class_models,
    jitter_schedule,
    maximise_filters,
    relu_leak_schedule,
    variation_gradient,
)
from kernel_dilation.model.gradients import image_logits
from kernel_dilation.model.network import first_features, last_features

import numpy as np
import pytest
import tensorflow as tf
from small_networks import architecture, linear_network, one_pixel_network, options, random_weights, strokes, tensors, trained_network

PATIENT = {"steps": 400, "step_size": 0.01}


def test_the_class_model_of_a_linear_network_is_its_weights_over_twice_lambda():
    """Oracle: analytic, the maximum of w I - lambda |I|^2."""
    of, weights, gradients = linear_network()
    models = generate_class_models(tensors(weights), of, options(weight_decay=3.0, **PATIENT))
    np.testing.assert_allclose(models, gradients / 6, atol=0.01)
    assert np.corrcoef(models.ravel(), gradients.ravel())[0, 1] > 0.999


def test_the_filter_model_of_a_linear_network_is_flat():
    """Oracle: analytic. Each pixel contributes a quarter to the mean of one pooling window, hence 1/4 / (2 lambda)."""
    of, weights, _ = linear_network()
    black = np.zeros((28, 28), np.float32)
    models = maximise_filters(tensors(weights), np.array([0]), black, of, options(weight_decay=0.5, **PATIENT))
    np.testing.assert_allclose(models[0], 0.25, atol=0.01)


def test_filter_models_start_from_the_given_image():
    of = architecture()
    start = strokes(1)[0]
    one_step = options(steps=1, step_size=0.001)
    models = maximise_filters(tensors(random_weights(of)), np.arange(3), start, of, one_step)
    np.testing.assert_allclose(models, np.repeat(start[None], 3, 0), atol=0.0011)


def test_each_filter_responds_more_to_its_model_than_to_black():
    of = architecture(pooling="average")
    weights = tensors(random_weights(of))
    models = maximise_filters(weights, np.arange(4), np.zeros((28, 28), np.float32), of, options(weight_decay=0.01))
    black, own = (last_features(weights, first_features(weights, images[..., None], of), of).numpy().sum((1, 2)) for images in (0 * models, models))
    assert (np.diag(own) > np.diag(black)).all()


@pytest.mark.parametrize(("dilation", "pooling"), [(1, "max"), (4, "average")])
def test_a_trained_network_recognises_its_class_models(dilation, pooling):
    of, weights = trained_network(dilation, pooling)
    models = generate_class_models(tensors(weights), of, options(steps=60, weight_decay=0.5))
    assert image_logits(tensors(weights), models, of).argmax(1).tolist() == list(range(10))


def test_a_larger_lambda_gives_images_of_smaller_norm():
    of, weights = trained_network(1, "max")
    small, large = ((generate_class_models(tensors(weights), of, options(steps=60, weight_decay=decay)) ** 2).sum((1, 2)) for decay in (2.0, 0.5))
    assert (small < large).all()


def test_total_variation_smooths_the_models():
    """By hand: the class model of a linear network consists of blocks, and each edge is penalised by its height."""
    of, weights, gradients = linear_network()
    plain, smooth = (
        generate_regularised_class_models(tensors(weights), of, options(total_variation=weight, jitter_pixels=0, **PATIENT)) for weight in (0.0, 0.05)
    )
    heights = [np.abs(np.diff(models, axis=1)).sum() + np.abs(np.diff(models, axis=2)).sum() for models in (plain, smooth)]
    assert heights[1] < 0.8 * heights[0]
    assert np.corrcoef(smooth.ravel(), gradients.ravel())[0, 1] > 0.9


def test_jitter_shifts_by_whole_pixels_drawn_from_the_seed_and_changes_the_models():
    shifts = jitter_schedule(options(jitter_pixels=2, steps=500))
    assert set(shifts.ravel()) == {-2, -1, 0, 1, 2}
    assert not jitter_schedule(options(jitter_pixels=0)).any()
    of, weights = trained_network(1, "max")
    still, shifted, other = (
        generate_regularised_class_models(tensors(weights), of, options(jitter_pixels=pixels, seed=seed)) for pixels, seed in ((0, 0), (1, 0), (1, 1))
    )
    assert np.abs(still - shifted).max() > 0.01
    assert np.abs(other - shifted).max() > 0.01


def test_without_total_variation_and_jitter_the_regularised_class_models_are_the_plain_ones():
    of, weights = trained_network(1, "max")
    none = options(total_variation=0.0, jitter_pixels=0)
    np.testing.assert_array_equal(
        generate_regularised_class_models(tensors(weights), of, none), generate_class_models(tensors(weights), of, options(total_variation=1.0))
    )


def test_every_start_reaches_the_only_maximum_of_a_linear_network():
    """Oracle: analytic; w I - lambda |I|^2 has one maximum, and the first start is that of the plain class models."""
    of, weights, _ = linear_network()
    patient = options(weight_decay=3.0, **PATIENT)
    starts = generate_from_starts(tensors(weights), of, patient, 3)
    assert starts.shape == (3, 10, 28, 28)
    np.testing.assert_allclose(starts[0], generate_class_models(tensors(weights), of, patient), atol=1e-6)
    np.testing.assert_allclose(starts[1:], np.stack([starts[0], starts[0]]), atol=1e-3)


def test_starts_lead_to_different_images_with_max_pooling_and_to_the_same_with_average_pooling():
    """The review of the study measured a correlation below 0.5 with max pooling and of 0.996 with average pooling."""
    likeness = {}
    for pooling in ("max", "average"):
        of, weights = trained_network(1, pooling)
        first, second = generate_from_starts(tensors(weights), of, options(steps=60, weight_decay=1.0), 2)
        likeness[pooling] = np.corrcoef(first.ravel(), second.ravel())[0, 1]
    assert likeness["max"] < 0.8
    assert likeness["average"] > 0.95


def test_the_gradient_of_the_total_variation_is_that_of_tensorflow():
    """Oracle: TensorFlow's gradient of `tf.image.total_variation`, for images with and without equal neighbours."""
    images = tf.constant(np.random.default_rng(0).integers(0, 3, (4, 28, 28, 1)), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = tf.reduce_sum(tf.image.total_variation(images))
    np.testing.assert_array_equal(variation_gradient(images), tape.gradient(value, images))


def test_class_models_are_reproducible():
    of, weights = trained_network(1, "max")
    once, twice = (generate_regularised_class_models(tensors(weights), of, options(jitter_pixels=1)) for _ in range(2))
    assert once.tobytes() == twice.tobytes()
    assert (once.shape, once.dtype) == ((10, 28, 28), np.float32)


def test_a_network_without_a_gradient_leaves_the_image_black():
    of = architecture()
    weights = [0 * weight for weight in random_weights(of)]
    assert np.abs(generate_class_models(tensors(weights), of, options())).max() < 1e-4


def test_a_network_with_only_inactive_relus_at_black_still_has_class_models():
    """By hand: once its ReLUs are active, logit 0 is 2 p - 0.2, where p is pixel (8, 8)."""
    of, weights = one_pixel_network([2], [-0.1], [1])
    weights[1] = np.array([-0.05], np.float32)
    model = generate_class_models(tensors(weights), of, options(steps=200, weight_decay=0.5))[0]
    assert model[8, 8] == pytest.approx(2, abs=0.05)  # where 2 p - p^2 / 2 has its maximum
    model[8, 8] = 0
    assert np.abs(model).max() < 1e-4


def test_the_relu_leak_falls_to_zero_half_way():
    np.testing.assert_allclose(relu_leak_schedule(8), [0.3, 0.225, 0.15, 0.075, 0, 0, 0, 0], atol=1e-7)


def test_ties_of_max_pooling_favour_no_corner():
    """From uniform black, all ties would go to even rows and columns, and a kernel dilated by 2 or 4 would keep them there."""
    of, weights = trained_network(2, "max")
    models = np.abs(generate_class_models(tensors(weights), of, options(steps=60, weight_decay=1.0)))
    corner = models[:, ::2, ::2].sum() / models.sum()
    assert 0.2 < corner < 0.35


def test_a_step_of_the_ascent_is_not_inlined():
    """Otherwise the gradient of max pooling falls back on a slow kernel, but only in some processes, so that no timing could test it."""
    of = architecture()
    generate_class_models(tensors(random_weights(of)), of, options())
    library = ascent_graph(of, 0.0, 0).get_concrete_function().graph.as_graph_def().library
    separate = [function for function in library.function if function.attr["_noinline"].b]
    assert any(node.op == "MaxPoolGrad" for function in separate for node in function.node_def)
