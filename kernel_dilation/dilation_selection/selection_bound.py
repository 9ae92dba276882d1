"""Selection by mean loss over paired trainings, and the bound on every way to choose between two dilations.

The two-point argument of Le Cam (1973), with the test of Neyman and Pearson (1933): let a rule learn of
two dilations through m paired trainings alone, whose differences of loss are independent and normal with
mean plus or minus delta and standard deviation sigma, where the sign says which dilation is better. The
larger of the rule's error rates in the two worlds is then at least Phi(-sqrt(m) delta / sigma). The rule
"least mean loss" attains it. Both worlds are needed: "always 1" never errs in one of them.
"""

from dataclasses import dataclass

from kernel_dilation.statistics.blocks import Floats

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats


def selected_columns(losses: Floats, trainings: int) -> NDArray[np.int64]:
    """Column of least mean loss in each run of `trainings` rounds, (runs,) int; of several, the first.

    Runs are consecutive rounds of the table, (rounds, dilations), and share none; a rest that fills no run is left out.

    Raises:
        ValueError: a number of trainings below 1 or above the number of rounds.
    """
    if not 1 <= trainings <= len(losses):
        raise ValueError(f"selection must average 1 to {len(losses)} rounds; got {trainings}")
    runs = len(losses) // trainings
    return losses[: runs * trainings].reshape(runs, trainings, -1).mean(axis=1).argmin(axis=1)


def least_error(ratio: float, trainings: float) -> float:
    """Least error rate, 0 to 0.5, that a rule can have in both worlds after so many paired trainings at this delta / sigma."""
    return float(stats.norm.sf(np.sqrt(trainings) * ratio))


def trainings_needed(ratio: float, share: float) -> float:
    """Paired trainings that a share of right choices needs in both worlds, (z_share sigma / delta)^2: not rounded, infinite for a ratio of 0.

    Raises:
        ValueError: a share that is not above 0.5 (which guessing has) and below 1.
    """
    if not 0.5 < share < 1:
        raise ValueError(f"a share of right choices must lie between 0.5 and 1; got {share}")
    return float((stats.norm.ppf(share) / ratio) ** 2) if ratio > 0 else np.inf


def agreement(ratio: float, trainings: float) -> float:
    """Probability that two independent selections by mean loss choose alike, 0.5 to 1, from the ratio delta / sigma."""
    error = least_error(ratio, trainings)
    return (1 - error) ** 2 + error**2


@dataclass(frozen=True)
class SignalToNoise:
    """delta / sigma of two dilations: the mean of their paired differences of loss, in standard deviations of one difference."""

    rounds: int
    ratio: float
    lower: float  # ends of the exact interval
    upper: float


def signal_to_noise(differences: Floats, alpha: float) -> SignalToNoise:
    """The ratio delta / sigma, with an interval that covers it with probability 1 - alpha, from paired differences, (rounds,).

    sqrt(n) times the ratio of mean to standard deviation has a noncentral t distribution, whose
    noncentrality is sqrt(n) delta / sigma: the interval inverts it (Kelley 2007).
    Exact for normal differences of two dilations that were chosen beforehand, over a number of rounds
    fixed beforehand.

    Raises:
        ValueError: fewer than 2 rounds, or differences without spread.
    """
    rounds = len(differences)
    deviation = float(differences.std(ddof=1)) if rounds > 1 else 0.0
    if deviation <= 1e-9 * float(np.abs(differences).max(initial=0.0)):
        raise ValueError(f"a ratio of signal to noise needs differences that vary over at least 2 rounds; got {differences.tolist()}")
    ratio = float(differences.mean()) / deviation
    lower, upper = special.nctdtrinc(rounds - 1, [1 - alpha / 2, alpha / 2], np.sqrt(rounds) * ratio) / np.sqrt(rounds)
    return SignalToNoise(rounds, ratio, float(lower), float(upper))
