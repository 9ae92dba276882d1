"""Results of a stage that was interrupted: kept on a shelf, so that they are not computed again."""

import hashlib
import os
import pickle
import shutil
from pathlib import Path
from typing import Any

CODE = Path(__file__).parents[1]


def fingerprint(*inputs: object) -> str:
    """Hexadecimal digest of the inputs' text or bytes and of all code: a result under another one is another result."""
    digest = hashlib.sha256()
    for content in (*inputs, *(path.read_bytes() for path in sorted(CODE.rglob("*.py")))):
        digest.update(hashlib.sha256(content if isinstance(content, bytes) else repr(content).encode()).digest())
    return digest.hexdigest()[:16]


class Shelf:
    """Finished jobs of one stage, by name, in a folder of their own; other inputs or code, another shelf."""

    def __init__(self, folder: Path, stage: str, *inputs: object) -> None:
        self.folder = folder / stage
        self.place = self.folder / fingerprint(*inputs)

    def __contains__(self, name: str) -> bool:
        return (self.place / name).is_file()

    def __getitem__(self, name: str) -> Any:
        return pickle.loads((self.place / name).read_bytes())

    def __setitem__(self, name: str, result: Any) -> None:
        self.place.mkdir(parents=True, exist_ok=True)
        temporary = self.place / f".{name}"
        temporary.write_bytes(pickle.dumps(result))
        os.replace(temporary, self.place / name)

    def clear(self) -> None:
        """Forget every job of the stage: it has ended, and left its outputs."""
        shutil.rmtree(self.folder, ignore_errors=True)
