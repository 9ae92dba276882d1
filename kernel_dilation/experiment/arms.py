"""The grid of arms: one network architecture for each dilation, kernel size and pooling."""

from collections.abc import Iterable
from itertools import product
from typing import NamedTuple


class Arm(NamedTuple):
    """One combination of the grid; files and stages are named after its `name`."""

    dilation: int
    kernel_size: int
    pooling: str

    @property
    def name(self) -> str:
        """Name of the arm, such as `2-3-max` for dilation 2, kernel size 3 and max pooling."""
        return f"{self.dilation}-{self.kernel_size}-{self.pooling}"


def parse_arm(name: str) -> Arm:
    """Return the arm of a name.

    Raises:
        ValueError: the name is not of the form `dilation-kernel_size-pooling`.
    """
    parts = name.split("-")
    if len(parts) != 3 or not (parts[0].isdigit() and parts[1].isdigit()):
        raise ValueError(f"the name of an arm must be dilation-kernel_size-pooling, such as 2-3-max; got {name!r}")
    return Arm(int(parts[0]), int(parts[1]), parts[2])


def grid_arms(dilations: Iterable[int], kernel_sizes: Iterable[int], poolings: Iterable[str]) -> list[Arm]:
    """Return every arm of the grid in the order of the lists, the dilation varying slowest."""
    return [Arm(*combination) for combination in product(dilations, kernel_sizes, poolings)]
