"""Costly metrics of saliency maps, computed on a subset of the images for each network.

They need many maps or many forward passes for each image.
"""

from dataclasses import replace

from kernel_dilation.experiment.parameters import CLASSES, Saliency
from kernel_dilation.experiment.paths import TRAINED
from kernel_dilation.explanations.explanation_batch import ExplanationBatch
from kernel_dilation.explanations.faithfulness import chance_area, deletion_and_insertion, removal_order
from kernel_dilation.explanations.metric_tables import ArraysByMethod, Columns
from kernel_dilation.explanations.sanity_checks import CHANGES, map_similarity, max_sensitivity, output_sensitivity, perturb_images, randomise_layers
from kernel_dilation.model.gradients import image_logits

import numpy as np
import tensorflow as tf


def subset_metrics(
    batch: ExplanationBatch, maps: ArraysByMethod, baselines: ArraysByMethod, replicate: int, state: str = TRAINED
) -> tuple[dict[str, Columns], ArraysByMethod]:
    """Compute the costly metrics of each method and of the baselines.

    These are faithfulness, `max_sensitivity`, `output_sensitivity`, `other_class_similarity`, and `randomization_similarity`
    with its cascade. The baselines depend on no network, and have faithfulness alone.

    Args:
        maps, baselines: (n, 28, 28) by method.
        replicate: number of the network, which determines the images of the subset and seeds the random networks.
        state: `trained`, or `untrained` for fewer images and no faithfulness.

    Returns:
        Columns (n,) float64 by method, NaN for images outside the subset; cascades
        (layers, images of the subset) by method, in the order of `metric_tables.LAYERS`.
    """
    total, seed = len(batch.images), (batch.options.seed, replicate)
    indices = probed_indices(total, batch.options, replicate, state)
    subset, subset_maps = batch.select(indices), {method: stack[indices] for method, stack in maps.items()}
    with_baselines = {**subset_maps, **{method: stack[indices] for method, stack in baselines.items()}}
    columns: dict[str, Columns] = faithfulness_metrics(subset, with_baselines) if state == TRAINED else {method: {} for method in with_baselines}
    sensitivity, specificity = sensitivities(subset, subset_maps), other_class_similarities(subset, subset_maps, seed)
    cascades = randomisation_cascades(subset, subset_maps, seed)
    for method in maps:
        columns[method] |= {
            **sensitivity[method],
            "other_class_similarity": specificity[method],
            "randomization_similarity": cascades[method].mean(0),
        }
    return {method: {name: scatter_with_nan(column, indices, total) for name, column in table.items()} for method, table in columns.items()}, cascades


def probed_indices(total: int, options: Saliency, replicate: int, state: str) -> np.ndarray:
    """Return the indices of the images on which costly metrics are computed; those of an untrained network are among the trained one's."""
    probed = subset_indices(total, options.probed_images, replicate)
    return probed if state == TRAINED else probed[subset_indices(len(probed), options.probed_untrained, replicate)]


def subset_indices(total: int, count: int, replicate: int) -> np.ndarray:
    """Return the indices of a replicate's subset of at most `count` out of `total` images.

    The subset continues where that of the replicate before ends. Thus a replicate has the same subset
    in every arm, and the replicates together cover many images.
    """
    count = min(count, total)
    return (replicate * count + np.arange(count)) % total


def faithfulness_metrics(batch: ExplanationBatch, maps: ArraysByMethod) -> dict[str, Columns]:
    """Compute `deletion` and `insertion` with the chance levels of this network, and their gains over these, as columns by method.

    `deletion_gain` and `insertion_gain` are above 0 for a faithful method and 0 for a random order.
    """
    seed, count = batch.options.seed, len(batch.images)
    repeated = batch.repeat(len(maps))

    def confidence(images: np.ndarray, indices: np.ndarray) -> np.ndarray:
        return replace(repeated, images=images, classes=repeated.classes[indices]).confidence()

    chance = chance_area(batch.images, confidence, seed)
    areas = deletion_and_insertion(repeated.images, removal_order(np.concatenate([*maps.values()]), seed), confidence, seed)
    deletion, insertion = (area.reshape(len(maps), count) for area in areas)
    return {
        method: {
            "deletion": deletion[row], "deletion_chance": chance, "insertion": insertion[row], "insertion_chance": chance,
            "deletion_gain": chance - deletion[row], "insertion_gain": insertion[row] - chance,
        }
        for row, method in enumerate(maps)
    }  # fmt: skip


def sensitivities(batch: ExplanationBatch, maps: ArraysByMethod) -> dict[str, Columns]:
    """Compute `max_sensitivity` and `output_sensitivity` of each map, as columns (n,) by method."""
    images = perturb_images(batch.images, batch.options.seed)
    perturbed = replace(batch.repeat(CHANGES), images=images.reshape(-1, *images.shape[2:]))
    logits, changed_logits = (image_logits(batch.weights, part.images, batch.architecture) for part in (batch, perturbed))
    columns = {}
    for method, stack in maps.items():
        changed = perturbed.saliency_maps(method).reshape(images.shape)
        relative = output_sensitivity(stack, changed, logits, changed_logits.reshape(CHANGES, *logits.shape))
        columns[method] = {"max_sensitivity": max_sensitivity(stack, changed), "output_sensitivity": relative}
    return columns


def other_class_similarities(batch: ExplanationBatch, maps: ArraysByMethod, seed: tuple[int, int]) -> ArraysByMethod:
    """Compute the rank correlation of each absolute map with the map of another class's logit for the same image, (n,) by method.

    After the random logit test of Sixt et al. (2020), with Spearman's correlation as in the sanity
    checks. A value near 1 means that the map does not depend on the class that it explains. The other
    class is drawn from `seed`.
    """
    others = replace(batch, classes=other_classes(batch.classes, seed))
    return {method: map_similarity(stack, others.saliency_maps(method)) for method, stack in maps.items()}


def other_classes(classes: np.ndarray, seed: tuple[int, int]) -> np.ndarray:
    """Draw for each class (n,) one of the nine others."""
    return (classes + np.random.default_rng(seed).integers(1, CLASSES, len(classes))) % CLASSES


def randomisation_cascades(batch: ExplanationBatch, maps: ArraysByMethod, seed: tuple[int, int]) -> ArraysByMethod:
    """Compute the similarity of each map to the map of every partly random network, (layers, n) by method."""
    similarities: dict[str, list[np.ndarray]] = {method: [] for method in maps}
    for weights in randomise_layers(batch.weights, seed):
        random = replace(batch, weights=[tf.constant(weight) for weight in weights])
        for method, stack in maps.items():
            similarities[method].append(map_similarity(stack, random.saliency_maps(method)))
    return {method: np.stack(rows) for method, rows in similarities.items()}


def scatter_with_nan(values: np.ndarray, indices: np.ndarray, total: int) -> np.ndarray:
    """Return an array (total,) with the values at their indices and NaN elsewhere."""
    column = np.full(total, np.nan)
    column[indices] = values
    return column
