"""Pictures of what was measured of maps and class models, for the second question."""

from kernel_dilation.figures.gridding import gridding_figure
from kernel_dilation.figures.map_similarity import similarity_against_floor_figure
from kernel_dilation.figures.metrics_by_dilation import metrics_by_dilation_figure, verdicts_by_metric_figure
from kernel_dilation.figures.randomisation import randomisation_cascade_figure
from kernel_dilation.presentation.table_rows import rows_where
from kernel_dilation.report.captions import Scope, caption, grid_text
from kernel_dilation.report.pictures import Picture, render_picture
from kernel_dilation.report.report_data import ReportData

import pandas as pd

UNITS = {"entropy": "bits", "spread": "pixels"}


def subset_note(scope: Scope) -> str:
    """On how many images each network's costly measures were taken."""
    return f"Deletion, insertion, max sensitivity and randomisation: {scope.probed} images a network, the next ones for the next replicate."


def metric_pictures(report_data: ReportData) -> list[Picture]:
    """What the measures say of all maps."""
    scope, digits = report_data.scope, report_data.scope.of("test", report_data.scope.explained)
    levels, effects = (rows_on_dilation(report_data.table(name)) for name in ("levels", "effects"))
    return [
        render_picture(
            "measures_by_dilation",
            "Measures by dilation",
            lambda: metrics_by_dilation_figure(pd.concat([levels, report_data.table("chance")]), UNITS),
            caption(f"Means over images, kernel sizes and poolings. {subset_note(scope)}", scope, digits, interval="Bars"),
            f"A panel for each measure, dilation across, a line for each method; {grid_text(scope)}.",
        ),
        render_picture(
            "verdicts_by_measure",
            "What differs, what does not",
            lambda: verdicts_by_metric_figure(effects),
            caption(
                f"Verdict on dilation for each method and measure; margin: {100 * scope.margin_share:g} % of the value at the smallest dilation. "
                "The arrow says where the measure goes as dilation grows; ↕: it turns on the way. "
                "p-values are corrected by Holm over all cells of the maps, and over those of the class models.",
                scope,
                digits,
            ),
            "A coloured cell for each method and measure: difference, negligible, equivalent or inconclusive.",
        ),
        render_picture(
            "similarity_against_floor",
            "Beside the noise floor",
            lambda: similarity_against_floor_figure(report_data.table("similarity")),
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
        render_picture(
            "gridding",
            "The print of the dilation",
            lambda: gridding_figure(report_data.table("gridding")),
            caption(
                "Share of the maps' power at the frequencies k/dilation, beside that of networks of dilation 1 at the same frequencies.",
                scope,
                digits,
                interval="Bars (of the difference between the two)",
            ),
            "A panel for each method: dilation across, share of power up, for dilated networks and for those of dilation 1.",
        ),
        render_picture(
            "randomisation_cascade",
            "What the maps owe to learning",
            lambda: randomisation_cascade_figure(report_data.table("cascade")),
            caption(
                "Rank correlation of absolute maps before and after layers are drawn anew, from the logits down to the layer named. "
                f"A map that stays alike does not depend on what was learned. Lines: means; bands: lowest to highest replicate. {subset_note(scope)}",
                scope,
                digits,
            ),
            "A panel for each method: randomised layers across, similarity up, a line for each dilation.",
        ),
    ]


def rows_on_dilation(table: pd.DataFrame) -> pd.DataFrame:
    """The rows on dilation of maps and class models."""
    rows = rows_where(table, factor="dilation")
    return rows[rows["family"] != "accuracy"] if len(rows) else rows
