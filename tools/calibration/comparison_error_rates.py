"""Error rates of comparisons between dilations over replicates and images: interactions, verdicts of a family, places of an optimum."""

from kernel_dilation.statistics.crossed_comparisons import crossed_verdicts
from kernel_dilation.statistics.crossed_means import quasi_f_p_value
from kernel_dilation.statistics.turning_points import possible_optima
from kernel_dilation.statistics.westfall_young import permutation_p_values
from tools.calibration.crossed_error_rates import EXPLAINED, IMAGES, METRIC_SPREADS, SPREADS, latent_scores
from tools.calibration.error_rates import ALPHA, Rate, Target, rate_with_interval
from tools.calibration.synthetic_studies import synthetic_tables

import numpy as np
from scipy import stats

FALL = 1.0  # of the first to the last dilation, in percentage points, for both poolings
POOLING_EFFECT = 0.01  # by which the error rate of one pooling exceeds that of the other, the same at every dilation
RESAMPLES = 199  # permutations; the level is exact with so few, because (199 + 1) alpha is an integer
FAMILY = 6  # metrics in a family without differences
MARGIN = 0.1  # of these metrics, in standard deviations of a score
ABOVE = 0.5  # by which the two highest treatments exceed the others, in standard deviations of a score
TARGET: Target = "at most alpha"


def interaction_rates(name: str, blocks: int, treatments: int, studies: int, seed: int) -> list[Rate]:
    """Return how often the quasi-F finds a change over dilation in a difference between poolings that is the same at every dilation."""
    spread, error = SPREADS[name], np.linspace(0.03, 0.06, treatments)
    thresholds = stats.norm.ppf(np.concatenate([error, error + POOLING_EFFECT]))[:, np.newaxis, np.newaxis]
    found = []
    generator = np.random.default_rng([seed, 2, blocks, treatments, list(SPREADS).index(name)])
    for _ in range(studies):
        correct = (latent_scores(spread, 2 * treatments, blocks, IMAGES, generator) > thresholds).astype(float)
        found.append(quasi_f_p_value(correct[treatments:] - correct[:treatments]) <= ALPHA)
    return _rates(f"interaction, {name}", "discrete", (blocks, treatments, studies), {"change of a contrast by the quasi-F": found})


def permuted_interaction_rates(noise: str, blocks: int, treatments: int, studies: int, seed: int) -> list[Rate]:
    """Return how often permutations of dilations find a change in a difference between poolings that is the same at every dilation.

    They hold for new replicates and the images at hand.
    """
    effects = np.linspace(0.0, -FALL, treatments)
    first, second = (synthetic_tables(noise, studies, blocks, (effects + shift).tolist(), seed + place) for place, shift in enumerate((0.0, 0.5)))
    p_values = [permutation_p_values([contrast], seed + study, RESAMPLES)[0] for study, contrast in enumerate(second - first)]
    found = [bool(p_value <= ALPHA) for p_value in p_values]
    return _rates("interaction", noise, (blocks, treatments, studies), {"change of a contrast by permutations": found})


def comparison_rates(name: str, blocks: int, treatments: int, studies: int, seed: int) -> list[Rate]:
    """Return false alarms of a family of metrics that do not differ, without and with gaps, and how often an optimum is left out."""
    spread = METRIC_SPREADS[name]
    outcomes: dict[str, list[bool]] = {"any false alarm": [], "any false alarm, with gaps": [], "optimum left out": []}
    generator = np.random.default_rng([seed, 3, blocks, treatments, list(METRIC_SPREADS).index(name)])
    half = (np.arange(EXPLAINED) < EXPLAINED // 2) == (np.arange(blocks)[:, np.newaxis] % 2 == 0)
    effects = np.where(np.arange(treatments) < 2, ABOVE, 0.0)[:, np.newaxis, np.newaxis]
    for _ in range(studies):
        family = {metric: latent_scores(spread, treatments, blocks, EXPLAINED, generator) for metric in range(FAMILY)}
        for quantity, stacks in (
            ("any false alarm", family),
            ("any false alarm, with gaps", {m: np.where(half, s, np.nan) for m, s in family.items()}),
        ):
            verdicts = crossed_verdicts(stacks, dict.fromkeys(stacks, MARGIN), ALPHA)
            outcomes[quantity].append(any(each.p_value <= ALPHA for each in verdicts.values()))
        outcomes["optimum left out"].append(0 not in possible_optima(family[0] + effects, True, ALPHA))
    return _rates(f"metrics over {EXPLAINED} images, {name}", "normal", (blocks, treatments, studies), outcomes)


def _rates(scenario: str, noise: str, design: tuple[int, int, int], outcomes: dict[str, list[bool]]) -> list[Rate]:
    """Return a row for each quantity, all of which are false alarms.

    Args:
        design: numbers of blocks, treatments and studies.
    """
    blocks, treatments, studies = design
    return [Rate(scenario, noise, blocks, treatments, studies, quantity, *rate_with_interval(each, TARGET)) for quantity, each in outcomes.items()]
