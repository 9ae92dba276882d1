from pathlib import Path

from kernel_dilation.dilation_learning.learning_outcome import LearningOutcome
from kernel_dilation.experiment.parameters import Learn, parse_settings
from stages.learn import choices_table, job_name, list_runs, trajectory_table

import numpy as np
import pytest
import yaml

DEFAULT = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
CANDIDATES = (1, 4, 7)


def learn_section(**changes: object) -> Learn:
    """Return the default `learn` section with some values replaced."""
    return parse_settings(yaml.safe_dump({**DEFAULT, "learn": {**DEFAULT["learn"], **changes}})).learn


LEARN = learn_section(candidates=[1, 4, 7], initial_dilations=[1, 7], worlds=["digits", "atrous-4"], replicates=2, seed=5)


def outcomes(runs: list[dict]) -> dict[str, LearningOutcome]:
    """Return for each run an outcome of two epochs, which goes from an even blend to dilation 4."""
    return {job_name(run): LearningOutcome(CANDIDATES, np.array([[1 / 3, 1 / 3, 1 / 3], [0.0, 1.0, 0.0]])) for run in runs}


def test_a_method_runs_in_every_world_from_every_initial_dilation():
    runs = list_runs("mixture", LEARN)
    assert [(run["world"], run["truth"], run["run"], run["initial_dilation"]) for run in runs] == [
        (world, truth, number, initial) for world, truth in (("digits", None), ("atrous-4", 4)) for number in (0, 1) for initial in (1, 7)
    ]
    assert len({job_name(run) for run in runs}) == len(runs)


def test_a_method_without_an_initial_dilation_runs_once_in_every_world_and_run():
    runs = list_runs("fair_experts", LEARN)
    assert [(run["world"], run["run"], run["initial_dilation"]) for run in runs] == [
        (world, number, None) for world in ("digits", "atrous-4") for number in (0, 1)
    ]
    table = choices_table(runs, outcomes(runs))
    assert table["initial_dilation"].isna().all()


def test_the_tables_have_the_choice_and_the_course_of_every_run():
    """By hand: the mean of 1, 4 and 7 is 4, with entropy ln 3."""
    runs = list_runs("mixture", LEARN)
    choices, course = choices_table(runs, outcomes(runs)), trajectory_table(runs, outcomes(runs))
    assert choices["chosen_dilation"].tolist() == [4] * 8
    assert choices["weight_4"].tolist() == [1] * 8
    assert choices["truth"].isna().tolist() == [True] * 4 + [False] * 4
    first = course.iloc[0]
    assert (first["world"], first["run"], first["initial_dilation"], first["epoch"]) == ("digits", 0, 1, 1)
    assert (first["dilation"], first["entropy"]) == pytest.approx((4, np.log(3)))
    assert len(course) == 2 * len(runs)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"initial_dilations": [1, 9]}, r"learn.initial_dilations.1: must be among learn.candidates, 1, 2, 3, 4, 5, 6, 7 \(got 9\)"),
        ({"worlds": ["digits", "textures-9"]}, r"learn.worlds.1: the planted dilation must be among learn.candidates, .* \(got textures-9\)"),
        ({"worlds": ["digit"]}, r"learn.worlds.0: .*must be digits, or atrous or textures with the planted dilation, such as atrous-2"),
        ({"selection": [1, 7]}, r"learn.selection.1: must be at most learn.race.most_rounds, 4 \(got 7\)"),
        ({"race": {**DEFAULT["learn"]["race"], "least_rounds": 7}}, r"learn.race.least_rounds: must be at most learn.race.most_rounds, 4 \(got 7\)"),
        ({"candidates": [1, 2, 3, 4, 5, 7, 28]}, r"learn.candidates.6: a kernel's outer taps must meet its input, .* \(got 28\)"),
        ({"kernel_size": 61}, r"learn.kernel_size: a kernel's outer taps must meet its input, .* \(got 61\)"),
        (
            {"rates": {"mixture": 0.2}, "methods": ["mixture", "experts"]},
            r"learn.rates: must have a rate for each of learn.methods that has an initial dilation; there is none for experts$",
        ),
        ({"rates": {"mixture": 0.0}}, r"learn.rates.mixture: must be a number, above 0 .* \(got 0.0\)"),
        ({"rates": {"guess": 1.0}}, r"learn.rates.guess: must be one of the methods"),
        ({"batch_size": 3}, r"learn.batch_size: must be at least the number of learn.candidates, 7, and .* \(got 3\)"),
        ({"batch_size": 4000}, r"learn.batch_size: must be .* at most learn.images and learn.planted_images, 1,200 \(got 4000\)"),
    ],
)
def test_inconsistent_parameters_of_learning_are_refused(change, rule):
    with pytest.raises(ValueError, match=rule):
        learn_section(**change)
