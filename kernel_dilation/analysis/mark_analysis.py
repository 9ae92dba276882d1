"""Do saliency maps show the pixels on which a class depends? Networks that learned the place of a mark, and their maps, by dilation."""

from kernel_dilation.analysis.comparison_families import Rows, mean_with_interval
from kernel_dilation.experiment.parameters import Analyze
from kernel_dilation.experiment.paths import NETWORK_ITSELF, TRAINED, UNTRAINED

import pandas as pd

NETWORK_METRICS = ("accuracy", "confidence", "confidence_without_mark", "confidence_with_change_elsewhere")
MAP_METRICS = ("mark_share", "mark_hit", "mark_rank")


def mark_levels(networks: pd.DataFrame, maps: pd.DataFrame, options: Analyze) -> pd.DataFrame:
    """Return the mean of each metric at each dilation with its interval over replicates, as in the table `levels`, by state.

    Rows of the method `network` say whether the trained networks rely on the mark. Where they do, a map that
    does not show it is an error of its method. Metrics of maps have rows of their chance level,
    `…_chance`, too, and rows of the networks before training.

    Args:
        networks, maps: the tables of data/marks, with the arms' factors as columns.
    """
    rows: Rows = []
    for metric in NETWORK_METRICS:
        rows += level_rows(networks.assign(method=NETWORK_ITSELF, state=TRAINED), metric, metric, options)
    for metric in MAP_METRICS:
        rows += level_rows(maps, metric, metric, options) + level_rows(maps[maps["state"] == TRAINED], "mark_chance", f"{metric}_chance", options)
    return pd.DataFrame(rows)


def level_rows(table: pd.DataFrame, column: str, metric: str, options: Analyze) -> Rows:
    """Return a row for each state, method and dilation; the values are means over images, kernel sizes and poolings of each replicate."""
    return [
        {"state": state, "method": method, "measure": metric, "level": dilation,
         **mean_with_interval(group.groupby("replicate")[column].mean().to_numpy(), options)}
        for (state, method, dilation), group in table.groupby(["state", "method", "dilation"], sort=False)
    ]  # fmt: skip


def mark_effects(maps: pd.DataFrame, options: Analyze) -> pd.DataFrame:
    """Return what training adds to each metric of maps at each dilation, and how that changes from the smallest dilation.

    `difference` is trained minus untrained, with its interval over replicates; `change` is the difference minus
    that at the smallest dilation, so that what the geometry of the network alone does cancels.

    Args:
        maps: data/marks/maps.csv, with the arms' factors as columns; methods without untrained networks are left out.
    """
    rows: Rows = []
    for metric in MAP_METRICS:
        means = maps.groupby(["state", "method", "dilation", "replicate"])[metric].mean().unstack("replicate")
        for method in dict.fromkeys(maps.loc[maps["state"] == UNTRAINED, "method"]):
            trained, untrained = (means.loc[(state, method)] for state in (TRAINED, UNTRAINED))
            added = trained - untrained
            for dilation in added.index:
                difference = mean_with_interval(added.loc[dilation].to_numpy(), options)
                change = mean_with_interval((added.loc[dilation] - added.loc[added.index.min()]).to_numpy(), options)
                rows.append({
                    "method": method, "measure": metric, "level": dilation,
                    "trained": float(trained.loc[dilation].mean()), "untrained": float(untrained.loc[dilation].mean()),
                    "difference": difference["mean"], "lower": difference["lower"], "upper": difference["upper"],
                    "change": change["mean"], "change_lower": change["lower"], "change_upper": change["upper"],
                })  # fmt: skip
    return pd.DataFrame(rows)
