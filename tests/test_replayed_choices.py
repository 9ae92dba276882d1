"""Choices of races and selections from made-up losses. Oracle: worked by hand, and the exchange of columns."""

from kernel_dilation.dilation_selection.race import race
from kernel_dilation.dilation_selection.replayed_choices import (
    CRITERIA,
    best_dilations,
    complete_rounds,
    exchange_columns,
    exchanged_pairs,
    parse_selection,
    replay_choices,
    selection_name,
    selection_rows,
    two_best,
    with_mirrored_worlds,
)
from kernel_dilation.dilation_selection.training_rounds import race_rules
from kernel_dilation.experiment.parameters import parse_settings

import numpy as np
import pytest
from changed_parameters import changed
from made_up_study import made_up_rounds

LEARN = parse_settings(changed(learn__candidates=[1, 2, 3], learn__worlds=["digits", "textures-2"], learn__initial_dilations=[1])).learn
DILATIONS = (1, 2, 3)
PAIRS = ((0, 1), (0, 2), (1, 2))
SEEDS = range(20)


def exchanged(dilation: int, pair: tuple[int, int]) -> int:
    """Return the dilation whose column a dilation takes when these columns are exchanged."""
    first, second = (DILATIONS[column] for column in pair)
    return {first: second, second: first}.get(dilation, dilation)


def random_losses(seed: int) -> np.ndarray:
    """Return losses of six rounds, with differences between dilations of the size of the noise."""
    generator = np.random.default_rng(seed)
    return 0.2 + generator.normal(scale=0.01, size=3) + generator.normal(scale=0.01, size=(6, 3))


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_race_and_a_selection_commute_with_the_exchange_of_columns(seed, pair):
    """They use the losses alone, so that exchanged losses exchange the choice."""
    losses = random_losses(seed)
    rules, mirrored = race_rules(LEARN), exchange_columns(losses, pair)
    assert race(mirrored, DILATIONS, rules).choice == exchanged(race(losses, DILATIONS, rules).choice, pair)
    plain, turned = ({criterion: table for criterion in CRITERIA} for table in (losses, mirrored))
    for before, after in zip(selection_rows(plain, DILATIONS, LEARN), selection_rows(turned, DILATIONS, LEARN)):
        assert after["chosen_dilation"] == exchanged(before["chosen_dilation"], pair)
        assert after["trainings"] == before["trainings"]


def test_the_smallest_survivor_does_not_commute_with_it():
    """By hand: 1 and 2 alternate, so that both survive whichever is the better; 3 is dropped."""
    losses = np.array([[0.20, 0.25, 9.0], [0.26, 0.21, 9.1], [0.20, 0.25, 9.0], [0.26, 0.21, 9.1], [0.20, 0.25, 9.2], [0.26, 0.21, 9.1]])
    rules = race_rules(LEARN)
    assert race(losses, DILATIONS, rules).smallest_survivor == race(exchange_columns(losses, (0, 1)), DILATIONS, rules).smallest_survivor == 1


@pytest.mark.parametrize("pair", PAIRS)
def test_an_exchange_of_columns_is_its_own_inverse(pair):
    losses = random_losses(0)
    np.testing.assert_array_equal(exchange_columns(exchange_columns(losses, pair), pair), losses)


def test_the_two_best_are_those_of_least_mean_loss_over_complete_rounds():
    table = np.array([[0.3, 0.1, 0.2], [0.3, 0.2, 0.2], [0.3, 0.2, 0.3], [0.0, 9.0, 0.0]])
    assert max(LEARN.selection) == 3
    assert two_best(complete_rounds(table, LEARN)) == (1, 2)


def test_the_pair_of_a_world_is_that_of_all_its_runs_together():
    """By hand: means over both runs of digits are 0.3, 0.25, 0.5; each run alone has another best dilation."""
    losses = {("digits", 0): np.array([[0.1, 0.3, 0.5]]), ("digits", 1): np.array([[0.5, 0.2, 0.5]]), ("textures-2", 0): np.array([[0.9, 0.1, 0.5]])}
    pairs = exchanged_pairs(losses, LEARN)
    assert pairs == {"digits": (1, 0), "textures-2": (1, 2)}
    mirrored = with_mirrored_worlds(losses, pairs)
    np.testing.assert_array_equal(mirrored["digits-mirrored", 1], [[0.2, 0.5, 0.5]])
    np.testing.assert_array_equal(mirrored["textures-2-mirrored", 0], [[0.9, 0.5, 0.1]])


def test_the_best_dilation_of_a_mirrored_world_is_the_partner_of_the_planted_one():
    """By hand: 2 is exchanged with 3; a planted dilation that is not one of the pair stays the best by construction."""
    pairs = {"digits": (1, 0), "textures-2": (1, 2), "textures-3": (0, 1)}
    assert best_dilations(list(pairs), DILATIONS, pairs) == {
        "digits": None, "digits-mirrored": None, "textures-2": 2, "textures-2-mirrored": 3, "textures-3": 3, "textures-3-mirrored": 3,
    }  # fmt: skip


def test_selection_takes_the_first_rounds_and_the_largest_accuracy():
    """By hand: after one round 1 has least loss; over three, 2 has; 3 is the most accurate throughout; one of four epochs costs a quarter."""
    losses = np.array([[0.1, 0.2, 0.3], [0.4, 0.2, 0.3], [0.4, 0.2, 0.3], [0.0, 9.0, 9.0]])
    accuracies = np.array([[0.5, 0.6, 0.9]] * 4)
    rows = list(
        selection_rows(
            {"loss": losses, "accuracy": accuracies, "first_epoch": -losses}, DILATIONS, LEARN.model_copy(update={"selection": (3, 1), "epochs": 4})
        )
    )
    assert [(row["method"], row["chosen_dilation"], row["trainings"]) for row in rows] == [
        ("selection_1_by_loss", 1, 3), ("selection_1_by_accuracy", 3, 3), ("selection_1_by_first_epoch", 3, 0.75),
        ("selection_3_by_loss", 2, 9), ("selection_3_by_accuracy", 3, 9), ("selection_3_by_first_epoch", 1, 2.25),
    ]  # fmt: skip


@pytest.mark.parametrize("criterion", CRITERIA)
def test_the_name_of_a_selection_gives_its_trainings_and_criterion(criterion):
    assert parse_selection(selection_name(10, criterion)) == (10, criterion)


def test_other_ways_are_no_selections():
    assert [parse_selection(name) for name in ("race", "mixture", "selection_1_by_luck", "selection_by_loss")] == [None] * 4


def test_every_world_run_and_way_has_one_choice_and_always_the_smallest_costs_nothing():
    table = replay_choices(made_up_rounds(LEARN), LEARN)
    ways = {"race", "smallest_survivor", "always_smallest", *(selection_name(n, criterion) for n in LEARN.selection for criterion in CRITERIA)}
    assert not table.duplicated(["method", "world", "run"]).any()
    assert len(table) == len(ways) * 4 * LEARN.replicates
    assert set(table["method"]) == ways
    smallest = table.loc[table["method"] == "always_smallest", ["chosen_dilation", "trainings"]]
    assert smallest.drop_duplicates().to_numpy().tolist() == [[1, 0]]
