"""Rules that parameters obey together: kernels fit the image, digits suffice, and arrays can be held in memory."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from kernel_dilation.experiment.geometry import feature_map_sides
from kernel_dilation.experiment.parameter_messages import Problem, describe_value

MOST_NUMBERS = 10**10  # in one array: 40 GB in single precision


class SplitCounts(NamedTuple):
    """How many digits there are to train with, to choose with and to test with."""

    train: int
    validation: int
    test: int


def unfit_kernels(side: int, dilations: Sequence[int], kernel_sizes: Sequence[int], dilate: str, padding: str) -> Iterator[Problem]:
    """Kernel sizes that fit an image of this side at no dilation, and dilations that are too large for one of the others."""
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


def split_counts(train: int, test: int, validation_share: float, test_share: float) -> SplitCounts:
    """Digits of each split of a data set that has so many; where it has none to test with, their share is held back first."""
    if not test:
        test = hold_back_count(train, test_share)
        train -= test
    validation = hold_back_count(train, validation_share)
    return SplitCounts(train - validation, validation, test)


def hold_back_count(total: int, share: float) -> int:
    """Digits in this share of all, rounded up, as scikit-learn holds them back."""
    return math.ceil(share * total)


def unfit_shares(counts: SplitCounts, shares: Mapping[str, float], least: int) -> Iterator[Problem]:
    """Shares under which one of two splits has not even one digit for each of `least` classes."""
    sides = {"data.test_share": (counts.test, counts.train + counts.validation), "data.validation_share": (counts.validation, counts.train)}
    for key, share in shares.items():
        held, kept = sides[key]
        if min(held, kept) < least:
            yield Problem(
                key, f"must leave every one of {least} classes a digit on both sides; it holds back {held:,} and keeps {kept:,} (got {share})"
            )


def too_many(asked: Mapping[str, int], there: int, kind: str) -> Iterator[Problem]:
    """Parameters that ask for more digits of a kind than there are."""
    for key, count in asked.items():
        if count > there:
            yield Problem(key, f"must be at most the number of {kind} digits, {there:,} (got {count})")


def too_large(arrays: Mapping[str, tuple[object, int, str]]) -> Iterator[Problem]:
    """Parameters for which an array, given by its numbers and by what it holds, would be larger than any machine's memory."""
    for key, (value, numbers, what) in arrays.items():
        if numbers > MOST_NUMBERS:
            yield Problem(key, f"must be less: {what} would take {numbers:,} numbers, of at most {MOST_NUMBERS:,} (got {describe_value(value)})")
