"""Everything that is said of saliency maps and class models, from the measures, spectra and maps of all arms."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

import numpy as np
import pandas as pd

from stages.parts.answers import Answer, saliency_answer
from stages.parts.blocks import relative_margins
from stages.parts.fields import field_row
from stages.parts.findings import FACTORS, Finding, Question, Rows, Tables, family_findings, finding_tables, level_intervals, measure_frames
from stages.parts.grid import Arm
from stages.parts.noise_floor import gridding_shares, similarities
from stages.parts.settings import Analyze

CLASS_MODEL = "class_model"  # stands among the methods in measures.csv
Maps = Callable[[Arm, str], np.ndarray]  # (replicates, images, 28, 28) of an arm by a method


def saliency_analysis(measures: pd.DataFrame, methods: Sequence[str], options: Analyze) -> tuple[Answer, Tables]:
    """The answer on saliency and the tables of every measure by dilation, pooling and kernel size.

    Args:
        measures: measures.csv of all arms, with the arms' factors as columns.
    """
    frames = measure_frames(measures)
    findings: dict[Question, Finding] = {}
    for family in ("saliency", CLASS_MODEL):
        for factor in FACTORS:
            if factor == "dilation" or measures[factor].nunique() > 1:
                asked = {
                    Question(family, factor, method, measure): frame
                    for (method, measure), frame in frames.items()
                    if (method == CLASS_MODEL) == (family == CLASS_MODEL)
                }
                findings |= family_findings(asked, lambda table, levels: relative_margins(table, levels, options.margin_share), options)
    of_dilation = {question: finding for question, finding in findings.items() if question.factor == "dilation"}
    return saliency_answer(of_dilation, methods), finding_tables(findings)


def by_dilation(arms: Sequence[Arm]) -> list[dict[int, Arm]]:
    """The arms of each kernel size and pooling, by dilation."""
    ordered = sorted(arms, key=lambda arm: (arm.kernel_size, arm.pooling, arm.dilation))
    return [{arm.dilation: arm for arm in group} for _, group in groupby(ordered, key=lambda arm: (arm.kernel_size, arm.pooling))]


def interval_row(values: np.ndarray, options: Analyze) -> dict[str, float]:
    """Mean of (replicates,) values with its interval."""
    lower, upper = level_intervals(values[:, None], options)
    return {"mean": float(values.mean()), "lower": float(lower[0]), "upper": float(upper[0])}


def similarity_table(arms: Sequence[Arm], methods: Sequence[str], maps: Maps, options: Analyze) -> pd.DataFrame:
    """How alike maps of two dilations are, beside maps of two replicates of one; a row for each method, index and pair.

    Empty for a single replicate, which has no noise floor.
    """
    rows: Rows = []
    for method in methods:
        found: dict[tuple[str, int, int], list[np.ndarray]] = {}
        for group in by_dilation(arms):
            stacks = {dilation: maps(arm, method) for dilation, arm in group.items()}
            if min(len(stack) for stack in stacks.values()) > 1:
                for index, first, second, values in similarities(stacks):
                    found.setdefault((index, first, second), []).append(values)
        for (index, first, second), values in found.items():
            comparison = "replicates" if first == second else "dilations"
            row = {"method": method, "index": index, "comparison": comparison, "first": first, "second": second}
            rows.append(row | interval_row(np.mean(values, 0), options))
    return pd.DataFrame(rows, columns=["method", "index", "comparison", "first", "second", "mean", "lower", "upper"])


def gridding_table(arms: Sequence[Arm], methods: Sequence[str], spectra: Maps, options: Analyze) -> pd.DataFrame:
    """Spectral power at the frequencies k / dilation beside dilation 1's at the same; empty if dilation 1 is not in the grid.

    Args:
        spectra: (replicates, 28, 28) of an arm by a method.
    """
    rows: Rows = []
    for method in methods:
        groups = [{dilation: spectra(arm, method) for dilation, arm in group.items()} for group in by_dilation(arms)]
        for dilation in sorted({arm.dilation for arm in arms} - {1}) if all(1 in group for group in groups) else []:
            own, reference = np.mean([gridding_shares(group, dilation) for group in groups], 0)
            powers = {"power": float(own.mean()), "power_of_dilation_1": float(reference.mean())}
            ends = interval_row(own - reference, options)
            rows.append(
                {"method": method, "dilation": dilation, **powers, "difference": ends["mean"], "lower": ends["lower"], "upper": ends["upper"]}
            )
    return pd.DataFrame(rows, columns=["method", "dilation", "power", "power_of_dilation_1", "difference", "lower", "upper"])


def field_table(fields: Mapping[Arm, np.ndarray], accuracies: pd.DataFrame, dilate: str, options: Analyze) -> pd.DataFrame:
    """Receptive fields, theoretical and effective, a row for each arm, beside its accuracy in percent."""
    by_arm = accuracies.groupby(list(FACTORS))["accuracy"]
    return pd.DataFrame([field_row(arm, dilate, found, by_arm.get_group(tuple(arm_key(arm))).to_numpy(), options) for arm, found in fields.items()])


def arm_key(arm: Arm) -> tuple[object, ...]:
    """The arm's factors in the order of `FACTORS`."""
    return tuple(getattr(arm, factor) for factor in FACTORS)
