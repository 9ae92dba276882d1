"""How far the answer on accuracy reaches: the fall with dilation in every run of the study; part of `make study`."""

import json
from pathlib import Path

from kernel_dilation.experiment.atomic_write import atomic_file
from kernel_dilation.experiment.parameters import Analyze
from kernel_dilation.statistics.effect_sizes import mean_intervals
from tools.study.ratio_of_means import ratio_of_means
from tools.study.study_runs import MAIN
from tools.study.write_replication import KERNEL_SIZE_AND_POOLING

import numpy as np
import pandas as pd

SEEN_ON = ("dataset", "epochs", "dilate", "taps", "padding", "match_weights")  # of a run's verdict.json
DECIMALS = "%.6g"


def write_reach(kept: Path, options: Analyze, target: Path) -> None:
    """Compare the finished runs in the folder `kept`, and write a row for each run and dilation to `target`."""
    folders = sorted(path.parent for path in kept.glob("*/verdict.json"))
    verdicts = {folder.name: json.loads((folder / "verdict.json").read_text(encoding="utf-8")) for folder in folders}
    accuracies = {folder.name: by_dilation(pd.read_csv(folder / "accuracy.csv")) for folder in folders}
    with atomic_file(target) as path:
        reach_table(accuracies, verdicts, options).to_csv(path, index=False, float_format=DECIMALS)


def by_dilation(accuracies: pd.DataFrame) -> pd.DataFrame:
    """Return the test accuracy in percent at the kernel size and pooling of 2019: a row for each replicate, a column for each dilation."""
    kernel_size, pooling = KERNEL_SIZE_AND_POOLING
    chosen = accuracies[(accuracies["kernel_size"] == kernel_size) & (accuracies["pooling"] == pooling)]
    return chosen.pivot(index="replicate", columns="dilation", values="accuracy")


def reach_table(accuracies: dict[str, pd.DataFrame], verdicts: dict[str, dict], options: Analyze) -> pd.DataFrame:
    """Return the accuracy by dilation of every run, its fall since the smallest dilation, and how its errors multiply.

    The columns are what the run was seen on; `mean`, the accuracy in percent; `fall` in percentage
    points and `error_ratio`, the errors as a multiple of those at the smallest dilation; `minus_main`, the
    accuracy minus that of the main run at the same dilation, in percentage points, if both have the same
    digits, so that replicates are pairs. Each has an interval over replicates.

    Args:
        accuracies: by run, from `by_dilation`; verdicts: by run, the content of verdict.json.
    """
    rows = []
    for run, table in accuracies.items():
        verdict, first = verdicts[run], table[table.columns[0]]
        is_paired = run != MAIN and MAIN in accuracies and verdict["sha256"] == verdicts[MAIN]["sha256"]
        reference = accuracies[MAIN] if is_paired else pd.DataFrame()
        for dilation, accuracy in table.items():
            row = {"run": run, **{name: verdict[name] for name in SEEN_ON}, "verdict": verdict["accuracy"]["verdict"], "dilation": dilation}
            row |= {"replicates": len(table), "mean": accuracy.mean()} | with_interval("fall", first - accuracy, options)
            ratio = ratio_of_means((100 - accuracy).to_numpy(), (100 - first).to_numpy(), options.alpha)
            row |= {"error_ratio": ratio.value, "error_ratio_lower": ratio.lower, "error_ratio_upper": ratio.upper}
            has_pairs = dilation in reference and len(reference) == len(table)
            difference = accuracy - reference[dilation] if has_pairs else pd.Series([np.nan])
            rows.append(row | with_interval("minus_main", difference, options))
    return pd.DataFrame(rows)


def with_interval(name: str, values: pd.Series, options: Analyze) -> dict[str, float]:
    """Return the mean over replicates and the ends of its interval, under `name`, `name_lower` and `name_upper`.

    All are equal where all replicates agree, as with the same networks in two runs.
    """
    if values.nunique(dropna=False) == 1:
        return dict.fromkeys((name, f"{name}_lower", f"{name}_upper"), float(values.iloc[0]))
    lower, upper = mean_intervals(values.to_numpy()[:, None], options.alpha, options.resamples, options.seed)
    return {name: float(values.mean()), f"{name}_lower": float(lower[0]), f"{name}_upper": float(upper[0])}
