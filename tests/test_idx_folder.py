"""Folders with and without the four files."""

import re

from kernel_dilation.datasets.idx import parse_digits
from kernel_dilation.datasets.idx_folder import read_four_files

import pytest
from idx_files import NAMES, four_files, write_folder

FILES = four_files()


def read_contents(folder) -> dict[str, bytes]:
    """Return the unpacked contents of the four files of a folder."""
    return {name: content for name, (_, content) in read_four_files(folder).items()}


def error_message(folder) -> str:
    """Return the message with which a folder is refused."""
    with pytest.raises(ValueError, match=re.escape(str(folder))) as error:
        read_four_files(folder)
    return str(error.value)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("dotted", [False, True])
def test_a_folder_may_hold_plain_or_gzip_files_under_either_spelling(tmp_path, packed, dotted):
    assert read_contents(write_folder(tmp_path / "Übung (Kopie) a+b@c", FILES, packed=packed, dotted=dotted)) == FILES


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_file_is_named_with_the_content_of_the_folder(tmp_path, name):
    write_folder(tmp_path, {other: content for other, content in FILES.items() if other != name})
    message = error_message(tmp_path)
    assert message == f"{tmp_path / name}: no such file, plain or gzip; the folder contains {', '.join(sorted(set(NAMES) - {name}))}"


@pytest.mark.parametrize("name", NAMES)
def test_a_truncated_file_of_a_folder_is_named(tmp_path, name):
    write_folder(tmp_path, {**FILES, name: FILES[name][:-1]})
    with pytest.raises(ValueError, match=f"{tmp_path / name}: its header declares"):
        read_four_files(tmp_path)


@pytest.mark.parametrize("damaged", ["plain", "gzip"])
def test_a_truncated_file_beside_an_intact_one_is_ignored(tmp_path, damaged):
    write_folder(write_folder(tmp_path, FILES), FILES, packed=True)
    path = tmp_path / (NAMES[0] if damaged == "plain" else f"{NAMES[0]}.gz")
    path.write_bytes(path.read_bytes()[:-1])
    assert read_contents(tmp_path) == FILES
    assert read_four_files(tmp_path)[NAMES[0]][0].suffix == ("" if damaged == "gzip" else ".gz")


def test_two_damaged_spellings_are_both_named(tmp_path):
    write_folder(write_folder(tmp_path, FILES), FILES, packed=True)
    for path in (tmp_path / NAMES[0], tmp_path / f"{NAMES[0]}.gz"):
        path.write_bytes(path.read_bytes()[:-1])
    assert re.search(r"idx3-ubyte: its header declares .*; .*idx3-ubyte.gz: the gzip file is truncated", error_message(tmp_path))


def test_two_intact_files_that_differ_are_refused(tmp_path):
    write_folder(write_folder(tmp_path, FILES), four_files(train=300), packed=True)
    assert f"{NAMES[0]} and {NAMES[0]}.gz must have the same content; remove all but one" in error_message(tmp_path)


def test_files_that_contradict_each_other_are_named(tmp_path):
    write_folder(tmp_path, {**FILES, NAMES[1]: four_files(train=190)[NAMES[1]]})
    with pytest.raises(ValueError, match=r"train-images-idx3-ubyte has 200 images, but train-labels-idx1-ubyte has 190 labels"):
        parse_digits(read_contents(tmp_path))


def test_a_subfolder_with_the_four_files_is_named(tmp_path):
    nested = write_folder(tmp_path / "MNIST" / "raw", FILES)
    assert error_message(tmp_path).endswith(f"the folder contains MNIST/; the four files are in {nested}, so use that folder")


@pytest.mark.parametrize(
    ("names", "clause"),
    [
        ([], "the folder is empty"),
        (["mnist.zip"], "mnist.zip is an archive; unpack it first"),
        (["MNIST.tar.gz"], "MNIST.tar.gz is an archive; unpack it first"),
        (["mnist_train.csv", "mnist_test.csv"], "mnist_test.csv is not in the IDX format, the only supported one"),
        (["mnist.npz"], "mnist.npz is not in the IDX format"),
        (
            [f"emnist-digits-{name}.gz" for name in NAMES],
            f"emnist-digits-{NAMES[2]}.gz looks like a file of another data set; the four files must be named",
        ),
        (["notes.txt"], "the folder contains notes.txt"),
    ],
)
def test_the_message_about_a_folder_without_the_four_files_suggests_a_remedy(tmp_path, names, clause):
    for name in names:
        (tmp_path / name).touch()
    assert clause in error_message(tmp_path)


def test_a_long_list_of_files_is_shortened(tmp_path):
    for number in range(100):
        (tmp_path / f"{number:03}.txt").touch()
    assert error_message(tmp_path).endswith("the folder contains 000.txt, 001.txt, 002.txt, 003.txt, 004.txt, 005.txt, 006.txt, 007.txt and 92 more")
