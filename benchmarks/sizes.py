"""How much is measured: enough for steady medians within 15 minutes on two cores, or next to nothing."""

from dataclasses import dataclass
from typing import Any

CORES = 2  # at most, for everything that is measured, so that machines and contenders compare
CHANNELS, DENSE, BATCH = (32, 32), 64, 128  # of the network that is trained side by side
RATE = 0.001  # Adam's, the same for everybody
EPOCH_IMAGES = 60_000  # for which training times are told
SAMPLES = 25  # copies of an image, for SmoothGrad and integrated gradients
NOISE_SHARE = 0.15  # SD of SmoothGrad's noise, of the range of the image


@dataclass(frozen=True)
class Sizes:
    """How often and how long everything is measured."""

    rounds: int = 5  # of everything short, after one that does not count
    stage_rounds: int = 3  # of a whole stage
    dilations: tuple[int, ...] = (1, 2, 4, 7)
    steps: int = 30  # batches of a training round, of the 5,000 digits that need no network
    matmul_side: int = 2048  # of the square matrices that tell the machine's peak
    explained: int = 96  # images that a batched method explains in a round
    explained_singly: int = 4  # images for a peer that takes one at a time
    ascent_steps: int = 100  # of a class model
    accuracy_seeds: int = 2  # networks trained to each accuracy
    arms: tuple[tuple[str, list[Any]], ...] = (
        ("dilations", [1, 4]),
        ("kernel_sizes", [3]),
    )  # of the timed pipeline: what differs from the default grid
    starts: int = 1  # initial dilations from which the timed pipeline learns
    growth: tuple[tuple[str, tuple[int, ...]], ...] = (("dilations", (1, 2, 4, 6)), ("replicates", (2, 4, 6, 8)), ("images", (80, 160, 320, 640)))
    dvc_dilations: tuple[int, ...] = (1, 4, 7)  # of grids with four arms a dilation, whose stages do nothing: 4, 16 and 28 arms


FULL = Sizes()
TINY = Sizes(
    rounds=1, stage_rounds=1, dilations=(1, 2), steps=2, matmul_side=128, explained=10, explained_singly=1, ascent_steps=3,
    accuracy_seeds=1, arms=(("dilations", [1, 2]), ("kernel_sizes", [3]), ("poolings", ["max"])),
    growth=(("dilations", (1, 2, 3)), ("replicates", (2, 3, 4)), ("images", (20, 40, 80))), dvc_dilations=(1,),
)  # fmt: skip
