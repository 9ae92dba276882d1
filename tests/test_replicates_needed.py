"""The number of replicates that would settle a question."""

from kernel_dilation.statistics.block_tables import differences
from kernel_dilation.statistics.rank_tests import omnibus_p_value
from kernel_dilation.statistics.replicates_needed import TRUE_EFFECTS, replicates_needed, settled_shares
from kernel_dilation.statistics.verdicts import decide_verdict, equivalence_p_value

import numpy as np
import pytest

PILOT = np.random.default_rng(4).normal(size=(8, 4)) * 0.4 + 97


@pytest.mark.parametrize("treatments", [2, 4])
def test_the_shares_match_a_simulation_with_the_real_tests(treatments):
    # Oracle: studies of 14 replicates are drawn one by one with the pilot's covariance, and their verdicts follow the rule.
    pilot, count = PILOT[:, :treatments], 14
    generator = np.random.default_rng(0)
    means = pilot.mean(axis=0)
    settled = []
    for effect in TRUE_EFFECTS:
        centre = np.zeros(treatments)
        centre[means.argmax()], centre[means.argmin()] = effect * 0.25, -effect * 0.25
        tables = [generator.multivariate_normal(centre, np.cov(pilot.T), size=count) for _ in range(200)]
        verdicts = [decide_verdict(omnibus_p_value(table, 0, 499), equivalence_p_value(differences(table), 0.5) <= 0.05, 0.05) for table in tables]
        settled.append(np.mean([each != "inconclusive" for each in verdicts]))
    assert settled_shares(pilot, 0.5, 0.05, 25, 0)[count - 2] == pytest.approx(min(settled), abs=0.1)


def test_the_number_is_the_smallest_that_settles_four_of_five_studies():
    needed = replicates_needed(PILOT, 0.5, 0.05, 0)
    assert needed is not None
    shares = settled_shares(PILOT, 0.5, 0.05, 25, 0) if needed <= 25 else settled_shares(PILOT, 0.5, 0.05, 50, 0)
    assert shares[needed - 2] >= 0.8 > shares[8 - 2]


def test_more_noise_a_smaller_margin_or_a_larger_family_needs_more_replicates():
    needed = replicates_needed(PILOT, 0.5, 0.05, 0)
    assert needed < replicates_needed(97 + (PILOT - 97) * 1.5, 0.5, 0.05, 0)
    assert needed < replicates_needed(PILOT, 0.35, 0.05, 0)
    assert needed < replicates_needed(PILOT, 0.5, 0.05 / 20, 0)


def test_the_unit_does_not_matter():
    assert replicates_needed(PILOT, 0.5, 0.05, 0) == replicates_needed(PILOT * 8, 4.0, 0.05, 0)


def test_there_is_no_number_beyond_the_simulated_range():
    assert replicates_needed(PILOT, 0.01, 0.05, 0) is None


def test_without_noise_three_replicates_of_four_treatments_suffice():
    # By hand: without noise, every difference of half a margin is found as soon as the p-value can reach alpha.
    assert replicates_needed(np.ones((2, 4)), 0.5, 0.05, 0) == 3


def test_the_number_exceeds_that_of_the_table():
    assert replicates_needed(np.ones((8, 4)), 0.5, 0.05, 0) == 9


@pytest.mark.parametrize(
    ("table", "margin", "rule"), [(PILOT[:1], 0.5, "at least 2 blocks"), (PILOT[:, :1], 0.5, "2 treatments"), (PILOT, 0.0, "above 0")]
)
def test_a_table_or_margin_that_cannot_be_simulated_is_refused(table, margin, rule):
    with pytest.raises(ValueError, match=rule):
        replicates_needed(table, margin, 0.05, 0)
