"""Coverage and error rates over replicates crossed with images, on synthetic networks whose true accuracies are known."""

from dataclasses import dataclass

from kernel_dilation.statistics.block_tables import Floats
from kernel_dilation.statistics.crossed_comparisons import crossed_ratio
from kernel_dilation.statistics.crossed_means import crossed_means, crossed_tost_p_values, quasi_f_p_value
from kernel_dilation.statistics.effect_sizes import slopes
from tools.calibration.error_rates import ALPHA, Rate, Target, rate_with_interval

import numpy as np
from scipy import stats

IMAGES = 600  # on which accuracies are measured; more would only take longer
EXPLAINED = 20  # images with metrics of saliency maps


@dataclass(frozen=True)
class Spread:
    """Standard deviations of the parts of a latent score, in units of that of a single answer."""

    replicate: float
    image: float
    replicate_by_treatment: float
    image_by_treatment: float

    @property
    def total(self) -> float:
        """Standard deviation of the score, single answers included."""
        return float(np.sqrt(1 + self.replicate**2 + self.image**2 + self.replicate_by_treatment**2 + self.image_by_treatment**2))


IMAGES_MATTER = Spread(0.05, 1.5, 0.05, 0.8)  # the standard error of a difference is about twice that over replicates alone
REPLICATES_MATTER = Spread(0.05, 1.0, 0.12, 0.1)  # accuracies of replicates differ by about a point
SPREADS = {"images matter": IMAGES_MATTER, "replicates matter": REPLICATES_MATTER}
METRIC_SPREADS = {  # of metrics of saliency maps, which vary more between networks than single answers do
    "images matter": Spread(0.3, 1.5, 0.3, 0.8),
    "replicates matter": Spread(0.3, 1.0, 0.8, 0.3),
    "neither matters": Spread(0.0, 0.0, 0.0, 0.0),
}


def latent_scores(spread: Spread, treatments: int, replicates: int, images: int, generator: np.random.Generator) -> Floats:
    """Draw scores with mean 0 and standard deviation 1, (treatments, replicates, images)."""
    parts = [
        ((1, replicates, 1), spread.replicate),
        ((1, 1, images), spread.image),
        ((treatments, replicates, 1), spread.replicate_by_treatment),
        ((treatments, 1, images), spread.image_by_treatment),
        ((treatments, replicates, images), 1.0),
    ]
    return sum((scale * generator.standard_normal(shape) for shape, scale in parts), np.zeros(())) / spread.total


def crossed_rates(name: str, blocks: int, treatments: int, studies: int, seed: int) -> list[Rate]:
    """Return the coverage of every interval, and false alarms without an effect and at the margin, for one kind of spread."""
    spread, dilations = SPREADS[name], list(range(1, treatments + 1))
    error = np.linspace(0.04, 0.055, treatments)  # true error rates, where there is an effect
    threshold, margin = stats.norm.ppf(error)[:, np.newaxis, np.newaxis], float(error[-1] - error[0])
    truth = {"a mean": 1 - error[-1], "a difference": -margin, "the slope": float(slopes(1 - error[np.newaxis], dilations)[0])}
    outcomes: dict[str, list[bool]] = {}
    generator = np.random.default_rng([seed, blocks, treatments, list(SPREADS).index(name)])
    for _ in range(studies):
        scores = latent_scores(spread, treatments, blocks, IMAGES, generator)
        correct, null = (scores > threshold).astype(float), (scores > threshold[0]).astype(float)
        values = {"a mean": correct[-1], "a difference": correct[-1] - correct[0], "the slope": slopes(np.moveaxis(correct, 0, -1), dilations)}
        for quantity, matrix in values.items():
            lower, upper = crossed_means(matrix).interval(ALPHA)
            outcomes.setdefault(f"interval of {quantity} covers", []).append(bool(lower <= truth[quantity] <= upper))
        ratio = crossed_ratio(1 - correct[-1], 1 - correct[0], ALPHA)
        covers = ratio is not None and ratio.lower is not None and ratio.upper is not None and ratio.lower <= error[-1] / error[0] <= ratio.upper
        outcomes.setdefault("interval of a ratio of errors covers", []).append(covers)
        outcomes.setdefault("difference by the quasi-F", []).append(quasi_f_p_value(null) <= ALPHA)
        outcomes.setdefault("equivalent at the margin", []).append(bool(crossed_tost_p_values(values["a difference"], margin) <= ALPHA))
    design = (f"replicates by images, {name}", "discrete", blocks, treatments, studies)
    return [Rate(*design, quantity, *rate_with_interval(each, _target(quantity))) for quantity, each in outcomes.items()]


def explained_rates(name: str, blocks: int, treatments: int, studies: int, seed: int) -> list[Rate]:
    """Return the coverage of a difference of a metric over few images: of all images, and of every second one for each replicate.

    Intervals with gaps, and those of values without a part of replicates or images, are wider than need be; of them
    it is only asked that they miss the truth in at most alpha of the studies.
    """
    spread = METRIC_SPREADS[name]
    outcomes: dict[str, list[bool]] = {"all": [], "gaps": []}
    generator = np.random.default_rng([seed, 1, blocks, treatments, list(METRIC_SPREADS).index(name)])
    half = (np.arange(EXPLAINED) < EXPLAINED // 2) == (np.arange(blocks)[:, np.newaxis] % 2 == 0)
    for _ in range(studies):
        scores = latent_scores(spread, 2, blocks, EXPLAINED, generator)
        difference = scores[1] - scores[0]
        for kind, values in (("all", difference), ("gaps", np.where(half, difference, np.nan))):
            lower, upper = crossed_means(values).interval(ALPHA)
            outcomes[kind].append(bool(lower <= 0 <= upper))
    design = (f"replicates by {EXPLAINED} images, {name}", "normal", blocks, treatments, studies)
    every = outcomes["all"] if name in SPREADS else [not covers for covers in outcomes["all"]]
    quantity = "interval of a difference covers" if name in SPREADS else "interval of a difference misses"
    return [
        Rate(*design, quantity, *rate_with_interval(every, _target(quantity))),
        Rate(*design, "interval of a difference misses, with gaps", *rate_with_interval([not each for each in outcomes["gaps"]], "at most alpha")),
    ]


def _target(quantity: str) -> Target:
    """Return the target of a quantity: 1 - alpha for a coverage and at most alpha for a false alarm."""
    return "1 - alpha" if quantity.endswith("covers") else "at most alpha"
