"""Measure the error rates of the statistics on synthetic studies: `python -m tools.calibration.calibrate`.

Writes metrics/calibration.csv within a quarter of an hour on two cores, and fails if a rate misses its target.
"""

import argparse
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path

from tools.calibration.comparison_error_rates import comparison_rates, interaction_rates, permuted_interaction_rates
from tools.calibration.crossed_error_rates import METRIC_SPREADS, SPREADS, crossed_rates, explained_rates
from tools.calibration.error_rates import SCENARIOS, error_rates
from tools.calibration.family_error_rates import family_rates
from tools.calibration.race_error_rates import RACES, choice_rates, race_rates
from tools.calibration.synthetic_studies import NOISES

import pandas as pd

SIZES = ((8, 3), (12, 7))  # blocks and treatments of the default run and of the full study


def calibration_table(studies: int, seed: int) -> pd.DataFrame:
    """Return all rates, one row for each scenario, noise, size and quantity."""
    designs = [(scenario, noise, *size, studies, seed) for size, noise, scenario in product(SIZES, NOISES, SCENARIOS)]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        races = [pool.submit(race_rates, scenario, is_mirrored, studies, seed) for scenario, is_mirrored in product(RACES, (False, True))]
        choices = pool.submit(choice_rates, studies, seed)
        families = [pool.submit(family_rates, noise, *size, studies // 2, seed) for size, noise in product(SIZES, NOISES)]
        crossed = [pool.submit(crossed_rates, name, *size, studies, seed) for size, name in product(SIZES, SPREADS)]
        crossed += [pool.submit(explained_rates, name, *size, studies, seed) for size, name in product(SIZES, METRIC_SPREADS)]
        crossed += [pool.submit(interaction_rates, name, *size, studies, seed) for size, name in product(SIZES, SPREADS)]
        crossed += [pool.submit(permuted_interaction_rates, noise, *size, studies, seed) for size, noise in product(SIZES, NOISES)]
        crossed += [pool.submit(comparison_rates, name, *size, studies // 2, seed) for size, name in product(SIZES, METRIC_SPREADS)]
        comparisons = [rate for result in pool.map(error_rates, *zip(*designs)) for rate in result]
        others = [rate for result in (*races, choices, *families, *crossed) for rate in result.result()]
    return pd.DataFrame([*comparisons, *others])


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the table and print the rates that miss their targets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=4000, help="number of synthetic studies for each row")
    parser.add_argument("--seed", type=int, default=0, help="seed of noise and resampling")
    parser.add_argument("--output", type=Path, default=Path("metrics/calibration.csv"))
    options = parser.parse_args(arguments)
    table = calibration_table(options.studies, options.seed)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(options.output, index=False, float_format="%.5f")
    missed = table[table["meets"].eq(False)]
    print(f"{table['meets'].eq(True).sum()} rates meet their targets, {len(missed)} miss them; see {options.output}")
    if len(missed):
        raise SystemExit(missed.to_string(index=False))


if __name__ == "__main__":
    main()
