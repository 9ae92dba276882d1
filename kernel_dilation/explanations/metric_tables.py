"""The tables and arrays that the explained replicates of one arm make together."""

from collections.abc import Sequence
from typing import Any

from kernel_dilation.experiment.paths import CLASS_MODEL
from kernel_dilation.model.cross_recognition import confidence_in, mean_of_others

import numpy as np
import pandas as pd

NetworkExplanation = dict[str, Any]  # one replicate, as `explain_network.explain_network` returns it
LAYERS = ("logits", "hidden", "convolution_2", "convolution_1")  # from the top down, as the cascade goes


def metrics_table(replicates: Sequence[NetworkExplanation], images: np.ndarray, classes: np.ndarray, transfer: np.ndarray) -> pd.DataFrame:
    """A row for each replicate, method and image, and for each replicate and class model; a column for each measure.

    Args:
        images, classes: (n,), index and class of every image; a class model's row has no image.
        transfer: (replicates, 10), for the rows of the class models.
    """
    tables = []
    for replicate, explained in enumerate(replicates):
        for method, columns in explained["measures"].items():
            if method == CLASS_MODEL:
                where = {"image": pd.NA, "class": np.arange(len(transfer[replicate])), "transfer": transfer[replicate]}
            else:
                where = {"image": images, "class": classes}
            tables.append(pd.DataFrame({"replicate": replicate, "method": method, **where, **columns}).astype({"image": "Int64"}))
    table = pd.concat(tables, ignore_index=True)
    return table[[*(column for column in table if column != "transfer"), "transfer"]]


def cascade_table(replicates: Sequence[NetworkExplanation]) -> pd.DataFrame:
    """Mean similarity to the network whose layers down to this one were drawn anew, a row for each replicate, method and layer."""
    return pd.DataFrame(
        {"replicate": replicate, "method": method, "layer": layer, "similarity": similarity}
        for replicate, explained in enumerate(replicates)
        for method, similarities in explained["cascade"].items()
        for layer, similarity in zip(LAYERS, similarities)
    )


def recognition_by_other_replicates(probabilities: np.ndarray) -> np.ndarray:
    """Mean probability that the other replicates give each class model, (replicates, 10), NaN where there is no other.

    Args:
        probabilities: (replicates, replicates * 10, 10), of every network for every class model in turn.
    """
    replicates, models, classes = probabilities.shape
    makers, labels = np.divmod(np.arange(models), classes)
    return mean_of_others(confidence_in(probabilities, labels), makers).reshape(replicates, classes)


def stack_replicates(replicates: Sequence[NetworkExplanation], part: str) -> dict[str, np.ndarray]:
    """One array (replicate, …) for each name in a part of the replicates."""
    return {name: np.stack([explained[part][name] for explained in replicates]) for name in replicates[0][part]}
