from kernel_dilation.dilation_selection.training_rounds import losses_by_run, next_dilations
from kernel_dilation.execution.checkpoints import JobCheckpoints
from kernel_dilation.experiment.parameters import parse_settings
from stages import rounds
from stages.rounds import TrainingResult, next_trainings, rounds_table

import numpy as np
from changed_parameters import changed

RACE = {"least_rounds": 2, "most_rounds": 5, "alpha": 0.05, "zone": 0.0}
LEARN = parse_settings(
    changed(learn__worlds=["textures-2", "digits"], learn__candidates=[4, 1, 2, 7], learn__selection=[1, 3], learn__replicates=2, learn__race=RACE)
).learn


def result(loss: float) -> TrainingResult:
    return TrainingResult(validation_loss=loss, validation_accuracy=0.9, first_epoch_loss=1.0)


def clear_losses(number: int) -> dict[int, float]:
    """Losses that show 4 and 7 to be worse, and leave 1 and 2 open."""
    noise = 0.001 * number
    return {1: 0.2 + (-1) ** number * 0.05, 2: 0.21 - (-1) ** number * 0.05, 4: 9.0 + noise, 7: 8.0 + noise}


def test_the_first_rounds_are_complete_even_where_the_race_has_dropped_dilations():
    losses = {(number, dilation): loss for number in (0, 1) for dilation, loss in clear_losses(number).items()}
    for number in (0, 1, 2):
        assert next_dilations(losses, LEARN, number) == (1, 2, 4, 7)


def test_later_rounds_train_the_survivors_only_and_none_after_the_end():
    losses = {(number, dilation): loss for number in range(3) for dilation, loss in clear_losses(number).items()}
    assert next_dilations(losses, LEARN, 3) == (1, 2)
    losses |= {(number, dilation): clear_losses(number)[dilation] for number in (3, 4) for dilation in (1, 2)}
    assert next_dilations(losses, LEARN, 4) == (1, 2)
    assert next_dilations(losses, LEARN, 5) == ()


def test_a_round_has_the_trainings_of_all_worlds_and_runs_each_network_one_after_another():
    trainings = next_trainings({}, LEARN, 0)
    assert sorted(trainings) == sorted((world, run, 0, dilation) for world in ("textures-2", "digits") for run in (0, 1) for dilation in (1, 2, 4, 7))
    assert [(world, dilation) for world, _, _, dilation in trainings[::2]] == [
        *(("textures-2", dilation) for dilation in (1, 2, 4, 7)), *(("digits", dilation) for dilation in (1, 2, 4, 7)),
    ]  # fmt: skip


def test_each_world_and_run_goes_on_by_its_own_losses():
    results = {
        (world, run, number, dilation): result(loss)
        for world in LEARN.worlds
        for run in (0, 1)
        for number in range(3)
        for dilation, loss in clear_losses(number).items()
    }
    for number in range(3):  # the other run on digits has a clear winner
        for dilation in (1, 2, 4, 7):
            results["digits", 1, number, dilation] = result(dilation + 0.001 * number * dilation)
    assert sorted(next_trainings(results, LEARN, 3)) == sorted(
        (*run, 3, dilation) for run in (("textures-2", 0), ("textures-2", 1), ("digits", 0)) for dilation in (1, 2)
    )


def test_the_table_is_sorted_by_world_run_round_and_dilation_whatever_the_order_of_the_results():
    keys = [
        ("digits", 1, 0, 1),
        ("textures-2", 1, 0, 7),
        ("textures-2", 0, 1, 2),
        ("digits", 0, 0, 4),
        ("textures-2", 0, 0, 4),
        ("textures-2", 0, 0, 1),
    ]
    table = rounds_table({key: result(index) for index, key in enumerate(keys)}, LEARN)
    assert table[["world", "run", "round", "dilation", "validation_loss"]].to_numpy().tolist() == [
        ["textures-2", 0, 1, 1, 5], ["textures-2", 0, 1, 4, 4], ["textures-2", 0, 2, 2, 2], ["textures-2", 1, 1, 7, 1],
        ["digits", 0, 1, 4, 3], ["digits", 1, 1, 1, 0],
    ]  # fmt: skip


def test_the_losses_of_a_run_are_a_table_with_gaps_where_a_dilation_was_not_trained():
    keys = [("digits", 0, 0, 1), ("digits", 0, 0, 2), ("digits", 0, 1, 2), ("textures-2", 0, 0, 1), ("textures-2", 0, 0, 2)]
    tables = losses_by_run(rounds_table({key: result(index) for index, key in enumerate(keys)}, LEARN), (1, 2))
    np.testing.assert_array_equal(tables["digits", 0], [[0, 1], [np.nan, 2]])
    np.testing.assert_array_equal(tables["textures-2", 0], [[3, 4]])


def test_the_progress_bar_of_a_resumed_run_starts_where_the_interrupted_one_stopped(tmp_path, monkeypatch, capsys):
    """Three of the first round's 16 trainings are in the checkpoints; the others are counted as they finish."""

    def run_here(pool, function, jobs, checkpoints, digits, progress):
        for name, (_, _, _, number, dilation) in jobs.items():
            if name not in checkpoints:
                checkpoints[name] = dict(result(clear_losses(number)[dilation]))
                progress(1)
        return {name: checkpoints[name] for name in jobs}

    monkeypatch.setattr(rounds, "run_jobs", run_here)
    checkpoints = JobCheckpoints(tmp_path, "rounds")
    for world, run, number, dilation in next_trainings({}, LEARN, 0)[:3]:
        checkpoints[f"{world}-{run}-{number}-{dilation}"] = dict(result(clear_losses(number)[dilation]))
    results = rounds.run_rounds(None, LEARN, {}, checkpoints)
    shown = capsys.readouterr().err.rpartition("\r")[2]
    assert f" {len(results)}/{len(results)} " in shown
