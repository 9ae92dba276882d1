"""Figures of the third question: whether dilation affects accuracy."""

from kernel_dilation.experiment.arms import Arm
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
from kernel_dilation.report.figure_specs import FigureSpec
from kernel_dilation.report.report_data import ReportData

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

ARM = ["dilation", "kernel_size", "pooling"]
FILLED = "Filled: p ≤ {alpha}, corrected. Band: the margin of {margin_points} percentage points, within which differences are negligible."


def draw_accuracy(report_data: ReportData) -> Figure:
    """Draw the accuracy of all networks, with the means of the dilations and of the arms."""
    means = rows_where(report_data.table("levels"), family="accuracy", factor="dilation")
    return accuracy_by_dilation_figure(report_data.table("accuracy"), means, report_data.table("arms"))


def draw_differences(report_data: ReportData) -> Figure:
    """Draw the pairwise differences of accuracy between the levels of each factor."""
    scope = report_data.scope
    return accuracy_differences_figure(rows_where(report_data.table("pairs"), family="accuracy"), scope.margin_points, scope.alpha)


def draw_fields(report_data: ReportData) -> Figure:
    """Draw the effective receptive field of each arm in a frame around the theoretical one."""
    fields = report_data.table("fields")
    theoretical = {Arm(*row[:3]): int(row[3]) for row in fields[[*ARM, "theoretical"]].itertuples(index=False)} if len(fields) else {}
    return effective_fields_figure(report_data.fields, theoretical)


def draw_confusion(report_data: ReportData) -> Figure:
    """Draw a confusion matrix for each dilation."""
    shares = confusion_shares(report_data.table("confusion"))
    return confusion_by_dilation_figure(shares, report_data.scope.dilations if len(shares) else ())


def confusion_shares(confusion: pd.DataFrame) -> np.ndarray:
    """Return percentages, (dilations, 10, 10), averaged over kernel sizes and poolings, from the smallest dilation."""
    if confusion.empty:
        return np.zeros((0, 10, 10))
    means = confusion.pivot_table(index=["dilation", "actual"], columns="predicted", values="percent")
    return means.to_numpy(np.float64).reshape(-1, 10, 10)


ACCURACY_FIGURES = (
    FigureSpec(
        "accuracy_by_dilation",
        "Accuracy by dilation",
        draw_accuracy,
        "Left: a grey line for each replicate, averaged over kernel sizes and poolings; dashed: mean accuracy on the validation {images}, another "
        "sample. Other panels: a point for each network. Bars include the scatter between {images} that all dilations share, so that they overlap "
        "more than the differences between dilations allow; the next figure has these.",
        "Test accuracy in percent over dilations {dilations}, for all arms together and then in a panel for each pooling.",
        interval="Bars",
        over="replicates and images",
        files=("data/analysis/accuracy.csv", "data/analysis/arms.csv", "data/analysis/levels.csv"),
    ),
    FigureSpec(
        "accuracy_differences",
        "Pairwise differences in accuracy",
        draw_differences,
        FILLED,
        "A row for each pair of dilations, poolings and kernel sizes, with the difference in test accuracy and its interval.",
        interval="Lines",
        over="replicates and images",
        files=("data/analysis/pairs.csv",),
    ),
    FigureSpec(
        "critical_difference",
        "Ranks of the dilations",
        lambda report_data: critical_difference_figure(report_data.table("ranks"), report_data.table("ranks_p"), report_data.scope.alpha),
        "Mean rank over replicates (1: most accurate). A bar joins dilations that Nemenyi's test does not distinguish.",
        "A critical-difference diagram of the dilations.",
        files=("data/analysis/ranks.csv", "data/analysis/ranks_p.csv"),
    ),
    FigureSpec(
        "sparse_against_dense",
        "Sparse versus dense kernels of equal extent",
        lambda report_data: sparse_against_dense_figure(report_data.table("contrasts"), report_data.scope.margin_points, report_data.scope.alpha),
        f"The two kernels of a pair span the same pixels, the sparse one with fewer taps; k3 d2 is kernel size 3 at dilation 2. {FILLED}",
        "A row for each pair of arms of equal extent, with the difference in test accuracy and its interval.",
        interval="Lines",
        over="replicates and images",
        files=("data/analysis/contrasts.csv",),
    ),
    FigureSpec(
        "receptive_fields",
        "Effective receptive fields",
        draw_fields,
        "Root-mean-square gradient of the central unit of the last pooling layer with respect to each pixel, divided by its largest value "
        "(red: 1, white: 0). Blue frame: the pixels that the unit can depend on, omitted where these are the whole image.",
        "An image for each kernel size and pooling in rows and each dilation in columns, red where the output depends on the pixel.",
        data="{data_set}, {explained}",
        networks="mean over replicates",
        files=("data/analysis/fields.csv", "data/saliency/*/maps.npz"),
    ),
    FigureSpec(
        "fields_and_accuracy",
        "Receptive field and accuracy",
        lambda report_data: fields_and_accuracy_figure(report_data.table("fields")),
        "Left: radius that holds half of the squared gradient of a unit of the last features. Dashed and pale: the same networks at initialisation. "
        "Right: accuracy against this radius. A point is an arm.",
        "A line of the radius by dilation for each kernel size and pooling, and a scatter plot of accuracy against it.",
        interval="Bars",
        files=("data/analysis/fields.csv",),
    ),
    FigureSpec(
        "confusion_by_dilation",
        "Confusion by dilation",
        draw_confusion,
        "Percentage of the {images} of a class (row) that were assigned to a class (column); the diagonal is not coloured.",
        "A confusion matrix for each of the dilations {dilations}.",
        files=("data/analysis/confusion.csv",),
    ),
    FigureSpec(
        "most_wrong",
        "Most frequently misclassified {images}",
        lambda report_data: most_wrong_figure(report_data.digits.wrong, report_data.table("wrong").head(MOST)),
        "True class → most frequent wrong answer, and the share of all networks that misclassify the {image}.",
        "The test {images} that most networks misclassify, each with its class, the most frequent wrong answer and the share of networks.",
        files=("data/analysis/wrong.csv", "data/digits.npz"),
    ),
)
