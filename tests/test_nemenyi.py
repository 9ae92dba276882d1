"""Mean ranks and Nemenyi's test, as drawn in a critical-difference diagram."""

from kernel_dilation.analysis.nemenyi import critical_difference

import numpy as np
import pytest

# Ranks of four variants of C4.5 on fourteen data sets: Demšar (2006), table 6.
RANKS = np.array(
    [
        *([4, 3, 2, 1], [1, 2, 3, 4], [4, 1, 2, 3], [4, 1, 3, 2], [4, 2, 3, 1], [1, 2.5, 4, 2.5], [3, 2, 4, 1]),
        *([2.5, 2.5, 4, 1], [4, 3, 2, 1], [2.5, 2.5, 2.5, 2.5], [4, 2.5, 1, 2.5], [3, 2, 4, 1], [4, 1, 2, 3], [3, 1, 4, 2]),
    ]
)


def test_mean_ranks_match_demsar():
    ranks, _ = critical_difference(-RANKS, [1, 2, 3, 4])
    assert ranks.tolist() == pytest.approx([3.143, 2.000, 2.893, 1.964], abs=5e-4)


def test_nemenyi_finds_what_demsar_found():
    # Demšar (2006), section 3.2.2: the critical difference is 1.25 at 0.05 and 1.12 at 0.10. Rank differences:
    # 1.143 between the first and the second, 1.179 between the first and the fourth; all others are below 0.93.
    _, p_values = critical_difference(-RANKS, [1, 2, 3, 4])
    assert 0.05 < p_values.loc["1", "4"] < p_values.loc["1", "2"] < 0.10
    assert (p_values.loc[["2", "3"], ["3", "4"]].to_numpy()[[0, 0, 1], [0, 1, 1]] > 0.10).all()


def test_the_highest_value_ranks_first():
    ranks, _ = critical_difference([[1.0, 9.0], [2.0, 8.0]], ["low", "high"])
    assert ranks.to_dict() == {"low": 2.0, "high": 1.0}


def test_equal_columns_have_a_p_value_of_one():
    ranks, p_values = critical_difference(np.ones((8, 3)), [1, 2, 3])
    assert ranks.tolist() == [2.0, 2.0, 2.0]
    assert (p_values.to_numpy() == 1.0).all()


def test_a_single_treatment_is_refused():
    with pytest.raises(ValueError, match="at least 2 treatments"):
        critical_difference([[1.0], [2.0]], [1])
