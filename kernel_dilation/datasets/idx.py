"""The IDX format of MNIST's files: a big-endian magic number and sizes, then bytes; plain or gzip-compressed."""

import gzip
import io
import math
import struct
import zlib
from collections.abc import Mapping
from typing import NamedTuple

from kernel_dilation.experiment.parameters import CLASSES, IMAGE_SIDE

import numpy as np
from numpy.typing import NDArray

MOST_ITEMS = 1_000_000  # a file that claims more is refused before it can fill the memory
GZIP_MAGIC = b"\x1f\x8b"


class Kind(NamedTuple):
    """What an IDX file holds: its magic number and the shape of one item."""

    magic: int
    shape: tuple[int, ...]

    @property
    def header_bytes(self) -> int:
        """Bytes before the first item: the magic number, the count and the sizes of an item."""
        return 4 * (2 + len(self.shape))


IMAGES = Kind(0x0803, (IMAGE_SIDE, IMAGE_SIDE))
LABELS = Kind(0x0801, ())
KINDS = {  # the four files of a data set, by their standard names
    "train-images-idx3-ubyte": IMAGES,
    "train-labels-idx1-ubyte": LABELS,
    "t10k-images-idx3-ubyte": IMAGES,
    "t10k-labels-idx1-ubyte": LABELS,
}


class Digits(NamedTuple):
    """Images, uint8 (n, 28, 28), and the class of each, uint8 (n,) in 0 to 9."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]


def unpack(name: str, packed: bytes, kind: Kind) -> bytes:
    """Content of an IDX file that may be gzip-compressed: its header and exactly the items that this claims.

    Raises:
        ValueError: a damaged or truncated file, one with surplus bytes, or a header of another kind.
    """
    stream = gzip.GzipFile(fileobj=io.BytesIO(packed)) if packed.startswith(GZIP_MAGIC) else io.BytesIO(packed)
    try:
        header = stream.read(kind.header_bytes)
        size = claimed_bytes(name, header, kind)
        items = stream.read(size + 1)  # one more than there may be: never the whole of a gzip bomb
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{name}: the gzip file is truncated or damaged ({error})") from None
    if len(items) != size:
        fault = f"is truncated after {len(items)}" if len(items) < size else "goes on after them"
        raise ValueError(f"{name}: its header promises {size} bytes of items, but the file {fault}")
    return header + items


def claimed_bytes(name: str, header: bytes, kind: Kind) -> int:
    """Number of bytes that the items of a file take, by its header.

    Raises:
        ValueError: a header that is truncated or belongs to another kind of file, no or too many items.
    """
    if len(header) < kind.header_bytes:
        raise ValueError(f"{name}: truncated within its header of {kind.header_bytes} bytes, after {len(header)}")
    magic, count, *shape = struct.unpack(f">{len(header) // 4}I", header)
    if magic != kind.magic:
        raise ValueError(f"{name}: the magic number must be {kind.magic:#010x}; got {magic:#010x}")
    if tuple(shape) != kind.shape:
        raise ValueError(f"{name}: an image must be {IMAGE_SIDE} x {IMAGE_SIDE} pixels; got {' x '.join(map(str, shape))}")
    if not 1 <= count <= MOST_ITEMS:
        raise ValueError(f"{name}: the number of digits must be from 1 to {MOST_ITEMS}; got {count}")
    return count * math.prod(kind.shape)


def pair_with_labels(images_name: str, images: bytes, labels_name: str, labels: bytes) -> Digits:
    """The digits in the unpacked content of a file of images and of the file of their labels.

    Raises:
        ValueError: counts that disagree, or a label that is no class.
    """
    digits = Digits(parse_items(images, IMAGES), parse_items(labels, LABELS))
    if len(digits.images) != len(digits.labels):
        raise ValueError(f"every image needs one label: {images_name} holds {len(digits.images)} images, {labels_name} {len(digits.labels)} labels")
    if digits.labels.max() >= CLASSES:
        raise ValueError(f"{labels_name}: a label must be from 0 to {CLASSES - 1}; got {digits.labels.max()}")
    return digits


def parse_items(content: bytes, kind: Kind) -> NDArray[np.uint8]:
    """The items of unpacked content as a read-only array, uint8 (n,) + the shape of the kind."""
    return np.frombuffer(content, np.uint8, offset=kind.header_bytes).reshape(-1, *kind.shape)


def train_and_test(contents: Mapping[str, bytes]) -> tuple[Digits, Digits]:
    """Training and test digits from the unpacked content of the four files, by their standard names."""
    train_images, train_labels, test_images, test_labels = KINDS
    return (
        pair_with_labels(train_images, contents[train_images], train_labels, contents[train_labels]),
        pair_with_labels(test_images, contents[test_images], test_labels, contents[test_labels]),
    )
