"""Train every replicate of one arm: `python -m stages.train 2-3-max`.

Reads data/digits.npz; writes to data/networks/<arm> one .keras file per replicate, history.csv and
predictions.npz.
"""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kernel_dilation.execution.checkpoints import JobCheckpoints
from kernel_dilation.execution.workers import report_progress, run_jobs, suppress_stderr, worker_pool
from kernel_dilation.experiment.arms import Arm, parse_arm
from kernel_dilation.experiment.cli_errors import exit_with_message
from kernel_dilation.experiment.parameters import Network, Train, check_digits, parse_settings
from kernel_dilation.experiment.paths import DIGITS, NETWORKS, PARAMETERS, UNFINISHED
from kernel_dilation.stage_inputs.input_files import folder_with_checksums, read_digit_arrays
from kernel_dilation.training.digit_splits import resplit_digits

import numpy as np
import pandas as pd
from tqdm import tqdm

if TYPE_CHECKING:
    from kernel_dilation.training.loop import TrainedNetwork


def train_replicates(
    digits: dict[str, np.ndarray], arm: Arm, network: Network, train: Train, split_seed: int, replicates: Sequence[int]
) -> "list[TrainedNetwork]":
    """Train one network, or several as one program, in a worker process, the only kind of process that imports TensorFlow.

    With `train.resplit` each has a split of its own, drawn from `split_seed` and the number of the
    replicate: the same in every arm, so that arms are still compared in pairs.
    """
    with suppress_stderr():
        from kernel_dilation.model.network import build_architecture, use_one_thread
        from kernel_dilation.stacked_training.stacked_loop import train_networks
        from kernel_dilation.training.loop import Schedule, train_network

        use_one_thread()

    architecture = build_architecture(arm, network)
    schedule = Schedule(train.epochs, train.batch_size, train.learning_rate, train.shift_pixels)
    splits = [resplit_digits(digits, None, (split_seed, replicate)) if train.resplit else digits for replicate in replicates]

    def report_epoch(epoch: int, loss: float) -> None:
        report_progress(len(replicates))

    if len(replicates) > 1:
        return train_networks(architecture, schedule, splits, train.seed, replicates, report_epoch)
    return [train_network(architecture, schedule, splits[0], train.seed, replicates[0], report_epoch)]


def group_replicates(train: Train) -> dict[str, list[int]]:
    """Return the numbers of the replicates that each job trains, by the job's name, which is that of the first."""
    starts = range(0, train.replicates, train.networks_at_once)
    return {f"replicate-{start:02}": list(range(start, min(start + train.networks_at_once, train.replicates))) for start in starts}


def history_table(histories: list[np.ndarray]) -> pd.DataFrame:
    """Tabulate loss and accuracy, in training and validation, one row per replicate and epoch.

    Args:
        histories: (epochs, 4) for each replicate, as in `TrainedNetwork`.
    """
    columns = ("loss", "accuracy", "validation_loss", "validation_accuracy")
    tables = [
        pd.DataFrame(history, columns=columns).assign(replicate=replicate, epoch=range(1, len(history) + 1))
        for replicate, history in enumerate(histories)
    ]
    return pd.concat(tables)[["replicate", "epoch", *columns]]


def main(name: str) -> None:
    """Train the arm's replicates in worker processes, and write networks, histories and test logits."""
    settings = parse_settings(PARAMETERS.read_bytes())
    arm, train = parse_arm(name), settings.train
    digits = read_digit_arrays()
    check_digits(settings, len(digits["y_train"]), len(digits["y_test"]))
    checkpoints = JobCheckpoints(UNFINISHED, f"train-{name}", DIGITS.read_bytes(), train, settings.network, settings.data.seed)
    groups = group_replicates(train)
    jobs = {job: (arm, settings.network, train, settings.data.seed, replicates) for job, replicates in groups.items()}
    finished_epochs = train.epochs * sum(len(replicates) for job, replicates in groups.items() if job in checkpoints)
    with tqdm(total=train.epochs * train.replicates, initial=finished_epochs, desc=name, unit="epoch") as bar, worker_pool(len(jobs)) as pool:
        finished_jobs = run_jobs(pool, train_replicates, jobs, checkpoints, digits, bar.update)
    networks = [network for job in groups for network in finished_jobs[job]]
    with folder_with_checksums(NETWORKS / name) as folder:
        for replicate, network in enumerate(networks):
            (folder / f"replicate-{replicate:02}.keras").write_bytes(network["network"])
        history_table([network["history"] for network in networks]).to_csv(folder / "history.csv", index=False)
        np.savez(folder / "predictions.npz", logits=np.stack([network["logits"] for network in networks]), labels=digits["y_test"])
    checkpoints.clear()
    accuracies = [(network["logits"].argmax(1) == digits["y_test"]).mean() for network in networks]
    print(f"{name}: mean test accuracy {100 * np.mean(accuracies):.2f} % ({len(digits['y_test']):,} digits, {train.replicates} networks)")


if __name__ == "__main__":
    with exit_with_message(f"train {sys.argv[-1]}"):
        main(*sys.argv[1:])
