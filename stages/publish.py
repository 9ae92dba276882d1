"""Write the study's README from what the study left, so that no number in it is written by hand: part of `make study`."""

import json
from pathlib import Path

import pandas as pd

from stages.parts.experiment.outputs import replacing
from stages.parts.experiment.settings import checked_settings
from stages.parts.page.sentences import held_fixed, sentences
from stages.parts.page.wording import rounded
from stages.parts.proofs.prose import prose, row
from stages.replicate import REPLICATED
from stages.report import read_scope, table

FILES = ("answers.json", "fetch.json", "run.json", "replication/answers.json")
PARTS_IN_WORDS = {
    "fall": "all of it",
    "dilation": "the dilation itself (falls with `same` too)",
    "weights": "lost weights (does not fall where they are given back)",
    "border": "the border (the rest)",
}


def facts(study: Path) -> dict[str, object]:
    """Everything that the study's README may say, from what is kept."""
    answers, fetched, run, replication = (json.loads((study / name).read_text(encoding="utf-8")) for name in FILES)
    settings = checked_settings((study / "params.yaml").read_bytes())
    scope = read_scope(settings, answers, fetched, settings.saliency.images)
    levels, falls, means = (pd.read_csv(study / name) for name in ("replication/accuracy.csv", "replication/fall.csv", "tables/levels.csv"))
    correlations = means.query("family == 'class_model' and factor == 'dilation' and measure == 'class_mean_correlation'")
    return {
        "answers": answers, "fetched": fetched, "run": run, "replication": replication, "params": settings, "scope": scope,
        "sentences": sentences(answers, scope), "held_fixed": held_fixed(scope), "networks": scope.arms * scope.replicates,
        "contrasts": table(study / "tables/contrasts.csv").to_dict("records"), "replicated": REPLICATED,
        "first": scope.dilations[0], "last": scope.dilations[-1], "parts": PARTS_IN_WORDS, "hours": lambda seconds: rounded(seconds / 3600, 2),
        "level": lambda run, dilation: row(levels, run=run, dilation=dilation),
        "fall": lambda part, dilation: row(falls, part=part, dilation=dilation),
        "mean_correlation": lambda dilation: row(correlations, level=dilation)["mean"],
    }  # fmt: skip


def publish(study: Path) -> None:
    """Work out the study's README from what is kept."""
    with replacing(study / "README.md") as path:
        path.write_text(prose((study / "README.template.md").read_text(encoding="utf-8"), facts(study)), encoding="utf-8")
