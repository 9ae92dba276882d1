import base64

from kernel_dilation.analysis.accuracy_tables import accuracy_table, confusion_percentages, correctness_table, misclassified_digits, with_arm_columns
from kernel_dilation.experiment.arms import Arm

import numpy as np
import pandas as pd

LABELS = np.array([0, 1, 1, 2])


def logits_of(*predictions: list[int]) -> np.ndarray:
    """Return one-hot logits (replicates, n, 10) for the predictions of each replicate."""
    return np.eye(10, dtype=np.float32)[np.array(predictions)]


def test_accuracy_is_the_percentage_of_correct_predictions_and_validation_is_that_of_the_last_epoch():
    """By hand: 3 of 4 and 4 of 4 predictions are correct."""
    history = pd.DataFrame({"replicate": [0, 0, 1, 1], "epoch": [1, 2, 1, 2], "validation_accuracy": [0.1, 0.5, 0.2, 0.75]})
    table = accuracy_table(Arm(2, 3, "max"), logits_of([0, 1, 7, 2], [0, 1, 1, 2]), LABELS, history)
    assert table["accuracy"].tolist() == [75.0, 100.0]
    assert table["validation_accuracy"].tolist() == [50.0, 75.0]
    assert table[["dilation", "kernel_size", "pooling"]].drop_duplicates().to_numpy().tolist() == [[2, 3, "max"]]


def test_correct_predictions_can_be_read_again_from_their_bits():
    """By hand: the first replicate is right on all but the third of four images, 1101 0000 in bits; the second on all, 1111 0000."""
    table = correctness_table(Arm(2, 3, "max"), logits_of([0, 1, 7, 2], [0, 1, 1, 2]), LABELS)
    assert [base64.b64decode(text) for text in table["correct"]] == [b"\xd0", b"\xf0"]
    assert np.unpackbits(np.frombuffer(base64.b64decode(table["correct"][0]), np.uint8), count=4).tolist() == [1, 1, 0, 1]
    assert table["replicate"].tolist() == [0, 1]


def test_confusion_is_a_percentage_of_each_class():
    """By hand: of four predictions for ones, three are 1 and one is 7."""
    percentages = confusion_percentages(logits_of([0, 1, 7, 2], [0, 1, 1, 2]), LABELS)
    assert percentages[1, 1] == 75
    assert percentages[1, 7] == 25
    assert percentages[0].sum() == 100


def test_the_digits_that_most_networks_misclassify_come_first_with_their_most_frequent_wrong_prediction():
    predictions = np.array([[0, 7, 1, 2], [0, 7, 1, 3], [0, 4, 1, 2]])
    table = misclassified_digits(predictions, LABELS)
    assert table["index"].tolist() == [1, 3]
    assert table["answer"].tolist() == [7, 3]
    np.testing.assert_allclose(table["share"], [1.0, 1 / 3])


def test_an_arms_factors_are_the_first_columns():
    assert with_arm_columns(Arm(1, 5, "stride"), pd.DataFrame({"a": [1]})).columns.tolist() == ["dilation", "kernel_size", "pooling", "a"]
