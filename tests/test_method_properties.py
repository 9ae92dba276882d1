"""Methods by properties of their maps, on a study of which the effects are known by construction, and the sentences on them."""

from kernel_dilation.analysis.comparison_families import Question, table_findings
from kernel_dilation.analysis.method_properties import FALLS, NO_DIRECTION, RISES, TRAINED_ALONE, WITH_UNTRAINED, method_properties
from kernel_dilation.analysis.metric_margins import SIGNED_METRICS
from kernel_dilation.experiment.parameters import parse_settings
from kernel_dilation.report.glossary import METRIC_GLOSSARY
from kernel_dilation.report.method_property_table import crossed_sentence, method_property_table, property_sentences

import numpy as np
import pandas as pd
import pytest
from changed_parameters import changed

OPTIONS = parse_settings(changed(analyze__resamples=200)).analyze
REPLICATES = 8


def findings_of(effects: dict[tuple[str, str, str], tuple[float, ...]], levels: tuple[int, ...] = (1, 2, 3, 4)) -> dict:
    """Return the findings of a family of tables with these true means, by family, method and metric, and a margin of 0.1."""
    random = np.random.default_rng(0)
    tables = {
        Question(family, "dilation", method, measure): (np.array(means) + 0.01 * random.normal(size=(REPLICATES, len(levels))), levels)
        for (family, method, measure), means in effects.items()
    }
    return table_findings(tables, lambda *_: 0.1, OPTIONS)


def test_the_largest_effect_between_any_two_of_three_dilations_comes_first():
    # By construction: the pointing hit dips by 0.5 at dilation 3, five margins, and gini falls by 0.2 from end to end, two margins.
    findings = findings_of({("saliency", "gradient", "gini"): (0.7, 0.6, 0.6, 0.5), ("saliency", "gradient", "pointing_hit"): (0.5, 0.4, 0.0, 0.5)})
    table = method_properties(findings, ["gradient"], OPTIONS.alpha)
    assert table["measure"].tolist() == ["pointing_hit", "gini"]
    assert table["largest_effect"].tolist() == pytest.approx([5, 2], abs=0.2)
    first = table.iloc[0]
    assert (first["smallest"], first["middle"], first["largest"], first["turns_at"]) == (1, 3, 4, 3)
    assert first["difference"] == pytest.approx(0, abs=0.02)
    assert table.iloc[1][["lower", "difference", "upper"]].is_monotonic_increasing
    assert table["direction"].tolist() == [NO_DIRECTION, FALLS]  # the dip is back at the largest dilation


def test_untrained_networks_are_subtracted_where_they_have_the_metric():
    findings = findings_of({("saliency", "gradient", "gini"): (0.7, 0.5, 0.4, 0.3), ("saliency", "gradient", "deletion_gain"): (0.1, 0.1, 0.1, 0.1)})
    learned = findings_of({("saliency_learned", "gradient", "gini"): (0.1, 0.1, 0.1, 0.1)})
    table = method_properties(findings | learned, ["gradient"], OPTIONS.alpha).set_index("measure")
    assert table["networks"].to_dict() == {"gini": WITH_UNTRAINED, "deletion_gain": TRAINED_ALONE}
    assert table.loc["gini", "at_largest"] == pytest.approx(0.1, abs=0.02)
    assert table.loc["gini", "trained_at_largest"] == pytest.approx(0.3, abs=0.02)
    assert table.loc["deletion_gain", "trained_at_largest"] == table.loc["deletion_gain", "at_largest"]
    assert table.loc["gini", "verdict"] == "equivalent"


def test_levels_in_any_order_give_the_same_difference():
    means = {("saliency", "gradient", "gini"): (0.5, 0.7)}
    (row,) = method_properties(findings_of(means, (4, 1)), ["gradient"], OPTIONS.alpha).to_dict("records")
    assert row["difference"] == pytest.approx(-0.2, abs=0.02)
    assert row["lower"] < row["difference"] < row["upper"]


def test_a_single_dilation_has_no_rows_and_no_sentence():
    table = method_properties(findings_of({("saliency", "gradient", "gini"): (0.5,)}, (2,)), ["gradient"], OPTIONS.alpha)
    assert table.empty
    assert property_sentences(table) == []
    assert method_property_table(table).rows == []


def row(method: str, measure: str, verdict: str, direction: str) -> dict[str, object]:
    """Return a row of the table with what the sentences need."""
    change = -0.396 if direction == FALLS else 0.396
    values = {"smallest": 1, "middle": 4, "largest": 7, "turns_at": 3, "networks": TRAINED_ALONE, "margin": 0.1, "difference": change}
    trained = {"trained_at_smallest": 0.354, "trained_at_middle": 0.138, "trained_at_largest": 0.354 + change}
    return {"method": method, "measure": measure, "verdict": verdict, "direction": direction, **values, **trained}


def test_methods_that_are_robust_and_methods_that_contradict_each_other_are_named():
    """By hand."""
    table = pd.DataFrame([
        row("gradient", "pointing_hit", "difference", RISES), row("grad_cam", "pointing_hit", "difference", FALLS),
        row("occlusion", "pointing_hit", "equivalent", NO_DIRECTION), row("gradient", "gini", "difference", FALLS),
        row("grad_cam", "gini", "difference", NO_DIRECTION), row("occlusion", "gini", "negligible", NO_DIRECTION),
    ])  # fmt: skip
    assert property_sentences(table) == [
        "Measured by its margin, dilation changes the pointing hit of gradient maps most: from 0.354 at dilation 1 to 0.750 at dilation 7, with a "
        "turn at dilation 3.",
        "Shown to be robust to dilation in every property: occlusion.",
        "Of two metrics of location, concentration, faithfulness, stability and agreement, zero differ between dilations for occlusion, and two for "
        "grad cam and gradient.",
        "Methods contradict each other in the sign of the difference between the largest and the smallest dilation: "
        "pointing hit (rises: gradient; falls: grad cam).",
    ]


def test_a_sign_that_only_what_training_adds_has_is_no_contradiction():
    """By hand: gini falls in trained networks of both methods, for the first less than in untrained ones, so that training adds to it."""
    table = pd.DataFrame([row("gradient", "gini", "difference", RISES), row("grad_cam", "gini", "difference", FALLS)])
    assert "rises: gradient; falls: grad cam" in property_sentences(table)[-1]
    table.loc[0, "trained_at_largest"] = 0.1
    assert property_sentences(table)[-1].startswith("No two methods contradict each other")
    assert "(before training, more so)" in property_sentences(table.assign(networks=WITH_UNTRAINED).iloc[:1])[0]


def test_verdicts_that_do_not_hold_for_new_images_are_named():
    """By hand."""
    rows = [("gradient", "pointing_hit", "difference", "inconclusive"), ("grad_cam", "gini", "difference", "difference"),
            ("occlusion", "gini", "negligible", "equivalent"), ("class_model", "gini", "difference", None)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["method", "measure", "verdict", "crossed_verdict"])
    opening = "Verdicts hold for new replicates; for new images as well, 2 of "
    assert crossed_sentence(table) == opening + "3 are the same; they differ for gradient pointing hit."
    assert crossed_sentence(table.iloc[1:]) == opening + "2 are the same."
    assert crossed_sentence(table.iloc[3:]) == ""


def test_every_signed_metric_is_a_metric():
    of_networks = {"cka_features", "cka_hidden", "error_consistency"}
    assert set(SIGNED_METRICS) <= set(METRIC_GLOSSARY) | of_networks
