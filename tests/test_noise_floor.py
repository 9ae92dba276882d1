from kernel_dilation.analysis.noise_floor import floor_tables, gridding_at_lag, pairwise_similarities

import numpy as np
from scipy.stats import ttest_rel

MAPS = np.random.default_rng(0).normal(size=(3, 4, 28, 28))


def test_every_pair_of_dilations_and_every_dilation_with_itself_is_compared_by_each_index():
    compared = {(index, first, second) for index, first, second, _ in pairwise_similarities({1: MAPS, 3: MAPS})}
    assert compared == {(index, *pair) for index in ("spearman", "ssim", "top_k") for pair in ((1, 1), (1, 3), (3, 3))}


def test_equal_replicates_have_a_similarity_of_one():
    equal = np.repeat(MAPS[:1], 3, 0)
    for _, _, _, values in pairwise_similarities({1: equal}):
        np.testing.assert_allclose(values, 1, atol=1e-5)


def test_a_replicate_is_never_compared_with_itself():
    """By construction: noise is independent between replicates, so that only a replicate and itself have a similarity of 1."""
    for index, _, _, values in pairwise_similarities({1: MAPS, 2: MAPS}):
        assert values.max() < 0.3, index


def test_signs_are_ignored():
    for _, _, _, values in pairwise_similarities({1: np.stack([MAPS[0], -MAPS[0]])}):
        np.testing.assert_allclose(values, 1, atol=1e-5)


def test_pairs_that_share_a_network_do_not_raise_the_rate_of_false_alarms():
    """Simulated: a pair is as similar as its two networks are typical, in two dilations alike; scipy's paired t test."""
    generator = np.random.default_rng(0)
    p_values = []
    for _ in range(500):
        networks = dict(zip((1, 2), generator.normal(size=(2, 12))))
        similarities = {("ssim", *pair): networks[pair[0]] + np.roll(networks[pair[1]], -1) for pair in ((1, 1), (1, 2), (2, 2))}
        ((table, _),) = floor_tables("similarity", "gradient", similarities).values()
        p_values.append(ttest_rel(*table.T).pvalue)
    assert np.mean(np.array(p_values) <= 0.05) <= 0.05


def test_gridding_is_that_of_the_dilation_and_the_mean_of_the_others_at_its_lag():
    """By hand: peaks of 0.4, 0.1 and 0.3 at lag 2, with nothing beside them."""
    correlations = {dilation: np.zeros((2, 29)) for dilation in (1, 2, 3)}
    for dilation, height in ((1, 0.1), (2, 0.4), (3, 0.3)):
        correlations[dilation][:, 2] = height
    own, others = gridding_at_lag(correlations, 2)
    np.testing.assert_allclose(own, [0.4, 0.4])
    np.testing.assert_allclose(others, [0.2, 0.2])
