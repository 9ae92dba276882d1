"""The outcome of one run of a method that learns the dilation, and its rows in the tables."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

Row = dict[str, object]


@dataclass(frozen=True)
class LearningOutcome:
    """The course of one run, given completely by the weight of each candidate after each epoch."""

    candidates: tuple[int, ...]
    weights: np.ndarray  # (epochs, candidates) float64, each row sums to 1
    losses: tuple[float, ...] | None = None  # validation loss of each candidate alone, in nats, if the method compares all of them
    trainings: float | None = None  # cost of the run in trainings of one network

    @property
    def chosen_dilation(self) -> int:
        """Candidate with the largest final weight; the smallest if several tie."""
        return self.candidates[int(self.weights[-1].argmax())]

    @property
    def dilations(self) -> np.ndarray:
        """Mean dilation after each epoch, (epochs,), in pixels."""
        return self.weights @ np.array(self.candidates, float)

    @property
    def entropies(self) -> np.ndarray:
        """Entropy of the weights after each epoch, (epochs,), in nats: 0 for a clear choice, ln 2 for an even blend of two."""
        return np.abs((self.weights * np.log(np.maximum(self.weights, 1e-300))).sum(axis=1))


def choice_row(outcome: LearningOutcome) -> Row:
    """Return the choice, the final mean dilation in pixels and entropy in nats, the cost, and the losses, if any, as `loss_1`, …, in nats."""
    losses = zip(outcome.candidates, outcome.losses or ())
    return {
        "chosen_dilation": outcome.chosen_dilation,
        "dilation": float(outcome.dilations[-1]),
        "entropy": float(outcome.entropies[-1]),
        "trainings": outcome.trainings,
        **{f"loss_{candidate}": loss for candidate, loss in losses},
    }


def weight_row(outcome: LearningOutcome, epoch: int = -1) -> Row:
    """Return the weight of each candidate as `weight_1`, … after an epoch, counted from 0; after the last by default."""
    return {f"weight_{candidate}": float(weight) for candidate, weight in zip(outcome.candidates, outcome.weights[epoch])}


def trajectory_rows(run: Mapping[str, object], outcome: LearningOutcome) -> list[Row]:
    """Return one row per epoch, counted from 1: the columns of the run, mean dilation in pixels, entropy in nats, weights."""
    trajectory = enumerate(zip(outcome.dilations, outcome.entropies))
    return [
        {**run, "epoch": epoch + 1, "dilation": float(dilation), "entropy": float(entropy), **weight_row(outcome, epoch)}
        for epoch, (dilation, entropy) in trajectory
    ]
