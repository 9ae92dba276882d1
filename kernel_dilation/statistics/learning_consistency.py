"""The consistency of a method that learns the dilation: its choices, their dependence on the start, and their accuracy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kernel_dilation.experiment.parameters import Analyze
from kernel_dilation.statistics.block_tables import Floats
from kernel_dilation.statistics.comparisons import compare_treatments
from kernel_dilation.statistics.effect_sizes import mean_intervals, slopes
from kernel_dilation.statistics.rank_tests import kendall_w

import numpy as np
import pandas as pd
from scipy import stats

ConsistencyVerdict = Literal["consistent", "inconsistent", "inconclusive"]

MIN_RECOVERED_SHARE, MIN_MODE_SHARE, MAX_SLOPE = 0.9, 0.8, 0.25  # bounds of `decide_consistency`


@dataclass(frozen=True)
class Consistency:
    """The results of all runs of one method; dilations are in pixels and shares from 0 to 1."""

    runs: int
    mode: int  # the dilation chosen most often, the smallest if several tie
    mode_share: float
    mode_share_lower: float  # ends of its exact interval (Clopper and Pearson 1934)
    mode_share_upper: float
    entropy: float  # of the choices over all runs, in nats; 0 if all agree
    initial_slope: float | None  # of the chosen on the initial dilation; None for a single initial dilation
    slope_lower: float | None  # ends of its interval; None for a single initial dilation or seed
    slope_upper: float | None
    ranking_w: float | None  # Kendall's W of the runs' rankings of the candidates, 0 to 1; None for a method without weights
    planted_recovered: float | None  # share of the texture runs that chose the planted dilation; None without such runs
    planted_lower: float | None  # ends of its exact interval
    planted_upper: float | None
    planted_worst_start: float | None  # the same share for the initial dilation where it is smallest
    verdict: ConsistencyVerdict


def assess_consistency(choices: pd.DataFrame, planted: pd.DataFrame, options: Analyze) -> Consistency:
    """Assess one method by its choices on digits and on textures.

    Args:
        choices: choices.csv of the method; planted: its planted.csv, which may be empty.
    """
    chosen = choices["chosen_dilation"]
    values, counts = np.unique(chosen, return_counts=True)
    share_lower, share_upper = share_interval(int(counts.max()), len(chosen), options.alpha)
    slope, slope_lower, slope_upper = start_slope(choices, options)
    recovered = planted["chosen_dilation"] == planted["true_dilation"] if len(planted) else pd.Series(dtype=bool)
    planted_lower, planted_upper = share_interval(int(recovered.sum()), len(recovered), options.alpha) if len(recovered) else (None, None)
    weights = choices.filter(regex=r"^weight_\d+$").to_numpy(np.float64)
    recovered_share = float(recovered.mean()) if len(recovered) else None
    return Consistency(
        runs=len(chosen), mode=int(values[counts.argmax()]), mode_share=float(counts.max() / len(chosen)),
        mode_share_lower=share_lower, mode_share_upper=share_upper,
        entropy=float(stats.entropy(counts)), initial_slope=slope, slope_lower=slope_lower, slope_upper=slope_upper,
        ranking_w=kendall_w(weights) if weights.shape[1] > 1 else None,
        planted_recovered=recovered_share, planted_lower=planted_lower, planted_upper=planted_upper,
        planted_worst_start=float(recovered.groupby(planted["initial_dilation"]).mean().min()) if len(recovered) else None,
        verdict=decide_consistency(counts.max() / len(chosen), share_upper, slope_lower, slope_upper, recovered_share),
    )  # fmt: skip


def decide_consistency(
    share: float, share_upper: float, slope_lower: float | None, slope_upper: float | None, recovered: float | None
) -> ConsistencyVerdict:
    """Return the verdict on a method from the share of its runs that choose alike, its slope on the initial dilation and its recovery.

    `consistent` if the share, the interval of the slope and the share of planted dilations that it recovers
    keep to the three bounds above; `inconsistent` if the interval of the share or of the slope lies beyond
    its bound; else `inconclusive`, as for choices that agree where planted dilations are not recovered.
    """
    if share_upper < MIN_MODE_SHARE or (slope_lower is not None and slope_lower > MAX_SLOPE):
        return "inconsistent"
    is_independent = slope_lower is not None and slope_upper is not None and max(-slope_lower, slope_upper) <= MAX_SLOPE
    is_trusted = recovered is not None and recovered >= MIN_RECOVERED_SHARE
    return "consistent" if is_trusted and share >= MIN_MODE_SHARE and is_independent else "inconclusive"


def share_interval(count: int, runs: int, alpha: float) -> tuple[float, float]:
    """Return the ends of the exact interval of the share `count / runs`, after Clopper and Pearson (1934)."""
    interval = stats.binomtest(count, runs).proportion_ci(1 - alpha, method="exact")
    return float(interval.low), float(interval.high)


def start_slope(choices: pd.DataFrame, options: Analyze) -> tuple[float | None, float | None, float | None]:
    """Return the slope of the chosen on the initial dilation and the ends of its interval.

    The seeds are the blocks. All are None for a single initial dilation, and the ends for a single seed.
    """
    table = choices.pivot_table(index="seed", columns="initial_dilation", values="chosen_dilation")
    if table.shape[1] < 2:
        return None, None, None
    each = slopes(table.to_numpy(np.float64), [float(start) for start in table.columns])
    if len(each) < 2:
        return float(each.mean()), None, None
    lower, upper = mean_intervals(each[:, None], options.alpha, options.resamples, options.seed)
    return float(each.mean()), float(lower[0]), float(upper[0])


def select_dilation(validation: Floats, dilations: Sequence[int]) -> int:
    """Return the choice of the grid search: the smallest dilation within one standard error of the best mean validation accuracy.

    This is the one-standard-error rule of Breiman et al. (1984, section 3.4.3). For a single replicate,
    the dilation with the best accuracy is chosen.

    Args:
        validation: (replicates, dilations) accuracies.
    """
    means = validation.mean(0)
    best = int(means.argmax())
    error = validation[:, best].std(ddof=1) / np.sqrt(len(validation)) if len(validation) > 1 else 0.0
    return min(dilation for dilation, mean in zip(dilations, means) if mean >= means[best] - error)


def regret(test: Floats, validation: Floats, dilations: Sequence[int], chosen: Sequence[int], options: Analyze) -> dict[str, float | None]:
    """Compare the accuracy of a method's choices with that of the grid's best dilation, in percentage points.

    Return the mean difference, best minus chosen, with its interval and the p-value of equivalence. The
    best dilation has the highest mean validation accuracy, so that it is not selected on the test
    digits on which it is evaluated. All values are None if a chosen dilation is not in the grid,
    because only networks of the grid can be compared.

    Args:
        test, validation: accuracies in percent, (replicates, dilations); chosen: the dilation of each run.
    """
    if not set(chosen) <= set(dilations):
        return dict.fromkeys(("regret_points", "regret_lower", "regret_upper", "regret_equivalence_p_value"))
    best = test[:, int(validation.mean(0).argmax())]
    achieved = test[:, [list(dilations).index(dilation) for dilation in chosen]].mean(1)
    comparison = compare_treatments(
        np.stack([achieved, best], 1), ("chosen", "best"), options.margin_points, options.alpha, options.resamples, options.seed
    )
    pair = comparison.pairs[0]
    return {
        "regret_points": pair.mean_difference, "regret_lower": pair.lower, "regret_upper": pair.upper,
        "regret_equivalence_p_value": comparison.equivalence_p_value,
    }  # fmt: skip


def overall_consistency(verdicts: Mapping[str, ConsistencyVerdict]) -> ConsistencyVerdict:
    """Return the answer to the first question: consistent if any method is, inconsistent if all are, inconclusive otherwise."""
    if "consistent" in verdicts.values():
        return "consistent"
    return "inconsistent" if verdicts and set(verdicts.values()) == {"inconsistent"} else "inconclusive"
