"""Pictures of what was measured of maps and class models, for the second question."""

import pandas as pd

from stages.parts.figures.cascade import randomisation_cascade
from stages.parts.figures.gridding import gridding
from stages.parts.figures.measures import measures_by_dilation, verdicts_by_measure
from stages.parts.figures.rows import rows_where
from stages.parts.figures.similarity import similarity_against_floor
from stages.parts.page.captions import Scope, caption, grid_text
from stages.parts.page.material import Material
from stages.parts.page.pictures import Picture, picture

UNITS = {"entropy": "bits", "spread": "pixels"}


def probed_text(scope: Scope) -> str:
    """On how many images each network's costly measures were taken."""
    return f"Deletion, insertion, max sensitivity and randomisation: {scope.probed} images a network, the next ones for the next replicate."


def measure_pictures(material: Material) -> list[Picture]:
    """What the measures say of all maps."""
    scope, digits = material.scope, material.scope.of("test", material.scope.explained)
    levels, effects = (measured(material.table(name)) for name in ("levels", "effects"))
    return [
        picture(
            "measures_by_dilation",
            "Measures by dilation",
            lambda: measures_by_dilation(pd.concat([levels, material.table("chance")]), UNITS),
            caption(f"Means over images, kernel sizes and poolings. {probed_text(scope)}", scope, digits, interval="Bars"),
            f"A panel for each measure, dilation across, a line for each method; {grid_text(scope)}.",
        ),
        picture(
            "verdicts_by_measure",
            "What differs, what does not",
            lambda: verdicts_by_measure(effects),
            caption(
                f"Verdict on dilation for each method and measure; margin: {100 * scope.margin_share:g} % of the value at the smallest dilation. "
                "The arrow says where the measure goes as dilation grows; ↕: it turns on the way. "
                "p-values are corrected by Holm over all cells of the maps, and over those of the class models.",
                scope,
                digits,
            ),
            "A coloured cell for each method and measure: difference, negligible, equivalent or inconclusive.",
        ),
        picture(
            "similarity_against_floor",
            "Beside the noise floor",
            lambda: similarity_against_floor(material.table("similarity")),
            caption(
                "Similarity of absolute maps: rank correlation, structural similarity, overlap of the tenth of pixels that count most. "
                "Grey: two replicates of one dilation, the noise floor; points: two dilations, coloured by the larger. "
                "What lies in the grey differs no more than two trainings of one network do.",
                scope,
                digits,
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
                digits,
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
                f"A map that stays alike does not depend on what was learned. Lines: means; bands: lowest to highest replicate. {probed_text(scope)}",
                scope,
                digits,
            ),
            "A panel for each method: randomised layers across, similarity up, a line for each dilation.",
        ),
    ]


def measured(table: pd.DataFrame) -> pd.DataFrame:
    """The rows on dilation of maps and class models."""
    rows = rows_where(table, factor="dilation")
    return rows[rows["family"] != "accuracy"] if len(rows) else rows
