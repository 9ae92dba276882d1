"""The tables of rounds, judges and marks are read as they were written, or refused by name."""

from pathlib import Path

from kernel_dilation.dilation_selection.training_rounds import next_dilations
from kernel_dilation.experiment.parameters import parse_settings
from kernel_dilation.stage_inputs.input_files import folder_with_checksums
from kernel_dilation.stage_inputs.rounds_file import read_rounds
from stages.analyze import read_by_arm
from stages.rounds import NUMBER_FORMAT, TrainingResult, rounds_table, shorten

import numpy as np
import pandas as pd
import pytest
from changed_parameters import changed

RACE = {"least_rounds": 2, "most_rounds": 6, "alpha": 0.05, "zone": 0.0}
LEARN = parse_settings(
    changed(learn__worlds=["digits", "textures-2"], learn__candidates=[1, 2, 4, 7], learn__selection=[1, 2], learn__replicates=2, learn__race=RACE)
).learn


def run_races() -> pd.DataFrame:
    """Return rounds as the stage trains them, with losses that rise with the dilation, and noise."""
    generator, results = np.random.default_rng(0), {}
    for world in LEARN.worlds:
        for run in range(LEARN.replicates):
            losses: dict[tuple[int, int], float] = {}
            for number in range(LEARN.race.most_rounds):
                for dilation in next_dilations(losses, LEARN, number):
                    losses[number, dilation] = shorten(0.1 + dilation**2 / 100 + generator.normal(scale=0.02))
            for (number, dilation), loss in losses.items():
                results[world, run, number, dilation] = TrainingResult(validation_loss=loss, validation_accuracy=0.9, first_epoch_loss=1.0)
    return rounds_table(results, LEARN)


ROUNDS = run_races()


def write_rounds(folder: Path, table: pd.DataFrame) -> Path:
    table.to_csv(folder / "rounds.csv", index=False, float_format=NUMBER_FORMAT)
    return folder / "rounds.csv"


def test_rounds_are_read_to_the_last_bit_of_the_losses_by_which_the_race_decided(tmp_path):
    assert len(set(ROUNDS.groupby(["world", "run"]).size())) > 1  # the races end differently
    pd.testing.assert_frame_equal(read_rounds(write_rounds(tmp_path, ROUNDS), LEARN), ROUNDS, check_exact=True, check_dtype=False)


@pytest.mark.parametrize("row", range(len(ROUNDS)))
def test_rounds_without_any_one_training_are_refused(tmp_path, row):
    with pytest.raises(ValueError, match=r"rounds.csv is damaged .*its trainings are not those that `learn`"):
        read_rounds(write_rounds(tmp_path, ROUNDS.drop(index=row)), LEARN)


@pytest.mark.parametrize(
    "change",
    [
        {"world": "digits-of-another"}, {"run": 2}, {"round": 0}, {"round": 7}, {"dilation": 3},
        {"validation_loss": np.nan}, {"first_epoch_loss": np.inf}, {"round": 1.5},
    ],
)  # fmt: skip
def test_rounds_with_a_training_of_another_run_or_without_its_loss_are_refused(tmp_path, change):
    other = pd.concat([ROUNDS, ROUNDS.iloc[-1:].assign(**change)], ignore_index=True)
    with pytest.raises(ValueError, match=r"rounds.csv is damaged"):
        read_rounds(write_rounds(tmp_path, other), LEARN)


def test_rounds_with_a_training_twice_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"rounds.csv is damaged"):
        read_rounds(write_rounds(tmp_path, pd.concat([ROUNDS, ROUNDS.iloc[:1]])), LEARN)


@pytest.fixture
def opinions(tmp_path) -> Path:
    """A table of two arms in a folder of results."""
    with folder_with_checksums(tmp_path / "judges") as folder:
        (folder / "confidence.csv").write_text("arm,replicate,dense_confidence\n2-3-max,0,0.5\n4-5-average,0,0.25\n")
    return tmp_path / "judges/confidence.csv"


def test_the_arms_of_a_table_are_parsed_and_those_of_no_interest_left_out(opinions):
    assert read_by_arm(opinions, ["2-3-max", "4-5-average"])["dilation"].tolist() == [2, 4]
    assert read_by_arm(opinions, ["4-5-average"]).to_dict("records") == [
        {"dilation": 4, "kernel_size": 5, "pooling": "average", "replicate": 0, "dense_confidence": 0.25}
    ]


def test_a_table_without_an_arm_is_refused_with_the_folder_to_delete(opinions):
    with pytest.raises(ValueError, match=r"confidence.csv is damaged .*no rows of 1-3-max; delete \S*/judges and run"):
        read_by_arm(opinions, ["1-3-max", "2-3-max"])


def test_a_changed_table_is_refused(opinions):
    opinions.write_text(opinions.read_text().replace("0.25", "0.26"))
    with pytest.raises(ValueError, match=r"confidence.csv is damaged"):
        read_by_arm(opinions, ["2-3-max"])
