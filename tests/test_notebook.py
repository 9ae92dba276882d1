"""The notebook in docs/, run cell by cell in a project with two small networks."""

import json
import os
import sys
from pathlib import Path

from kernel_dilation.experiment.arms import parse_arm
from kernel_dilation.experiment.parameters import parse_settings
from kernel_dilation.experiment.paths import DIGITS, NETWORKS, PARAMETERS, network_file
from kernel_dilation.model.network import build_architecture, keras_network
from kernel_dilation.training.keras_writer import keras_bytes
from tests.small_networks import digits
from tools.project_copy import with_changes

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
import yaml

NOTEBOOK = Path("docs/explain_a_digit.ipynb").resolve()
MAX_LINES = 60  # of code, about one screen
TINY = {"network": {"channels": [4, 4], "dense": 8}, "saliency": {"methods": ["gradient", "occlusion"], "steps": 5}}


def code_cells() -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(NOTEBOOK.read_text())["cells"] if cell["cell_type"] == "code"]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Change to the docs folder of a project with tiny parameters, whose networks have random weights, and return the project's folder."""
    monkeypatch.setattr(sys, "path", [*sys.path, os.getcwd()])
    (tmp_path / "docs").mkdir()
    params = with_changes(yaml.safe_load(PARAMETERS.read_text()), TINY)
    (tmp_path / PARAMETERS).write_text(yaml.safe_dump(params))
    settings, arm = parse_settings((tmp_path / PARAMETERS).read_text()), parse_arm("2-3-max")
    (tmp_path / NETWORKS / arm.name).mkdir(parents=True)
    for replicate in range(2):
        content = keras_bytes(keras_network(build_architecture(arm, settings.network), seed=replicate))
        network_file(tmp_path / NETWORKS / arm.name, replicate).write_bytes(content)
    images, labels = digits()
    np.savez(tmp_path / DIGITS, x_test=images[:10], y_test=labels[:10])
    monkeypatch.chdir(tmp_path / "docs")
    plt.switch_backend("agg")  # no window
    return tmp_path


def run_cells(cells: list[str]) -> dict:
    """Run cells in one namespace, as Jupyter does, and return it."""
    namespace: dict = {}
    for cell in cells:
        exec(compile(cell, NOTEBOOK.name, "exec"), namespace)
    plt.close("all")
    return namespace


def test_the_notebook_classifies_the_digit_as_keras_does_and_draws_every_method(project, capsys):
    """Oracle: Keras's prediction, and automatic differentiation of the Keras model."""
    namespace = run_cells(code_cells())
    network = keras.models.load_model(network_file(project / NETWORKS / "2-3-max", 0))
    image = namespace["image"][None, ..., None]
    np.testing.assert_allclose(namespace["probabilities"], keras.ops.softmax(network(image))[0], atol=1e-5)
    assert f"the network predicts {network(image).numpy().argmax()} " in capsys.readouterr().out
    expected = input_gradient(network, image, namespace["predicted"])
    gradient = namespace["maps"][namespace["methods"].index("gradient")]
    np.testing.assert_allclose(gradient, expected, atol=1e-5 * np.abs(expected).max())
    axes = namespace["figure"].axes
    assert [axis.get_title() for axis in axes] == ["digit", "gradient", "occlusion", "class model"]
    np.testing.assert_array_equal(axes[0].images[0].get_array(), namespace["image"])
    np.testing.assert_allclose(axes[1].images[0].get_array(), expected / np.abs(expected).max(), atol=1e-4)


def input_gradient(network: keras.Model, image: np.ndarray, predicted: int) -> np.ndarray:
    """Return the gradient of a logit at the pixels, (28, 28)."""
    import tensorflow as tf

    pixels = tf.constant(image)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        logit = network(pixels)[0, predicted]
    return tape.gradient(logit, pixels)[0, ..., 0].numpy()


def test_another_replicate_and_digit_can_be_chosen(project):
    cells = code_cells()
    changed = [cell.replace('parse_arm("2-3-max"), 0, 0', 'parse_arm("2-3-max"), 1, 4') for cell in cells]
    assert changed != cells
    first, second = run_cells(cells), run_cells(changed)
    assert second["label"] == digits()[1][4]
    assert not np.array_equal(first["probabilities"], second["probabilities"])


def test_the_notebook_fits_a_screen_and_has_no_outputs():
    notebook = json.loads(NOTEBOOK.read_text())
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in notebook["cells"] if cell["cell_type"] == "code")
    assert sum(cell.count("\n") + 1 for cell in code_cells()) <= MAX_LINES


def test_the_arm_of_the_notebook_is_one_of_the_default_run():
    settings = parse_settings(PARAMETERS.read_text())
    arm = parse_arm("2-3-max")
    assert 'parse_arm("2-3-max")' in "".join(code_cells())
    assert arm.dilation in settings.dilations
    assert arm.kernel_size in settings.kernel_sizes
    assert arm.pooling in settings.poolings
