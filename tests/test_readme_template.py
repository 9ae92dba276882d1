"""Oracle: worked by hand."""

from tools.study.readme_template import numbers_written_by_hand, render_template, single_row

import pandas as pd
import pytest
from jinja2 import UndefinedError

TABLE = pd.DataFrame({"dilation": ["1", "2", "2"], "part": ["all", "all", "border"], "points": [0.0, 1.25, 0.5]})


def test_numbers_come_from_the_facts():
    assert (
        render_template("It fell by {{ fall | format_points }}, {{ share | format_percent }}.\n", {"fall": 1.234, "share": 0.5})
        == "It fell by 1.2 percentage points, 50 %.\n"
    )


def test_a_fact_that_is_not_there_is_refused():
    with pytest.raises(UndefinedError, match="fall"):
        render_template("{{ fall }}", {})


def test_a_number_written_by_hand_is_found():
    template = "1. In 2019 ([Huang](https://a.b/12)) `make 3` fell by {{ fall | format_number(2) }}, not by 1.5 or 7.\n{% if 3 > 2 %}x{% endif %}"
    assert numbers_written_by_hand(template) == ["1.5", "7."]


def test_the_row_that_is_meant_is_found():
    assert single_row(TABLE, dilation=2, part="border") == {"dilation": "2", "part": "border", "points": 0.5}


def test_a_row_that_is_not_the_only_one_is_refused():
    with pytest.raises(ValueError, match="exactly one row must have"):
        single_row(TABLE, dilation=2)
