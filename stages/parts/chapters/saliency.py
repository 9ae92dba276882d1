"""Pictures of the second question: what does dilation do to class saliencies?"""

import pandas as pd

from stages.parts.captions import caption, grid_text
from stages.parts.figures.cascade import randomisation_cascade
from stages.parts.figures.class_models import class_models, class_models_for_display, transfer_between_dilations
from stages.parts.figures.gridding import gridding, spectra
from stages.parts.figures.maps import localisation, saliency_maps
from stages.parts.figures.measures import measures_by_dilation, verdicts_by_measure
from stages.parts.figures.rows import rows_where
from stages.parts.figures.similarity import similarity_against_floor
from stages.parts.grid import named_arm
from stages.parts.material import Material
from stages.parts.pictures import Picture, picture
from stages.parts.wording import listed, words

UNITS = {"entropy": "bits", "spread": "pixels"}
OWN_SCALE = "Each image is divided by its own largest absolute value; red is positive, white 0, blue negative."


def saliency_pictures(material: Material) -> list[Picture]:
    """Class models, maps, and their measures."""
    return [*class_model_pictures(material), *map_pictures(material), *measure_pictures(material)]


def class_model_pictures(material: Material) -> list[Picture]:
    """What the networks take for the best image of a class."""
    scope, models = material.scope, material.explained.class_models
    first = f"first replicate, {scope.reference}"
    return [
        picture(
            "class_models",
            "Class models",
            lambda: class_models(models, material.digits.means, scope.dilations),
            caption(f"The image of each class that maximises its logit, under the mean digit of the class. {OWN_SCALE}", scope, "train", arms=first),
            f"Class models of the ten digits in columns, dilations {listed(scope.dilations)} in rows, below the mean digits.",
        ),
        picture(
            "class_models_with_mean",
            "Class models with the training mean",
            lambda: class_models_for_display(models, material.digits.means.mean(0), scope.dilations),
            caption(
                "The same with the mean training digit added, as in the paper of Simonyan et al.; 0 is white, 1 black.", scope, "train", arms=first
            ),
            f"Grey class models of the ten digits in columns, dilations {listed(scope.dilations)} in rows.",
        ),
        picture(
            "transfer_between_dilations",
            "Who recognises them",
            lambda: transfer_between_dilations(transfer_by_dilation(material.table("transfer"))),
            caption("Mean probability that networks of one dilation give the class of another one's class models; no network judges its own.", scope, ""),
            "A matrix: dilation of the class models down, dilation of the judging networks across, the mean probability of the class in each cell.",
        ),
    ]


def transfer_by_dilation(transfer: pd.DataFrame) -> pd.DataFrame:
    """Mean confidence, the dilation of the source as index and of the target as columns; empty if nothing was transferred."""
    if transfer.empty:
        return transfer
    dilations = {role: transfer[role].map(lambda name: named_arm(name).dilation) for role in ("source", "target")}
    return transfer.assign(**dilations).pivot_table(index="source", columns="target", values="confidence")


def map_pictures(material: Material) -> list[Picture]:
    """Maps of the same digits under every dilation."""
    scope, explained = material.scope, material.explained
    first, methods = f"first replicate, {scope.reference}", list(explained.maps)
    shown_first = explained.maps[methods[0]] if methods else explained.class_models[:, :0]
    return [
        picture(
            "saliency_maps",
            "The same digits under every dilation",
            lambda: saliency_maps(explained.digits, explained.maps, scope.dilations),
            caption(f"Rows: each method at dilations {listed(scope.dilations)}. {OWN_SCALE}", scope, arms=first),
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
                arms=first,
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
                arms=f"mean over replicates, {scope.reference}",
            ),
            "A power spectrum for each method in rows and each dilation in columns.",
        ),
    ]


def measure_pictures(material: Material) -> list[Picture]:
    """What the measures say of all maps."""
    scope = material.scope
    levels, effects = (measured(material.table(name)) for name in ("levels", "effects"))
    return [
        picture(
            "measures_by_dilation",
            "Measures by dilation",
            lambda: measures_by_dilation(pd.concat([levels, material.table("chance")]), UNITS),
            caption("Means over images, kernel sizes and poolings.", scope, interval="Bars"),
            f"A panel for each measure, dilation across, a line for each method; {grid_text(scope)}.",
        ),
        picture(
            "verdicts_by_measure",
            "What differs, what does not",
            lambda: verdicts_by_measure(effects),
            caption(
                f"Verdict on dilation for each method and measure; the margin is {100 * scope.margin_share:g} % of the value at the smallest dilation. "
                "The arrow says where the measure goes as dilation grows. p-values are corrected by Holm over all cells of the maps, "
                "and over those of the class models.",
                scope,
            ),
            "A coloured cell for each method and measure: difference, negligible, equivalent or inconclusive.",
        ),
        picture(
            "similarity_against_floor",
            "Beside the noise floor",
            lambda: similarity_against_floor(material.table("similarity")),
            caption(
                "Similarity of absolute maps. Grey: two replicates of one dilation, the noise floor; points: two dilations, coloured by the larger. "
                "What lies in the grey differs no more than two trainings of one network do.",
                scope,
                interval="Lines",
            ),
            "A panel for each index of similarity, a row for each method: pairs of dilations as points beside the band of pairs of replicates.",
        ),
        picture(
            "gridding",
            "The print of the dilation",
            lambda: gridding(material.table("gridding")),
            caption(
                "Share of the maps' power at the frequencies k/dilation, beside that of networks of dilation 1 at the same frequencies.",
                scope,
                interval="Bars (of the difference between the two)",
            ),
            "A panel for each method: dilation across, share of power up, for dilated networks and for those of dilation 1.",
        ),
        picture(
            "randomisation_cascade",
            "What the maps owe to learning",
            lambda: randomisation_cascade(material.table("cascade")),
            caption(
                "Rank correlation of absolute maps before and after layers are drawn anew, from the logits down to the layer named. "
                "A map that stays alike does not depend on what was learned. Lines: means; bands: lowest to highest replicate.",
                scope,
            ),
            "A panel for each method: randomised layers across, similarity up, a line for each dilation.",
        ),
    ]


def measured(table: pd.DataFrame) -> pd.DataFrame:
    """The rows on dilation of maps and class models."""
    rows = rows_where(table, factor="dilation")
    return rows[rows["family"] != "accuracy"] if len(rows) else rows
