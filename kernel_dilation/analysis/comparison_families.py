"""Families of comparisons made from tidy tables of arms, and the rows of their results that the report draws."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from kernel_dilation.analysis.metric_stacks import LEARNED, metric_names
from kernel_dilation.experiment.parameters import Analyze
from kernel_dilation.statistics.block_tables import Floats, Treatment
from kernel_dilation.statistics.comparisons import Comparison, compare_treatments, correct_family, with_replicates_needed
from kernel_dilation.statistics.crossed_comparisons import CrossedVerdict, crossed_verdicts, generalise_to_images, with_crossed_intervals
from kernel_dilation.statistics.crossed_means import crossed_means
from kernel_dilation.statistics.effect_sizes import mean_intervals
from kernel_dilation.statistics.turning_points import possible_optima

import numpy as np
import pandas as pd

FACTORS = ("dilation", "pooling", "kernel_size")
NO_STACKS: Mapping[Any, Floats] = MappingProxyType({})
Rows = list[dict[str, object]]
Tables = dict[str, pd.DataFrame]


class Question(NamedTuple):
    """A comparison to be made: of the metric `measure` of the maps of `method` (empty for accuracy) between the levels of `factor`."""

    family: str
    factor: str
    method: str
    measure: str


@dataclass(frozen=True)
class Finding:
    """The table (replicates, levels) of a question, its comparison, and the ends of the interval of each level's mean.

    A comparison whose tests cover replicates alone has a second verdict, `crossed`, which covers images as well, if it
    has values of single images. Where the means turn, `turns_within` has the levels that are not rejected as the optimum.
    """

    table: Floats
    levels: tuple[Treatment, ...]
    comparison: Comparison
    lower: Floats
    upper: Floats
    crossed: CrossedVerdict | None = None
    turns_within: tuple[Treatment, ...] = ()


MarginRule = Callable[[Question, Floats, Sequence[Treatment]], float | Floats]


def block_table(frame: pd.DataFrame, factor: str) -> tuple[Floats, tuple[Treatment, ...]]:
    """Return the mean of `value` over all arms of each level, (replicates, levels), and the levels in the frame's order.

    `frame` has one row for each replicate and arm. The replicates are the blocks: the arms of one
    replicate share their seed and are therefore not independent blocks.
    """
    levels = tuple(pd.unique(frame[factor]).tolist())
    table = frame.pivot_table(index="replicate", columns=factor, values="value", aggfunc="mean", sort=False, dropna=False)
    return table[list(levels)].sort_index().to_numpy(np.float64), levels


def family_findings(
    frames: Mapping[Question, pd.DataFrame], margin: MarginRule, options: Analyze, described: Mapping[Question, Floats] = NO_STACKS
) -> dict[Question, Finding]:
    """Return the finding for each question of one family; p-values and verdicts are corrected over all of them.

    Args:
        frames: one row for each replicate and arm, with the metric in the column `value`.
        margin: gives the margin of a question with its table and levels.
        described: (levels, replicates, images), for the questions whose intervals are to cover new images too.
    """
    tables = {question: block_table(frame, question.factor) for question, frame in frames.items()}
    return table_findings(tables, margin, options, described=described)


def table_findings(
    tables: Mapping[Question, tuple[Floats, tuple[Treatment, ...]]],
    margin: MarginRule,
    options: Analyze,
    stacks: Mapping[Question, Floats] = NO_STACKS,
    described: Mapping[Question, Floats] = NO_STACKS,
) -> dict[Question, Finding]:
    """Return the finding for each question of one family from tables (replicates, levels), each with its levels.

    How many replicates would settle a comparison is simulated for dilations only, and not for what training adds.

    Args:
        stacks: (levels, replicates, images), for the questions whose tests and intervals are to cover new images too.
        described: the same for those of which only the intervals are to cover them.
    """
    single, margins = {}, {}
    for question, (values, levels) in tables.items():
        width = margins[question] = margin(question, values, levels)
        single[question] = compare_treatments(values, levels, width, options.alpha, options.resamples, options.seed)
        if question in stacks:
            single[question] = generalise_to_images(single[question], stacks[question], float(np.mean(width)), options.alpha)
        elif question in described:
            single[question] = with_crossed_intervals(single[question], described[question], options.alpha)
    limited = {question: values for question, (values, _) in tables.items() if single[question].smallest_p_value > 0}
    together = correct_family(single, limited, options.alpha, options.seed)
    for question, (values, _) in tables.items():
        if question.factor == "dilation" and not question.family.endswith(LEARNED):  # the factor that the questions of the study are about
            together[question] = with_replicates_needed(together[question], values, options.alpha, options.seed, len(tables))
    crossed = {**described, **stacks}
    ends = {
        question: stack_intervals(crossed[question], options) if question in crossed else level_intervals(values, options)
        for question, (values, _) in tables.items()
    }
    verdicts = crossed_verdicts(described, margins, options.alpha)
    return {
        question: Finding(
            values, levels, together[question], *ends[question], verdicts.get(question),
            turning_set(together[question], crossed.get(question, values.T[..., np.newaxis]), options.alpha),
        )
        for question, (values, levels) in tables.items()
    }  # fmt: skip


def turning_set(comparison: Comparison, stack: Floats, alpha: float) -> tuple[Treatment, ...]:
    """Return the levels that may be the peak or dip of a comparison whose means turn, from the smallest; none for other comparisons.

    Args:
        stack: (levels, replicates, images), in the order of the comparison's treatments.
    """
    turn = comparison.turning_point
    if turn is None:
        return ()
    means = dict(zip(comparison.treatments, comparison.means))
    optima = possible_optima(stack, means[turn] > means[max(means, key=float)], alpha)
    return tuple(sorted((comparison.treatments[index] for index in optima), key=float))


def level_intervals(values: Floats, options: Analyze) -> tuple[Floats, Floats]:
    """Return the ends of the interval of each level's mean, (levels,) each; both are the mean itself for a single replicate."""
    if len(values) < 2:
        return values[0], values[0]
    return mean_intervals(values, options.alpha, options.resamples, options.seed)


def stack_intervals(stack: Floats, options: Analyze) -> tuple[Floats, Floats]:
    """Return the same for a stack (levels, replicates, images), with intervals that cover new images too."""
    if stack.shape[1] < 2:
        return stack.mean(axis=(1, 2)), stack.mean(axis=(1, 2))
    return crossed_means(stack).interval(options.alpha)


def mean_with_interval(values: Floats, options: Analyze) -> dict[str, float]:
    """Return `mean`, `lower` and `upper` of (replicates,) values: their mean and the ends of its interval."""
    lower, upper = level_intervals(values[:, None], options)
    return {"mean": float(values.mean()), "lower": float(lower[0]), "upper": float(upper[0])}


def metric_frames(metrics: pd.DataFrame) -> dict[tuple[str, str], pd.DataFrame]:
    """Return the mean over images (or classes) for each replicate and arm, as `value`, by method and metric.

    `metrics` holds the measures.csv of all arms, with the arms' factors as columns. Chance levels are
    left out, since metrics relative to chance have a column of their own; so are metrics without any
    value for a method.
    """
    keys = ["replicate", *FACTORS]
    names = metric_names(metrics)
    frames = {}
    for method, table in metrics.groupby("method", sort=False):
        means = table.groupby(keys, sort=False)[names].mean()
        for name in names:
            if means[name].notna().any():
                frames[str(method), name] = means[name].rename("value").reset_index()
    return frames


def finding_tables(findings: Mapping[Question, Finding]) -> Tables:
    """Return the tables `effects`, `pairs`, `levels` and `replicates` of the findings."""
    row_functions = {"effects": effect_rows, "pairs": pair_rows, "levels": level_rows, "replicates": replicate_rows}
    return {name: pd.DataFrame(make_rows(findings)) for name, make_rows in row_functions.items()}


def effect_rows(findings: Mapping[Question, Finding]) -> Rows:
    """Return one row for each question: verdict, tests, slope and range; `p_value` is corrected within the family."""
    rows: Rows = []
    for question, finding in findings.items():
        comparison, slope = finding.comparison, finding.comparison.slope
        rows.append({
            **question._asdict(), "verdict": comparison.verdict, "p_value": comparison.p_value, "smallest_p_value": comparison.smallest_p_value,
            "equivalence_p_value": comparison.equivalence_p_value,
            "kendall_w": comparison.kendall_w, "trend_p_value": comparison.trend_p_value, "effect": largest_effect(comparison),
            "slope": slope and slope.value, "slope_lower": slope and slope.lower, "slope_upper": slope and slope.upper,
            "turns_at": comparison.turning_point, "turns_within": " ".join(map(str, finding.turns_within)),
            "best": comparison.best, "range": comparison.range_of_means, "margin": comparison.margin,
            "replicates_needed": comparison.replicates_needed, "reason": comparison.reason,
            "crossed_p_value": finding.crossed and finding.crossed.p_value, "crossed_verdict": finding.crossed and finding.crossed.verdict,
        })  # fmt: skip
    return rows


def largest_effect(comparison: Comparison) -> float:
    """Return the matched-pairs rank-biserial correlation, -1 to 1, of the pair whose means differ most; 0 if there is no pair."""
    if not comparison.pairs:
        return 0.0
    return max(comparison.pairs, key=lambda pair: abs(pair.mean_difference)).rank_biserial


def pair_rows(findings: Mapping[Question, Finding]) -> Rows:
    """Return one row for each question and pair of levels: their difference, its interval and its tests."""
    return [
        {
            **question._asdict(), "first": pair.first, "second": pair.second,
            "difference": pair.mean_difference, "lower": pair.lower, "upper": pair.upper, "hodges_lehmann": pair.hodges_lehmann,
            "rank_biserial": pair.rank_biserial, "cohen_dz": pair.cohen_dz,
            "p_value": pair.wilcoxon_p_value, "p_corrected": pair.corrected_p_value, "tost_p_value": pair.tost_p_value,
            "bayes_left": pair.probability_below, "bayes_rope": pair.probability_within, "bayes_right": pair.probability_above,
        }
        for question, finding in findings.items()
        for pair in finding.comparison.pairs
    ]  # fmt: skip


def level_rows(findings: Mapping[Question, Finding]) -> Rows:
    """Return one row for each question and level: its mean over replicates with its interval."""
    return [
        {**question._asdict(), "level": level, "mean": mean, "lower": lower, "upper": upper}
        for question, finding in findings.items()
        for level, mean, lower, upper in zip(finding.levels, finding.table.mean(0), finding.lower, finding.upper)
    ]


def replicate_rows(findings: Mapping[Question, Finding]) -> Rows:
    """Return one row for each question, replicate and level: the value itself."""
    return [
        {**question._asdict(), "replicate": replicate, "level": level, "value": value}
        for question, finding in findings.items()
        for replicate, values in enumerate(finding.table)
        for level, value in zip(finding.levels, values)
    ]
