"""Measure the time to train on 60,000 images with this project, Keras `fit` and PyTorch, with the same networks."""

import shutil
from contextlib import ExitStack
from functools import partial
from typing import Any

from benchmarks.benchmark_sizes import BATCH, CHANNELS, DENSE, EPOCH_IMAGES, RATE, Sizes
from benchmarks.isolated_process import Module, own_process
from benchmarks.timing import measure_in_turn, medians

import numpy as np

CONTENDERS = {
    "project": "benchmarks.training_baselines.project",
    "fit": "benchmarks.training_baselines.keras_fit",
    "pytorch": "benchmarks.training_baselines.pytorch",
}
GRAPHICS, GRAPHICS_TOGETHER = "project_gpu", "project_gpu_together"  # one network after another, and many as one program
COMPARED_DIGITS = 100  # on which the networks of the contenders must agree


def count_training_flops(sides: tuple[int, int], channels: tuple[int, int], dense: int) -> int:
    """Return the floating-point operations to train the network on one image, regardless of dilation.

    The forward pass, the gradients of the weights and the gradients of the inputs take the same number each, with
    two operations for a multiplication and its addition. No gradient of the pixels is computed.

    Args:
        sides: of the feature maps of the two convolutions, in pixels; kernels are 3 x 3, pooling is over 2 x 2.
    """
    first = sides[0] ** 2 * 9 * channels[0]
    second = sides[1] ** 2 * 9 * channels[0] * channels[1]
    head = (sides[1] // 2) ** 2 * channels[1] * dense + dense * 10
    return 2 * (3 * (first + second + head) - first)


def list_configurations(dilations: tuple[int, ...]) -> list[tuple[int, str]]:
    """Return all pairs of dilation and dilated layers; at dilation 1 there is only one network."""
    return [(dilation, dilate) for dilate in ("first", "all") for dilation in dilations if (dilation, dilate) != (1, "all")]


def start_contenders(stack: ExitStack, threads: int) -> tuple[dict[str, Module], dict[str, str]]:
    """Start a process for each contender that can run here; return them, and why the others are missing.

    If there is a GPU, this project on the GPU is another contender.
    """
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


def compare_logits(running: dict[str, Module], dilation: int, dilate: str) -> float | None:
    """Return the largest difference between the logits of PyTorch and Keras with the same weights, as a share of the largest."""
    if "pytorch" not in running:
        return None
    ours = running["fit"]("network_logits", dilation, dilate, COMPARED_DIGITS)
    theirs = running["pytorch"]("network_logits", dilation, dilate, running["fit"]("initial_weights", dilation, dilate), COMPARED_DIGITS)
    return float(np.abs(ours - theirs).max() / np.abs(ours).max())


def measure_training(sizes: Sizes, threads: int) -> dict[str, Any]:
    """Return the seconds for `EPOCH_IMAGES` images by contender and dilation, and the share of the machine's peak."""
    rows: list[dict[str, Any]] = []
    products = []
    with ExitStack() as stack:
        running, missing = start_contenders(stack, threads)
        for dilation, dilate in list_configurations(sizes.dilations):
            contenders = {name: partial(module, "training_seconds", dilation, dilate, sizes.steps) for name, module in running.items()}
            if GRAPHICS in running:
                contenders[GRAPHICS_TOGETHER] = partial(running[GRAPHICS], "seconds_together", dilation, dilate, sizes.steps, sizes.together)
            contenders["product"] = partial(running["project"], "matmul_seconds", sizes.matmul_side)
            times = medians(measure_in_turn(contenders, sizes.rounds))
            products.append(times.pop("product"))
            rows.append({"dilation": dilation, "dilate": dilate, **times, "logit_difference": compare_logits(running, dilation, dilate)})
    peak = 2 * sizes.matmul_side**3 / min(products)
    flops = count_training_flops((28, 14), CHANNELS, DENSE)
    for row in rows:
        row["share_of_peak"] = flops * EPOCH_IMAGES / row["project"] / peak
    return {
        "images": EPOCH_IMAGES, "measured_images": sizes.steps * BATCH, "together": sizes.together, "rounds": sizes.rounds, "threads": threads,
        "batch_size": BATCH, "channels": CHANNELS, "dense": DENSE, "learning_rate": RATE,
        "flops_an_image": flops, "peak_gflops": peak / 1e9, "not_installed": missing, "gpu": GRAPHICS in running, "seconds": rows,
    }  # fmt: skip
