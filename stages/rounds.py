"""Train the rounds of paired networks for races and selections: `python -m stages.rounds`.

Reads data/digits.npz and `learn` of params.yaml. Writes data/rounds.csv: the validation loss of every training, by world,
run, round and dilation. The race and all selections are replayed from this table.
"""

from typing import TypedDict

from kernel_dilation.dilation_selection.training_rounds import next_dilations
from kernel_dilation.execution.checkpoints import JobCheckpoints
from kernel_dilation.execution.workers import report_progress, run_jobs, suppress_stderr, worker_pool
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.atomic_write import atomic_file
from kernel_dilation.experiment.cli_errors import exit_with_message
from kernel_dilation.experiment.dataset_names import DigitArrays
from kernel_dilation.experiment.parameters import Learn, check_digits, parse_settings
from kernel_dilation.experiment.paths import DIGITS, PARAMETERS, ROUNDS, UNFINISHED
from kernel_dilation.experiment.world_names import World, parse_world
from kernel_dilation.learning_worlds.draw_images import draw_images, round_seed
from kernel_dilation.stage_inputs.input_files import read_digit_arrays

import pandas as pd
from distributed import Client
from tqdm import tqdm

NUMBER_FORMAT = "%.9g"  # in the table, and of the losses by which a race decides, so that it is replayed as it was run

Training = tuple[str, int, int, int]  # world, run, number of the round from 0, dilation


class TrainingResult(TypedDict):
    """Result of one training: losses in nats, accuracy from 0 to 1."""

    validation_loss: float
    validation_accuracy: float
    first_epoch_loss: float  # on training images, each batch before its step


def train_once(digits: DigitArrays, learn: Learn, world: World, run: int, round_number: int, dilation: int) -> TrainingResult:
    """Train one network in a worker process, the only kind of process that imports TensorFlow."""
    with suppress_stderr():
        from kernel_dilation.model.network import Architecture, use_one_thread
        from kernel_dilation.training.loop import Schedule, train_and_validate

        use_one_thread()

    arm = Arm(dilation, learn.kernel_size, learn.pooling)
    architecture = Architecture(arm, channels=(learn.channels[0], learn.channels[1]), dense=learn.dense, head=world.head)
    schedule = Schedule(learn.epochs, learn.batch_size, learn.learning_rate)
    images = draw_images(world, digits, learn, run, round_number)
    loss, accuracy, first_loss = train_and_validate(architecture, schedule, images, round_seed(learn, run, round_number))
    report_progress(1)
    return TrainingResult(validation_loss=shorten(loss), validation_accuracy=shorten(accuracy), first_epoch_loss=shorten(first_loss))


def shorten(number: float) -> float:
    """Return the number as the table has it."""
    return float(NUMBER_FORMAT % number)


def next_trainings(results: dict[Training, TrainingResult], learn: Learn, number: int) -> list[Training]:
    """Return the trainings of a round in all worlds and runs, given the results of earlier rounds.

    Those of one dilation and head come one after another, because a worker compiles each network once.
    """
    trainings = []
    for world in learn.worlds:
        for run in range(learn.replicates):
            losses = {key[2:]: result["validation_loss"] for key, result in results.items() if key[:2] == (world, run)}
            trainings += [(world, run, number, dilation) for dilation in next_dilations(losses, learn, number)]
    return sorted(trainings, key=lambda training: (parse_world(training[0]).head, training[3]))


def run_rounds(pool: Client, learn: Learn, digits: DigitArrays, checkpoints: JobCheckpoints) -> dict[Training, TrainingResult]:
    """Run round after round in all worlds, until every race has ended and all complete rounds are there."""
    results: dict[Training, TrainingResult] = {}
    total = len(learn.worlds) * learn.replicates * len(learn.candidates) * max(learn.selection)  # of the complete rounds
    with tqdm(total=total, desc="rounds", unit="training") as bar:
        for number in range(learn.race.most_rounds):
            trainings = {"-".join(map(str, training)): training for training in next_trainings(results, learn, number)}
            total = bar.total = max(total, len(results) + len(trainings))
            jobs = {name: (learn, parse_world(world), *rest) for name, (world, *rest) in trainings.items()}
            bar.update(sum(name in checkpoints for name in jobs))
            finished = run_jobs(pool, train_once, jobs, checkpoints, digits, bar.update)
            results |= {trainings[name]: result for name, result in finished.items()}
    return results


def rounds_table(results: dict[Training, TrainingResult], learn: Learn) -> pd.DataFrame:
    """Return one row for each training, sorted by world, run, round (counted from 1) and dilation."""
    keys = sorted(results, key=lambda key: (learn.worlds.index(key[0]), *key[1:]))
    return pd.DataFrame([
        {"world": world, "run": run, "round": number + 1, "dilation": dilation, **results[world, run, number, dilation]}
        for world, run, number, dilation in keys
    ])  # fmt: skip


@exit_with_message("rounds")
def main() -> None:
    """Train the rounds of every world and run in worker processes, and write their losses."""
    settings = parse_settings(PARAMETERS.read_bytes())
    learn = settings.learn
    digits = read_digit_arrays()
    check_digits(settings, len(digits["y_train"]), len(digits["y_test"]))
    checkpoints = JobCheckpoints(UNFINISHED, "rounds", DIGITS.read_bytes(), learn)
    with worker_pool(len(learn.worlds) * learn.replicates * len(learn.candidates)) as pool:
        table = rounds_table(run_rounds(pool, learn, digits, checkpoints), learn)
    with atomic_file(ROUNDS) as path:
        table.to_csv(path, index=False, float_format=NUMBER_FORMAT)
    checkpoints.clear()
    print(f"rounds: {len(table):,} networks trained in {len(learn.worlds)} worlds, {learn.replicates} runs each; written to {ROUNDS}")


if __name__ == "__main__":
    main()
