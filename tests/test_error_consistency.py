"""Error consistency, compared with scikit-learn's Cohen's kappa and with a case worked by hand."""

from kernel_dilation.analysis.error_consistency import error_consistency, pairwise_consistencies
from kernel_dilation.experiment.arms import Arm

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score


def test_it_is_cohens_kappa_of_right_and_wrong():
    """Oracle: scikit-learn."""
    random = np.random.default_rng(0)
    first, second = random.random((2, 5, 80)) < 0.7
    expected = [cohen_kappa_score(one, other) for one, other in zip(first, second)]
    np.testing.assert_allclose(error_consistency(first, second), expected)


def test_a_case_worked_by_hand():
    """Both are right on 8 of 10 images and fail on one together: c = 0.9; p = 0.9, q = 0.8, e = 0.72 + 0.02, kappa = 0.16 / 0.26."""
    first, second = np.ones((2, 10), bool)
    first[0] = second[0] = second[1] = False
    assert error_consistency(first, second) == pytest.approx(0.16 / 0.26)


def test_two_networks_without_errors_have_no_consistency():
    assert np.isnan(error_consistency(np.ones(5, bool), np.ones(5, bool)))
    right = np.ones((2, 5), bool)
    assert pairwise_consistencies({Arm(1, 3, "max"): right}) == {}


def test_each_replicate_is_compared_with_the_next_one_and_arms_are_averaged():
    """By hand: replicates fail on the same image in one arm (1) and on two images in the other (-0.25)."""
    same, apart = np.ones((2, 2, 5), bool)
    same[:, 0] = False
    apart[0, 0] = apart[1, 1] = False
    found = pairwise_consistencies({Arm(1, 3, "max"): same, Arm(1, 5, "max"): apart, Arm(2, 3, "average"): same[:1]})
    assert list(found) == [(1, 1)]
    np.testing.assert_allclose(found[1, 1], [0.375, 0.375])
