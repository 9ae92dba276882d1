"""Explain every replicate of one arm: `python -m stages.saliency 2-3-max`.

Reads data/digits.npz and the arm's networks; writes to data/saliency/<arm> maps.npz, spectra.npz, autocorrelations.npz,
class_models.npz, inside.npz (activations), measures.csv and cascade.csv, and the class models also
to data/class_models/<arm>.npz. The same networks before training are explained as well: measures.csv has
rows of both, and the folder `untrained` has the same arrays of these, and maps of fewer images.
"""

import sys
from pathlib import Path

from kernel_dilation.execution.checkpoints import JobCheckpoints
from kernel_dilation.execution.workers import report_progress, run_jobs, suppress_stderr, worker_pool
from kernel_dilation.experiment.arms import Arm, parse_arm
from kernel_dilation.experiment.atomic_write import atomic_file
from kernel_dilation.experiment.cli_errors import exit_with_message
from kernel_dilation.experiment.parameters import Network, Saliency, Settings, check_digits, parse_settings
from kernel_dilation.experiment.paths import (
    CLASS_MODEL,
    CLASS_MODELS,
    DIGITS,
    NETWORKS,
    PARAMETERS,
    SALIENCY,
    STATES,
    TRAINED,
    UNFINISHED,
    UNTRAINED,
    network_file,
)
from kernel_dilation.explanations.digit_selection import class_mean_images, select_digits
from kernel_dilation.explanations.metric_tables import (
    NetworkExplanation,
    cascade_table,
    metrics_table,
    recognition_by_other_replicates,
    stack_replicates,
)
from kernel_dilation.model.keras_weights import read_weights
from kernel_dilation.model.predict import class_probabilities, initial_class_probabilities
from kernel_dilation.stage_inputs.input_files import folder_with_checksums, intact, read_digit_arrays

import numpy as np
import pandas as pd
from tqdm import tqdm

DECIMALS = "%.6g"  # of the numbers in tables

WeightArrays = list[np.ndarray]
Explanations = dict[str, list[NetworkExplanation]]  # by state, those of all replicates


def explain_replicate(
    digits: dict[str, np.ndarray], arm: Arm, network: Network, options: Saliency, weights: WeightArrays, seed: int, replicate: int
) -> dict[str, NetworkExplanation]:
    """Explain one network, trained and at initialisation, in a worker process, the only kind of process that imports TensorFlow.

    Args:
        seed: seed of the experiment, from which the initial weights derive.
    """
    with suppress_stderr():
        from kernel_dilation.explanations.network_explanation import explain_network
        from kernel_dilation.model.network import build_architecture, initial_weights, use_one_thread

        use_one_thread()

    architecture = build_architecture(arm, network)
    weights_by_state = {TRAINED: weights, UNTRAINED: initial_weights(architecture, seed, replicate)}
    explained = digits["images"], digits["classes"], digits["class_means"], options, replicate
    explanations = {state: explain_network(weights_by_state[state], architecture, *explained, state) for state in STATES}
    report_progress(1)
    return explanations


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


def explain_arm(name: str, settings: Settings, digits: dict[str, np.ndarray]) -> tuple[Explanations, dict[str, np.ndarray]]:
    """Explain every replicate of the arm, and ask the other replicates about its class models.

    Returns:
        By state of the networks, the explanations, and for each class model (replicates, 10) the mean
        probability of its class by the other replicates in the same state.
    """
    arm, network, options, seed = parse_arm(name), settings.network, settings.saliency, settings.train.seed
    files = [intact(network_file(NETWORKS / name, replicate)).read_bytes() for replicate in range(settings.train.replicates)]
    networks = [read_weights(content) for content in files]
    checkpoints = JobCheckpoints(UNFINISHED, f"saliency-{name}", DIGITS.read_bytes(), options, network, seed, *files)
    jobs = {f"replicate-{replicate:02}": (arm, network, options, weights, seed, replicate) for replicate, weights in enumerate(networks)}
    with tqdm(total=len(jobs), initial=sum(job in checkpoints for job in jobs), desc=name, unit="network") as bar, worker_pool(len(jobs)) as pool:
        results = list(run_jobs(pool, explain_replicate, jobs, checkpoints, digits, bar.update).values())
        explanations = {state: [result[state] for result in results] for state in STATES}
        models = {state: np.concatenate([explanation["class_models"][CLASS_MODEL] for explanation in explanations[state]]) for state in STATES}
        # The stage `transfer` computes these probabilities again, among those of all arms. Here they fill the column
        # `transfer` of measures.csv, which every arm writes without waiting for the others.
        recognition = {
            TRAINED: run_jobs(pool, class_probabilities, {TRAINED: (arm, network, networks)}, checkpoints, models[TRAINED]),
            UNTRAINED: run_jobs(pool, initial_class_probabilities, {UNTRAINED: (arm, network, seed, len(networks))}, checkpoints, models[UNTRAINED]),
        }
    checkpoints.clear()
    return explanations, {state: recognition_by_other_replicates(recognition[state][state]) for state in STATES}


def save_arm(folder: Path, explanations: Explanations, transfer: dict[str, np.ndarray], digits: dict[str, np.ndarray], kept_untrained: int) -> None:
    """Write the explanations of an arm's replicates into a folder; those of untrained networks into a folder in it.

    Args:
        kept_untrained: number of images, the first ones, whose maps by untrained networks are kept.
    """
    trained = explanations[TRAINED]
    save_maps_and_models(folder, trained, digits["chosen"])
    (folder / UNTRAINED).mkdir()
    save_maps_and_models(folder / UNTRAINED, explanations[UNTRAINED], digits["chosen"][:kept_untrained])
    np.savez(folder / "inside.npz", allow_pickle=False, **trained[0]["activations"])
    tables = [metrics_table(explanations[state], digits["chosen"], digits["classes"], transfer[state], state) for state in STATES]
    pd.concat(tables).to_csv(folder / "measures.csv", index=False, float_format=DECIMALS)
    cascade_table(trained).to_csv(folder / "cascade.csv", index=False, float_format=DECIMALS)


def save_maps_and_models(folder: Path, explanations: list[NetworkExplanation], chosen: np.ndarray) -> None:
    """Write class_models.npz, maps.npz, spectra.npz and autocorrelations.npz of networks in one state into a folder.

    Args:
        chosen: (n,), indices among the test digits of the first n explained images, whose maps are kept.
    """
    models = stack_replicates(explanations, "class_models")[CLASS_MODEL]
    logits = np.stack([explanation["logits"] for explanation in explanations])
    np.savez(folder / "class_models.npz", images=models, logits=logits)
    fields = np.stack([explanation["receptive_field"] for explanation in explanations])
    maps = {method: stack[:, : len(chosen)] for method, stack in stack_replicates(explanations, "maps").items()}
    np.savez(folder / "maps.npz", allow_pickle=False, **maps, images=chosen, receptive_field=fields)
    for part in ("spectra", "autocorrelations"):
        np.savez(folder / f"{part}.npz", allow_pickle=False, **stack_replicates(explanations, part))


@exit_with_message("saliency")
def main(name: str) -> None:
    """Explain the arm's replicates in worker processes, and write maps, class models, spectra and metrics."""
    settings = parse_settings(PARAMETERS.read_bytes())
    digits = digits_to_explain(settings)
    explanations, transfer = explain_arm(name, settings, digits)
    with folder_with_checksums(SALIENCY / name) as folder:
        save_arm(folder, explanations, transfer, digits, settings.saliency.probed_images)
    with atomic_file(CLASS_MODELS / f"{name}.npz") as copy:  # apart, so that `transfer` reruns only if class models change
        models = {state: stack_replicates(explanations[state], "class_models") for state in STATES}
        arrays = {f"{state}_{method}": models[state][method] for state in STATES for method in models[state]}
        np.savez(copy, allow_pickle=False, arm=name, **arrays)
    confidence = np.mean([explanation["measures"][CLASS_MODEL]["confidence"] for explanation in explanations[TRAINED]])
    count = f"{len(digits['chosen'])} digits explained for {settings.train.replicates} networks"
    print(f"{name}: {count}, before and after training; mean confidence in own class models {confidence:.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
