"""Do saliency maps show the pixels on which a class hangs? Networks that learned the place of a mark, and their maps, by dilation."""

from kernel_dilation.analysis.comparison_families import Rows, mean_with_interval
from kernel_dilation.experiment.parameters import Analyze

import pandas as pd

NETWORK = "network"  # stands in place of a method in the rows that ask the network itself
NETWORK_METRICS = ("accuracy", "confidence", "confidence_without_mark", "confidence_with_change_elsewhere")
MAP_METRICS = ("mark_share", "mark_hit", "mark_rank")


def mark_levels(networks: pd.DataFrame, maps: pd.DataFrame, options: Analyze) -> pd.DataFrame:
    """Return the mean of each metric at each dilation with its interval over replicates, as in the table `levels`.

    Rows of the method `network` say whether the networks rely on the mark. Where they do, a map that
    does not show it is an error of its method. Metrics of maps have rows of their chance level,
    `…_chance`, too.

    Args:
        networks, maps: the tables of data/marks, with the arms' factors as columns.
    """
    rows: Rows = []
    for metric in NETWORK_METRICS:
        rows += level_rows(networks.assign(method=NETWORK), metric, metric, options)
    for metric in MAP_METRICS:
        rows += level_rows(maps, metric, metric, options) + level_rows(maps, "mark_chance", f"{metric}_chance", options)
    return pd.DataFrame(rows)


def level_rows(table: pd.DataFrame, column: str, metric: str, options: Analyze) -> Rows:
    """Return a row for each method and dilation; the values are means over images, kernel sizes and poolings of each replicate."""
    return [
        {"method": method, "measure": metric, "level": dilation, **mean_with_interval(group.groupby("replicate")[column].mean().to_numpy(), options)}
        for (method, dilation), group in table.groupby(["method", "dilation"], sort=False)
    ]
