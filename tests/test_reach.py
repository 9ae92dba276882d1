"""How far the answer on accuracy reaches. Oracle: by hand."""

import json

from kernel_dilation.experiment.parameters import parse_settings
from tools.study.reach import by_dilation, reach_table, write_reach

import numpy as np
import pandas as pd
import pytest
from changed_parameters import changed

OPTIONS = parse_settings(changed(analyze__resamples=200)).analyze
LEVELS = {"same": [99.0, 98.5], "random-taps": [99.0, 98.75], "letters": [94.0, 91.0]}
NOISE = np.linspace(-0.1, 0.1, 6)


def accuracies(run: str) -> pd.DataFrame:
    """Return the accuracy of every network of a run, with another arm that does not count."""
    rows = [
        {"dilation": dilation, "kernel_size": 3, "pooling": "max", "replicate": replicate, "accuracy": level + noise}
        for dilation, level in zip((1, 7), LEVELS[run])
        for replicate, noise in enumerate(NOISE)
    ]
    return pd.DataFrame([*rows, {"dilation": 1, "kernel_size": 5, "pooling": "max", "replicate": 0, "accuracy": 10.0}])


def verdict(run: str) -> dict:
    data = "letters (SHA-256 0123)" if run == "letters" else "mnist"
    shared = {"dilate": "first", "padding": "same", "match_weights": "own"}
    taps = "random" if run == "random-taps" else "lattice"
    return {"dataset": data, "sha256": data, "epochs": 2, "taps": taps, **shared, "accuracy": {"verdict": "difference"}}


@pytest.fixture
def table() -> pd.DataFrame:
    tables = {run: by_dilation(accuracies(run)) for run in LEVELS}
    return reach_table(tables, {run: verdict(run) for run in LEVELS}, OPTIONS).set_index(["run", "dilation"])


def test_falls_and_error_ratios_are_those_since_the_smallest_dilation(table):
    """By hand: errors of 6 and 9 % are a fall of 3 points and a ratio of 1.5."""
    assert table.loc[("letters", 7), ["mean", "fall", "error_ratio"]].tolist() == pytest.approx([91.0, 3.0, 1.5])
    assert table.loc[("letters", 1), ["fall", "fall_lower", "fall_upper", "error_ratio"]].tolist() == pytest.approx([0, 0, 0, 1])
    assert table.loc[("letters", 7), "error_ratio_lower"] < 1.5 < table.loc[("letters", 7), "error_ratio_upper"]


def test_runs_on_the_same_digits_are_compared_with_the_main_run_and_others_are_not(table):
    """By hand: random taps are right on 0.25 points more at dilation 7; at dilation 1 they are the same networks."""
    assert table.loc[("random-taps", 7), "minus_main"] == pytest.approx(0.25)
    assert table.loc[("random-taps", 1), ["minus_main", "minus_main_lower", "minus_main_upper"]].tolist() == [0, 0, 0]
    assert table.loc[["letters", "same"], "minus_main"].isna().all()


def test_every_row_says_on_which_data_it_was_seen(table):
    assert table.loc[("letters", 7), ["dataset", "epochs", "verdict"]].tolist() == ["letters (SHA-256 0123)", 2, "difference"]


def test_finished_runs_are_read_from_what_is_kept_and_unfinished_ones_are_not_compared(tmp_path):
    for run in LEVELS:
        (tmp_path / run).mkdir()
        accuracies(run).to_csv(tmp_path / run / "accuracy.csv", index=False)
        if run != "letters":
            (tmp_path / run / "verdict.json").write_text(json.dumps(verdict(run)))
    write_reach(tmp_path, OPTIONS, tmp_path / "reach.csv")
    assert set(pd.read_csv(tmp_path / "reach.csv")["run"]) == {"same", "random-taps"}
