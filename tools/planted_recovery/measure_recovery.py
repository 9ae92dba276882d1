"""Measure how often each method recovers a planted dilation: `python -m tools.planted_recovery.measure_recovery`.

Takes about 40 minutes on two cores. Reads `learn` of params.yaml. Writes metrics/planted.csv: the choice of
each method on textures whose best dilation is known, one row for each planted dilation, set of textures, seed
and initial dilation. The rows of `selection` are the baseline: the candidate whose network has the lowest
validation loss. The rows of `restarts-<method>` select by the same loss among the method's choices from all its
initial dilations.
"""

import argparse
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path

from kernel_dilation.dilation_learning.learning_jobs import Jobs, build_options, draw_textures, learn_from_textures, planted_jobs
from kernel_dilation.dilation_learning.learning_outcome import LearningOutcome, planted_rows
from kernel_dilation.execution.checkpoints import JobCheckpoints
from kernel_dilation.execution.workers import report_progress, run_jobs, worker_pool
from kernel_dilation.experiment.atomic_write import atomic_file
from kernel_dilation.experiment.cli_errors import exit_with_message
from kernel_dilation.experiment.parameter_types import available_methods
from kernel_dilation.experiment.parameters import Learn, parse_settings
from kernel_dilation.experiment.paths import METRICS, PARAMETERS, UNFINISHED
from tools.planted_recovery.best_of_restarts import best_of_restarts

import pandas as pd
from tqdm import tqdm

PLANTED_DILATIONS = (1, 2, 3, 4, 5)  # the default run has fewer
TASK = ["true_dilation", "texture", "seed"]
OUTPUT = METRICS / "planted.csv"


def train_fixed_dilation(shared: object, learn: Learn, true_dilation: int, texture: int, dilation: int, seed: int) -> float:
    """Train a network on textures at one dilation; return its validation loss in nats.

    `shared`, the data that all jobs share, is not used.
    """
    options = build_options(learn, 1.0, "average")
    from tools.planted_recovery.fixed_dilation_baseline import compute_validation_loss  # imports TensorFlow, which only a worker needs

    loss = compute_validation_loss(draw_textures(learn, true_dilation, texture), options, dilation, seed)
    report_progress(1)
    return loss


def method_jobs(learn: Learn, methods: Sequence[str], textures: int, seeds: int) -> Jobs:
    """Return one run for each method, planted dilation, set of textures, seed and initial dilation."""
    all_seeds = range(learn.seed, learn.seed + seeds)
    return {name: job for method in methods for name, job in planted_jobs(learn, method, PLANTED_DILATIONS, textures, all_seeds).items()}


def fixed_dilation_jobs(learn: Learn, textures: int, seeds: int) -> Jobs:
    """Return one network to train for each planted dilation, set of textures, seed and candidate."""
    runs = product(PLANTED_DILATIONS, range(textures), range(learn.seed, learn.seed + seeds), sorted(learn.candidates))
    return {f"fixed-{true}-{texture}-{seed}-{candidate}": (learn, true, texture, candidate, seed) for true, texture, seed, candidate in runs}


def loss_table(jobs: Jobs, losses: Mapping[str, float]) -> pd.DataFrame:
    """Return one row for each network with a fixed dilation, with its validation loss in nats."""
    columns = ("true_dilation", "texture", "chosen_dilation", "seed")
    return pd.DataFrame([{**dict(zip(columns, arguments[1:])), "validation_loss": losses[name]} for name, arguments in jobs.items()])


def with_baselines(choices: pd.DataFrame, losses: pd.DataFrame) -> pd.DataFrame:
    """Append the choices of `selection` and of restarts, which have no initial dilation."""
    scored = choices.merge(losses, on=[*TASK, "chosen_dilation"])
    restarts = best_of_restarts(scored, ["method", *TASK])
    restarts["method"] = "restarts-" + restarts["method"]
    selection = best_of_restarts(losses, TASK).assign(method="selection")
    return pd.concat([choices, restarts, selection])[choices.columns]


@exit_with_message("planted")
def main(arguments: Sequence[str] | None = None) -> None:
    """Run all jobs in worker processes, write the table, and print how often each method recovers the planted dilation."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--methods", nargs="+", choices=sorted(available_methods("dilation_methods")), default=sorted(available_methods("dilation_methods"))
    )
    parser.add_argument("--textures", type=int, default=5, help="number of sets of textures for each planted dilation")
    parser.add_argument("--seeds", type=int, default=3, help="number of seeds of the weights and batches")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    options = parser.parse_args(arguments)
    learn = parse_settings(PARAMETERS.read_bytes()).learn
    checkpoints = JobCheckpoints(UNFINISHED, "planted", learn, records=(LearningOutcome,))
    methods = method_jobs(learn, options.methods, options.textures, options.seeds)
    fixed = fixed_dilation_jobs(learn, options.textures, options.seeds)
    with tqdm(total=len(methods) + len(fixed), desc="planted", unit="run") as bar, worker_pool(len(methods)) as pool:
        outcomes = run_jobs(pool, learn_from_textures, methods, checkpoints, None, bar.update)
        losses = run_jobs(pool, train_fixed_dilation, fixed, checkpoints, None, bar.update)
    table = with_baselines(pd.DataFrame(planted_rows(methods, outcomes)), loss_table(fixed, losses))
    with atomic_file(options.output) as path:
        table.to_csv(path, index=False, float_format="%.4g")
    checkpoints.clear()
    shares = (table["chosen_dilation"] == table["true_dilation"]).groupby(table["method"]).agg(["mean", "size"])
    print("\n".join(f"{method}: recovered the planted dilation in {row['mean']:.1%} of {row['size']:.0f} runs" for method, row in shares.iterrows()))


if __name__ == "__main__":
    main()
