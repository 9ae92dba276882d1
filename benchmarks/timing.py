"""Times that can be compared: contenders in turn, medians, and what grows how fast."""

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import NamedTuple, TypeVar

import numpy as np
from scipy.optimize import nnls

Name, Measured = TypeVar("Name"), TypeVar("Measured")
EXPONENTS = np.arange(0.05, 3.001, 0.01)  # among which a curve finds its own


def seconds_of(action: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def in_turn(contenders: Mapping[Name, Callable[[], Measured]], rounds: int, warm_up: bool = True) -> dict[Name, list[Measured]]:
    """What each contender measures in each round, by its name.

    One round before the first does not count, if `warm_up`: graphs are traced and caches filled in it.
    Every other round goes backwards, so that nobody always follows the same neighbour.

    Raises:
        ValueError: no round.
    """
    if rounds < 1:
        raise ValueError(f"at least one round must be measured; got {rounds}")
    times: dict[Name, list[Measured]] = {name: [] for name in contenders}
    for number in range(-warm_up, rounds):
        names = list(contenders) if number % 2 == 0 else list(contenders)[::-1]
        for name in names:
            measured = contenders[name]()
            if number >= 0:
                times[name].append(measured)
    return times


def medians(times: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Median of each contender's rounds."""
    return {name: median(rounds) for name, rounds in times.items()}


def epoch_seconds(total: float, ends: Sequence[float], batches: float) -> float:
    """Seconds of an epoch of `batches` batches, from a shorter one.

    What comes once, before the first batch has ended and after the last one, is counted once; the
    time between batches is scaled.

    Args:
        total: seconds of the shorter epoch.
        ends: when each of its batches ended, in seconds on any clock.

    Raises:
        ValueError: fewer than two batches.
    """
    if len(ends) < 2:
        raise ValueError(f"an epoch of at least two batches tells what one takes; got {len(ends)}")
    each = (ends[-1] - ends[0]) / (len(ends) - 1)
    return total + each * (batches - len(ends))


class Growth(NamedTuple):
    """Seconds at size n: `fixed_seconds` + `factor` n ** `exponent`."""

    exponent: float
    fixed_seconds: float
    factor: float


def growth(sizes: Sequence[float], seconds: Sequence[float]) -> Growth:
    """The curve that comes closest, in relative error, with no part below 0.

    What does not grow is a part of its own, or a start-up would make linear growth look like less.

    Raises:
        ValueError: fewer than three different sizes.
    """
    if len(set(sizes)) < 3:
        raise ValueError(f"a curve needs at least three different sizes; got {sorted(set(sizes))}")
    measured, places = np.asarray(seconds, float), np.asarray(sizes, float)
    fits = []
    for exponent in EXPONENTS:
        columns = np.stack([np.ones_like(places), places**exponent], 1) / measured[:, None]
        (fixed, factor), error = nnls(columns, np.ones_like(measured))
        fits.append((error, Growth(float(exponent), float(fixed), float(factor))))
    return min(fits)[1]
