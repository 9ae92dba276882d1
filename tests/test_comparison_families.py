from kernel_dilation.analysis.comparison_families import (
    Question,
    block_table,
    effect_rows,
    family_findings,
    finding_tables,
    level_rows,
    metric_frames,
    replicate_rows,
)
from kernel_dilation.experiment.parameters import parse_settings

import numpy as np
import pandas as pd
import pytest
from changed_parameters import changed

OPTIONS = parse_settings(changed(analyze__resamples=200)).analyze


def grid_frame(replicates: int, fall: float) -> pd.DataFrame:
    """Return values that fall by `fall` for each unit of dilation, with a little noise, for two poolings."""
    generator = np.random.default_rng(0)
    rows = [
        {"replicate": replicate, "dilation": dilation, "kernel_size": 3, "pooling": pooling,
         "value": 97 - fall * dilation + (pooling == "max") + 0.05 * generator.normal()}
        for replicate in range(replicates)
        for dilation in (1, 2, 3)
        for pooling in ("max", "average")
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_a_block_table_contains_the_means_of_each_level_over_the_other_factors():
    """By hand: the mean of 1 and 3 at dilation 2 is 2; levels keep the frame's order."""
    frame = pd.DataFrame({"replicate": [0, 0, 0, 0], "dilation": [2, 2, 1, 1], "pooling": ["max", "average"] * 2, "value": [1.0, 3.0, 4.0, 6.0]})
    values, levels = block_table(frame, "dilation")
    assert levels == (2, 1)
    np.testing.assert_array_equal(values, [[2.0, 5.0]])


def test_a_missing_arm_is_refused_and_never_averaged_away():
    frame = grid_frame(4, 1.0)
    with pytest.raises(ValueError, match="treatment 2 in block 3 is missing"):
        family_findings({Question("a", "dilation", "", "m"): frame[~((frame.dilation == 2) & (frame.replicate == 3))]}, lambda *_: 0.5, OPTIONS)


def test_a_family_is_corrected_together():
    """By hand: for two equal p-values, Holm's correction doubles both."""
    question, other = (Question("family", "dilation", "", name) for name in ("one", "two"))
    frame = grid_frame(8, 1.0)
    alone = family_findings({question: frame}, lambda *_: 0.5, OPTIONS)[question].comparison.p_value
    together = family_findings({question: frame, other: frame}, lambda *_: 0.5, OPTIONS)
    assert together[question].comparison.p_value == pytest.approx(2 * alone)
    assert together[question].comparison.verdict == "difference"


def test_the_tables_have_a_row_for_each_question_pair_level_and_replicate():
    question = Question("family", "dilation", "gradient", "gini")
    tables = finding_tables(family_findings({question: grid_frame(4, 1.0)}, lambda *_: 0.5, OPTIONS))
    assert {name: len(table) for name, table in tables.items()} == {"effects": 1, "pairs": 3, "levels": 3, "replicates": 12}
    assert tables["effects"].loc[0, "slope"] == pytest.approx(-1.0, abs=0.1)
    assert (tables["levels"]["lower"] <= tables["levels"]["mean"]).all()


def test_a_single_replicate_has_levels_without_variance_and_no_conclusive_verdict():
    question = Question("family", "dilation", "", "m")
    findings = family_findings({question: grid_frame(1, 1.0)}, lambda *_: 0.5, OPTIONS)
    assert effect_rows(findings)[0]["verdict"] == "untestable"
    assert all(row["lower"] == row["mean"] == row["upper"] for row in level_rows(findings))
    assert len(replicate_rows(findings)) == 3


def test_metrics_are_averaged_over_images_and_chance_levels_are_not_metrics():
    """By hand: the mean of 1 and 3 is 2; a metric without any value is left out for that method only."""
    metrics = pd.DataFrame({
        "dilation": 1, "kernel_size": 3, "pooling": "max", "replicate": 0, "method": ["gradient", "gradient", "class_model"],
        "image": [5, 6, None], "class": [0, 1, 2], "gini": [1.0, 3.0, 5.0], "mass": [0.5, 0.5, None], "mass_chance": [0.1, 0.1, None],
    })  # fmt: skip
    frames = metric_frames(metrics)
    assert set(frames) == {("gradient", "gini"), ("gradient", "mass"), ("class_model", "gini")}
    assert frames["gradient", "gini"]["value"].tolist() == [2.0]
