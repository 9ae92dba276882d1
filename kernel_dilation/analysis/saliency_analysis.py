"""The analysis of saliency maps and class models, from the metrics, maps and autocorrelations of all arms."""

from collections.abc import Iterable, Mapping
from itertools import groupby

from kernel_dilation.analysis.comparison_families import (
    FACTORS,
    Finding,
    MarginRule,
    Question,
    block_table,
    family_findings,
    mean_with_interval,
    metric_frames,
    table_findings,
)
from kernel_dilation.analysis.metric_margins import metric_margin_rule, table_margin
from kernel_dilation.analysis.metric_stacks import CLASS_MODEL_METHODS, LEARNED, Stacks, is_complete, learned_metrics, metric_stacks, of_state
from kernel_dilation.analysis.noise_floor import FLOOR_COLUMNS, floor_rows, floor_tables, gridding_at_lag, pairwise_similarities
from kernel_dilation.analysis.receptive_fields import receptive_field_row
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.parameters import Analyze
from kernel_dilation.experiment.paths import CLASS_MODEL, TRAINED, UNTRAINED
from kernel_dilation.map_metrics.autocorrelation import gridding

import numpy as np
import pandas as pd

GRIDDING_SIDES = ("other dilations", "this dilation")  # of the maps whose autocorrelation is taken at the lag of this dilation
TARGET_DILATIONS = ("same dilation", "other dilation")  # of the networks that are shown a class model
Findings = dict[Question, Finding]


def metric_findings(metrics: pd.DataFrame, options: Analyze) -> Findings:
    """Compare each metric of each method between dilations, and between poolings and kernel sizes where they vary.

    Saliency maps and class models are separate families, and so is each factor. Where the networks were also
    explained at initialisation, what training adds to each metric is compared between dilations as well, in
    families of its own (`saliency_learned`, `class_model_learned`).

    Args:
        metrics: measures.csv of all arms, with the arms' factors and perhaps `state` as columns.
    """
    trained, change = of_state(metrics, TRAINED), learned_metrics(metrics)
    frames, stacks = metric_frames(trained), metric_stacks(trained)
    findings: Findings = {}
    for factor in FACTORS:
        if factor == "dilation" or metrics[factor].nunique() > 1:
            for questions in family_questions(frames, factor):
                findings |= family_findings(questions, metric_margin_rule(options), options, level_stacks(questions, stacks))
    learned = {name: frame for name, frame in metric_frames(change).items() if np.isfinite(frame["value"]).all()}
    stacks = metric_stacks(change)
    for questions in family_questions(learned, "dilation", LEARNED):
        findings |= family_findings(questions, learned_margin_rule(frames, options), options, level_stacks(questions, stacks))
    return findings


def family_questions(frames: Mapping[tuple[str, str], pd.DataFrame], factor: str, suffix: str = "") -> list[dict[Question, pd.DataFrame]]:
    """Return the questions on saliency maps and those on class models, with the table of each; a family without metrics is left out."""
    families: dict[str, dict[Question, pd.DataFrame]] = {"saliency": {}, CLASS_MODEL: {}}
    for (method, metric), frame in frames.items():
        family = CLASS_MODEL if method in CLASS_MODEL_METHODS else "saliency"
        families[family][Question(family + suffix, factor, method, metric)] = frame
    return [questions for questions in families.values() if questions]


def level_stacks(questions: Mapping[Question, pd.DataFrame], stacks: Stacks) -> dict[Question, np.ndarray]:
    """Return the mean over all arms of each level, (levels, replicates, images), for the metrics that were measured on images."""
    means = {}
    for question, frame in questions.items():
        stack = stacks[question.method, question.measure]
        if next(iter(stack.values())).shape[1] > 1 and is_complete(stack):
            levels = pd.unique(frame[question.factor])
            means[question] = np.stack([np.mean([stack[arm] for arm in stack if getattr(arm, question.factor) == level], axis=0) for level in levels])
    return means


def learned_margin_rule(trained: Mapping[tuple[str, str], pd.DataFrame], options: Analyze) -> MarginRule:
    """Return the margin of what training adds to a metric: that of the metric itself, since a change has no zero of its own."""
    return lambda question, _, levels: table_margin(
        question.measure, block_table(trained[question.method, question.measure], question.factor)[0], levels, options
    )


def untrained_levels(metrics: pd.DataFrame, options: Analyze) -> pd.DataFrame:
    """Return the mean of each metric at each dilation over the networks at initialisation; empty if they were not explained."""
    rows = [
        {"method": method, "measure": metric, "level": level, **mean_with_interval(table[:, column], options)}
        for (method, metric), frame in metric_frames(of_state(metrics, UNTRAINED)).items()
        if np.isfinite(frame["value"]).all()
        for table, levels in [block_table(frame, "dilation")]
        for column, level in enumerate(levels)
    ]
    return pd.DataFrame(rows)


def group_arms_by_dilation(arms: Iterable[Arm]) -> list[dict[int, Arm]]:
    """Return the arms of each kernel size and pooling, by dilation."""
    ordered = sorted(arms, key=lambda arm: (arm.kernel_size, arm.pooling, arm.dilation))
    return [{arm.dilation: arm for arm in group} for _, group in groupby(ordered, key=lambda arm: (arm.kernel_size, arm.pooling))]


def similarity_analysis(method: str, maps: Mapping[Arm, np.ndarray], options: Analyze) -> tuple[pd.DataFrame, Findings]:
    """Compare the similarity of maps of two dilations with that of maps of two replicates of one dilation, the noise floor.

    Return a table with one row for each index and pair of dilations, and the findings for each index.
    Both are empty for a single replicate, which has no noise floor; the findings are empty for a
    single dilation.

    Args:
        maps: of one method, by arm, (replicates, images, 28, 28).
    """
    by_group: dict[tuple[str, int, int], list[np.ndarray]] = {}
    for group in group_arms_by_dilation(maps):
        stacks = {dilation: maps[arm] for dilation, arm in group.items()}
        if min(len(stack) for stack in stacks.values()) > 1:
            for index, first, second, values in pairwise_similarities(stacks):
                by_group.setdefault((index, first, second), []).append(values)
    means = {key: np.mean(values, 0) for key, values in by_group.items()}
    table = pd.DataFrame(floor_rows(means, options), columns=list(FLOOR_COLUMNS))
    table.insert(0, "method", method)
    return table, table_findings(floor_tables("similarity", method, means), metric_margin_rule(options), options)


def gridding_analysis(
    method: str, correlations: Mapping[Arm, np.ndarray], untrained: Mapping[Arm, np.ndarray], options: Analyze
) -> tuple[pd.DataFrame, Findings]:
    """Compare the gridding of maps at the lag of their own dilation with that of the other dilations' maps at the same lag.

    Return a table with one row for each dilation above 1, and a finding for each; those of one method
    are one family. Both are empty for a grid of a single dilation.

    Args:
        correlations: autocorrelations of the maps of one method, by arm, (replicates, lags).
        untrained: the same of the networks at initialisation; may be empty.
    """
    groups = [{dilation: correlations[arm] for dilation, arm in group.items()} for group in group_arms_by_dilation(correlations)]
    dilations = sorted({arm.dilation for arm in correlations})
    rows, tables = [], {}
    for dilation in (dilation for dilation in dilations if dilation > 1 and len(dilations) > 1):
        own, others = np.mean([gridding_at_lag(group, dilation) for group in groups], 0)
        before = [gridding(stack, dilation).mean() for arm, stack in untrained.items() if arm.dilation == dilation]
        values = {
            "gridding": float(own.mean()), "gridding_of_others": float(others.mean()), "gridding_untrained": np.mean(before) if before else np.nan,
        }  # fmt: skip
        difference = mean_with_interval(own - others, options)
        ends = {"difference": difference["mean"], "lower": difference["lower"], "upper": difference["upper"]}
        rows.append({"method": method, "dilation": dilation, **values, **ends})
        tables[Question("gridding", "comparison", method, f"gridding_at_{dilation}")] = np.stack([others, own], 1), GRIDDING_SIDES
    columns = ["method", "dilation", "gridding", "gridding_of_others", "gridding_untrained", "difference", "lower", "upper"]
    return pd.DataFrame(rows, columns=columns), table_findings(tables, lambda *_: options.margin_signed, options)


def cross_recognition_analysis(transfer: pd.DataFrame, options: Analyze) -> tuple[pd.DataFrame, Findings]:
    """Compare how networks of the same and of other dilations recognise class models.

    Return a table with one row for each metric and pair of dilations, `first` that of the class models
    and `second` that of the networks; and the findings, which are empty for a single dilation. Both have the same
    kernel size and pooling, so that only the dilation differs.

    Args:
        transfer: transfer.csv with the factors of its arms in columns such as `source_dilation` and
            `target_dilation`. Networks of the same arm are those of its other replicates.
    """
    alike = (transfer["source_kernel_size"] == transfer["target_kernel_size"]) & (transfer["source_pooling"] == transfer["target_pooling"])
    recognised = transfer[alike].dropna()
    rows = [
        {
            "measure": metric, "first": first, "second": second,
            **mean_with_interval(table.groupby("source_replicate")[metric].mean().to_numpy(), options),
        }
        for metric in ("confidence", "recognised")
        for (first, second), table in recognised.groupby(["source_dilation", "target_dilation"])
    ]  # fmt: skip
    target = np.where(recognised["source_dilation"] == recognised["target_dilation"], *TARGET_DILATIONS)
    means = recognised.assign(target=target).pivot_table(index="source_replicate", columns="target", values=["confidence", "recognised"])
    questions = {
        Question("transfer", "comparison", CLASS_MODEL, metric): (means[metric][list(TARGET_DILATIONS)].to_numpy(), TARGET_DILATIONS)
        for metric in ("confidence", "recognised")
        if set(target) == set(TARGET_DILATIONS)
    }
    return pd.DataFrame(rows), table_findings(questions, metric_margin_rule(options), options)


def receptive_field_table(
    fields: Mapping[Arm, np.ndarray], untrained: Mapping[Arm, np.ndarray], accuracies: pd.DataFrame, dilate: str, options: Analyze
) -> pd.DataFrame:
    """Return one row for each arm with its theoretical and effective receptive fields in pixels and its accuracy in percent.

    Args:
        fields: by arm, (replicates, 28, 28), from `effective_receptive_field`; `untrained` are those before training.
        accuracies: `accuracy` of every network, with the arms' factors as columns.
        dilate: the convolutions that are dilated, as in params.yaml.
    """
    by_arm = accuracies.groupby(list(Arm._fields))["accuracy"]
    rows = [
        receptive_field_row(arm, dilate, stack, untrained[arm], by_arm.get_group(tuple(arm)).to_numpy(), options) for arm, stack in fields.items()
    ]
    return pd.DataFrame(rows)
