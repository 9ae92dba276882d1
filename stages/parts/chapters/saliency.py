"""Pictures of class models and saliency maps, for the second question."""

import pandas as pd

from stages.parts.figures.class_models import class_models, class_models_for_display, transfer_between_dilations
from stages.parts.figures.gridding import spectra
from stages.parts.figures.maps import localisation, saliency_maps, saliency_overview
from stages.parts.figures.rows import rows_where
from stages.parts.page.captions import OWN_SCALE, caption
from stages.parts.page.material import Material
from stages.parts.page.pictures import Picture, picture
from stages.parts.page.wording import listed, words

OVERVIEW = 3  # which of the explained digits is shown under every method at once


def class_model_pictures(material: Material) -> list[Picture]:
    """What the networks take for the best image of a class."""
    scope, models = material.scope, material.explained.class_models
    networks, digits = scope.one_of_each, scope.of("train")
    return [
        picture(
            "class_models",
            "Class models",
            lambda: class_models(models, material.digits.means, scope.dilations),
            caption(
                f"The image of each class that maximises its logit, under the mean digit of the class. {OWN_SCALE}", scope, digits, networks=networks
            ),
            f"Class models of the ten digits in columns, dilations {listed(scope.dilations)} in rows, below the mean digits.",
        ),
        picture(
            "class_models_with_mean",
            "Class models with the training mean",
            lambda: class_models_for_display(models, material.digits.means.mean(0), scope.dilations),
            caption(
                "The same with the mean training digit added, as in the paper of Simonyan et al.; grey from its least to its largest value.",
                scope,
                digits,
                networks=networks,
            ),
            f"Grey class models of the ten digits in columns, dilations {listed(scope.dilations)} in rows.",
        ),
        picture(
            "transfer_between_dilations",
            "Who recognises them",
            lambda: transfer_between_dilations(transfer_by_dilation(material.table("transfer"))),
            caption(
                "Mean probability that networks of one dilation give the class of another one's class models; no network judges its own.", scope, ""
            ),
            "A matrix: dilation of the class models down, dilation of the judging networks across, the mean probability of the class in each cell.",
        ),
    ]


def transfer_by_dilation(transfer: pd.DataFrame) -> pd.DataFrame:
    """Mean confidence, the dilation of the class models as index and of the judges as columns; empty if nothing was transferred."""
    judged = rows_where(transfer, measure="confidence")
    return judged.pivot(index="first", columns="second", values="mean") if len(judged) else judged


def overview(material: Material) -> Picture:
    """One digit under every method and dilation, with the class model of its class."""
    scope, explained = material.scope, material.explained
    shown = min(OVERVIEW, len(explained.digits) - 1)
    maps = {method: stack[:, shown] for method, stack in explained.maps.items()}
    models = explained.class_models[:, explained.classes[shown]]
    return picture(
        "saliency_overview",
        "One digit, every method",
        lambda: saliency_overview(explained.digits[shown], maps, models, scope.dilations),
        caption(
            f"One test digit's saliency maps, and at the right the class model of its class, by dilation (rows). {OWN_SCALE}",
            scope,
            scope.of("test", 1),
            networks=scope.one_of_each,
        ),
        "A row for each dilation: the digit's saliency maps by every method, then the class model.",
    )


def map_pictures(material: Material) -> list[Picture]:
    """Maps of the same digits under every dilation."""
    scope, explained = material.scope, material.explained
    networks, methods, digits = scope.one_of_each, list(explained.maps), scope.of("test", len(explained.digits))
    shown_first = explained.maps[methods[0]] if methods else explained.class_models[:, :0]
    return [
        picture(
            "saliency_maps",
            "The same digits under every dilation",
            lambda: saliency_maps(explained.digits, explained.maps, scope.dilations),
            caption(f"Rows: each method at dilations {listed(scope.dilations)}. {OWN_SCALE}", scope, digits, networks=networks),
            f"Ten test digits in columns; in rows their saliency maps by {listed([words(method) for method in methods])} at each dilation.",
        ),
        picture(
            "localisation",
            "Where the maps lie",
            lambda: localisation(explained.digits, shown_first, scope.dilations),
            caption(
                f"Red: the salient region of the {words(methods[0]) if methods else 'first'} map, by Otsu's threshold, with its box; "
                "first row: the digit's ink, against which both are measured.",
                scope,
                digits,
                networks=networks,
            ),
            "Ten test digits in columns; in rows the salient region and its box at each dilation, below the ink and its box.",
        ),
        picture(
            "spectra",
            "Spectra of the maps",
            lambda: spectra(explained.spectra, scope.dilations),
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
