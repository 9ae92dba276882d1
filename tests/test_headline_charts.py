"""The small charts of the first screen. Oracle: worked by hand."""

from dataclasses import replace
from math import nan
from xml.etree.ElementTree import fromstring

from kernel_dilation.report.headline_charts import headline_charts, worst_worlds
from kernel_dilation.report.small_charts import ChartRow, RowChart, chart_svg, description

import pandas as pd
import pytest
from made_up_study import made_up_study


def test_the_bars_of_the_first_question_stand_in_the_order_of_their_shares():
    values = [row.value for row in headline_charts(made_up_study())["learned"].rows]
    assert len(set(values)) > 1
    assert values == sorted(values, reverse=True)


def test_a_way_stands_in_the_chart_with_the_world_where_it_does_worst_and_the_best_way_comes_first():
    rows = [("race", "a", 0.9), ("race", "b", 0.5), ("other", "a", 0.8), ("other", "b", 0.7), ("always_smallest", "a", 1.0)]
    learned = pd.DataFrame(rows, columns=["method", "world", "right_share"]).assign(same_share=1.0, identified=True)
    assert {name: row["world"] for name, row in worst_worlds(learned, "race").items()} == {"race": "b", "other": "b"}
    assert list(worst_worlds(learned, "race")) == ["race", "other"]
    assert list(worst_worlds(learned, "")) == ["other", "race"]


def test_ways_that_are_not_judged_are_compared_by_their_cost():
    learned = pd.DataFrame({
        "method": ["race", "mixture"], "world": "digits", "right_share": 0.5, "right_share_lower": 0.0, "right_share_upper": 1.0, "same_share": 1.0,
        "identified": True, "trainings": [28.0, 1.25],
    })  # fmt: skip
    study = made_up_study()
    chart = headline_charts(replace(study, tables={**study.tables, "learned": learned}))["learned"]
    assert chart.title.startswith("What one choice costs")
    assert [(row.label, row.value) for row in chart.rows] == [("race", 28.0), ("mixture", 1.25)]
    one = learned.assign(right_share=[0.9, 0.5], right_share_lower=[0.8, 0.0])
    assert [row.label for row in headline_charts(replace(study, tables={**study.tables, "learned": one}))["learned"].rows] == ["race"]


def test_a_chart_places_values_and_intervals_in_proportion():
    """Oracle: from the smallest end to the largest, values lie on a line from the end of the labels to the margin."""
    chart = RowChart("Differences", [ChartRow("a", 0.0, -1.0, 1.0), ChartRow("b <c>", 0.5)], 0.0)
    svg = fromstring(chart_svg(chart))
    whisker = next(line for line in svg.iter("line") if line.get("class") == "whisker")
    reference = next(line for line in svg.iter("line") if line.get("class") == "reference")
    dots = [float(dot.get("cx")) for dot in svg.iter("circle")]
    left, right = float(whisker.get("x1")), float(whisker.get("x2"))
    assert dots == pytest.approx([(left + right) / 2, left + 0.75 * (right - left)], abs=0.1)
    assert float(reference.get("x1")) == pytest.approx(dots[0], abs=0.1)
    assert len([line for line in svg.iter("line") if line.get("class") == "whisker"]) == 1
    assert svg.get("aria-label") == description(chart) == "Differences. a: 0 (\N{MINUS SIGN}1.0 to 1.0); b <c>: 0.50."


def test_a_chart_of_equal_values_has_an_axis():
    svg = fromstring(chart_svg(RowChart("Equal", [ChartRow("a", 2.0), ChartRow("b", 2.0, nan, 3.0)])))
    assert len(list(svg.iter("circle"))) == 2
    assert all("nan" not in str(element.attrib) for element in svg.iter())
