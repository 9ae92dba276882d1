"""Templates of prose in which every number comes from answers and tables."""

import re
from collections.abc import Mapping

from kernel_dilation.presentation.text_formatting import (
    count_noun,
    format_number,
    format_p_value,
    format_percent,
    format_points,
    join_with_and,
    number_word,
    without_underscores,
)

from jinja2 import Environment, StrictUndefined

YEAR = r"(?:19|20)\d\d"
NO_NUMBERS = r"```.*?```|\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|`[^`]*`|\]\([^)]*\)|<[^>]*>"  # computed, code, addresses


def render_template(template: str, context: Mapping[str, object]) -> str:
    """Return the template with its expressions evaluated.

    This project's formatting of numbers is available as filters.

    Raises:
        jinja2.UndefinedError: the template uses a name that the context lacks.
    """
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    environment.filters |= {
        function.__name__: function
        for function in (count_noun, join_with_and, number_word, format_p_value, format_percent, format_points, format_number, without_underscores)
    }
    return environment.from_string(template).render(context)


def numbers_written_by_hand(template: str) -> list[str]:
    """Return the numbers in a template's own prose, except years, ordinals of a list, code and addresses."""
    text = re.sub(NO_NUMBERS, " ", template, flags=re.DOTALL)
    text = re.sub(r"^\s*\d+\. ", " ", text, flags=re.MULTILINE)
    return [number for number in re.findall(r"(?<![\w-])\d[\d.,]*", text) if not re.fullmatch(YEAR, number.rstrip(".,"))]
