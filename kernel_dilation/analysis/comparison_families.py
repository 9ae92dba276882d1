"""From tidy tables of arms to families of comparisons, and from these to the rows that the report draws."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kernel_dilation.experiment.parameters import Analyze
from kernel_dilation.statistics.blocks import Floats, Treatment
from kernel_dilation.statistics.comparisons import Comparison, compare_treatments, correct_family, with_replicates_needed
from kernel_dilation.statistics.effects import mean_intervals

import numpy as np
import pandas as pd

FACTORS = ("dilation", "pooling", "kernel_size")
Rows = list[dict[str, object]]
Tables = dict[str, pd.DataFrame]


class Question(NamedTuple):
    """What a comparison compares: `measure` of the maps of `method` (empty for accuracy), between the levels of `factor`."""

    family: str
    factor: str
    method: str
    measure: str


@dataclass(frozen=True)
class Finding:
    """A table (replicates, levels), what it says, and the interval of each level's mean."""

    table: Floats
    levels: tuple[Treatment, ...]
    comparison: Comparison
    lower: Floats
    upper: Floats


MarginRule = Callable[[Floats, Sequence[Treatment]], float | Floats]


def block_table(frame: pd.DataFrame, factor: str) -> tuple[Floats, tuple[Treatment, ...]]:
    """Means of `value`, (replicates, levels), over all arms of a level, and the levels in the frame's order.

    `frame` has one row for each replicate and arm. Replicates are the blocks: arms of one replicate
    share their seed, so that they are no blocks of their own.
    """
    levels = tuple(pd.unique(frame[factor]).tolist())
    table = frame.pivot_table(index="replicate", columns=factor, values="value", aggfunc="mean", sort=False, dropna=False)
    return table[list(levels)].sort_index().to_numpy(np.float64), levels


def family_findings(frames: Mapping[Question, pd.DataFrame], margin: MarginRule, options: Analyze) -> dict[Question, Finding]:
    """The finding for each question, p-values and verdicts corrected over all of them: they are one family."""
    tables = {question: block_table(frame, question.factor) for question, frame in frames.items()}
    return table_findings(tables, margin, options)


def table_findings(tables: Mapping[Question, tuple[Floats, tuple[Treatment, ...]]], margin: MarginRule, options: Analyze) -> dict[Question, Finding]:
    """The same from tables (replicates, levels) with their levels."""
    single = {
        question: compare_treatments(values, levels, margin(values, levels), options.alpha, options.resamples, options.seed)
        for question, (values, levels) in tables.items()
    }
    together = correct_family(single, options.alpha)
    for question, (values, _) in tables.items():
        if question.factor == "dilation":  # what the three questions ask about
            together[question] = with_replicates_needed(together[question], values, options.alpha, options.seed, len(tables))
    return {question: Finding(values, levels, together[question], *level_intervals(values, options)) for question, (values, levels) in tables.items()}


def level_intervals(values: Floats, options: Analyze) -> tuple[Floats, Floats]:
    """Ends of the interval of each level's mean; the mean itself for a single replicate, which has no spread."""
    if len(values) < 2:
        return values[0], values[0]
    return mean_intervals(values, options.alpha, options.resamples, options.seed)


def metric_frames(measures: pd.DataFrame) -> dict[tuple[str, str], pd.DataFrame]:
    """For each method and measure, the mean over images (or classes) of each replicate and arm, as `value`.

    `measures` holds the measures.csv of all arms, with the arm's factors as columns. Chance levels,
    which belong to the images and not to the networks, are left out; so is what a method has no number for.
    """
    keys = ["replicate", *FACTORS]
    names = [name for name in measures.columns if name not in (*keys, "method", "image", "class") and not name.endswith("_chance")]
    frames = {}
    for method, table in measures.groupby("method", sort=False):
        means = table.groupby(keys, sort=False)[names].mean()
        for name in names:
            if means[name].notna().any():
                frames[str(method), name] = means[name].rename("value").reset_index()
    return frames


def finding_tables(findings: Mapping[Question, Finding]) -> Tables:
    """The tables `effects`, `pairs`, `levels` and `replicates` of the findings."""
    rows = {"effects": effect_rows, "pairs": pair_rows, "levels": level_rows, "replicates": replicate_rows}
    return {name: pd.DataFrame(made(findings)) for name, made in rows.items()}


def effect_rows(findings: Mapping[Question, Finding]) -> Rows:
    """One row for each question: verdict, tests, slope, range; `p_value` is corrected within the family."""
    rows: Rows = []
    for question, finding in findings.items():
        found, slope = finding.comparison, finding.comparison.slope
        rows.append({
            **question._asdict(), "verdict": found.verdict, "p_value": found.p_value, "equivalence_p_value": found.equivalence_p_value,
            "kendall_w": found.kendall_w, "trend_p_value": found.trend_p_value, "effect": largest_effect(found),
            "slope": slope and slope.value, "slope_lower": slope and slope.lower, "slope_upper": slope and slope.upper,
            "turns_at": found.turning_point, "best": found.best, "range": found.range_of_means, "margin": found.margin,
            "replicates_needed": found.replicates_needed, "reason": found.reason,
        })  # fmt: skip
    return rows


def largest_effect(found: Comparison) -> float:
    """Matched-pairs rank-biserial correlation, -1 to 1, of the pair whose means differ most; 0 without a pair."""
    if not found.pairs:
        return 0.0
    return max(found.pairs, key=lambda pair: abs(pair.mean_difference)).rank_biserial


def pair_rows(findings: Mapping[Question, Finding]) -> Rows:
    """One row for each question and pair of levels."""
    return [
        {
            **question._asdict(), "first": pair.first, "second": pair.second,
            "difference": pair.mean_difference, "lower": pair.lower, "upper": pair.upper, "hodges_lehmann": pair.hodges_lehmann,
            "rank_biserial": pair.rank_biserial, "cohen_dz": pair.cohen_dz,
            "p_value": pair.wilcoxon_p_value, "p_holm": pair.holm_p_value, "tost_p_value": pair.tost_p_value,
            "bayes_left": pair.probability_below, "bayes_rope": pair.probability_within, "bayes_right": pair.probability_above,
        }
        for question, finding in findings.items()
        for pair in finding.comparison.pairs
    ]  # fmt: skip


def level_rows(findings: Mapping[Question, Finding]) -> Rows:
    """One row for each question and level: its mean with its interval over replicates."""
    return [
        {**question._asdict(), "level": level, "mean": mean, "lower": lower, "upper": upper}
        for question, finding in findings.items()
        for level, mean, lower, upper in zip(finding.levels, finding.table.mean(0), finding.lower, finding.upper)
    ]


def replicate_rows(findings: Mapping[Question, Finding]) -> Rows:
    """One row for each question, replicate and level: the value itself."""
    return [
        {**question._asdict(), "replicate": replicate, "level": level, "value": value}
        for question, finding in findings.items()
        for replicate, values in enumerate(finding.table)
        for level, value in zip(finding.levels, values)
    ]
