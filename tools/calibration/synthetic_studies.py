"""Synthetic studies with known true effects: tables of accuracies with block effects and several kinds of noise."""

from collections.abc import Sequence

from kernel_dilation.statistics.block_tables import Floats

import numpy as np

BASE = 97.5  # accuracy of the first treatment, in percentage points
NOISE = 0.5  # standard deviation of one network, in points; also that of an accuracy of 97.5 % on 1,000 images
BLOCK = 0.3  # standard deviation of the effect shared by the networks of a block, in points
IMAGES = 1000  # number of images on which a discrete accuracy is measured
NOISES = ("normal", "heavy", "unequal", "discrete")


def synthetic_tables(noise: str, studies: int, blocks: int, effects: Sequence[float], seed: int) -> Floats:
    """Draw accuracies in percent, (studies, blocks, treatments), whose means are 97.5 plus the effects.

    Noise is `normal`, `heavy` (Student's t with 3 degrees of freedom), `unequal` (normal, with twice
    the standard deviation at the last treatment as at the first) or `discrete` (the share of 1,000
    images, hence with ties). Its standard deviation at the first treatment is half a point.

    Raises:
        ValueError: `noise` is none of these.
    """
    generator = np.random.default_rng([seed, blocks, len(effects)])
    shape = (studies, blocks, len(effects))
    centre = BASE + np.asarray(effects) + BLOCK * generator.uniform(-np.sqrt(3), np.sqrt(3), (studies, blocks, 1))
    if noise == "normal":
        return centre + NOISE * generator.standard_normal(shape)
    if noise == "heavy":
        return centre + NOISE / np.sqrt(3) * generator.standard_t(3, shape)
    if noise == "unequal":
        return centre + NOISE * np.linspace(1, 2, len(effects)) * generator.standard_normal(shape)
    if noise == "discrete":
        return 100 * generator.binomial(IMAGES, centre / 100) / IMAGES
    raise ValueError(f"the noise must be one of {', '.join(NOISES)}; got {noise!r}")
