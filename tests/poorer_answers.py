"""Answers that lack numbers."""

from collections.abc import Iterator


def without_each_key(answer: dict) -> Iterator[dict]:
    """Yield the answer without one of its numbers, at any depth, for each of them."""
    for key, value in answer.items():
        yield {other: kept for other, kept in answer.items() if other != key}
        if isinstance(value, dict):
            for poorer in without_each_key(value):
                yield {**answer, key: poorer}
