"""Figures of the metrics of saliency maps and class models, for the second question."""

from kernel_dilation.experiment.paths import STATES
from kernel_dilation.figures.gridding import gridding_figure
from kernel_dilation.figures.map_similarity import similarity_against_floor_figure
from kernel_dilation.figures.metrics_by_dilation import metrics_by_dilation_figure, verdicts_by_metric_figure
from kernel_dilation.figures.randomisation import randomisation_cascade_figure
from kernel_dilation.presentation.table_rows import rows_where
from kernel_dilation.report.figure_specs import FigureSpec
from kernel_dilation.report.report_data import ReportData

import pandas as pd
from matplotlib.figure import Figure

MAP_FAMILIES = ("saliency", "class_model")
UNITS = {"entropy": "bits", "spread": "pixels"}
ON_A_SUBSET = "Deletion, insertion, sensitivities and randomisation are measured on {probed} images per network; each replicate takes the next ones."


def rows_on_dilation(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows on the factor dilation of maps and class models."""
    rows = rows_where(table, factor="dilation")
    return rows[rows["family"].isin(MAP_FAMILIES)] if len(rows) else rows


def draw_metrics(report_data: ReportData) -> Figure:
    """Draw every metric by dilation, with its chance level where it has one."""
    levels = pd.concat([rows_on_dilation(report_data.table("levels")), report_data.table("chance")])
    return metrics_by_dilation_figure(levels, UNITS, report_data.table("untrained_levels"))


def draw_marks(report_data: ReportData) -> Figure:
    """Draw how much the networks rely on the mark, and how well each method shows it, by dilation."""
    trained, untrained = (rows_where(report_data.table("marks"), state=state) for state in STATES)
    return metrics_by_dilation_figure(trained, {}, untrained, limits=(0.0, 1.0))


METRIC_FIGURES = (
    FigureSpec(
        "measures_by_dilation",
        "Metrics by dilation",
        draw_metrics,
        "Means over images, kernel sizes and poolings. Dashed and pale: the same networks at initialisation, where they were explained; dashed and "
        f"grey or without a marker: by chance. Intervals of class models cover new replicates only. {ON_A_SUBSET}",
        "A panel for each metric, with the dilation on the horizontal axis and a line for each method; {grid}.",
        data="{data_set}, {explained}",
        interval="Bars",
        over="replicates and images",
        files=("data/analysis/levels.csv", "data/analysis/untrained_levels.csv", "data/saliency/*/measures.csv"),
    ),
    FigureSpec(
        "verdicts_by_measure",
        "Verdicts by method and metric",
        lambda report_data: verdicts_by_metric_figure(rows_on_dilation(report_data.table("effects"))),
        "Verdict on dilation for each method and metric; the margin is {margin} of the value at the smallest dilation. Arrows show the direction "
        "of the slope on dilation; ↕ marks metrics whose means are non-monotonic. p-values are corrected over all cells of the maps and, "
        "separately, over those of the class models.",
        "A coloured cell for each method and metric: difference, negligible, equivalent, inconclusive or untestable.",
        data="{data_set}, {explained}",
        files=("data/analysis/effects.csv",),
    ),
    FigureSpec(
        "similarity_against_floor",
        "Similarity relative to the noise floor",
        lambda report_data: similarity_against_floor_figure(*(rows_where(report_data.table("similarity"), state=state) for state in STATES)),
        "Similarity of absolute maps: rank correlation, structural similarity, and overlap of the tenth of the pixels with the largest values. "
        "Grey: two replicates of one dilation, the noise floor, from the dilation with the lowest mean to the one with the highest. Points: two "
        "dilations, coloured by the larger one. Dashed lines and hollow points: the same of untrained networks, on {probed} images.",
        "A panel for each index of similarity and a row for each method, with pairs of dilations as points on the band of pairs of replicates.",
        data="{data_set}, {explained}",
        interval="Lines",
        files=("data/analysis/similarity.csv",),
    ),
    FigureSpec(
        "representation_similarity",
        "Similarity of representations and errors relative to the noise floor",
        lambda report_data: similarity_against_floor_figure(report_data.table("representations").rename(columns={"state": "method"}), pd.DataFrame()),
        "Do networks of different dilations compute something else, or only draw other maps? Debiased centred kernel alignment (CKA) of the last "
        "features and of the hidden layer, and consistency of errors (Cohen's kappa). Rows: networks after and before training. Grey: two replicates "
        "of one dilation, the noise floor, from the dilation with the lowest mean to the one with the highest. Points: two dilations, coloured by "
        "the larger one.",
        "A panel for each kind of similarity and a row for trained and untrained networks, with pairs of dilations as points on the band of pairs of "
        "replicates.",
        interval="Lines",
        files=("data/analysis/representations.csv",),
    ),
    FigureSpec(
        "gridding",
        "Gridding artefacts",
        lambda report_data: gridding_figure(report_data.table("gridding")),
        "Autocorrelation of the maps at the lag of the dilation minus its mean at the two lags beside it, along both axes: above 0 where values "
        "recur at the distance of the kernel's taps. Grey: the other dilations at the same lag. Dashed and pale: networks at initialisation.",
        "A panel for each method, with the dilation on the horizontal axis and the peak of autocorrelation at its lag, of this and of the other "
        "dilations.",
        data="{data_set}, {explained}",
        interval="Bars (of the difference between the two)",
        files=("data/analysis/gridding.csv",),
    ),
    FigureSpec(
        "randomisation_cascade",
        "Cascading randomisation of the layers",
        lambda report_data: randomisation_cascade_figure(report_data.table("cascade")),
        "Rank correlation of absolute maps before and after the layers from the logits down to the named one are randomised. "
        "A map that hardly changes depends little on the weights of these layers. Lines: means; bands: lowest to highest replicate. "
        f"{ON_A_SUBSET}",
        "A panel for each method, with randomised layers on the horizontal axis, similarity on the vertical one, and a line for each dilation.",
        data="{data_set}, {explained}",
        files=("data/saliency/*/cascade.csv",),
    ),
    FigureSpec(
        "planted_marks",
        "Maps of networks whose class depends on a mark",
        draw_marks,
        "Separate networks of every arm learned at which of ten places of the {image} a square of 3 by 3 pixels lies; a cross elsewhere is a decoy. "
        "First panels: accuracy of these networks, and their confidence with the square, without it, and with an empty place blackened, which say "
        "whether they look at the square. Last panels: share of the absolute map on the square, whether its largest value lies there, and the "
        "precision of its nine largest values. Dashed and pale: the same networks before training. Image and edges are maps that no network "
        "made.",
        "A panel for each metric, with the dilation on the horizontal axis and a line for each method.",
        networks="networks of their own, means over {mark_replicates}, kernel sizes and poolings",
        interval="Bars",
        over="replicates of their own",
        files=("data/analysis/marks.csv",),
    ),
)
