"""What the experiment computes of fixed weights and digits, on every way that passes a dilated convolution or its gradients.

`save(FILE)` is for a process with another environment.
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
EXPLAINED, TRAINED = 6, 64  # digits


def first_digits(count: int) -> dict[str, np.ndarray]:
    """The same few digits for training, validation and test."""
    images, classes = digits()
    return {f"{axis}_{part}": values[:count] for part in ("train", "validation", "test") for axis, values in (("x", images), ("y", classes))}


def explained(of: Architecture) -> dict[str, np.ndarray]:
    """Logits, maps by every method, class models, filters and effective field of a network with random weights."""
    weights, shown, classes = tensors(random_weights(of)), digits()[0][:EXPLAINED].astype(np.float32) / 255, np.arange(EXPLAINED)
    maps = {
        method: import_module(f"kernel_dilation.saliency_methods.{method}").saliency_maps(weights, shown, classes, of, options())
        for method in sorted(available_methods("saliency_methods"))
    }
    return maps | {
        "logits": image_logits(weights, shown, of),
        "class_models": generate_class_models(weights, of, options(steps=10)),
        "filters": maximise_filters(weights, np.arange(2), shown[0], of, options(steps=10)),
        "effective_field": effective_receptive_field(weights, shown, of, 0),
    }


def learned(method: str) -> np.ndarray:
    """Weight of each candidate dilation after each epoch of a way to learn, (2, 3) float64."""
    scaled = {name: values / np.float32(255) if name.startswith("x") else values for name, values in first_digits(TRAINED).items()}
    how = MethodOptions((1, 2, 3), 3, "max", (3, 4), 5, 2, 16, 0.005, 0.1)
    return import_module(f"kernel_dilation.dilation_methods.{method}").learn_dilation(scaled, how, 2, 0).weights


def computed() -> dict[str, np.ndarray]:
    """Everything, by name."""
    found = {f"{name}/{part}": array for name, of in ARCHITECTURES.items() for part, array in explained(of).items()}
    for name, of in ARCHITECTURES.items():
        found[f"{name}/history"] = train_network(of, Schedule(2, 16, 0.005), first_digits(TRAINED), 0, 0)["history"]
    return found | {f"learned/{method}": learned(method) for method in sorted(available_methods("dilation_methods"))}


def save(file: str) -> None:
    """Compute everything as a job of the project does, and save it as an .npz file."""
    use_one_thread()
    np.savez(file, allow_pickle=False, **computed())
