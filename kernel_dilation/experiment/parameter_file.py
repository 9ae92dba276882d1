"""Read params.yaml as DVC does: as YAML 1.2, with the same library.

With another reader, a value could mean one thing to DVC, which decides what runs again, and another to the
stages: `1e-05` and `010` are 0.00001 and 10 in YAML 1.2, but a text and 8 in YAML 1.1.
"""

import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent, ScalarEvent
from ruamel.yaml.reader import ReaderError

FILE = "params.yaml"
MAX_CHARACTERS = 100_000  # of the file; the default file has about 5,000
MAX_VALUE_CHARACTERS = 4_000  # of one value; the longest sensible value is a path
LINE_END = "\r\n|[\n\r\x85\u2028\u2029]"  # as YAML counts lines
MAX_LEVELS = 20  # of brackets, braces and indentation; the loader is recursive and crashes at a few thousand


def read_parameters(content: str | bytes, file: str = FILE) -> Any:
    """Return the content of a parameter file with the types that DVC reads: usually a dictionary.

    Raises:
        ValueError: not valid YAML 1.2, ambiguous to DVC, or unreasonably large; the message says where and why.
    """
    try:
        text = decode_utf8(content)
        check_text(text)
        check_events(text)
        return load_yaml(text)
    except YAMLError as error:
        raise ValueError(f"{file} is not valid YAML: {describe_yaml_error(error, text)}") from None
    except ValueError as error:
        raise ValueError(f"{file} {error}") from None


def decode_utf8(content: str | bytes) -> str:
    """Return the text of the file.

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
    """Accept a file that is not too long and has no directive: only one of DVC's two readers respects `%YAML 1.1`.

    Raises:
        ValueError: it is too long, or begins with a directive.
    """
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"must have at most {MAX_CHARACTERS:,} characters; it has {len(text):,}")
    first = next((line for line in text.splitlines() if line.strip("\ufeff \t") and not line.lstrip().startswith("#")), "")
    if first.lstrip("\ufeff").startswith("%"):
        raise ValueError(f"is read as YAML 1.2 and must not begin with a directive; remove the line {first[:40]!r}")


def check_events(text: str) -> None:
    """Accept YAML that can be loaded safely: limited in nesting and in the length of its values, and without types of its own.

    Raises:
        ValueError: a limit is exceeded or a type is named; the message gives the line.
        YAMLError: the text is not valid YAML.
    """
    levels = 0
    for event in YAML(typ="safe").parse(text):
        levels += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        line = f"line {event.start_mark.line + 1}"
        if levels > MAX_LEVELS:
            raise ValueError(f"must not nest brackets, braces and sections more than {MAX_LEVELS} levels deep; {line} does")
        if isinstance(event, ScalarEvent) and len(event.value) > MAX_VALUE_CHARACTERS:
            length = len(event.value)
            raise ValueError(f"must have values of at most {MAX_VALUE_CHARACTERS:,} characters; the value in {line} has {length:,}")
        if getattr(event, "tag", None):
            raise ValueError(f"must not name types, as {line} does with an exclamation mark; quote a text that begins with one")


def load_yaml(text: str) -> object:
    """Return the value that the YAML text represents.

    Raises:
        ValueError: a date or a number that does not exist, such as 2026-13-01.
        YAMLError: the text is not valid YAML.
    """
    try:
        return YAML(typ="safe").load(text)
    except ValueError as error:
        raise ValueError(f"contains a date or a number that does not exist: {error}") from None


def describe_yaml_error(error: YAMLError, text: str) -> str:
    """Return a clause that says where and why YAML could not be read."""
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return f"line {line} contains the control character {error.character:#04x}"
    mark = error.problem_mark or error.context_mark if isinstance(error, MarkedYAMLError) else None
    if not isinstance(error, MarkedYAMLError) or mark is None:
        return str(error)
    line = mark.line + 1
    content = [*re.split(LINE_END, text), ""][mark.line]
    if isinstance(error, DuplicateKeyError):
        key = re.match(r'found duplicate key "(.*?)" with', error.problem or "", re.DOTALL)
        return f"line {line} has the key {key[1][:40] if key else ''} a second time in the same section; keep only one"
    if "\t" in content[: mark.column + 1]:
        return f"line {line} has a tab before its first word, where YAML allows only spaces"
    reason = ", ".join(filter(None, [error.context, error.problem]))
    return f"line {line}{f', {content.strip()[:60]!r}' if content.strip() else ''}: {reason}"
