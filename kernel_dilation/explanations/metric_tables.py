"""Tables and arrays that combine the explanations of all replicates of one arm."""

from collections.abc import Sequence
from typing import Literal, TypedDict

from kernel_dilation.experiment.paths import CLASS_MODEL, TRAINED
from kernel_dilation.map_metrics.agreement import replicate_agreement
from kernel_dilation.model.cross_recognition import confidence_in, mean_of_others

import numpy as np
import pandas as pd

LAYERS = ("logits", "hidden", "convolution_2", "convolution_1")  # from the output down, the order of the cascade

ArraysByMethod = dict[str, np.ndarray]
Columns = dict[str, np.ndarray]  # by name


class NetworkExplanation(TypedDict):
    """The explanation of one replicate, in plain dictionaries that can be unpickled without TensorFlow.

    Metrics have one number per image, or per class for class models, and NaN where they were not computed.
    """

    maps: ArraysByMethod  # saliency maps (n, 28, 28) float32
    spectra: ArraysByMethod  # mean power spectrum (28, 28) float32, also of the class models
    autocorrelations: ArraysByMethod  # mean autocorrelation (29,) at each lag, also of the class models and of the baselines
    measures: dict[str, Columns]  # by method: metrics (n,), also of the baselines; and of the class models, (10,)
    cascade: ArraysByMethod  # mean similarity (layers,) to the map of each partly random network of `LAYERS`
    class_models: ArraysByMethod  # (10, 28, 28) float32, plain and regularised
    logits: np.ndarray  # (10, 10) float32, of the plain class models
    receptive_field: np.ndarray  # (28, 28) float32, the effective one
    activations: dict[str, np.ndarray]  # as in `activations.network_activations`; empty except for the trained network of replicate 0


def metrics_table(
    replicates: Sequence[NetworkExplanation], images: np.ndarray, classes: np.ndarray, transfer: np.ndarray, state: str = TRAINED
) -> pd.DataFrame:
    """Tabulate all metrics, one row per replicate, method and image, and per replicate and class model.

    Args:
        images, classes: (n,), index and class of each image; rows of class models have no image.
        transfer: (replicates, 10), recognition by other replicates, for the rows of plain class models.
        state: of the networks, `trained` or `untrained`; the column of this name.
    """
    stacks = {**stack_replicates(replicates, "maps"), **stack_replicates(replicates, "class_models")}
    agreement = {method: replicate_agreement(stack) for method, stack in stacks.items()}
    tables = []
    for replicate, explanation in enumerate(replicates):
        for method, columns in explanation["measures"].items():
            if method in explanation["class_models"]:
                where = {"image": pd.NA, "class": np.arange(len(transfer[replicate]))}
            else:
                where = {"image": images, "class": classes}
            agreed = {name: values[replicate] for name, values in agreement.get(method, {}).items()}
            recognised = {"transfer": transfer[replicate]} if method == CLASS_MODEL else {}
            labels = {"replicate": replicate, "state": state, "method": method}
            tables.append(pd.DataFrame({**labels, **where, **columns, **agreed, **recognised}).astype({"image": "Int64"}))
    table = pd.concat(tables, ignore_index=True)
    return table[[*(column for column in table if column != "transfer"), "transfer"]]


def cascade_table(replicates: Sequence[NetworkExplanation]) -> pd.DataFrame:
    """Tabulate the sanity check, one row per replicate, method and layer.

    `similarity` is the mean similarity to the maps of the network that is randomised from the output down
    to `layer`.
    """
    return pd.DataFrame(
        {"replicate": replicate, "method": method, "layer": layer, "similarity": similarity}
        for replicate, explanation in enumerate(replicates)
        for method, similarities in explanation["cascade"].items()
        for layer, similarity in zip(LAYERS, similarities)
    )


def recognition_by_other_replicates(probabilities: np.ndarray) -> np.ndarray:
    """Return the mean probability that the other replicates assign to the class of each class model, (replicates, 10).

    It is NaN where there is no other replicate.

    Args:
        probabilities: (replicates, replicates * 10, 10), of every network for all class models.
    """
    replicates, models, classes = probabilities.shape
    makers, labels = np.divmod(np.arange(models), classes)
    return mean_of_others(confidence_in(probabilities, labels), makers).reshape(replicates, classes)


def stack_replicates(
    replicates: Sequence[NetworkExplanation], part: Literal["maps", "spectra", "autocorrelations", "class_models"]
) -> ArraysByMethod:
    """Stack the arrays of each name in a part of the explanations, (replicate, …)."""
    return {name: np.stack([explanation[part][name] for explanation in replicates]) for name in replicates[0][part]}
