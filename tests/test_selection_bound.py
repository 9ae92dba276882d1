"""The lower bound on the error of any rule that chooses between two dilations."""

from kernel_dilation.dilation_selection.selection_bound import agreement, least_error, signal_to_noise, trainings_needed

import numpy as np
import pytest
from scipy import stats

DIFFERENCES = np.random.default_rng(3).normal(0.8, 1, 10)


def test_the_bound_is_a_tail_of_the_normal_distribution():
    # Closed form, from a printed table of the normal distribution: Phi(-1) = 0.1587, Phi(-2) = 0.0228.
    assert least_error(1.0, 1) == pytest.approx(0.1587, abs=5e-5)
    assert least_error(1.0, 4) == pytest.approx(0.0228, abs=5e-5)
    assert least_error(0.0, 100) == 0.5


def test_the_number_of_trainings_needed_attains_the_share_exactly():
    # Closed form: the bound at that number is 1 minus the share.
    needed = trainings_needed(0.62, 0.95)
    assert least_error(0.62, needed) == pytest.approx(0.05)
    assert needed == pytest.approx((1.6449 / 0.62) ** 2, rel=1e-4)
    assert trainings_needed(0.0, 0.95) == np.inf


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_a_share_that_guessing_attains_or_no_rule_attains_is_refused(share):
    with pytest.raises(ValueError, match=f"between 0.5 and 1; got {share}"):
        trainings_needed(1.0, share)


@pytest.mark.parametrize("trainings", [1, 5])
def test_the_smallest_mean_loss_attains_the_bound_in_both_worlds(trainings):
    # Oracle: simulation of 20,000 selections in each world; the standard error of a share is 0.003.
    noise = np.random.default_rng(trainings).normal(size=(20_000, trainings, 2)) / np.sqrt(2)
    for world in ([0.0, 0.62], [0.62, 0.0]):
        wrong = (noise + world).mean(axis=1).argmin(axis=1) == np.argmax(world)
        assert wrong.mean() == pytest.approx(least_error(0.62, trainings), abs=0.01)


def test_a_majority_rule_does_not_attain_the_bound():
    # Oracle: simulation of the majority of five single trainings in one of the two worlds.
    signs = np.random.default_rng(0).normal(0.62, 1, (20_000, 5)) < 0
    assert (signs.sum(axis=1) >= 3).mean() > least_error(0.62, 5) + 0.01


def test_two_selections_agree_if_both_are_right_or_both_are_wrong():
    # By hand: 0.8413^2 + 0.1587^2.
    assert agreement(1.0, 1) == pytest.approx(0.8413**2 + 0.1587**2, abs=1e-4)
    assert agreement(0.0, 7) == 0.5


def test_the_noncentral_t_has_the_specified_tails_at_the_ends_of_the_interval():
    # Oracle: scipy 1.17, nct.cdf.
    estimate = signal_to_noise(DIFFERENCES, 0.05)
    statistic = np.sqrt(10) * estimate.ratio
    assert statistic == pytest.approx(stats.ttest_1samp(DIFFERENCES, 0).statistic)
    tails = [stats.nct.cdf(statistic, 9, np.sqrt(10) * end) for end in (estimate.lower, estimate.upper)]
    assert tails == pytest.approx([0.975, 0.025], abs=1e-5)


def test_the_interval_at_the_level_of_the_p_value_ends_at_zero():
    # Oracle: scipy 1.17, ttest_1samp.
    p_value = stats.ttest_1samp(DIFFERENCES, 0).pvalue
    assert signal_to_noise(DIFFERENCES, p_value).lower == pytest.approx(0, abs=1e-4)


def test_reversing_the_sign_of_the_differences_reverses_the_interval():
    forward, reverse = signal_to_noise(DIFFERENCES, 0.05), signal_to_noise(-DIFFERENCES, 0.05)
    assert (reverse.ratio, reverse.lower, reverse.upper) == pytest.approx((-forward.ratio, -forward.upper, -forward.lower), rel=1e-4)


@pytest.mark.parametrize("differences", [[1.0], [2.0, 2.0, 2.0], [0.0, 0.0]])
def test_differences_that_do_not_vary_are_refused(differences):
    with pytest.raises(ValueError, match="vary over at least 2 rounds"):
        signal_to_noise(np.array(differences), 0.05)
