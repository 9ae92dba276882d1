"""A race between dilations: rounds of paired trainings, with dilations dropped once shown to be worse.

Birattari et al. (2002) compare the candidates of a race by their ranks. We follow Kim and Nelson (2001), who
use paired differences under common random numbers and an indifference zone. Unlike them, we compare the
leader with each rival by a t test, and divide the level by the number of rivals and of looks. A look is one
round of tests, made after a round of trainings. No assumption about the dependence between candidates is
needed: the best dilation is dropped only if it is found to be worse than another one at some look, and the
probabilities of these errors sum to at most alpha.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kernel_dilation.statistics.block_tables import Floats
from kernel_dilation.statistics.verdicts import one_sided_p_values, tost_p_values

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ending = Literal["", "one left", "indifferent", "most rounds"]


@dataclass(frozen=True)
class RaceRules:
    """Rules of a race, which are fixed before its first round.

    Raises:
        ValueError: the numbers of rounds, the level or the zone are out of range.
    """

    least_rounds: int  # rounds before the first look; at least 2, because a variance needs two values
    most_rounds: int  # rounds after which the race ends
    alpha: float  # largest permitted probability that the best dilation is dropped
    zone: float  # difference between mean losses below which candidates are equally good: in nats, or as a fraction of the leader's loss
    zone_is_share: bool = True

    def __post_init__(self) -> None:
        if not 2 <= self.least_rounds <= self.most_rounds:
            raise ValueError(f"a race needs 2 <= least_rounds <= most_rounds; got {self.least_rounds} and {self.most_rounds}")
        if not 0 < self.alpha < 1:
            raise ValueError(f"alpha must lie between 0 and 1; got {self.alpha}")
        if not 0 <= self.zone < np.inf:
            raise ValueError(f"the indifference zone must be a finite number of at least 0; got {self.zone}")

    def level(self, dilations: int) -> float:
        """Level of a single test: alpha divided by the numbers of rivals of the leader and of looks."""
        return self.alpha / (max(dilations - 1, 1) * (self.most_rounds - self.least_rounds + 1))


@dataclass(frozen=True)
class Race:
    """State of a race after its latest round."""

    survivors: tuple[int, ...]  # dilations not shown to be worse than a leader, in ascending order
    mean_losses: tuple[float, ...]  # mean loss of each survivor in nats over all rounds so far; survivors take part in every round
    dropped: tuple[tuple[int, int], ...]  # the other dilations, each with the round after which it was dropped
    rounds: int  # number of rounds so far
    trainings: int  # number of trainings so far, those of dropped dilations included
    ending: Ending  # reason for the end of the race; empty while it continues

    @property
    def next_round(self) -> tuple[int, ...]:
        """Dilations to train in the next round; empty if the race has ended."""
        return () if self.ending else self.survivors

    @property
    def choice(self) -> int:
        """The survivor with the smallest mean loss, or the smallest dilation among several such survivors.

        Raises:
            ValueError: several dilations take part and no round has been run.
        """
        if len(self.survivors) == 1:
            return self.survivors[0]
        if not self.rounds:
            raise ValueError("a race has no choice before its first round")
        return self.survivors[int(np.argmin(self.mean_losses))]

    @property
    def smallest_survivor(self) -> int:
        """The smallest dilation that is not shown to be worse, which is the most parsimonious choice.

        Runs that choose by this rule agree because the rule prefers small dilations. Where a larger dilation
        is slightly better, they therefore agree on the same wrong choice.
        """
        return self.survivors[0]


def race(losses: ArrayLike, dilations: Sequence[int], rules: RaceRules) -> Race:
    """Replay a race from its first round to the last round with losses, or to its end.

    The result depends only on the measured losses, so an interrupted race can be resumed: train the dilations
    of `next_round`, append their losses as a row, and call the function again.

    Args:
        losses: validation losses in nats, (rounds, dilations). Rows after the end of the race are ignored, as
            are the losses of a dilation after the round in which it was dropped; they may be NaN.
        dilations: dilation of each column, in ascending order.

    Raises:
        ValueError: the columns do not match the dilations, the dilations do not ascend, or the loss of a
            dilation that is still in the race is missing or infinite.
    """
    table, remaining = _loss_table(losses, dilations), np.array(dilations, dtype=np.int64)
    level, rounds, trainings, dropped = rules.level(len(dilations)), 0, 0, []
    ending: Ending = "one left" if len(dilations) == 1 else ""
    while not ending and rounds < len(table):
        rounds += 1
        trainings += len(remaining)
        so_far = _require_finite(table[:rounds, np.isin(dilations, remaining)], remaining)
        if rounds >= rules.least_rounds:
            worse = shown_worse(so_far, level)
            dropped += [(int(dilation), rounds) for dilation in remaining[worse]]
            remaining, ending = remaining[~worse], _ending(so_far[:, ~worse], rules, level)
    means = table[:rounds, np.isin(dilations, remaining)].mean(axis=0) if rounds else np.zeros(0)
    return Race(tuple(remaining.tolist()), tuple(means.tolist()), tuple(dropped), rounds, trainings, ending)


def shown_worse(losses: Floats, level: float) -> NDArray[np.bool_]:
    """Return for each candidate whether it is shown to be worse than the leader, (candidates,) bool.

    The leader is the candidate with the smallest mean loss in `losses`, (rounds, candidates). Each candidate
    is compared with it by a one-sided paired t test at this level.
    """
    leader = int(losses.mean(axis=0).argmin())
    return one_sided_p_values(losses - losses[:, [leader]]) <= level


def indifferent(losses: Floats, rules: RaceRules, level: float) -> bool:
    """Return whether every candidate is shown to lie within the indifference zone around the leader.

    The test for each rival consists of two one-sided paired t tests at this level, by Schuirmann (1987). If the
    zone is a fraction of the leader's loss, each round has its own margin, which amounts to a test of the ratio
    of the mean losses, as in Hauschke et al. (1999). The answer is always False for a zone of 0. `losses` is
    (rounds, candidates).
    """
    leader = int(losses.mean(axis=0).argmin())
    rivals = np.delete(losses, leader, axis=1) - losses[:, [leader]]
    margins = rules.zone * (losses[:, leader] if rules.zone_is_share else np.ones(len(losses)))
    return bool(rules.zone > 0 and (tost_p_values(rivals, margins) <= level).all())


def _ending(losses: Floats, rules: RaceRules, level: float) -> Ending:
    """Return why the race ends, or an empty string; `losses` is (rounds, remaining candidates)."""
    if losses.shape[1] == 1:
        return "one left"
    if indifferent(losses, rules, level):
        return "indifferent"
    return "most rounds" if len(losses) >= rules.most_rounds else ""


def _loss_table(losses: ArrayLike, dilations: Sequence[int]) -> Floats:
    """Return the losses as float64, (rounds, dilations).

    Raises:
        ValueError: the dilations do not ascend, or the columns do not match them.
    """
    table = np.asarray(losses, dtype=np.float64)
    if not len(dilations) or list(dilations) != sorted(set(dilations)):
        raise ValueError(f"the dilations of a race must be given in ascending order, each once; got {list(dilations)}")
    table = table.reshape(0, len(dilations)) if table.size == 0 else table
    if table.ndim != 2 or table.shape[1] != len(dilations):
        raise ValueError(f"losses must have one column for each of {len(dilations)} dilations; got the shape {table.shape}")
    return table


def _require_finite(losses: Floats, dilations: NDArray[np.int64]) -> Floats:
    """Return the losses unchanged.

    Raises:
        ValueError: a loss is missing or infinite.
    """
    for row, column in np.argwhere(~np.isfinite(losses)):
        rule = f"round {row + 1} must have a finite loss for dilation {dilations[column]}, which is still in the race"
        raise ValueError(f"{rule}; got {losses[row, column]}")
    return losses
