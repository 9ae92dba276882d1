"""What was found on class saliencies beside the answer, in sentences with few numbers."""

from kernel_dilation.experiment.paths import BASELINES, CLASS_MODEL, NETWORK_ITSELF, TRAINED, UNTRAINED
from kernel_dilation.presentation.table_rows import rows_where, single_row
from kernel_dilation.presentation.text_formatting import format_number, format_percent, join_with_and, number_word, without_underscores
from kernel_dilation.report.report_data import NamedTables
from kernel_dilation.report.scope import AnswerValues, Scope

import pandas as pd

POOLINGS_WITHOUT_SWITCHES = {"average": "average pooling", "stride": "a stride in place of pooling"}
NEARLY_ALL = 0.95  # of the marked images classified rightly
FLOOR_OPENINGS = {TRAINED: "Maps of two replicates of one dilation, the noise floor,", UNTRAINED: "Before training, maps of two networks"}
NEAR_INTERPRETABILITY = {  # metrics of class models that come near the claim of 2019, in words
    "class_mean_correlation": "the correlation with the class mean",
    "class_mean_contrast": "the correlation with the own class less that with others",
    "class_mean_contrast_unsigned": "the correlation of absolute values with the own class less that with others",
    "neighbours_confidence": "recognition by nearest neighbours",
    "neighbours_confidence_unsigned": "recognition of absolute values by nearest neighbours",
    "dense_confidence": "recognition by a dense network",
    "dense_confidence_unsigned": "recognition of absolute values by a dense network",
}


def saliency_findings(answer: AnswerValues, tables: NamedTables, scope: Scope) -> list[str]:
    """Return a paragraph for each finding; empty where a number is missing.

    Args:
        tables: those of data/analysis, of which `method_properties`, `similarity` and `marks` are read if they are there.
    """
    properties, similarity, marks = (tables.get(name, pd.DataFrame()) for name in ("method_properties", "similarity", "marks"))
    return [
        mark_finding(marks, scope),
        deconvnet_finding(properties, scope),
        crossed_share_finding(answer, scope),
        learned_share_finding(answer),
        claim_finding(answer.get("class_model", {})),
        *floor_findings(similarity),
    ]


def mark_finding(marks: pd.DataFrame, scope: Scope) -> str:
    """Return for the method whose maps lose or find planted marks most, how often they show them at the smallest and the largest dilation.

    It is said as well whether the networks classify nearly all marked images rightly, at every dilation.
    """
    hits = rows_where(marks, state=TRAINED, measure="mark_hit")
    hits = hits[~hits["method"].isin(BASELINES)] if len(hits) else hits
    if hits.empty or hits["level"].nunique() < 2:
        return ""
    table = hits.pivot_table(index="method", columns="level", values="mean").sort_index(axis=1)
    first, last = table.columns[0], table.columns[-1]
    method = (table[last] - table[first]).abs().idxmax()
    ends = [f"{format_percent(single_row(hits, method=method, level=level)['mean'])} of images at dilation {level:g}" for level in (first, last)]
    accuracy = rows_where(marks, state=TRAINED, method=NETWORK_ITSELF, measure="accuracy")["mean"]
    rightly = len(accuracy) > 0 and accuracy.min() >= NEARLY_ALL
    networks = ", although the networks, which have nothing else to go by, are nearly always right" if rightly else ""
    each = f"{number_word(scope.mark_replicates)} network{'s' if scope.mark_replicates > 1 else ''} of each arm"
    return (
        f"In {each}, whose class depends on a planted mark alone, the largest value of {without_underscores(str(method))} maps lies on it in "
        f"{ends[0]} and in {ends[1]}{networks}."
    )


def deconvnet_finding(properties: pd.DataFrame, scope: Scope) -> str:
    """Return with which poolings deconvnet maps do not depend on the image; nothing if there are none, or no such maps were measured."""
    blind = [POOLINGS_WITHOUT_SWITCHES[pooling] for pooling in scope.poolings if pooling in POOLINGS_WITHOUT_SWITCHES]
    if not blind or rows_where(properties, method="deconvnet").empty:
        return ""
    mixed = " Its metrics mix such maps with those of max pooling." if len(blind) < len(scope.poolings) else ""
    return (
        f"With {join_with_and(blind)}, nothing in the backward pass of deconvnet depends on the image, so that its maps are the same for all images "
        f"of a class.{mixed}"
    )


def crossed_share_finding(answer: AnswerValues, scope: Scope) -> str:
    """Return how many metrics differ for new images as well; nothing without such verdicts."""
    if "crossed_share_differing" not in answer:
        return ""
    share = format_percent(answer["crossed_share_differing"])
    return (
        f"Verdicts on metrics hold for newly trained networks on these {scope.images}. Among the metrics with values of single {scope.images}, "
        f"{share} differ for new networks and for new {scope.images}, too."
    )


def learned_share_finding(answer: AnswerValues) -> str:
    """Return how many combinations differ in what training adds; nothing if the networks at initialisation were not explained."""
    if "learned_share_differing" not in answer:
        return ""
    return (
        "Measured against the same networks at initialisation (difference of differences), what training adds differs "
        "significantly between dilations, and is not shown to be equivalent, in "
        f"{format_percent(answer['learned_share_differing'])} of the combinations."
    )


def claim_finding(models: AnswerValues) -> str:
    """Return what the metrics say that come near the interpretability that was claimed in 2019.

    A metric increases or decreases if its verdict is a difference, it does not turn, and the interval of its slope excludes 0.
    """
    measured = {name: models[name] for name in NEAR_INTERPRETABILITY if "verdict" in models.get(name, {})}
    if not measured:
        return ""
    rest = " The others do neither." if 0 < sum(trend(value) != 0 for value in measured.values()) < len(measured) else ""
    up, down = ([NEAR_INTERPRETABILITY[name] for name, value in measured.items() if trend(value) == sign] for sign in (1, -1))
    increase, decrease = (f"{word} with dilation: {join_with_and(names)}" for word, names in (("increase", up), ("decrease", down)))
    texts = {
        (True, True): f"They disagree. These {increase}; these {decrease}.{rest} So the claim is neither supported nor refuted.",
        (True, False): f"These {increase}; none decreases, which supports the claim as far as these metrics go.",
        (False, True): f"These {decrease}; none increases, which contradicts the claim as far as these metrics go.",
        (False, False): "Not one of them clearly increases or decreases with dilation, so the claim is neither supported nor refuted.",
    }
    return (
        "Huang and Grethlein (2019) reported that class models become more interpretable at larger dilations. Interpretability itself was not "
        f"measured here, but {number_word(len(measured))} metric{'s' if len(measured) > 1 else ''} that "
        f"{'come' if len(measured) > 1 else 'comes'} near it. {texts[bool(up), bool(down)]}"
    )


def trend(value: AnswerValues) -> int:
    """Return 1 for a metric that is shown to increase with dilation, -1 for one that is shown to decrease, and 0 for any other."""
    ends = [value.get(f"slope_{end}", 0.0) for end in ("lower", "upper")]
    if value["verdict"] != "difference" or "turns_at" in value or min(ends) <= 0 <= max(ends):
        return 0
    return 1 if ends[0] > 0 else -1


def floor_findings(similarity: pd.DataFrame) -> list[str]:
    """Return how the noise floor of the first method changes from the smallest to the largest dilation, in trained and in untrained networks.

    Nothing is returned for a single dilation, or without a noise floor.
    """
    rows = rows_where(similarity, index="spearman", comparison="replicates")
    rows = rows[rows["method"] == rows["method"].iloc[0]] if len(rows) else rows
    lines = []
    for state, opening in FLOOR_OPENINGS.items():
        floor = rows_where(rows, state=state)
        if len(floor) > 1:
            ordered = floor.sort_values("first", kind="stable")
            ends = [f"{format_number(row['mean'], 2)} at dilation {row['first']}" for row in (ordered.iloc[0], ordered.iloc[-1])]
            end = "" if state == TRAINED else "; this change owes nothing to learning"
            method = without_underscores(ordered["method"].iloc[0])
            lines.append(f"{opening} have a rank correlation of {ends[0]} and of {ends[1]} ({method}){end}.")
    return lines


def pooled_models_finding(levels: pd.DataFrame) -> str:
    """Return between which poolings class models depend most and least on their initial noise; nothing if there is one pooling."""
    rows = rows_where(levels, family=CLASS_MODEL, factor="pooling", method=CLASS_MODEL, measure="start_similarity")
    if len(rows) < 2:
        return ""
    ordered = rows.sort_values("mean", kind="stable")
    ends = [f"{format_number(row['mean'])} with {row['level']} pooling" for row in (ordered.iloc[0], ordered.iloc[-1])]
    return (
        f"Class models of one network and class from different initial noise have a mean correlation of {ends[0]} and of {ends[1]}. Where it "
        "is low, a class model is one of many possible images, so only averages of them are to be compared."
    )
