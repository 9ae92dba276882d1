"""What was found on class saliencies. Oracle: written by hand from made-up answers and tables."""

from dataclasses import replace

from kernel_dilation.report.findings import findings
from kernel_dilation.report.saliency_findings import claim_finding, crossed_share_finding, deconvnet_finding, floor_findings, mark_finding

import pandas as pd
import pytest
from made_up_study import made_up_scope

SCOPE = made_up_scope()


UP, DOWN, FLAT = (
    {"verdict": "difference", "slope_per_dilation": (lower + upper) / 2, "slope_lower": lower, "slope_upper": upper}
    for lower, upper in ((0.01, 0.05), (-0.05, -0.01), (-0.01, 0.05))
)
TURNING, SMALL = {**UP, "turns_at": 2}, {**UP, "verdict": "negligible"}
NEITHER = "Not one of them clearly increases or decreases with dilation, so the claim is neither supported nor refuted."


@pytest.mark.parametrize(
    ("neighbours", "dense_confidence", "conclusion"),
    [
        (
            UP, DOWN, "They disagree. These increase with dilation: recognition by nearest neighbours; these decrease with dilation: recognition by "
            "a dense network. So the claim is neither supported nor refuted.",
        ),
        (
            UP, FLAT, "These increase with dilation: recognition by nearest neighbours; none decreases, which supports the claim as far as these "
            "metrics go.",
        ),
        (
            FLAT, DOWN, "These decrease with dilation: recognition by a dense network; none increases, which contradicts the claim as far as these "
            "metrics go.",
        ),
        (FLAT, TURNING, NEITHER),
        (SMALL, FLAT, NEITHER),
    ],
)  # fmt: skip
def test_the_claim_of_2019_is_weighed_by_all_metrics_that_come_near_it(neighbours, dense_confidence, conclusion):
    judges = {"neighbours_confidence": neighbours, "dense_confidence": dense_confidence}
    line = claim_finding({**judges, "confidence": UP, "transfer": UP})
    assert line.endswith(f"Interpretability itself was not measured here, but two metrics that come near it. {conclusion}")


def test_the_share_that_differs_for_new_images_stands_beside_that_for_new_replicates():
    assert crossed_share_finding({"crossed_share_differing": 0.4}, SCOPE) == (
        "Verdicts on metrics hold for newly trained networks on these images. Among the metrics with values of single images, 40 % differ for new "
        "networks and for new images, too."
    )


def test_the_noise_floor_is_told_at_both_ends_before_and_after_training():
    """From made-up values of the first method; those of other methods, indices and pairs of dilations are not told."""
    similarity = pd.DataFrame(
        [
            ("gradient", "spearman", "replicates", 7, "trained", 0.25), ("gradient", "spearman", "replicates", 1, "trained", 0.71),
            ("gradient", "spearman", "dilations", 1, "trained", 0.5), ("gradient", "ssim", "replicates", 1, "trained", 0.6),
            ("gradient", "spearman", "replicates", 1, "untrained", 0.89), ("gradient", "spearman", "replicates", 7, "untrained", 0.24),
            ("occlusion", "spearman", "replicates", 1, "trained", 0.97),
        ],
        columns=["method", "index", "comparison", "first", "state", "mean"],
    )  # fmt: skip
    assert floor_findings(similarity) == [
        "Maps of two replicates of one dilation, the noise floor, have a rank correlation of 0.71 at dilation 1 and of 0.25 at dilation 7 "
        "(gradient).",
        "Before training, maps of two networks have a rank correlation of 0.89 at dilation 1 and of 0.24 at dilation 7 (gradient); this change owes "
        "nothing to learning.",
    ]
    assert floor_findings(similarity[similarity["first"] == 1]) == floor_findings(pd.DataFrame()) == []


def marks_of(method: str, hits: tuple[float, float], accuracy: float) -> pd.DataFrame:
    """Return the rows of one method and of the networks at dilations 1 and 4."""
    rows = [("trained", method, "mark_hit", hits[0], 1), ("trained", method, "mark_hit", hits[1], 4), ("trained", "network", "accuracy", accuracy, 1)]
    return pd.DataFrame(rows, columns=["state", "method", "measure", "mean", "level"])


@pytest.mark.parametrize(
    ("accuracy", "end"), [(0.99, ", although the networks, which have nothing else to go by, are nearly always right."), (0.9, ".")]
)
def test_the_method_whose_maps_lose_the_mark_is_told(accuracy, end):
    marks = pd.concat(
        [marks_of("gradient", (1.0, 0.9), accuracy), marks_of("grad_cam", (0.91, 0.02), accuracy), marks_of("edges", (0.9, 0.0), accuracy)]
    )
    assert mark_finding(marks, SCOPE) == (
        "In two networks of each arm, whose class depends on a planted mark alone, the largest value of grad cam maps lies on it in 91 % of images "
        f"at dilation 1 and in 2 % of images at dilation 4{end}"
    )
    assert mark_finding(marks[marks["level"] == 1], SCOPE) == mark_finding(pd.DataFrame(), SCOPE) == ""


def test_maps_that_do_not_depend_on_the_image_are_told_where_they_were_measured():
    """Only max pooling passes the image on, by its switches."""
    properties = pd.DataFrame({"method": ["gradient", "deconvnet"]})
    opening = "With average pooling and a stride in place of pooling, nothing in the backward pass of deconvnet depends on the image"
    all_poolings, blind = (replace(SCOPE, poolings=poolings) for poolings in (("max", "average", "stride"), ("average",)))
    assert deconvnet_finding(properties, all_poolings).startswith(opening)
    assert deconvnet_finding(properties, all_poolings).endswith("Its metrics mix such maps with those of max pooling.")
    assert deconvnet_finding(properties, blind).endswith("of a class.")
    assert deconvnet_finding(properties.iloc[:1], SCOPE) == deconvnet_finding(properties, replace(SCOPE, poolings=("max",))) == ""


def test_class_models_that_depend_on_their_initial_noise_are_told_by_pooling():
    levels = pd.DataFrame({
        "family": "class_model", "factor": "pooling", "method": "class_model", "measure": "start_similarity", "level": ["max", "average"],
        "mean": [0.4016, 0.9967],
    })  # fmt: skip
    answers = {"fields": {"verdict": "difference"}}
    assert findings(answers, {"levels": levels}, SCOPE)["fields"][0] == (
        "Class models of one network and class from different initial noise have a mean correlation of 0.402 with max pooling and of 0.997 with "
        "average pooling. Where it is low, a class model is one of many possible images, so only averages of them are to be compared."
    )
    assert findings(answers, {"levels": levels.iloc[:1]}, SCOPE)["fields"] == findings(answers, {}, SCOPE)["fields"]
