"""Pictures of the third question, what dilation does to accuracy."""

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.parameters import Analyze
from kernel_dilation.figures.accuracy import (
    accuracy_by_dilation_figure,
    accuracy_differences_figure,
    critical_difference_figure,
    sparse_against_dense_figure,
)
from kernel_dilation.figures.confusion_matrices import confusion_by_dilation_figure
from kernel_dilation.figures.misclassified import MOST, most_wrong_figure
from kernel_dilation.figures.receptive_fields import effective_fields_figure, fields_and_accuracy_figure
from kernel_dilation.presentation.table_rows import rows_where
from kernel_dilation.presentation.text_formatting import join_with_and
from kernel_dilation.report.captions import caption
from kernel_dilation.report.pictures import Picture, render_picture
from kernel_dilation.report.report_data import ReportData

import numpy as np
import pandas as pd

ARM = ["dilation", "kernel_size", "pooling"]


def accuracy_pictures(report_data: ReportData, options: Analyze) -> list[Picture]:
    """Accuracy by dilation, kernel size and pooling, receptive fields, and what goes wrong."""
    return [*comparison_pictures(report_data, options), *receptive_field_pictures(report_data), *error_pictures(report_data)]


def comparison_pictures(report_data: ReportData, options: Analyze) -> list[Picture]:
    """Accuracies and their differences."""
    scope, digits, tables, alpha, margin = report_data.scope, report_data.scope.of("test"), report_data.table, options.alpha, options.margin_points
    means = rows_where(tables("levels"), family="accuracy", factor="dilation")
    filled = f"Filled: p at most {alpha:g} after Holm; the band is the margin of {margin:g} percentage points within which differences do not matter."
    return [
        render_picture(
            "accuracy_by_dilation",
            "Accuracy by dilation",
            lambda: accuracy_by_dilation_figure(tables("accuracy"), means, tables("arms")),
            caption(
                "Left: a grey line for each replicate, averaged over kernel sizes and poolings. Right: a point for each network.",
                scope,
                digits,
                interval="Bars",
            ),
            f"Test accuracy in percent over dilations {join_with_and(scope.dilations)}: all arms together, then a panel for each pooling.",
        ),
        render_picture(
            "accuracy_differences",
            "Differences in pairs",
            lambda: accuracy_differences_figure(rows_where(tables("pairs"), family="accuracy"), margin, alpha),
            caption(filled, scope, digits, interval="Lines"),
            "A row for each pair of dilations, poolings and kernel sizes, with the difference of test accuracy and its interval.",
        ),
        render_picture(
            "critical_difference",
            "Ranks of the dilations",
            lambda: critical_difference_figure(tables("ranks"), tables("ranks_p"), alpha),
            caption("Mean rank over replicates, 1 is the most accurate; a bar joins dilations that Nemenyi's test cannot tell apart.", scope, digits),
            "A critical-difference diagram of the dilations.",
        ),
        render_picture(
            "sparse_against_dense",
            "Sparse against dense at equal extent",
            lambda: sparse_against_dense_figure(tables("contrasts"), margin, alpha),
            caption(
                f"Two kernels span the same pixels, the sparse one with fewer taps; k3 d2 is kernel size 3 at dilation 2. {filled}",
                scope,
                digits,
                interval="Lines",
            ),
            "A row for each pair of arms of equal extent, with the difference of test accuracy and its interval.",
        ),
    ]


def receptive_field_pictures(report_data: ReportData) -> list[Picture]:
    """Receptive fields, theoretical and effective."""
    scope, fields = report_data.scope, report_data.table("fields")
    digits, explained = scope.of("test"), scope.of("test", scope.explained)
    theoretical = {Arm(*row[:3]): int(row[3]) for row in fields[[*ARM, "theoretical"]].itertuples(index=False)} if len(fields) else {}
    return [
        render_picture(
            "receptive_fields",
            "Effective receptive fields",
            lambda: effective_fields_figure(report_data.fields, theoretical),
            caption(
                "Root mean square gradient of the middle unit of the last pooled maps with respect to each pixel, divided by its largest value: "
                "red 1, white 0. Blue frame: the pixels that the unit can see at all, left out where that is the whole image.",
                scope,
                explained,
                networks="mean over replicates",
            ),
            "An image for each kernel size and pooling in rows and each dilation in columns: red where the network looks.",
        ),
        render_picture(
            "fields_and_accuracy",
            "Receptive field and accuracy",
            lambda: fields_and_accuracy_figure(fields),
            caption(
                "Left: effective beside theoretical field. Right: accuracy beside the effective field. A point is an arm.",
                scope,
                digits,
                interval="Bars",
            ),
            "Two scatter plots of all arms: effective over theoretical receptive field, accuracy over effective receptive field.",
        ),
    ]


def error_pictures(report_data: ReportData) -> list[Picture]:
    """What goes wrong."""
    scope, digits, shares = report_data.scope, report_data.scope.of("test"), confusion_shares(report_data.table("confusion"))
    return [
        render_picture(
            "confusion_by_dilation",
            "Confusion by dilation",
            lambda: confusion_by_dilation_figure(shares, scope.dilations if len(shares) else ()),
            caption("Percent of the digits of a class (row) that were given an answer (column); the diagonal is not coloured.", scope, digits),
            f"A matrix of classes and answers for each of the dilations {join_with_and(scope.dilations)}.",
        ),
        render_picture(
            "most_wrong",
            "The most wrong digits",
            lambda: most_wrong_figure(report_data.digits.wrong, report_data.table("wrong").head(MOST)),
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
