"""Rules for combinations of parameters: kernels fit the image, there are enough digits, and arrays fit into memory."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from kernel_dilation.experiment.geometry import feature_map_sides
from kernel_dilation.experiment.parameter_messages import Problem, describe_value

MAX_NUMBERS = 10**10  # in one array: 40 GB in single precision


class SplitCounts(NamedTuple):
    """Numbers of training, validation and test digits."""

    train: int
    validation: int
    test: int


def check_kernels(side: int, dilations: Sequence[int], kernel_sizes: Sequence[int], dilate: str, padding: str) -> Iterator[Problem]:
    """Report kernel sizes that fit an image of this side at no dilation, and dilations too large for one of the fitting sizes."""
    fitting = []
    for place, kernel_size in enumerate(kernel_sizes):
        try:
            feature_map_sides(side, kernel_size, 1, dilate, padding)
            fitting.append(kernel_size)
        except ValueError as error:
            yield Problem(f"kernel_sizes.{place}", f"{error} (got {kernel_size})")
    for place, dilation in enumerate(dilations):
        try:
            for kernel_size in fitting:
                feature_map_sides(side, kernel_size, dilation, dilate, padding)
        except ValueError as error:
            yield Problem(f"dilations.{place}", f"{error} (got {dilation})")


def count_splits(train: int, test: int, validation_share: float, test_share: float) -> SplitCounts:
    """Return the number of digits in each split of a data set; if it has no test digits, their share is held back first."""
    if not test:
        test = count_held_back(train, test_share)
        train -= test
    validation = count_held_back(train, validation_share)
    return SplitCounts(train - validation, validation, test)


def count_held_back(total: int, share: float) -> int:
    """Return the number of digits in a share of all, rounded up as scikit-learn does."""
    return math.ceil(share * total)


def check_shares(counts: SplitCounts, shares: Mapping[str, float], least: int) -> Iterator[Problem]:
    """Report shares for which one of the two parts has fewer digits than the `least` classes."""
    sides = {"data.test_share": (counts.test, counts.train + counts.validation), "data.validation_share": (counts.validation, counts.train)}
    for key, share in shares.items():
        held, kept = sides[key]
        if min(held, kept) < least:
            sizes = f"{held:,} digits are held back and {kept:,} are kept"
            yield Problem(key, f"must leave at least one digit of each of the {least} classes in both parts; {sizes} (got {share})")


def check_counts(requested: Mapping[str, int], available: int, kind: str) -> Iterator[Problem]:
    """Report parameters that ask for more digits of a kind than are available."""
    for key, count in requested.items():
        if count > available:
            yield Problem(key, f"must be at most the number of {kind} digits, {available:,} (got {count})")


def check_array_sizes(arrays: Mapping[str, tuple[object, int, str]]) -> Iterator[Problem]:
    """Report parameters for which an array would not fit into the memory of any machine.

    Args:
        arrays: by parameter, its value, the numbers in the array, and what the array contains.
    """
    for key, (value, numbers, content) in arrays.items():
        if numbers > MAX_NUMBERS:
            limit = f"{content} would take {numbers:,} numbers, and the limit is {MAX_NUMBERS:,}"
            yield Problem(key, f"must be smaller: {limit} (got {describe_value(value)})")
