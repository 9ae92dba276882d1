"""Accuracy over replicates and images."""

from kernel_dilation.analysis.crossed_accuracy import arm_rows, correct_percent, errors_by_dilation, level_stack
from kernel_dilation.experiment.arms import Arm, grid_arms
from kernel_dilation.experiment.parameters import parse_settings

import numpy as np
import pytest
from changed_parameters import changed

OPTIONS = parse_settings(changed(analyze__resamples=200)).analyze
ARMS = grid_arms([1, 2], [3, 5], ["max"])


def test_a_network_is_correct_where_its_largest_logit_is_that_of_the_label():
    logits = np.zeros((1, 2, 10))
    logits[0, 0, 3] = logits[0, 1, 4] = 1.0
    assert correct_percent({ARMS[0]: logits}, np.array([3, 5]))[ARMS[0]].tolist() == [[100.0, 0.0]]


def test_a_level_is_the_mean_over_its_arms():
    # By hand: dilation 1 has the arms of kernel sizes 3 and 5.
    correct = {arm: np.full((2, 3), float(arm.kernel_size + 10 * arm.dilation)) for arm in ARMS}
    assert level_stack(correct, "dilation", (1, 2))[:, 0, 0].tolist() == [14.0, 24.0]
    assert level_stack(correct, "kernel_size", (3, 5))[:, 0, 0].tolist() == [18.0, 20.0]


def test_the_interval_of_an_arm_is_that_of_its_replicates_if_images_do_not_differ():
    (row,) = arm_rows({Arm(1, 3, "max"): np.repeat([[95.0], [96.0], [97.0]], 4, axis=1)}, OPTIONS)
    assert list(row) == ["dilation", "kernel_size", "pooling", "mean", "lower", "upper"]
    assert row["mean"] == pytest.approx(96.0)
    assert row["upper"] - row["mean"] == pytest.approx(4.302653 / np.sqrt(3), rel=1e-6)  # Student's t, 2 degrees of freedom: SciPy 1.17
    assert row["mean"] - row["lower"] == pytest.approx(row["upper"] - row["mean"])
    (single,) = arm_rows({Arm(1, 3, "max"): np.full((1, 4), 95.0)}, OPTIONS)
    assert list(single.values())[3:] == [95.0, 95.0, 95.0]


def test_errors_are_given_beside_their_ratio_to_those_of_the_smallest_dilation():
    # By construction: 4 of 40 images are wrong at dilation 1 in every replicate, 8 at dilation 2.
    correct = {arm: np.tile(np.where(np.arange(40) < 4 * arm.dilation, 0.0, 100.0), (5, 1)) for arm in ARMS}
    first, second = errors_by_dilation(correct, (1, 2), OPTIONS)
    assert (first.error, second.error) == (pytest.approx(10.0), pytest.approx(20.0))
    assert (first.ratio, second.ratio) == (None, pytest.approx(2.0))
    assert second.ratio_lower < 2 < second.ratio_upper
    assert np.sqrt(second.ratio_lower * second.ratio_upper) == pytest.approx(2.0)


def test_networks_without_errors_have_no_ratio():
    correct = {arm: np.full((5, 40), 100.0) for arm in ARMS}
    assert errors_by_dilation(correct, (1, 2), OPTIONS)[1].ratio is None
