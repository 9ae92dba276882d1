"""Everything that is said of saliency maps and class models, from the measures, spectra and maps of all arms."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from kernel_dilation.analysis.comparison_families import (
    FACTORS,
    Finding,
    MarginRule,
    Question,
    Rows,
    family_findings,
    level_intervals,
    metric_frames,
    table_findings,
)
from kernel_dilation.analysis.noise_floor import INDICES, gridding_shares, pairwise_similarities
from kernel_dilation.analysis.receptive_fields import receptive_field_row
from kernel_dilation.experiment.arms import Arm, parse_arm
from kernel_dilation.experiment.parameters import Analyze
from kernel_dilation.experiment.paths import CLASS_MODEL
from kernel_dilation.statistics.blocks import relative_margins

import numpy as np
import pandas as pd

OF_EACH_DILATION = ("gridding",)  # taken at other frequencies for each dilation; `gridding_analysis` compares it at the same
ON_WHICH_DILATION = ("same dilation", "other dilation")  # the networks that judge a class model
SIDES = ("replicates", "dilations")  # of one dilation, of two
LoadMaps = Callable[[Arm, str], np.ndarray]  # (replicates, images, 28, 28) of an arm by a method


def metric_findings(measures: pd.DataFrame, options: Analyze) -> dict[Question, Finding]:
    """Each measure of each method by dilation, and by pooling and kernel size where they varied; maps and class models are families apart.

    Args:
        measures: measures.csv of all arms, with the arms' factors as columns.
    """
    frames = metric_frames(measures)
    findings: dict[Question, Finding] = {}
    for family in ("saliency", CLASS_MODEL):
        for factor in FACTORS:
            if factor == "dilation" or measures[factor].nunique() > 1:
                asked = {
                    Question(family, factor, method, measure): frame
                    for (method, measure), frame in frames.items()
                    if (method == CLASS_MODEL) == (family == CLASS_MODEL) and measure not in OF_EACH_DILATION
                }
                findings |= family_findings(asked, relative_margin_rule(options), options)
    return findings


def relative_margin_rule(options: Analyze) -> MarginRule:
    """The margin of a measure: `margin_share` of its mean at the first level."""
    return lambda table, levels: relative_margins(table, levels, options.margin_share)


def group_arms_by_dilation(arms: Sequence[Arm]) -> list[dict[int, Arm]]:
    """The arms of each kernel size and pooling, by dilation."""
    ordered = sorted(arms, key=lambda arm: (arm.kernel_size, arm.pooling, arm.dilation))
    return [{arm.dilation: arm for arm in group} for _, group in groupby(ordered, key=lambda arm: (arm.kernel_size, arm.pooling))]


def interval_row(values: np.ndarray, options: Analyze) -> dict[str, float]:
    """Mean of (replicates,) values with its interval."""
    lower, upper = level_intervals(values[:, None], options)
    return {"mean": float(values.mean()), "lower": float(lower[0]), "upper": float(upper[0])}


def similarity_analysis(
    arms: Sequence[Arm], methods: Sequence[str], maps: LoadMaps, options: Analyze
) -> tuple[pd.DataFrame, dict[Question, Finding]]:
    """How alike maps of two dilations are, beside maps of two replicates of one: a row for each method, index and pair, and the tests.

    Empty for a single replicate, which has no noise floor; without tests for a single dilation.
    """
    found: dict[tuple[str, str, int, int], list[np.ndarray]] = {}
    for method in methods:
        for group in group_arms_by_dilation(arms):
            stacks = {dilation: maps(arm, method) for dilation, arm in group.items()}
            if min(len(stack) for stack in stacks.values()) > 1:
                for index, first, second, values in pairwise_similarities(stacks):
                    found.setdefault((method, index, first, second), []).append(values)
    means = {key: np.mean(values, 0) for key, values in found.items()}
    rows = [
        {"method": method, "index": index, "comparison": SIDES[first != second], "first": first, "second": second, **interval_row(values, options)}
        for (method, index, first, second), values in means.items()
    ]
    columns = ["method", "index", "comparison", "first", "second", "mean", "lower", "upper"]
    return pd.DataFrame(rows, columns=columns), floor_findings(means, options)


def floor_findings(means: Mapping[tuple[str, str, int, int], np.ndarray], options: Analyze) -> dict[Question, Finding]:
    """Whether maps of two dilations are less alike than maps of two replicates of one; the indices of a method are a family."""
    findings: dict[Question, Finding] = {}
    for method in dict.fromkeys(key[0] for key in means):
        tables = {}
        for index in INDICES:
            sides = [
                [values for key, values in means.items() if key[:2] == (method, index) and (key[2] != key[3]) == differ] for differ in (False, True)
            ]
            if all(sides):
                tables[Question("similarity", "comparison", method, index)] = np.stack([np.mean(side, 0) for side in sides], 1), SIDES
        findings |= table_findings(tables, relative_margin_rule(options), options)
    return findings


def gridding_analysis(
    arms: Sequence[Arm], methods: Sequence[str], spectra: LoadMaps, options: Analyze
) -> tuple[pd.DataFrame, dict[Question, Finding]]:
    """Spectral power at the frequencies k / dilation beside dilation 1's at the same: a row for each method and dilation, and the tests.

    Empty if dilation 1, or any other, is not in the grid.

    Args:
        spectra: (replicates, 28, 28) of an arm by a method.
    """
    rows: Rows = []
    findings: dict[Question, Finding] = {}
    for method in methods:
        groups = [{dilation: spectra(arm, method) for dilation, arm in group.items()} for group in group_arms_by_dilation(arms)]
        dilations = sorted({arm.dilation for arm in arms} - {1}) if all(1 in group for group in groups) else []
        shares = {dilation: np.mean([gridding_shares(group, dilation) for group in groups], 0) for dilation in dilations}
        for dilation, (own, reference) in shares.items():
            powers = {"power": float(own.mean()), "power_of_dilation_1": float(reference.mean())}
            ends = interval_row(own - reference, options)
            rows.append(
                {"method": method, "dilation": dilation, **powers, "difference": ends["mean"], "lower": ends["lower"], "upper": ends["upper"]}
            )
        if shares:
            sides = np.mean(list(shares.values()), 0)[::-1].T
            question = Question("gridding", "comparison", method, "gridding")
            findings |= table_findings({question: (sides, ("dilation 1", "dilated"))}, relative_margin_rule(options), options)
    columns = ["method", "dilation", "power", "power_of_dilation_1", "difference", "lower", "upper"]
    return pd.DataFrame(rows, columns=columns), findings


def cross_recognition_analysis(transfer: pd.DataFrame, options: Analyze) -> tuple[pd.DataFrame, dict[Question, Finding]]:
    """What networks say of class models of their own and of other dilations: a row for each pair of dilations, and the tests.

    Args:
        transfer: transfer.csv. Class models of one arm are judged by its other replicates alone.
    """
    dilations = {name: parse_arm(name).dilation for name in {*transfer["source"], *transfer["target"]}}
    judged = transfer.assign(first=transfer["source"].map(dilations), second=transfer["target"].map(dilations)).dropna()
    rows = [
        {"measure": measure, "first": first, "second": second, **interval_row(table.groupby("source_replicate")[measure].mean().to_numpy(), options)}
        for measure in ("confidence", "recognised")
        for first, of_first in judged.groupby("first")
        for second, table in of_first.groupby("second")
    ]
    side = np.where(judged["first"] == judged["second"], *ON_WHICH_DILATION)
    sides = judged.assign(side=side).pivot_table(index="source_replicate", columns="side", values=["confidence", "recognised"])
    questions = {
        Question("transfer", "comparison", CLASS_MODEL, measure): (sides[measure][list(ON_WHICH_DILATION)].to_numpy(), ON_WHICH_DILATION)
        for measure in ("confidence", "recognised")
        if set(side) == set(ON_WHICH_DILATION)
    }
    return pd.DataFrame(rows), table_findings(questions, relative_margin_rule(options), options) if questions else {}


def receptive_field_table(fields: Mapping[Arm, np.ndarray], accuracies: pd.DataFrame, dilate: str, options: Analyze) -> pd.DataFrame:
    """Receptive fields, theoretical and effective, a row for each arm, beside its accuracy in percent."""
    by_arm = accuracies.groupby(list(FACTORS))["accuracy"]
    return pd.DataFrame(
        [receptive_field_row(arm, dilate, found, by_arm.get_group(tuple(arm_key(arm))).to_numpy(), options) for arm, found in fields.items()]
    )


def arm_key(arm: Arm) -> tuple[object, ...]:
    """The arm's factors in the order of `FACTORS`."""
    return tuple(getattr(arm, factor) for factor in FACTORS)
