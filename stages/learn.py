"""Learn the dilation with one method: `python -m stages.learn mixture`.

Reads data/digits.npz and `learn` of params.yaml. Writes data/learned/<method>: choices.csv (the dilation chosen in each
world and run, from each initial dilation) and trajectory.csv (the dilation during learning).
"""

import sys
from itertools import product

from kernel_dilation.dilation_learning.learning_jobs import learn_dilation
from kernel_dilation.dilation_learning.learning_outcome import LearningOutcome, Row, choice_row, trajectory_rows, weight_row
from kernel_dilation.execution.checkpoints import JobCheckpoints
from kernel_dilation.execution.workers import run_jobs, worker_pool
from kernel_dilation.experiment.cli_errors import exit_with_message
from kernel_dilation.experiment.parameter_types import has_initial_dilation
from kernel_dilation.experiment.parameters import Learn, check_digits, parse_settings
from kernel_dilation.experiment.paths import DIGITS, LEARNED, PARAMETERS, UNFINISHED
from kernel_dilation.experiment.world_names import parse_world
from kernel_dilation.stage_inputs.input_files import folder_with_checksums, read_digit_arrays

import pandas as pd
from tqdm import tqdm

NUMBER_FORMAT = "%.6g"  # in the tables


def list_runs(method: str, learn: Learn) -> list[Row]:
    """Return the columns that identify each run of a method: one for each world, number of the run and initial dilation."""
    starts = learn.initial_dilations if has_initial_dilation(method) else [None]
    runs = product(map(parse_world, learn.worlds), range(learn.replicates), starts)
    return [
        {"method": method, "world": world.name, "truth": world.planted_dilation, "run": run, "initial_dilation": initial}
        for world, run, initial in runs
    ]


def job_name(run: Row) -> str:
    """Return the name of a run's job."""
    return f"{run['world']}-{run['run']}-{run['initial_dilation']}"


def choices_table(runs: list[Row], outcomes: dict[str, LearningOutcome]) -> pd.DataFrame:
    """Return the choice of each run."""
    table = pd.DataFrame([{**run, **choice_row(outcomes[job_name(run)]), **weight_row(outcomes[job_name(run)])} for run in runs])
    return table.astype({"truth": "Int64", "initial_dilation": "Int64"})


def trajectory_table(runs: list[Row], outcomes: dict[str, LearningOutcome]) -> pd.DataFrame:
    """Return the course of each run on the digits, one row for each epoch."""
    keys = ("world", "run", "initial_dilation")
    return pd.DataFrame([row for run in runs for row in trajectory_rows({key: run[key] for key in keys}, outcomes[job_name(run)])])


@exit_with_message("learn")
def main(method: str) -> None:
    """Run the method in every world and from every initial dilation in worker processes, and write its tables."""
    settings = parse_settings(PARAMETERS.read_bytes())
    learn = settings.learn
    if method not in learn.methods:
        raise ValueError(f"the method must be one of learn.methods, {', '.join(learn.methods)}; got {method!r}")
    digits = read_digit_arrays()
    check_digits(settings, len(digits["y_train"]), len(digits["y_test"]))
    checkpoints = JobCheckpoints(UNFINISHED, f"learn-{method}", DIGITS.read_bytes(), learn, records=(LearningOutcome,))
    runs = list_runs(method, learn)
    jobs = {job_name(run): (learn, method, parse_world(str(run["world"])), run["run"], run["initial_dilation"]) for run in runs}
    finished = sum(job in checkpoints for job in jobs)
    with tqdm(total=len(jobs), initial=finished, desc=method, unit="run") as bar, worker_pool(len(jobs)) as pool:
        outcomes = run_jobs(pool, learn_dilation, jobs, checkpoints, digits, bar.update)
    tables = {"choices": choices_table(runs, outcomes), "trajectory": trajectory_table(runs, outcomes)}
    with folder_with_checksums(LEARNED / method) as folder:
        for name, table in tables.items():
            table.to_csv(folder / f"{name}.csv", index=False, float_format=NUMBER_FORMAT)
    checkpoints.clear()
    print(f"{method}: {describe_choices(tables['choices'])}")


def describe_choices(choices: pd.DataFrame) -> str:
    """Return the choices in each world in words."""
    by_world = choices.groupby("world", sort=False)["chosen_dilation"]
    return "; ".join(f"chose {', '.join(map(str, chosen))} in the world {world}" for world, chosen in by_world)


if __name__ == "__main__":
    main(*sys.argv[1:])
