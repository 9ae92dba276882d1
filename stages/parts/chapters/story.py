"""The order of the page: three questions with their answers, then a chapter for each, then what was measured."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from stages.parts.chapters.accuracy import accuracy_pictures
from stages.parts.chapters.learned import learned_pictures
from stages.parts.chapters.measures import measure_pictures, measured
from stages.parts.chapters.networks import digit_pictures, network_pictures
from stages.parts.chapters.saliency import class_model_pictures, map_pictures, overview
from stages.parts.experiment.settings import Analyze
from stages.parts.figures.rows import rows_where
from stages.parts.page.material import Material
from stages.parts.page.meanings import MEANINGS
from stages.parts.page.page import Answered, Chapter
from stages.parts.page.sentences import QUESTIONS, sentences
from stages.parts.page.sheets import CONTRASTS, EFFECTS, LEARNED, MIXED, PAIRS, Sheet, planted_sheet, sheet

INTERVAL = "`from` and `to` are the ends of the interval. "


def questions(material: Material, told: Sequence[Chapter]) -> list[Answered]:
    """The three questions, their verdicts, their answers, and for each the first picture of its chapter."""
    said = sentences(material.answers, material.scope)
    first = {chapter.name: chapter.pictures[0] for chapter in told}
    verdicts = {name: material.answers.get(name, {}).get("verdict", "") for name in QUESTIONS}
    return [Answered(name, question, verdicts[name], said[name], first[name]) for name, question in QUESTIONS.items()]


def chapters(material: Material, options: Analyze) -> list[Chapter]:
    """Every figure and table of the page."""
    return [
        Chapter(
            "learned",
            "Learning the dilation",
            "Each method starts from several dilations and seeds. It is consistent if where it ends does not depend on where it began, and it is "
            "trusted if it finds a dilation that was planted. The reference, selection, picks from the grid by validation accuracy.",
            learned_pictures(material),
            learned_sheets(material),
        ),
        Chapter(
            "saliency",
            "Class saliencies",
            "A class model is the image that a network would like best of its class; a saliency map says which pixels of one digit count. "
            "Both are drawn raw and signed, and measured.",
            [overview(material), *class_model_pictures(material), *map_pictures(material), *measure_pictures(material)],
            saliency_sheets(material),
        ),
        Chapter(
            "accuracy",
            "Accuracy",
            "Replicate by replicate all arms start from the same seed and see the same batches, so differences are taken within replicates.",
            accuracy_pictures(material, options),
            accuracy_sheets(material),
        ),
        Chapter(
            "networks",
            "Inside the networks",
            "How they learn, what their first kernels look like on the image, and what their layers do.",
            network_pictures(material),
        ),
        Chapter("data", "The digits", "What the networks were trained and tested on.", digit_pictures(material)),
    ]


def learned_sheets(material: Material) -> list[Sheet]:
    """What every method chose, and what it found where the truth is known."""
    note = (
        "Share and entropy of the most frequent choice over all runs; slope of the chosen on the initial dilation (0: it converges, 1: it stays) "
        "with its interval; W: agreement of rankings; regret: accuracy lost against the best dilation of the grid."
    )
    return [sheet("Every method in numbers", material.table("learned"), LEARNED, note), planted_sheet(material.learned.planted)]


def saliency_sheets(material: Material) -> list[Sheet]:
    """Every measure with its verdict, and what the measures mean."""
    effects = measured(material.table("effects"))
    note = (
        INTERVAL + "p-values are corrected within their family. W: agreement of replicates on the order of dilations. "
        "Effect: rank-biserial correlation of the two dilations that differ most. Slope: change for each pixel of dilation."
    )
    contrasts = rows_where(material.table("effects"), factor="comparison")
    beside = (
        "Similarity: maps of two dilations less those of two replicates of one. Gridding: dilated networks less dilation 1. "
        "Transfer: judges of another dilation less judges of the same. p-values are corrected within each."
    )
    return [
        sheet("Every measure and method: tests, slopes, verdicts", effects.drop(columns="factor", errors="ignore"), EFFECTS, note),
        sheet("Beside a reference: noise floor, gridding, transfer", contrasts, CONTRASTS, beside),
        meanings_sheet(effects),
    ]


def meanings_sheet(effects: pd.DataFrame) -> Sheet:
    """What each measure means, where that is known."""
    names = list(dict.fromkeys(effects["measure"])) if len(effects) else []
    rows: list[dict[str, Any]] = [{"measure": name, "meaning": MEANINGS[name].definition} for name in names if name in MEANINGS]
    return sheet("What the measures mean", pd.DataFrame(rows), {"measure": "measure", "meaning": "meaning"}, "All are of absolute values.")


def accuracy_sheets(material: Material) -> list[Sheet]:
    """Tests of accuracy: by factor, in pairs, all factors together, and over test images."""
    tables = material.table
    effects, pairs = (rows_where(tables(name), family="accuracy") for name in ("effects", "pairs"))
    return [
        sheet("Tests by factor", effects, EFFECTS, f"{INTERVAL}In percentage points; p-values are corrected over the rows."),
        sheet(
            "Every pair", pairs, PAIRS,
            f"{INTERVAL}Second less first, in percentage points. P(lower), P(same), P(higher): Bayesian signed-rank test with the margin as "
            "region of practical equivalence.",
        ),
        sheet("All factors together", tables("mixed"), MIXED, "F tests of a mixed model with the replicate as random group."),
    ]  # fmt: skip
