"""Reading of the IDX format, and errors that name the file."""

import gzip
import tracemalloc
from pathlib import Path

from kernel_dilation.datasets.idx import IMAGES, LABELS, pair_with_labels, parse_items, unpack

import numpy as np
import pytest
from idx_files import image_file, label_file

SHARED = Path(__file__).parents[2] / "shared" / "mnist"
THREE_LABELS = b"\x00\x00\x08\x01\x00\x00\x00\x03\x05\x00\x04"  # written by hand from the description of the format


def test_labels_written_by_hand_are_read():
    assert parse_items(unpack("labels", THREE_LABELS, LABELS), LABELS).tolist() == [5, 0, 4]


def test_images_are_read_row_by_row():
    first_row_white = bytes([255] * 28 + [0] * 27 * 28)
    content = b"\x00\x00\x08\x03\x00\x00\x00\x01\x00\x00\x00\x1c\x00\x00\x00\x1c" + first_row_white
    image = parse_items(unpack("images", content, IMAGES), IMAGES)[0]
    assert (image[0] == 255).all()
    assert not image[1:].any()


def test_gzip_and_plain_files_have_the_same_content():
    content = image_file(7)
    assert unpack("images", gzip.compress(content), IMAGES) == unpack("images", content, IMAGES) == content


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_with_missing_or_surplus_bytes_is_refused_by_name(packed):
    pack = gzip.compress if packed else bytes
    with pytest.raises(ValueError, match=r"some-file: its header declares 5488 bytes of items, but the file ends after 5487"):
        unpack("some-file", pack(image_file(7)[:-1]), IMAGES)
    with pytest.raises(ValueError, match=r"some-file: its header declares 5488 bytes of items, but the file has more"):
        unpack("some-file", pack(image_file(7) + b"\x00"), IMAGES)
    with pytest.raises(ValueError, match=r"some-file: the file ends after 9 of the 16 bytes of its header"):
        unpack("some-file", pack(image_file(7)[:9]), IMAGES)


def test_a_truncated_gzip_file_is_refused_by_name():
    packed = gzip.compress(image_file(7))
    for length in (5, len(packed) // 2, len(packed) - 1):
        with pytest.raises(ValueError, match="some-file: the gzip file is truncated or damaged"):
            unpack("some-file", packed[:length], IMAGES)


def test_a_gzip_file_with_one_wrong_byte_or_bytes_after_its_end_is_refused_by_name():
    packed = gzip.compress(image_file(7))
    damaged = packed[:1000] + bytes([packed[1000] ^ 255]) + packed[1001:]
    for wrong in (damaged, packed + b"surplus"):
        with pytest.raises(ValueError, match="some-file: the gzip file is truncated or damaged"):
            unpack("some-file", wrong, IMAGES)


def test_a_gzip_bomb_is_refused_before_it_is_unpacked():
    bomb = gzip.compress(image_file(1) + bytes(100_000_000))
    tracemalloc.start()
    with pytest.raises(ValueError, match="some-file: its header declares 784 bytes of items, but the file has more"):
        unpack("some-file", bomb, IMAGES)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 2_000_000


def test_a_wrong_magic_number_is_refused_by_name():
    with pytest.raises(ValueError, match="some-file: the magic number must be 0x00000803; got 0x00000801"):
        unpack("some-file", label_file(np.zeros(100)), IMAGES)
    with pytest.raises(ValueError, match="some-file: the magic number must be 0x00000801; got 0x3c21444f"):
        unpack("some-file", b"<!DOCTYPE html>", LABELS)  # sent by a mirror behind a login page


def test_images_of_another_size_are_refused_by_name():
    with pytest.raises(ValueError, match="some-file: an image must be 28 x 28 pixels; got 27 x 27"):
        unpack("some-file", image_file(3, side=27), IMAGES)


@pytest.mark.parametrize("count", [0, 1_000_001, 2**32 - 1])
def test_zero_or_more_than_a_million_digits_are_refused_by_name(count):
    with pytest.raises(ValueError, match=f"some-file: the number of digits must be from 1 to 1,000,000; got {count:,}"):
        unpack("some-file", b"\x00\x00\x08\x01" + count.to_bytes(4, "big"), LABELS)


def test_counts_that_disagree_are_refused_with_both_names():
    with pytest.raises(ValueError, match="every image needs one label: pictures has 4 images, but classes has 3 labels"):
        pair_with_labels("pictures", image_file(4), "classes", THREE_LABELS)


def test_a_label_above_nine_is_refused_by_name():
    assert pair_with_labels("pictures", image_file(2), "classes", label_file(np.array([0, 9]))).labels.tolist() == [0, 9]
    with pytest.raises(ValueError, match="classes: a label must be from 0 to 9; got 10"):
        pair_with_labels("pictures", image_file(2), "classes", label_file(np.array([0, 10])))


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the files of MNIST beside the repository")
def test_the_first_labels_of_mnist_are_the_published_ones():
    """Oracle: published descriptions of the training set, which starts with 5 0 4 1 9."""
    content = unpack("labels", (SHARED / "train-labels-idx1-ubyte.gz").read_bytes(), LABELS)
    assert parse_items(content, LABELS)[:5].tolist() == [5, 0, 4, 1, 9]
