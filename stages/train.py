"""Train every replicate of one arm: `python -m stages.train 2-3-max`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from tqdm import tqdm

from stages.parts.experiment.grid import Arm, named_arm
from stages.parts.experiment.outputs import replacing_folder
from stages.parts.experiment.refusals import plain_refusals
from stages.parts.experiment.settings import Network, Train, check_digits, checked_settings
from stages.parts.unfinished import Shelf
from stages.parts.workers import quiet_start, report, results, worker_pool

if TYPE_CHECKING:
    from stages.parts.training import Trained

DIGITS = Path("data/digits.npz")


def trained_replicate(digits: dict[str, np.ndarray], arm: Arm, network: Network, train: Train, replicate: int) -> "Trained":
    """One network, trained in a worker process: only there is TensorFlow imported."""
    with quiet_start():
        from stages.parts.network import architecture_of, use_one_thread
        from stages.parts.training import Schedule, trained

        use_one_thread()

    schedule = Schedule(train.epochs, train.batch_size, train.learning_rate, train.shift_pixels)
    return trained(architecture_of(arm, network), schedule, digits, train.seed, replicate, lambda epoch, loss: report(1))


def history_table(histories: list[np.ndarray]) -> pd.DataFrame:
    """Loss and accuracy of every replicate after every epoch, a row each."""
    columns = ("loss", "accuracy", "validation_loss", "validation_accuracy")
    tables = [
        pd.DataFrame(history, columns=columns).assign(replicate=replicate, epoch=range(1, len(history) + 1))
        for replicate, history in enumerate(histories)
    ]
    return pd.concat(tables)[["replicate", "epoch", *columns]]


def main(name: str) -> None:
    """Train the arm's replicates in worker processes; leave networks, histories and test logits."""
    settings = checked_settings(Path("params.yaml").read_bytes())
    arm, train = named_arm(name), settings.train
    with np.load(DIGITS) as archive:
        digits = dict(archive)
    check_digits(settings, len(digits["y_train"]), len(digits["y_test"]))
    shelf = Shelf(Path("data/unfinished"), f"train-{name}", DIGITS.read_bytes(), train, settings.network)
    jobs = {f"replicate-{replicate:02}": (arm, settings.network, train, replicate) for replicate in range(train.replicates)}
    finished_epochs = train.epochs * sum(job in shelf for job in jobs)
    with tqdm(total=train.epochs * train.replicates, initial=finished_epochs, desc=name, unit="epoch") as bar, worker_pool(len(jobs)) as pool:
        finished = results(pool, trained_replicate, jobs, shelf, digits, bar.update)
    with replacing_folder(Path("data/networks") / name) as folder:
        for replicate, trained in finished.items():
            (folder / f"{replicate}.keras").write_bytes(trained["network"])
        history_table([trained["history"] for trained in finished.values()]).to_csv(folder / "history.csv", index=False)
        np.savez(folder / "predictions.npz", logits=np.stack([trained["logits"] for trained in finished.values()]), labels=digits["y_test"])
    shelf.clear()
    accuracies = [(trained["logits"].argmax(1) == digits["y_test"]).mean() for trained in finished.values()]
    print(f"{name}: {100 * np.mean(accuracies):.2f} % of {len(digits['y_test']):,} test digits right, mean of {train.replicates} networks")


if __name__ == "__main__":
    with plain_refusals(f"train {sys.argv[-1]}"):
        main(*sys.argv[1:])
