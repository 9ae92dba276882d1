"""All computations that involve dilated convolutions or their gradients, on fixed weights and digits.

`save(FILE)` is meant for a process with another environment.
"""

from importlib import import_module

from kernel_dilation.dilation_learning.method_base import MethodOptions
from kernel_dilation.experiment.parameter_types import available_methods
from kernel_dilation.explanations.class_models import generate_class_models, maximise_filters
from kernel_dilation.explanations.effective_receptive_field import effective_receptive_field
from kernel_dilation.model.gradients import image_logits
from kernel_dilation.model.network import Architecture, use_one_thread
from kernel_dilation.training.loop import Schedule, train_network

import numpy as np
from small_networks import architecture, digits, options, random_weights, tensors

ARCHITECTURES = {
    "first": architecture(3, 3, "max"),
    "all": architecture(2, 5, "average", dilate="all"),
    "stride": architecture(2, 3, "stride", dilate="all"),
}
EXPLAINED_DIGITS, TRAINING_DIGITS = 6, 64


def first_digits(count: int) -> dict[str, np.ndarray]:
    """Return the same first digits for training, validation and test."""
    images, classes = digits()
    return {f"{axis}_{part}": values[:count] for part in ("train", "validation", "test") for axis, values in (("x", images), ("y", classes))}


def explain_random_network(of: Architecture) -> dict[str, np.ndarray]:
    """Compute logits, maps by every method, class models, filters and effective receptive field of a random network."""
    weights, images, classes = tensors(random_weights(of)), digits()[0][:EXPLAINED_DIGITS].astype(np.float32) / 255, np.arange(EXPLAINED_DIGITS)
    maps = {
        method: import_module(f"kernel_dilation.saliency_methods.{method}").saliency_maps(weights, images, classes, of, options())
        for method in sorted(available_methods("saliency_methods"))
    }
    return maps | {
        "logits": image_logits(weights, images, of),
        "class_models": generate_class_models(weights, of, options(steps=10)),
        "filters": maximise_filters(weights, np.arange(2), images[0], of, options(steps=10)),
        "effective_field": effective_receptive_field(weights, images, of, 0),
    }


def learn_on_digits(method: str) -> np.ndarray:
    """Learn a dilation; return the weight of each candidate after each epoch, (2, 3) float64."""
    scaled = {name: values / np.float32(255) if name.startswith("x") else values for name, values in first_digits(TRAINING_DIGITS).items()}
    method_options = MethodOptions((1, 2, 3), 3, "max", (3, 4), 5, 2, 16, 0.005, 0.1)
    return import_module(f"kernel_dilation.dilation_methods.{method}").learn_dilation(scaled, method_options, 2, 0).weights


def compute_all() -> dict[str, np.ndarray]:
    """Compute everything, by name."""
    results = {f"{name}/{part}": array for name, of in ARCHITECTURES.items() for part, array in explain_random_network(of).items()}
    for name, of in ARCHITECTURES.items():
        results[f"{name}/history"] = train_network(of, Schedule(2, 16, 0.005), first_digits(TRAINING_DIGITS), 0, 0)["history"]
    return results | {f"learned/{method}": learn_on_digits(method) for method in sorted(available_methods("dilation_methods"))}


def save(file: str) -> None:
    """Compute everything in the way of the project's worker processes, and save it as an .npz file."""
    use_one_thread()
    np.savez(file, allow_pickle=False, **compute_all())
