"""The Bayesian signed-rank test with a region of practical equivalence."""

from kernel_dilation.statistics.block_tables import Floats, without_rounding_error

import numpy as np

DRAWS = 10_000  # number of draws from the posterior, which determine a probability within 0.01
CHUNKS = 10  # number of parts into which the draws are split, so that a hundred blocks fit into memory
PRIOR_STRENGTH = 0.5  # weight of one pseudo-observation without a difference, as in the paper


def region_probabilities(paired: Floats, margin: float, seed: int) -> Floats:
    """Return the probabilities that a difference lies below, within or above the margin, (pairs, 3); each row sums to 1.

    `paired` holds differences, (blocks, pairs). After Benavoli et al. (2017), the blocks and a
    pseudo-observation without a difference have weights with a Dirichlet posterior. In each draw, the
    means of all pairs of blocks lie to the left of, inside or to the right of the region of practical
    equivalence, and the region with the largest weight is counted. A mean on the edge of the region
    counts half on either side.
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
    for chunk in np.array_split(weights, CHUNKS):
        products = chunk[:, first] * chunk[:, second] * np.where(first == second, 1.0, 2.0)
        below, above = products @ left, products @ right
        winners = np.stack([below, 1 - below - above, above], axis=-1).argmax(axis=-1)
        wins += np.stack([(winners == region).sum(axis=0) for region in range(3)], axis=-1)
    return wins / DRAWS
