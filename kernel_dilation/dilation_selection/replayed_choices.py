"""Choices of a race and of selections, replayed from rounds of paired trainings, in every world and in its mirror image.

In the mirrored world the losses of the two best dilations are exchanged. A rule that is right in both does not owe this
to a preference for one of them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from kernel_dilation.dilation_selection.race import race
from kernel_dilation.dilation_selection.training_rounds import losses_by_run, race_rules
from kernel_dilation.experiment.parameters import Learn
from kernel_dilation.experiment.world_names import MIRRORED, parse_world

import numpy as np
import pandas as pd
from numpy.typing import NDArray

RACE, SMALLEST_SURVIVOR, ALWAYS_SMALLEST = "race", "smallest_survivor", "always_smallest"
FIRST_EPOCH = "first_epoch"
CRITERIA = {
    "loss": ("validation_loss", 1),
    "accuracy": ("validation_accuracy", -1),
    FIRST_EPOCH: ("first_epoch_loss", 1),
}  # column, and sign of what is minimised
SELECTION_NAME = re.compile(rf"selection_(?P<trainings>\d+)_by_(?P<criterion>{'|'.join(CRITERIA)})")
CONTROLS = (SMALLEST_SURVIVOR, ALWAYS_SMALLEST)  # rules that prefer small dilations, to show how the worlds expose them

Losses = dict[tuple[str, int], NDArray[np.float64]]  # (rounds, dilations) by world and run


def selection_name(trainings: int, criterion: str) -> str:
    """Return the name of a selection after so many trainings of each dilation."""
    return f"selection_{trainings}_by_{criterion}"


def parse_selection(name: str) -> tuple[int, str] | None:
    """Return the number of trainings and the criterion in the name of a selection; None for any other way."""
    match = SELECTION_NAME.fullmatch(name)
    return (int(match["trainings"]), match["criterion"]) if match else None


def two_best(losses: NDArray[np.float64]) -> tuple[int, int]:
    """Return the columns of the smallest and the second smallest mean of complete rounds, (rounds, dilations)."""
    best, second = np.argsort(losses.mean(axis=0), kind="stable")[:2]
    return int(best), int(second)


def complete_rounds(losses: NDArray[np.float64], learn: Learn) -> NDArray[np.float64]:
    """Return the first rounds, in which every dilation was trained whatever the race; later complete rounds are a selection."""
    return losses[: max(learn.selection)]


def exchange_columns(table: NDArray[np.float64], pair: tuple[int, int]) -> NDArray[np.float64]:
    """Return the table with two columns exchanged."""
    mirrored = table.copy()
    mirrored[:, list(pair)] = table[:, list(reversed(pair))]
    return mirrored


def exchanged_pairs(losses: Losses, learn: Learn) -> dict[str, tuple[int, int]]:
    """Return the columns of the two best dilations of each world, which are exchanged in its mirror image.

    Args:
        losses: validation losses.
    """
    return {
        world: two_best(np.concatenate([complete_rounds(table, learn) for (name, _), table in losses.items() if name == world]))
        for world, _ in losses
    }


def with_mirrored_worlds(losses: Losses, pairs: Mapping[str, tuple[int, int]]) -> Losses:
    """Return the values of all worlds and of their mirror images, in which a pair of columns is exchanged."""
    return losses | {(f"{world}{MIRRORED}", run): exchange_columns(table, pairs[world]) for (world, run), table in losses.items()}


def best_dilations(worlds: Sequence[str], dilations: Sequence[int], pairs: Mapping[str, tuple[int, int]]) -> dict[str, int | None]:
    """Return the dilation that is best by construction in each world and its mirror image; None if there is none."""
    truths: dict[str, int | None] = {}
    for world in worlds:
        truth = parse_world(world).planted_dilation
        best, second = (dilations[column] for column in pairs[world])
        truths[world] = truth
        truths[f"{world}{MIRRORED}"] = {best: second, second: best}.get(truth, truth) if truth is not None else None
    return truths


def replay_choices(rounds: pd.DataFrame, learn: Learn) -> pd.DataFrame:
    """Return the choice of every race and selection.

    Args:
        rounds: rounds.csv.

    Returns:
        `method`, `world`, `run`, `chosen_dilation` and `trainings`, and for races `survivors`, `rounds` and `ending`.
    """
    dilations = tuple(sorted(learn.candidates))
    by_criterion = {criterion: losses_by_run(rounds, dilations, column) for criterion, (column, _) in CRITERIA.items()}
    pairs = exchanged_pairs(by_criterion["loss"], learn)
    tables = {criterion: with_mirrored_worlds(values, pairs) for criterion, values in by_criterion.items()}
    rows = []
    for world, run in tables["loss"]:
        values = {criterion: tables[criterion][world, run] for criterion in CRITERIA}
        for row in [*race_rows(values["loss"], dilations, learn), *selection_rows(values, dilations, learn)]:
            rows.append({"method": row["method"], "world": world, "run": run, **row})
    return pd.DataFrame(rows).astype({"rounds": "Int64"})


def race_rows(losses: NDArray[np.float64], dilations: Sequence[int], learn: Learn) -> Iterator[dict[str, object]]:
    """Yield the choices based on the race of one run: its own, its smallest survivor, and the control that trains nothing."""
    result = race(losses, dilations, race_rules(learn))
    shared = {"survivors": " ".join(map(str, result.survivors)), "rounds": result.rounds, "ending": result.ending}
    yield {"method": RACE, "chosen_dilation": result.choice, "trainings": result.trainings, **shared}
    yield {"method": SMALLEST_SURVIVOR, "chosen_dilation": result.smallest_survivor, "trainings": result.trainings, **shared}
    yield {"method": ALWAYS_SMALLEST, "chosen_dilation": dilations[0], "trainings": 0}


def selection_rows(tables: dict[str, NDArray[np.float64]], dilations: Sequence[int], learn: Learn) -> Iterator[dict[str, object]]:
    """Yield the selection by each criterion after the first n rounds of one run, for each n of `learn.selection`.

    A selection by the first epoch needs no other, so that it costs that share of a training.
    """
    for trainings in sorted(learn.selection):
        for criterion, (_, sign) in CRITERIA.items():
            epochs = 1 if criterion == FIRST_EPOCH else learn.epochs
            chosen = int((sign * tables[criterion][:trainings].mean(axis=0)).argmin())
            name = selection_name(trainings, criterion)
            yield {"method": name, "chosen_dilation": dilations[chosen], "trainings": trainings * len(dilations) * epochs / learn.epochs}
