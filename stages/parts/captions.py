"""What stands under every figure: what it shows, of which data, how many networks, and what its intervals are."""

from collections.abc import Mapping
from dataclasses import dataclass

from stages.parts.wording import counted, listed


@dataclass(frozen=True)
class Scope:
    """What all numbers of a run hold for."""

    dataset: str
    replicates: int
    digits: Mapping[str, int]  # by split
    dilations: tuple[int, ...]
    kernel_sizes: tuple[int, ...]
    poolings: tuple[str, ...]
    alpha: float
    margin_points: float  # percentage points of accuracy
    margin_share: float  # of a measure's value at the smallest dilation

    @property
    def confidence(self) -> str:
        """`95 %`: what intervals cover."""
        return f"{100 * (1 - self.alpha):g} %"

    @property
    def arms(self) -> int:
        """Architectures in the grid."""
        return len(self.dilations) * len(self.kernel_sizes) * len(self.poolings)

    @property
    def reference(self) -> str:
        """The kernel size and pooling of pictures that show one of each."""
        return f"kernel size {self.kernel_sizes[0]}, {self.poolings[0]} pooling"


def caption(says: str, scope: Scope, split: str = "test", interval: str = "", arms: str = "") -> str:
    """What a figure shows, then the interval, the data set and the networks.

    Args:
        split: whose digits the numbers come from; empty where none do.
        interval: what shows the interval, such as `Bars`; empty where nothing does.
        arms: which networks, where they are not all replicates of all arms.
    """
    networks = arms or f"{counted(scope.replicates, 'replicate')} of {'each of ' if scope.arms > 1 else ''}{counted(scope.arms, 'arm')}"
    digits = f", {counted(scope.digits[split], split + ' digit')}" if split in scope.digits else ""
    return " ".join(filter(None, [says, interval and interval_text(interval, scope), f"Data: {scope.dataset}{digits}; {networks}."]))


def interval_text(shown_by: str, scope: Scope) -> str:
    """What an interval is, or why there is none."""
    if scope.replicates < 2:
        return "A single replicate has no interval."
    return f"{shown_by}: {scope.confidence} interval of the mean over {scope.replicates} replicates (wild bootstrap, paired by seed)."


def grid_text(scope: Scope) -> str:
    """The factors that were varied, in words."""
    sizes = listed([f"{size} x {size}" for size in scope.kernel_sizes])
    dilations = f"dilation{'s' * (len(scope.dilations) > 1)} {listed(scope.dilations)}"
    return f"{dilations}; first kernels of {sizes} taps; {listed(scope.poolings)} pooling"
