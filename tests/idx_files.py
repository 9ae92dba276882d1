"""Small IDX files for the tests, in which the first three pixels identify each digit."""

import gzip
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def image_file(count: int, seed: int = 0, side: int = 28) -> bytes:
    """Return a file of images with the number of each in its first two pixels, the seed in the third, and noise in the others."""
    images = np.random.default_rng([seed, count]).integers(0, 256, (count, side * side), np.uint8)
    images[:, 0], images[:, 1], images[:, 2] = np.arange(count) // 256, np.arange(count) % 256, seed
    return struct.pack(">4I", 0x0803, count, side, side) + images.tobytes()


def label_file(labels: NDArray[np.uint8]) -> bytes:
    """Return a file of these labels."""
    return struct.pack(">2I", 0x0801, len(labels)) + labels.astype(np.uint8).tobytes()


def four_files(train: int = 200, test: int = 50) -> dict[str, bytes]:
    """Return the four files of a data set in which the classes alternate."""
    contents = [image_file(train), label_file(np.arange(train) % 10), image_file(test, seed=1), label_file(np.arange(test) % 10)]
    return dict(zip(NAMES, contents))


def write_folder(folder: Path, files: dict[str, bytes], *, packed: bool = False, dotted: bool = False) -> Path:
    """Write the files to a folder, plain or gzip, under the standard names or those with a dot; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        file_name = (name.replace("-idx", ".idx") if dotted else name) + (".gz" if packed else "")
        (folder / file_name).write_bytes(gzip.compress(content, mtime=0) if packed else content)
    return folder
