"""Sources of the digits, with mirrors on the loopback interface only."""

import base64
import gzip
import hashlib
import os
import re
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from kernel_dilation.datasets.idx import parse_digits
from kernel_dilation.datasets.idx_folder import read_four_files
from kernel_dilation.datasets.published import SOURCES, Source, download_digits, load_packaged_digits

import numpy as np
import pytest
from idx_files import NAMES, four_files, write_folder
from mirrors import Mirror, running_mirror

SHARED = Path(__file__).parents[2] / "shared" / "mnist"
FILES = four_files()


@pytest.fixture
def mirror(monkeypatch) -> Iterator[Mirror]:
    """Mirror with the four small files, packed."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("kernel_dilation.datasets.http_download.PAUSE_SECONDS", 0)
    with running_mirror() as server:
        server.files = {f"{name}.gz": gzip.compress(content) for name, content in FILES.items()}
        yield server


@pytest.fixture
def use(monkeypatch):
    """Return a function that replaces the published files of MNIST by the small ones, on the given mirrors."""

    def use(*mirrors: str) -> None:
        pinned = {name: (f"sha256:{hashlib.sha256(content).hexdigest()}",) for name, content in FILES.items()}
        monkeypatch.setitem(SOURCES, "mnist", Source(mirrors, pinned))

    return use


def is_complete(splits) -> bool:
    """Return whether the digits are those of the small files."""
    train, test = splits
    contents = [train.images, train.labels, test.images, test.labels]
    return all(FILES[name].endswith(array.tobytes()) and len(array) in (200, 50) for name, array in zip(NAMES, contents))


@pytest.mark.parametrize("dataset", ["mnist", "fashion_mnist", "kmnist"])
def test_every_data_set_has_several_mirrors_and_pins_each_of_its_files(dataset):
    source = SOURCES[dataset]
    assert len(source.mirrors) >= 2
    assert all(re.fullmatch(r"https?://\S+/", mirror) for mirror in source.mirrors)
    assert tuple(source.checksums) == NAMES
    pinned = [checksum for checksums in source.checksums.values() for checksum in checksums]
    assert all(re.fullmatch(r"sha256:[0-9a-f]{64}|md5:[0-9a-f]{32}", checksum) for checksum in pinned)
    assert len(set(pinned)) == len(pinned)


def test_the_packaged_digits_are_five_hundred_of_each_class():
    digits = load_packaged_digits()
    assert digits.images.shape == (5000, 28, 28)
    assert digits.images.dtype == digits.labels.dtype == np.uint8
    assert np.bincount(digits.labels).tolist() == [500] * 10


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the files of MNIST beside the repository")
def test_the_packaged_digits_are_training_digits_of_mnist():
    """Oracle: the official files, whose checksums are pinned; every image occurs in them with the same label."""
    train, _ = parse_digits({name: content for name, (_, content) in read_four_files(SHARED).items()})
    official = {(image.tobytes(), label) for image, label in zip(train.images, train.labels.tolist())}
    digits = load_packaged_digits()
    assert {(image.tobytes(), label) for image, label in zip(digits.images, digits.labels.tolist())} <= official


def test_a_download_shows_its_progress_and_a_second_fetch_needs_no_network(tmp_path, mirror, use, capsys):
    use(mirror.url)
    assert is_complete(download_digits("mnist", "", tmp_path))
    assert "100%" in capsys.readouterr().err
    assert mirror.requests == [f"/{name}.gz" for name in NAMES]
    assert is_complete(download_digits("mnist", "", tmp_path))
    assert len(mirror.requests) == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"{name}.gz" for name in NAMES)


def test_a_damaged_earlier_download_is_repaired(tmp_path, mirror, use):
    use(mirror.url)
    download_digits("mnist", "", tmp_path)
    intact = (tmp_path / f"{NAMES[0]}.gz").read_bytes()
    (tmp_path / f"{NAMES[0]}.gz").write_bytes(intact[:1000])
    assert is_complete(download_digits("mnist", "", tmp_path))
    assert mirror.requests[4:] == [f"/{NAMES[0]}.gz"]
    assert (tmp_path / f"{NAMES[0]}.gz").read_bytes() == intact


def test_a_failed_download_is_repeated(tmp_path, mirror, use):
    use(mirror.url)
    mirror.failures = 1
    assert is_complete(download_digits("mnist", "", tmp_path))
    assert len(mirror.requests) == 5


def test_a_file_that_one_mirror_lacks_or_has_wrong_comes_from_the_next(tmp_path, mirror, use):
    use(f"{mirror.url}old/", mirror.url)
    mirror.files[f"old/{NAMES[1]}.gz"] = gzip.compress(FILES[NAMES[3]])  # the labels of the test digits
    assert is_complete(download_digits("mnist", "", tmp_path))


def test_a_folder_given_as_mirror_comes_first_and_a_url_before_the_other_mirrors(tmp_path, mirror, use):
    use("http://127.0.0.1:9/")
    assert is_complete(download_digits("mnist", str(write_folder(tmp_path / "plain", FILES)), tmp_path / "cache"))
    assert mirror.requests == []
    assert is_complete(download_digits("mnist", mirror.url.rstrip("/"), tmp_path / "cache"))
    assert len(mirror.requests) == 4


def test_a_wrong_file_of_a_folder_given_as_mirror_cannot_change_the_digits(tmp_path, mirror, use):
    use(mirror.url)
    wrong = write_folder(tmp_path / "wrong", {**FILES, NAMES[0]: FILES[NAMES[0]][:-1] + b"\x07"})
    assert is_complete(download_digits("mnist", str(wrong), tmp_path / "cache"))
    assert mirror.requests == [f"/{NAMES[0]}.gz"]


def test_the_checksum_of_the_official_gzip_file_is_accepted(tmp_path, monkeypatch):
    folder = write_folder(tmp_path, FILES, packed=True)
    pinned = {name: ("md5:0", f"sha256:{hashlib.sha256((folder / f'{name}.gz').read_bytes()).hexdigest()}") for name in NAMES}
    monkeypatch.setitem(SOURCES, "kmnist", Source((), pinned))
    assert is_complete(download_digits("kmnist", str(folder), tmp_path / "cache"))


def test_a_wrong_checksum_is_refused_with_the_name_of_the_file(tmp_path, use):
    use()
    write_folder(tmp_path / "mirror", {**FILES, NAMES[2]: FILES[NAMES[2]][:-1] + b"\x07"})
    with pytest.raises(ValueError, match=rf"{NAMES[2]} of mnist could not be obtained \({tmp_path}/mirror/{NAMES[2]}: wrong checksum"):
        download_digits("mnist", str(tmp_path / "mirror"), tmp_path / "cache")


def test_without_a_network_one_sentence_lists_the_attempts_and_the_remedies(tmp_path, mirror, use):
    use("http://127.0.0.1:9/", mirror.url)
    mirror.files = {}
    with pytest.raises(ValueError, match="train-images-idx3-ubyte of mnist could not be obtained") as error:
        download_digits("mnist", str(tmp_path / "nowhere"), tmp_path / "cache")
    sentence = str(error.value)
    assert "\n" not in sentence
    assert f"{tmp_path}/nowhere/{NAMES[0]}: no such file" in sentence
    assert f"http://127.0.0.1:9/{NAMES[0]}: not reached: the connection is refused (Connection refused); behind a proxy, set HTTPS_PROXY" in sentence
    assert f"{mirror.url}{NAMES[0]}: answered with status 404" in sentence
    assert "set DATASET_MIRROR to a folder or URL" in sentence
    assert "choose mnist5k, which needs no network" in sentence
    assert not (tmp_path / "cache").exists()


def test_a_cache_that_cannot_be_written_stops_nothing_and_is_reported_once(tmp_path, mirror, use, capsys):
    use(mirror.url)
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert is_complete(download_digits("mnist", "", tmp_path / "cache"))
    errors = capsys.readouterr().err
    assert errors.count(f"fetch: downloads cannot be kept in {tmp_path}/cache (File exists); set XDG_CACHE_HOME to use another folder") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_stops_no_download_and_leaves_no_incomplete_file(tmp_path, mirror, use, capsys, monkeypatch):
    """The file is written to /dev/full, so that the error is that of the operating system."""
    use(mirror.url)

    def full(number: int, mode: str) -> BinaryIO:
        os.close(number)
        return open("/dev/full", mode)

    monkeypatch.setattr("kernel_dilation.experiment.atomic_write.os.fdopen", full)
    assert is_complete(download_digits("mnist", "", tmp_path / "cache"))
    assert "No space left on device" in capsys.readouterr().err
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize("dotted", [False, True])
def test_a_mirror_may_have_plain_files_under_either_spelling(tmp_path, mirror, use, dotted):
    use()
    mirror.files = {f"sets/{name.replace('-idx', '.idx') if dotted else name}": content for name, content in FILES.items()}
    assert is_complete(download_digits("mnist", f"{mirror.url}sets", tmp_path))
    assert is_complete(download_digits("mnist", "", tmp_path))  # from the cache


def test_a_damaged_file_of_a_mirror_beside_an_intact_one_is_ignored(tmp_path, mirror, use):
    use()
    mirror.files[NAMES[0]] = FILES[NAMES[0]]
    mirror.files[f"{NAMES[0]}.gz"] = mirror.files[f"{NAMES[0]}.gz"][:1000]
    assert is_complete(download_digits("mnist", mirror.url, tmp_path))


@pytest.mark.parametrize("damaged", ["", ".gz"])
def test_a_damaged_file_of_a_folder_given_as_mirror_is_ignored(tmp_path, use, damaged):
    use()
    folder = write_folder(write_folder(tmp_path / "mirror", FILES), FILES, packed=True)
    (folder / f"{NAMES[0]}{damaged}").write_bytes((folder / f"{NAMES[0]}{damaged}").read_bytes()[:-1])
    assert is_complete(download_digits("mnist", str(folder), tmp_path / "cache"))


def test_a_query_follows_the_name_of_the_file(tmp_path, mirror, use):
    use()
    mirror.files = {f"sets/{name}?sig=s3cret&v=1": content for name, content in mirror.files.items()}
    assert is_complete(download_digits("mnist", f"{mirror.url}sets/?sig=s3cret&v=1", tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"{name}.gz" for name in NAMES)


def test_passwords_and_signatures_are_sent_to_a_mirror_and_never_printed(tmp_path, mirror, use, capsys, caplog):
    use()
    caplog.set_level("DEBUG", "pooch")
    mirror.authorization = "Basic " + base64.b64encode(b"anna:p@ss").decode()
    mirror.files = {f"{name}?sig=s3cret": content for name, content in mirror.files.items()}
    place = mirror.url.replace("//", "//anna:p%40ss@") + "?sig=s3cret"
    assert is_complete(download_digits("mnist", place, tmp_path / "cache"))
    mirror.authorization = "Basic another"
    printed = error_of_download("mnist", place, tmp_path / "other") + caplog.text + "".join(capsys.readouterr())
    assert f"…@127.0.0.1:{mirror.server_port}/{NAMES[0]}?…: answered with status 401" in printed
    assert not [secret for secret in ("anna", "p%40ss", "p@ss", "s3cret") if secret in printed]


@pytest.mark.parametrize("place", ["http://anna:p/ss@127.0.0.1:9/?sig=s3cret", "anna:ss@127.0.0.1/sets", "ftp://anna:ss@127.0.0.1/"])
def test_the_password_of_a_malformed_address_is_not_printed(tmp_path, use, place):
    use()
    printed = error_of_download("mnist", place, tmp_path)
    assert "…@" in printed
    assert not [secret for secret in ("anna", "ss@", "s3cret") if secret in printed]


def test_an_unsupported_kind_of_address_is_refused_with_the_rule(tmp_path, use):
    use()
    assert "a mirror must be a folder or an address that begins with http:// or https://; got ftp://x/" in error_of_download(
        "mnist", "ftp://x/", tmp_path
    )


def error_of_download(dataset: str, mirror: str, cache: Path) -> str:
    """Return the traceback of a download that must fail."""
    with pytest.raises(ValueError, match=r"could not be obtained|must be") as error:
        download_digits(dataset, mirror, cache)
    return "".join(traceback.format_exception(error.value))


def test_a_failed_download_removes_no_file_that_another_run_has_cached(tmp_path, mirror, use):
    """The other run finishes its download while this one, which found a damaged file, waits for a mirror without files."""
    use(f"{mirror.url}one/", f"{mirror.url}two/")
    damaged = write_folder(tmp_path, {NAMES[0]: FILES[NAMES[0]][:1000]}, packed=True)
    mirror.on_request = lambda: len(mirror.requests) == 1 and write_folder(damaged, FILES, packed=True)
    error_of_download("mnist", "", tmp_path)
    mirror.on_request = lambda: None
    assert is_complete(download_digits("mnist", "", tmp_path))


DOWNLOAD = """
import sys
from pathlib import Path
from kernel_dilation.datasets.published import SOURCES, Source, download_digits
_, url, cache, *checksums = sys.argv
SOURCES["mnist"] = Source((url,), {name: (checksum,) for name, checksum in zip(SOURCES["mnist"].checksums, checksums)})
print(sum(len(digits.labels) for digits in download_digits("mnist", "", Path(cache))))
"""


def test_processes_that_download_at_the_same_time_all_succeed(tmp_path, mirror):
    """The mirror pauses within each file, so that the downloads overlap; the cache has a damaged earlier download."""
    mirror.pause = 0.2
    cache = write_folder(tmp_path / "cache", {NAMES[0]: FILES[NAMES[0]][:1000]}, packed=True)
    checksums = [f"sha256:{hashlib.sha256(FILES[name]).hexdigest()}" for name in NAMES]
    command = [sys.executable, "-c", DOWNLOAD, mirror.url, str(cache), *checksums]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    for process in processes:
        printed, errors = process.communicate(timeout=60)
        assert printed == "250\n", errors
    assert sorted(path.name for path in cache.iterdir()) == sorted(f"{name}.gz" for name in NAMES)
    assert {name: gzip.decompress((cache / f"{name}.gz").read_bytes()) for name in NAMES} == FILES
