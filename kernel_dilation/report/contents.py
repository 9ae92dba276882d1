"""The order of the page: three questions with their answers, then a chapter for each, then what was measured."""

from collections.abc import Sequence
from typing import Any

from kernel_dilation.experiment.parameters import Analyze
from kernel_dilation.presentation.table_rows import rows_where
from kernel_dilation.report.accuracy_section import accuracy_pictures
from kernel_dilation.report.glossary import METRIC_GLOSSARY
from kernel_dilation.report.html_page import Chapter, QuestionSection
from kernel_dilation.report.learning_section import learning_pictures
from kernel_dilation.report.metrics_section import metric_pictures, rows_on_dilation
from kernel_dilation.report.networks_and_data import digit_pictures, network_pictures
from kernel_dilation.report.report_data import ReportData
from kernel_dilation.report.saliency_section import class_model_pictures, map_pictures, overview_picture
from kernel_dilation.report.sentences import QUESTIONS, answer_sentences
from kernel_dilation.report.tables import (
    CONTRAST_COLUMNS,
    EFFECT_COLUMNS,
    LEARNING_COLUMNS,
    MIXED_MODEL_COLUMNS,
    PAIR_COLUMNS,
    ReportTable,
    planted_recovery_table,
    report_table,
)

import pandas as pd

INTERVAL = "`from` and `to` are the ends of the interval. "


def question_sections(report_data: ReportData, chapters: Sequence[Chapter]) -> list[QuestionSection]:
    """The three questions, their verdicts, their answers, and for each the first picture of its chapter."""
    said = answer_sentences(report_data.answers, report_data.scope)
    first = {chapter.name: chapter.pictures[0] for chapter in chapters}
    verdicts = {name: report_data.answers.get(name, {}).get("verdict", "") for name in QUESTIONS}
    return [QuestionSection(name, question, verdicts[name], said[name], first[name]) for name, question in QUESTIONS.items()]


def page_chapters(report_data: ReportData, options: Analyze) -> list[Chapter]:
    """Every figure and table of the page."""
    return [
        Chapter(
            "learned",
            "Learning the dilation",
            "Each method starts from several dilations and seeds. It is consistent if where it ends does not depend on where it began, and it is "
            "trusted if it finds a dilation that was planted. The reference, selection, picks from the grid by validation accuracy.",
            learning_pictures(report_data),
            learning_tables(report_data),
        ),
        Chapter(
            "saliency",
            "Class saliencies",
            "A class model is the image that a network would like best of its class; a saliency map says which pixels of one digit count. "
            "Both are drawn raw and signed, and measured.",
            [overview_picture(report_data), *class_model_pictures(report_data), *map_pictures(report_data), *metric_pictures(report_data)],
            saliency_tables(report_data),
        ),
        Chapter(
            "accuracy",
            "Accuracy",
            "Replicate by replicate all arms start from the same seed and see the same batches, so differences are taken within replicates.",
            accuracy_pictures(report_data, options),
            accuracy_test_tables(report_data),
        ),
        Chapter(
            "networks",
            "Inside the networks",
            "How they learn, what their first kernels look like on the image, and what their layers do.",
            network_pictures(report_data),
        ),
        Chapter("data", "The digits", "What the networks were trained and tested on.", digit_pictures(report_data)),
    ]


def learning_tables(report_data: ReportData) -> list[ReportTable]:
    """What every method chose, and what it found where the truth is known."""
    note = (
        "Share and entropy of the most frequent choice over all runs; slope of the chosen on the initial dilation (0: it converges, 1: it stays) "
        "with its interval; W: agreement of rankings; regret: accuracy lost against the best dilation of the grid."
    )
    return [
        report_table("Every method in numbers", report_data.table("learned"), LEARNING_COLUMNS, note),
        planted_recovery_table(report_data.learned.planted),
    ]


def saliency_tables(report_data: ReportData) -> list[ReportTable]:
    """Every measure with its verdict, and what the measures mean."""
    effects = rows_on_dilation(report_data.table("effects"))
    note = (
        INTERVAL + "p-values are corrected within their family. W: agreement of replicates on the order of dilations. "
        "Effect: rank-biserial correlation of the two dilations that differ most. Slope: change for each pixel of dilation."
    )
    contrasts = rows_where(report_data.table("effects"), factor="comparison")
    beside = (
        "Similarity: maps of two dilations less those of two replicates of one. Gridding: dilated networks less dilation 1. "
        "Transfer: judges of another dilation less judges of the same. p-values are corrected within each."
    )
    return [
        report_table("Every measure and method: tests, slopes, verdicts", effects.drop(columns="factor", errors="ignore"), EFFECT_COLUMNS, note),
        report_table("Beside a reference: noise floor, gridding, transfer", contrasts, CONTRAST_COLUMNS, beside),
        glossary_table(effects),
    ]


def glossary_table(effects: pd.DataFrame) -> ReportTable:
    """What each measure means, where that is known."""
    names = list(dict.fromkeys(effects["measure"])) if len(effects) else []
    rows: list[dict[str, Any]] = [{"measure": name, "meaning": METRIC_GLOSSARY[name].definition} for name in names if name in METRIC_GLOSSARY]
    return report_table("What the measures mean", pd.DataFrame(rows), {"measure": "measure", "meaning": "meaning"}, "All are of absolute values.")


def accuracy_test_tables(report_data: ReportData) -> list[ReportTable]:
    """Tests of accuracy: by factor, in pairs, all factors together, and over test images."""
    tables = report_data.table
    effects, pairs = (rows_where(tables(name), family="accuracy") for name in ("effects", "pairs"))
    return [
        report_table("Tests by factor", effects, EFFECT_COLUMNS, f"{INTERVAL}In percentage points; p-values are corrected over the rows."),
        report_table(
            "Every pair", pairs, PAIR_COLUMNS,
            f"{INTERVAL}Second less first, in percentage points. P(lower), P(same), P(higher): Bayesian signed-rank test with the margin as "
            "region of practical equivalence.",
        ),
        report_table("All factors together", tables("mixed"), MIXED_MODEL_COLUMNS, "F tests of a mixed model with the replicate as random group."),
    ]  # fmt: skip
