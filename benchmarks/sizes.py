"""How much is measured: enough for steady medians within 15 minutes on two cores, or next to nothing."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace

CORES = 2  # at most, for everything that is measured, so that machines and contenders compare
CHANNELS, DENSE, BATCH = (32, 32), 64, 128  # of the network that is trained side by side
RATE = 0.001  # Adam's, the same for everybody
EPOCH_IMAGES = 60_000  # for which training times are told
EXPLAINED_DILATION = 1  # where Keras' layers, which the peers go through, are not slower than they must be
SAMPLES = 25  # copies of an image, for SmoothGrad and integrated gradients
NOISE_SHARE = 0.15  # SD of SmoothGrad's noise, of the range of the image


@dataclass(frozen=True)
class Sizes:
    """How often and how long everything is measured."""

    rounds: int  # of everything short, after one that does not count
    stage_rounds: int  # of whole stages
    dilations: tuple[int, ...]  # at which everybody trains
    steps: int  # batches of a training round, of the 5,000 digits that need no network
    matmul_side: int  # of the square matrices that tell the machine's peak
    explained: int  # images that a batched method explains in a round
    explained_singly: int  # images for a peer that takes one at a time
    ascent_steps: int  # of a class model
    accuracy_seeds: int  # networks trained to each accuracy
    grid: Mapping[str, list[int]]  # of the timed pipeline, in place of the default's
    starts: int  # initial dilations from which the timed pipeline learns
    growth: Mapping[str, list[int]]  # sizes of what grows, each from the smallest
    dvc_dilations: tuple[int, ...]  # of grids with four arms a dilation, whose stages do nothing


FULL = Sizes(
    rounds=5, stage_rounds=3, dilations=(1, 2, 4, 7), steps=30, matmul_side=2048, explained=96, explained_singly=4, ascent_steps=100,
    accuracy_seeds=2, grid={"dilations": [1, 4], "kernel_sizes": [3]}, starts=1,
    growth={"images": [20, 80, 160, 320, 640], "replicates": [2, 4, 8, 12], "dilations": [2, 4, 6]}, dvc_dilations=(7,),
)  # fmt: skip
TINY = Sizes(
    rounds=1, stage_rounds=1, dilations=(1, 2), steps=2, matmul_side=128, explained=10, explained_singly=1, ascent_steps=3,
    accuracy_seeds=1, grid={"dilations": [1], "kernel_sizes": [3]}, starts=1,
    growth={"images": [20, 40, 80], "replicates": [2, 3, 4], "dilations": [2, 3, 4]}, dvc_dilations=(1,),
)  # fmt: skip
WHOLE_GRID = replace(FULL, grid={}, starts=sys.maxsize)
