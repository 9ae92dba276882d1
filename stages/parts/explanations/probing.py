"""Measures of saliency that take many maps or many forward passes: each network is asked about some of the images."""

from dataclasses import replace

import numpy as np
import tensorflow as tf

from stages.parts.explanations.faithfulness import deletion_and_insertion, random_area, removal_order
from stages.parts.explanations.sanity import CHANGES, changed_images, max_sensitivity, randomization_similarity, randomized_networks
from stages.parts.explanations.subject import Subject

Maps = dict[str, np.ndarray]
Columns = dict[str, np.ndarray]


def probed(subject: Subject, maps: Maps, replicate: int) -> tuple[dict[str, Columns], Maps]:
    """For each method the columns of `faithfulness`, `max_sensitivity` and `randomization_similarity`, and the cascade behind it.

    Args:
        maps: (n, 28, 28) by method.
        replicate: the network's number, which says which images are probed, and from which the random networks are drawn.

    Returns:
        Columns (n,) float64 by method, NaN for images that were not probed; cascades
        (layers, images probed) by method, in the order of `measure_tables.LAYERS`.
    """
    total, seed = len(subject.images), (subject.options.seed, replicate)
    places = probed_places(total, subject.options.probed_images, replicate)
    few, few_maps = subject.at(places), {method: stack[places] for method, stack in maps.items()}
    faithful, sensitive, cascades = faithfulness(few, few_maps), sensitivities(few, few_maps), randomizations(few, few_maps, seed)
    columns = {
        method: faithful[method] | {"max_sensitivity": sensitive[method], "randomization_similarity": cascades[method].mean(0)} for method in maps
    }
    return {method: {name: placed(column, places, total) for name, column in table.items()} for method, table in columns.items()}, cascades


def probed_places(total: int, count: int, replicate: int) -> np.ndarray:
    """Which of `total` images a network is asked about, at most `count`: each replicate goes on where the one before it ended.

    So all arms' networks of one replicate are asked about the same images, and the replicates together about many.
    """
    count = min(count, total)
    return (replicate * count + np.arange(count)) % total


def faithfulness(subject: Subject, maps: Maps) -> dict[str, Columns]:
    """Columns `deletion` and `insertion` for each method, each beside its chance level."""
    seed, count = subject.options.seed, len(subject.images)
    every = subject.repeated(len(maps))

    def confidence(images: np.ndarray, places: np.ndarray) -> np.ndarray:
        return replace(every, images=images, classes=every.classes[places]).confidence()

    chance = random_area(subject.images, confidence, seed)
    areas = deletion_and_insertion(every.images, removal_order(np.concatenate([*maps.values()]), seed), confidence, seed)
    deletion, insertion = (area.reshape(len(maps), count) for area in areas)
    return {
        method: {"deletion": deletion[row], "deletion_chance": chance, "insertion": insertion[row], "insertion_chance": chance}
        for row, method in enumerate(maps)
    }


def sensitivities(subject: Subject, maps: Maps) -> Maps:
    """Maximal sensitivity of each map, (n,) by method."""
    changed = changed_images(subject.images, subject.options.seed)
    others = replace(subject.repeated(CHANGES), images=changed.reshape(-1, *changed.shape[2:]))
    return {method: max_sensitivity(stack, others.maps(method).reshape(changed.shape)) for method, stack in maps.items()}


def randomizations(subject: Subject, maps: Maps, seed: tuple[int, int]) -> Maps:
    """Similarity of each map to that of every network of the cascade, (layers, n) by method."""
    similarities: dict[str, list[np.ndarray]] = {method: [] for method in maps}
    for weights in randomized_networks(subject.weights, seed):
        random = replace(subject, weights=[tf.constant(weight) for weight in weights])
        for method, stack in maps.items():
            similarities[method].append(randomization_similarity(stack, random.maps(method)))
    return {method: np.stack(rows) for method, rows in similarities.items()}


def placed(values: np.ndarray, places: np.ndarray, total: int) -> np.ndarray:
    """The values at their places, NaN elsewhere, `total` in all."""
    column = np.full(total, np.nan)
    column[places] = values
    return column
