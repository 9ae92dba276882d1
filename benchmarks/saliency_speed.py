"""Measure the speed of saliency maps and class models of this project and other libraries.

All use the same network and digits in one process.
"""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any

from benchmarks.benchmark_sizes import EXPLAINED_DILATION, NOISE_SHARE, SAMPLES, Sizes
from benchmarks.isolated_process import Module, own_process
from benchmarks.timing import measure_in_turn, medians

import numpy as np

PROJECT = "project"
LIBRARIES = {"tf_keras_vis": "with_tf_keras_vis", "xplique": "with_xplique", "pair_saliency": "with_pair_saliency"}
OFFERED = {  # libraries that offer each method
    "gradient": ("tf_keras_vis", "xplique", "pair_saliency"),
    "smoothgrad": ("tf_keras_vis", "xplique", "pair_saliency"),
    "integrated_gradients": ("xplique", "pair_saliency"),
}
ONE_BY_ONE = "pair_saliency"  # processes one image at a time, so fewer images suffice
UNSIGNED = ("xplique", "gradient")  # returns absolute values
COMPARED_STEPS = 10  # of the ascent to class models, because ReLUs amplify rounding errors with every step
EXACT_SAMPLES = 2000  # of integrated gradients, with which results with 25 samples are compared

Counts = Callable[[str], int]  # number of images for each contender


def largest_difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Return the largest absolute difference between two arrays, as a share of the largest absolute value of the second."""
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


def measure_rates(method: str, modules: dict[str, Module], count: Counts, rounds: int) -> dict[str, float]:
    """Return the images per second of each contender."""
    names = [PROJECT, *(name for name in OFFERED[method] if name in modules)]
    seconds = medians(measure_in_turn({name: partial(modules[name].seconds, method, count(name)) for name in names}, rounds))
    return {name: count(name) / duration for name, duration in seconds.items()}


def compare_maps(method: str, modules: dict[str, Module], count: Counts) -> dict[str, float]:
    """Return the largest difference between each library's maps and this project's; for SmoothGrad, with the same noise."""
    differences = {}
    for name in OFFERED[method]:
        if name in modules:
            ours = modules[PROJECT](method, count(name))
            theirs = modules[name](f"{method}_of_same_noise" if method == "smoothgrad" else method, count(name))
            differences[name] = largest_difference(np.abs(ours) if (name, method) == UNSIGNED else ours, theirs)
    return differences


def compare_integration(modules: dict[str, Module], count: int) -> dict[str, float]:
    """Return the largest error of each contender's integrated gradients, because their quadrature rules differ.

    The reference is this project's result with `EXACT_SAMPLES` samples.
    """
    exact = modules[PROJECT]("integrated_gradients", count, EXACT_SAMPLES)
    names = [PROJECT, *(name for name in OFFERED["integrated_gradients"] if name in modules)]
    return {name: largest_difference(modules[name]("integrated_gradients", count), exact) for name in names}


def measure_class_models(modules: dict[str, Module], sizes: Sizes) -> dict[str, Any]:
    """Return the seconds for the class models of all ten classes, and the largest difference between the results."""
    names = [name for name in (PROJECT, "tf_keras_vis") if name in modules]
    seconds = medians(measure_in_turn({name: partial(modules[name].seconds, "class_models", sizes.ascent_steps) for name in names}, sizes.rounds))
    images = {name: modules[name]("class_models_without_leak", COMPARED_STEPS) for name in names}
    differences = {name: largest_difference(images[PROJECT], images[name]) for name in names[1:]}
    return {"steps": sizes.ascent_steps, "seconds": seconds, "compared_steps": COMPARED_STEPS, "differences": differences}


def start_contenders(pool: ProcessPoolExecutor) -> tuple[dict[str, Module], dict[str, str]]:
    """Return the modules of the project and of every installed library, and why the others are missing, by name."""
    modules = {PROJECT: Module(pool, "benchmarks.saliency_baselines.project")}
    modules |= {name: Module(pool, f"benchmarks.saliency_baselines.{module}") for name, module in LIBRARIES.items()}
    missing = {name: module.absence for name, module in modules.items() if module.absence}
    return {name: module for name, module in modules.items() if not module.absence}, missing


def measure_saliency(sizes: Sizes, threads: int) -> dict[str, Any]:
    """Return the images per second by method and contender, the times of class models, and differences between results."""

    def count(name: str) -> int:
        return sizes.explained_singly if name == ONE_BY_ONE else sizes.explained

    with own_process(threads) as pool:
        Module(pool, "benchmarks.training_baselines.project")("use_threads", threads)
        modules, missing = start_contenders(pool)
        methods = [
            {
                "method": method,
                "images_a_second": measure_rates(method, modules, count, sizes.rounds),
                "differences": compare_maps(method, modules, count),
            }
            for method in OFFERED
        ]
        errors = compare_integration(modules, sizes.explained_singly)
        models = measure_class_models(modules, sizes)
    return {
        "dilation": EXPLAINED_DILATION, "images": sizes.explained, "images_singly": sizes.explained_singly,
        "samples": SAMPLES, "exact_samples": EXACT_SAMPLES, "noise_share": NOISE_SHARE, "rounds": sizes.rounds,
        "threads": threads, "not_installed": missing, "methods": methods, "integration_errors": errors, "class_models": models,
    }  # fmt: skip
