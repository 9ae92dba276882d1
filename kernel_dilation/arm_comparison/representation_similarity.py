"""Centred kernel alignment (CKA) of the representations of the same digits by different networks.

CKA is the correlation of two matrices of inner products between digits (Kornblith et al. 2019). It does not
change if a layer is rotated or scaled, so that networks whose units have nothing in common can be compared.
The plain estimate grows with the number of features and is near 1 for many features and few digits even if
the representations are unrelated (Murphy et al. 2024). We use the unbiased estimate of Song et al. (2012),
as Nguyen et al. (2021) do.
"""

from collections.abc import Iterator, Mapping
from itertools import groupby

from kernel_dilation.experiment.arms import Arm

import numpy as np
import pandas as pd

COLUMNS = ("state", "layer", "kernel_size", "pooling", "first", "second", "replicate", "cka")
LEAST_DIGITS = 4  # with fewer, the unbiased estimate does not exist

Representations = Mapping[str, Mapping[str, np.ndarray]]  # by state and layer, (replicates, pairs of digits), from `centred_products`


def centred_products(features: np.ndarray) -> np.ndarray:
    """Return the centred inner products of all pairs of digits, scaled to norm 1, (n (n - 1) / 2,) float32.

    The sum of the products of two such vectors is the debiased CKA of the two representations. Centring
    ignores the inner product of a digit with itself, which makes the estimate unbiased: the sum of the
    products of two U-centred matrices (Székely and Rizzo 2014) is n (n - 3) times the estimate of Song et al.
    (2012, equation 5). A representation in which all digits are alike becomes 0.

    Args:
        features: (n, features), at least four digits.

    Raises:
        ValueError: fewer than four digits.
    """
    count = len(features)
    if count < LEAST_DIGITS:
        raise ValueError(f"debiased CKA needs at least {LEAST_DIGITS} digits; got {count}")
    flat = features.reshape(count, -1).astype(np.float64)
    products = flat @ flat.T
    np.fill_diagonal(products, 0.0)
    sums = products.sum(0)
    centred = products - (sums[:, None] + sums) / (count - 2) + sums.sum() / ((count - 1) * (count - 2))
    above = centred[np.triu_indices(count, 1)]
    norm = np.linalg.norm(above)
    vanishing = norm <= 1e-9 * np.linalg.norm(products)
    return (above / (1.0 if vanishing else norm) * (not vanishing)).astype(np.float32)


def cka_rows(representations: Mapping[Arm, Representations]) -> Iterator[dict[str, object]]:
    """Yield the debiased CKA, -1 to 1, of every pair of networks that is compared.

    Replicate r of the first dilation is compared with replicate r + 1 of the second (the last with the
    first), both between dilations and within one, as maps are in `analysis.noise_floor`: no pair shares a
    seed. A single replicate has no pairs.
    """
    ordered = sorted(representations, key=lambda arm: (arm.kernel_size, arm.pooling, arm.dilation))
    for (kernel_size, pooling), group in groupby(ordered, key=lambda arm: (arm.kernel_size, arm.pooling)):
        arms = list(group)
        for first, second in ((first, second) for first in arms for second in arms if first.dilation <= second.dilation):
            for state, layers in representations[first].items():
                for layer, vectors in layers.items():
                    following = np.roll(representations[second][state][layer], -1, 0)
                    alignment = np.einsum("rp,rp->r", vectors, following, dtype=np.float64)
                    for replicate, cka in enumerate(alignment if len(vectors) > 1 else ()):
                        yield dict(zip(COLUMNS, (state, layer, kernel_size, pooling, first.dilation, second.dilation, replicate, float(cka))))


def cka_table(representations: Mapping[Arm, Representations]) -> pd.DataFrame:
    """Return the rows of `cka_rows` as a table, which is empty for a single replicate."""
    return pd.DataFrame(cka_rows(representations), columns=list(COLUMNS))
