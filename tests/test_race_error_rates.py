"""Calibration of races and of verdicts on learning methods, with few simulated studies.

The committed table is based on thousands of studies.
"""

import csv
from pathlib import Path

from tools.calibration.race_error_rates import FAR, LOSS, RACES, choice_rates, exchange_first_two, race_rates, synthetic_losses

import numpy as np
import pytest

COMMITTED = Path(__file__).parent.parent / "metrics" / "calibration.csv"


def by_quantity(rates):
    """Return the rates by the name of their quantity."""
    return {rate.quantity: rate for rate in rates}


def test_synthetic_losses_have_the_specified_signal_to_noise_ratio():
    # Analytic: the ratio is the mean paired difference of dilations 1 and 2, divided by its standard deviation.
    losses = synthetic_losses((0.0, 0.62, *FAR), 4000, 10, (0,))
    difference = losses[..., 1] - losses[..., 0]
    assert difference.mean() / difference.std() == pytest.approx(0.62, abs=0.02)
    assert losses[..., 0].mean() == pytest.approx(LOSS, abs=0.05)


def test_the_mirrored_world_exchanges_the_first_two_dilations():
    assert exchange_first_two(np.arange(7)).tolist() == [1, 0, 2, 3, 4, 5, 6]


def test_the_smallest_survivor_is_right_in_only_one_world():
    # A bootstrap of trained networks gave 99 % and 21 % for this rule, and 97 % and 98 % for the survivor with the smallest loss.
    original, exchanged = (by_quantity(race_rates("ratio 0.62", is_mirrored, 200, 0)) for is_mirrored in (False, True))
    assert original["smallest survivor is best"].rate > 0.95
    assert exchanged["smallest survivor is best"].rate < 0.3
    assert min(world["survivor of least loss is best"].rate for world in (original, exchanged)) > 0.9


def test_a_race_without_correction_drops_the_best_dilation_too_often(monkeypatch):
    # By construction: each of the 48 tests is made at the full level alpha.
    monkeypatch.setattr("kernel_dilation.dilation_selection.race.RaceRules.level", lambda self, dilations: self.alpha)
    assert by_quantity(race_rates("all alike", False, 200, 0))["best dropped"].meets is False


def test_an_interval_that_ignores_the_dependence_of_pairs_is_detected(monkeypatch):
    # By construction: the interval treats all 45 pairs of runs as independent.
    from kernel_dilation.dilation_selection.choice_shares import Share, binomial_ends

    def independent_pairs(choices, alpha):
        pairs = sum(first == second for at, first in enumerate(choices[:, 0]) for second in choices[:at, 0])
        return Share(pairs / 45, *binomial_ends(int(pairs), int(pairs), 45, alpha))

    monkeypatch.setattr("tools.calibration.race_error_rates.same_share", independent_pairs)
    assert not all(rate.meets for rate in choice_rates(300, 0) if rate.quantity == "interval of agreement misses")


def test_the_committed_table_has_every_race_in_both_worlds():
    rows = list(csv.DictReader(COMMITTED.read_text().splitlines()))
    races = {row["scenario"] for row in rows if row["scenario"].startswith("race, ")}
    assert races == {f"race, {name}{mirror}" for name in RACES for mirror in ("", ", mirrored")}
    assert {row["meets"] for row in rows if row["quantity"] == "best dropped"} == {"True"}
