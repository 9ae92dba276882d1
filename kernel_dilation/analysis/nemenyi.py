"""Mean ranks and Nemenyi's test of their differences, as shown in a critical-difference diagram."""

from collections.abc import Sequence

from kernel_dilation.statistics.block_tables import Treatment, check_table
from kernel_dilation.statistics.rank_tests import within_ranks

import pandas as pd
from numpy.typing import ArrayLike
from scikit_posthocs import posthoc_nemenyi_friedman


def critical_difference(values: ArrayLike, treatments: Sequence[Treatment]) -> tuple[pd.Series, pd.DataFrame]:
    """Return mean ranks (1 is the highest value) and p-values of Nemenyi's test for every pair, by the treatments' names as text.

    They are computed from a table (blocks, treatments) as in Demšar (2006), section 3.2.2, and are the
    two arguments of `scikit_posthocs.critical_difference_diagram`. Equal mean ranks have the p-value 1.

    Raises:
        ValueError: fewer than two treatments, or a cell that is missing or infinite.
    """
    table = check_table(values, treatments)
    if len(treatments) < 2:
        raise ValueError(f"a diagram needs at least 2 treatments; got {len(treatments)}")
    names = [str(treatment) for treatment in treatments]
    ranks = pd.DataFrame(within_ranks(-table), columns=names)
    return ranks.mean(), posthoc_nemenyi_friedman(ranks)
