"""The verdict on a way to learn the dilation: one rule for all of them, from its choices in every world.

A world is one kind of data with one best dilation: the digits, a planted dilation, or digits whose
dilations have exchanged their losses. Several are needed, for "always 1" is perfectly consistent in one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kernel_dilation.dilation_selection.choice_shares import right_share, same_share
from kernel_dilation.statistics.effects import mean_intervals, slopes

import numpy as np
from numpy.typing import NDArray

Verdict = Literal["consistent", "inconsistent", "inconclusive"]
Quantity = Literal["right share", "same share", "start slope"]


@dataclass(frozen=True)
class ConsistencyRule:
    """What is asked of a way to learn in every world."""

    right_share: float  # share of its runs that choose rightly, at least
    same_share: float  # probability that two runs choose alike, at least
    start_slope: float  # change of the chosen for each pixel of the initial dilation, at most in size
    alpha: float  # every interval covers with probability 1 - alpha
    resamples: int  # of the interval of the slope
    seed: int

    def __str__(self) -> str:
        return (
            "A way to learn the dilation is consistent if three things are shown in every world: that at least "
            f"{self.right_share:.0%} of its runs choose rightly, that two runs choose alike with a probability of at least "
            f"{self.same_share:.0%}, and, where it has a start, that the choice moves by less than {self.start_slope:g} pixels for each "
            f"pixel of the start. Shown means that the {1 - self.alpha:.0%} confidence interval lies within the bound. The worlds must have "
            "at least two best dilations between them. It is inconsistent if the opposite of any of these is shown, at a level divided by "
            "their number. Otherwise it is inconclusive, as it always is with few runs."
        )


@dataclass(frozen=True)
class World:
    """What one way to learn chose in one world; tables have one row for each seed and one column for each run (start) of it."""

    name: str
    best: int | None  # its planted or best dilation; None if the losses do not settle which is best
    choices: NDArray[np.int64]
    shown_right: NDArray[np.bool_]
    shown_wrong: NDArray[np.bool_]
    starts: tuple[int, ...] = ()  # initial dilation of each column; none for a way without a start


def planted_world(name: str, truth: int, choices: NDArray[np.int64], starts: tuple[int, ...] = ()) -> World:
    """A world whose best dilation is known, in which no other choice is right."""
    return World(name, truth, choices, choices == truth, choices != truth, starts)


@dataclass(frozen=True)
class Condition:
    """One thing asked in one world."""

    world: str
    quantity: Quantity
    value: float | None  # None if there are too few seeds to tell
    lower: float
    upper: float
    bound: float
    shown: bool  # the interval lies within the bound
    refuted: bool  # an interval at the corrected level lies outside


def verdict(worlds: Sequence[World], rule: ConsistencyRule) -> tuple[Verdict, list[Condition]]:
    """One of three verdicts by the rule, and every condition that it rests on.

    `consistent` needs all conditions, so that none needs a correction (Berger 1982); `inconsistent` needs
    one of them refuted, hence Bonferroni's.

    Raises:
        ValueError: no world, or tables that do not fit one another.
    """
    if not worlds:
        raise ValueError("a verdict needs the choices in at least one world; got none")
    conditions = [condition for world in worlds for condition in _conditions(world, rule, _count(worlds))]
    best = {world.best for world in worlds} - {None}
    if any(condition.refuted for condition in conditions):
        return "inconsistent", conditions
    return ("consistent" if len(best) > 1 and all(condition.shown for condition in conditions) else "inconclusive"), conditions


def _count(worlds: Sequence[World]) -> int:
    """Number of conditions in all worlds together."""
    return sum(3 if len(world.starts) > 1 else 2 for world in worlds)


def _conditions(world: World, rule: ConsistencyRule, count: int) -> list[Condition]:
    """What is asked in this world, judged; `count` is the number of conditions in all worlds."""
    bounds: dict[Quantity, float] = {"right share": rule.right_share, "same share": rule.same_share}
    if len(world.starts) > 1:
        bounds["start slope"] = rule.start_slope
    judged = []
    for quantity, bound in bounds.items():
        value, lower, upper = _interval(quantity, world, rule, rule.alpha)
        _, least, most = _interval(quantity, world, rule, rule.alpha / count)
        slope = quantity == "start slope"
        shown = -bound < lower and upper < bound if slope else lower > bound
        refuted = most < -bound or least > bound if slope else most < bound
        judged.append(Condition(world.name, quantity, value, lower, upper, bound, shown, refuted))
    return judged


def _interval(quantity: Quantity, world: World, rule: ConsistencyRule, alpha: float) -> tuple[float | None, float, float]:
    """A quantity with the ends of its interval; None and the widest interval where there are too few seeds."""
    if quantity == "right share":
        share = right_share(world.shown_right, world.shown_wrong, alpha)
        return share.value, share.lower, share.upper
    if len(world.choices) < 2:
        return (None, 0.0, 1.0) if quantity == "same share" else (None, -np.inf, np.inf)
    if quantity == "same share":
        share = same_share(world.choices, alpha)
        return share.value, share.lower, share.upper
    each = slopes(world.choices.astype(np.float64), world.starts)
    lower, upper = mean_intervals(each[:, None], alpha, rule.resamples, rule.seed)
    return float(each.mean()), float(lower[0]), float(upper[0])
