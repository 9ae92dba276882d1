"""Recognition of class models by judges that are none of the grid's networks: nearest neighbours, and a dense network.

A convolutional network of the grid may recognise a class model by what it shares with its maker and not
with a reader of digits. These judges share no architecture with the makers. They learn from the training
digits, and see every image centred and scaled to norm 1, since class models have neither the range nor the
mean of digits.
"""

import warnings
from collections.abc import Mapping
from typing import TypedDict

from kernel_dilation.map_metrics.class_means import smooth_sizes
from kernel_dilation.map_metrics.sharpness import centre_and_normalise

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

JUDGES = ("neighbours", "dense")
NEIGHBOURS = 10
UNITS, EPOCHS = 128, 15  # of the dense network: hidden units, and passes over the digits


class JudgeOpinion(TypedDict):
    """What one judge says, as a plain dictionary that can be sent between processes."""

    accuracy: float  # share of the test digits that the judge classifies correctly
    probabilities: np.ndarray  # (n, 10) float64, of the images in question


def judge_images(digits: Mapping[str, np.ndarray], images: np.ndarray, judge: str, seed: int) -> JudgeOpinion:
    """Train a judge on the training digits, and return its accuracy and its class probabilities for the images.

    `neighbours` gives the shares of the classes among the 10 nearest training digits (Cover and Hart
    1967), where the nearest is the one with the highest correlation. `dense` is a network with one
    hidden layer of 128 units.

    Args:
        digits: `x_train`, `y_train`, `x_test`, `y_test` as in digits.npz, with all ten classes in training.
        images: (n, height, width), of any range of values.
        judge: one of `JUDGES`.
        seed: seed of the dense network's weights and batches.

    Raises:
        ValueError: there is no such judge.
    """
    if judge not in JUDGES:
        raise ValueError(f"a judge must be one of {', '.join(JUDGES)}; got {judge!r}")
    train, test, shown = (as_rows(stack) for stack in (digits["x_train"], digits["x_test"], images))
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the number of epochs is fixed
        if judge == "neighbours":
            model = KNeighborsClassifier(min(NEIGHBOURS, len(train)), algorithm="brute")
        else:
            model = MLPClassifier(UNITS, max_iter=EPOCHS, random_state=seed, learning_rate_init=0.005)
        model.fit(train, digits["y_train"])
        return JudgeOpinion(accuracy=float(model.score(test, digits["y_test"])), probabilities=model.predict_proba(shown))


def as_rows(images: np.ndarray) -> np.ndarray:
    """Return images (n, height, width) as rows (n, pixels) float32 of mean 0 and a standard deviation of 1, or of zeros if constant."""
    rows = centre_and_normalise(images.astype(np.float64)).reshape(len(images), -1)
    return (rows * np.sqrt(rows.shape[1])).astype(np.float32)


def both_views(models: np.ndarray) -> np.ndarray:
    """Return class models (n, height, width) followed by their smoothed absolute values, (2 n, height, width)."""
    return np.concatenate([models, smooth_sizes(models)])


def judge_table(labels: pd.DataFrame, opinions: Mapping[str, JudgeOpinion]) -> pd.DataFrame:
    """Add to the labels of n class models the probability that each judge assigns to their class.

    The columns are `neighbours_confidence` and `dense_confidence` for the signed model, and the same
    with `_unsigned` for its smoothed absolute values.

    Args:
        labels: n rows with the column `class`.
        opinions: by judge, of the images of `both_views` in the order of the labels.
    """
    classes = labels["class"].to_numpy()
    columns = {}
    for view, suffix in enumerate(("", "_unsigned")):
        for judge, opinion in opinions.items():
            probabilities = opinion["probabilities"][view * len(labels) : (view + 1) * len(labels)]
            columns[f"{judge}_confidence{suffix}"] = probabilities[np.arange(len(labels)), classes]
    return labels.assign(**columns)
