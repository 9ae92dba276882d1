"""Error rates of races, and of intervals and verdicts on learning methods, for synthetic data.

Every race is run in two worlds: one in which dilation 1 is the best, and its mirror image, in which the losses of
dilations 1 and 2 are exchanged. A rule whose choices agree only because it prefers small dilations is right in the
first world, but not in its mirror image.
"""

from collections.abc import Mapping, Sequence

from kernel_dilation.dilation_selection.choice_shares import Share, right_share, same_share, shown_beyond_margin, shown_within_margin
from kernel_dilation.dilation_selection.learning_verdict import ConsistencyRule, planted_world, verdict
from kernel_dilation.dilation_selection.race import RaceRules, race
from kernel_dilation.dilation_selection.selection_bound import signal_to_noise
from kernel_dilation.statistics.block_tables import Floats
from tools.calibration.error_rates import ALPHA, CONFIDENCE, Rate, Target, rate_with_interval

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

DILATIONS = (1, 2, 3, 4, 5, 6, 7)
RULES = RaceRules(least_rounds=3, most_rounds=10, alpha=ALPHA, zone=0.05)
RATIOS = (0.0, 0.62, 0.8, 1.9)  # signal-to-noise ratios of the two best dilations; all but 0 were measured on MNIST

# Losses are in standard deviations of the difference between dilations 1 and 2 (0.0018 nats), as measured on MNIST.
LOSS = 15.6  # loss of the best dilation: 0.028 nats
FAR = (2.8, 4.7, 6.7, 9.0, 11.0)  # excess loss of dilations 3 to 7
RACES = {f"ratio {ratio:g}": (0.0, ratio, *FAR) for ratio in RATIOS} | {"all alike": (0.0,) * 7}  # excess losses by scenario
SPREADS = np.array([1.0, 1.0, 1.2, 1.3, 1.4, 1.6, 1.8]) / np.sqrt(2)  # standard deviations of the noise that is specific to each dilation of a round
SHARED = 2.0  # standard deviation of the noise common to all dilations of a round, from split, batches and initial weights

CHOICES = ((1.0, 0.0, 0.0), (0.95, 0.05, 0.0), (0.75, 0.25, 0.0), (0.5, 0.3, 0.2))  # probabilities of three choices
RUNS = 10  # number of independent runs, and of rounds that evaluate a choice
BAR = 0.5  # share of right choices that the verdict requires here
ODDS = (0.5, 0.3, 0.2)  # probabilities of the right choice, exactly the required share, and of two wrong choices


def synthetic_losses(excess: ArrayLike, races: int, rounds: int, seed: Sequence[int]) -> Floats:
    """Draw validation losses, (races, rounds, dilations), with these excess expected losses of the dilations."""
    generator = np.random.default_rng(seed)
    shared = SHARED * generator.standard_normal((races, rounds, 1))
    return LOSS + np.asarray(excess) + shared + SPREADS * generator.standard_normal((races, rounds, len(DILATIONS)))


def exchange_first_two(losses: Floats) -> Floats:
    """Return the losses with those of the first two dilations exchanged."""
    return losses[..., [1, 0, *range(2, losses.shape[-1])]]


def race_rates(scenario: str, is_mirrored: bool, studies: int, seed: int) -> list[Rate]:
    """Return the rates of each outcome of the races of one scenario, in one of the two worlds."""
    excess = np.array(RACES[scenario])
    losses = synthetic_losses(excess, studies, RULES.most_rounds, (seed, list(RACES).index(scenario), is_mirrored))
    if is_mirrored:
        losses, excess = exchange_first_two(losses), exchange_first_two(excess)
    races, best, is_beyond = [race(each, DILATIONS, RULES) for each in losses], 1 + is_mirrored, excess > RULES.zone * LOSS
    outcomes: dict[str, tuple[Sequence[bool], Target]] = {
        "best dropped": ([best not in each.survivors for each in races], "at most alpha"),
        "indifferent beyond the zone": ([each.ending == "indifferent" and bool(is_beyond[each.choice - 1]) for each in races], "at most alpha"),
        "survivor of least loss is best": ([each.choice == best for each in races], ""),
        "smallest survivor is best": ([each.smallest_survivor == best for each in races], ""),
        "two races choose alike": ([one.choice == other.choice for one, other in zip(races[::2], races[1::2])], ""),
    }
    name = f"race, {scenario}{', mirrored' * is_mirrored}"
    cost = np.array([each.trainings for each in races]) / (RULES.most_rounds * len(DILATIONS))
    return [*scenario_rates(name, outcomes), cost_rate(name, cost)]


def scenario_rates(scenario: str, outcomes: Mapping[str, tuple[Sequence[bool], Target]]) -> list[Rate]:
    """Return one rate for each quantity of a scenario."""
    return [
        Rate(scenario, "normal", RUNS, len(DILATIONS), len(each), quantity, *rate_with_interval(each, target))
        for quantity, (each, target) in outcomes.items()
    ]


def cost_rate(scenario: str, cost: Floats) -> Rate:
    """Return the mean share of trainings that a race needs, with Student's t interval; `cost` is (races,)."""
    mean, half = float(cost.mean()), float(stats.t.ppf((1 + CONFIDENCE) / 2, len(cost) - 1) * stats.sem(cost))
    return Rate(scenario, "normal", RUNS, len(DILATIONS), len(cost), "share of the trainings paid for", mean, mean - half, mean + half, "", None)


def signal_rates(ratio: float, studies: int, seed: int) -> list[Rate]:
    """Return how often the interval of a signal-to-noise ratio covers the true ratio."""
    losses = synthetic_losses((0.0, ratio, *FAR), studies, RUNS, (seed, 3, round(100 * ratio)))
    estimates = [signal_to_noise(each[:, 1] - each[:, 0], ALPHA) for each in losses]
    return scenario_rates(f"signal to noise {ratio:g}", {"interval covers": ([each.lower <= ratio <= each.upper for each in estimates], "1 - alpha")})


def share_rates(probabilities: Sequence[float], studies: int, seed: int) -> list[Rate]:
    """Return how often the intervals of the share of right choices and of agreement miss the true values."""
    choices = np.random.default_rng([seed, 1]).choice(len(probabilities), size=(studies, RUNS, 1), p=probabilities)
    right, same = probabilities[0], float((np.array(probabilities) ** 2).sum())
    outcomes: dict[str, tuple[Sequence[bool], Target]] = {
        "interval of right choices misses": ([misses(right_share(each == 0, each != 0, ALPHA), right) for each in choices], "at most alpha"),
        "interval of agreement misses": ([misses(same_share(each, ALPHA), same) for each in choices], "at most alpha"),
    }
    return scenario_rates("choices with probabilities " + " ".join(f"{each:g}" for each in probabilities), outcomes)


def misses(share: Share, truth: float) -> bool:
    """Return whether the interval does not contain the true value."""
    return not share.lower - 1e-12 <= truth <= share.upper + 1e-12


def margin_rates(studies: int, seed: int) -> list[Rate]:
    """Return how often a choice whose loss lies exactly at the margin is shown to lie within or beyond it."""
    losses = synthetic_losses((0.0, RULES.zone * LOSS, *FAR), studies, RUNS, (seed, 4))
    outcomes: dict[str, tuple[Sequence[bool], Target]] = {
        "shown within the margin": ([bool(shown_within_margin(each, RULES.zone, ALPHA)[1]) for each in losses], "at most alpha"),
        "shown beyond the margin": ([bool(shown_beyond_margin(each, RULES.zone, ALPHA)[1]) for each in losses], "at most alpha"),
    }
    return scenario_rates("choice at the margin", outcomes)


def verdict_rates(studies: int, seed: int) -> list[Rate]:
    """Return how often the verdict on a borderline method is conclusive, which it should rarely be.

    The method is always right in one world. In the other, its share of right choices is exactly the required one.
    """
    rule = ConsistencyRule(right_share=BAR, same_share=0.0, start_slope=1.0, alpha=ALPHA, resamples=100, seed=0)
    at_bar = np.random.default_rng([seed, 2]).choice((2, 3, 4), size=(studies, RUNS, 1), p=ODDS)
    sure = np.ones((RUNS, 1), int)
    verdicts = [verdict([planted_world("one", 1, sure), planted_world("two", 2, each)], rule)[0] for each in at_bar]
    outcomes: dict[str, tuple[Sequence[bool], Target]] = {
        "consistent": ([each == "consistent" for each in verdicts], "at most alpha"),
        "inconsistent": ([each == "inconsistent" for each in verdicts], "at most alpha"),
    }
    return scenario_rates("way at the bar of right choices", outcomes)


def choice_rates(studies: int, seed: int) -> list[Rate]:
    """Return all rates that do not concern races: of intervals, margins and verdicts."""
    signals = [rate for ratio in RATIOS for rate in signal_rates(ratio, studies, seed)]
    shares = [rate for probabilities in CHOICES for rate in share_rates(probabilities, studies, seed)]
    return [*signals, *shares, *margin_rates(studies, seed), *verdict_rates(studies, seed)]
