"""The set of treatments that may be the optimum."""

from kernel_dilation.analysis.comparison_families import Question, table_findings
from kernel_dilation.experiment.parameters import parse_settings
from kernel_dilation.statistics.turning_points import possible_optima

import numpy as np
import pytest
from changed_parameters import changed
from scipy import stats

OPTIONS = parse_settings(changed(analyze__resamples=200)).analyze
RANDOM = np.random.default_rng(0)


def test_treatments_are_rejected_by_t_tests_against_all_others():
    """Oracle: scipy's one-sided paired t tests at the level alpha / (treatments - 1)."""
    table = RANDOM.normal(size=(8, 4)) + np.array([0.0, 1.0, 1.5, 0.2])
    expected = [
        own
        for own in range(4)
        if min(stats.ttest_rel(table[:, other], table[:, own], alternative="greater").pvalue for other in range(4) if other != own) > 0.05 / 3
    ]
    assert 0 < len(expected) < 4
    assert possible_optima(table.T[..., None], True, 0.05) == expected
    assert possible_optima(-table.T[..., None], False, 0.05) == expected


def test_treatments_that_cannot_be_told_apart_are_all_kept():
    table = np.repeat(RANDOM.normal(size=(6, 1)), 3, 1)
    assert possible_optima(table.T[..., None], True, 0.05) == [0, 1, 2]
    assert possible_optima(RANDOM.normal(size=(3, 1, 1)), True, 0.05) == [0, 1, 2]


@pytest.mark.parametrize(("depth", "within"), [(1.0, ("3",)), (0.0, ("2", "3"))])
def test_a_metric_that_turns_has_the_levels_within_which_it_does(depth, within):
    # By construction: a dip at dilation 3, or one that is as deep at dilation 2; noise has a standard deviation of 0.1.
    means = np.array([2.0, 1.0, 1.0 - depth, 2.0])
    tables = {Question("saliency", "dilation", "gradient", name): (values + 0.1 * RANDOM.normal(size=(8, 4)), (1, 2, 3, 4))
              for name, values in (("turns", means), ("falls", -np.arange(4.0)))}  # fmt: skip
    findings = {question.measure: finding for question, finding in table_findings(tables, lambda *_: 0.2, OPTIONS).items()}
    assert " ".join(map(str, findings["turns"].turns_within)) == " ".join(within)
    assert findings["turns"].comparison.turning_point in findings["turns"].turns_within
    assert findings["falls"].turns_within == ()
