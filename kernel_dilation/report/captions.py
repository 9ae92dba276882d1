"""Captions of the figures, and the words that change with the data in captions, titles and alternative texts."""

from kernel_dilation.presentation.text_formatting import count_noun, join_with_and, without_underscores
from kernel_dilation.report.report_data import ReportData
from kernel_dilation.report.scope import Scope

import pandas as pd

OWN_SCALE = "Each image is divided by its own largest absolute value (red: positive, white: 0, blue: negative)."
HATCHED = "Hatched worlds do not count for the verdicts, because their planted dilation is not the best. "
NO_METHOD = "no method"


def caption_words(report_data: ReportData) -> dict[str, str]:
    """Return the words by which the fields of a figure's texts are replaced: `{dilations}` by `1, 2 and 4`."""
    scope, explained, learned = report_data.scope, report_data.explained, report_data.learned
    methods = [without_underscores(method) for method in explained.maps]
    return {
        "own_scale": OWN_SCALE,
        "data_set": scope.data_set,
        "image": scope.image,
        "images": scope.images,
        "train": scope.of("train"),
        "validation": scope.of("validation"),
        "test": scope.of("test"),
        "explained": scope.of("test", scope.explained),
        "shown": scope.of("test", len(explained.digits)),
        "one": scope.of("test", 1),
        "learning": scope.world_images,
        "learning_runs": count_noun(scope.learn.replicates, "run"),
        "world": scope.world_phrase(scope.world),
        "hatched": HATCHED if has_hatched_world(report_data.table("learned")) else "",
        "confidence": scope.confidence,
        "networks": scope.networks,
        "mark_replicates": count_noun(scope.mark_replicates, "replicate"),
        "reference_arms": scope.reference_arms,
        "pooling": scope.poolings[0],
        "grid": scope.grid,
        "dilations": join_with_and(scope.dilations),
        "methods": join_with_and(methods) or NO_METHOD,
        "first_method": methods[0] if methods else "first",
        "learners": join_with_and([without_underscores(method) for method in learned.choices]) or NO_METHOD,
        "alpha": f"{scope.alpha:g}",
        "margin_points": f"{scope.margin_points:g}",
        "margin": scope.margin,
        "probed": f"{scope.probed:,}",
    }


def has_hatched_world(learned: pd.DataFrame) -> bool:
    """Return whether the planted dilation of a world is not the best; False without worlds."""
    return "identified" in learned and not learned["identified"].all()


def caption(text: str, scope: Scope, data: str, networks: str = "", interval: str = "", over: str = "replicates") -> str:
    """Return what a figure shows, then the interval, the data and the networks.

    Args:
        networks: empty where no network is shown.
        interval: what shows the interval, such as `Bars`; empty where nothing does.
        over: what the interval covers, `replicates`, `replicates and images`, or `replicates of their own`, whose values are shares.
    """
    sources = f"Data: {'; '.join(filter(None, [data, networks]))}."
    return " ".join(filter(None, [text, interval and interval_text(interval, scope, over), sources]))


def interval_text(shown_by: str, scope: Scope, over: str = "replicates") -> str:
    """Return what the interval is, or why there is none."""
    if scope.replicates < 2:
        return "A single replicate has no interval."
    if over == "replicates of their own":
        return f"{shown_by}: {scope.confidence} confidence interval of the mean over these replicates, cut off at 0 and 1."
    if over != "replicates":
        return f"{shown_by}: {scope.confidence} confidence interval that covers new replicates and new {scope.images}."
    return f"{shown_by}: {scope.confidence} confidence interval of the mean over {scope.replicates} replicates (wild bootstrap)."
