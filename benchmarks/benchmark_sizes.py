"""Sizes of the measurements: enough for stable medians within 15 minutes on two cores, or tiny ones."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace

CORES = 2  # maximum for all measurements, so that machines and contenders are comparable
CHANNELS, DENSE, BATCH = (32, 32), 64, 128  # of the network that all contenders train
RATE = 0.001  # Adam's learning rate, the same for all contenders
EPOCH_IMAGES = 60_000  # to which training times are scaled
EXPLAINED_DILATION = 1  # at which the Keras layers that the other libraries use are not slowed down by dilation
SAMPLES = 25  # copies of an image, for SmoothGrad and integrated gradients
NOISE_SHARE = 0.15  # standard deviation of SmoothGrad's noise, as a share of the range of the image


@dataclass(frozen=True)
class Sizes:
    """Numbers of rounds and sizes of all measurements."""

    rounds: int  # of short measurements, after a warm-up
    stage_rounds: int  # of whole stages
    dilations: tuple[int, ...]  # at which all contenders train
    steps: int  # batches in a training round, from the 5,000 packaged digits
    together: int  # networks that a GPU trains as one program
    matmul_side: int  # of the square matrices with which the peak of the machine is measured
    explained: int  # images per round for a library that processes batches
    explained_singly: int  # images per round for a library that processes one at a time
    ascent_steps: int  # of a class model
    accuracy_seeds: int  # networks trained for each accuracy
    grid: Mapping[str, list[int]]  # of the timed pipeline, instead of the default grid
    starts: int  # initial dilations from which the timed pipeline learns
    growth: Mapping[str, list[int]]  # sizes of each growing parameter, in ascending order
    dvc_dilations: tuple[int, ...]  # largest dilations of grids with four arms per dilation, whose stages do nothing


FULL = Sizes(
    rounds=5, stage_rounds=3, dilations=(1, 2, 4, 7), steps=30, together=64, matmul_side=2048, explained=96, explained_singly=4, ascent_steps=100,
    accuracy_seeds=2, grid={"dilations": [1, 4], "kernel_sizes": [3]}, starts=1,
    growth={"images": [20, 80, 160, 320, 640], "replicates": [2, 4, 8, 12], "dilations": [2, 4, 6]}, dvc_dilations=(7,),
)  # fmt: skip
TINY = Sizes(
    rounds=1, stage_rounds=1, dilations=(1, 2), steps=2, together=2, matmul_side=128, explained=10, explained_singly=1, ascent_steps=3,
    accuracy_seeds=1, grid={"dilations": [1], "kernel_sizes": [3]}, starts=1,
    growth={"images": [20, 40, 80], "replicates": [2, 3, 4], "dilations": [2, 3, 4]}, dvc_dilations=(1,),
)  # fmt: skip
WHOLE_GRID = replace(FULL, grid={}, starts=sys.maxsize)
