"""Tables of the chapter on class saliencies."""

from kernel_dilation.presentation.table_rows import rows_where
from kernel_dilation.report.glossary import METRIC_GLOSSARY
from kernel_dilation.report.map_metric_figures import rows_on_dilation
from kernel_dilation.report.method_property_table import method_property_table
from kernel_dilation.report.report_data import ReportData
from kernel_dilation.report.representation_table import representation_table
from kernel_dilation.report.tables import CONTRAST_COLUMNS, INTERVAL, METRIC_COLUMNS, SMALLEST, ReportTable, report_table

import pandas as pd


def saliency_tables(report_data: ReportData) -> list[ReportTable]:
    """Return the tables of methods by properties, of every metric by dilation, of the comparisons with a reference, and of the definitions."""
    effects, contrasts = rows_on_dilation(report_data.table("effects")), rows_where(report_data.table("effects"), factor="comparison")
    note = (
        f"{INTERVAL}{SMALLEST}p-values are corrected within their family. W: Kendall's agreement of the replicates on the order of the dilations. "
        "Effect: rank-biserial correlation of the two dilations that differ most. Slope: change per pixel of dilation."
    )
    references = (
        "Similarity: maps of two dilations minus maps of two replicates of one dilation. Representation: the same for representations and errors of "
        "networks. Gridding: maps of a dilation minus those of other "
        "dilations, at the lag of that dilation. Transfer (cross-recognition): networks of another dilation minus networks of the same. p-values "
        "are corrected within each."
    )
    return [
        method_property_table(report_data.table("method_properties")),
        report_table("All metrics and methods: tests, slopes and verdicts", effects, METRIC_COLUMNS, note),
        report_table(
            "Comparisons with a reference: noise floor, representations, gridding, cross-recognition", contrasts, CONTRAST_COLUMNS, references
        ),
        representation_table(report_data.table("representations"), report_data.table("effects")),
        mark_effect_table(report_data.table("mark_effects")),
        definitions_table(effects),
    ]


MARK_COLUMNS = {
    "method": "method", "measure": "metric", "level": "dilation", "trained": "trained", "untrained": "untrained", "difference": "difference",
    "lower": "from", "upper": "to", "change": "change", "change_lower": "change from", "change_upper": "change to",
}  # fmt: skip


def mark_effect_table(effects: pd.DataFrame) -> ReportTable:
    """Return how often the largest value of maps lies on a planted mark, before and after training, by method and dilation."""
    note = (
        f"{INTERVAL}Mark hit: share of the maps whose largest value lies on the mark on which the class depends. The difference is that of trained "
        "minus untrained networks. The change is that difference minus the difference at the smallest dilation: the effect of dilation on what "
        "maps show beyond what untrained networks show as well. Other metrics are in data/analysis."
    )
    return report_table("Planted marks that maps show, before and after training", rows_where(effects, measure="mark_hit"), MARK_COLUMNS, note)


def definitions_table(effects: pd.DataFrame) -> ReportTable:
    """Return the definition of each metric that the glossary has."""
    names = list(dict.fromkeys(effects["measure"])) if len(effects) else []
    rows = [{"measure": name, "definition": METRIC_GLOSSARY[name].definition} for name in names if name in METRIC_GLOSSARY]
    headings = {"measure": "metric", "definition": "definition"}
    return report_table("Definitions of the metrics", pd.DataFrame(rows), headings, "Sharpness and localisation are computed from absolute values.")
