"""Error rates, power and coverage of the statistics on synthetic studies whose true effects are known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kernel_dilation.statistics.block_tables import Floats, differences, relative_margins
from kernel_dilation.statistics.effect_sizes import mean_intervals, slopes
from kernel_dilation.statistics.rank_tests import omnibus_p_value, trend_p_value, wilcoxon_p_values
from kernel_dilation.statistics.verdicts import decide_verdict, equivalence_p_value
from tools.calibration.synthetic_studies import BASE, synthetic_tables

import numpy as np
from scipy import stats

ALPHA = 0.05
TOLERANCE = 0.015  # of the share of intervals that cover the true value
PERMUTATIONS = 999  # for each test; the level is exact with so few, because (999 + 1) alpha is an integer
RESAMPLES = 2000
CONFIDENCE = 0.99  # of the interval of each rate; high, because more than 100 rates are compared with their targets


@dataclass(frozen=True)
class Scenario:
    """A true effect, by which the last treatment lies below the first, and a margin; the others lie in equal steps between."""

    name: str
    effect: float  # percentage points
    margin: float  # percentage points, or a share of the first treatment if `relative`
    relative: bool = False


SCENARIOS = (
    Scenario("no effect", 0.0, 0.5),
    Scenario("one margin", 0.5, 0.5),
    Scenario("two margins", 1.0, 0.5),
    Scenario("one wide margin", 5.0, 5.0),  # ten times the noise, the hardest case for equivalence
    Scenario("one relative margin", 0.05 * BASE, 0.05, relative=True),
)
Target = Literal["at most alpha", "1 - alpha", ""]  # empty for a power, which is only reported
NULL_TARGETS: dict[str, Target] = {
    "difference or negligible": "at most alpha",
    "equivalent or negligible": "",
    "trend": "at most alpha",
    "pair by Wilcoxon and Holm": "at most alpha",
    "difference of two treatments": "at most alpha",
    "interval of a difference covers": "1 - alpha",
    "interval of the slope covers": "1 - alpha",
}
EFFECT_TARGETS: dict[str, Target] = {
    "difference or negligible": "",
    "equivalent or negligible": "at most alpha",
    "trend": "",
    "interval of a difference covers": "1 - alpha",
    "interval of the slope covers": "1 - alpha",
}


@dataclass(frozen=True)
class Rate:
    """One row of the calibration table: the share of studies in which `quantity` occurred."""

    scenario: str
    noise: str
    blocks: int
    treatments: int
    studies: int
    quantity: str
    rate: float
    lower: float  # ends of the exact interval of the rate, at 99 %
    upper: float
    target: Target
    meets: bool | None


def error_rates(scenario: Scenario, noise: str, blocks: int, treatments: int, studies: int, seed: int) -> list[Rate]:
    """Return every rate of one scenario over `studies` tables of `blocks` by `treatments`."""
    effects = -scenario.effect * np.arange(treatments) / (treatments - 1)
    tables = synthetic_tables(noise, studies, blocks, effects.tolist(), seed + SCENARIOS.index(scenario))
    outcomes = [_outcomes(scenario, table, seed + study) for study, table in enumerate(tables)]
    targets = NULL_TARGETS if scenario.effect == 0 else EFFECT_TARGETS
    design = (scenario.name, noise, blocks, treatments, studies)
    return [Rate(*design, quantity, *rate_with_interval([outcome[quantity] for outcome in outcomes], target)) for quantity, target in targets.items()]


def _outcomes(scenario: Scenario, table: Floats, seed: int) -> dict[str, bool]:
    """Return whether each quantity occurs in one study, by its name."""
    treatments = list(range(1, table.shape[1] + 1))
    paired = differences(table)
    margin = relative_margins(table, treatments, scenario.margin) if scenario.relative else scenario.margin
    verdict = decide_verdict(omnibus_p_value(table, seed, PERMUTATIONS), equivalence_p_value(paired, margin) <= ALPHA, ALPHA)
    samples = np.column_stack([table[:, -1] - table[:, 0], slopes(table, treatments)])
    lower, upper = mean_intervals(samples, ALPHA, RESAMPLES, seed)
    truth = np.array([-scenario.effect, -scenario.effect / (len(treatments) - 1)])
    covers = (lower <= truth + 1e-9) & (truth - 1e-9 <= upper)
    outcomes = {
        "difference or negligible": verdict in ("difference", "negligible"),
        "equivalent or negligible": verdict in ("equivalent", "negligible"),
        "trend": (trend_p_value(table, treatments, seed, PERMUTATIONS) or 0.0) <= ALPHA,
        "interval of a difference covers": bool(covers[0]),
        "interval of the slope covers": bool(covers[1]),
    }
    if scenario.effect == 0:
        outcomes["pair by Wilcoxon and Holm"] = bool(wilcoxon_p_values(paired, seed).min() * paired.shape[1] <= ALPHA)
        outcomes["difference of two treatments"] = omnibus_p_value(table[:, [0, -1]], seed) <= ALPHA
    return outcomes


def rate_with_interval(outcomes: Sequence[bool], target: Target) -> tuple[float, float, float, Target, bool | None]:
    """Return the rate of true outcomes with its exact interval, its target and whether it meets the target.

    A false-positive rate meets its target if alpha lies within or above the interval, and a coverage
    if it deviates from 1 - alpha by no more than the tolerance.
    """
    rate = float(np.mean(outcomes))
    interval = stats.binomtest(int(np.sum(outcomes)), len(outcomes)).proportion_ci(CONFIDENCE, method="exact")
    meets: dict[Target, bool | None] = {"at most alpha": bool(interval.low <= ALPHA), "1 - alpha": abs(rate - 1 + ALPHA) <= TOLERANCE, "": None}
    return rate, float(interval.low), float(interval.high), target, meets[target]
