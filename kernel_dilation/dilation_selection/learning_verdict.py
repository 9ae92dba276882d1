"""Verdict on whether a learning method is consistent, by one rule for the choices of all methods.

The rule is applied to the dilations that the method chooses in several worlds. A world is one kind of data
with one best dilation: the digits, textures with a planted dilation, or digits with the losses of dilations
exchanged. Several worlds are needed, because a method that always chooses dilation 1 is perfectly consistent in
a world in which dilation 1 is the best.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kernel_dilation.dilation_selection.choice_shares import right_share, same_share
from kernel_dilation.experiment.parameters import Analyze
from kernel_dilation.statistics.effect_sizes import mean_intervals, slopes

import numpy as np
from numpy.typing import NDArray

Verdict = Literal["consistent", "inconsistent", "inconclusive"]
LEAST_SEEDS = 6  # for the slope on the initial dilation
Quantity = Literal["right share", "same share", "start slope"]


@dataclass(frozen=True)
class ConsistencyRule:
    """Requirements that a learning method must meet in every world."""

    right_share: float  # smallest required share of runs that choose a right dilation
    same_share: float  # smallest required probability that two runs choose the same dilation
    start_slope: float  # largest permitted change of the chosen dilation, in either direction, per pixel of the initial dilation
    alpha: float  # every interval has the coverage 1 - alpha
    resamples: int  # number of bootstrap resamples for the interval of the slope
    seed: int  # of the resampling

    def __str__(self) -> str:
        return (
            "A method that learns the dilation is consistent if three conditions are shown to hold in every world. First, at least "
            f"{100 * self.right_share:g} % of its runs choose a right dilation. Second, two runs choose the same dilation with a probability of "
            f"at least {100 * self.same_share:g} %. Third, if the method has an initial dilation, its choice changes by less than "
            f"{self.start_slope:g} pixels for each pixel of the initial dilation. A condition is shown to hold if the "
            f"{100 * (1 - self.alpha):g} % confidence interval lies within the bound. At least two worlds must have different best dilations. "
            "The method is inconsistent if the opposite of any condition is shown at a level divided by the number of conditions. "
            "Otherwise the verdict is inconclusive, as it always is with few runs."
        )


def consistency_rule(options: Analyze) -> ConsistencyRule:
    """Return the rule with the requirements of the parameters."""
    return ConsistencyRule(options.right_share, options.same_share, options.start_slope, options.alpha, options.resamples, options.seed)


def least_runs(rule: ConsistencyRule) -> int:
    """Return the smallest number of runs with which the shares can be shown, if all runs choose the right dilation.

    The lower end of the exact interval of n of n is (alpha / 2)^(1 / n); that of the agreement is its square, and 0 below
    three runs.
    """
    required = max(rule.right_share, rule.same_share**0.5)
    return max(3, int(np.floor(np.log(rule.alpha / 2) / np.log(required))) + 1)


@dataclass(frozen=True)
class WorldChoices:
    """Choices of one learning method in one world.

    Each table is (seeds, runs per seed); the runs of a seed differ in their initial dilation.
    """

    name: str
    best: int | None  # planted or best dilation of the world; None if the losses do not show which dilation is best
    choices: NDArray[np.int64]  # chosen dilations
    shown_right: NDArray[np.bool_]
    shown_wrong: NDArray[np.bool_]
    starts: tuple[int, ...] = ()  # initial dilation of each column; empty for a method without an initial dilation


def planted_world(name: str, truth: int, choices: NDArray[np.int64], starts: tuple[int, ...] = ()) -> WorldChoices:
    """Return a world whose best dilation is known, so that every other choice is wrong."""
    return WorldChoices(name, truth, choices, choices == truth, choices != truth, starts)


@dataclass(frozen=True)
class Condition:
    """Outcome of one requirement of the rule in one world."""

    world: str
    quantity: Quantity
    value: float | None  # None if there are too few seeds for an estimate
    lower: float  # ends of the interval at the level alpha
    upper: float
    bound: float
    shown: bool  # whether the interval lies within the bound
    refuted: bool  # whether the interval at the corrected level lies outside the bound


def verdict(worlds: Sequence[WorldChoices], rule: ConsistencyRule) -> tuple[Verdict, list[Condition]]:
    """Return the verdict on one learning method by the rule, and all conditions on which it is based.

    The verdict `consistent` requires that all conditions are shown, so that no correction is needed, by
    Berger (1982). The verdict `inconsistent` requires only one refuted condition, so that Bonferroni's
    correction is applied.

    Raises:
        ValueError: there is no world, or the tables of a world do not match.
    """
    if not worlds:
        raise ValueError("a verdict needs the choices in at least one world; got none")
    conditions = [condition for world in worlds for condition in _assess_conditions(world, rule, _condition_count(worlds))]
    best_dilations = {world.best for world in worlds} - {None}
    if any(condition.refuted for condition in conditions):
        return "inconsistent", conditions
    return ("consistent" if len(best_dilations) > 1 and all(condition.shown for condition in conditions) else "inconclusive"), conditions


def _condition_count(worlds: Sequence[WorldChoices]) -> int:
    """Number of conditions in all worlds together."""
    return sum(3 if len(world.starts) > 1 else 2 for world in worlds)


def _assess_conditions(world: WorldChoices, rule: ConsistencyRule, count: int) -> list[Condition]:
    """Return the outcome of each condition in this world; `count` is their number in all worlds."""
    bounds: dict[Quantity, float] = {"right share": rule.right_share, "same share": rule.same_share}
    if len(world.starts) > 1:
        bounds["start slope"] = rule.start_slope
    conditions = []
    for quantity, bound in bounds.items():
        value, lower, upper = _estimate(quantity, world, rule, rule.alpha)
        _, corrected_lower, corrected_upper = _estimate(quantity, world, rule, rule.alpha / count)
        is_slope = quantity == "start slope"
        shown = -bound < lower and upper < bound if is_slope else lower > bound
        refuted = corrected_upper < -bound or corrected_lower > bound if is_slope else corrected_upper < bound
        conditions.append(Condition(world.name, quantity, value, lower, upper, bound, shown, refuted))
    return conditions


def _estimate(quantity: Quantity, world: WorldChoices, rule: ConsistencyRule, alpha: float) -> tuple[float | None, float, float]:
    """Return a quantity with the ends of its interval at the level alpha.

    With too few seeds, the value is None and the interval is the widest possible. A slope needs `LEAST_SEEDS`, because
    the interval of a mean of fewer choices, which are whole numbers, is not calibrated.
    """
    if quantity == "right share":
        share = right_share(world.shown_right, world.shown_wrong, alpha)
        return share.value, share.lower, share.upper
    if len(world.choices) < 2:
        return (None, 0.0, 1.0) if quantity == "same share" else (None, -np.inf, np.inf)
    if quantity == "same share":
        share = same_share(world.choices, alpha)
        return share.value, share.lower, share.upper
    if len(world.choices) < LEAST_SEEDS:
        return None, -np.inf, np.inf
    seed_slopes = slopes(world.choices.astype(np.float64), world.starts)
    lower, upper = mean_intervals(seed_slopes[:, None], alpha, rule.resamples, rule.seed)
    return float(seed_slopes.mean()), float(lower[0]), float(upper[0])
