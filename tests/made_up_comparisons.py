"""Tables of a made-up study on which explanations and which networks change with dilation."""

from collections.abc import Sequence
from itertools import product


def property_rows(dilations: Sequence[int], methods: Sequence[str]) -> list[dict[str, object]]:
    """Return the rows of methods by properties; none for one dilation, as in `analyze`."""
    shown = {"smallest": min(dilations), "middle": sorted(dilations)[len(dilations) // 2], "largest": max(dilations)}
    trained = {"trained_at_smallest": 0.4, "trained_at_middle": 0.5, "trained_at_largest": 0.6, "turns_at": None}
    values = {"at_smallest": 0.1, "at_middle": 0.2, "at_largest": 0.3, **trained, "difference": 0.2, "lower": 0.1, "upper": 0.3, "direction": "rises"}
    p_values = {"p_value": 0.01, "smallest_p_value": 0.01, "equivalence_p_value": 0.5}
    tests = {**p_values, "margin": 0.1, "largest_effect": 2.0, "verdict": "difference", "crossed_verdict": "difference"}
    return [
        {"method": method, "property": "concentration", "measure": "gini", "networks": "trained minus untrained", **shown, **values, **tests}
        for method in methods
        if len(dilations) > 1
    ]


def representation_rows(dilations: Sequence[int], replicates: int) -> list[dict[str, object]]:
    """Return the similarity of representations and errors of every pair of dilations; none for a single replicate."""
    kinds = [*product(("trained", "untrained"), ("cka_features", "cka_hidden")), ("trained", "error_consistency")]
    return [
        {"state": state, "index": index, "comparison": "replicates" if first == second else "dilations", "first": first, "second": second,
         "mean": 0.8 + 0.1 * (first == second), "lower": 0.7, "upper": 0.95}
        for (state, index), first, second in product(kinds, dilations, dilations)
        if first <= second and replicates > 1
    ]  # fmt: skip


def mark_tables(dilations: Sequence[int], methods: Sequence[str]) -> dict[str, list[dict[str, object]]]:
    """Return how well maps show planted marks, before and after training."""
    ends = {"mean": 0.5, "lower": 0.4, "upper": 0.6}
    difference = {"trained": 0.7, "untrained": 0.2, "difference": 0.5, "lower": 0.4, "upper": 0.6}
    change = {"change": 0.1, "change_lower": 0.0, "change_upper": 0.2}
    levels = [
        {"state": state, "method": method, "measure": measure, "level": dilation, **ends}
        for state, method, measure, dilation in product(("trained", "untrained"), methods, ("mark_share", "mark_share_chance"), dilations)
    ]
    effects = [
        {"method": method, "measure": "mark_hit", "level": dilation, **difference, **change} for method, dilation in product(methods, dilations)
    ]
    return {"marks": levels, "mark_effects": effects}
