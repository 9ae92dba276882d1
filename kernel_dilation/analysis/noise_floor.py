"""Similarity of saliency maps relative to the noise floor, and the gridding of a dilation relative to other dilations.

Maps of two dilations differ, but so do maps of two replicates of one dilation: the similarity of the
latter is the noise floor, with which the former is compared.
"""

from collections.abc import Iterator, Mapping

from kernel_dilation.analysis.comparison_families import Question, Rows, mean_with_interval
from kernel_dilation.experiment.parameters import Analyze
from kernel_dilation.map_metrics.agreement import network_values
from kernel_dilation.map_metrics.autocorrelation import gridding
from kernel_dilation.map_metrics.similarity import (
    normalised_ranks,
    rank_correlation,
    structural_similarity,
    structure_moments,
    top_overlap,
    top_pixels,
)

import numpy as np

TOP_SHARE = 0.1  # of the pixels, for the overlap of the largest
SIDES = ("replicates", "dilations")  # what is compared: networks of one dilation, or of two
FLOOR_COLUMNS = ("index", "comparison", "first", "second", "mean", "lower", "upper")
Similarities = dict[tuple[str, int, int], np.ndarray]  # (replicates,), by index and the two dilations


def pairwise_similarities(maps: Mapping[int, np.ndarray]) -> Iterator[tuple[str, int, int, np.ndarray]]:
    """Yield index, first dilation, second dilation and the mean similarity of each replicate, (replicates,) float64.

    Replicate r of the first dilation is compared with replicate r + 1 of the second (the last with
    the first), both between dilations and within one. Hence comparisons between dilations differ from
    those within one by the dilation alone, and no comparison shares a seed. Absolute values are compared.

    Args:
        maps: by dilation, (replicates, images, 28, 28), with at least two replicates; one replicate has no noise floor.
    """
    prepared = {dilation: prepare_maps(np.abs(stack)) for dilation, stack in maps.items()}
    for first in maps:
        for second in maps:
            if first <= second:
                for index, values in compare_replicates(prepared[first], prepared[second]).items():
                    yield index, first, second, values


def prepare_maps(stack: np.ndarray) -> dict[str, tuple[np.ndarray, ...]]:
    """Compute what each index needs of a stack of maps, (replicates, images, 28, 28), once for all its comparisons."""
    return {"spearman": (normalised_ranks(stack),), "ssim": structure_moments(stack), "top_k": (top_pixels(stack, TOP_SHARE),)}


def compare_replicates(first: dict[str, tuple[np.ndarray, ...]], second: dict[str, tuple[np.ndarray, ...]]) -> dict[str, np.ndarray]:
    """Return the mean similarity, over images, of each replicate to the next replicate of the other stack, (replicates,), by index."""
    following = {index: tuple(np.roll(array, -1, 0) for array in arrays) for index, arrays in second.items()}
    return {
        "spearman": rank_correlation(*first["spearman"], *following["spearman"]).mean(1),
        "ssim": structural_similarity(first["ssim"], following["ssim"]).mean(1),
        "top_k": top_overlap(*first["top_k"], *following["top_k"]).mean(1),
    }


def gridding_at_lag(correlations: Mapping[int, np.ndarray], dilation: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the gridding at the lag of a dilation in the maps of that dilation, and its mean over the other ones, (replicates,) each.

    Args:
        correlations: by dilation, (replicates, lags), from `autocorrelations`.
    """
    others = [gridding(stack, dilation) for other, stack in correlations.items() if other != dilation]
    return gridding(correlations[dilation], dilation), np.mean(others, 0)


def floor_rows(similarities: Similarities, options: Analyze) -> Rows:
    """Return one row for each index and pair of dilations: the mean similarity with its interval, and which side it belongs to.

    Within one dilation neighbouring pairs share a network, which the interval takes into account.
    """
    return [
        {
            "index": index, "comparison": SIDES[first != second], "first": first, "second": second,
            **mean_with_interval(network_values(values) if first == second else values, options),
        }
        for (index, first, second), values in similarities.items()
    ]  # fmt: skip


def floor_tables(family: str, method: str, similarities: Similarities) -> dict[Question, tuple[np.ndarray, tuple[str, str]]]:
    """Return the question of each index, whether two dilations are less similar than two replicates of one, with its table.

    The table (replicates, 2) has the mean over pairs of replicates and that over pairs of dilations. What a network adds
    to every pair that it is in cancels in the mean difference, so that the test over pairs, of which neighbours share a
    network, does not find differences too often. An index without either side has no question.
    """
    tables = {}
    for index in dict.fromkeys(index for index, _, _ in similarities):
        sides = [
            [values for (name, first, second), values in similarities.items() if name == index and (first != second) == differ]
            for differ in (False, True)
        ]
        if all(sides):
            tables[Question(family, "comparison", method, index)] = np.stack([np.mean(side, 0) for side in sides], 1), SIDES
    return tables
