"""Where digits come from, with mirrors on the loopback interface alone."""

import gzip
import hashlib
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from idx_files import NAMES, four_files, write_folder

from stages.parts.sources import SOURCES, Source, downloaded_digits, folder_digits, packaged_digits

SHARED = Path(__file__).parents[2] / "shared" / "mnist"
FILES = four_files()


class Mirror(ThreadingHTTPServer):
    """A mirror that serves `files` by path, answers 503 to the next `failures` requests and notes all of them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.files: dict[str, bytes] = {}
        self.failures = 0
        self.requests: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Answer(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        content = self.server.files.get(self.path.lstrip("/"))
        if self.server.failures or content is None:
            self.send_error(503 if self.server.failures else 404)
            self.server.failures = max(0, self.server.failures - 1)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        """Keep quiet."""


@pytest.fixture
def mirror(monkeypatch) -> Iterator[Mirror]:
    """A mirror that has the four small files, packed."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("time.sleep", lambda seconds: None)  # between two attempts
    with Mirror() as server:
        server.files = {f"{name}.gz": gzip.compress(content) for name, content in FILES.items()}
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def use(monkeypatch):
    """Let the small files be what was published as MNIST, with these mirrors."""

    def use(*mirrors: str) -> None:
        pinned = {name: (f"sha256:{hashlib.sha256(content).hexdigest()}",) for name, content in FILES.items()}
        monkeypatch.setitem(SOURCES, "mnist", Source(mirrors, pinned))

    return use


def is_complete(halves) -> bool:
    """Whether the digits are those of the small files."""
    train, test = halves
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


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("dotted", [False, True])
def test_a_folder_may_hold_plain_or_gzip_files_under_either_spelling(tmp_path, packed, dotted):
    assert is_complete(folder_digits(write_folder(tmp_path, FILES, packed=packed, dotted=dotted)))


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_a_folder_lacks_is_named(tmp_path, name):
    write_folder(tmp_path, {other: content for other, content in FILES.items() if other != name})
    with pytest.raises(ValueError, match=f"{tmp_path / name}: no such file, plain or gzip"):
        folder_digits(tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_a_truncated_file_of_a_folder_is_named(tmp_path, name):
    write_folder(tmp_path, {**FILES, name: FILES[name][:-1]})
    with pytest.raises(ValueError, match=f"{tmp_path / name}: its header promises"):
        folder_digits(tmp_path)


def test_files_of_a_folder_that_disagree_are_named(tmp_path):
    write_folder(tmp_path, {**FILES, NAMES[1]: four_files(train=190)[NAMES[1]]})
    with pytest.raises(ValueError, match=r"train-images-idx3-ubyte holds 200 images, train-labels-idx1-ubyte 190 labels"):
        folder_digits(tmp_path)


def test_the_packaged_digits_are_five_hundred_of_each_class():
    digits = packaged_digits()
    assert digits.images.shape == (5000, 28, 28)
    assert digits.images.dtype == digits.labels.dtype == np.uint8
    assert np.bincount(digits.labels).tolist() == [500] * 10


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the files of MNIST beside the repository")
def test_the_packaged_digits_are_training_digits_of_mnist():
    """Oracle: the official files, whose checksums are pinned: every image is one of theirs, label and all."""
    train, _ = folder_digits(SHARED)
    official = {(image.tobytes(), label) for image, label in zip(train.images, train.labels.tolist())}
    digits = packaged_digits()
    assert {(image.tobytes(), label) for image, label in zip(digits.images, digits.labels.tolist())} <= official


def test_a_download_shows_its_progress_and_a_second_fetch_needs_no_network(tmp_path, mirror, use, capsys):
    use(mirror.url)
    assert is_complete(downloaded_digits("mnist", "", tmp_path))
    assert "100%" in capsys.readouterr().err
    assert mirror.requests == [f"/{name}.gz" for name in NAMES]
    assert is_complete(downloaded_digits("mnist", "", tmp_path))
    assert len(mirror.requests) == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"{name}.gz" for name in NAMES)


def test_a_damaged_earlier_download_is_repaired(tmp_path, mirror, use):
    use(mirror.url)
    downloaded_digits("mnist", "", tmp_path)
    whole = (tmp_path / f"{NAMES[0]}.gz").read_bytes()
    (tmp_path / f"{NAMES[0]}.gz").write_bytes(whole[:1000])
    assert is_complete(downloaded_digits("mnist", "", tmp_path))
    assert mirror.requests[4:] == [f"/{NAMES[0]}.gz"]
    assert (tmp_path / f"{NAMES[0]}.gz").read_bytes() == whole


def test_a_failed_download_is_repeated(tmp_path, mirror, use):
    use(mirror.url)
    mirror.failures = 1
    assert is_complete(downloaded_digits("mnist", "", tmp_path))
    assert len(mirror.requests) == 5


def test_the_next_mirror_serves_what_one_lacks_or_has_wrong(tmp_path, mirror, use):
    use(f"{mirror.url}old/", mirror.url)
    mirror.files[f"old/{NAMES[1]}.gz"] = gzip.compress(FILES[NAMES[3]])  # the labels of the test digits
    assert is_complete(downloaded_digits("mnist", "", tmp_path))


def test_a_folder_given_as_mirror_comes_first_and_a_url_before_the_other_mirrors(tmp_path, mirror, use):
    use("http://127.0.0.1:9/")
    assert is_complete(downloaded_digits("mnist", str(write_folder(tmp_path / "plain", FILES)), tmp_path / "cache"))
    assert mirror.requests == []
    assert is_complete(downloaded_digits("mnist", mirror.url.rstrip("/"), tmp_path / "cache"))
    assert len(mirror.requests) == 4


def test_a_wrong_file_of_a_folder_given_as_mirror_cannot_change_the_digits(tmp_path, mirror, use):
    use(mirror.url)
    wrong = write_folder(tmp_path / "wrong", {**FILES, NAMES[0]: FILES[NAMES[0]][:-1] + b"\x07"})
    assert is_complete(downloaded_digits("mnist", str(wrong), tmp_path / "cache"))
    assert mirror.requests == [f"/{NAMES[0]}.gz"]


def test_the_checksum_of_the_official_gzip_file_will_do(tmp_path, monkeypatch):
    folder = write_folder(tmp_path, FILES, packed=True)
    pinned = {name: ("md5:0", f"sha256:{hashlib.sha256((folder / f'{name}.gz').read_bytes()).hexdigest()}") for name in NAMES}
    monkeypatch.setitem(SOURCES, "kmnist", Source((), pinned))
    assert is_complete(downloaded_digits("kmnist", str(folder), tmp_path / "cache"))


def test_a_wrong_checksum_is_refused_with_the_name_of_the_file(tmp_path, use):
    use()
    write_folder(tmp_path / "mirror", {**FILES, NAMES[2]: FILES[NAMES[2]][:-1] + b"\x07"})
    with pytest.raises(ValueError, match=rf"{NAMES[2]} of mnist could not be had \({tmp_path}/mirror/{NAMES[2]}: wrong checksum"):
        downloaded_digits("mnist", str(tmp_path / "mirror"), tmp_path / "cache")


def test_without_a_network_one_sentence_says_what_was_tried_and_what_to_do(tmp_path, mirror, use):
    use("http://127.0.0.1:9/", mirror.url)
    mirror.files = {}
    with pytest.raises(ValueError, match="train-images-idx3-ubyte of mnist could not be had") as refusal:
        downloaded_digits("mnist", str(tmp_path / "nowhere"), tmp_path / "cache")
    sentence = str(refusal.value)
    assert "\n" not in sentence
    assert f"{tmp_path}/nowhere/{NAMES[0]}: no such file" in sentence
    assert f"http://127.0.0.1:9/{NAMES[0]}: not reached, ConnectionError" in sentence
    assert f"{mirror.url}{NAMES[0]}: answers 404" in sentence
    assert "set DATASET_MIRROR to a folder or URL" in sentence
    assert "choose mnist5k, which needs no network" in sentence
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_cache_that_cannot_be_written_is_named_rather_than_the_network(tmp_path, mirror, use):
    use(mirror.url)
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(ValueError, match=r"Not a directory: '\S+/cache/train-images-idx3-ubyte.gz'"):
        downloaded_digits("mnist", "", tmp_path / "cache")
