"""Pictures of class models and saliency maps, for the second question."""

from kernel_dilation.figures.class_models import class_models_figure, class_models_for_display_figure, transfer_between_dilations_figure
from kernel_dilation.figures.gridding import spectra_figure
from kernel_dilation.figures.saliency_maps import localisation_figure, saliency_maps_figure, saliency_overview_figure
from kernel_dilation.presentation.table_rows import rows_where
from kernel_dilation.presentation.text_formatting import join_with_and, without_underscores
from kernel_dilation.report.captions import OWN_SCALE, caption
from kernel_dilation.report.pictures import Picture, render_picture
from kernel_dilation.report.report_data import ReportData

import pandas as pd

OVERVIEW = 3  # which of the explained digits is shown under every method at once


def class_model_pictures(report_data: ReportData) -> list[Picture]:
    """What the networks take for the best image of a class."""
    scope, models = report_data.scope, report_data.explained.class_models
    networks, digits = scope.one_of_each, scope.of("train")
    return [
        render_picture(
            "class_models",
            "Class models",
            lambda: class_models_figure(models, report_data.digits.means, scope.dilations),
            caption(
                f"The image of each class that maximises its logit, under the mean digit of the class. {OWN_SCALE}", scope, digits, networks=networks
            ),
            f"Class models of the ten digits in columns, dilations {join_with_and(scope.dilations)} in rows, below the mean digits.",
        ),
        render_picture(
            "class_models_with_mean",
            "Class models with the training mean",
            lambda: class_models_for_display_figure(models, report_data.digits.means.mean(0), scope.dilations),
            caption(
                "The same with the mean training digit added, as in the paper of Simonyan et al.; grey from its least to its largest value.",
                scope,
                digits,
                networks=networks,
            ),
            f"Grey class models of the ten digits in columns, dilations {join_with_and(scope.dilations)} in rows.",
        ),
        render_picture(
            "transfer_between_dilations",
            "Who recognises them",
            lambda: transfer_between_dilations_figure(recognition_by_dilation(report_data.table("transfer"))),
            caption(
                "Mean probability that networks of one dilation give the class of another one's class models; no network judges its own.", scope, ""
            ),
            "A matrix: dilation of the class models down, dilation of the judging networks across, the mean probability of the class in each cell.",
        ),
    ]


def recognition_by_dilation(transfer: pd.DataFrame) -> pd.DataFrame:
    """Mean confidence, the dilation of the class models as index and of the judges as columns; empty if nothing was transferred."""
    judged = rows_where(transfer, measure="confidence")
    return judged.pivot(index="first", columns="second", values="mean") if len(judged) else judged


def overview_picture(report_data: ReportData) -> Picture:
    """One digit under every method and dilation, with the class model of its class."""
    scope, explained = report_data.scope, report_data.explained
    shown = min(OVERVIEW, len(explained.digits) - 1)
    maps = {method: stack[:, shown] for method, stack in explained.maps.items()}
    models = explained.class_models[:, explained.classes[shown]]
    return render_picture(
        "saliency_overview",
        "One digit, every method",
        lambda: saliency_overview_figure(explained.digits[shown], maps, models, scope.dilations),
        caption(
            f"One test digit's saliency maps, and at the right the class model of its class, by dilation (rows). {OWN_SCALE}",
            scope,
            scope.of("test", 1),
            networks=scope.one_of_each,
        ),
        "A row for each dilation: the digit's saliency maps by every method, then the class model.",
    )


def map_pictures(report_data: ReportData) -> list[Picture]:
    """Maps of the same digits under every dilation."""
    scope, explained = report_data.scope, report_data.explained
    networks, methods, digits = scope.one_of_each, list(explained.maps), scope.of("test", len(explained.digits))
    shown_first = explained.maps[methods[0]] if methods else explained.class_models[:, :0]
    return [
        render_picture(
            "saliency_maps",
            "The same digits under every dilation",
            lambda: saliency_maps_figure(explained.digits, explained.maps, scope.dilations),
            caption(f"Rows: each method at dilations {join_with_and(scope.dilations)}. {OWN_SCALE}", scope, digits, networks=networks),
            f"Ten test digits in columns; in rows their saliency maps by "
            f"{join_with_and([without_underscores(method) for method in methods])} at each dilation.",
        ),
        render_picture(
            "localisation",
            "Where the maps lie",
            lambda: localisation_figure(explained.digits, shown_first, scope.dilations),
            caption(
                f"Red: the salient region of the {without_underscores(methods[0]) if methods else 'first'} map, by Otsu's threshold, with its box; "
                "first row: the digit's ink, against which both are measured.",
                scope,
                digits,
                networks=networks,
            ),
            "Ten test digits in columns; in rows the salient region and its box at each dilation, below the ink and its box.",
        ),
        render_picture(
            "spectra",
            "Spectra of the maps",
            lambda: spectra_figure(explained.spectra, scope.dilations),
            caption(
                "Mean power spectrum of the maps, frequency 0 in the middle, half a cycle a pixel at the edges; black is the largest share of power, "
                "white 30 dB less. A kernel dilated by d repeats its own spectrum every 1/d cycles a pixel.",
                scope,
                scope.of("test", scope.explained),
                networks=networks.replace("first replicate", "mean over replicates"),
            ),
            "A power spectrum for each method in rows and each dilation in columns.",
        ),
    ]
