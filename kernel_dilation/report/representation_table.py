"""The table of how alike networks of different dilations are in what they compute, and what it says in a few sentences."""

from collections.abc import Sequence

from kernel_dilation.presentation.table_rows import row_dicts, rows_where
from kernel_dilation.presentation.text_formatting import count_noun, format_number, join_with_and
from kernel_dilation.report.tables import INTERVAL, ReportTable, report_table

import pandas as pd

REPRESENTATION_COLUMNS = {
    "state": "networks", "index": "similarity", "comparison": "between", "first": "first", "second": "second", "mean": "mean", "lower": "from",
    "upper": "to",
}  # fmt: skip
INDEX_WORDS = {"cka_features": "the last features", "cka_hidden": "the hidden layer", "error_consistency": "errors"}
ALIKE = ("equivalent", "negligible")


def representation_table(similarities: pd.DataFrame, effects: pd.DataFrame) -> ReportTable:
    """Return the printed table; its note begins with the answer.

    Args:
        similarities: the table `representations`; effects: all comparisons, of which the family `representation` is used.
    """
    note = (
        f"{INTERVAL}CKA: debiased centred kernel alignment of the representations of the same images by two networks, from 0 (unrelated) to 1 "
        "(equal up to rotation and scale). Error consistency: Cohen's kappa of being right or wrong on the same images, zero if errors are "
        "independent. Replicates: two networks of one dilation, the noise floor; no two networks that are compared share a seed."
    )
    sentences = representation_sentences(similarities, effects)
    return report_table("Similarity of representations and errors", similarities, REPRESENTATION_COLUMNS, "\n".join([*sentences, note]))


def representation_sentences(similarities: pd.DataFrame, effects: pd.DataFrame) -> list[str]:
    """Return whether dilations compute something else or only draw other maps, with the numbers; nothing without a verdict."""
    trained, maps = row_dicts(rows_where(effects, family="representation", method="trained")), rows_where(effects, family="similarity")
    if not trained:
        return []
    numbers = [index_sentence(row, rows_where(similarities, state="trained", index=row["measure"])) for row in trained]
    different = (maps["verdict"] == "difference").sum() if len(maps) else 0
    verb = "has" if different == 1 else "have"
    return [
        conclusion([row["verdict"] for row in trained]),
        *numbers,
        f"Of {count_noun(len(maps), 'comparison')} of maps with their noise floor, {different} {verb} the verdict difference.",
    ]


def index_sentence(effect: dict[str, object], similarities: pd.DataFrame) -> str:
    """Return the mean similarity of one kind between two dilations and between two replicates, with the verdict."""
    between, within = (format_number(rows_where(similarities, comparison=side)["mean"].mean(), 2) for side in ("dilations", "replicates"))
    name = INDEX_WORDS.get(str(effect["measure"]), str(effect["measure"]))
    return f"Mean similarity of {name}: {between} between two dilations, {within} between two replicates (verdict: {effect['verdict']})."


def conclusion(verdicts: Sequence[str]) -> str:
    """Return the answer from the verdicts on all kinds of similarity.

    Verdicts are on the mean over all pairs of dilations: that it lies within the margin does not show that the most distant pair does.
    """
    if all(verdict in ALIKE for verdict in verdicts):
        return "On average over pairs of dilations, representations and errors are nearly as alike as those of two replicates of one dilation."
    if any(verdict == "difference" for verdict in verdicts):
        return "On average over pairs of dilations, representations or errors are not as alike as those of two replicates of one dilation."
    return f"Whether networks of two dilations compute something else is not decided (verdicts: {join_with_and(sorted(set(verdicts)))})."
