"""Reading of tidy tables, and selection of their rows."""

from numbers import Real
from pathlib import Path
from typing import Any

from kernel_dilation.presentation.figure_style import EmptyFigureError

import pandas as pd


def read_table(path: Path, columns: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return the table of a CSV file; an empty one if the file is missing or empty.

    Args:
        columns: names, or ends of names, of the columns to read; all if empty.
    """
    try:
        return pd.read_csv(path, usecols=(lambda name: name.endswith(columns)) if columns else None)
    except (FileNotFoundError, pd.errors.EmptyDataError):
        return pd.DataFrame()


def rows_where(table: pd.DataFrame, **values: object) -> pd.DataFrame:
    """Return the rows whose columns have these values; none if a column is missing.

    Numbers are compared as numbers, also with a column that holds them as text (`level`), everything else as text.
    """
    for column, value in values.items():
        if column not in table:
            return table.iloc[:0]
        entries = table[column]
        equal = pd.to_numeric(entries, errors="coerce") == value if isinstance(value, Real) else entries.astype(str) == str(value)
        table = table[equal]
    return table


def single_row(table: pd.DataFrame, **values: object) -> dict[str, Any]:
    """Return the only row whose columns have these values, by the names of the columns.

    Raises:
        ValueError: no row has them, or more than one.
    """
    rows = row_dicts(rows_where(table, **values))
    if len(rows) != 1:
        raise ValueError(f"exactly one row must have {values}; {len(rows)} have")
    return rows[0]


def require_rows(table: pd.DataFrame, sentence: str) -> pd.DataFrame:
    """Return the table itself.

    Raises:
        EmptyFigureError: it has no rows; with the sentence.
    """
    if table.empty:
        raise EmptyFigureError(sentence)
    return table


def row_dicts(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows, each by the names of its columns."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def distinct_in_order(column: pd.Series) -> list[Any]:
    """Return the values of a column, each once, in the order of their first appearance."""
    return list(column.drop_duplicates())
