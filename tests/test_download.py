"""Why a download fails, from real failures on the loopback interface, and what is never said of it."""

import gc
import importlib.util
import re
import socket
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socketserver import BaseRequestHandler, ThreadingTCPServer

from kernel_dilation.datasets.download import describe_error, download, is_url, join_url, redact_secrets

import pytest
from distributed import Security
from mirrors import running_mirror

PROXIES = [name for scheme in ("http", "https", "all", "no") for name in (f"{scheme}_proxy", f"{scheme}_PROXY".upper())]


@pytest.fixture(autouse=True)
def environment(monkeypatch) -> Iterator[None]:
    """No proxy, no certificates of the user's own, no pause; sockets that pooch leaves to the garbage go with the test."""
    for name in (*PROXIES, "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("kernel_dilation.datasets.download.PAUSE_SECONDS", 0)
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """The port of a server that answers every connection so."""

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            answer(self.request)

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def says(text: bytes) -> Callable[[socket.socket], None]:
    """An answer that says this, whatever is asked."""

    def answer(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(text)

    return answer


def failed(url: str) -> str:
    """Why this download fails."""
    with pytest.raises(OSError) as error:  # noqa: PT011
        download(url)
    return describe_error(error.value)


def test_a_name_that_is_not_known_is_told():
    assert re.match(r"not reached: its name is not known here \(DNS\).*; behind a proxy, HTTPS_PROXY must name it$", failed("http://x.invalid/file"))


def test_a_refused_connection_is_told():
    assert failed("http://127.0.0.1:9/file").startswith("not reached: the connection is refused (Connection refused); ")


def test_silence_is_told_with_the_time_that_was_waited(monkeypatch):
    monkeypatch.setattr("kernel_dilation.datasets.download.TIMEOUT_SECONDS", 0.1)
    ended = threading.Event()
    with listening(lambda connection: bool(ended.wait(5))) as port:
        assert failed(f"http://127.0.0.1:{port}/file").startswith("not reached: no answer within 10 seconds")
        ended.set()


@pytest.mark.parametrize("said", [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf", b""])
def test_a_file_that_breaks_off_is_told_and_not_taken_for_a_whole_one(said):
    with listening(says(said)) as port:
        assert failed(f"http://127.0.0.1:{port}/file").startswith("not reached: the connection broke off; ")


def test_a_circle_of_addresses_is_told():
    with listening(says(b"HTTP/1.1 302 Found\r\nLocation: /file\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")) as port:
        assert failed(f"http://127.0.0.1:{port}/file") == "answers 302"


@pytest.mark.parametrize("url", ["http:///file", "http://host:port/file"])
def test_a_malformed_address_is_told(url):
    assert failed(url).startswith("not reached: the address is malformed; ")


def test_a_certificate_that_is_not_trusted_is_told_with_the_variable_that_helps(tmp_path):
    """A certificate made for the occasion, which nobody has signed but itself."""
    security = Security.temporary()
    (tmp_path / "pem").write_text(security.tls_scheduler_cert + security.tls_scheduler_key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "pem")

    def answer(connection: socket.socket) -> None:
        with pytest.raises(OSError):  # noqa: PT011
            context.wrap_socket(connection, server_side=True)

    with listening(answer) as port:
        sentence = failed(f"https://127.0.0.1:{port}/file")
    assert re.match(r"not reached: its certificate is not trusted \(self.signed certificate\); REQUESTS_CA_BUNDLE may name a file", sentence)


def test_a_file_of_certificates_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    assert re.search(r"invalid path: /nowhere.pem; check REQUESTS_CA_BUNDLE$", failed("https://127.0.0.1:9/file"))


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_asks_for_a_password_is_told_without_the_one_that_it_got(monkeypatch, scheme):
    answer = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with listening(says(answer)) as port:
        monkeypatch.setenv(f"{scheme}_proxy", f"http://anna:s3cret@127.0.0.1:{port}")
        sentence = failed(f"{scheme}://mirror.invalid/file")
    assert "answers 407" in sentence
    assert "s3cret" not in sentence
    assert "anna" not in sentence


def test_a_proxy_that_is_not_there_is_told_without_its_password(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://anna:s3cret@127.0.0.1:9")
    assert failed("http://mirror.invalid/file") == (
        "not reached: the proxy cannot be reached or refuses (Connection refused); check HTTPS_PROXY and HTTP_PROXY, or name the host in NO_PROXY"
    )


@pytest.mark.skipif(importlib.util.find_spec("socks") is not None, reason="PySocks is installed")
def test_a_socks_proxy_without_its_package_is_told(monkeypatch):
    monkeypatch.setenv("all_proxy", "socks5://anna:s3cret@127.0.0.1:9")
    assert failed("http://mirror.invalid/file").startswith("not reached: a SOCKS proxy needs the package PySocks; pip install PySocks")


def test_what_cannot_change_is_asked_once_and_what_may_pass_twice(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with running_mirror() as mirror:
        assert failed(f"{mirror.url}file") == "answers 404"
        assert len(mirror.requests) == 1
        mirror.failures = 5
        assert failed(f"{mirror.url}file") == "answers 503"
        assert len(mirror.requests) == 3


def test_a_file_of_the_system_is_told_in_its_own_words():
    assert describe_error(PermissionError(13, "Permission denied", "/cache/file")) == "[Errno 13] Permission denied: '/cache/file'"


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://host/sets", "https://host/sets/name.gz"),
        ("https://host/sets/", "https://host/sets/name.gz"),
        ("https://host", "https://host/name.gz"),
        ("https://anna:pass@host:8/sets/?sv=1&sig=a%2Fb#part", "https://anna:pass@host:8/sets/name.gz?sv=1&sig=a%2Fb"),
    ],
)
def test_the_name_of_a_file_goes_before_the_query(base, url):
    assert join_url(base, "name.gz") == url


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("https://host/sets/name.gz", "https://host/sets/name.gz"),
        ("https://anna:pass@host/name", "…@host/name"),
        ("https://token@host/name?sig=secret", "…@host/name?…"),
        ("/home/a@b/mine", "/home/a@b/mine"),
    ],
)
def test_what_is_shown_of_a_place_has_no_secrets(place, shown):
    assert redact_secrets(place) == shown


def test_a_folder_is_told_from_an_address():
    assert [is_url(place) for place in ("http://host", "HTTPS://host", "/folder", "C:folder", "a b")] == [True, True, False, False, False]
