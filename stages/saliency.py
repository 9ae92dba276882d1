"""Explain every replicate of one arm: `python -m stages.saliency 2-3-max`.

Takes data/digits.npz and the arm's networks; leaves data/saliency/<arm>: maps.npz, spectra.npz,
class_models.npz, inside.npz, measures.csv and cascade.csv.
"""

import shutil
import sys
from pathlib import Path

from kernel_dilation.execution.checkpoints import JobCheckpoints
from kernel_dilation.execution.workers import report_progress, run_jobs, suppress_stderr, worker_pool
from kernel_dilation.experiment.arms import Arm, parse_arm
from kernel_dilation.experiment.atomic_write import atomic_file, atomic_folder
from kernel_dilation.experiment.cli_errors import exit_with_message
from kernel_dilation.experiment.parameters import Network, Saliency, Settings, check_digits, parse_settings
from kernel_dilation.experiment.paths import CLASS_MODELS, DIGITS, NETWORKS, PARAMETERS, SALIENCY, UNFINISHED, network_file
from kernel_dilation.explanations.digit_selection import class_mean_images, select_digits
from kernel_dilation.explanations.metric_tables import (
    NetworkExplanation,
    cascade_table,
    metrics_table,
    recognition_by_other_replicates,
    stack_replicates,
)
from kernel_dilation.model.keras_weights import read_weights
from kernel_dilation.model.predict import class_probabilities

import numpy as np
from tqdm import tqdm

DECIMALS = "%.6g"  # of a measure

WeightArrays = list[np.ndarray]


def explain_replicate(
    digits: dict[str, np.ndarray], arm: Arm, network: Network, options: Saliency, weights: WeightArrays, replicate: int
) -> NetworkExplanation:
    """Maps, class models and measures of one network, in a worker process: only there is TensorFlow imported."""
    with suppress_stderr():
        from kernel_dilation.explanations.explain_network import explain_network
        from kernel_dilation.model.network import build_architecture, use_one_thread

        use_one_thread()

    result = explain_network(
        weights, build_architecture(arm, network), digits["images"], digits["classes"], digits["class_means"], options, replicate
    )
    report_progress(1)
    return result


def digits_to_explain(settings: Settings) -> dict[str, np.ndarray]:
    """The test digits to explain, their indices and classes, and the mean training image of each class."""
    with np.load(DIGITS) as archive:
        digits = dict(archive)
    check_digits(settings, len(digits["y_train"]), len(digits["y_test"]))
    chosen = select_digits(digits["y_test"], settings.saliency.images, settings.saliency.seed)
    return {
        "chosen": chosen,
        "images": digits["x_test"][chosen].astype(np.float32) / 255,
        "classes": digits["y_test"][chosen].astype(int),
        "class_means": class_mean_images(digits["x_train"], digits["y_train"]),
    }


def explain_arm(name: str, settings: Settings, digits: dict[str, np.ndarray]) -> tuple[list[NetworkExplanation], np.ndarray]:
    """Every replicate of the arm, explained, and what the other replicates say of its class models, (replicates, 10)."""
    arm, network, options = parse_arm(name), settings.network, settings.saliency
    files = [network_file(NETWORKS / name, replicate).read_bytes() for replicate in range(settings.train.replicates)]
    networks = [read_weights(content) for content in files]
    checkpoints = JobCheckpoints(UNFINISHED, f"saliency-{name}", DIGITS.read_bytes(), options, network, *files)
    jobs = {f"replicate-{replicate:02}": (arm, network, options, weights, replicate) for replicate, weights in enumerate(networks)}
    with tqdm(total=len(jobs), initial=sum(job in checkpoints for job in jobs), desc=name, unit="network") as bar, worker_pool(len(jobs)) as pool:
        replicates = list(run_jobs(pool, explain_replicate, jobs, checkpoints, digits, bar.update).values())
        models = np.concatenate([explained["class_models"] for explained in replicates])
        probabilities = run_jobs(pool, class_probabilities, {"recognition": (arm, network, networks)}, checkpoints, models)["recognition"]
    checkpoints.clear()
    return replicates, recognition_by_other_replicates(probabilities)


def save_arm(folder: Path, replicates: list[NetworkExplanation], transfer: np.ndarray, digits: dict[str, np.ndarray]) -> None:
    """Write everything that was explained of one arm into a folder."""
    of_networks = {part: np.stack([explained[part] for explained in replicates]) for part in ("class_models", "logits", "receptive_field")}
    np.savez(folder / "class_models.npz", images=of_networks["class_models"], logits=of_networks["logits"])
    maps = stack_replicates(replicates, "maps") | {"images": digits["chosen"], "receptive_field": of_networks["receptive_field"]}
    np.savez(folder / "maps.npz", allow_pickle=False, **maps)
    np.savez(folder / "spectra.npz", allow_pickle=False, **stack_replicates(replicates, "spectra"))
    np.savez(folder / "inside.npz", allow_pickle=False, **replicates[0]["inside"])
    table = metrics_table(replicates, digits["chosen"], digits["classes"], transfer)
    table.to_csv(folder / "measures.csv", index=False, float_format=DECIMALS)
    cascade_table(replicates).to_csv(folder / "cascade.csv", index=False, float_format=DECIMALS)


@exit_with_message("saliency")
def main(name: str) -> None:
    """Explain the arm's replicates in worker processes; leave maps, class models, spectra and measures."""
    settings = parse_settings(PARAMETERS.read_bytes())
    digits = digits_to_explain(settings)
    replicates, transfer = explain_arm(name, settings, digits)
    with atomic_folder(SALIENCY / name) as folder:
        save_arm(folder, replicates, transfer, digits)
    with atomic_file(CLASS_MODELS / f"{name}.npz") as copy:  # where `transfer` sees a change of class models alone
        shutil.copyfile(SALIENCY / name / "class_models.npz", copy)
    confidence = np.mean([explained["measures"]["class_model"]["confidence"] for explained in replicates])
    print(f"{name}: {len(digits['chosen'])} digits explained by {len(replicates)} networks; confidence in their own class models {confidence:.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
