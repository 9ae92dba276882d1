"""A lower bound on the error of any rule that chooses between two dilations, from paired trainings of both.

The bound combines the two-point argument of Le Cam (1973) with the test of Neyman and Pearson (1933). Suppose
that a rule has no information on two dilations except m paired trainings. Their loss differences are
independent and normal, with standard deviation sigma and mean +delta or -delta. The sign of the mean gives
two worlds, which differ in the better dilation. The larger of the rule's error rates in the two worlds is then
at least Phi(-sqrt(m) delta / sigma), and choosing the smallest mean loss attains this bound. Both worlds are
needed, because a rule that always chooses dilation 1 makes no error in one of them.
"""

from dataclasses import dataclass

from kernel_dilation.statistics.block_tables import Floats

import numpy as np
from scipy import special, stats


def least_error(ratio: float, trainings: float) -> float:
    """Return the smallest error rate, 0 to 0.5, that any rule can guarantee in both worlds.

    Args:
        ratio: delta / sigma, at least 0.
        trainings: number of paired trainings; it need not be an integer.
    """
    return float(stats.norm.sf(np.sqrt(trainings) * ratio))


def trainings_needed(ratio: float, share: float) -> float:
    """Return the number of paired trainings needed for a share of right choices in both worlds.

    The number is (z_share sigma / delta)^2 for `ratio` = delta / sigma. It is not rounded, and it is infinite
    for a ratio of 0.

    Raises:
        ValueError: the share is not above 0.5, which guessing attains, or not below 1.
    """
    if not 0.5 < share < 1:
        raise ValueError(f"a share of right choices must lie between 0.5 and 1; got {share}")
    return float((stats.norm.ppf(share) / ratio) ** 2) if ratio > 0 else np.inf


def agreement(ratio: float, trainings: float) -> float:
    """Return the probability that two independent selections by mean loss choose the same dilation.

    The probability is 0.5 to 1. `ratio` is delta / sigma, and `trainings` is the number of paired trainings of each selection.
    """
    error = least_error(ratio, trainings)
    return (1 - error) ** 2 + error**2


@dataclass(frozen=True)
class SignalToNoise:
    """Signal-to-noise ratio delta / sigma of two dilations, with its exact confidence interval.

    Delta is the mean of the paired loss differences, and sigma is the standard deviation of one difference.
    """

    rounds: int
    ratio: float
    lower: float  # ends of the exact interval
    upper: float


def signal_to_noise(differences: Floats, alpha: float) -> SignalToNoise:
    """Return the signal-to-noise ratio of paired loss differences, (rounds,), with its 1 - alpha interval.

    For n rounds, sqrt(n) times the ratio of the sample mean to the sample standard deviation has a noncentral t
    distribution with the noncentrality sqrt(n) delta / sigma. The interval inverts this distribution, as in
    Kelley (2007). It is exact for normal differences if the two dilations and the number of rounds were fixed
    in advance.

    Raises:
        ValueError: there are fewer than 2 rounds, or the differences do not vary.
    """
    rounds = len(differences)
    deviation = float(differences.std(ddof=1)) if rounds > 1 else 0.0
    if deviation <= 1e-9 * float(np.abs(differences).max(initial=0.0)):
        raise ValueError(f"a signal-to-noise ratio needs differences that vary over at least 2 rounds; got {differences.tolist()}")
    ratio = float(differences.mean()) / deviation
    lower, upper = special.nctdtrinc(rounds - 1, [1 - alpha / 2, alpha / 2], np.sqrt(rounds) * ratio) / np.sqrt(rounds)
    return SignalToNoise(rounds, ratio, float(lower), float(upper))
