"""The number of replicates that would settle a question, simulated from the observed variance."""

from kernel_dilation.statistics.block_tables import Floats
from kernel_dilation.statistics.rank_tests import smallest_p_value

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Counts = NDArray[np.int_]

HORIZONS = (25, 50, 100)  # numbers of replicates simulated, each only if the smaller ones do not suffice
MOST_REPLICATES = HORIZONS[-1]  # larger numbers are not searched
POWER = 0.8  # share of studies that must be settled
STUDIES = 200  # simulated for each true effect, simulated per true effect; the standard error of a share near 0.8 is then 0.03
TRUE_EFFECTS = (0.0, 0.5, 1.0)  # between the highest and the lowest treatment, in margins


def replicates_needed(table: Floats, margin: float, alpha: float, seed: int) -> int | None:
    """Return the smallest number of replicates with which 80 % of studies would be settled, or None if it exceeds 100.

    A study is settled by any verdict but `inconclusive`. 80 % must be settled whether the treatments
    truly differ by nothing, by half the margin or by the margin: an inconclusive study does not know
    the size of the effect, and a power computed from the observed effect would merely restate its
    p-value (Hoenig and Heisey 2001). The number exceeds that of the table, (blocks, treatments).

    Raises:
        ValueError: fewer than two blocks or treatments, or a margin that is not positive.
    """
    if min(table.shape) < 2:
        raise ValueError(f"a simulation needs at least 2 blocks and 2 treatments; got {len(table)} blocks and {table.shape[1]} treatments")
    if margin <= 0:
        raise ValueError(f"a margin must be above 0; got {margin}")
    for most in HORIZONS:
        shares = settled_shares(table, margin, alpha, most, seed)
        enough = [count for count, share in enumerate(shares, start=2) if share >= POWER and count > len(table)]
        if enough:
            return enough[0]
    return None


def settled_shares(table: Floats, margin: float, alpha: float, most: int, seed: int) -> Floats:
    """Return the share of simulated studies settled with 2, 3 … `most` replicates, (most - 1,), at the least favourable effect.

    Noise is normal with the covariance of the table. The treatments with the highest and the lowest
    mean differ by the effect; the others lie midway, where a difference is hardest to detect.
    """
    blocks = len(table)
    residuals, means = table - table.mean(axis=0), table.mean(axis=0)
    generator = np.random.default_rng([seed, 3])
    noise = generator.standard_normal((STUDIES, most, blocks)) @ residuals / np.sqrt(blocks - 1)
    direction = np.zeros_like(means)
    direction[means.argsort()[[0, -1]]] = -margin / 2, margin / 2
    counts = np.arange(2, most + 1)
    settled = []
    for effect in TRUE_EFFECTS:
        studies = noise + effect * direction
        settled.append((_finds_difference(studies, counts, alpha) | _shows_equivalence(studies, counts, margin, alpha)).mean(axis=0))
    return np.min(settled, axis=0)


def _finds_difference(studies: Floats, counts: Counts, alpha: float) -> NDArray[np.bool_]:
    """Return whether each study finds a difference with each number of replicates, (studies, counts).

    The F statistic of Iman and Davenport is an analysis of variance of the ranks, so that one
    cumulative sum over the blocks serves every number of replicates. Two treatments are compared by
    the t test of their values; Wilcoxon's test needs pi / 3 times as many replicates for the same
    power (Pitman's efficiency).
    """
    treatments = studies.shape[-1]
    scores = stats.rankdata(studies, axis=-1) if treatments > 2 else studies
    scores = scores - scores.mean(axis=-1, keepdims=True)
    sums = np.cumsum(scores, axis=1)[:, counts - 1]
    total = np.cumsum((scores**2).sum(axis=-1), axis=1)[:, counts - 1]
    between = (sums**2).sum(axis=-1) / counts
    within = np.maximum(total - between, 0.0)
    critical = np.asarray(stats.f.isf(alpha, treatments - 1, (treatments - 1) * (counts - 1)))
    reachable = np.array([smallest_p_value(count, treatments) <= alpha for count in counts.tolist()])
    significant = (between * (counts - 1) > critical * within) & reachable
    if treatments == 2:
        significant = significant[:, np.maximum((counts * 3 / np.pi).astype(int), 2) - 2]
    return significant


def _shows_equivalence(studies: Floats, counts: Counts, margin: float, alpha: float) -> NDArray[np.bool_]:
    """Return whether each study shows that every pair lies within the margin, (studies, counts)."""
    first, second = np.triu_indices(studies.shape[-1], 1)
    paired = studies[..., second] - studies[..., first]
    means = np.cumsum(paired, axis=1)[:, counts - 1] / counts[:, np.newaxis]
    squares = np.cumsum(paired**2, axis=1)[:, counts - 1] / counts[:, np.newaxis]
    errors = np.sqrt(np.maximum(squares - means**2, 0.0) / (counts[:, np.newaxis] - 1))
    critical = np.asarray(stats.t.isf(alpha, counts - 1))[:, np.newaxis]
    return np.asarray((np.abs(means) + critical * errors < margin).all(axis=-1))
