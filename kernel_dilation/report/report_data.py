"""Data from which the report is made: every table, and of the arrays only what is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.report.scope import AnswerValues, Scope

import numpy as np
import pandas as pd

NamedTables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class LearningTables:
    """Tables of each method that learns a dilation in one training, by its name; empty where a method has none."""

    choices: NamedTables = field(default_factory=dict)
    trajectories: NamedTables = field(default_factory=dict)


@dataclass(frozen=True)
class ExampleDigits:
    """Images of the data set for display, in [0, 1]."""

    counts: Mapping[str, list[int]]  # of each class, by split
    first: np.ndarray  # (10, n, 28, 28) of the training images
    means: np.ndarray  # (10, 28, 28)
    wrong: np.ndarray  # (n, 28, 28), in the order of the table `wrong`


@dataclass(frozen=True)
class ExampleExplanations:
    """Explanations by the first replicate of each dilation, at one kernel size and pooling.

    The first axis of the arrays is the dilation.
    """

    digits: np.ndarray  # (n, 28, 28) in [0, 1]
    classes: np.ndarray  # (n,), of the digits
    maps: Mapping[str, np.ndarray]  # by method, (dilations, n, 28, 28), signed
    class_models: np.ndarray  # (dilations, 10, 28, 28)
    spectra: Mapping[str, np.ndarray]  # by method, (dilations, 28, 28), mean over replicates
    activations: Mapping[int, Mapping[str, np.ndarray]]  # by dilation, the arrays of `explanations.activations`


@dataclass(frozen=True)
class ReportData:
    """Everything from which the report is made."""

    scope: Scope
    answers: AnswerValues
    tables: NamedTables  # by name, as in data/analysis, with `arms`, `cascade` and `chance`
    digits: ExampleDigits
    explained: ExampleExplanations
    kernels: Mapping[Arm, np.ndarray]  # (size, size, channels), of the first replicate
    fields: Mapping[Arm, np.ndarray]  # (28, 28), mean over replicates
    learned: LearningTables

    def table(self, name: str) -> pd.DataFrame:
        """Table of that name; an empty one if there is none."""
        return self.tables.get(name, pd.DataFrame())
