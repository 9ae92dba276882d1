"""Prose whose numbers come from answers and tables: a template in which none stands by hand."""

import re
from collections.abc import Mapping

from kernel_dilation.presentation.text_formatting import (
    count_noun,
    format_number,
    format_p_value,
    format_percent,
    format_points,
    join_with_and,
    without_underscores,
)

import pandas as pd
from jinja2 import Environment, StrictUndefined

YEAR = r"(?:19|20)\d\d"
NO_NUMBERS = r"```.*?```|\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|`[^`]*`|\]\([^)]*\)|<[^>]*>"  # computed, code, addresses


def render_template(template: str, facts: Mapping[str, object]) -> str:
    """The template with its expressions worked out; this project's wording of numbers serves as filters.

    Raises:
        jinja2.UndefinedError: the template asks for what the facts do not hold.
    """
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    environment.filters |= {
        function.__name__: function
        for function in (count_noun, join_with_and, format_p_value, format_percent, format_points, format_number, without_underscores)
    }
    return environment.from_string(template).render(facts)


def numbers_written_by_hand(template: str) -> list[str]:
    """Numbers that stand in a template's prose itself: all but years, ordinals of a list, and what stands in code or an address."""
    text = re.sub(NO_NUMBERS, " ", template, flags=re.DOTALL)
    text = re.sub(r"^\s*\d+\. ", " ", text, flags=re.MULTILINE)
    return [number for number in re.findall(r"(?<![\w-])\d[\d.,]*", text) if not re.fullmatch(YEAR, number.rstrip(".,"))]


def single_row(table: pd.DataFrame, **where: object) -> dict[str, object]:
    """The one row whose columns have these values, compared as text.

    Raises:
        ValueError: not exactly one row has them.
    """
    found = table
    for column, value in where.items():
        found = found[found[column].astype(str) == str(value)]
    if len(found) != 1:
        raise ValueError(f"exactly one row must have {where}; {len(found)} have")
    return {str(name): value for name, value in found.iloc[0].items()}
