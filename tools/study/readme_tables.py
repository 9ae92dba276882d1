"""The tables of the study's README: lists of rows, each a cell of text by its heading."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from kernel_dilation.analysis.answers import MAP_FAMILIES, VERDICT_PRIORITY
from kernel_dilation.analysis.headlines import QUESTIONS as HEADLINES
from kernel_dilation.analysis.headlines import headlines, shows_nothing
from kernel_dilation.analysis.learning_analysis import worst_world
from kernel_dilation.experiment.world_names import world_title
from kernel_dilation.presentation.table_rows import row_dicts, single_row
from kernel_dilation.presentation.text_formatting import format_number, format_percent, without_underscores
from kernel_dilation.presentation.way_names import way_title
from kernel_dilation.report.contrast_words import MINUS, contrast_words
from kernel_dilation.report.headlines import QUESTIONS
from kernel_dilation.report.key_tables import NOT_JUDGED
from kernel_dilation.report.scope import Scope

import pandas as pd

Values = Mapping[str, Any]  # a row of a table, or a part of the answers
Rows = list[dict[str, str]]
ENDS = "lower", "upper"  # columns of tables with a single interval
INTERACTION = "interaction"
PARTS_IN_WORDS = {
    "fall": "total",
    "dilation": "the dilation itself",
    "weights": "fewer weights in the dense layer",
    "places": "fewer places in the last map",
    INTERACTION: "interaction of the last two",
}


def number_cell(values: Values, name: str, digits: int = 2, ends: Sequence[str] = ()) -> str:
    """Return a number with its interval, `0.97 (0.83 to 1.0)`, or without one where it has none; empty without the number.

    Args:
        ends: names of the ends of the interval; by default those of the number with `_lower` and `_upper`.
    """
    number, lower, upper = (float("nan") if values.get(key) is None else values[key] for key in (name, *(ends or (f"{name}_lower", f"{name}_upper"))))
    if not isfinite(number):
        return ""
    between = f" ({format_number(lower, digits)} to {format_number(upper, digits)})" if isfinite(lower) and isfinite(upper) else ""
    return f"{format_number(number, digits)}{between}"


def headline_rows(answers: Values, scope: Scope) -> Rows:
    """Return each question with its verdict and its main number."""
    found = headlines(answers)
    return [
        {
            "question": QUESTIONS[part], "verdict": str(found[name]["verdict"]), "measured": str(found[name].get("quantity", "")),
            f"value ({scope.confidence} CI)": number_cell(found[name], "value"),
        }
        for name, part in HEADLINES.items()
    ]  # fmt: skip


def way_rows(learned: pd.DataFrame) -> Rows:
    """Return each way to learn the dilation with its verdict, in the world where it does worst, and its price.

    Args:
        learned: a row for each way and world.
    """
    rows = []
    for way, table in learned.groupby("method", sort=False):
        worst = dict(worst_world(table))
        rows.append({
            "way": way_title(str(way)), "verdict": worst["verdict"], "does worst in": world_title(worst["world"]),
            "right choices": NOT_JUDGED if shows_nothing(worst) else number_cell(worst, "right_share"),
            "choose alike": number_cell(worst, "same_share"),
            "bias (pixels)": number_cell(worst, "bias"), "trainings": format_number(table["trainings"].mean(), 2),
        })  # fmt: skip
    return rows


def method_rows(effects: pd.DataFrame) -> Rows:
    """Return for each saliency method, and for class models, how many metrics have each verdict on dilation."""
    asked = effects[(effects["factor"] == "dilation") & effects["family"].isin(MAP_FAMILIES)]
    return [
        {"maps": without_underscores(str(method))}
        | {verdict: str((table["verdict"] == verdict).sum()) for verdict in VERDICT_PRIORITY if (asked["verdict"] == verdict).any()}
        for method, table in asked.groupby("method", sort=False)
    ]


def metric_rows(saliency: Values) -> Rows:
    """Return what dilation does to each metric of the maps of the first method, and whether training makes the difference."""
    metrics = {name: value for name, value in saliency.items() if isinstance(value, Mapping) and "verdict" in value}
    return [
        {
            "metric": without_underscores(name), "verdict": value["verdict"],
            "change per pixel": number_cell(value, "slope_per_dilation", ends=("slope_lower", "slope_upper")),
            "turns at dilation": str(value.get("turns_at", "")),
            "added by training, per pixel": number_cell(value, "learned_slope_per_dilation", ends=("learned_slope_lower", "learned_slope_upper")),
            "verdict on that": value.get("learned_verdict", ""),
        }
        for name, value in metrics.items()
    ]  # fmt: skip


def error_rows(errors: pd.DataFrame) -> Rows:
    """Return the test error and its ratio at each dilation."""
    return [
        {
            "dilation": str(row["dilation"]), "test error (%)": number_cell(row, "error", ends=ENDS),
            "ratio to the smallest dilation": number_cell(row, "ratio"),
        }
        for row in row_dicts(errors)
    ]  # fmt: skip


def contrast_rows(contrasts: pd.DataFrame) -> Rows:
    """Return the differences in accuracy between sparse and dense kernels of equal extent."""
    return [
        {
            "extent (pixels)": str(row["extent"]), "pooling": row["pooling"], "sparse": row["sparse"], "dense": row["dense"],
            "difference (points)": number_cell(row, "difference", ends=ENDS),
        }
        for row in row_dicts(contrasts)
    ]  # fmt: skip


def field_rows(fields: Values, scope: Scope) -> Rows:
    """Return what pooling and kernel size do to accuracy at the ends of the range of dilations, and to how many metrics."""
    contrasts = {name: value for name, value in fields.items() if MINUS in name}
    return [
        {
            "contrast": contrast_words(name),
            **{
                f"accuracy at dilation {dilation} (points)": f"{number_cell(value, f'points_{end}')}; {value.get(f'verdict_{end}', '')}".strip("; ")
                for end, dilation in (("smallest", scope.dilations[0]), ("largest", scope.dilations[-1]))
            },
            "change per pixel": number_cell(value, "slope"),
            "metrics that differ": format_percent(value["metrics_share"]) if "metrics_share" in value else "",
        }
        for name, value in contrasts.items()
    ]


def replication_rows(levels: pd.DataFrame, published: Mapping[int, float], dilations: Sequence[int]) -> Rows:
    """Return the accuracy in percent by dilation of the published networks, and of the runs that replicate them.

    Args:
        levels: replication/accuracy.csv.
        published: accuracy of each published network by dilation.
    """
    runs = {"valid": "replicated, `valid` padding", "same": "replicated, `same` padding"}
    first = {"accuracy (%)": "published, single networks"} | {
        f"dilation {dilation}": format_number(published[dilation], 4) if dilation in published else "" for dilation in dilations
    }
    return [first] + [
        {"accuracy (%)": title}
        | {f"dilation {dilation}": number_cell(single_row(levels, run=run, dilation=dilation), "mean", 4, ENDS) for dilation in dilations}
        for run, title in runs.items()
    ]


def fall_rows(falls: pd.DataFrame, confidence: str) -> Rows:
    """Return the parts of the fall in accuracy with `valid` padding, averaged over dilations.

    Args:
        falls: replication/fall.csv.
    """
    parts = {name: single_row(falls, part=name, dilation="all") for name in PARTS_IN_WORDS}
    return [
        {
            "part": PARTS_IN_WORDS[name], f"percentage points ({confidence} CI)": number_cell(row, "points", ends=ENDS),
            f"share ({confidence} CI)": "" if name == INTERACTION else share_with_interval(row),
        }
        for name, row in parts.items()
    ]  # fmt: skip


def claim_rows(replication: Values, answers: Values, scope: Scope) -> Rows:
    """Return the metrics that come near the claims of 2019 on class models, with their change per pixel of dilation and verdict.

    Args:
        replication: replication/answers.json.
    """
    interpretable, far = "class models are more interpretable at larger dilations", "class models are far from the class mean"
    others, mean = "mean confidence of other replicates", "correlation with the class mean"
    findings = [
        *((interpretable, others, f"`{padding}`", replication[padding]["class_model"]["transfer"]) for padding in ("valid", "same")),
        (far, mean, "`valid`", replication["valid"]["class_model"]["class_mean_correlation"]),
        (far, f"{mean}, all {scope.arms} arms", "`same`", answers["saliency"]["class_model"]["class_mean_correlation"]),
    ]
    return [
        {
            "claim of 2019": claim, "metric": metric, "padding": padding,
            "change per pixel": number_cell(value, "slope_per_dilation", ends=("slope_lower", "slope_upper")), "verdict": value["verdict"],
        }
        for claim, metric, padding, value in findings
    ]  # fmt: skip


def share_with_interval(row: Values) -> str:
    """Return the share of a cause with its interval: `23 % (18 % to 27 %)`; without one where the fall is not shown to differ from 0."""
    ends = [row["share_lower"], row["share_upper"]]
    return format_percent(row["share"]) + (f" ({format_percent(ends[0])} to {format_percent(ends[1])})" if all(map(isfinite, ends)) else "")


def reach_rows(reach: pd.DataFrame) -> Rows:
    """Return what dilation does in every run of the study, at the run's largest dilation.

    Args:
        reach: reach.csv, a row for each run and dilation.
    """
    last = reach.loc[reach.groupby("run", sort=False)["dilation"].idxmax()]
    return [
        {
            "run": row["run"], "data set": row["dataset"], "epochs": str(row["epochs"]), "largest dilation": str(row["dilation"]),
            "error ratio": number_cell(row, "error_ratio", 3), "minus main run (points)": number_cell(row, "minus_main"),
            "verdict": row["verdict"],
        }
        for row in row_dicts(last)
    ]  # fmt: skip
