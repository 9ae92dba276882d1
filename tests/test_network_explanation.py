"""The complete explanation of one network, and the tables that combine several."""

from kernel_dilation.explanations.activations import network_activations
from kernel_dilation.explanations.explanation_batch import ExplanationBatch
from kernel_dilation.explanations.metric_tables import LAYERS, cascade_table, metrics_table, recognition_by_other_replicates, stack_replicates
from kernel_dilation.explanations.network_explanation import explain_network
from kernel_dilation.explanations.subset_metrics import other_class_similarities, other_classes, probed_indices, subset_indices, subset_metrics
from kernel_dilation.map_metrics.agreement import replicate_agreement
from kernel_dilation.model.gradients import gradient_graph, image_logits
from kernel_dilation.model.network import initial_weights, logits

import numpy as np
import pytest
import tensorflow as tf
from small_networks import architecture, digits, linear_network, options, random_weights, strokes, tensors, trained_network

PROBED, COUNT = 10, 12
IMAGES, CLASSES, MEANS = strokes(COUNT), np.arange(COUNT) % 10, strokes(10, seed=5)
OPTIONS = options(methods=["gradient", "grad_cam"], steps=5)
CHANCES = ["mass_accuracy", "rank_accuracy", "pointing_hit", "mask_overlap", "box_overlap", "deletion", "insertion"]


@pytest.fixture(scope="module")
def replicates():
    of = architecture()
    return [explain_network(random_weights(of, seed), of, IMAGES, CLASSES, MEANS, OPTIONS, seed) for seed in (0, 1)]


def test_an_explanation_has_all_of_its_parts(replicates):
    first, second = replicates
    assert {method: maps.shape for method, maps in first["maps"].items()} == dict.fromkeys(["gradient", "grad_cam"], (COUNT, 28, 28))
    rows = ["gradient", "grad_cam", "image", "edges", "class_model", "class_model_regularised"]
    assert list(first["measures"]) == list(first["autocorrelations"]) == rows
    assert list(first["spectra"]) == ["gradient", "grad_cam", "class_model"]
    assert {models.shape for models in first["class_models"].values()} == {(10, 28, 28)}
    assert (first["autocorrelations"]["edges"].shape, first["logits"].shape, first["receptive_field"].shape) == ((29,), (10, 10), (28, 28))
    assert first["activations"]
    assert not second["activations"]


def test_every_chance_level_follows_its_metric(replicates):
    columns = list(replicates[0]["measures"]["gradient"])
    for name in CHANCES:
        assert columns.index(f"{name}_chance") == columns.index(name) + 1


def test_the_subsets_of_replicates_cover_many_images():
    """By hand: ten of twelve, then the last two and the first eight."""
    assert subset_indices(12, 10, 0).tolist() == [*range(10)]
    assert subset_indices(12, 10, 1).tolist() == [10, 11, *range(8)]
    assert subset_indices(5, 10, 3).tolist() == [*range(5)]
    assert {*np.concatenate([subset_indices(500, 50, replicate) for replicate in range(10)]).tolist()} == {*range(500)}


def test_untrained_networks_are_probed_on_some_of_the_images_of_the_trained_ones():
    """By hand: ten of twelve are probed; of these, replicate 0 takes the first three and replicate 1 the next three."""
    probed = OPTIONS.model_copy(update={"probed_images": 10, "probed_untrained": 3})
    assert probed_indices(12, probed, 0, "trained").tolist() == [*range(10)]
    assert probed_indices(12, probed, 0, "untrained").tolist() == [0, 1, 2]
    assert probed_indices(12, probed, 1, "untrained").tolist() == [1, 2, 3]  # at places 3 to 5 of 10, 11, 0, 1, 2, 3, ...
    assert len(probed_indices(2, probed, 0, "untrained")) == 2


def test_an_untrained_network_has_every_metric_but_faithfulness():
    of = architecture()
    weights = initial_weights(of, 0, 0)
    explained = explain_network(weights, of, IMAGES, CLASSES, MEANS, OPTIONS, 0, "untrained")
    trained = explain_network(weights, of, IMAGES, CLASSES, MEANS, OPTIONS, 0)
    assert not explained["activations"]
    assert set(trained["measures"]) - set(explained["measures"]) == {"image", "edges", "class_model_regularised"}
    for method, columns in explained["measures"].items():
        missing = (
            {} if method.startswith("class_model") else {name for name in trained["measures"][method] if name.startswith(("deletion", "insertion"))}
        )
        assert set(trained["measures"][method]) - set(columns) == set(missing)
    for name, count in (("randomization_similarity", OPTIONS.probed_untrained), ("gini", COUNT)):
        values = explained["measures"]["gradient"][name]
        assert np.isfinite(values).sum() == count
        np.testing.assert_array_equal(values[:count], trained["measures"]["gradient"][name][:count], err_msg=name)


def test_every_other_class_is_drawn_and_never_the_own_one():
    classes = np.arange(4000) % 10
    others = other_classes(classes, (0, 1))
    assert {*zip(classes.tolist(), others.tolist())} == {(own, other) for own in range(10) for other in range(10) if own != other}


def test_maps_of_logits_that_depend_on_the_same_pixel_are_alike_and_others_are_not():
    """By construction: all logits but the last are multiples of the first, so that their gradients have the same ranks; the last is independent."""
    of, weights, _ = linear_network()
    weights[6][:, 1:9] = weights[6][:, :1] * np.arange(2, 10)
    batch = ExplanationBatch(tensors(weights), of, strokes(8), np.arange(8), options())
    alike = other_class_similarities(batch, {"gradient": batch.saliency_maps("gradient")}, (0, 0))["gradient"]
    to_last = other_classes(np.arange(8), (0, 0)) == 9
    np.testing.assert_allclose(alike[~to_last], 1, atol=1e-5)
    assert (np.abs(alike[to_last]) < 0.7).all()


def test_a_gain_is_the_difference_from_the_chance_level_of_the_network(replicates):
    columns = replicates[0]["measures"]["edges"]
    for name, sign in (("deletion", -1), ("insertion", 1)):
        np.testing.assert_array_equal(columns[f"{name}_gain"], sign * (columns[name] - columns[f"{name}_chance"]))
        assert np.isfinite(columns[name]).sum() == PROBED


def test_costly_metrics_are_computed_on_a_subset(replicates):
    for method in ("gradient", "grad_cam"):
        columns = replicates[0]["measures"][method]
        for name in ("deletion", "insertion", "max_sensitivity", "output_sensitivity", "randomization_similarity", "other_class_similarity"):
            empty = (
                ~replicates[0]["maps"][method].any((1, 2)) if name.endswith("sensitivity") else np.zeros(COUNT, bool)
            )  # a map of zeros has no norm to divide by
            np.testing.assert_array_equal(np.isnan(columns[name]), empty | (np.arange(COUNT) >= PROBED), err_msg=name)
        for name in ("gini", "mask_overlap"):
            assert np.isfinite(columns[name]).all(), name


def test_randomization_similarity_is_the_mean_of_its_cascade(replicates):
    for method, similarities in replicates[0]["cascade"].items():
        assert len(similarities) == len(LAYERS)
        assert np.nanmean(replicates[0]["measures"][method]["randomization_similarity"]) == pytest.approx(similarities.mean())


def test_logits_are_those_of_the_class_models(replicates):
    of = architecture()
    expected = image_logits(tensors(random_weights(of, 0)), replicates[0]["class_models"]["class_model"], of)
    np.testing.assert_array_equal(replicates[0]["logits"], expected)
    own = np.exp(expected) / np.exp(expected).sum(1, keepdims=True)
    np.testing.assert_allclose(replicates[0]["measures"]["class_model"]["confidence"], np.diag(own), rtol=1e-5)


def test_explanations_are_reproducible(replicates):
    of = architecture()
    again = explain_network(random_weights(of, 1), of, IMAGES, CLASSES, MEANS, OPTIONS, 1)
    for method, columns in again["measures"].items():
        for name, column in columns.items():
            np.testing.assert_array_equal(column, replicates[1]["measures"][method][name], err_msg=name)


def test_replicates_share_one_graph(replicates):
    assert gradient_graph(architecture(), tf.nn.relu).experimental_get_tracing_count() == 1


def test_a_network_with_infinite_weights_is_refused_with_the_name_of_the_method():
    of = architecture()
    weights = random_weights(of)
    weights[6][:] = np.inf
    with pytest.raises(ValueError, match="gradient: a map must be finite; map 0 contains"):
        explain_network(weights, of, IMAGES, CLASSES, MEANS, OPTIONS, 0)


def test_a_faithful_method_is_better_than_chance_on_a_trained_network():
    """Oracle: the definition of faithfulness; removing the most salient pixels lowers confidence more than removing random ones."""
    of, weights = trained_network(1, "max")
    images, classes = digits()
    batch = ExplanationBatch(tensors(weights), of, images[4500:4510] / np.float32(255), classes[4500:4510], options())
    columns, _ = subset_metrics(batch, {"integrated_gradients": batch.saliency_maps("integrated_gradients")}, {}, 0)
    metrics = columns["integrated_gradients"]
    assert metrics["deletion"].mean() < metrics["deletion_chance"].mean() - 0.2
    np.testing.assert_array_equal(metrics["deletion_chance"], metrics["insertion_chance"])


def test_metrics_form_one_tidy_table(replicates):
    table = metrics_table(replicates, np.arange(COUNT) * 3, CLASSES, np.arange(20).reshape(2, 10) / 20)
    assert list(table.columns[:5]) == ["replicate", "state", "method", "image", "class"]
    assert len(table) == 2 * (4 * COUNT + 2 * 10)
    models = table[table["method"] == "class_model"]
    assert models["image"].isna().all()
    assert models["class"].tolist() == [*range(10)] * 2
    assert models["transfer"].tolist() == (np.arange(20) / 20).tolist()
    row = table[(table["replicate"] == 1) & (table["method"] == "grad_cam") & (table["image"] == 6)].iloc[0]
    assert (row["class"], row["gini"]) == (2, replicates[1]["measures"]["grad_cam"]["gini"][2])
    assert table["transfer"].notna().sum() == 20
    expected = replicate_agreement(np.stack([replicate["maps"]["grad_cam"] for replicate in replicates]))["agreement_ssim"][1, 2]
    assert row["agreement_ssim"] == expected
    assert table[table["method"] == "edges"]["agreement_ssim"].isna().all()


def test_cascades_form_one_tidy_table(replicates):
    table = cascade_table(replicates)
    assert list(table.columns) == ["replicate", "method", "layer", "similarity"]
    assert len(table) == 2 * 2 * len(LAYERS)
    row = table[(table["replicate"] == 1) & (table["method"] == "gradient") & (table["layer"] == "hidden")]
    assert row["similarity"].item() == replicates[1]["cascade"]["gradient"][1]


def test_recognition_within_an_arm_excludes_the_maker():
    """By hand: network n assigns 0.1 n to every class, so the means of the other two are 0.15, 0.1 and 0.05."""
    probabilities = np.repeat(np.arange(3) / 10, 300).reshape(3, 30, 10)
    np.testing.assert_allclose(recognition_by_other_replicates(probabilities), np.repeat([0.15, 0.1, 0.05], 10).reshape(3, 10))


def test_replicates_are_stacked_by_name(replicates):
    stack = stack_replicates(replicates, "maps")
    assert stack["gradient"].shape == (2, COUNT, 28, 28)
    np.testing.assert_array_equal(stack["gradient"][1], replicates[1]["maps"]["gradient"])


@pytest.mark.parametrize("pooling", ["max", "average", "stride"])
def test_activations_are_those_of_the_network(pooling):
    """Oracle: the logits of the whole network; for `stride`, also pooling by hand."""
    of = architecture(pooling=pooling)
    weights = random_weights(of)
    activations = network_activations(tensors(weights), IMAGES[0], of, options(steps=2))
    np.testing.assert_allclose(activations["logits"], logits(tensors(weights), IMAGES[:1, ..., None], of)[0], rtol=1e-5)
    shapes = [activations[name].shape for name in ("kernels", "first_maps", "first_pooled", "last_maps", "last_pooled", "filters_from_black")]
    assert shapes == [(3, 3, 3), (28, 28, 3), (14, 14, 3), (14, 14, 4), (7, 7, 4), (4, 28, 28)]
    if pooling == "stride":
        np.testing.assert_array_equal(activations["first_pooled"], np.maximum(activations["first_maps"][::2, ::2], 0))


def test_activations_of_a_network_that_copies_the_image_are_the_image():
    """By hand: each convolution adds a bias of 1, and pooling averages."""
    of, weights, _ = linear_network()
    activations = network_activations(tensors(weights), IMAGES[0], of, options(steps=2))
    np.testing.assert_allclose(activations["first_maps"][..., 0], IMAGES[0] + 1, atol=1e-6)
    np.testing.assert_allclose(activations["last_maps"][..., 0], IMAGES[0].reshape(14, 2, 14, 2).mean((1, 3)) + 2, atol=1e-6)
