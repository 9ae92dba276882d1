"""Tables of the accuracy and of the predictions of an arm's networks."""

from base64 import b64encode

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.parameters import CLASSES

import numpy as np
import pandas as pd


def accuracy_table(arm: Arm, logits: np.ndarray, labels: np.ndarray, history: pd.DataFrame) -> pd.DataFrame:
    """Return test and validation accuracy in percent, one row for each replicate of the arm.

    Args:
        logits: (replicates, n, 10) of the test digits; labels: (n,).
        history: history.csv of the arm, of which the last epoch is taken.
    """
    last = history[history["epoch"] == history["epoch"].max()].sort_values("replicate")
    accuracy, validation = 100 * (logits.argmax(2) == labels).mean(1), 100 * last["validation_accuracy"].to_numpy()
    return with_arm_columns(arm, pd.DataFrame({"replicate": range(len(logits)), "accuracy": accuracy, "validation_accuracy": validation}))


def correctness_table(arm: Arm, logits: np.ndarray, labels: np.ndarray) -> pd.DataFrame:
    """Return which test images each network of the arm classifies correctly, one row for each replicate.

    `correct` has one bit for each image, 1 if it is classified correctly, padded with 0 to whole bytes, in Base64:
    `np.unpackbits(np.frombuffer(base64.b64decode(text), np.uint8), count=n)`. From these, every interval and test of
    accuracy that covers images can be computed again.

    Args:
        logits: (replicates, n, 10) of the test digits; labels: (n,).
    """
    bits = [b64encode(np.packbits(correct).tobytes()).decode() for correct in logits.argmax(2) == labels]
    return with_arm_columns(arm, pd.DataFrame({"replicate": range(len(logits)), "correct": bits}))


def with_arm_columns(arm: Arm, table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with the arm's dilation, kernel size and pooling as its first columns."""
    return table.assign(**arm._asdict())[[*arm._fields, *table.columns]]


def confusion_percentages(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the confusion matrix over all replicates, (10, 10): the percentage of each class (row) predicted as each class (column).

    Args:
        logits: (replicates, n, 10); labels: (n,). The row of a class without digits is 0.
    """
    counts = np.zeros((CLASSES, CLASSES))
    np.add.at(counts, (np.broadcast_to(labels, logits.shape[:2]), logits.argmax(2)), 1)
    return 100 * counts / np.maximum(counts.sum(1, keepdims=True), 1)


def misclassified_digits(predictions: np.ndarray, labels: np.ndarray) -> pd.DataFrame:
    """Return the test digits that any network misclassifies, those that most networks misclassify first.

    Columns: `index` and `label` of the digit, `share` of the networks that misclassify it, and
    `answer`, their most frequent wrong prediction.

    Args:
        predictions: (networks, n) integer classes; labels: (n,).
    """
    counts = np.stack([(predictions == digit).sum(0) for digit in range(CLASSES)], 1)
    counts[np.arange(len(labels)), labels] = 0
    table = pd.DataFrame({"index": range(len(labels)), "label": labels, "share": counts.sum(1) / len(predictions), "answer": counts.argmax(1)})
    return table[table["share"] > 0].sort_values(["share", "index"], ascending=[False, True])


def confusion_table(arm: Arm, logits: np.ndarray, labels: np.ndarray) -> pd.DataFrame:
    """Return the arm's `confusion_percentages` as a table, one row for each actual and predicted class."""
    actual, predicted = np.indices((CLASSES, CLASSES)).reshape(2, -1)
    return with_arm_columns(arm, pd.DataFrame({"actual": actual, "predicted": predicted, "percent": confusion_percentages(logits, labels).ravel()}))
