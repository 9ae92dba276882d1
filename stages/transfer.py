"""Test whether networks of every arm recognise the class models of every arm: `python -m stages.transfer`.

Reads the networks and class models of the arms in params.yaml; writes data/transfer.csv.
"""

from itertools import chain

from kernel_dilation.execution.checkpoints import JobCheckpoints
from kernel_dilation.execution.workers import run_jobs, worker_pool
from kernel_dilation.experiment.atomic_write import atomic_file, remove_stale
from kernel_dilation.experiment.cli_errors import exit_with_message
from kernel_dilation.experiment.dataset_names import CLASSES, IMAGE_SIDE
from kernel_dilation.experiment.parameters import Settings, parse_settings
from kernel_dilation.experiment.paths import CLASS_MODELS, NETWORKS, PARAMETERS, TRANSFER, UNFINISHED, network_file
from kernel_dilation.model.cross_recognition import cross_recognition_table
from kernel_dilation.model.keras_weights import read_weights
from kernel_dilation.model.predict import class_probabilities
from kernel_dilation.stage_inputs.input_files import damage, intact, read_arrays

import numpy as np
import pandas as pd
from tqdm import tqdm

DECIMALS = "%.6g"


def read_network_files(settings: Settings, name: str) -> list[bytes]:
    """Read the .keras files of all replicates of an arm."""
    return [intact(network_file(NETWORKS / name, replicate)).read_bytes() for replicate in range(settings.train.replicates)]


def read_class_models(settings: Settings) -> np.ndarray:
    """Read the class models of all arms, (arm, replicate, class, 28, 28) float32.

    Raises:
        ValueError: a file is damaged or belongs to another arm.
    """
    shape, models = (settings.train.replicates, CLASSES, IMAGE_SIDE, IMAGE_SIDE), []
    for arm in settings.arms():
        path = CLASS_MODELS / f"{arm.name}.npz"
        if (name := read_arrays(path, {"arm": ()}, "U")["arm"]) != arm.name:
            raise damage(path, f"it has the class models of {name}")
        models.append(read_arrays(path, {"images": shape}, "f")["images"])
    return np.stack(models)


@exit_with_message("transfer")
def main() -> None:
    """Classify all class models by the networks of every arm, in worker processes, and write the table of results."""
    settings = parse_settings(PARAMETERS.read_bytes())
    arms = settings.arms()
    remove_stale(NETWORKS, [arm.name for arm in arms])
    remove_stale(CLASS_MODELS, [f"{arm.name}.npz" for arm in arms])
    models = read_class_models(settings)
    files = {arm: read_network_files(settings, arm.name) for arm in arms}
    checkpoints = JobCheckpoints(UNFINISHED, "transfer", models.tobytes(), settings.network, *chain(*files.values()))
    jobs = {arm.name: (arm, settings.network, [read_weights(content) for content in files[arm]]) for arm in arms}
    with tqdm(total=len(jobs), desc="transfer", unit="arm") as bar, worker_pool(len(jobs)) as pool:
        probabilities = run_jobs(pool, class_probabilities, jobs, checkpoints, models.reshape(-1, *models.shape[3:]), bar.update)
    sources = list(probabilities)
    table = pd.concat([cross_recognition_table(by_target, target, sources, models.shape[:3]) for target, by_target in probabilities.items()])
    with atomic_file(TRANSFER) as temporary:
        table.to_csv(temporary, index=False, float_format=DECIMALS)
    checkpoints.clear()
    print(
        f"transfer: {models[..., 0, 0].size} class models classified by {len(arms) * settings.train.replicates} networks; table written to {TRANSFER}"
    )


if __name__ == "__main__":
    main()
