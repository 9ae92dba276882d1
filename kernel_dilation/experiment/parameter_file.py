"""Reading params.yaml as DVC reads it: YAML 1.2, by the same library.

With any other reader a value could mean one thing to DVC, which decides what runs again, and another to
the stages: `1e-05` and `010` are 0.00001 and 10 here, a text and 8 under YAML 1.1.
"""

import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent, ScalarEvent
from ruamel.yaml.reader import ReaderError

FILE = "params.yaml"
MOST_CHARACTERS = 100_000  # of the file; the default one has some 5,000
MOST_VALUE_CHARACTERS = 4_000  # of one value; the longest that makes sense is a path
LINE_END = "\r\n|[\n\r\x85\u2028\u2029]"  # as YAML counts lines
MOST_LEVELS = 20  # of brackets, braces and indentation; the loader recurses, and crashes at some thousands


def read_parameters(content: str | bytes, file: str = FILE) -> Any:
    """What a file of parameters holds, of the types that DVC finds in it: most often a dictionary.

    Raises:
        ValueError: text that is no YAML 1.2, that DVC reads in more than one way, or that is beyond all measure; says where and why.
    """
    try:
        text = decode(content)
        check_text(text)
        check_events(text)
        return load_yaml(text)
    except YAMLError as error:
        raise ValueError(f"{file} is not valid YAML: {describe_yaml_error(error, text)}") from None
    except ValueError as error:
        raise ValueError(f"{file} {error}") from None


def decode(content: str | bytes) -> str:
    """The text of the file.

    Raises:
        ValueError: it is not encoded in UTF-8.
    """
    if isinstance(content, str):
        return content
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValueError(f"must be encoded in UTF-8; line {line} has the byte {content[error.start]:#04x}, which is not") from None


def check_text(text: str) -> None:
    """Accept a file that is not too long and has no directive: of `%YAML 1.1` one of DVC's readers takes notice and another does not.

    Raises:
        ValueError: it is too long, or its first line is one.
    """
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"must have at most {MOST_CHARACTERS:,} characters; it has {len(text):,}")
    first = next((line for line in text.splitlines() if line.strip("\ufeff \t") and not line.lstrip().startswith("#")), "")
    if first.lstrip("\ufeff").startswith("%"):
        raise ValueError(f"is read as YAML 1.2 and must not begin with a directive; leave out the line {first[:40]!r}")


def check_events(text: str) -> None:
    """Accept YAML that can be loaded: neither nested without end, nor with values of any length, nor with types of its own.

    Raises:
        ValueError: it cannot; says in which line.
        YAMLError: it is not valid.
    """
    levels = 0
    for event in YAML(typ="safe").parse(text):
        levels += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        line = f"line {event.start_mark.line + 1}"
        if levels > MOST_LEVELS:
            raise ValueError(f"must nest brackets, braces and sections at most {MOST_LEVELS} deep; {line} goes deeper")
        if isinstance(event, ScalarEvent) and len(event.value) > MOST_VALUE_CHARACTERS:
            length = len(event.value)
            raise ValueError(f"must have values of at most {MOST_VALUE_CHARACTERS:,} characters; the one in {line} has {length:,}")
        if getattr(event, "tag", None):
            raise ValueError(f"must not name types, as {line} does with an exclamation mark; a text that begins with one needs quotes")


def load_yaml(text: str) -> object:
    """What the YAML stands for.

    Raises:
        ValueError: a date or number that looks like one and is none, such as 2026-13-01.
        YAMLError: it is not valid.
    """
    try:
        return YAML(typ="safe").load(text)
    except ValueError as error:
        raise ValueError(f"has a date or a number that does not exist: {error}") from None


def describe_yaml_error(error: YAMLError, text: str) -> str:
    """Where and why YAML could not be read, in a sentence."""
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return f"line {line} has the control character {error.character:#04x}"
    mark = error.problem_mark or error.context_mark if isinstance(error, MarkedYAMLError) else None
    if not isinstance(error, MarkedYAMLError) or mark is None:
        return str(error)
    line = mark.line + 1
    content = [*re.split(LINE_END, text), ""][mark.line]
    if isinstance(error, DuplicateKeyError):
        key = re.match(r'found duplicate key "(.*?)" with', error.problem or "", re.DOTALL)
        return f"line {line} has the key {key[1][:40] if key else ''} a second time in one section; keep one of them"
    if "\t" in content[: mark.column + 1]:
        return f"line {line} has a tab before its first word, where YAML allows spaces alone"
    said = ", ".join(filter(None, [error.context, error.problem]))
    return f"line {line}{f', {content.strip()[:60]!r}' if content.strip() else ''}: {said}"
