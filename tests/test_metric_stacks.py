"""Metrics as arrays, and their change from the network at initialisation."""

from kernel_dilation.analysis.metric_stacks import learned_metrics, metric_names, metric_stacks, of_state
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.paths import TRAINED, UNTRAINED

import numpy as np
import pandas as pd
import pytest

NAN = float("nan")


def metrics() -> pd.DataFrame:
    """Return two replicates of one arm: maps of two images and a class model, trained and untrained, by hand."""
    rows = [
        (0, "gradient", 7, 1, TRAINED, 0.9, 5.0), (0, "gradient", 8, 2, TRAINED, 0.7, NAN),
        (1, "gradient", 7, 1, TRAINED, 0.8, NAN), (1, "gradient", 8, 2, TRAINED, 0.6, 4.0),
        (0, "class_model", NAN, 0, TRAINED, 0.2, NAN), (0, "class_model", NAN, 1, TRAINED, 0.4, NAN), (1, "class_model", NAN, 0, TRAINED, 0.3, NAN),
        (1, "class_model", NAN, 1, TRAINED, 0.5, NAN), (0, "gradient", 7, 1, UNTRAINED, 0.5, 3.0), (1, "gradient", 8, 2, UNTRAINED, 0.4, 3.5),
        (0, "class_model", NAN, 1, UNTRAINED, 0.1, NAN),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["replicate", "method", "image", "class", "state", "gini", "deletion"])
    return table.assign(dilation=2, kernel_size=3, pooling="max", mass_accuracy_chance=0.2).astype({"image": "Int64"})


def test_metrics_are_arrays_of_replicates_and_images():
    stacks = metric_stacks(of_state(metrics(), TRAINED))
    assert stacks["gradient", "gini"][Arm(2, 3, "max")].tolist() == [[0.9, 0.7], [0.8, 0.6]]
    assert np.isnan(stacks["gradient", "deletion"][Arm(2, 3, "max")]).tolist() == [[False, True], [True, False]]
    assert stacks["class_model", "gini"][Arm(2, 3, "max")] == pytest.approx(np.array([[0.3], [0.4]]))  # means over the classes
    assert ("class_model", "deletion") not in stacks


def test_what_is_learned_is_trained_less_untrained_of_the_same_network_and_image():
    # By hand; images and classes that the untrained network lacks are left out.
    learned = learned_metrics(metrics())
    found = {(row.replicate, row.method): (round(row.gini, 6), row.deletion) for row in learned.itertuples()}
    assert found[0, "gradient"] == (0.4, 2.0)
    assert found[1, "gradient"] == (0.2, 0.5)
    assert found[0, "class_model"][0] == 0.3
    assert len(learned) == 3


def test_metrics_of_one_class_model_may_stand_in_several_rows():
    # By hand: a judge's opinions are rows of their own; what is learned is 0.9 - 0.2 for them, and 0.5 - 0.1 for gini, each once.
    keys = {"dilation": 2, "kernel_size": 3, "pooling": "max", "replicate": 0, "method": "class_model", "image": pd.NA, "class": 1}
    rows = [
        {**keys, "state": TRAINED, "gini": 0.5}, {**keys, "state": UNTRAINED, "gini": 0.1},
        {**keys, "state": TRAINED, "judged": 0.9}, {**keys, "state": UNTRAINED, "judged": 0.2},
    ]  # fmt: skip
    stacks = metric_stacks(learned_metrics(pd.DataFrame(rows)))
    assert {metric: stack[Arm(2, 3, "max")].item() for (_, metric), stack in stacks.items()} == pytest.approx({"gini": 0.4, "judged": 0.7})


def test_without_a_state_all_networks_are_trained():
    table = metrics().drop(columns="state")
    assert len(of_state(table, TRAINED)) == len(table)
    assert learned_metrics(table).empty


def test_keys_and_chance_levels_are_no_metrics():
    assert metric_names(metrics()) == ["gini", "deletion"]
