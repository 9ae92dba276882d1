"""Explain every replicate of one arm: `python -m stages.saliency 2-3-max`.

Reads data/digits.npz and the arm's networks; writes to data/saliency/<arm> maps.npz, spectra.npz,
class_models.npz, inside.npz (activations), measures.csv and cascade.csv, and a copy of the class models
to data/class_models/<arm>.npz.
"""

import shutil
import sys
from pathlib import Path

from kernel_dilation.execution.checkpoints import JobCheckpoints
from kernel_dilation.execution.workers import report_progress, run_jobs, suppress_stderr, worker_pool
from kernel_dilation.experiment.arms import Arm, parse_arm
from kernel_dilation.experiment.atomic_write import atomic_file
from kernel_dilation.experiment.cli_errors import exit_with_message
from kernel_dilation.experiment.parameters import Network, Saliency, Settings, check_digits, parse_settings
from kernel_dilation.experiment.paths import CLASS_MODEL, CLASS_MODELS, DIGITS, NETWORKS, PARAMETERS, SALIENCY, UNFINISHED, network_file
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
from kernel_dilation.stage_inputs.input_files import folder_with_checksums, intact, read_digit_arrays

import numpy as np
from tqdm import tqdm

DECIMALS = "%.6g"  # of the numbers in tables

WeightArrays = list[np.ndarray]


def explain_replicate(
    digits: dict[str, np.ndarray], arm: Arm, network: Network, options: Saliency, weights: WeightArrays, replicate: int
) -> NetworkExplanation:
    """Explain one network in a worker process, the only kind of process that imports TensorFlow."""
    with suppress_stderr():
        from kernel_dilation.explanations.network_explanation import explain_network
        from kernel_dilation.model.network import build_architecture, use_one_thread

        use_one_thread()

    explanation = explain_network(
        weights, build_architecture(arm, network), digits["images"], digits["classes"], digits["class_means"], options, replicate
    )
    report_progress(1)
    return explanation


def digits_to_explain(settings: Settings) -> dict[str, np.ndarray]:
    """Read the test digits to explain, with their indices and classes, and the mean training image of each class.

    Returns:
        `chosen` (n,), indices among the test digits; `images` (n, 28, 28) float32 in [0, 1]; `classes`
        (n,); `class_means` (10, 28, 28) float32 in [0, 1].
    """
    digits = read_digit_arrays()
    check_digits(settings, len(digits["y_train"]), len(digits["y_test"]))
    chosen = select_digits(digits["y_test"], settings.saliency.images, settings.saliency.seed)
    return {
        "chosen": chosen,
        "images": digits["x_test"][chosen].astype(np.float32) / 255,
        "classes": digits["y_test"][chosen].astype(int),
        "class_means": class_mean_images(digits["x_train"], digits["y_train"]),
    }


def explain_arm(name: str, settings: Settings, digits: dict[str, np.ndarray]) -> tuple[list[NetworkExplanation], np.ndarray]:
    """Explain every replicate of the arm, and ask the other replicates about its class models.

    Returns:
        The explanations, and for each class model (replicates, 10) the mean probability of its class by
        the other replicates.
    """
    arm, network, options = parse_arm(name), settings.network, settings.saliency
    files = [intact(network_file(NETWORKS / name, replicate)).read_bytes() for replicate in range(settings.train.replicates)]
    networks = [read_weights(content) for content in files]
    checkpoints = JobCheckpoints(UNFINISHED, f"saliency-{name}", DIGITS.read_bytes(), options, network, *files)
    jobs = {f"replicate-{replicate:02}": (arm, network, options, weights, replicate) for replicate, weights in enumerate(networks)}
    with tqdm(total=len(jobs), initial=sum(job in checkpoints for job in jobs), desc=name, unit="network") as bar, worker_pool(len(jobs)) as pool:
        explanations = list(run_jobs(pool, explain_replicate, jobs, checkpoints, digits, bar.update).values())
        models = np.concatenate([explanation["class_models"] for explanation in explanations])
        # The stage `transfer` computes these probabilities again, among those of all arms. Here they fill the column
        # `transfer` of measures.csv, which every arm writes without waiting for the others.
        probabilities = run_jobs(pool, class_probabilities, {"recognition": (arm, network, networks)}, checkpoints, models)["recognition"]
    checkpoints.clear()
    return explanations, recognition_by_other_replicates(probabilities)


def save_arm(folder: Path, name: str, explanations: list[NetworkExplanation], transfer: np.ndarray, digits: dict[str, np.ndarray]) -> None:
    """Write the explanations of an arm's replicates into a folder."""
    models, logits = (np.stack([explanation[part] for explanation in explanations]) for part in ("class_models", "logits"))
    np.savez(folder / "class_models.npz", allow_pickle=False, arm=name, images=models, logits=logits)
    fields = np.stack([explanation["receptive_field"] for explanation in explanations])
    maps = stack_replicates(explanations, "maps") | {"images": digits["chosen"], "receptive_field": fields}
    np.savez(folder / "maps.npz", allow_pickle=False, **maps)
    np.savez(folder / "spectra.npz", allow_pickle=False, **stack_replicates(explanations, "spectra"))
    np.savez(folder / "inside.npz", allow_pickle=False, **explanations[0]["activations"])
    table = metrics_table(explanations, digits["chosen"], digits["classes"], transfer)
    table.to_csv(folder / "measures.csv", index=False, float_format=DECIMALS)
    cascade_table(explanations).to_csv(folder / "cascade.csv", index=False, float_format=DECIMALS)


@exit_with_message("saliency")
def main(name: str) -> None:
    """Explain the arm's replicates in worker processes, and write maps, class models, spectra and metrics."""
    settings = parse_settings(PARAMETERS.read_bytes())
    digits = digits_to_explain(settings)
    explanations, transfer = explain_arm(name, settings, digits)
    with folder_with_checksums(SALIENCY / name) as folder:
        save_arm(folder, name, explanations, transfer, digits)
    with atomic_file(CLASS_MODELS / f"{name}.npz") as copy:  # apart, so that `transfer` reruns only if class models change
        shutil.copyfile(SALIENCY / name / "class_models.npz", copy)
    confidence = np.mean([explanation["measures"][CLASS_MODEL]["confidence"] for explanation in explanations])
    print(f"{name}: {len(digits['chosen'])} digits explained for {len(explanations)} networks; mean confidence in own class models {confidence:.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
