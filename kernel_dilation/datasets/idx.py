"""Read MNIST's IDX files: a big-endian magic number and sizes, followed by bytes; uncompressed or gzip-compressed."""

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

MAX_ITEMS = 1_000_000  # a file that declares more is refused before it can fill the memory
GZIP_MAGIC = b"\x1f\x8b"


class Kind(NamedTuple):
    """Kind of an IDX file: its magic number and the shape of one item."""

    magic: int
    shape: tuple[int, ...]

    @property
    def header_bytes(self) -> int:
        """Bytes before the first item: the magic number, the number of items and the sizes of one."""
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
    """Images, (n, 28, 28) uint8, and the class of each, (n,) uint8 from 0 to 9."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]


def unpack(name: str, packed: bytes, kind: Kind) -> bytes:
    """Return the content of an IDX file that may be gzip-compressed: its header and exactly the items declared in it.

    Args:
        name: of the file, for error messages.

    Raises:
        ValueError: the file is damaged or truncated, has surplus bytes, or has a header of another kind.
    """
    stream = gzip.GzipFile(fileobj=io.BytesIO(packed)) if packed.startswith(GZIP_MAGIC) else io.BytesIO(packed)
    try:
        header = stream.read(kind.header_bytes)
        size = count_item_bytes(name, header, kind)
        items = stream.read(size + 1)  # one more than allowed, so that a gzip bomb is never unpacked completely
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{name}: the gzip file is truncated or damaged ({error})") from None
    if len(items) != size:
        fault = f"ends after {len(items)}" if len(items) < size else "has more"
        raise ValueError(f"{name}: its header declares {size} bytes of items, but the file {fault}")
    return header + items


def count_item_bytes(name: str, header: bytes, kind: Kind) -> int:
    """Return the number of bytes that the items of a file take according to its header.

    Raises:
        ValueError: the header is truncated or of another kind, or declares no items or too many.
    """
    if len(header) < kind.header_bytes:
        raise ValueError(f"{name}: the file ends after {len(header)} of the {kind.header_bytes} bytes of its header")
    magic, count, *shape = struct.unpack(f">{len(header) // 4}I", header)
    if magic != kind.magic:
        raise ValueError(f"{name}: the magic number must be {kind.magic:#010x}; got {magic:#010x}")
    if tuple(shape) != kind.shape:
        raise ValueError(f"{name}: an image must be {IMAGE_SIDE} x {IMAGE_SIDE} pixels; got {' x '.join(map(str, shape))}")
    if not 1 <= count <= MAX_ITEMS:
        raise ValueError(f"{name}: the number of digits must be from 1 to {MAX_ITEMS:,}; got {count:,}")
    return count * math.prod(kind.shape)


def pair_with_labels(images_name: str, images: bytes, labels_name: str, labels: bytes) -> Digits:
    """Return the digits from the unpacked contents of a file of images and the file of their labels.

    Raises:
        ValueError: the numbers of images and labels differ, or a label is not a class.
    """
    digits = Digits(parse_items(images, IMAGES), parse_items(labels, LABELS))
    if len(digits.images) != len(digits.labels):
        raise ValueError(
            f"every image needs one label: {images_name} has {len(digits.images)} images, but {labels_name} has {len(digits.labels)} labels"
        )
    if digits.labels.max() >= CLASSES:
        raise ValueError(f"{labels_name}: a label must be from 0 to {CLASSES - 1}; got {digits.labels.max()}")
    return digits


def parse_items(content: bytes, kind: Kind) -> NDArray[np.uint8]:
    """Return the items of unpacked content as a read-only uint8 array, (n,) followed by the shape of an item."""
    return np.frombuffer(content, np.uint8, offset=kind.header_bytes).reshape(-1, *kind.shape)


def parse_digits(contents: Mapping[str, bytes]) -> tuple[Digits, Digits]:
    """Return the training and the test digits from the unpacked contents of the four files, given by their standard names.

    Raises:
        ValueError: the numbers of images and labels differ, or a label is not a class.
    """
    train_images, train_labels, test_images, test_labels = KINDS
    return (
        pair_with_labels(train_images, contents[train_images], train_labels, contents[train_labels]),
        pair_with_labels(test_images, contents[test_images], test_labels, contents[test_labels]),
    )
