"""Figures of class models and saliency maps, for the second question."""

from kernel_dilation.figures.class_models import class_models_figure, class_models_for_display_figure, transfer_between_dilations_figure
from kernel_dilation.figures.gridding import spectra_figure
from kernel_dilation.figures.localisation import localisation_figure
from kernel_dilation.figures.saliency_maps import saliency_maps_figure, saliency_overview_figure
from kernel_dilation.presentation.table_rows import rows_where
from kernel_dilation.report.figure_specs import FigureSpec
from kernel_dilation.report.report_data import ReportData

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

OVERVIEW = 3  # index of the explained image that is shown with all methods
FIRST_REPLICATE = "first replicate, {reference_arms}"


def draw_overview(report_data: ReportData) -> Figure:
    """Draw one image's maps by every method and dilation, with the class model of its class."""
    explained = report_data.explained
    shown = min(OVERVIEW, len(explained.digits) - 1)
    maps = {method: stack[:, shown] for method, stack in explained.maps.items()}
    models = explained.class_models[:, explained.classes[shown]]
    return saliency_overview_figure(explained.digits[shown], maps, models, report_data.scope.dilations, report_data.scope.image)


def draw_maps(report_data: ReportData) -> Figure:
    """Draw the maps of the same images by every method at every dilation."""
    scope, explained = report_data.scope, report_data.explained
    return saliency_maps_figure(explained.digits, explained.maps, scope.dilations, scope.image)


def draw_localisation(report_data: ReportData) -> Figure:
    """Draw the salient regions of the first method's maps."""
    explained = report_data.explained
    maps = next(iter(explained.maps.values()), np.zeros((len(report_data.scope.dilations), 0, *explained.digits.shape[1:])))
    return localisation_figure(explained.digits, maps, report_data.scope.dilations)


def recognition_by_dilation(transfer: pd.DataFrame) -> pd.DataFrame:
    """Return the mean confidence by dilation of the class models (index) and of the classifying networks (columns).

    Empty if no class model was shown to any network.
    """
    confidence = rows_where(transfer, measure="confidence")
    return confidence.pivot(index="first", columns="second", values="mean") if len(confidence) else confidence


SALIENCY_FIGURES = (
    FigureSpec(
        "saliency_overview",
        "One {image}, all methods",
        draw_overview,
        "Saliency maps of one test {image} and, on the right, the class model of its class; a row for each dilation. {own_scale}",
        "A row for each dilation, with the saliency maps of the {image} by every method and then the class model.",
        data="{data_set}, {one}",
        networks=FIRST_REPLICATE,
        files=("data/saliency/*/maps.npz", "data/saliency/*/class_models.npz", "data/digits.npz"),
    ),
    FigureSpec(
        "class_models",
        "Class models",
        lambda report_data: class_models_figure(report_data.explained.class_models, report_data.digits.means, report_data.scope.dilations),
        "Image that maximises the logit of each class, below the mean training {image} of the class. Another initial noise may give another image, "
        "most of all with max pooling. {own_scale}",
        "Class models of the ten classes in columns and dilations {dilations} in rows, below the class means.",
        data="{data_set}, {train}",
        networks=FIRST_REPLICATE,
        files=("data/saliency/*/class_models.npz", "data/digits.npz"),
    ),
    FigureSpec(
        "class_models_with_mean",
        "Class models with the training mean",
        lambda report_data: class_models_for_display_figure(
            report_data.explained.class_models, report_data.digits.means.mean(0), report_data.scope.dilations
        ),
        "The same class models with the mean training {image} added, as in Simonyan et al. (2013). "
        "Grey runs from the smallest value of each image to its largest.",
        "Grey class models of the ten classes in columns and dilations {dilations} in rows.",
        data="{data_set}, {train}",
        networks=FIRST_REPLICATE,
        files=("data/saliency/*/class_models.npz", "data/digits.npz"),
    ),
    FigureSpec(
        "transfer_between_dilations",
        "Cross-recognition of class models",
        lambda report_data: transfer_between_dilations_figure(recognition_by_dilation(report_data.table("transfer"))),
        "Mean probability that networks of one dilation (column) assign to the class of a class model made by networks of another (row) "
        "with the same kernel size and pooling. No network classifies its own class models.",
        "A matrix with the dilation of the class models in rows, the dilation of the classifying networks in columns, and the mean probability "
        "of the class in each cell.",
        data="{data_set}",
        files=("data/analysis/transfer.csv",),
    ),
    FigureSpec(
        "saliency_maps",
        "Saliency maps of the same {images} at every dilation",
        draw_maps,
        "Rows: each method at dilations {dilations}. {own_scale}",
        "Test {images} in columns and their saliency maps by {methods} at each dilation in rows.",
        data="{data_set}, {shown}",
        networks=FIRST_REPLICATE,
        files=("data/saliency/*/maps.npz", "data/digits.npz"),
    ),
    FigureSpec(
        "localisation",
        "Localisation of the maps",
        draw_localisation,
        "Red: salient region of the {first_method} map by Otsu's threshold, with its bounding box. First row: foreground of the {image} (its ink), "
        "with which both are compared.",
        "Test {images} in columns and the salient region with its box at each dilation in rows, below the foreground with its box.",
        data="{data_set}, {shown}",
        networks=FIRST_REPLICATE,
        files=("data/saliency/*/maps.npz", "data/digits.npz"),
    ),
    FigureSpec(
        "spectra",
        "Spectra of the maps",
        lambda report_data: spectra_figure(report_data.explained.spectra, report_data.scope.dilations),
        "Mean power spectrum of the maps, with frequency 0 in the centre and half a cycle per pixel at the edges. Black is the largest share of "
        "power, white 30 dB below it. The spectrum of a kernel dilated by d repeats every 1/d cycles per pixel.",
        "A power spectrum for each method in rows and each dilation in columns.",
        data="{data_set}, {explained}",
        networks="mean over replicates, {reference_arms}",
        files=("data/saliency/*/spectra.npz",),
    ),
)
