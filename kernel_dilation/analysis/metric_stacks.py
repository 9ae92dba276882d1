"""Metrics of every network on every image as arrays, and their change from the network at initialisation."""

from collections.abc import Mapping

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.paths import CLASS_MODEL, REGULARISED, TRAINED, UNTRAINED
from kernel_dilation.statistics.block_tables import Floats

import numpy as np
import pandas as pd

CLASS_MODEL_METHODS = (CLASS_MODEL, REGULARISED)
BEFORE = "_at_initialisation"
LEARNED = "_learned"  # the end of the names of families on what training adds
ARM = list(Arm._fields)
KEYS = [*ARM, "replicate", "method", "image", "class"]
NO_METRICS = (*KEYS, "state")
Stack = Mapping[Arm, Floats]  # (replicates, images) by arm
Stacks = dict[tuple[str, str], Stack]  # by method and metric


def metric_names(metrics: pd.DataFrame) -> list[str]:
    """Return the columns that hold metrics of networks; chance levels are none, and metrics relative to chance have columns of their own."""
    return [name for name in metrics.columns if name not in NO_METRICS and not name.endswith("_chance")]


def of_state(metrics: pd.DataFrame, state: str) -> pd.DataFrame:
    """Return the rows of trained or of untrained networks, without the column `state`; without that column all are trained."""
    if "state" not in metrics:
        return metrics if state == TRAINED else metrics.iloc[:0]
    return metrics[metrics["state"] == state].drop(columns="state")


def learned_metrics(metrics: pd.DataFrame) -> pd.DataFrame:
    """Return trained minus untrained: what training adds to each metric, one row for each network and image that has both.

    Replicate r is compared with itself at initialisation, on the same image or class. A difference of these
    values between dilations is a difference of differences: what geometry alone does, because an untrained
    network shows it too, cancels.

    Args:
        metrics: measures.csv of all arms, with the arms' factors and `state` as columns.
    """
    keys, names = [key for key in KEYS if key in metrics], metric_names(metrics)
    both = of_state(metrics, TRAINED).merge(of_state(metrics, UNTRAINED), on=keys, suffixes=(None, BEFORE))
    change = both[names] - both[[name + BEFORE for name in names]].set_axis(names, axis=1)
    return pd.concat([both[keys], change], axis=1)


def metric_stacks(metrics: pd.DataFrame) -> Stacks:
    """Return each metric of each method as arrays (replicates, images) by arm; NaN where an image was not measured.

    Class models have no images and their ten classes are no sample, so their metrics are averaged over the
    classes: (replicates, 1). Metrics without any value for a method are left out.
    """
    stacks: Stacks = {}
    for method, table in metrics.groupby("method", sort=False):
        column = None if method in CLASS_MODEL_METHODS else "image"
        keys = [*ARM, "replicate", *([column] if column else [])]
        names = [name for name in metric_names(table) if table[name].notna().any()]
        arms = [Arm(int(dilation), int(size), str(pooling)) for dilation, size, pooling in table[ARM].drop_duplicates().to_numpy()]
        means = table.groupby(keys, sort=True)[names].mean()
        for name in names:
            wide = means[name].unstack(column) if column else means[[name]]
            stacks[str(method), name] = {arm: wide.xs(tuple(arm), level=ARM).to_numpy(np.float64) for arm in arms}
    return stacks


def is_complete(stack: Stack) -> bool:
    """Return whether every replicate of every arm has a value of at least one image."""
    return all(bool((~np.isnan(values)).any(axis=1).all()) for values in stack.values())
