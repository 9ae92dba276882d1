"""Write the study's README from its results, so that no number in it is written by hand: part of `make study`."""

import json
from collections.abc import Mapping
from pathlib import Path

from kernel_dilation.experiment.atomic_write import atomic_file
from kernel_dilation.experiment.parameters import parse_settings
from kernel_dilation.presentation.table_rows import read_table, rows_where, single_row
from kernel_dilation.presentation.text_formatting import format_number, format_percent
from kernel_dilation.report.scope import scope_of
from kernel_dilation.report.sentences import QUESTIONS, answer_sentences, held_fixed_sentence
from tools.study.accuracy_fall import PUBLISHED
from tools.study.readme_template import render_template
from tools.study.write_replication import KERNEL_SIZE_AND_POOLING

import numpy as np
import pandas as pd

FILES = ("answers.json", "fetch.json", "run.json", "replication/answers.json")
PARTS_IN_WORDS = {
    "fall": "total",
    "dilation": "the dilation itself (the fall with `same` padding and all weights)",
    "weights": "fewer weights in the dense layer",
    "places": "fewer places in the last map",
}


def template_context(study: Path) -> dict[str, object]:
    """Return every name that the template of the study's README may use, from the results in this folder."""
    answers, fetched, run, replication = (json.loads((study / name).read_text(encoding="utf-8")) for name in FILES)
    settings = parse_settings((study / "params.yaml").read_bytes())
    scope = scope_of(settings, answers, fetched, settings.saliency.images)
    levels, falls, means = (pd.read_csv(study / name) for name in ("replication/accuracy.csv", "replication/fall.csv", "tables/levels.csv"))
    correlations = rows_where(means, family="class_model", factor="dilation", measure="class_mean_correlation")
    return {
        "answers": answers, "fetched": fetched, "run": run, "replication": replication, "params": settings, "scope": scope,
        "questions": QUESTIONS, "sentences": answer_sentences(answers, scope), "held_fixed": held_fixed_sentence(scope),
        "networks": scope.arms * scope.replicates,
        "contrasts": read_table(study / "tables/contrasts.csv").to_dict("records"), "replicated": KERNEL_SIZE_AND_POOLING,
        "first": scope.dilations[0], "last": scope.dilations[-1], "parts": PARTS_IN_WORDS, "hours": lambda seconds: format_number(seconds / 3600, 2),
        "level": lambda run, dilation: single_row(levels, run=run, dilation=dilation),
        "fall": lambda part, dilation: single_row(falls, part=part, dilation=dilation),
        "share": share_with_interval, "reach": read_table(study / "reach.csv").to_dict("records"), "interval": interval_in_brackets,
        "worst_published": min(PUBLISHED, key=lambda dilation: PUBLISHED[dilation]),
        "mean_correlation": lambda dilation: single_row(correlations, level=dilation)["mean"],
    }  # fmt: skip


def share_with_interval(row: Mapping[str, float]) -> str:
    """Return the share of a cause with its interval: `23 % (18 % to 27 %)`; without one where the fall is not shown to differ from 0."""
    ends = [row["share_lower"], row["share_upper"]]
    return format_percent(row["share"]) + (f" ({format_percent(ends[0])} to {format_percent(ends[1])})" if np.isfinite(ends).all() else "")


def interval_in_brackets(row: Mapping[str, float], name: str) -> str:
    """Return the interval of a value of a row: ` (1.1 to 1.3)`; nothing where it has no finite interval."""
    ends = [row[f"{name}_lower"], row[f"{name}_upper"]]
    return f" ({format_number(ends[0], 3)} to {format_number(ends[1], 3)})" if np.isfinite(ends).all() else ""


def write_readme(study: Path) -> None:
    """Render the study's README from the template and the results in this folder."""
    with atomic_file(study / "README.md") as path:
        path.write_text(render_template((study / "README.template.md").read_text(encoding="utf-8"), template_context(study)), encoding="utf-8")
