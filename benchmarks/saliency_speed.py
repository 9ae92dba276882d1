"""Images a second and class models: this project and its peers, the same network and digits, in one process."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any

from benchmarks.isolated_process import Module, own_process
from benchmarks.sizes import EXPLAINED_DILATION, NOISE_SHARE, SAMPLES, Sizes
from benchmarks.timing import in_turn, medians

import numpy as np

PROJECT = "project"
PEERS = {"tf_keras_vis": "with_tf_keras_vis", "xplique": "with_xplique", "pair_saliency": "with_pair_saliency"}
OFFERED = {  # by each peer
    "gradient": ("tf_keras_vis", "xplique", "pair_saliency"),
    "smoothgrad": ("tf_keras_vis", "xplique", "pair_saliency"),
    "integrated_gradients": ("xplique", "pair_saliency"),
}
SINGLY = "pair_saliency"  # takes one image at a time, so fewer tell as much
UNSIGNED = ("xplique", "gradient")  # gives absolute values
COMPARED_STEPS = 10  # of the ascent to class models: what ReLUs make of rounding grows with every step
EXACT_SAMPLES = 2000  # of integrated gradients, to which 25 are compared

Counts = Callable[[str], int]


def largest_difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Largest difference between two arrays, as a share of the largest number in the second."""
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


def rates(method: str, modules: dict[str, Module], count: Counts, rounds: int) -> dict[str, float]:
    """Images a second that each contender explains."""
    names = [PROJECT, *(name for name in OFFERED[method] if name in modules)]
    seconds = medians(in_turn({name: partial(modules[name].seconds, method, count(name)) for name in names}, rounds))
    return {name: count(name) / taken for name, taken in seconds.items()}


def differences(method: str, modules: dict[str, Module], count: Counts) -> dict[str, float]:
    """Largest difference of each peer's maps from this project's; for SmoothGrad, with the same noise."""
    found = {}
    for name in OFFERED[method]:
        if name in modules:
            ours = modules[PROJECT](method, count(name))
            theirs = modules[name](f"{method}_of_same_noise" if method == "smoothgrad" else method, count(name))
            found[name] = largest_difference(np.abs(ours) if (name, method) == UNSIGNED else ours, theirs)
    return found


def integration_errors(modules: dict[str, Module], count: int) -> dict[str, float]:
    """Largest difference of everybody's integrated gradients from those at `EXACT_SAMPLES` points: the rules of integration differ."""
    exact = modules[PROJECT]("integrated_gradients", count, EXACT_SAMPLES)
    names = [PROJECT, *(name for name in OFFERED["integrated_gradients"] if name in modules)]
    return {name: largest_difference(modules[name]("integrated_gradients", count), exact) for name in names}


def class_models(modules: dict[str, Module], sizes: Sizes) -> dict[str, Any]:
    """Seconds for the class models of all ten classes, and their largest difference."""
    names = [name for name in (PROJECT, "tf_keras_vis") if name in modules]
    seconds = medians(in_turn({name: partial(modules[name].seconds, "class_models", sizes.ascent_steps) for name in names}, sizes.rounds))
    images = {name: modules[name]("class_models_without_leak", COMPARED_STEPS) for name in names}
    found = {name: largest_difference(images[PROJECT], images[name]) for name in names[1:]}
    return {"steps": sizes.ascent_steps, "seconds": seconds, "compared_steps": COMPARED_STEPS, "differences": found}


def start_contenders(pool: ProcessPoolExecutor) -> tuple[dict[str, Module], dict[str, str]]:
    """The project and every peer that is installed, by name, and why the others are not there."""
    modules = {PROJECT: Module(pool, "benchmarks.saliency_baselines.project")}
    modules |= {name: Module(pool, f"benchmarks.saliency_baselines.{module}") for name, module in PEERS.items()}
    missing = {name: module.absence for name, module in modules.items() if module.absence}
    return {name: module for name, module in modules.items() if not module.absence}, missing


def saliency(sizes: Sizes, threads: int) -> dict[str, Any]:
    """Images a second by method and contender, class models, and largest differences of the results."""

    def count(name: str) -> int:
        return sizes.explained_singly if name == SINGLY else sizes.explained

    with own_process(threads) as pool:
        Module(pool, "benchmarks.training_baselines.project")("use_threads", threads)
        modules, missing = start_contenders(pool)
        methods = [
            {"method": method, "images_a_second": rates(method, modules, count, sizes.rounds), "differences": differences(method, modules, count)}
            for method in OFFERED
        ]
        errors = integration_errors(modules, sizes.explained_singly)
        models = class_models(modules, sizes)
    return {
        "dilation": EXPLAINED_DILATION, "images": sizes.explained, "images_singly": sizes.explained_singly,
        "samples": SAMPLES, "exact_samples": EXACT_SAMPLES, "noise_share": NOISE_SHARE, "rounds": sizes.rounds,
        "threads": threads, "not_installed": missing, "methods": methods, "integration_errors": errors, "class_models": models,
    }  # fmt: skip
