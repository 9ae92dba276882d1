"""The complete explanation of one network: saliency maps by every method, class models, and their metrics."""

from kernel_dilation.experiment.parameters import Saliency
from kernel_dilation.experiment.paths import CLASS_MODEL, REGULARISED, TRAINED
from kernel_dilation.explanations.activations import network_activations
from kernel_dilation.explanations.class_models import generate_from_starts, generate_regularised_class_models
from kernel_dilation.explanations.effective_receptive_field import effective_receptive_field
from kernel_dilation.explanations.explanation_batch import ExplanationBatch
from kernel_dilation.explanations.metric_tables import ArraysByMethod, Columns, NetworkExplanation
from kernel_dilation.explanations.subset_metrics import subset_metrics
from kernel_dilation.map_metrics.autocorrelation import autocorrelations
from kernel_dilation.map_metrics.baselines import baseline_maps
from kernel_dilation.map_metrics.class_means import class_mean_metrics, start_similarity
from kernel_dilation.map_metrics.localisation import ink_mask, localisation_metrics
from kernel_dilation.map_metrics.sharpness import sharpness_metrics
from kernel_dilation.map_metrics.spectra import power_spectra
from kernel_dilation.model.gradients import image_logits
from kernel_dilation.model.network import Architecture

import numpy as np
import tensorflow as tf


def explain_network(
    weights: list[np.ndarray],
    architecture: Architecture,
    images: np.ndarray,
    classes: np.ndarray,
    class_means: np.ndarray,
    options: Saliency,
    replicate: int,
    state: str = TRAINED,
) -> NetworkExplanation:
    """Compute saliency maps, class models and metrics of one network.

    Args:
        weights: the network's eight arrays, from the input up.
        images: (n, 28, 28) float32 in [0, 1].
        classes: (n,) whole numbers, the classes whose logits are explained.
        class_means: (10, 28, 28), the mean training image of each class.
        replicate: number of the network. It determines the images on which the costly metrics are
            computed, and seeds the random networks of the sanity check.
        state: `trained` or `untrained`. Activations, regularised class models and the metrics of the baselines belong to trained
            networks alone, and activations to replicate 0. Of an untrained network, the costly metrics are computed on fewer images, and
            faithfulness is left out, because such a network has no confidence to lose.

    Raises:
        ValueError: a saliency map contains NaN or an infinite number.
    """
    batch = ExplanationBatch([tf.constant(weight) for weight in weights], architecture, images, classes, options)
    maps = {method: batch.saliency_maps(method) for method in options.methods}
    baselines = baseline_maps(images) if state == TRAINED else {}
    starts = generate_from_starts(batch.weights, architecture, options, options.class_model_starts)
    models = {CLASS_MODEL: starts[0]}
    if state == TRAINED:
        models[REGULARISED] = generate_regularised_class_models(batch.weights, architecture, options)
    measures = map_metrics({**maps, **baselines, **models})
    costly, cascade = subset_metrics(batch, maps, baselines, replicate, state)
    ink = ink_mask(images)
    for method, stack in {**maps, **baselines}.items():
        measures[method] |= localisation_metrics(stack, ink) | costly[method]
    logits = {method: image_logits(batch.weights, images_of_classes, architecture) for method, images_of_classes in models.items()}
    for method, images_of_classes in models.items():
        measures[method] |= {"confidence": own_confidence(logits[method])} | class_mean_metrics(images_of_classes, class_means)
    measures[CLASS_MODEL]["start_similarity"] = start_similarity(starts)
    return NetworkExplanation(
        maps=maps,
        spectra={method: power_spectra(stack).mean(0).astype(np.float32) for method, stack in {**maps, CLASS_MODEL: starts[0]}.items()},
        autocorrelations={method: autocorrelations(stack).mean(0) for method, stack in {**maps, **baselines, **models}.items()},
        measures=measures,
        cascade={method: similarity.mean(1) for method, similarity in cascade.items()},
        class_models=models,
        logits=logits[CLASS_MODEL],
        receptive_field=effective_receptive_field(batch.weights, images, architecture, options.seed),
        activations=network_activations(batch.weights, images[0], architecture, options) if (replicate, state) == (0, TRAINED) else {},
    )


def map_metrics(maps: ArraysByMethod) -> dict[str, Columns]:
    """Compute the metrics that need nothing but the maps, by method.

    Raises:
        ValueError: a map contains NaN or an infinite number; the message names the method.
    """
    columns = {}
    for method, stack in maps.items():
        try:
            columns[method] = sharpness_metrics(stack)
        except ValueError as error:
            raise ValueError(f"{method}: {error}") from None
    return columns


def own_confidence(logits: np.ndarray) -> np.ndarray:
    """Return the probability of each class for its own class model, (10,) float64, from the logits (10, 10)."""
    return np.diag(tf.nn.softmax(logits)).astype(np.float64)
