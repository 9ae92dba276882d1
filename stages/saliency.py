"""Explain every replicate of one arm: `python -m stages.saliency 2-3-max`.

Takes data/digits.npz and the arm's networks; leaves data/saliency/<arm>: maps.npz, spectra.npz,
class_models.npz, inside.npz, measures.csv and cascade.csv.
"""

import shutil
import sys
from pathlib import Path

import numpy as np
from tqdm import tqdm

from stages.parts.chosen import chosen_digits, class_means
from stages.parts.experiment.grid import Arm, named_arm
from stages.parts.experiment.outputs import replacing, replacing_folder
from stages.parts.experiment.refusals import plain_refusals
from stages.parts.experiment.settings import Network, Saliency, Settings, check_digits, checked_settings
from stages.parts.explanations.measure_tables import Explained, arm_transfer, cascade_table, measures_table, stacked
from stages.parts.judgement import judged
from stages.parts.stored import stored_weights
from stages.parts.unfinished import Shelf
from stages.parts.workers import quiet_start, report, results, worker_pool

DIGITS, SALIENCY, CLASS_MODELS = Path("data/digits.npz"), Path("data/saliency"), Path("data/class_models")
DECIMALS = "%.6g"  # of a measure

Weights = list[np.ndarray]


def explained_replicate(digits: dict[str, np.ndarray], arm: Arm, network: Network, options: Saliency, weights: Weights, replicate: int) -> Explained:
    """Maps, class models and measures of one network, in a worker process: only there is TensorFlow imported."""
    with quiet_start():
        from stages.parts.explanations.explanation import explained
        from stages.parts.network import architecture_of, use_one_thread

        use_one_thread()

    result = explained(weights, architecture_of(arm, network), digits["images"], digits["classes"], digits["class_means"], options, replicate)
    report(1)
    return result


def explained_digits(settings: Settings) -> dict[str, np.ndarray]:
    """The test digits to explain, their indices and classes, and the mean training image of each class."""
    with np.load(DIGITS) as archive:
        digits = dict(archive)
    check_digits(settings, len(digits["y_train"]), len(digits["y_test"]))
    chosen = chosen_digits(digits["y_test"], settings.saliency.images, settings.saliency.seed)
    return {
        "chosen": chosen,
        "images": digits["x_test"][chosen].astype(np.float32) / 255,
        "classes": digits["y_test"][chosen].astype(int),
        "class_means": class_means(digits["x_train"], digits["y_train"]),
    }


def explained_arm(name: str, settings: Settings, digits: dict[str, np.ndarray]) -> tuple[list[Explained], np.ndarray]:
    """Every replicate of the arm, explained, and what the other replicates say of its class models, (replicates, 10)."""
    arm, network, options = named_arm(name), settings.network, settings.saliency
    files = [Path("data/networks", name, f"replicate-{replicate:02}.keras").read_bytes() for replicate in range(settings.train.replicates)]
    networks = [stored_weights(content) for content in files]
    shelf = Shelf(Path("data/unfinished"), f"saliency-{name}", DIGITS.read_bytes(), options, network, *files)
    jobs = {f"replicate-{replicate:02}": (arm, network, options, weights, replicate) for replicate, weights in enumerate(networks)}
    with tqdm(total=len(jobs), initial=sum(job in shelf for job in jobs), desc=name, unit="network") as bar, worker_pool(len(jobs)) as pool:
        replicates = list(results(pool, explained_replicate, jobs, shelf, digits, bar.update).values())
        models = np.concatenate([explained["class_models"] for explained in replicates])
        probabilities = results(pool, judged, {"judged": (arm, network, networks)}, shelf, models)["judged"]
    shelf.clear()
    return replicates, arm_transfer(probabilities)


def save(folder: Path, replicates: list[Explained], transfer: np.ndarray, digits: dict[str, np.ndarray]) -> None:
    """Write everything that was explained of one arm into a folder."""
    of_networks = {part: np.stack([explained[part] for explained in replicates]) for part in ("class_models", "logits", "receptive_field")}
    np.savez(folder / "class_models.npz", images=of_networks["class_models"], logits=of_networks["logits"])
    maps = stacked(replicates, "maps") | {"images": digits["chosen"], "receptive_field": of_networks["receptive_field"]}
    np.savez(folder / "maps.npz", allow_pickle=False, **maps)
    np.savez(folder / "spectra.npz", allow_pickle=False, **stacked(replicates, "spectra"))
    np.savez(folder / "inside.npz", allow_pickle=False, **replicates[0]["inside"])
    table = measures_table(replicates, digits["chosen"], digits["classes"], transfer)
    table.to_csv(folder / "measures.csv", index=False, float_format=DECIMALS)
    cascade_table(replicates).to_csv(folder / "cascade.csv", index=False, float_format=DECIMALS)


@plain_refusals("saliency")
def main(name: str) -> None:
    """Explain the arm's replicates in worker processes; leave maps, class models, spectra and measures."""
    settings = checked_settings(Path("params.yaml").read_bytes())
    digits = explained_digits(settings)
    replicates, transfer = explained_arm(name, settings, digits)
    with replacing_folder(SALIENCY / name) as folder:
        save(folder, replicates, transfer, digits)
    with replacing(CLASS_MODELS / f"{name}.npz") as copy:  # where `transfer` sees a change of class models alone
        shutil.copyfile(SALIENCY / name / "class_models.npz", copy)
    confidence = np.mean([explained["measures"]["class_model"]["confidence"] for explained in replicates])
    print(f"{name}: {len(digits['chosen'])} digits explained by {len(replicates)} networks; confidence in their own class models {confidence:.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
