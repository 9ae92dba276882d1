from pathlib import Path

from kernel_dilation.dilation_learning.learning_outcome import LearningOutcome, planted_rows
from kernel_dilation.experiment.parameters import Learn, parse_settings
from tools.planted_recovery.measure_recovery import PLANTED_DILATIONS, fixed_dilation_jobs, loss_table, method_jobs, with_baselines

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="module")
def learn() -> Learn:
    default = parse_settings(Path("params.yaml").read_text(encoding="utf-8")).learn
    return default.model_copy(update={"candidates": [1, 3, 4, 7], "initial_dilations": [1, 4, 7]})


def test_there_is_a_run_for_each_method_dilation_texture_seed_and_initial_dilation(learn):
    assert len(method_jobs(learn, ["mixture", "experts"], textures=5, seeds=3)) == 2 * len(PLANTED_DILATIONS) * 5 * 3 * 3
    assert len(fixed_dilation_jobs(learn, textures=5, seeds=3)) == len(PLANTED_DILATIONS) * 5 * 3 * 4


def test_restarts_and_selection_choose_the_lowest_validation_loss(learn):
    """By hand: from 1, 4 and 7 a method converges to 1, 4 and 7; of these 4 has the lowest loss, of all candidates 3."""
    jobs = {name: job for name, job in method_jobs(learn, ["mixture"], 1, 1).items() if name.startswith("mixture-3-")}
    candidates = tuple(learn.candidates)
    outcomes = {name: LearningOutcome(candidates, np.eye(4)[[candidates.index(job[5])]]) for name, job in jobs.items()}
    fixed = {name: job for name, job in fixed_dilation_jobs(learn, 1, 1).items() if name.startswith("fixed-3-")}
    losses = {name: abs(job[3] - 3.2) for name, job in fixed.items()}
    table = with_baselines(pd.DataFrame(planted_rows(jobs, outcomes)), loss_table(fixed, losses))
    choices = table.groupby("method", sort=False)["chosen_dilation"].agg(list).to_dict()
    assert choices == {"mixture": [1, 4, 7], "restarts-mixture": [4], "selection": [3]}
    assert table.loc[table["method"] != "mixture", "initial_dilation"].isna().all()
