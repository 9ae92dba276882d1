"""Maps and class models by this project, from the functions that its `saliency` stage calls."""

from unittest.mock import patch

from benchmarks.benchmark_sizes import NOISE_SHARE, SAMPLES
from benchmarks.saliency_baselines.explained_case import explained_case
from kernel_dilation.experiment.parameters import IMAGE_SIDE, Saliency
from kernel_dilation.explanations import class_models as ascent
from kernel_dilation.saliency_methods import gradient as gradients
from kernel_dilation.saliency_methods import integrated_gradients as integrals
from kernel_dilation.saliency_methods import smoothgrad as averages

import numpy as np


def options(samples: int = SAMPLES, steps: int = 1) -> Saliency:
    """Return saliency parameters; those that the benchmark does not vary are fixed here."""
    return Saliency(
        methods=["gradient"], images=10, probed_images=10, probed_untrained=1, samples=samples, noise_share=NOISE_SHARE, patch_pixels=4,
        class_model_starts=1, steps=steps, step_size=0.05, weight_decay=0.02, total_variation=0.0, jitter_pixels=0, seed=0,
    )  # fmt: skip


def noise() -> np.ndarray:
    """Return the fields of unit noise that this project's SmoothGrad draws, (`SAMPLES`, 28, 28)."""
    return np.random.default_rng(options().seed).standard_normal((SAMPLES, IMAGE_SIDE, IMAGE_SIDE, 1), np.float32)[..., 0]


def gradient(count: int) -> np.ndarray:
    """Compute gradients (count, 28, 28), signed."""
    of = explained_case()
    return gradients.saliency_maps(of.weights, of.images[:count], of.classes[:count], of.architecture, options())


def smoothgrad(count: int) -> np.ndarray:
    """Compute SmoothGrad maps (count, 28, 28), signed."""
    of = explained_case()
    return averages.saliency_maps(of.weights, of.images[:count], of.classes[:count], of.architecture, options())


def integrated_gradients(count: int, samples: int = SAMPLES) -> np.ndarray:
    """Compute integrated gradients (count, 28, 28)."""
    of = explained_case()
    return integrals.saliency_maps(of.weights, of.images[:count], of.classes[:count], of.architecture, options(samples))


def class_models(steps: int) -> np.ndarray:
    """Compute class models (10, 28, 28) after `steps` steps."""
    of = explained_case()
    return ascent.generate_class_models(of.weights, of.architecture, options(steps=steps))


def class_models_without_leak(steps: int) -> np.ndarray:
    """Compute class models (10, 28, 28) without leaky ReLUs, for comparison with a baseline that has none."""
    with patch("kernel_dilation.explanations.class_models.LEAK", 0.0):
        return class_models(steps)
