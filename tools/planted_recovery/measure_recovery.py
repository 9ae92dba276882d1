"""Hold every method against planted truths, at length: `python -m tools.planted_recovery.measure_recovery`, some 40 minutes on two cores.

Takes `learn` of params.yaml; leaves metrics/planted.csv: what each method chose on textures whose best
dilation is known, a row for each planted dilation, texture, seed and start. The rows of `selection` are
the reference: the lowest validation loss of networks trained at each candidate, from no start at all.
The rows of `restarts-<method>` choose, by that same loss, among what the method came to from all its starts.
"""

import argparse
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path

from kernel_dilation.dilation_learning.jobs import learn_from_textures, method_options, texture_images
from kernel_dilation.dilation_learning.outcome import LearningOutcome, choice_row
from kernel_dilation.execution.checkpoints import JobCheckpoints
from kernel_dilation.execution.workers import report_progress, run_jobs, worker_pool
from kernel_dilation.experiment.atomic_write import atomic_file
from kernel_dilation.experiment.cli_errors import exit_with_message
from kernel_dilation.experiment.parameter_types import available_methods
from kernel_dilation.experiment.parameters import Learn, parse_settings
from kernel_dilation.experiment.paths import PARAMETERS, UNFINISHED
from tools.planted_recovery.best_of_restarts import best_of_restarts

import pandas as pd
from tqdm import tqdm

DILATIONS = (1, 2, 3, 4, 5)  # that are planted; the default run has fewer
TASK = ["true_dilation", "texture", "seed"]
OUTPUT = Path("metrics/planted.csv")

Jobs = dict[str, tuple]


def train_fixed_dilation(shared: object, learn: Learn, true_dilation: int, texture: int, dilation: int, seed: int) -> float:
    """Validation loss, in nats, of a network trained on textures at one dilation."""
    options = method_options(learn, 1.0, "average")
    from tools.planted_recovery.fixed_dilation_baseline import validation_loss  # brings TensorFlow, which only a worker needs

    loss = validation_loss(texture_images(learn, true_dilation, texture), options, dilation, seed)
    report_progress(1)
    return loss


def method_jobs(learn: Learn, methods: Sequence[str], textures: int, seeds: int) -> Jobs:
    """One run for each method, planted dilation, texture, seed and start."""
    runs = product(methods, DILATIONS, range(textures), range(learn.seed, learn.seed + seeds), learn.initial_dilations)
    return {
        f"{method}-{true}-{texture}-{seed}-{initial}": (learn, method, learn.rates[method], true, texture, initial, seed)
        for method, true, texture, seed, initial in runs
    }


def fixed_dilation_jobs(learn: Learn, textures: int, seeds: int) -> Jobs:
    """One network for each planted dilation, texture, seed and candidate."""
    runs = product(DILATIONS, range(textures), range(learn.seed, learn.seed + seeds), sorted(learn.candidates))
    return {f"fixed-{true}-{texture}-{seed}-{candidate}": (learn, true, texture, candidate, seed) for true, texture, seed, candidate in runs}


def choices_table(jobs: Jobs, found: Mapping[str, LearningOutcome]) -> pd.DataFrame:
    """What every run chose, a row each."""
    columns = ("method", "rate", "true_dilation", "texture", "initial_dilation", "seed")
    return pd.DataFrame([{**dict(zip(columns, arguments[1:])), **choice_row(found[name])} for name, arguments in jobs.items()])


def loss_table(jobs: Jobs, losses: Mapping[str, float]) -> pd.DataFrame:
    """Validation loss in nats of every network whose dilation was held fixed, a row each."""
    columns = ("true_dilation", "texture", "chosen_dilation", "seed")
    return pd.DataFrame([{**dict(zip(columns, arguments[1:])), "validation_loss": losses[name]} for name, arguments in jobs.items()])


def with_baselines(choices: pd.DataFrame, losses: pd.DataFrame) -> pd.DataFrame:
    """The choices, and those of the selection and of restarts, which start nowhere."""
    scored = choices.merge(losses, on=[*TASK, "chosen_dilation"])
    restarts = best_of_restarts(scored, ["method", *TASK])
    restarts["method"] = "restarts-" + restarts["method"]
    selection = best_of_restarts(losses, TASK).assign(method="selection")
    return pd.concat([choices, restarts, selection])[choices.columns]


@exit_with_message("planted")
def main(arguments: Sequence[str] | None = None) -> None:
    """Run everything in worker processes, say how often each method is right, and leave the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--methods", nargs="+", choices=sorted(available_methods("dilation_methods")), default=sorted(available_methods("dilation_methods"))
    )
    parser.add_argument("--textures", type=int, default=5, help="sets of textures for each planted dilation")
    parser.add_argument("--seeds", type=int, default=3, help="of weights and batches")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    chosen = parser.parse_args(arguments)
    learn = parse_settings(PARAMETERS.read_bytes()).learn
    checkpoints = JobCheckpoints(UNFINISHED, "planted", learn, records=(LearningOutcome,))
    methods, fixed = method_jobs(learn, chosen.methods, chosen.textures, chosen.seeds), fixed_dilation_jobs(learn, chosen.textures, chosen.seeds)
    with tqdm(total=len(methods) + len(fixed), desc="planted", unit="run") as bar, worker_pool(len(methods)) as pool:
        found = run_jobs(pool, learn_from_textures, methods, checkpoints, None, bar.update)
        losses = run_jobs(pool, train_fixed_dilation, fixed, checkpoints, None, bar.update)
    table = with_baselines(choices_table(methods, found), loss_table(fixed, losses))
    with atomic_file(chosen.output) as path:
        table.to_csv(path, index=False, float_format="%.4g")
    checkpoints.clear()
    shares = (table["chosen_dilation"] == table["true_dilation"]).groupby(table["method"]).agg(["mean", "size"])
    print("\n".join(f"{method}: {row['mean']:.1%} of {row['size']:.0f} planted dilations found" for method, row in shares.iterrows()))


if __name__ == "__main__":
    main()
