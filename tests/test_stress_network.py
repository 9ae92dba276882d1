"""Mirrors on loopback that misbehave: the next one is used, or one sentence says what happened, within bounded time and memory."""

import gzip
import hashlib
import re
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from idx_files import NAMES, four_files
from mirrors import Mirror, listen, running_mirror

FILES = four_files()
PACKED = {f"{name}.gz": gzip.compress(content) for name, content in FILES.items()}
SAMPLE = PACKED[f"{NAMES[0]}.gz"]
CHILD_BYTES = 1_500 * 2**20  # of address space beyond what the imports need
MAX_SECONDS = 4  # for a download in these tests
DOWNLOAD = """
import resource, sys
from pathlib import Path
from kernel_dilation.datasets import download_errors, http_download
from kernel_dilation.datasets.published import SOURCES, Source, download_digits
from kernel_dilation.experiment.cli_errors import exit_with_message
_, cache, mirrors, *checksums = sys.argv
http_download.PAUSE_SECONDS, http_download.TIMEOUT_SECONDS, http_download.MAX_SECONDS = 0, 2, SECONDS
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + BYTES, used + BYTES))
SOURCES["mnist"] = Source(tuple(mirrors.split()), {name: (checksum,) for name, checksum in zip(SOURCES["mnist"].checksums, checksums)})
with exit_with_message("fetch"):
    print(sum(len(digits.labels) for digits in download_digits("mnist", "", Path(cache))))
""".replace("SECONDS = 0, 2, SECONDS", f"SECONDS = 0, 2, {MAX_SECONDS}").replace("BYTES", str(CHILD_BYTES))


def response(body: bytes, status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    """Return an HTTP response; its Content-Length may be wrong."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def send(content: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(content)

    return answer


def stall(connection: socket.socket) -> None:
    """Send half of the file and then nothing."""
    connection.recv(4096)
    connection.sendall(response(SAMPLE[:1000], length=len(SAMPLE)))
    time.sleep(5)


def reset(connection: socket.socket) -> None:
    """Send half of the file and reset the connection."""
    connection.recv(4096)
    connection.sendall(response(SAMPLE[:1000], length=len(SAMPLE)))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def drip(head: bytes) -> Callable[[socket.socket], None]:
    """Send single bytes, each before the client's time-out."""

    def answer(connection: socket.socket) -> None:
        connection.recv(4096)
        try:
            connection.sendall(head)
            for _ in range(60):
                connection.sendall(b"x")
                time.sleep(0.5)
        except OSError:
            return  # the client has had enough

    return answer


def flood(head: bytes, block: bytes) -> Callable[[socket.socket], None]:
    """Send without an end."""

    def answer(connection: socket.socket) -> None:
        connection.recv(4096)
        try:
            connection.sendall(head)
            for _ in range(4 * 2**30 // len(block)):
                connection.sendall(block)
        except OSError:
            return

    return answer


def idx_bomb() -> bytes:
    """A gzip file of a few kilobytes that declares 200 digits and unpacks to 3 GB."""
    member = gzip.compress(bytes(2**20))
    return gzip.compress(FILES[NAMES[0]][:16] + bytes(200 * 784)) + member * 3000


STATUSES = ("403 Forbidden", "404 Not Found", "429 Too Many Requests", "500 Internal Server Error")
ENDLESS = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
FAULTS: dict[str, tuple[Callable[[socket.socket], None], str]] = {
    "truncated": (send(response(SAMPLE[:1000], length=len(SAMPLE))), "the connection was interrupted"),
    "truncated without a length": (send(ENDLESS + SAMPLE[:1000]), "the gzip file is truncated or damaged"),
    "empty": (send(response(b"")), "the file ends after 0 of the 16 bytes of its header"),
    "no answer at all": (send(b""), "not reached"),
    "no HTTP": (send(b"220 smtp.example.com ready\r\n"), "not reached"),
    "stalled": (stall, "not reached"),
    "reset": (reset, "the connection was interrupted"),
    **{status: (send(response(b"no", status)), f"answered with status {status[:3]}") for status in STATUSES},
    "HTML": (send(response(b"<!DOCTYPE html><html>Please log in</html>", "200 OK", "Content-Type: text/html")), "the magic number must be"),
    "wrong bytes of the right length": (send(response(bytes(len(SAMPLE)))), "the magic number must be"),
    "another file": (send(response(gzip.compress(FILES[NAMES[0]][:-1] + b"\1"))), "wrong checksum"),
    "a gzip bomb": (send(response(idx_bomb())), "the file has more"),
    "an encoded bomb": (
        send(response(gzip.compress(bytes(2**30), 1), "200 OK", "Content-Encoding: gzip")),
        "the mirror sends more than 100,000,000 bytes",
    ),
    "an endless file": (flood(ENDLESS, bytes(2**20)), "the mirror sends more than 100,000,000 bytes"),
    "an endless redirection body": (flood(b"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n", bytes(2**20)), "redirects too often"),
    "single bytes": (drip(response(b"", length=10**6)), f"the download takes longer than {MAX_SECONDS} seconds"),
    "a header of single bytes": (drip(b"HTTP/1.1 200 OK\r\nX-A: "), f"the download takes longer than {MAX_SECONDS} seconds"),
}  # fmt: skip


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with running_mirror() as server:
        server.files = dict(PACKED)
        yield server


def download(cache: Path, *mirrors: str) -> tuple[int, str, str]:
    """Download the four files in a process with limited memory; return its exit status, stdout and the last line of stderr."""
    checksums = [f"sha256:{hashlib.sha256(FILES[name]).hexdigest()}" for name in NAMES]
    command = [sys.executable, "-c", DOWNLOAD, str(cache), " ".join(mirrors), *checksums]
    done = subprocess.run(command, capture_output=True, text=True, env={"NO_PROXY": "127.0.0.1", "PATH": ""}, timeout=300)
    assert "Traceback" not in done.stderr
    assert "MemoryError" not in done.stderr
    return done.returncode, done.stdout, done.stderr.strip().rpartition("\n")[2]


def cached(cache: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in cache.rglob("*") if path.is_file()}


@pytest.mark.stress
@pytest.mark.parametrize("fault", FAULTS)
def test_a_misbehaving_mirror_is_left_for_the_next_one(tmp_path, mirror, fault):
    with listen(FAULTS[fault][0]) as port:
        assert download(tmp_path, f"http://127.0.0.1:{port}/", mirror.url)[:2] == (0, "250\n")
    assert cached(tmp_path) == PACKED, "only the files of the good mirror are kept"


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_without_another_mirror_one_sentence_says_what_happened(tmp_path, fault):
    answer, sentence = FAULTS[fault]
    start = time.monotonic()
    with listen(answer) as port:
        status, printed, error = download(tmp_path, f"http://127.0.0.1:{port}/")
    assert (status, printed) == (1, "")
    assert error.startswith(f"fetch: {NAMES[0]} of mnist could not be obtained (")
    assert re.search(rf"http://127\.0\.0\.1:{port}/\S+: [^;]*{re.escape(sentence)}", error), error
    assert cached(tmp_path) == {}
    assert time.monotonic() - start < 120
