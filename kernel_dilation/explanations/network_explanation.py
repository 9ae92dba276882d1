"""The complete explanation of one network: saliency maps by every method, class models, and their metrics."""

from kernel_dilation.experiment.parameters import Saliency
from kernel_dilation.experiment.paths import CLASS_MODEL, TRAINED
from kernel_dilation.explanations.activations import network_activations
from kernel_dilation.explanations.class_models import generate_class_models
from kernel_dilation.explanations.effective_receptive_field import effective_receptive_field
from kernel_dilation.explanations.explanation_batch import ExplanationBatch
from kernel_dilation.explanations.metric_tables import ArraysByMethod, Columns, NetworkExplanation
from kernel_dilation.explanations.subset_metrics import subset_metrics
from kernel_dilation.map_metrics.localisation import ink_mask, localisation_metrics
from kernel_dilation.map_metrics.sharpness import class_mean_correlation, sharpness_metrics
from kernel_dilation.map_metrics.spectra import gridding, power_spectra
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
        state: `trained` or `untrained`. Activations are recorded for the trained network of replicate 0
            alone. Of an untrained network, the costly metrics are computed on fewer images, and
            faithfulness is left out, because such a network has no confidence to lose.

    Raises:
        ValueError: a saliency map contains NaN or an infinite number.
    """
    batch = ExplanationBatch([tf.constant(weight) for weight in weights], architecture, images, classes, options)
    maps = {method: batch.saliency_maps(method) for method in options.methods}
    models = generate_class_models(batch.weights, architecture, options)
    logits = image_logits(batch.weights, models, architecture)
    measures, spectra = metrics_and_spectra({**maps, CLASS_MODEL: models}, architecture.arm.dilation)
    costly, cascade = subset_metrics(batch, maps, replicate, state)
    for method in maps:
        measures[method] |= localisation_metrics(maps[method], ink_mask(images)) | costly[method]
    measures[CLASS_MODEL] |= {"confidence": own_confidence(logits), "class_mean_correlation": class_mean_correlation(models, class_means)}
    return NetworkExplanation(
        maps=maps,
        spectra=spectra,
        measures=measures,
        cascade={method: similarity.mean(1) for method, similarity in cascade.items()},
        class_models=models,
        logits=logits,
        receptive_field=effective_receptive_field(batch.weights, images, architecture, options.seed),
        activations=network_activations(batch.weights, images[0], architecture, options) if (replicate, state) == (0, TRAINED) else {},
    )


def metrics_and_spectra(maps: ArraysByMethod, dilation: int) -> tuple[dict[str, Columns], ArraysByMethod]:
    """Compute the metrics that need nothing but the maps, and the mean power spectra (28, 28) float32, both by method.

    Raises:
        ValueError: a map contains NaN or an infinite number; the message names the method.
    """
    columns, means = {}, {}
    for method, stack in maps.items():
        try:
            spectra = power_spectra(stack)
        except ValueError as error:
            raise ValueError(f"{method}: {error}") from None
        columns[method] = sharpness_metrics(stack) | {"gridding": gridding(spectra, dilation)}
        means[method] = spectra.mean(0).astype(np.float32)
    return columns, means


def own_confidence(logits: np.ndarray) -> np.ndarray:
    """Return the probability of each class for its own class model, (10,) float64, from the logits (10, 10)."""
    return np.diag(tf.nn.softmax(logits)).astype(np.float64)
