"""What the experiment computes of fixed weights and digits, on every way that passes a dilated convolution or its gradients.

`save(FILE)` is for a process with another environment.
"""

from importlib import import_module

import numpy as np
from small_networks import architecture, digits, options, random_weights, tensors

from stages.parts.experiment.parameter_types import available
from stages.parts.explanations.class_models import class_models, filter_models
from stages.parts.explanations.effective_field import effective_field
from stages.parts.gradients import image_logits
from stages.parts.learning.supernet import Options
from stages.parts.network import Architecture, use_one_thread
from stages.parts.training import Schedule, trained

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
        method: import_module(f"stages.parts.saliencies.{method}").saliency_maps(weights, shown, classes, of, options())
        for method in sorted(available("saliencies"))
    }
    return maps | {
        "logits": image_logits(weights, shown, of),
        "class_models": class_models(weights, of, options(steps=10)),
        "filters": filter_models(weights, np.arange(2), shown[0], of, options(steps=10)),
        "effective_field": effective_field(weights, shown, of, 0),
    }


def learned(method: str) -> np.ndarray:
    """Weight of each candidate dilation after each epoch of a way to learn, (2, 3) float64."""
    scaled = {name: values / np.float32(255) if name.startswith("x") else values for name, values in first_digits(TRAINED).items()}
    how = Options((1, 2, 3), 3, "max", (3, 4), 5, 2, 16, 0.005, 0.1)
    return import_module(f"stages.parts.learners.{method}").learned_dilation(scaled, how, 2, 0).weights


def computed() -> dict[str, np.ndarray]:
    """Everything, by name."""
    found = {f"{name}/{part}": array for name, of in ARCHITECTURES.items() for part, array in explained(of).items()}
    for name, of in ARCHITECTURES.items():
        found[f"{name}/history"] = trained(of, Schedule(2, 16, 0.005), first_digits(TRAINED), 0, 0)["history"]
    return found | {f"learned/{method}": learned(method) for method in sorted(available("learners"))}


def save(file: str) -> None:
    """Compute everything as a job of the project does, and save it as an .npz file."""
    use_one_thread()
    np.savez(file, allow_pickle=False, **computed())
