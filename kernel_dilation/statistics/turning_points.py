"""Which treatments may be the optimum: the uncertainty of the place of a peak or a dip."""

from kernel_dilation.statistics.block_tables import Floats
from kernel_dilation.statistics.crossed_means import crossed_means

import numpy as np


def possible_optima(stack: Floats, is_peak: bool, alpha: float) -> list[int]:
    """Return the indices of the treatments that are not rejected as the highest (or lowest) one.

    A treatment is rejected if another one is shown to lie beyond it, by one-sided t tests against all others at the
    level alpha / (treatments - 1). The set contains the true optimum with a probability of at least 1 - alpha: it is
    left out only if one of these tests is a false alarm. This is subset selection (Gupta 1965; Hsu 1984) with Bonferroni's
    inequality instead of a common variance. A single replicate rejects nothing.

    Args:
        stack: (treatments, replicates, images); with a single image, the set holds for new replicates alone.
        is_peak: whether the optimum is the highest treatment, or the lowest.
    """
    count = len(stack)
    if count < 2 or stack.shape[1] < 2:
        return list(range(count))
    signed = stack if is_peak else -stack
    beyond = [[crossed_means(signed[other] - signed[own]).one_sided_p_values() for other in range(count) if other != own] for own in range(count)]
    return [own for own in range(count) if (count - 1) * float(np.min(beyond[own])) > alpha]
