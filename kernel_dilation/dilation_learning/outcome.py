"""What a method of learning the dilation leaves behind, and its rows in the tables."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

Row = dict[str, object]


@dataclass(frozen=True)
class LearningOutcome:
    """What a method made of one start: the weight of each candidate after each epoch says it all."""

    candidates: tuple[int, ...]
    weights: np.ndarray  # (epochs, candidates) float64, each row sums to 1

    @property
    def chosen_dilation(self) -> int:
        """The candidate with the largest weight in the end; of several, the smallest."""
        return self.candidates[int(self.weights[-1].argmax())]

    @property
    def dilations(self) -> np.ndarray:
        """Mean dilation after each epoch, (epochs,), in pixels."""
        return self.weights @ np.array(self.candidates, float)

    @property
    def entropies(self) -> np.ndarray:
        """Entropy of the weights after each epoch, (epochs,), in nats: 0 is a clear choice, ln 2 an even blend of two."""
        return np.abs((self.weights * np.log(np.maximum(self.weights, 1e-300))).sum(axis=1))


def choice_row(learned: LearningOutcome) -> Row:
    """The chosen dilation, the mean dilation in pixels and the entropy in nats at the end."""
    return {
        "chosen_dilation": learned.chosen_dilation,
        "dilation": float(learned.dilations[-1]),
        "entropy": float(learned.entropies[-1]),
    }


def weight_row(learned: LearningOutcome, epoch: int = -1) -> Row:
    """The weight of each candidate as `weight_1` …, after an epoch counted from 0."""
    return {f"weight_{candidate}": float(weight) for candidate, weight in zip(learned.candidates, learned.weights[epoch])}


def trajectory_rows(run: Mapping[str, object], learned: LearningOutcome) -> list[Row]:
    """One row an epoch, from 1: what names the run, the mean dilation in pixels, the entropy in nats, all weights."""
    paths = enumerate(zip(learned.dilations, learned.entropies))
    return [
        {**run, "epoch": epoch + 1, "dilation": float(dilation), "entropy": float(entropy), **weight_row(learned, epoch)}
        for epoch, (dilation, entropy) in paths
    ]
