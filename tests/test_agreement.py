from kernel_dilation.map_metrics.agreement import replicate_agreement

import numpy as np
import pytest
from scipy.stats import spearmanr

MAPS = np.random.default_rng(0).normal(size=(3, 4, 28, 28)).astype(np.float32)


def test_each_replicate_is_compared_with_the_next_one():
    """Oracle: scipy.stats.spearmanr of the absolute values; the last replicate is compared with the first."""
    found = replicate_agreement(MAPS)["agreement_spearman"]
    for replicate in range(3):
        for image in range(4):
            pair = (np.abs(MAPS[index, image]).ravel() for index in (replicate, (replicate + 1) % 3))
            assert found[replicate, image] == pytest.approx(spearmanr(*pair).statistic, abs=1e-5)


def test_equal_maps_agree_whatever_their_sign_and_scale():
    for name, values in replicate_agreement(np.stack([MAPS[0], -2 * MAPS[0]])).items():
        np.testing.assert_allclose(values, 1, atol=1e-5, err_msg=name)


def test_independent_noise_does_not_agree():
    for name, values in replicate_agreement(MAPS).items():
        assert values.shape == (3, 4)
        assert np.abs(values.mean()) < 0.3, name


def test_a_single_replicate_agrees_with_no_other():
    for values in replicate_agreement(MAPS[:1]).values():
        assert values.shape == (1, 4)
        assert np.isnan(values).all()
