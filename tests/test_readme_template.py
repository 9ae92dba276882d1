"""Oracle: worked by hand."""

from kernel_dilation.presentation.table_rows import rows_where, single_row
from tools.study.readme_template import numbers_written_by_hand, render_template

import pandas as pd
import pytest
from jinja2 import UndefinedError

TABLE = pd.DataFrame({"dilation": ["1", "2", "2"], "part": ["all", "all", "border"], "points": [0.0, 1.25, 0.5]})


def test_numbers_come_from_the_context():
    assert (
        render_template("It fell by {{ fall | format_points }}, {{ share | format_percent }}.\n", {"fall": 1.234, "share": 0.5})
        == "It fell by 1.2 percentage points, 50 %.\n"
    )


def test_a_name_that_the_context_lacks_is_refused():
    with pytest.raises(UndefinedError, match="fall"):
        render_template("{{ fall }}", {})


def test_a_number_written_by_hand_is_found():
    template = "1. In 2019 ([Huang](https://a.b/12)) `make 3` fell by {{ fall | format_number(2) }}, not by 1.5 or 7.\n{% if 3 > 2 %}x{% endif %}"
    assert numbers_written_by_hand(template) == ["1.5", "7."]


def test_a_single_row_is_found_by_number_and_by_text():
    assert single_row(TABLE, dilation=2, part="border") == {"dilation": "2", "part": "border", "points": 0.5}


def test_several_rows_are_refused_where_one_is_asked_for():
    with pytest.raises(ValueError, match="exactly one row must have"):
        single_row(TABLE, dilation=2)


def test_numbers_are_compared_as_numbers_and_names_as_text():
    """By hand: `1.0` in a column of numbers and `1` in a column of text both equal 1, and 1 is not the text `1.5`."""
    table = pd.DataFrame({"number": [1.0, 2.0, 1.0], "level": ["1", "max", "1.5"]})
    assert len(rows_where(table, number=1)) == 2
    assert len(rows_where(table, level=1)) == len(rows_where(table, level="max")) == len(rows_where(table, number=1, level="1.5")) == 1
    assert rows_where(table, another=1).empty
