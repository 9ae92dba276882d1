"""Networks of one arm that learn where a mark is, and saliency maps that should show it; in a worker process."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TypedDict

from kernel_dilation.execution.workers import report_progress, suppress_stderr
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.parameters import Mark, Network, Saliency
from kernel_dilation.experiment.paths import TRAINED, UNTRAINED
from kernel_dilation.map_metrics.baselines import baseline_maps
from kernel_dilation.map_metrics.localisation import mass_accuracy, pointing_hit, rank_accuracy
from kernel_dilation.planted_marks.marked_digits import MarkedDigits, mark_digits

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from kernel_dilation.explanations.explanation_batch import ExplanationBatch


class MarkResults(TypedDict):
    """Results of one arm as two tables, each given by its columns, which can be sent between processes."""

    networks: dict[str, list]  # one row for each replicate: columns of `network_metrics`
    maps: dict[str, list]  # one row for each state of the networks, replicate, method and image: columns of `mark_metrics`


def find_marks(digits: Mapping[str, np.ndarray], arm: Arm, network: Network, mark: Mark, options: Saliency) -> MarkResults:
    """Train the arm's replicates on marked digits, and test whether network and maps rely on the mark.

    All arms see the same marked digits; replicate r has its own, and its own initial weights. The maps of the same
    networks before training say how much of what maps show is there without any learning.

    Args:
        digits: `x_train`, `x_validation` and `x_test` as in digits.npz.
    """
    with suppress_stderr():
        from kernel_dilation.explanations.explanation_batch import ExplanationBatch
        from kernel_dilation.model.keras_weights import read_weights
        from kernel_dilation.model.network import build_architecture, initial_weights, use_one_thread
        from kernel_dilation.training.loop import Schedule, train_network

        import tensorflow as tf

        use_one_thread()

    architecture, schedule = build_architecture(arm, network), Schedule(mark.epochs, mark.batch_size, mark.learning_rate)
    networks, maps = [], []
    for replicate in range(mark.replicates):
        arrays, shown = training_arrays(digits, mark, replicate)
        trained = train_network(architecture, schedule, arrays, mark.seed, replicate)
        weights = [tf.constant(weight) for weight in read_weights(trained["network"])]
        batch = ExplanationBatch(weights, architecture, shown.images / np.float32(255), shown.places, options)
        accuracy = float((trained["logits"].argmax(1) == arrays["y_test"]).mean())
        networks.append({"replicate": replicate, "accuracy": accuracy, **network_metrics(batch, shown)})
        untrained = replace(batch, weights=[tf.constant(weight) for weight in initial_weights(architecture, mark.seed, replicate)])
        maps.append(map_table(batch, shown, baseline_maps(batch.images)).assign(state=TRAINED, replicate=replicate))
        maps.append(map_table(untrained, shown, {}).assign(state=UNTRAINED, replicate=replicate))
        report_progress(1)
    return MarkResults(networks=columns(pd.DataFrame(networks)), maps=columns(pd.concat(maps)))


def map_table(batch: "ExplanationBatch", shown: MarkedDigits, baselines: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Return how well the maps of one network by every method show the mark, and so the baselines, a row for each method and image."""
    stacks = {method: batch.saliency_maps(method) for method in batch.options.methods} | dict(baselines)
    rows = [
        pd.DataFrame({"method": method, "image": range(len(stack)), "place": shown.places, **mark_metrics(stack, shown)})
        for method, stack in stacks.items()
    ]
    return pd.concat(rows, ignore_index=True)


def columns(table: pd.DataFrame) -> dict[str, list]:
    """Return the columns of a table as lists by name."""
    return {str(name): values.tolist() for name, values in table.items()}


def training_arrays(digits: Mapping[str, np.ndarray], mark: Mark, replicate: int) -> tuple[dict[str, np.ndarray], MarkedDigits]:
    """Mark the digits of one replicate.

    Returns:
        The arrays that `train_network` takes, and the first marked test digits, whose maps are computed.
    """
    train = mark_digits(digits["x_train"][: mark.images], (mark.seed, replicate, 0))
    validation = mark_digits(digits["x_validation"], (mark.seed, replicate, 1))
    test = mark_digits(digits["x_test"], (mark.seed, replicate, 2))
    return {
        "x_train": train.images, "y_train": train.places, "x_validation": validation.images, "y_validation": validation.places,
        "x_test": test.images, "y_test": test.places,
    }, test.first(mark.explained_images)  # fmt: skip


def network_metrics(batch: "ExplanationBatch", shown: MarkedDigits) -> dict[str, float]:
    """Compute on what a network relies: its mean confidence in the place with the mark, without it, and with an empty place blackened.

    If it looks at the mark, `confidence_without_mark` falls to chance (0.1) or below, and `confidence_with_change_elsewhere`
    stays at `confidence`. This asks the network alone, and no saliency method.
    """
    images = {"confidence": shown.images, "confidence_without_mark": shown.unmarked, "confidence_with_change_elsewhere": shown.changed_elsewhere()}
    return {name: float(replace(batch, images=stack / np.float32(255)).confidence().mean()) for name, stack in images.items()}


def mark_metrics(maps: np.ndarray, shown: MarkedDigits) -> dict[str, np.ndarray]:
    """Compute how well maps (n, 28, 28) show the mark, (n,) by name.

    `mark_share` is the share of the absolute values on the mark, `mark_hit` whether the largest lies on
    it, and `mark_rank` the precision of the nine largest. The chance level of each, `mark_chance`, is
    the share of the mark among the pixels.
    """
    masks = shown.masks()
    return {
        "mark_share": mass_accuracy(maps, masks),
        "mark_hit": pointing_hit(maps, masks),
        "mark_rank": rank_accuracy(maps, masks),
        "mark_chance": masks.mean((1, 2)),
    }
