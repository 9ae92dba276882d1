"""Compare the arms: who recognises whose class models, and how alike are their representations of the same digits: `python -m stages.transfer`.

Reads the networks and class models of the arms in params.yaml, and the digits, from which the judges learn; writes
data/transfer.csv, data/representations.csv, and to data/judges confidence.csv and accuracy.csv.
"""

from itertools import chain
from pathlib import Path

from kernel_dilation.arm_comparison.judges import JUDGES, JudgeOpinion, both_views, judge_images, judge_table
from kernel_dilation.arm_comparison.representation_job import represent_digits
from kernel_dilation.arm_comparison.representation_similarity import cka_table
from kernel_dilation.execution.checkpoints import JobCheckpoints
from kernel_dilation.execution.workers import run_jobs, worker_pool
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.atomic_write import atomic_file, remove_stale
from kernel_dilation.experiment.cli_errors import exit_with_message
from kernel_dilation.experiment.dataset_names import CLASSES, IMAGE_SIDE
from kernel_dilation.experiment.parameters import Settings, parse_settings
from kernel_dilation.experiment.paths import (
    CLASS_MODEL,
    CLASS_MODELS,
    NETWORKS,
    PARAMETERS,
    REGULARISED,
    REPRESENTATIONS,
    TRAINED,
    TRANSFER,
    UNFINISHED,
    UNTRAINED,
    network_file,
)
from kernel_dilation.experiment.paths import JUDGES as JUDGE_FOLDER
from kernel_dilation.explanations.digit_selection import select_digits
from kernel_dilation.model.cross_recognition import cross_recognition_table
from kernel_dilation.model.keras_weights import read_weights
from kernel_dilation.model.predict import class_probabilities
from kernel_dilation.stage_inputs.input_files import damage, folder_with_checksums, intact, read_arrays, read_digit_arrays

import numpy as np
import pandas as pd
from tqdm import tqdm

DECIMALS = "%.6g"
REPRESENTED = 200  # test digits whose representations are compared, equally many of each class
KINDS = ((TRAINED, CLASS_MODEL), (TRAINED, REGULARISED), (UNTRAINED, CLASS_MODEL))  # of class models, which the judges see


def read_network_files(settings: Settings, name: str) -> list[bytes]:
    """Read the .keras files of all replicates of an arm."""
    return [intact(network_file(NETWORKS / name, replicate)).read_bytes() for replicate in range(settings.train.replicates)]


def read_class_models(arms: list[Arm], replicates: int, kind: str) -> np.ndarray:
    """Read the class models of one kind of all arms, (arm, replicate, class, 28, 28) float32.

    Args:
        kind: name of their array, such as `trained_class_model`.

    Raises:
        ValueError: a file is damaged or belongs to another arm.
    """
    shape, models = (replicates, CLASSES, IMAGE_SIDE, IMAGE_SIDE), []
    for arm in arms:
        path = CLASS_MODELS / f"{arm.name}.npz"
        if (name := read_arrays(path, {"arm": ()}, "U")["arm"]) != arm.name:
            raise damage(path, f"it has the class models of {name}")
        models.append(read_arrays(path, {kind: shape}, "f")[kind])
    return np.stack(models)


def label_class_models(arms: list[Arm], replicates: int, classes: int) -> pd.DataFrame:
    """Return a row for each class model of one kind: `arm`, `replicate` and `class`, in the order of their array."""
    index = pd.MultiIndex.from_product([[arm.name for arm in arms], range(replicates), range(classes)], names=["arm", "replicate", "class"])
    return index.to_frame(index=False)


def judge_class_models(arms: list[Arm], replicates: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the labels of the class models of every kind, and their images in both views, for the judges."""
    labels, images = [], []
    for state, method in KINDS:
        models = read_class_models(arms, replicates, f"{state}_{method}")
        labels.append(label_class_models(arms, *models.shape[1:3]).assign(state=state, method=method))
        images.append(models.reshape(-1, *models.shape[3:]))
    return pd.concat(labels, ignore_index=True), both_views(np.concatenate(images))


def save_opinions(folder: Path, labels: pd.DataFrame, opinions: dict[str, JudgeOpinion]) -> None:
    """Write what each judge says of every class model, and how accurate each is on test digits, into a folder."""
    judge_table(labels, opinions).to_csv(folder / "confidence.csv", index=False, float_format=DECIMALS)
    accuracies = [{"judge": judge, "accuracy": opinion["accuracy"]} for judge, opinion in opinions.items()]
    pd.DataFrame(accuracies).to_csv(folder / "accuracy.csv", index=False, float_format=DECIMALS)


def digits_to_represent(digits: dict[str, np.ndarray], seed: int) -> np.ndarray:
    """Return the test digits whose representations are compared, (n, 28, 28) float32 in [0, 1]."""
    chosen = select_digits(digits["y_test"], min(REPRESENTED, len(digits["y_test"])), seed)
    return digits["x_test"][chosen].astype(np.float32) / np.float32(255)


@exit_with_message("transfer")
def main() -> None:
    """Show class models to all networks and judges, and digits to all networks, in worker processes, and write the tables of results."""
    settings = parse_settings(PARAMETERS.read_bytes())
    arms = settings.arms()
    remove_stale(NETWORKS, [arm.name for arm in arms])
    remove_stale(CLASS_MODELS, [f"{arm.name}.npz" for arm in arms])
    digits = {name: array for name, array in read_digit_arrays().items() if not name.endswith("validation")}
    models = read_class_models(arms, settings.train.replicates, f"trained_{CLASS_MODEL}")
    labels, images = judge_class_models(arms, settings.train.replicates)
    files = {arm: read_network_files(settings, arm.name) for arm in arms}
    represented = digits_to_represent(digits, settings.saliency.seed)
    checkpoints = JobCheckpoints(
        UNFINISHED, "transfer", images.tobytes(), represented.tobytes(), settings.network, settings.train.seed, *chain(*files.values())
    )
    jobs = {arm.name: (arm, settings.network, [read_weights(content) for content in files[arm]]) for arm in arms}
    seeded = {f"digits-{name}": (*job, settings.train.seed) for name, job in jobs.items()}
    finished = sum(name in checkpoints for name in (*jobs, *seeded))
    with tqdm(total=2 * len(jobs), initial=finished, desc="transfer", unit="arm") as bar, worker_pool(len(jobs)) as pool:
        judging = {judge: (images, judge, settings.saliency.seed) for judge in JUDGES}
        opinions = run_jobs(pool, judge_images, judging, checkpoints, digits)
        probabilities = run_jobs(pool, class_probabilities, jobs, checkpoints, models.reshape(-1, *models.shape[3:]), bar.update)
        representations = dict(zip(arms, run_jobs(pool, represent_digits, seeded, checkpoints, represented, bar.update).values()))
    sources = list(probabilities)
    table = pd.concat([cross_recognition_table(by_target, target, sources, models.shape[:3]) for target, by_target in probabilities.items()])
    with atomic_file(TRANSFER) as temporary:
        table.to_csv(temporary, index=False, float_format=DECIMALS)
    with atomic_file(REPRESENTATIONS) as temporary:
        cka_table(representations).to_csv(temporary, index=False, float_format=DECIMALS)
    with folder_with_checksums(JUDGE_FOLDER) as folder:
        save_opinions(folder, labels, opinions)
    checkpoints.clear()
    print(
        f"transfer: {models[..., 0, 0].size} class models classified by {len(arms) * settings.train.replicates} networks; "
        f"{len(labels)} shown to {len(JUDGES)} judges; tables written to {TRANSFER}, {REPRESENTATIONS} and {JUDGE_FOLDER}"
    )


if __name__ == "__main__":
    main()
