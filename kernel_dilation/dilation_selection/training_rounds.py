"""Rounds of paired trainings, from which a race and every selection by repetition are replayed.

In each round, every dilation that is still wanted is trained once, from the same initial weights and in the same
order of batches, on images drawn anew for this round. The first rounds train all dilations, because selection and the
reference for judging choices need complete rounds. Later ones train those that a race has left.
"""

from collections.abc import Mapping, Sequence
from itertools import product

from kernel_dilation.dilation_selection.race import RaceRules, race
from kernel_dilation.experiment.parameters import Learn

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Losses = Mapping[tuple[int, int], float]  # validation loss, in nats, by round, from 0, and dilation


def race_rules(learn: Learn) -> RaceRules:
    """Return the rules of the races from the parameters."""
    return RaceRules(learn.race.least_rounds, learn.race.most_rounds, learn.race.alpha, learn.race.zone)


def loss_table(losses: Losses, dilations: Sequence[int], rounds: int) -> NDArray[np.float64]:
    """Return the losses as a table, (rounds, dilations), with NaN where a dilation was not trained."""
    return np.array([[losses.get((number, dilation), np.nan) for dilation in dilations] for number in range(rounds)]).reshape(rounds, len(dilations))


def next_dilations(losses: Losses, learn: Learn, number: int) -> tuple[int, ...]:
    """Return the dilations to train in the round with this number, counted from 0, given all losses of earlier rounds.

    There are none once the race has ended and no more complete rounds are needed.
    """
    dilations = tuple(sorted(learn.candidates))
    if number < max(learn.selection):
        return dilations
    return race(loss_table(losses, dilations, number), dilations, race_rules(learn)).next_round


def has_all_trainings(rounds: pd.DataFrame, learn: Learn) -> bool:
    """Return whether rounds.csv has exactly the trainings that the rules ask for, given the losses in it, each once."""
    by_run: dict[tuple[str, int], dict[tuple[int, int], float]] = {key: {} for key in product(learn.worlds, range(learn.replicates))}
    columns = rounds[["world", "run", "round", "dilation", "validation_loss"]]
    for world, run, number, dilation, loss in columns.itertuples(index=False, name=None):
        by_run.setdefault((world, run), {})[number - 1, dilation] = loss
    known = len(by_run) == len(learn.worlds) * learn.replicates
    return known and len(rounds) == sum(map(len, by_run.values())) and all(has_ended(losses, learn) for losses in by_run.values())


def has_ended(losses: Losses, learn: Learn) -> bool:
    """Return whether each round of a run has the dilations that the rules ask for, given the losses of earlier ones."""
    for number in range(learn.race.most_rounds):
        if {dilation for trained, dilation in losses if trained == number} != set(next_dilations(losses, learn, number)):
            return False
    return all(0 <= number < learn.race.most_rounds for number, _ in losses)


def losses_by_run(rounds: pd.DataFrame, dilations: Sequence[int], column: str = "validation_loss") -> dict[tuple[str, int], NDArray[np.float64]]:
    """Return the losses of each world and run as a table, (rounds, dilations), from rounds.csv.

    Args:
        rounds: with the columns `world`, `run`, `round`, `dilation` and `column`.
        column: name of the losses.
    """
    tables = rounds.pivot_table(index=["world", "run", "round"], columns="dilation", values=column, sort=False).reindex(columns=list(dilations))
    return {(world, run): tables.loc[world, run].to_numpy() for world, run in dict.fromkeys(zip(rounds["world"], rounds["run"]))}
