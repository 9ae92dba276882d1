"""Measures of saliency that take many maps or many forward passes: each network is asked about some of the images."""

from dataclasses import replace

from kernel_dilation.explanations.explanation_batch import ExplanationBatch
from kernel_dilation.explanations.faithfulness import chance_area, deletion_and_insertion, removal_order
from kernel_dilation.explanations.sanity_checks import CHANGES, max_sensitivity, perturb_images, randomise_layers, randomization_similarity

import numpy as np
import tensorflow as tf

ArraysByMethod = dict[str, np.ndarray]
Columns = dict[str, np.ndarray]


def subset_metrics(batch: ExplanationBatch, maps: ArraysByMethod, replicate: int) -> tuple[dict[str, Columns], ArraysByMethod]:
    """For each method the columns of `faithfulness_metrics`, `max_sensitivity` and `randomization_similarity`, and the cascade behind it.

    Args:
        maps: (n, 28, 28) by method.
        replicate: the network's number, which says which images are probed, and from which the random networks are drawn.

    Returns:
        Columns (n,) float64 by method, NaN for images that were not probed; cascades
        (layers, images probed) by method, in the order of `metric_tables.LAYERS`.
    """
    total, seed = len(batch.images), (batch.options.seed, replicate)
    places = subset_indices(total, batch.options.probed_images, replicate)
    few, few_maps = batch.select(places), {method: stack[places] for method, stack in maps.items()}
    faithful, sensitive, cascades = faithfulness_metrics(few, few_maps), sensitivities(few, few_maps), randomisation_cascades(few, few_maps, seed)
    columns = {
        method: faithful[method] | {"max_sensitivity": sensitive[method], "randomization_similarity": cascades[method].mean(0)} for method in maps
    }
    return {method: {name: scatter_with_nan(column, places, total) for name, column in table.items()} for method, table in columns.items()}, cascades


def subset_indices(total: int, count: int, replicate: int) -> np.ndarray:
    """Which of `total` images a network is asked about, at most `count`: each replicate goes on where the one before it ended.

    So all arms' networks of one replicate are asked about the same images, and the replicates together about many.
    """
    count = min(count, total)
    return (replicate * count + np.arange(count)) % total


def faithfulness_metrics(batch: ExplanationBatch, maps: ArraysByMethod) -> dict[str, Columns]:
    """Columns `deletion` and `insertion` for each method, each beside its chance level."""
    seed, count = batch.options.seed, len(batch.images)
    every = batch.repeat(len(maps))

    def confidence(images: np.ndarray, places: np.ndarray) -> np.ndarray:
        return replace(every, images=images, classes=every.classes[places]).confidence()

    chance = chance_area(batch.images, confidence, seed)
    areas = deletion_and_insertion(every.images, removal_order(np.concatenate([*maps.values()]), seed), confidence, seed)
    deletion, insertion = (area.reshape(len(maps), count) for area in areas)
    return {
        method: {"deletion": deletion[row], "deletion_chance": chance, "insertion": insertion[row], "insertion_chance": chance}
        for row, method in enumerate(maps)
    }


def sensitivities(batch: ExplanationBatch, maps: ArraysByMethod) -> ArraysByMethod:
    """Maximal sensitivity of each map, (n,) by method."""
    changed = perturb_images(batch.images, batch.options.seed)
    others = replace(batch.repeat(CHANGES), images=changed.reshape(-1, *changed.shape[2:]))
    return {method: max_sensitivity(stack, others.saliency_maps(method).reshape(changed.shape)) for method, stack in maps.items()}


def randomisation_cascades(batch: ExplanationBatch, maps: ArraysByMethod, seed: tuple[int, int]) -> ArraysByMethod:
    """Similarity of each map to that of every network of the cascade, (layers, n) by method."""
    similarities: dict[str, list[np.ndarray]] = {method: [] for method in maps}
    for weights in randomise_layers(batch.weights, seed):
        random = replace(batch, weights=[tf.constant(weight) for weight in weights])
        for method, stack in maps.items():
            similarities[method].append(randomization_similarity(stack, random.saliency_maps(method)))
    return {method: np.stack(rows) for method, rows in similarities.items()}


def scatter_with_nan(values: np.ndarray, places: np.ndarray, total: int) -> np.ndarray:
    """The values at their places, NaN elsewhere, `total` in all."""
    column = np.full(total, np.nan)
    column[places] = values
    return column
