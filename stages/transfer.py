"""Test whether networks of every arm, and judges that are none of them, recognise the class models of every arm: `python -m stages.transfer`.

Reads the networks and class models of the arms in params.yaml, and the digits, from which the judges learn; writes
data/transfer.csv, and to data/judges confidence.csv and accuracy.csv.
"""

from itertools import chain
from pathlib import Path

from kernel_dilation.arm_comparison.judges import JUDGES, JudgeOpinion, both_views, judge_images, judge_table
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
    TRAINED,
    TRANSFER,
    UNFINISHED,
    UNTRAINED,
    network_file,
)
from kernel_dilation.experiment.paths import JUDGES as JUDGE_FOLDER
from kernel_dilation.model.cross_recognition import cross_recognition_table
from kernel_dilation.model.keras_weights import read_weights
from kernel_dilation.model.predict import class_probabilities
from kernel_dilation.stage_inputs.input_files import damage, folder_with_checksums, intact, read_arrays, read_digit_arrays

import numpy as np
import pandas as pd
from tqdm import tqdm

DECIMALS = "%.6g"
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


@exit_with_message("transfer")
def main() -> None:
    """Show all class models to the networks of every arm and to the judges, in worker processes, and write the tables of results."""
    settings = parse_settings(PARAMETERS.read_bytes())
    arms = settings.arms()
    remove_stale(NETWORKS, [arm.name for arm in arms])
    remove_stale(CLASS_MODELS, [f"{arm.name}.npz" for arm in arms])
    digits = {name: array for name, array in read_digit_arrays().items() if not name.endswith("validation")}
    models = read_class_models(arms, settings.train.replicates, f"trained_{CLASS_MODEL}")
    labels, images = judge_class_models(arms, settings.train.replicates)
    files = {arm: read_network_files(settings, arm.name) for arm in arms}
    checkpoints = JobCheckpoints(UNFINISHED, "transfer", images.tobytes(), settings.network, *chain(*files.values()))
    jobs = {arm.name: (arm, settings.network, [read_weights(content) for content in files[arm]]) for arm in arms}
    with tqdm(total=len(jobs), desc="transfer", unit="arm") as bar, worker_pool(len(jobs)) as pool:
        judging = {judge: (images, judge, settings.saliency.seed) for judge in JUDGES}
        opinions = run_jobs(pool, judge_images, judging, checkpoints, digits)
        probabilities = run_jobs(pool, class_probabilities, jobs, checkpoints, models.reshape(-1, *models.shape[3:]), bar.update)
    sources = list(probabilities)
    table = pd.concat([cross_recognition_table(by_target, target, sources, models.shape[:3]) for target, by_target in probabilities.items()])
    with atomic_file(TRANSFER) as temporary:
        table.to_csv(temporary, index=False, float_format=DECIMALS)
    with folder_with_checksums(JUDGE_FOLDER) as folder:
        save_opinions(folder, labels, opinions)
    checkpoints.clear()
    print(
        f"transfer: {models[..., 0, 0].size} class models classified by {len(arms) * settings.train.replicates} networks; "
        f"{len(labels)} shown to {len(JUDGES)} judges; tables written to {TRANSFER} and {JUDGE_FOLDER}"
    )


if __name__ == "__main__":
    main()
