"""Checkpoints of the finished jobs of an interrupted stage, so that they are not computed again.

A result is stored as an .npz file of its arrays, with its structure in JSON: it is restored exactly, and
reading it executes nothing (reading a pickle could). A digest distinguishes complete files from all others.
"""

import hashlib
import io
import json
import shutil
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from kernel_dilation.experiment.atomic_write import atomic_file, save_bytes
from kernel_dilation.experiment.code_state import STARTUP_FILES, digest_code
from kernel_dilation.experiment.paths import TIMES

import numpy as np

TIMES_FILE, TIME_COLUMNS = "times.csv", "job,wall_seconds,cpu_seconds"
STRUCTURE = "structure"  # name of the array with the JSON text that describes where each array belongs
DIGEST_BYTES = hashlib.sha256().digest_size


def compute_fingerprint(*inputs: object) -> str:
    """Return a hexadecimal digest of the inputs, as text or bytes, and of all code as it was when this process started."""
    digest = hashlib.sha256()
    for content in (*inputs, digest_code(STARTUP_FILES)):
        digest.update(hashlib.sha256(content if isinstance(content, bytes) else repr(content).encode()).digest())
    return digest.hexdigest()[:16]


class JobCheckpoints:
    """Results of the finished jobs of one stage, by job name, and their times; other inputs or other code have checkpoints of their own.

    A file that is empty, damaged or of another origin counts as missing.
    """

    def __init__(self, folder: Path, stage: str, *inputs: object, records: tuple[type, ...] = ()) -> None:
        """Open the checkpoints of a stage.

        Args:
            folder: parent of all stages' checkpoints.
            stage: name of the stage.
            inputs: everything besides the code that the results depend on.
            records: dataclasses that a result may contain.
        """
        self.stage_folder = folder / stage
        self.folder = self.stage_folder / compute_fingerprint(*inputs)
        self.times_file = folder.parent / TIMES.name / f"{stage}.csv"
        self.records = {record.__name__: record for record in records}

    def __contains__(self, name: str) -> bool:
        try:
            unseal((self.folder / name).read_bytes())
        except (OSError, ValueError):
            return False
        return True

    def __getitem__(self, name: str) -> Any:
        with np.load(io.BytesIO(unseal((self.folder / name).read_bytes())), allow_pickle=False) as archive:
            arrays = dict(archive)
        return decode_result(json.loads(arrays[STRUCTURE].tobytes()), arrays, self.records)

    def __setitem__(self, name: str, result: Any) -> None:
        arrays: dict[str, np.ndarray] = {}
        structure = json.dumps(encode_result(result, arrays, self.records))
        content = io.BytesIO()
        np.savez(content, allow_pickle=False, **{STRUCTURE: np.frombuffer(structure.encode(), np.uint8)}, **arrays)
        save_bytes(self.folder / name, seal(content.getvalue()))

    def record_time(self, name: str, wall_seconds: float, cpu_seconds: float) -> None:
        """Append the time that a finished job took to the list of the stage's jobs, which is no output: it differs from run to run."""
        path = self.folder / TIMES_FILE
        text = path.read_text(encoding="utf-8") if path.exists() else f"{TIME_COLUMNS}\n"
        save_bytes(path, f"{text}{name},{wall_seconds:.3f},{cpu_seconds:.3f}\n".encode())

    def clear(self) -> None:
        """Delete all checkpoints of the stage, once it has written its outputs; the times of its jobs move to the folder of times."""
        if (self.folder / TIMES_FILE).exists():
            with atomic_file(self.times_file) as path:  # which also deletes what a killed process left here
                path.write_bytes((self.folder / TIMES_FILE).read_bytes())
        shutil.rmtree(self.stage_folder, ignore_errors=True)


def seal(content: bytes) -> bytes:
    """Return the content, preceded by its SHA-256 digest."""
    return hashlib.sha256(content).digest() + content


def unseal(sealed_content: bytes) -> bytes:
    """Return the content of sealed bytes.

    Raises:
        ValueError: `seal` did not produce these bytes, or they are incomplete.
    """
    digest, content = sealed_content[:DIGEST_BYTES], sealed_content[DIGEST_BYTES:]
    if hashlib.sha256(content).digest() != digest:
        raise ValueError("a checkpoint must begin with the SHA-256 digest of the bytes that follow it")
    return content


def encode_result(value: Any, arrays: dict[str, np.ndarray], records: Mapping[str, type]) -> list:
    """Return the kind and the parts of a value, fit for JSON; store its arrays in `arrays`, under the names that replace them.

    Raises:
        ValueError: a value of a type that checkpoints do not support.
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
    raise ValueError(f"a result must consist of arrays, bytes, numbers, text, lists, tuples, dictionaries and {', '.join(records)}; got {kind}")


def decode_result(description: list, arrays: Mapping[str, np.ndarray], records: Mapping[str, type]) -> Any:
    """Return the value that `encode_result` described.

    Raises:
        ValueError: a type that checkpoints do not support.
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
    raise ValueError(f"a checkpoint cannot contain a value of type {description[0]}")
