"""Show every arm's class models to the networks of every arm: `python -m stages.transfer`.

Takes the networks and class models of the arms in params.yaml; leaves data/transfer.csv.
"""

from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from stages.parts.experiment.outputs import replacing
from stages.parts.experiment.refusals import plain_refusals
from stages.parts.experiment.settings import Settings, checked_settings
from stages.parts.judgement import judged
from stages.parts.pruned import keep_only
from stages.parts.stored import stored_weights
from stages.parts.transfer import transfer_table
from stages.parts.unfinished import Shelf
from stages.parts.workers import results, worker_pool

NETWORKS, CLASS_MODELS, TRANSFER = Path("data/networks"), Path("data/class_models"), Path("data/transfer.csv")
DECIMALS = "%.6g"


def arm_files(settings: Settings, name: str) -> list[bytes]:
    """Content of the file of every network of an arm."""
    return [(NETWORKS / name / f"replicate-{replicate:02}.keras").read_bytes() for replicate in range(settings.train.replicates)]


def class_models(settings: Settings) -> np.ndarray:
    """Every class model, (arm, replicate, class, 28, 28) float32."""
    models = []
    for arm in settings.arms():
        with np.load(CLASS_MODELS / f"{arm.name}.npz") as archive:
            models.append(archive["images"])
    return np.stack(models)


@plain_refusals("transfer")
def main() -> None:
    """Ask the networks of every arm, in worker processes; leave what they say of each class model."""
    settings = checked_settings(Path("params.yaml").read_bytes())
    arms = settings.arms()
    keep_only(NETWORKS, [arm.name for arm in arms])
    keep_only(CLASS_MODELS, [f"{arm.name}.npz" for arm in arms])
    models = class_models(settings)
    files = {arm: arm_files(settings, arm.name) for arm in arms}
    shelf = Shelf(Path("data/unfinished"), "transfer", models.tobytes(), settings.network, *chain(*files.values()))
    jobs = {arm.name: (arm, settings.network, [stored_weights(content) for content in files[arm]]) for arm in arms}
    with tqdm(total=len(jobs), desc="transfer", unit="arm") as bar, worker_pool(len(jobs)) as pool:
        probabilities = results(pool, judged, jobs, shelf, models.reshape(-1, *models.shape[3:]), bar.update)
    table = pd.concat([transfer_table(answered, target, list(probabilities), models.shape[:3]) for target, answered in probabilities.items()])
    with replacing(TRANSFER) as temporary:
        table.to_csv(temporary, index=False, float_format=DECIMALS)
    shelf.clear()
    print(f"transfer: {models[..., 0, 0].size} class models shown to {len(arms) * settings.train.replicates} networks; answers written to {TRANSFER}")


if __name__ == "__main__":
    main()
