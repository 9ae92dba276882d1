"""The calibration of the statistics on few studies; the committed table uses thousands."""

import csv
from pathlib import Path

from kernel_dilation.statistics.crossed_means import crossed_means
from kernel_dilation.statistics.rank_tests import wilcoxon_p_values
from tools.calibration.calibrate import main
from tools.calibration.crossed_error_rates import METRIC_SPREADS, SPREADS, crossed_rates, latent_scores
from tools.calibration.error_rates import SCENARIOS, Scenario, error_rates
from tools.calibration.family_error_rates import correlated_measures, family_rates
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
    families, crossed = 3 * len(NOISES), (6 + 1) * len(SPREADS) + (2 + 3) * len(METRIC_SPREADS) + len(NOISES)
    learning = 6 * 2 * len(RACES) + 4 + 2 * 4 + 2 + 2  # races in both worlds, signal-to-noise ratios, choices, margins and verdicts
    assert len(rows) == len(NOISES) * (7 + 5 * (len(SCENARIOS) - 1)) + learning + families + crossed
    assert {row["studies"] for row in rows} == {"4", "2"}  # races are compared in pairs, and families are costly


def test_latent_scores_have_the_specified_variances():
    # Analytic: a single score has variance 1, of which the part of an image is shared by all replicates and treatments.
    spread = SPREADS["images matter"]
    scores = latent_scores(spread, 3, 40, 2000, np.random.default_rng(0))
    assert scores.var() == pytest.approx(1.0, abs=0.05)
    assert np.cov(scores[0, 0], scores[1, 1])[0, 1] == pytest.approx((spread.image / spread.total) ** 2, abs=0.05)


def test_measures_of_a_family_share_their_noise_and_have_no_effect():
    # By construction: variances 0.7^2 and 0.3^2 of a shared and an own part, hence a correlation of 0.49 / 0.58.
    tables = np.concatenate([correlated_measures("normal", 2, 8, 4, seed) for seed in range(0, 400, 2)], axis=1)
    assert np.corrcoef(tables[0].ravel(), tables[1].ravel())[0, 1] == pytest.approx(0.49 / 0.58, abs=0.05)
    assert np.ptp(tables.mean(axis=1)) < 0.1


def test_a_family_without_correction_is_found_out(monkeypatch):
    # By construction: 90 single tests at 5 % nearly always have a false alarm.
    def single(paired, seed):
        return np.array([wilcoxon_p_values(paired[:, [column]], seed)[0] for column in range(paired.shape[1])])

    monkeypatch.setattr("tools.calibration.family_error_rates.sign_flip_p_values", single)
    rates = {rate.scenario: rate for rate in family_rates("normal", 8, 3, 20, 0)}
    assert rates["family, sign flips, no effect"].meets is False


def test_an_interval_over_replicates_alone_is_found_out(monkeypatch):
    # By construction: the mean over images has no variance of images left.
    def over_replicates(values):
        return crossed_means(values.mean(axis=-1, keepdims=True))

    monkeypatch.setattr("tools.calibration.crossed_error_rates.crossed_means", over_replicates)
    rates = {rate.quantity: rate for rate in crossed_rates("images matter", 8, 4, 60, 0)}
    assert rates["interval of a mean covers"].meets is False


def test_the_committed_table_meets_every_target():
    # Written by `make calibrate`; the sizes are those of the default run, of the full study, and of its races.
    rows = list(csv.DictReader(COMMITTED.read_text().splitlines()))
    assert {(row["blocks"], row["treatments"]) for row in rows} == {("8", "3"), ("12", "7"), ("10", "7")}
    assert all(int(row["studies"]) >= 2000 for row in rows)
    assert {row["noise"] for row in rows} == set(NOISES)
    with_target = [row for row in rows if row["target"]]
    assert with_target
    assert all(row["meets"] == "True" for row in with_target)
