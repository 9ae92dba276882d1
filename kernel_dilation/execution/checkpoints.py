"""Results of a stage that was interrupted: kept on a shelf, so that they are not computed again.

A result is kept as an .npz of its arrays, with its structure as JSON beside them: it comes back exactly,
and nothing that is read can run (a pickle could). A digest tells a whole file from any other.
"""

import hashlib
import io
import json
import shutil
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from kernel_dilation.experiment.atomic_write import save_bytes
from kernel_dilation.experiment.code_state import AT_START, code_digest

import numpy as np

STRUCTURE = "structure"  # the array, beside those of the result, that says what stands where
DIGEST_BYTES = hashlib.sha256().digest_size


def fingerprint(*inputs: object) -> str:
    """Hexadecimal digest of the inputs' text or bytes and of all code, as it was when this process started: under another one lies another result."""
    digest = hashlib.sha256()
    for content in (*inputs, code_digest(AT_START)):
        digest.update(hashlib.sha256(content if isinstance(content, bytes) else repr(content).encode()).digest())
    return digest.hexdigest()[:16]


class JobCheckpoints:
    """Finished jobs of one stage, by name, in a folder of their own; other inputs or code, another shelf.

    A file that is empty, damaged or somebody else's counts as missing.
    """

    def __init__(self, folder: Path, stage: str, *inputs: object, records: tuple[type, ...] = ()) -> None:
        """`records` are the dataclasses that a result may hold."""
        self.folder = folder / stage
        self.place = self.folder / fingerprint(*inputs)
        self.records = {record.__name__: record for record in records}

    def __contains__(self, name: str) -> bool:
        try:
            unseal((self.place / name).read_bytes())
        except (OSError, ValueError):
            return False
        return True

    def __getitem__(self, name: str) -> Any:
        with np.load(io.BytesIO(unseal((self.place / name).read_bytes())), allow_pickle=False) as archive:
            arrays = dict(archive)
        return decode_result(json.loads(arrays[STRUCTURE].tobytes()), arrays, self.records)

    def __setitem__(self, name: str, result: Any) -> None:
        arrays: dict[str, np.ndarray] = {}
        structure = json.dumps(encode_result(result, arrays, self.records))
        content = io.BytesIO()
        np.savez(content, allow_pickle=False, **{STRUCTURE: np.frombuffer(structure.encode(), np.uint8)}, **arrays)
        save_bytes(self.place / name, seal(content.getvalue()))

    def clear(self) -> None:
        """Forget every job of the stage: it has ended, and left its outputs."""
        shutil.rmtree(self.folder, ignore_errors=True)


def seal(content: bytes) -> bytes:
    """The content behind its digest."""
    return hashlib.sha256(content).digest() + content


def unseal(sealed_content: bytes) -> bytes:
    """The content that was sealed.

    Raises:
        ValueError: these bytes were not left by `seal`, or not all of them.
    """
    digest, content = sealed_content[:DIGEST_BYTES], sealed_content[DIGEST_BYTES:]
    if hashlib.sha256(content).digest() != digest:
        raise ValueError("an unfinished result must begin with the SHA-256 of what follows")
    return content


def encode_result(value: Any, arrays: dict[str, np.ndarray], records: Mapping[str, type]) -> list:
    """A value as its kind and its parts, in the words of JSON; its arrays go into `arrays`, under the names that stand in their place.

    Raises:
        ValueError: a kind that is not kept.
    """
    name = str(len(arrays))
    match value:
        case np.ndarray():
            arrays[name] = value
            return ["array", name]
        case np.generic():
            arrays[name] = np.asarray(value)
            return ["number", name]
        case bytes():
            arrays[name] = np.frombuffer(value, np.uint8)
            return ["bytes", name]
        case dict():
            return ["dict", [[encode_result(key, arrays, records), encode_result(part, arrays, records)] for key, part in value.items()]]
        case list() | tuple() if type(value) in (list, tuple):
            return [type(value).__name__, [encode_result(part, arrays, records) for part in value]]
        case bool() | int() | float() | str() | None:
            return ["plain", value]
    kind = type(value).__name__
    if is_dataclass(value) and kind in records:
        return [kind, [[field.name, encode_result(getattr(value, field.name), arrays, records)] for field in fields(value)]]
    raise ValueError(f"a result must be made of arrays, bytes, numbers, text, lists, tuples, dictionaries and {', '.join(records)}; got {kind}")


def decode_result(description: list, arrays: Mapping[str, np.ndarray], records: Mapping[str, type]) -> Any:
    """The value that was described.

    Raises:
        ValueError: a kind that is not kept.
    """
    match description:
        case ["plain", value]:
            return value
        case ["array", name]:
            return arrays[name]
        case ["number", name]:
            return arrays[name][()]
        case ["bytes", name]:
            return arrays[name].tobytes()
        case ["dict", parts]:
            return {decode_result(key, arrays, records): decode_result(part, arrays, records) for key, part in parts}
        case ["list" | "tuple" as kind, parts]:
            restored_parts = [decode_result(part, arrays, records) for part in parts]
            return restored_parts if kind == "list" else tuple(restored_parts)
        case [kind, parts] if kind in records:
            return records[kind](**{name: decode_result(part, arrays, records) for name, part in parts})
    raise ValueError(f"an unfinished result may hold no {description[0]}")
