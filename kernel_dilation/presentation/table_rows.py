"""Rows of tidy tables."""

from typing import Any

from kernel_dilation.presentation.figure_style import EmptyFigureError

import pandas as pd


def rows_where(table: pd.DataFrame, **values: object) -> pd.DataFrame:
    """The rows whose columns have these values, compared as text; none if a column is missing."""
    for column, value in values.items():
        if column not in table:
            return table.iloc[:0]
        table = table[table[column].astype(str) == str(value)]
    return table


def require_rows(table: pd.DataFrame, sentence: str) -> pd.DataFrame:
    """The table itself, if it has rows.

    Raises:
        EmptyFigureError: it has none; with the sentence.
    """
    if table.empty:
        raise EmptyFigureError(sentence)
    return table


def row_dicts(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows, each by the names of its columns."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def distinct_in_order(column: pd.Series) -> list[Any]:
    """The values of a column, each once, in the order of their first appearance."""
    return list(column.drop_duplicates())
