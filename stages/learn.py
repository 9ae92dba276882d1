"""Learn the dilation with one method: `python -m stages.learn mixture`.

Reads data/digits.npz and `learn` of params.yaml. Writes data/learned/<method>: choices.csv (the dilation chosen
from each initial dilation, and its accuracy), trajectory.csv (the dilation during learning), planted.csv (the
choices where the best dilation is known) and, if `learn.sweep` names the method, sweep.csv.
"""

import sys
from itertools import product

from kernel_dilation.dilation_learning.learning_jobs import Jobs, learn_from_digits, learn_from_textures, planted_jobs, retrain_at_dilation
from kernel_dilation.dilation_learning.learning_outcome import LearningOutcome, Row, choice_row, planted_rows, trajectory_rows, weight_row
from kernel_dilation.execution.checkpoints import JobCheckpoints
from kernel_dilation.execution.workers import run_jobs, worker_pool
from kernel_dilation.experiment.cli_errors import exit_with_message
from kernel_dilation.experiment.dataset_names import DigitArrays
from kernel_dilation.experiment.parameters import Learn, check_digits, parse_settings
from kernel_dilation.experiment.paths import DIGITS, LEARNED, PARAMETERS, UNFINISHED
from kernel_dilation.stage_inputs.input_files import folder_with_checksums, read_digit_arrays

import pandas as pd
from distributed import Client
from tqdm import tqdm

NUMBER_FORMAT = "%.6g"  # in the tables

Runs = list[tuple[Row, LearningOutcome]]


def digit_jobs(method: str, learn: Learn) -> Jobs:
    """Return one run on digits for each initial dilation and seed."""
    return {
        f"digits-{initial}-{learn.seed + replicate}": (learn, method, initial, learn.seed + replicate)
        for initial, replicate in product(learn.initial_dilations, range(learn.replicates))
    }


def sweep_jobs(method: str, learn: Learn) -> Jobs:
    """Return one run for each rate and initial dilation, on one set of textures with the middle planted dilation."""
    true = sorted(learn.planted_dilations)[len(learn.planted_dilations) // 2]
    runs = product(learn.sweep.get(method, []), learn.initial_dilations)
    return {f"sweep-{rate}-{initial}": (learn, method, rate, true, 0, initial, learn.seed) for rate, initial in runs}


def retraining_jobs(learn: Learn, runs: Runs) -> Jobs:
    """Return one network to train for each chosen dilation and each seed that chose it."""
    choices = sorted({(outcome.chosen_dilation, row["seed"]) for row, outcome in runs})
    return {f"retrained-{dilation}-{seed}": (learn, dilation, seed) for dilation, seed in choices}


def choices_table(runs: Runs, accuracies: dict[str, Row]) -> pd.DataFrame:
    """Return the choice of each run on digits, and the accuracy of a network trained at the chosen dilation."""
    return pd.DataFrame([
        {**row, **choice_row(outcome), **accuracies[f"retrained-{outcome.chosen_dilation}-{row['seed']}"], **weight_row(outcome)}
        for row, outcome in runs
    ])  # fmt: skip


def jobs_on_textures(method: str, learn: Learn) -> Jobs:
    """Return the runs of a method on textures, with one seed of the weights."""
    return planted_jobs(learn, method, learn.planted_dilations, learn.planted_textures, [learn.seed])


def run_method_jobs(pool: Client, method: str, learn: Learn, digits: DigitArrays, checkpoints: JobCheckpoints) -> dict[str, pd.DataFrame]:
    """Run all jobs of a method; return its tables `choices`, `trajectory`, `planted` and `sweep` by name."""
    on_digits, planted, sweep = digit_jobs(method, learn), jobs_on_textures(method, learn), sweep_jobs(method, learn)
    with tqdm(total=len(on_digits) + len(planted) + len(sweep), desc=method, unit="run") as bar:
        digit_outcomes = run_jobs(pool, learn_from_digits, on_digits, checkpoints, digits, bar.update)
        texture_outcomes = run_jobs(pool, learn_from_textures, planted | sweep, checkpoints, None, bar.update)
    runs: Runs = [
        ({"method": method, "initial_dilation": initial, "seed": seed}, digit_outcomes[name]) for name, (_, _, initial, seed) in on_digits.items()
    ]
    accuracies = run_jobs(pool, retrain_at_dilation, retraining_jobs(learn, runs), checkpoints, digits)
    return {
        "choices": choices_table(runs, accuracies),
        "trajectory": pd.DataFrame([row for run, outcome in runs for row in trajectory_rows(run, outcome)]),
        "planted": pd.DataFrame(planted_rows(planted, texture_outcomes)),
        "sweep": pd.DataFrame(planted_rows(sweep, texture_outcomes)),
    }


@exit_with_message("learn")
def main(method: str) -> None:
    """Run the method from every initial dilation in worker processes, on digits and on textures, and write its tables."""
    settings = parse_settings(PARAMETERS.read_bytes())
    learn = settings.learn
    if method not in learn.methods:
        raise ValueError(f"the method must be one of learn.methods, {', '.join(learn.methods)}; got {method!r}")
    digits = read_digit_arrays()
    check_digits(settings, len(digits["y_train"]), len(digits["y_test"]))
    checkpoints = JobCheckpoints(UNFINISHED, f"learn-{method}", DIGITS.read_bytes(), learn, records=(LearningOutcome,))
    with worker_pool(len(jobs_on_textures(method, learn))) as pool:
        tables = run_method_jobs(pool, method, learn, digits, checkpoints)
    with folder_with_checksums(LEARNED / method) as folder:
        for name, table in tables.items():
            if len(table):
                table.to_csv(folder / f"{name}.csv", index=False, float_format=NUMBER_FORMAT)
    checkpoints.clear()
    choices, planted = tables["choices"]["chosen_dilation"], tables["planted"]
    recovered = (planted["chosen_dilation"] == planted["true_dilation"]).sum()
    print(
        f"{method}: chose the dilations {', '.join(map(str, choices))} on digits and recovered the planted one in {recovered} of {len(planted)} runs"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
