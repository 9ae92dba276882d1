"""The Bayesian signed-rank test."""

from kernel_dilation.statistics.bayesian_signed_rank import region_probabilities

import numpy as np
import pytest

GAINS = np.array([[0.2], [0.7], [-0.1], [0.9], [0.5], [1.1], [0.3], [0.65]])
WITH_TIES = np.array([[0.5], [-0.5], [0.0], [0.3], [0.5], [-0.2], [0.1], [0.5]])


@pytest.mark.parametrize(
    ("paired", "margin", "expected"),
    [(GAINS, 0.5, [0.0, 0.5113, 0.4887]), (GAINS, 0.25, [0.0, 0.0291, 0.9709]), (WITH_TIES, 0.2, [0.0139, 0.5148, 0.4713])],
)
def test_probabilities_match_baycomp(paired, margin, expected):
    # baycomp 1.0.3 (by the authors of the paper), SignedRankTest.probs(zeros, differences, margin, nsamples=200000, random_state=0).
    assert region_probabilities(paired, margin, 0)[0] == pytest.approx(expected, abs=0.015)


def test_one_block_has_the_probability_of_its_prior():
    # Analytic: only the pseudo-observation paired with itself lies within the region. Its weight w is Beta(1/2, 1)
    # distributed, so that "above" wins if w^2 < 1/2: P(w < sqrt(1/2)) = (1/2)^(1/4).
    assert region_probabilities(np.array([[3.0]]), 1.0, 0)[0] == pytest.approx([0.0, 1 - 0.5**0.25, 0.5**0.25], abs=0.015)


def test_a_difference_of_zero_lies_within_the_region():
    assert region_probabilities(np.zeros((8, 2)), 0.5, 0).tolist() == [[0.0, 1.0, 0.0]] * 2


def test_the_test_is_symmetric():
    forward, backward = region_probabilities(GAINS, 0.3, 0)[0], region_probabilities(-GAINS, 0.3, 0)[0]
    assert forward.tolist() == backward[::-1].tolist()


def test_the_probabilities_of_every_pair_sum_to_one():
    pairs = np.random.default_rng(0).normal(size=(8, 6))
    assert region_probabilities(pairs, 0.5, 0).sum(axis=1) == pytest.approx(np.ones(6))
