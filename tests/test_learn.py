from pathlib import Path

from kernel_dilation.dilation_learning.learning_outcome import LearningOutcome, planted_rows
from kernel_dilation.experiment.parameters import Learn, parse_settings
from stages.learn import choices_table, digit_jobs, jobs_on_textures, retraining_jobs, sweep_jobs

import numpy as np
import pandas as pd
import pytest
import yaml

DEFAULT = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
CANDIDATES = (1, 4, 7)


def learn_section(**changes: object) -> Learn:
    """Return the default `learn` section with some values replaced."""
    return parse_settings(yaml.safe_dump({**DEFAULT, "learn": {**DEFAULT["learn"], **changes}})).learn


LEARN = learn_section(
    candidates=[1, 4, 7],
    initial_dilations=[1, 7],
    planted_dilations=[1, 4, 7],
    planted_textures=2,
    replicates=2,
    seed=5,
    sweep={"mixture": [0.1, 9.0]},
)


def one_choice(dilation: int) -> LearningOutcome:
    return LearningOutcome(CANDIDATES, np.eye(3)[[CANDIDATES.index(dilation)]])


def test_a_method_runs_from_every_initial_dilation_with_every_seed():
    assert [job[2:] for job in digit_jobs("mixture", LEARN).values()] == [(1, 5), (1, 6), (7, 5), (7, 6)]


def test_a_method_runs_on_every_planted_texture_from_every_initial_dilation():
    assert {job[3:6] for job in jobs_on_textures("mixture", LEARN).values()} == {
        (true, texture, start) for true in (1, 4, 7) for texture in (0, 1) for start in (1, 7)
    }


def test_rates_are_swept_for_the_methods_that_the_sweep_names():
    """By hand: two rates from two initial dilations, on the middle one of three planted dilations."""
    jobs = sweep_jobs("mixture", LEARN).values()
    assert [(job[2], job[3], job[5]) for job in jobs] == [(0.1, 4, 1), (0.1, 4, 7), (9.0, 4, 1), (9.0, 4, 7)]
    assert sweep_jobs("experts", LEARN) == {}


def test_one_network_is_trained_for_each_chosen_dilation_and_seed():
    choices = {(1, 5): 4, (7, 5): 4, (1, 6): 4, (7, 6): 1}
    runs = [({"initial_dilation": start, "seed": seed}, one_choice(dilation)) for (start, seed), dilation in choices.items()]
    jobs = retraining_jobs(LEARN, runs)
    assert sorted(job[1:] for job in jobs.values()) == [(1, 6), (4, 5), (4, 6)]
    accuracies = {name: {"accuracy": job[1] / 10} for name, job in jobs.items()}
    table = choices_table(runs, accuracies)
    assert table["chosen_dilation"].tolist() == [4, 4, 4, 1]
    assert table["accuracy"].tolist() == [0.4, 0.4, 0.4, 0.1]
    assert table["weight_4"].tolist() == [1, 1, 1, 0]


def test_the_planted_rows_contain_the_planted_and_the_chosen_dilation():
    jobs = {name: job for name, job in jobs_on_textures("mixture", LEARN).items() if job[3] == 4}
    table = pd.DataFrame(planted_rows(jobs, {name: one_choice(job[5]) for name, job in jobs.items()}))
    assert table[["method", "true_dilation", "texture", "seed", "initial_dilation", "chosen_dilation"]].to_numpy().tolist() == [
        ["mixture", 4, texture, 5, start, start] for texture in (0, 1) for start in (1, 7)
    ]
    assert planted_rows({}, {}) == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"initial_dilations": [1, 9]}, r"learn.initial_dilations.1: must be among learn.candidates, 1, 2, 3, 4, 5, 6, 7 \(got 9\)"),
        ({"planted_dilations": [8, 9]}, r"learn.planted_dilations.1: must be among learn.candidates, .* \(got 9\)"),
        ({"candidates": [1, 2, 3, 4, 5, 7, 28]}, r"learn.candidates.6: a kernel's outer taps must meet its input, .* \(got 28\)"),
        ({"kernel_size": 61}, r"learn.kernel_size: a kernel's outer taps must meet its input, .* \(got 61\)"),
        (
            {"rates": {"mixture": 0.2}, "methods": ["mixture", "experts"]},
            r"learn.rates: must have a rate for each of learn.methods that has an initial dilation; there is none for experts$",
        ),
        ({"rates": {"mixture": 0.0}}, r"learn.rates.mixture: must be a number, above 0 .* \(got 0.0\)"),
        ({"rates": {"guess": 1.0}}, r"learn.rates.guess: must be one of the methods"),
        ({"batch_size": 3}, r"learn.batch_size: must be at least the number of learn.candidates, 7, and .* \(got 3\)"),
        ({"batch_size": 4000}, r"learn.batch_size: must be .* at most learn.images and learn.planted_images, 1,500 \(got 4000\)"),
        ({"sweep": {"continuous": []}}, r"learn.sweep.continuous: must be a list of at least 1"),
    ],
)
def test_inconsistent_parameters_of_learning_are_refused(change, rule):
    with pytest.raises(ValueError, match=rule):
        learn_section(**change)
