"""Pictures of the third question, what dilation does to accuracy."""

import numpy as np
import pandas as pd

from stages.parts.experiment.grid import Arm
from stages.parts.experiment.settings import Analyze
from stages.parts.figures.accuracy import accuracy_by_dilation, accuracy_differences, critical_difference, sparse_against_dense
from stages.parts.figures.confusion import confusion_by_dilation
from stages.parts.figures.fields import effective_fields, fields_and_accuracy
from stages.parts.figures.rows import rows_where
from stages.parts.figures.wrong import MOST, most_wrong
from stages.parts.page.captions import caption
from stages.parts.page.material import Material
from stages.parts.page.pictures import Picture, picture
from stages.parts.page.wording import listed
from stages.parts.statistics.effects import mean_intervals

ARM = ["dilation", "kernel_size", "pooling"]


def accuracy_pictures(material: Material, options: Analyze) -> list[Picture]:
    """Accuracy by dilation, kernel size and pooling, receptive fields, and what goes wrong."""
    return [*comparison_pictures(material, options), *field_pictures(material), *error_pictures(material)]


def comparison_pictures(material: Material, options: Analyze) -> list[Picture]:
    """Accuracies and their differences."""
    scope, digits, tables, alpha, margin = material.scope, material.scope.of("test"), material.table, options.alpha, options.margin_points
    means = rows_where(tables("levels"), family="accuracy", factor="dilation")
    arms = arm_intervals(tables("accuracy"), options)
    filled = f"Filled: p at most {alpha:g} after Holm; the band is the margin of {margin:g} percentage points within which differences do not matter."
    return [
        picture(
            "accuracy_by_dilation",
            "Accuracy by dilation",
            lambda: accuracy_by_dilation(tables("accuracy"), means, arms),
            caption(
                "Left: a grey line for each replicate, averaged over kernel sizes and poolings. Right: a point for each network.",
                scope,
                digits,
                interval="Bars",
            ),
            f"Test accuracy in percent over dilations {listed(scope.dilations)}: all arms together, then a panel for each pooling.",
        ),
        picture(
            "accuracy_differences",
            "Differences in pairs",
            lambda: accuracy_differences(rows_where(tables("pairs"), family="accuracy"), margin, alpha),
            caption(filled, scope, digits, interval="Lines"),
            "A row for each pair of dilations, poolings and kernel sizes, with the difference of test accuracy and its interval.",
        ),
        picture(
            "critical_difference",
            "Ranks of the dilations",
            lambda: critical_difference(tables("ranks"), tables("ranks_p"), alpha),
            caption("Mean rank over replicates, 1 is the most accurate; a bar joins dilations that Nemenyi's test cannot tell apart.", scope, digits),
            "A critical-difference diagram of the dilations.",
        ),
        picture(
            "sparse_against_dense",
            "Sparse against dense at equal extent",
            lambda: sparse_against_dense(tables("contrasts"), margin, alpha),
            caption(
                f"Two kernels span the same pixels, the sparse one with fewer taps; k3 d2 is kernel size 3 at dilation 2. {filled}",
                scope,
                digits,
                interval="Lines",
            ),
            "A row for each pair of arms of equal extent, with the difference of test accuracy and its interval.",
        ),
    ]


def arm_intervals(accuracy: pd.DataFrame, options: Analyze) -> pd.DataFrame:
    """Mean accuracy of every arm with its interval, in percent; the interval is the mean itself for a single replicate."""
    rows = []
    for arm, networks in accuracy.groupby(ARM, sort=False) if len(accuracy) else ():
        values = networks["accuracy"].to_numpy(np.float64)[:, None]
        mean = values.mean(0)
        lower, upper = (mean, mean) if len(values) < 2 else mean_intervals(values, options.alpha, options.resamples, options.seed)
        rows.append([*arm, mean[0], lower[0], upper[0]])
    return pd.DataFrame(rows, columns=[*ARM, "mean", "lower", "upper"])


def field_pictures(material: Material) -> list[Picture]:
    """Receptive fields, theoretical and effective."""
    scope, fields = material.scope, material.table("fields")
    digits, explained = scope.of("test"), scope.of("test", scope.explained)
    theoretical = {Arm(*row[:3]): int(row[3]) for row in fields[[*ARM, "theoretical"]].itertuples(index=False)} if len(fields) else {}
    return [
        picture(
            "receptive_fields",
            "Effective receptive fields",
            lambda: effective_fields(material.fields, theoretical),
            caption(
                "Root mean square gradient of the middle unit of the last pooled maps with respect to each pixel, divided by its largest value: "
                "red 1, white 0. Blue frame: the pixels that the unit can see at all, left out where that is the whole image.",
                scope,
                explained,
                networks="mean over replicates",
            ),
            "An image for each kernel size and pooling in rows and each dilation in columns: red where the network looks.",
        ),
        picture(
            "fields_and_accuracy",
            "Receptive field and accuracy",
            lambda: fields_and_accuracy(fields),
            caption(
                "Left: effective beside theoretical field. Right: accuracy beside the effective field. A point is an arm.",
                scope,
                digits,
                interval="Bars",
            ),
            "Two scatter plots of all arms: effective over theoretical receptive field, accuracy over effective receptive field.",
        ),
    ]


def error_pictures(material: Material) -> list[Picture]:
    """What goes wrong."""
    scope, digits, shares = material.scope, material.scope.of("test"), confusion_shares(material.table("confusion"))
    return [
        picture(
            "confusion_by_dilation",
            "Confusion by dilation",
            lambda: confusion_by_dilation(shares, scope.dilations if len(shares) else ()),
            caption("Percent of the digits of a class (row) that were given an answer (column); the diagonal is not coloured.", scope, digits),
            f"A matrix of classes and answers for each of the dilations {listed(scope.dilations)}.",
        ),
        picture(
            "most_wrong",
            "The most wrong digits",
            lambda: most_wrong(material.digits.wrong, material.table("wrong").head(MOST)),
            caption("Class → commonest wrong answer, and the share of all networks that get the digit wrong.", scope, digits),
            "The test digits that most networks get wrong, each with its class, the commonest wrong answer and the share of networks.",
        ),
    ]


def confusion_shares(confusion: pd.DataFrame) -> np.ndarray:
    """Percent, (dilations, 10, 10), mean over kernel sizes and poolings, dilations from the smallest."""
    if confusion.empty:
        return np.zeros((0, 10, 10))
    means = confusion.pivot_table(index=["dilation", "actual"], columns="predicted", values="percent")
    return means.to_numpy(np.float64).reshape(-1, 10, 10)
