"""The calibration of the statistics on few studies; the committed table uses thousands."""

import csv
from pathlib import Path

from tools.calibration.calibrate import main
from tools.calibration.error_rates import SCENARIOS, Scenario, error_rates
from tools.calibration.race_error_rates import RACES
from tools.calibration.synthetic_studies import NOISES, synthetic_tables

import numpy as np
import pytest

COMMITTED = Path(__file__).parent.parent / "metrics" / "calibration.csv"


@pytest.mark.parametrize("noise", NOISES)
def test_synthetic_studies_have_the_specified_means_and_variance(noise):
    # Analytic: 97.5 plus the effects; at the first treatment, standard deviations of 0.5 points (noise) and 0.3 points (blocks).
    tables = synthetic_tables(noise, 4000, 8, [0.0, -1.0, -2.0], 0)
    assert tables.shape == (4000, 8, 3)
    assert tables.mean(axis=(0, 1)) == pytest.approx([97.5, 96.5, 95.5], abs=0.03)
    assert tables[..., 0].std() == pytest.approx(np.hypot(0.5, 0.3), rel=0.06)


def test_discrete_studies_have_ties():
    tables = synthetic_tables("discrete", 200, 8, [0.0, 0.0, 0.0, 0.0], 0)
    assert np.mean([len(set(block)) < 4 for table in tables for block in table]) > 0.2


def test_an_unknown_noise_is_refused():
    with pytest.raises(ValueError, match=r"the noise must be one of normal, .*got 'white'"):
        synthetic_tables("white", 1, 8, [0.0], 0)


def test_a_method_that_misses_its_target_is_detected(monkeypatch):
    # By construction: percentile intervals are known to cover too few means at 8 blocks.
    def percentile(samples, alpha, resamples, seed):
        indices = np.random.default_rng(seed).integers(len(samples), size=(200, len(samples)))
        return tuple(np.quantile(samples[indices].mean(axis=1), [alpha / 2, 1 - alpha / 2], axis=0))

    monkeypatch.setattr("tools.calibration.error_rates.mean_intervals", percentile)
    rates = error_rates(Scenario("no effect", 0.0, 0.5), "normal", 8, 4, 300, 0)
    assert {rate.quantity: rate.meets for rate in rates}["interval of a difference covers"] is False


def test_the_program_writes_one_row_for_each_rate(tmp_path, monkeypatch):
    monkeypatch.setattr("tools.calibration.calibrate.SIZES", ((5, 3),))
    output = tmp_path / "metrics" / "calibration.csv"
    with pytest.raises(SystemExit, match="interval of the slope covers"):  # four studies cannot cover 95 %
        main(["--studies", "4", "--output", str(output)])
    rows = list(csv.DictReader(output.read_text().splitlines()))
    learning = 6 * 2 * len(RACES) + 4 + 2 * 4 + 2 + 2  # races in both worlds, signal-to-noise ratios, choices, margins and verdicts
    assert len(rows) == len(NOISES) * (7 + 5 * (len(SCENARIOS) - 1)) + learning
    assert {row["studies"] for row in rows} == {"4", "2"}  # races are compared in pairs


def test_the_committed_table_meets_every_target():
    # Written by `make calibrate`; the sizes are those of the default run and of the full study.
    rows = list(csv.DictReader(COMMITTED.read_text().splitlines()))
    assert {(row["blocks"], row["treatments"]) for row in rows} == {("8", "4"), ("10", "7")}
    assert all(int(row["studies"]) >= 2000 for row in rows)
    assert {row["noise"] for row in rows} == set(NOISES)
    with_target = [row for row in rows if row["target"]]
    assert with_target
    assert all(row["meets"] == "True" for row in with_target)
