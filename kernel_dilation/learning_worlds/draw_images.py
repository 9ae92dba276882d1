"""Draw the training and validation images of one world for one run, or for one round of a run."""

from kernel_dilation.experiment.dataset_names import DigitArrays
from kernel_dilation.experiment.parameters import Learn
from kernel_dilation.experiment.world_names import World
from kernel_dilation.learning_worlds.planted_textures import generate_textures
from kernel_dilation.learning_worlds.spread_digits import spread_digits
from kernel_dilation.training.digit_splits import resplit_digits

import numpy as np

TRAINING_PER_VALIDATION = 3  # number of training textures for each validation texture
LEARNING_ARRAYS = ("x_train", "y_train", "x_validation", "y_validation")
SEEDS_PER_RUN = 1_000  # seeds that are reserved for the rounds of a run


def round_seed(learn: Learn, run: int, round_number: int = 0) -> int:
    """Return the seed of a round of a run, from which its images, initial weights and batches are drawn.

    A method that trains once uses the images and the seed of the run's first round, number 0.
    """
    return learn.seed + SEEDS_PER_RUN * run + round_number


def draw_images(world: World, digits: DigitArrays, learn: Learn, run: int, round_number: int = 0) -> dict[str, np.ndarray]:
    """Draw the images of a round, with a new split of the digits or new textures.

    Runs on textures differ in the filters of the classes, too. The rounds of a run share them.

    Args:
        digits: `x_train`, `y_train`, `x_validation` and `y_validation`, images (n, 28, 28) uint8.

    Returns:
        `x_train` and `x_validation`, (n, 28, 28): uint8 digits, or float32 textures of mean 0 and variance 1; `y_train` and
        `y_validation`, (n,) uint8.
    """
    seed = round_seed(learn, run, round_number)
    if world.kind == "textures":
        assert world.planted_dilation is not None
        return generate_textures(world.planted_dilation, run, learn.planted_images, learn.planted_images // TRAINING_PER_VALIDATION, seed)
    split = resplit_digits({name: digits[name] for name in LEARNING_ARRAYS}, learn.images, seed)
    factor = world.planted_dilation or 1
    return {name: spread_digits(values, factor) if name.startswith("x") else values for name, values in split.items()}


def scale_images(images: DigitArrays) -> dict[str, np.ndarray]:
    """Return the same images as float32, with digits scaled to [0, 1]; textures are left as they are."""
    return {name: values.astype(np.float32) / 255 if name.startswith("x") and values.dtype == np.uint8 else values for name, values in images.items()}
