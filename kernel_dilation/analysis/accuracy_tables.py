"""Accuracy of every network of an arm, and what its answers were."""

from kernel_dilation.experiment.arms import Arm

import numpy as np
import pandas as pd


def accuracy_table(arm: Arm, logits: np.ndarray, labels: np.ndarray, history: pd.DataFrame) -> pd.DataFrame:
    """Test and validation accuracy in percent, a row for each replicate of the arm.

    Args:
        logits: (replicate, n, 10) of the test digits; labels: (n,).
        history: history.csv of the arm; its last epoch counts.
    """
    last = history[history["epoch"] == history["epoch"].max()].sort_values("replicate")
    accuracy, validation = 100 * (logits.argmax(2) == labels).mean(1), 100 * last["validation_accuracy"].to_numpy()
    return with_arm_columns(arm, pd.DataFrame({"replicate": range(len(logits)), "accuracy": accuracy, "validation_accuracy": validation}))


def with_arm_columns(arm: Arm, table: pd.DataFrame) -> pd.DataFrame:
    """The table with the arm's dilation, kernel size and pooling as its first columns."""
    return table.assign(**arm._asdict())[[*arm._fields, *table.columns]]


def confusion_percentages(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Percent of the digits of each class (row) that were given each answer (column), over all replicates; (10, 10)."""
    counts = np.zeros((10, 10))
    np.add.at(counts, (np.broadcast_to(labels, logits.shape[:2]), logits.argmax(2)), 1)
    return 100 * counts / np.maximum(counts.sum(1, keepdims=True), 1)


def misclassified_digits(answers: np.ndarray, labels: np.ndarray) -> pd.DataFrame:
    """How often all networks together got each test digit wrong, and their commonest wrong answer; worst first.

    Args:
        answers: (networks, n) whole numbers; labels: (n,).
    """
    counts = np.stack([(answers == digit).sum(0) for digit in range(10)], 1)
    counts[np.arange(len(labels)), labels] = 0
    table = pd.DataFrame({"index": range(len(labels)), "label": labels, "share": counts.sum(1) / len(answers), "answer": counts.argmax(1)})
    return table[table["share"] > 0].sort_values(["share", "index"], ascending=[False, True])


def confusion_table(arm: Arm, logits: np.ndarray, labels: np.ndarray) -> pd.DataFrame:
    """The same as a table, a row for each class and answer."""
    actual, predicted = np.indices((10, 10)).reshape(2, -1)
    return with_arm_columns(arm, pd.DataFrame({"actual": actual, "predicted": predicted, "percent": confusion_percentages(logits, labels).ravel()}))
