"""Comparable timings: alternate contenders, take medians, and fit growth curves."""

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import NamedTuple, TypeVar

import numpy as np
from scipy.optimize import nnls

Name, Measurement = TypeVar("Name"), TypeVar("Measurement")
EXPONENTS = np.arange(0.05, 3.001, 0.01)  # candidates for the exponent of a curve


def seconds_of(action: Callable[[], object]) -> float:
    """Call a function and return the wall seconds that it takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def measure_in_turn(contenders: Mapping[Name, Callable[[], Measurement]], rounds: int, warm_up: bool = True) -> dict[Name, list[Measurement]]:
    """Call the contenders in turn; return the measurements of all rounds by name.

    With `warm_up`, an additional first round, in which graphs are traced and caches filled, is discarded. Every
    other round is in reverse order, so that no contender always follows the same neighbour.

    Raises:
        ValueError: fewer than one round.
    """
    if rounds < 1:
        raise ValueError(f"at least one round must be measured; got {rounds}")
    times: dict[Name, list[Measurement]] = {name: [] for name in contenders}
    for number in range(-warm_up, rounds):
        names = list(contenders) if number % 2 == 0 else list(contenders)[::-1]
        for name in names:
            measurement = contenders[name]()
            if number >= 0:
                times[name].append(measurement)
    return times


def medians(times: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Return the median over the rounds of each contender."""
    return {name: median(rounds) for name, rounds in times.items()}


def epoch_seconds(total: float, ends: Sequence[float], batches: float) -> float:
    """Extrapolate the seconds of an epoch of `batches` batches from a shorter epoch.

    The time until the end of the first batch and after the last batch is counted once; the time between
    batches is scaled.

    Args:
        total: seconds of the shorter epoch.
        ends: time at which each of its batches ended, in seconds on any clock.

    Raises:
        ValueError: fewer than two batches.
    """
    if len(ends) < 2:
        raise ValueError(f"the time of a batch can be measured only in an epoch of at least two batches; got {len(ends)}")
    each = (ends[-1] - ends[0]) / (len(ends) - 1)
    return total + each * (batches - len(ends))


class Growth(NamedTuple):
    """Curve of the seconds at size n: `fixed_seconds` + `factor` * n ** `exponent`."""

    exponent: float
    fixed_seconds: float
    factor: float


def fit_growth(sizes: Sequence[float], seconds: Sequence[float]) -> Growth:
    """Fit a growth curve with the smallest relative errors and without negative terms.

    The constant term is necessary because a start-up time would otherwise make linear growth look slower.

    Raises:
        ValueError: fewer than three different sizes.
    """
    if len(set(sizes)) < 3:
        raise ValueError(f"a growth curve needs at least three different sizes; got {sorted(set(sizes))}")
    measured, places = np.asarray(seconds, float), np.asarray(sizes, float)
    fits = []
    for exponent in EXPONENTS:
        columns = np.stack([np.ones_like(places), places**exponent], 1) / measured[:, None]
        (fixed, factor), error = nnls(columns, np.ones_like(measured))
        fits.append((error, Growth(float(exponent), float(fixed), float(factor))))
    return min(fits)[1]
