"""Whether a way to learn the dilation is consistent: what it chose, from where, and whether it can be trusted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kernel_dilation.experiment.parameters import Analyze
from kernel_dilation.statistics.blocks import Floats
from kernel_dilation.statistics.comparisons import compare_treatments
from kernel_dilation.statistics.effects import mean_intervals, slopes
from kernel_dilation.statistics.ranks import kendall_w

import numpy as np
import pandas as pd
from scipy import stats

ConsistencyVerdict = Literal["consistent", "inconsistent", "inconclusive"]

MIN_RECOVERED_SHARE, MIN_MODE_SHARE, MAX_SLOPE = 0.9, 0.8, 0.25  # the bounds of the rule

CONSISTENCY_RULE = (
    f"A way to learn the dilation is consistent if it finds the planted dilation of textures in at least {MIN_RECOVERED_SHARE:.0%} of its runs, "
    f"if at least {MIN_MODE_SHARE:.0%} of its runs on digits, over all starts and seeds, choose the same dilation, and if the interval of the slope "
    f"of the chosen on the initial dilation lies within ±{MAX_SLOPE} (0: the start is forgotten, 1: it never moved). It is inconsistent if its "
    "choices disagree, or follow their start, beyond what so few runs leave open: if the interval of that share, or of that slope, lies "
    "outside these bounds. Else it is inconclusive: so is a method that agrees with itself but cannot find what was planted, for its answer "
    "is not to be trusted. The answer to the question is consistent if any method is, inconsistent if all are inconsistent."
)


@dataclass(frozen=True)
class Consistency:
    """What the runs of one method say; dilations in pixels, shares 0 to 1, accuracies in percentage points."""

    runs: int
    mode: int  # the dilation chosen most often; of several, the smallest
    mode_share: float
    mode_share_lower: float  # ends of the exact interval (Clopper and Pearson 1934)
    mode_share_upper: float
    entropy: float  # of the choices over all runs, in nats: 0 if all agree
    initial_slope: float | None  # of the chosen on the initial dilation; None for a single start
    slope_lower: float | None  # None for a single start or seed
    slope_upper: float | None
    ranking_w: float | None  # Kendall's W of the candidates' rankings over the runs, 0 to 1; None without weights
    planted_recovered: float | None  # share of the runs on textures that chose the planted dilation; None without such runs
    planted_lower: float | None  # ends of its exact interval
    planted_upper: float | None
    planted_worst_start: float | None  # the same share from the start that does worst
    verdict: ConsistencyVerdict


def assess_consistency(choices: pd.DataFrame, planted: pd.DataFrame, options: Analyze) -> Consistency:
    """What one method's choices.csv and planted.csv say; `planted` may be empty."""
    chosen = choices["chosen_dilation"]
    values, counts = np.unique(chosen, return_counts=True)
    share_lower, share_upper = share_interval(int(counts.max()), len(chosen), options.alpha)
    slope, slope_lower, slope_upper = start_slope(choices, options)
    found = planted["chosen_dilation"] == planted["true_dilation"] if len(planted) else pd.Series(dtype=bool)
    planted_lower, planted_upper = share_interval(int(found.sum()), len(found), options.alpha) if len(found) else (None, None)
    weights = choices.filter(regex=r"^weight_\d+$").to_numpy(np.float64)
    recovered = float(found.mean()) if len(found) else None
    return Consistency(
        runs=len(chosen), mode=int(values[counts.argmax()]), mode_share=float(counts.max() / len(chosen)),
        mode_share_lower=share_lower, mode_share_upper=share_upper,
        entropy=float(stats.entropy(counts)), initial_slope=slope, slope_lower=slope_lower, slope_upper=slope_upper,
        ranking_w=kendall_w(weights) if weights.shape[1] > 1 else None,
        planted_recovered=recovered, planted_lower=planted_lower, planted_upper=planted_upper,
        planted_worst_start=float(found.groupby(planted["initial_dilation"]).mean().min()) if len(found) else None,
        verdict=decide_consistency(counts.max() / len(chosen), share_upper, slope_lower, slope_upper, recovered),
    )  # fmt: skip


def decide_consistency(
    share: float, share_upper: float, slope_lower: float | None, slope_upper: float | None, recovered: float | None
) -> ConsistencyVerdict:
    """One of three, by the rule that `CONSISTENCY_RULE` states."""
    if share_upper < MIN_MODE_SHARE or (slope_lower is not None and slope_lower > MAX_SLOPE):
        return "inconsistent"
    forgets = slope_lower is not None and slope_upper is not None and max(-slope_lower, slope_upper) <= MAX_SLOPE
    trusted = recovered is not None and recovered >= MIN_RECOVERED_SHARE
    return "consistent" if trusted and share >= MIN_MODE_SHARE and forgets else "inconclusive"


def share_interval(count: int, runs: int, alpha: float) -> tuple[float, float]:
    """Ends of the exact interval of a share, Clopper and Pearson (1934)."""
    interval = stats.binomtest(count, runs).proportion_ci(1 - alpha, method="exact")
    return float(interval.low), float(interval.high)


def start_slope(choices: pd.DataFrame, options: Analyze) -> tuple[float | None, float | None, float | None]:
    """Slope of the chosen on the initial dilation, and its interval over the seeds, which are the blocks."""
    table = choices.pivot_table(index="seed", columns="initial_dilation", values="chosen_dilation")
    if table.shape[1] < 2:
        return None, None, None
    each = slopes(table.to_numpy(np.float64), [float(start) for start in table.columns])
    if len(each) < 2:
        return float(each.mean()), None, None
    lower, upper = mean_intervals(each[:, None], options.alpha, options.resamples, options.seed)
    return float(each.mean()), float(lower[0]), float(upper[0])


def select_dilation(validation: Floats, dilations: Sequence[int]) -> int:
    """The grid's own choice: the smallest dilation within one standard error of the best mean validation accuracy.

    The one-standard-error rule of Breiman et al. (1984, section 3.4.3); for a single replicate the best itself.

    Args:
        validation: (replicates, dilations) accuracies.
    """
    means = validation.mean(0)
    best = int(means.argmax())
    error = validation[:, best].std(ddof=1) / np.sqrt(len(validation)) if len(validation) > 1 else 0.0
    return min(dilation for dilation, mean in zip(dilations, means) if mean >= means[best] - error)


def regret(test: Floats, validation: Floats, dilations: Sequence[int], chosen: Sequence[int], options: Analyze) -> dict[str, float | None]:
    """Accuracy that a method's choices cost against the grid's best, in points, with interval and equivalence p-value.

    The best is the dilation of the highest mean validation accuracy, so that the test digits do not
    choose what they judge. Values are None where a chosen dilation is not in the grid, whose networks
    are the only ones that can be compared.

    Args:
        test, validation: (replicates, dilations) accuracies in percent; chosen: the dilation of each run.
    """
    if not set(chosen) <= set(dilations):
        return dict.fromkeys(("regret_points", "regret_lower", "regret_upper", "regret_equivalence_p_value"))
    best = test[:, int(validation.mean(0).argmax())]
    reached = test[:, [list(dilations).index(dilation) for dilation in chosen]].mean(1)
    found = compare_treatments(
        np.stack([reached, best], 1), ("chosen", "best"), options.margin_points, options.alpha, options.resamples, options.seed
    )
    pair = found.pairs[0]
    return {
        "regret_points": pair.mean_difference, "regret_lower": pair.lower, "regret_upper": pair.upper,
        "regret_equivalence_p_value": found.equivalence_p_value,
    }  # fmt: skip


def overall_consistency(verdicts: Mapping[str, ConsistencyVerdict]) -> ConsistencyVerdict:
    """The answer to the first question: consistent if any method is, inconsistent if all are inconsistent."""
    if "consistent" in verdicts.values():
        return "consistent"
    return "inconsistent" if verdicts and set(verdicts.values()) == {"inconsistent"} else "inconclusive"
