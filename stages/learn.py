"""Learn the dilation by one method: `python -m stages.learn mixture`.

Takes data/digits.npz and `learn` of params.yaml; leaves data/learned/<method>: choices.csv (what was
chosen from each start, and how good it is), trajectory.csv (the way there), planted.csv (what was
chosen where the best dilation is known) and, where `learn.sweep` names the method, sweep.csv.
"""

import sys
from collections.abc import Mapping
from itertools import product

from kernel_dilation.dilation_learning.jobs import DigitArrays, learn_from_digits, learn_from_textures, retrain_at
from kernel_dilation.dilation_learning.outcome import LearningOutcome, Row, choice_row, trajectory_rows, weight_row
from kernel_dilation.execution.checkpoints import JobCheckpoints
from kernel_dilation.execution.workers import run_jobs, worker_pool
from kernel_dilation.experiment.atomic_write import atomic_folder
from kernel_dilation.experiment.cli_errors import exit_with_message
from kernel_dilation.experiment.parameters import Learn, check_digits, parse_settings
from kernel_dilation.experiment.paths import DIGITS, LEARNED, PARAMETERS, UNFINISHED

import numpy as np
import pandas as pd
from distributed import Client
from tqdm import tqdm

DECIMALS = "%.6g"  # of a number in the tables

Jobs = dict[str, tuple]
Runs = list[tuple[Row, LearningOutcome]]


def digit_jobs(method: str, learn: Learn) -> Jobs:
    """One run on digits for each start and seed."""
    return {
        f"digits-{initial}-{learn.seed + replicate}": (learn, method, initial, learn.seed + replicate)
        for initial, replicate in product(learn.initial_dilations, range(learn.replicates))
    }


def planted_jobs(method: str, learn: Learn) -> Jobs:
    """One run on textures for each planted dilation, texture and start."""
    runs = product(learn.planted_dilations, range(learn.planted_textures), learn.initial_dilations)
    return {
        f"planted-{true}-{texture}-{initial}": (learn, method, learn.rates[method], true, texture, initial, learn.seed)
        for true, texture, initial in runs
    }


def sweep_jobs(method: str, learn: Learn) -> Jobs:
    """One run for each rate and start, on one texture of the middle planted dilation."""
    true = sorted(learn.planted_dilations)[len(learn.planted_dilations) // 2]
    runs = product(learn.sweep.get(method, []), learn.initial_dilations)
    return {f"sweep-{rate}-{initial}": (learn, method, rate, true, 0, initial, learn.seed) for rate, initial in runs}


def retraining_jobs(learn: Learn, runs: Runs) -> Jobs:
    """One network for each dilation that was chosen, and each seed that chose it."""
    chosen = sorted({(learned.chosen_dilation, row["seed"]) for row, learned in runs})
    return {f"retrained-{dilation}-{seed}": (learn, dilation, seed) for dilation, seed in chosen}


def choices_table(runs: Runs, accuracies: dict[str, Row]) -> pd.DataFrame:
    """What each run on digits chose, and how well a network trained at it does."""
    return pd.DataFrame([
        {**row, **choice_row(learned), **accuracies[f"retrained-{learned.chosen_dilation}-{row['seed']}"], **weight_row(learned)}
        for row, learned in runs
    ])  # fmt: skip


def planted_table(jobs: Jobs, found: Mapping[str, LearningOutcome]) -> pd.DataFrame:
    """What each run on textures chose, a row each."""
    columns = ("method", "rate", "true_dilation", "texture", "initial_dilation", "seed")
    return pd.DataFrame([{**dict(zip(columns, arguments[1:])), **choice_row(found[name])} for name, arguments in jobs.items()])


def method_tables(pool: Client, method: str, learn: Learn, digits: DigitArrays, checkpoints: JobCheckpoints) -> dict[str, pd.DataFrame]:
    """The tables `choices`, `trajectory`, `planted` and `sweep` of a method, by their names."""
    on_digits, planted, sweep = digit_jobs(method, learn), planted_jobs(method, learn), sweep_jobs(method, learn)
    with tqdm(total=len(on_digits) + len(planted) + len(sweep), desc=method, unit="run") as bar:
        found = run_jobs(pool, learn_from_digits, on_digits, checkpoints, digits, bar.update)
        on_textures = run_jobs(pool, learn_from_textures, planted | sweep, checkpoints, None, bar.update)
    runs: Runs = [({"method": method, "initial_dilation": initial, "seed": seed}, found[name]) for name, (_, _, initial, seed) in on_digits.items()]
    accuracies = run_jobs(pool, retrain_at, retraining_jobs(learn, runs), checkpoints, digits)
    return {
        "choices": choices_table(runs, accuracies),
        "trajectory": pd.DataFrame([row for run, learned in runs for row in trajectory_rows(run, learned)]),
        "planted": planted_table(planted, on_textures),
        "sweep": planted_table(sweep, on_textures),
    }


@exit_with_message("learn")
def main(method: str) -> None:
    """Run the method from every start in worker processes, on digits and on textures; leave its tables."""
    settings = parse_settings(PARAMETERS.read_bytes())
    learn = settings.learn
    if method not in learn.methods:
        raise ValueError(f"the methods of learn.methods are {', '.join(learn.methods)}; got {method!r}")
    with np.load(DIGITS) as archive:
        digits = dict(archive)
    check_digits(settings, len(digits["y_train"]), len(digits["y_test"]))
    checkpoints = JobCheckpoints(UNFINISHED, f"learn-{method}", DIGITS.read_bytes(), learn, records=(LearningOutcome,))
    with worker_pool(len(planted_jobs(method, learn))) as pool:
        tables = method_tables(pool, method, learn, digits, checkpoints)
    with atomic_folder(LEARNED / method) as folder:
        for name, table in tables.items():
            if len(table):
                table.to_csv(folder / f"{name}.csv", index=False, float_format=DECIMALS)
    checkpoints.clear()
    choices, planted = tables["choices"]["chosen_dilation"], tables["planted"]
    recovered = (planted["chosen_dilation"] == planted["true_dilation"]).sum()
    print(f"{method}: chose {', '.join(map(str, choices))} on digits; found {recovered} of {len(planted)} planted dilations")


if __name__ == "__main__":
    main(*sys.argv[1:])
