from kernel_dilation.report.tables import SHOWN_EFFECTS, changing_share, largest_changes, largest_effects, left_out

import pandas as pd


def effects(metrics: int) -> pd.DataFrame:
    """Return effects of accuracy, the smallest of all, and of so many metrics, whose effects alternate in sign and grow."""
    rows = [{"family": "saliency", "measure": str(size), "cohen_dz": (-1) ** size * size} for size in range(1, metrics + 1)]
    return pd.DataFrame([*rows, {"family": "accuracy", "measure": "accuracy", "cohen_dz": 0.1}])


def test_accuracy_comes_first_and_then_the_largest_effects_whatever_their_sign():
    table = largest_effects(effects(SHOWN_EFFECTS + 7))
    expected = ["accuracy", *(str(size) for size in range(SHOWN_EFFECTS + 7, 7, -1))]
    assert table["measure"].tolist() == expected
    assert left_out(effects(SHOWN_EFFECTS + 7)) == " The largest effects come first; 7 smaller ones are only in data/analysis."


def test_a_small_table_is_shown_whole():
    assert len(largest_effects(effects(3))) == 4
    assert left_out(effects(3)) == ""
    assert largest_effects(pd.DataFrame()).empty


def test_changes_over_dilation_are_ordered_by_their_size_in_margins_and_counted():
    """By hand: changes of 4, 6 and 2 margins, the second of which is a difference, and one of accuracy."""
    rows = [("saliency", "a", 0.4, 0.1, "negligible"), ("saliency", "b", 0.3, -0.05, "difference"), ("class_model", "c", 2.0, 1.0, "equivalent"),
            ("accuracy", "accuracy", 0.1, 0.5, "difference")]  # fmt: skip
    tests = pd.DataFrame(rows, columns=["family", "measure", "range", "margin", "verdict"]).assign(contrast="average - max")
    assert largest_changes(tests)["measure"].tolist() == ["accuracy", "b", "a", "c"]
    expected = "The difference average - max depends on dilation (verdict: difference) for 33 % of the metrics.\n"
    assert changing_share(tests) == expected
    assert changing_share(tests[tests["family"] == "accuracy"]) == ""
    assert largest_changes(pd.DataFrame()).empty
