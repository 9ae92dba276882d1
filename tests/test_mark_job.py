"""Oracles: by construction, a network that looks at the mark and at nothing else, and maps that lie on it or not."""

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.parameters import Mark, Network, parse_settings
from kernel_dilation.model import network
from kernel_dilation.model.network import build_architecture
from kernel_dilation.planted_marks import mark_job
from kernel_dilation.planted_marks.mark_job import find_marks, mark_metrics, training_arrays
from kernel_dilation.planted_marks.marked_digits import mark_digits
from kernel_dilation.saliency_methods import gradient

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from small_networks import PARAMETERS, digits, options

NETWORK = Network(dilate="first", taps="lattice", padding="same", channels=[16, 32], dense=64, match_weights="own")
MARK = Mark(replicates=2, images=2000, explained_images=20, epochs=2, batch_size=32, learning_rate=0.004, seed=0)


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    images, _ = digits()
    return {"x_train": images[:2000], "x_validation": images[2000:2100], "x_test": images[4000:4500]}


@pytest.fixture(scope="module")
def results(arrays):
    patch = pytest.MonkeyPatch()
    patch.setattr(mark_job, "report_progress", lambda advance: None)  # there is no worker
    patch.setattr(network, "use_one_thread", lambda: None)  # only a new process can be restricted to one thread
    found = find_marks(arrays, Arm(2, 3, "max"), NETWORK, MARK, options(methods=["gradient", "integrated_gradients", "grad_cam"]))
    yield {name: pd.DataFrame(table) for name, table in found.items()}
    patch.undo()


def test_the_networks_find_the_mark_and_rely_on_nothing_else(results):
    """By construction, nothing but the mark tells the class."""
    assert len(results["networks"]) == MARK.replicates
    assert results["networks"]["accuracy"].min() > 0.95
    assert results["networks"]["confidence_without_mark"].max() < 0.3
    assert (results["networks"]["confidence_with_change_elsewhere"] > results["networks"]["confidence"] - 0.1).all()


def test_gradients_show_the_mark_far_above_chance_and_edges_less(results):
    means = results["maps"].query("state == 'trained'").groupby("method")[["mark_share", "mark_hit", "mark_chance"]].mean()
    assert means.loc["integrated_gradients", "mark_hit"] > 0.9
    assert means.loc["gradient", "mark_share"] > 10 * means.loc["gradient", "mark_chance"]
    assert means.loc["image", "mark_hit"] == pytest.approx(9 / 14)  # the brightest pixels: nine of the mark and five of the decoy
    assert means.loc["edges", "mark_share"] < means.loc["gradient", "mark_share"]


def test_there_is_a_row_for_each_replicate_method_and_image(results):
    assert results["maps"]["method"].unique().tolist() == ["gradient", "integrated_gradients", "grad_cam", "image", "edges"]
    assert (results["maps"].groupby(["state", "replicate", "method"]).size() == MARK.explained_images).all()


def test_untrained_networks_do_not_find_the_mark(results, arrays):
    """Oracle: the gradients of the network with the initial weights of the training."""
    of_untrained = results["maps"].query("state == 'untrained'")
    assert set(of_untrained["method"]) == {"gradient", "integrated_gradients", "grad_cam"}  # baselines belong to no network
    of = build_architecture(Arm(2, 3, "max"), NETWORK)
    _, shown = training_arrays(arrays, MARK, 1)
    weights = [tf.constant(weight) for weight in network.initial_weights(of, MARK.seed, 1)]
    gradients = gradient.saliency_maps(weights, shown.images / np.float32(255), shown.places, of, options())
    expected = mark_metrics(gradients, shown)["mark_share"]
    np.testing.assert_allclose(of_untrained.query("method == 'gradient' and replicate == 1")["mark_share"], expected, rtol=1e-4)
    shares = results["maps"].groupby(["state", "method"])["mark_share"].mean()
    assert shares["untrained", "gradient"] < shares["trained", "gradient"] / 2


def test_the_metrics_of_a_map_on_the_mark_and_of_a_flat_map():
    """By hand: the mark has 9 of 784 pixels."""
    shown = mark_digits(np.zeros((10, 28, 28), np.uint8), (0,))
    for name, values in mark_metrics(-2.0 * shown.masks(), shown).items():
        np.testing.assert_allclose(values, 9 / 784 if name == "mark_chance" else 1)
    for values in mark_metrics(np.ones((10, 28, 28)), shown).values():
        np.testing.assert_allclose(values, 9 / 784)


def test_replicates_see_different_marks_and_all_arms_the_same(arrays):
    (first, shown), (again, _), (second, _) = (training_arrays(arrays, MARK, replicate) for replicate in (0, 0, 1))
    assert first["x_train"].tobytes() == again["x_train"].tobytes() != second["x_train"].tobytes()
    assert len(shown.images) == MARK.explained_images
    np.testing.assert_array_equal(shown.places, first["y_test"][: MARK.explained_images])


def test_a_batch_larger_than_the_marked_digits_is_refused():
    text = PARAMETERS.read_text()
    start = text.index("\nmark:")
    text = text[:start] + text[start:].replace("images: 2000 ", "images: 16 ", 1)
    with pytest.raises(ValueError, match=r"mark.batch_size: must be at most mark.images, 16 \(got 32\)"):
        parse_settings(text)
