"""What the report draws from: every table, and of the arrays no more than is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.report.captions import Scope

import numpy as np
import pandas as pd

NamedTables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class LearningTables:
    """Tables of each method that learns a dilation, by its name; empty where a method left none."""

    choices: NamedTables = field(default_factory=dict)
    trajectories: NamedTables = field(default_factory=dict)
    planted: NamedTables = field(default_factory=dict)
    sweeps: NamedTables = field(default_factory=dict)
    images: int = 0  # training digits that a run learns from


@dataclass(frozen=True)
class ExampleDigits:
    """Digits to look at, in [0, 1]."""

    counts: Mapping[str, list[int]]  # of each class, by split
    first: np.ndarray  # (10, n, 28, 28) of the training digits
    means: np.ndarray  # (10, 28, 28)
    wrong: np.ndarray  # (n, 28, 28), in the order of the table `wrong`


@dataclass(frozen=True)
class ExampleExplanations:
    """What the first replicate of each dilation says, at one kernel size and pooling; axes begin with the dilation."""

    digits: np.ndarray  # (n, 28, 28) in [0, 1]
    classes: np.ndarray  # (n,), of the digits
    maps: Mapping[str, np.ndarray]  # by method, (dilations, n, 28, 28), signed
    class_models: np.ndarray  # (dilations, 10, 28, 28)
    spectra: Mapping[str, np.ndarray]  # by method, (dilations, 28, 28), mean over replicates
    inside: Mapping[int, Mapping[str, np.ndarray]]  # by dilation, arrays of `activations.network_activations`


@dataclass(frozen=True)
class ReportData:
    """Everything that the report draws from."""

    scope: Scope
    answers: Mapping[str, Any]
    tables: NamedTables  # by name, as data/analysis has them, with `cascade` and `chance`
    digits: ExampleDigits
    explained: ExampleExplanations
    kernels: Mapping[Arm, np.ndarray]  # (size, size, channels), of the first replicate
    fields: Mapping[Arm, np.ndarray]  # (28, 28), mean over replicates
    learned: LearningTables

    def table(self, name: str) -> pd.DataFrame:
        """The table of that name; an empty one if there is none."""
        return self.tables.get(name, pd.DataFrame())
