"""A race between dilations: rounds of paired trainings, in which whatever is shown to be worse is dropped.

Birattari et al. (2002) race candidates by ranks; ours are compared as by Kim and Nelson (2001), by paired
differences under common random numbers and with an indifference zone, but by t tests of the leader's
rivals, each at a level divided by the number of rivals and of looks. Hence no assumption is made on how
the candidates depend on one another: the best is dropped only if it is found worse than another one at
some look, and the sum of the probabilities of all these errors is at most alpha.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kernel_dilation.statistics.blocks import Floats
from kernel_dilation.statistics.verdicts import one_sided_p_values, tost_p_values

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ending = Literal["", "one left", "indifferent", "most rounds"]


@dataclass(frozen=True)
class RaceRules:
    """The rules of a race, which stand before its first round.

    Raises:
        ValueError: rounds, a level or a zone that make no race.
    """

    least_rounds: int  # before anything is dropped; at least 2, the least that has a spread
    most_rounds: int  # after which the race ends
    alpha: float  # probability that the best is dropped, at most
    zone: float  # difference of mean losses below which two candidates are as good: in nats, or a share of the leader's loss
    zone_is_share: bool = True

    def __post_init__(self) -> None:
        if not 2 <= self.least_rounds <= self.most_rounds:
            raise ValueError(f"a race needs 2 <= least_rounds <= most_rounds; got {self.least_rounds} and {self.most_rounds}")
        if not 0 < self.alpha < 1:
            raise ValueError(f"alpha must lie between 0 and 1; got {self.alpha}")
        if not 0 <= self.zone < np.inf:
            raise ValueError(f"the indifference zone must be a finite number of at least 0; got {self.zone}")

    def level(self, dilations: int) -> float:
        """Level of each single test: alpha shared out among the rivals of a leader and the looks."""
        return self.alpha / (max(dilations - 1, 1) * (self.most_rounds - self.least_rounds + 1))


@dataclass(frozen=True)
class Race:
    """How far a race has come."""

    survivors: tuple[int, ...]  # dilations not shown to be worse than a leader, ascending
    mean_losses: tuple[float, ...]  # of each survivor, in nats, over all rounds so far, every one of which it ran in
    dropped: tuple[tuple[int, int], ...]  # the other dilations, each with the round after which it was dropped
    rounds: int
    trainings: int  # all that were paid for
    ending: Ending  # why it ended; empty while it goes on

    @property
    def next_round(self) -> tuple[int, ...]:
        """Dilations to train in the next round; none if the race has ended."""
        return () if self.ending else self.survivors

    @property
    def choice(self) -> int:
        """The survivor of least mean loss; of several, the smallest.

        Raises:
            ValueError: no round has been run.
        """
        if len(self.survivors) == 1:
            return self.survivors[0]
        if not self.rounds:
            raise ValueError("a race chooses nothing before its first round")
        return self.survivors[int(np.argmin(self.mean_losses))]

    @property
    def smallest_survivor(self) -> int:
        """The smallest dilation that is not shown to be worse: parsimony, not what the losses say.

        A choice by this rule repeats itself by its preference for small dilations: where a larger one
        is slightly better, it repeats the same mistake.
        """
        return self.survivors[0]


def race(losses: ArrayLike, dilations: Sequence[int], rules: RaceRules) -> Race:
    """Replay a race from its first round, as far as the losses go.

    A pure function of what has been measured, so an interrupted race resumes where it stopped: train
    `next_round` of the result, append the losses as a row, and call again.

    Args:
        losses: (rounds, dilations) validation losses in nats; rows beyond the end of the race, and the
            columns of dropped dilations from then on, are not read and may be NaN.
        dilations: one for each column, ascending.

    Raises:
        ValueError: columns that do not fit the dilations, dilations that do not ascend, or a loss
            of a dilation still in the race that is missing or infinite.
    """
    table, left = _checked_losses(losses, dilations), np.array(dilations, dtype=np.int64)
    level, rounds, trainings, dropped = rules.level(len(dilations)), 0, 0, []
    ending: Ending = "one left" if len(dilations) == 1 else ""
    while not ending and rounds < len(table):
        rounds += 1
        trainings += len(left)
        so_far = _complete(table[:rounds, np.isin(dilations, left)], left)
        if rounds >= rules.least_rounds:
            worse = shown_worse(so_far, level)
            dropped += [(int(dilation), rounds) for dilation in left[worse]]
            left, ending = left[~worse], _ending(so_far[:, ~worse], rules, level)
    means = table[:rounds, np.isin(dilations, left)].mean(axis=0) if rounds else np.zeros(0)
    return Race(tuple(left.tolist()), tuple(means.tolist()), tuple(dropped), rounds, trainings, ending)


def shown_worse(losses: Floats, level: float) -> NDArray[np.bool_]:
    """Whether each candidate is shown to be worse than the leader, (candidates,) bool, by a one-sided paired t test at this level.

    The leader is the candidate of least mean loss in the table, (rounds, candidates).
    """
    leader = int(losses.mean(axis=0).argmin())
    return one_sided_p_values(losses - losses[:, [leader]]) <= level


def indifferent(losses: Floats, rules: RaceRules, level: float) -> bool:
    """Whether every candidate is shown to lie within the indifference zone about the leader, by two one-sided paired t tests.

    Schuirmann (1987). A zone that is a share of the leader's loss has a margin of its own in each
    round, which tests the ratio of the mean losses (Hauschke et al. 1999). Never for a zone of 0.
    """
    leader = int(losses.mean(axis=0).argmin())
    rivals = np.delete(losses, leader, axis=1) - losses[:, [leader]]
    margins = rules.zone * (losses[:, leader] if rules.zone_is_share else np.ones(len(losses)))
    return bool(rules.zone > 0 and (tost_p_values(rivals, margins) <= level).all())


def _ending(losses: Floats, rules: RaceRules, level: float) -> Ending:
    """Why the race ends with these candidates left, (rounds, candidates); empty if it goes on."""
    if losses.shape[1] == 1:
        return "one left"
    if indifferent(losses, rules, level):
        return "indifferent"
    return "most rounds" if len(losses) >= rules.most_rounds else ""


def _checked_losses(losses: ArrayLike, dilations: Sequence[int]) -> Floats:
    """The losses as (rounds, dilations) float64, if they have one column for each of some ascending dilations."""
    table = np.asarray(losses, dtype=np.float64)
    if not len(dilations) or list(dilations) != sorted(set(dilations)):
        raise ValueError(f"the dilations of a race must be given in ascending order, each once; got {list(dilations)}")
    table = table.reshape(0, len(dilations)) if table.size == 0 else table
    if table.ndim != 2 or table.shape[1] != len(dilations):
        raise ValueError(f"losses must have one column for each of {len(dilations)} dilations; got the shape {table.shape}")
    return table


def _complete(losses: Floats, dilations: NDArray[np.int64]) -> Floats:
    """The losses themselves, if all are finite."""
    for row, column in np.argwhere(~np.isfinite(losses)):
        which = f"round {row + 1} must have a finite loss of dilation {dilations[column]}, which is still in the race"
        raise ValueError(f"{which}; got {losses[row, column]}")
    return losses
