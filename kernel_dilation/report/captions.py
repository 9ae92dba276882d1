"""What stands under every figure: what it shows, of which data, how many networks, and what its intervals are."""

from collections.abc import Mapping
from dataclasses import dataclass

from kernel_dilation.presentation.text_formatting import count_noun, join_with_and

OWN_SCALE = "Each image is divided by its own largest absolute value; red is positive, white 0, blue negative."
SPLITS = {"train": "training digit", "validation": "validation digit", "test": "test digit"}


@dataclass(frozen=True)
class Scope:
    """What all numbers of a run hold for."""

    dataset: str
    replicates: int
    digits: Mapping[str, int]  # by split
    explained: int  # test digits that have saliency maps
    probed: int  # of those, how many a network's costly measures took
    dilations: tuple[int, ...]
    kernel_sizes: tuple[int, ...]
    poolings: tuple[str, ...]
    alpha: float
    margin_points: float  # percentage points of accuracy
    margin_share: float  # of a measure's value at the smallest dilation
    dilate: str  # `first` or `all`: which convolutions are dilated
    padding: str  # `same` or `valid`
    match_weights: bool  # whether with `valid` the hidden layer is widened

    @property
    def confidence(self) -> str:
        """`95 %`: what intervals cover."""
        return f"{100 * (1 - self.alpha):g} %"

    @property
    def arms(self) -> int:
        """Architectures in the grid."""
        return len(self.dilations) * len(self.kernel_sizes) * len(self.poolings)

    @property
    def dilated(self) -> str:
        """What is dilated, in words."""
        return "the first convolution" if self.dilate == "first" else "every convolution"

    @property
    def one_of_each(self) -> str:
        """The networks of pictures that show one for each dilation."""
        return f"first replicate, kernel size {self.kernel_sizes[0]}, {self.poolings[0]} pooling"

    def of(self, split: str, count: int = 0) -> str:
        """`1,000 test digits`, or with a count `20 of 1,000 test digits`."""
        every = count_noun(self.digits[split], SPLITS[split])
        return f"{count:,} of {every}" if 0 < count < self.digits[split] else every


def caption(says: str, scope: Scope, digits: str = "", interval: str = "", networks: str = "") -> str:
    """What a figure shows, then the interval, the data set and the networks.

    Args:
        digits: how many of which split, as `Scope.of` has it; empty where none are counted.
        interval: what shows the interval, such as `Bars`; empty where nothing does.
        networks: where they are not all replicates of all arms.
    """
    every = f"{count_noun(scope.replicates, 'replicate')} of {'each of ' if scope.arms > 1 else ''}{count_noun(scope.arms, 'arm')}"
    data = ", ".join(filter(None, [scope.dataset, digits]))
    return " ".join(filter(None, [says, interval and interval_text(interval, scope), f"Data: {data}; {networks or every}."]))


def interval_text(shown_by: str, scope: Scope) -> str:
    """What an interval is, or why there is none."""
    if scope.replicates < 2:
        return "A single replicate has no interval."
    return f"{shown_by}: {scope.confidence} interval of the mean over {scope.replicates} replicates (wild bootstrap)."


def grid_text(scope: Scope) -> str:
    """The factors that were varied, in words."""
    sizes = join_with_and([f"{size} x {size}" for size in scope.kernel_sizes])
    dilations = f"dilation{'s' * (len(scope.dilations) > 1)} {join_with_and(scope.dilations)}"
    return f"{dilations}, first kernels of {sizes} taps, {join_with_and(scope.poolings)} pooling"
