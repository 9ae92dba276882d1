"""Data of the quiz: how well other networks recognise the class models that readers are asked about."""

from collections.abc import Mapping

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.paths import CLASS_MODEL

import pandas as pd


def pack_recognition(measures: Mapping[Arm, pd.DataFrame]) -> list[dict[str, object]]:
    """Return for each arm the mean probability that the other replicates, and each network itself, assign to the class of its class models.

    `others` is missing for a single replicate, which has no others.

    Args:
        measures: measures.csv of each arm, with the columns `method`, `confidence` and `transfer`.
    """
    rows = []
    for arm, table in sorted(measures.items()):
        models = table[table["method"] == CLASS_MODEL]
        row: dict[str, object] = {"arm": arm.name, "dilation": arm.dilation, "networks": len(models) // 10}
        for name, column in (("own", "confidence"), ("others", "transfer")):
            if models[column].notna().any():
                row[name] = round(float(models[column].mean()), 4)
        rows.append(row)
    return rows
