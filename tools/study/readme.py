"""Write the study's README from its results, so that no number in it is written by hand: part of `make study`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kernel_dilation.experiment.atomic_write import atomic_file
from kernel_dilation.experiment.parameters import parse_settings
from kernel_dilation.presentation.table_rows import read_table, single_row
from kernel_dilation.presentation.text_formatting import format_number
from kernel_dilation.report.findings import (
    bound_finding,
    class_finding,
    even_odd_finding,
    neighbours_finding,
    pooling_scope_finding,
    trainings_finding,
    validation_finding,
)
from kernel_dilation.report.headlines import QUESTIONS, headlines
from kernel_dilation.report.method_property_table import property_sentences
from kernel_dilation.report.saliency_findings import claim_finding, floor_findings, learned_share_finding, mark_finding, pooled_models_finding
from kernel_dilation.report.scope import Scope, scope_of
from kernel_dilation.report.scope_text import held_fixed_sentence
from tools.study.accuracy_fall import PUBLISHED
from tools.study.readme_tables import (
    Rows,
    claim_rows,
    contrast_rows,
    error_rows,
    fall_rows,
    field_rows,
    headline_rows,
    method_rows,
    metric_rows,
    reach_rows,
    replication_rows,
    way_rows,
)
from tools.study.readme_template import render_template
from tools.study.write_replication import KERNEL_SIZE_AND_POOLING

import pandas as pd

FILES = ("answers.json", "fetch.json", "run.json", "replication/answers.json")


RACE_ON_ALL_DIGITS = "race-all-digits"  # the side run


def template_context(study: Path) -> dict[str, object]:
    """Return every name that the template of the study's README may use, from the results in this folder."""
    answers, fetched, run, replication = (json.loads((study / name).read_text(encoding="utf-8")) for name in FILES)
    settings = parse_settings((study / "params.yaml").read_bytes())
    scope = scope_of(settings, answers, fetched, settings.saliency.images)
    levels = pd.read_csv(study / "replication/accuracy.csv")
    return {
        "answers": answers, "fetched": fetched, "run": run, "replication": replication, "params": settings, "scope": scope,
        "questions": QUESTIONS, "headlines": headlines(answers, scope), "held_fixed": held_fixed_sentence(scope),
        "findings": further_findings(study, answers, scope),
        "tables": readme_tables(study, answers, replication, scope),
        "networks": scope.arms * scope.replicates, "replicated": KERNEL_SIZE_AND_POOLING,
        "first": scope.dilations[0], "last": scope.dilations[-1], "hours": lambda seconds: format_number(seconds / 3600, 2),
        "level": lambda run, dilation: single_row(levels, run=run, dilation=dilation), "published": PUBLISHED,
        "worst_published": min(PUBLISHED, key=lambda dilation: PUBLISHED[dilation]),
    }  # fmt: skip


def further_findings(study: Path, answers: Mapping[str, Any], scope: Scope) -> dict[str, list[str]]:
    """Return by question what no table of the README says."""
    properties, similarity, marks, confusion, levels = (
        read_table(study / f"tables/{name}.csv") for name in ("method_properties", "similarity", "marks", "confusion", "levels")
    )
    paragraphs = {
        "learned": [bound_finding(answers["learned"]), trainings_finding(answers["learned"])],
        "saliency": [
            *property_sentences(properties), mark_finding(marks, scope), learned_share_finding(answers["saliency"]),
            claim_finding(answers["saliency"].get("class_model", {})), *floor_findings(similarity),
        ],
        "accuracy": [neighbours_finding(answers["accuracy"]), class_finding(confusion), validation_finding(answers["accuracy"], scope)],
        "fields": [pooled_models_finding(levels), even_odd_finding(answers["fields"]), pooling_scope_finding(scope)],
    }  # fmt: skip
    return {question: list(filter(None, lines)) for question, lines in paragraphs.items()}


def readme_tables(study: Path, answers: Mapping[str, Any], replication: Mapping[str, Any], scope: Scope) -> dict[str, Rows]:
    """Return the rows of every table, by its name in the template."""
    learned, effects, errors, contrasts = (read_table(study / f"tables/{name}.csv") for name in ("learned", "effects", "errors", "contrasts"))
    raced = study / "runs" / RACE_ON_ALL_DIGITS / "learned.csv"
    levels, falls = (pd.read_csv(study / f"replication/{name}.csv") for name in ("accuracy", "fall"))
    return {
        "headlines": headline_rows(answers, scope), "ways": way_rows(learned),
        "ways_on_all_digits": way_rows(pd.read_csv(raced)) if raced.exists() else [],
        "methods": method_rows(effects), "metrics": metric_rows(answers["saliency"]),
        "errors": error_rows(errors), "contrasts": contrast_rows(contrasts),
        "fields": field_rows(answers["fields"], scope), "replication": replication_rows(levels, PUBLISHED, scope.dilations),
        "falls": fall_rows(falls, scope.confidence),
        "claims": claim_rows(replication, answers, scope), "reach": reach_rows(read_table(study / "reach.csv")),
    }  # fmt: skip


def write_readme(study: Path) -> None:
    """Render the study's README from the template and the results in this folder."""
    with atomic_file(study / "README.md") as path:
        path.write_text(render_template((study / "README.template.md").read_text(encoding="utf-8"), template_context(study)), encoding="utf-8")
