"""The Bayesian signed-rank test with a region of practical equivalence."""

from kernel_dilation.statistics.blocks import Floats, without_rounding_error

import numpy as np

DRAWS = 10_000  # from the posterior; a probability is then known within 0.01
CHUNKS = 10  # of the draws, so that a hundred blocks fit into memory
PRIOR_STRENGTH = 0.5  # of one pseudo-observation without a difference, as in the paper


def region_probabilities(paired: Floats, margin: float, seed: int) -> Floats:
    """Probabilities, (pairs, 3), that a pair lies below, within or above the margin; each row sums to 1.

    Benavoli et al. (2017): the blocks, (blocks, pairs), and a pseudo-observation of no
    difference have weights with a Dirichlet posterior. In each draw the means of all pairs of blocks
    fall to the left of, inside or to the right of the region, and the heaviest region wins. What
    falls on an edge counts half on either side.
    """
    observed = np.vstack([np.zeros(paired.shape[1]), paired])
    first, second = np.triu_indices(len(observed))
    means = (observed[first] + observed[second]) / 2
    scale = margin + float(np.abs(paired).max(initial=0.0))
    strength = np.r_[PRIOR_STRENGTH, np.ones(len(paired))]
    weights = np.random.default_rng([seed, 4]).dirichlet(strength, DRAWS)
    left = np.heaviside(without_rounding_error(-margin - means, scale), 0.5)
    right = np.heaviside(without_rounding_error(means - margin, scale), 0.5)
    wins = np.zeros((paired.shape[1], 3))
    for some in np.array_split(weights, CHUNKS):
        products = some[:, first] * some[:, second] * np.where(first == second, 1.0, 2.0)
        below, above = products @ left, products @ right
        winners = np.stack([below, 1 - below - above, above], axis=-1).argmax(axis=-1)
        wins += np.stack([(winners == region).sum(axis=0) for region in range(3)], axis=-1)
    return wins / DRAWS
