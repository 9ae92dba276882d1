"""Family-wise error rates of Westfall and Young's step-down maximum on large families of correlated measures."""

from kernel_dilation.statistics.block_tables import Floats
from kernel_dilation.statistics.westfall_young import permutation_p_values, sign_flip_p_values
from tools.calibration.error_rates import ALPHA, Rate, Target, rate_with_interval
from tools.calibration.synthetic_studies import synthetic_tables

CONTRASTS = 90  # measures in a family of contrasts: about as many as methods times metrics
TABLES = 12  # measures in a family of tables; few, because each permutes all treatments
SHARED = 0.7  # share of the standard deviation of a measure that all measures of a network have in common
EFFECT = 1.5  # of the measures that do differ, in standard deviations of the noise
RESAMPLES = 199  # permutations for each family of tables; the level is exact with so few, because (199 + 1) alpha is an integer


def correlated_measures(noise: str, measures: int, blocks: int, treatments: int, seed: int) -> Floats:
    """Draw one study without any effect, (measures, blocks, treatments), whose measures share a part of their noise."""
    flat = [0.0] * treatments
    own = synthetic_tables(noise, measures, blocks, flat, seed)
    shared = synthetic_tables(noise, 1, blocks, flat, seed + 1)
    return SHARED * shared + (1 - SHARED) * own


def family_rates(noise: str, blocks: int, treatments: int, studies: int, seed: int) -> list[Rate]:
    """Return how often families of measures without effects, or with effects in every second one, have a false alarm."""
    outcomes: dict[str, list[bool]] = {"sign flips, no effect": [], "sign flips, half differ": [], "permutations, no effect": []}
    for study in range(studies):
        contrasts = correlated_measures(noise, CONTRASTS, blocks, 2, seed + 2 * study)
        paired = (contrasts[..., 1] - contrasts[..., 0]).T
        outcomes["sign flips, no effect"].append(bool(sign_flip_p_values(paired, seed).min() <= ALPHA))
        paired[:, ::2] += EFFECT * paired.std()
        outcomes["sign flips, half differ"].append(bool(sign_flip_p_values(paired, seed)[1::2].min() <= ALPHA))
        tables = correlated_measures(noise, TABLES, blocks, treatments, seed + 2 * study)
        outcomes["permutations, no effect"].append(bool(permutation_p_values(list(tables), seed + study, RESAMPLES).min() <= ALPHA))
    target: Target = "at most alpha"
    return [
        Rate(f"family, {name}", noise, blocks, treatments, studies, "any false alarm", *rate_with_interval(each, target))
        for name, each in outcomes.items()
    ]
