"""What is wrong with a parameter, in a sentence: the rule of its place in the model, and the value received."""

import reprlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from itertools import chain
from typing import Any, NamedTuple

from pydantic_core import ErrorDetails

MOST_PROBLEMS = 20  # that are listed at once
MOST_LETTERS = 80  # of a value or a key in a message
MOST_BITS = 128  # of a whole number that is written out in a message
LIMITS = {"minimum": "at least", "exclusiveMinimum": "above", "maximum": "at most", "exclusiveMaximum": "below"}
KINDS = {"integer": "a whole number", "number": "a number", "string": "a text", "boolean": "true or false"}

Schema = Mapping[str, Any]
Place = Sequence[str | int]


class Problem(NamedTuple):
    """A parameter, by its place in the file, and what is wrong with it."""

    key: str
    sentence: str


def list_problems(heading: str, problems: Sequence[Problem]) -> str:
    """The problems under a heading, a line each; of very many the first, and how many more there are."""
    lines = [f"  {key}: {sentence}" for key, sentence in problems[:MOST_PROBLEMS]]
    more = [f"  and {len(problems) - MOST_PROBLEMS} more"] if len(problems) > MOST_PROBLEMS else []
    return "\n".join([heading, *lines, *more])


def describe_problem(error: ErrorDetails, schema: Schema) -> Problem:
    """What pydantic refuses, in the user's words, under the rules of the model that has this JSON schema."""
    place = [part for part in error["loc"] if part != "[key]"]
    return Problem(".".join(name_text(part) for part in place), problem_sentence(error, place, schema))


def problem_sentence(error: ErrorDetails, place: Place, schema: Schema) -> str:
    """What is wrong at this place."""
    if error["type"] == "invalid_key" or (error["type"] == "string_type" and "[key]" in error["loc"]):
        return "the name of a parameter must be a text"
    if error["type"] == "extra_forbidden":
        return f"there is no such parameter (got {describe_value(error['input'])}); {guess_name(place, schema)}"
    if error["type"] == "value_error":
        return f"{error['ctx']['error']} (got {describe_value(error['input'])})"
    rule = describe_rule(schema_at(place, schema), schema)
    if error["type"] == "missing":
        return f"is missing; must be {rule}"
    allowed = schema_at(place, schema).get("enum", [])
    return f"must be {rule} (got {describe_value(error['input'])}){did_you_mean(error['input'], allowed)}"


def resolve_reference(node: Schema, schema: Schema) -> Schema:
    """A node of the schema, or what it refers to."""
    return schema["$defs"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node


def schema_at(place: Place, schema: Schema) -> Schema:
    """The schema of what stands at this place of the file, empty if nothing belongs there."""
    node = schema
    for part in place:
        inner = node.get("properties", {}).get(part) or node.get("items") or node.get("additionalProperties")
        node = resolve_reference(inner or {}, schema)
    return node


def describe_rule(node: Schema, schema: Schema) -> str:
    """The rule for a value, such as `a whole number, at least 1 and at most 10`."""
    if "enum" in node:
        return f"one of {', '.join(map(str, node['enum']))}"
    if node.get("type") == "array":
        entries = limits_text([node.get("minItems"), node.get("maxItems")], ("at least", "at most"))
        return f"a list of {entries} entries, each {describe_rule(node['items'], schema)}"
    if "properties" in node:
        return f"a section with {', '.join(node['properties'])}"
    if node.get("type") == "object":
        return f"a section in which each name has {describe_rule(node['additionalProperties'], schema)}"
    if node.get("type") == "string" and "description" in node:
        return str(node["description"])
    limits = limits_text([node.get(limit) for limit in LIMITS], LIMITS.values())
    return KINDS.get(str(node.get("type")), "something else") + (f", {limits}" if limits else "")


def limits_text(limits: Iterable[float | None], words: Iterable[str]) -> str:
    """`at least 1 and at most 10`; just `2` if the two are equal, and nothing where there is no limit."""
    given = {word: f"{limit:,.12g}" for word, limit in zip(words, limits) if limit is not None}
    exact = set(given.values()) if len(given) == 2 else set()
    return exact.pop() if len(exact) == 1 else " and ".join(f"{word} {limit}" for word, limit in given.items())


def guess_name(place: Place, schema: Schema) -> str:
    """What an unknown parameter may have been meant to be: its likes in its section, or those of that name in others."""
    section, word = [str(part) for part in place[:-1]], str(place[-1])
    beside = list(schema_at(section, schema)["properties"])
    names = [".".join([*section, name]) for name in get_close_matches(word, beside, n=1)] or namesakes(word, schema)
    return f"did you mean {' or '.join(names)}?" if names else f"{'.'.join(section) or 'the file'} has {', '.join(beside)}"


def namesakes(word: str, schema: Schema) -> list[str]:
    """Parameters of this name, wherever they stand in the file; of no such name, those of the one that is most like it."""
    sections = {name: resolve_reference(node, schema).get("properties", {}) for name, node in schema["properties"].items()}
    close = get_close_matches(word, [*sections, *chain(*sections.values())], n=1)
    inside = [f"{section}.{name}" for section, names in sections.items() for name in names if name in close]
    return [name for name in close if name in sections] + inside


def did_you_mean(value: object, allowed: Iterable[str]) -> str:
    """A guess at which of the allowed texts was meant, to stand at the end of a sentence; empty if there is none."""
    close = get_close_matches(value.strip().lower(), list(allowed), n=1) if isinstance(value, str) else []
    return f"; did you mean {close[0]}?" if close else ""


def describe_value(value: object) -> str:
    """A value as it was received, in few words whatever it is."""
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, int) and value.bit_length() > MOST_BITS:
        return f"a whole number of some {int(value.bit_length() * 0.30103):,} digits"
    if isinstance(value, date):
        return f"the date {value}"
    if isinstance(value, str):
        return f"the text {shorten(repr(value))}"
    if isinstance(value, dict):
        return f"a section with {shorten(', '.join(map(name_text, value)))}" if value else "an empty section"
    if isinstance(value, list) and len(value) > reprlib.aRepr.maxlist:
        return f"a list of {len(value):,} entries, {shorten(SHORT.repr(value))}"
    return shorten(SHORT.repr(value))


def name_text(name: object) -> str:
    """A key of the file, or the index of an entry."""
    return shorten(name if isinstance(name, str) else SHORT.repr(name))


class ShortRepr(reprlib.Repr):
    """Representations that stay short, without writing out what is long first."""

    def repr_int(self, value: int, level: int) -> str:
        """A whole number; Python refuses to write out one of more than 4,300 digits."""
        return str(value) if value.bit_length() <= MOST_BITS else "…"


SHORT = ShortRepr()


def shorten(text: str) -> str:
    """The text on one line, cut off where it grows long."""
    plain = "".join(letter if letter.isprintable() else "�" for letter in text[: MOST_LETTERS + 1])
    return plain if len(plain) <= MOST_LETTERS else f"{plain[: MOST_LETTERS - 1]}…"
