"""Describe what is wrong with a parameter in one sentence: the rule for it, and the value received."""

import reprlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from itertools import chain
from typing import Any, NamedTuple

from pydantic_core import ErrorDetails

MAX_PROBLEMS = 20  # listed in one message
MAX_LETTERS = 80  # of a value or a key in a message
MAX_BITS = 128  # of a whole number that is written out in a message
LIMITS = {"minimum": "at least", "exclusiveMinimum": "above", "maximum": "at most", "exclusiveMaximum": "below"}
KINDS = {"integer": "a whole number", "number": "a number", "string": "a text", "boolean": "true or false"}

Schema = Mapping[str, Any]
Place = Sequence[str | int]


class Problem(NamedTuple):
    """What is wrong with a parameter, which is identified by its place in the file."""

    key: str
    sentence: str


def list_problems(heading: str, problems: Sequence[Problem]) -> str:
    """Return a heading followed by one line for each problem, up to `MAX_PROBLEMS`, and the number of the others."""
    lines = [f"  {key}: {sentence}" for key, sentence in problems[:MAX_PROBLEMS]]
    more = [f"  and {len(problems) - MAX_PROBLEMS} more"] if len(problems) > MAX_PROBLEMS else []
    return "\n".join([heading, *lines, *more])


def describe_problem(error: ErrorDetails, schema: Schema) -> Problem:
    """Return an error of pydantic in the user's terms, given the JSON schema of the model."""
    place = [part for part in error["loc"] if part != "[key]"]
    return Problem(".".join(format_name(part) for part in place), explain_error(error, place, schema))


def explain_error(error: ErrorDetails, place: Place, schema: Schema) -> str:
    """Return a clause with the rule that is broken at a place of the file, and the value received."""
    if error["type"] == "invalid_key" or (error["type"] == "string_type" and "[key]" in error["loc"]):
        return "the name of a parameter must be a text"
    if error["type"] == "extra_forbidden":
        return f"there is no such parameter (got {describe_value(error['input'])}); {suggest_name(place, schema)}"
    if error["type"] == "value_error":
        return f"{error['ctx']['error']} (got {describe_value(error['input'])})"
    rule = describe_rule(find_schema(place, schema), schema)
    if error["type"] == "missing":
        return f"is missing; must be {rule}"
    allowed = find_schema(place, schema).get("enum", [])
    return f"must be {rule} (got {describe_value(error['input'])}){suggest_correction(error['input'], allowed)}"


def resolve_reference(node: Schema, schema: Schema) -> Schema:
    """Return a node of the schema, or the node that it refers to."""
    return schema["$defs"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node


def find_schema(place: Place, schema: Schema) -> Schema:
    """Return the schema of the value at a place of the file; empty if no value is expected there."""
    node = schema
    for part in place:
        inner = node.get("properties", {}).get(part) or node.get("items") or node.get("additionalProperties")
        node = resolve_reference(inner or {}, schema)
    return node


def describe_rule(node: Schema, schema: Schema) -> str:
    """Return the rule for a value, such as `a whole number, at least 1 and at most 10`."""
    if "enum" in node:
        return f"one of {', '.join(map(str, node['enum']))}"
    if node.get("type") == "array":
        entries = describe_limits([node.get("minItems"), node.get("maxItems")], ("at least", "at most"))
        return f"a list of {entries} entries, each {describe_rule(node['items'], schema)}"
    if "properties" in node:
        return f"a section with {', '.join(node['properties'])}"
    if node.get("type") == "object":
        return f"a section in which each name has {describe_rule(node['additionalProperties'], schema)}"
    if node.get("type") == "string" and "description" in node:
        return str(node["description"])
    limits = describe_limits([node.get(limit) for limit in LIMITS], LIMITS.values())
    return KINDS.get(str(node.get("type")), "something else") + (f", {limits}" if limits else "")


def describe_limits(limits: Iterable[float | None], words: Iterable[str]) -> str:
    """Return limits as `at least 1 and at most 10`, as `2` if the two are equal, or nothing if there is none."""
    given = {word: f"{limit:,.12g}" for word, limit in zip(words, limits) if limit is not None}
    exact = set(given.values()) if len(given) == 2 else set()
    return exact.pop() if len(exact) == 1 else " and ".join(f"{word} {limit}" for word, limit in given.items())


def suggest_name(place: Place, schema: Schema) -> str:
    """Return a guess at the intended name of an unknown parameter: a similar one in its section, or one of that name elsewhere."""
    section, word = [str(part) for part in place[:-1]], str(place[-1])
    beside = list(find_schema(section, schema)["properties"])
    names = [".".join([*section, name]) for name in get_close_matches(word, beside, n=1)] or find_namesakes(word, schema)
    return f"did you mean {' or '.join(names)}?" if names else f"{'.'.join(section) or 'the file'} has {', '.join(beside)}"


def find_namesakes(word: str, schema: Schema) -> list[str]:
    """Return all parameters of this name in any section, or of the most similar name if there are none."""
    sections = {name: resolve_reference(node, schema).get("properties", {}) for name, node in schema["properties"].items()}
    close = get_close_matches(word, [*sections, *chain(*sections.values())], n=1)
    inside = [f"{section}.{name}" for section, names in sections.items() for name in names if name in close]
    return [name for name in close if name in sections] + inside


def suggest_correction(value: object, allowed: Iterable[str]) -> str:
    """Return `; did you mean …?` with the most similar of the allowed texts, to end a sentence; empty if none is similar."""
    close = get_close_matches(value.strip().lower(), list(allowed), n=1) if isinstance(value, str) else []
    return f"; did you mean {close[0]}?" if close else ""


def describe_value(value: object) -> str:
    """Return a short description of any value that was received."""
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        return f"a whole number of about {int(value.bit_length() * 0.30103):,} digits"
    if isinstance(value, date):
        return f"the date {value}"
    if isinstance(value, str):
        return f"the text {shorten(repr(value))}"
    if isinstance(value, dict):
        return f"a section with {shorten(', '.join(map(format_name, value)))}" if value else "an empty section"
    if isinstance(value, list) and len(value) > reprlib.aRepr.maxlist:
        return f"a list of {len(value):,} entries, {shorten(SHORT.repr(value))}"
    return shorten(SHORT.repr(value))


def format_name(name: object) -> str:
    """Return a key of the file, or the index of an entry, shortened."""
    return shorten(name if isinstance(name, str) else SHORT.repr(name))


class ShortRepr(reprlib.Repr):
    """Short representations, made without writing out a long value first."""

    def repr_int(self, value: int, level: int) -> str:
        """Return a whole number unless it is long; Python refuses to write out one of more than 4,300 digits."""
        return str(value) if value.bit_length() <= MAX_BITS else "…"


SHORT = ShortRepr()


def shorten(text: str) -> str:
    """Return the text on one line, cut off after `MAX_LETTERS` characters."""
    plain = "".join(letter if letter.isprintable() else "�" for letter in text[: MAX_LETTERS + 1])
    return plain if len(plain) <= MAX_LETTERS else f"{plain[: MAX_LETTERS - 1]}…"
