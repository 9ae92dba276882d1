"""The scope of a run: what all of its numbers hold for, and how that is put into words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kernel_dilation.dilation_selection.learning_verdict import ConsistencyRule, consistency_rule
from kernel_dilation.experiment.parameters import Learn, Settings
from kernel_dilation.experiment.world_names import DIGITS, main_world, parse_world, world_title
from kernel_dilation.presentation.text_formatting import count_noun, join_with_and

AnswerValues = Mapping[str, Any]  # data/analysis/answers.json, or a part of it
TITLES = {"mnist": "MNIST", "mnist5k": "MNIST (5,000 digits)", "fashion_mnist": "Fashion-MNIST", "kmnist": "KMNIST"}
OF_DIGITS = ("mnist", "mnist5k")  # images of the other data sets may show anything
SPLITS = {"train": "training", "validation": "validation", "test": "test"}


@dataclass(frozen=True)
class Scope:
    """What all numbers of a run hold for."""

    dataset: str
    replicates: int
    mark_replicates: int  # of the networks that learn where a planted mark is
    digits: Mapping[str, int]  # number of images by split
    explained: int  # test images that have saliency maps
    probed: int  # of those, how many each network's costly metrics are measured on
    dilations: tuple[int, ...]  # from the smallest
    kernel_sizes: tuple[int, ...]
    poolings: tuple[str, ...]
    alpha: float
    margin_points: float  # percentage points of accuracy
    margin_share: float  # of a metric's value at the smallest dilation
    margin_signed: float  # of a signed metric, in its unit
    dilate: str  # `first` or `all`: which convolutions are dilated
    padding: str  # `same` or `valid`
    match_weights: str  # `own`, or the padding (`same`, `valid`) whose number of weights the hidden layer matches
    taps: str  # `lattice`, or `random` places within the same extent
    learn: Learn  # parameters of learning the dilation
    rule: ConsistencyRule  # of the verdicts on ways to learn the dilation
    margin_loss: float  # largest excess of the loss of a right choice, as a share of the loss of any other dilation

    @property
    def data_set(self) -> str:
        """Name of the data set in prose: `MNIST` for `mnist`; a folder keeps its own name."""
        return TITLES.get(self.dataset, self.dataset)

    @property
    def image(self) -> str:
        """Noun for one image of the data set: `digit` for MNIST, `image` for every other."""
        return "digit" if self.dataset in OF_DIGITS else "image"

    @property
    def images(self) -> str:
        """Plural of `image`."""
        return f"{self.image}s"

    @property
    def confidence(self) -> str:
        """Confidence level of the intervals: `95 %`."""
        return f"{100 * (1 - self.alpha):g} %"

    @property
    def margin(self) -> str:
        """Margin of equivalence of the metrics of maps and class models: `10 %`."""
        return f"{100 * self.margin_share:g} %"

    @property
    def world(self) -> str:
        """World that stands for all in the figures and sentences on learning: the data set itself if it is among them."""
        return main_world(self.learn.worlds)

    def world_phrase(self, name: str) -> str:
        """Return where a way was run: `in the world à trous 2`, or `on the digits themselves` for the data set."""
        return f"on the {self.images} themselves" if name == DIGITS else f"in the world {world_title(name)}"

    @property
    def world_images(self) -> str:
        """Images of that world that a run learns from: `MNIST, 2,000 of 3,600 training digits`."""
        if parse_world(self.world).is_synthetic:
            return f"{world_title(self.world)}, {count_noun(self.learn.planted_images, 'synthetic image')}"
        name = self.data_set if self.world == DIGITS else f"{self.data_set} {self.world_phrase(self.world)}"
        return f"{name}, {self.of('train', self.learn.images)}"

    @property
    def arms(self) -> int:
        """Number of arms in the grid."""
        return len(self.dilations) * len(self.kernel_sizes) * len(self.poolings)

    @property
    def networks(self) -> str:
        """All networks: `10 replicates of each of 28 arms`."""
        return f"{count_noun(self.replicates, 'replicate')} of {'each of ' if self.arms > 1 else ''}{count_noun(self.arms, 'arm')}"

    @property
    def dilated(self) -> str:
        """Dilated layers in words."""
        return "the first convolution" if self.dilate == "first" else "every convolution"

    @property
    def reference_arms(self) -> str:
        """Kernel size and pooling of the arms whose networks stand for their dilation in the figures."""
        return f"kernel size {self.kernel_sizes[0]}, {self.poolings[0]} pooling"

    @property
    def grid(self) -> str:
        """Levels of the three factors in words."""
        sizes = join_with_and([f"{size} \N{MULTIPLICATION SIGN} {size}" for size in self.kernel_sizes])
        dilations = f"dilation{'s' * (len(self.dilations) > 1)} {join_with_and(self.dilations)}"
        return f"{dilations}, first kernels of {sizes} taps, and {join_with_and(self.poolings)} pooling"

    def of(self, split: str, count: int = 0) -> str:
        """`1,000 test digits`, or with a count `20 of 1,000 test digits`."""
        every = count_noun(self.digits[split], f"{SPLITS[split]} {self.image}")
        return f"{count:,} of {every}" if 0 < count < self.digits[split] else every


def scope_of(settings: Settings, answers: AnswerValues, fetched: AnswerValues, explained: int) -> Scope:
    """Return the scope of a run.

    Args:
        settings: its parameters.
        answers: its data/analysis/answers.json.
        fetched: its metrics/fetch.json.
        explained: number of test images that have saliency maps.
    """
    return Scope(
        dataset=answers["dataset"], replicates=answers["replicates"], mark_replicates=settings.mark.replicates,
        digits=fetched["digits"], explained=explained,
        probed=min(settings.saliency.probed_images, explained),
        dilations=tuple(sorted(settings.dilations)), kernel_sizes=tuple(settings.kernel_sizes), poolings=tuple(settings.poolings),
        alpha=settings.analyze.alpha, margin_points=settings.analyze.margin_points, margin_share=settings.analyze.margin_share,
        margin_signed=settings.analyze.margin_signed,
        dilate=settings.network.dilate, padding=settings.network.padding, match_weights=settings.network.match_weights,
        taps=settings.network.taps,
        learn=settings.learn, rule=consistency_rule(settings.analyze), margin_loss=settings.analyze.margin_loss,
    )  # fmt: skip
