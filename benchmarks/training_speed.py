"""Seconds to train on 60,000 images: this project, Keras' `fit` and PyTorch, the same network at every dilation."""

import shutil
from contextlib import ExitStack
from functools import partial
from typing import Any

from benchmarks.isolated_process import Module, own_process
from benchmarks.sizes import BATCH, CHANNELS, DENSE, EPOCH_IMAGES, RATE, Sizes
from benchmarks.timing import in_turn, medians

import numpy as np

CONTENDERS = {
    "project": "benchmarks.training_baselines.project",
    "fit": "benchmarks.training_baselines.keras_fit",
    "pytorch": "benchmarks.training_baselines.pytorch",
}
GRAPHICS = "project_gpu"
COMPARED = 100  # digits on which the contenders' networks must agree


def training_flops(sides: tuple[int, int], channels: tuple[int, int], dense: int) -> int:
    """Floating-point operations to train the network on one image, dilated or not.

    Forwards, back to the weights and back to the inputs take as much each, two operations for a
    product and its sum; to the pixels nothing goes back.

    Args:
        sides: in pixels, of the two convolutions' maps; kernels are 3 x 3, pooled over 2 x 2.
    """
    first = sides[0] ** 2 * 9 * channels[0]
    second = sides[1] ** 2 * 9 * channels[0] * channels[1]
    head = (sides[1] // 2) ** 2 * channels[1] * dense + dense * 10
    return 2 * (3 * (first + second + head) - first)


def configurations(dilations: tuple[int, ...]) -> list[tuple[int, str]]:
    """Dilation and which layers have it; at dilation 1 that is one network."""
    return [(dilation, dilate) for dilate in ("first", "all") for dilation in dilations if (dilation, dilate) != (1, "all")]


def start_contenders(stack: ExitStack, threads: int) -> tuple[dict[str, Module], dict[str, str]]:
    """A process for each contender that can run here, and why the others cannot; a GPU, where there is one, is one more."""
    modules = {name: Module(stack.enter_context(own_process(threads)), module) for name, module in CONTENDERS.items()}
    missing = {name: module.absence for name, module in modules.items() if module.absence}
    running = {name: module for name, module in modules.items() if not module.absence}
    for module in running.values():
        module("use_threads", threads)
    if shutil.which("nvidia-smi"):
        graphics = Module(stack.enter_context(own_process(threads, graphics=True)), CONTENDERS["project"])
        if graphics("use_threads", threads):
            running[GRAPHICS] = graphics
    return running, missing


def logit_difference(running: dict[str, Module], dilation: int, dilate: str) -> float | None:
    """Largest difference between PyTorch's and Keras' logits from the same weights, as a share of the largest logit."""
    if "pytorch" not in running:
        return None
    ours = running["fit"]("network_logits", dilation, dilate, COMPARED)
    theirs = running["pytorch"]("network_logits", dilation, dilate, running["fit"]("initial_weights", dilation, dilate), COMPARED)
    return float(np.abs(ours - theirs).max() / np.abs(ours).max())


def training(sizes: Sizes, threads: int) -> dict[str, Any]:
    """Seconds for `EPOCH_IMAGES` images by contender and dilation, and the share of the machine's matmul peak."""
    rows: list[dict[str, Any]] = []
    products = []
    with ExitStack() as stack:
        running, missing = start_contenders(stack, threads)
        for dilation, dilate in configurations(sizes.dilations):
            contenders = {name: partial(module, "training_seconds", dilation, dilate, sizes.steps) for name, module in running.items()}
            contenders["product"] = partial(running["project"], "matmul_seconds", sizes.matmul_side)
            times = medians(in_turn(contenders, sizes.rounds))
            products.append(times.pop("product"))
            rows.append({"dilation": dilation, "dilate": dilate, **times, "logit_difference": logit_difference(running, dilation, dilate)})
    peak = 2 * sizes.matmul_side**3 / min(products)
    flops = training_flops((28, 14), CHANNELS, DENSE)
    for row in rows:
        row["share_of_peak"] = flops * EPOCH_IMAGES / row["project"] / peak
    return {
        "images": EPOCH_IMAGES, "measured_images": sizes.steps * BATCH, "rounds": sizes.rounds, "threads": threads,
        "batch_size": BATCH, "channels": CHANNELS, "dense": DENSE, "learning_rate": RATE,
        "flops_an_image": flops, "peak_gflops": peak / 1e9, "not_installed": missing, "gpu": GRAPHICS in running, "seconds": rows,
    }  # fmt: skip
