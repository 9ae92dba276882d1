"""Explanations of real download failures on the loopback interface, and secrets that must not be in them."""

import gc
import importlib.util
import re
import socket
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator

from kernel_dilation.datasets.download_errors import describe_error
from kernel_dilation.datasets.http_download import download, is_url, join_url, redact_secrets

import pytest
from distributed import Security
from mirrors import listen, running_mirror

PROXIES = [name for scheme in ("http", "https", "all", "no") for name in (f"{scheme}_proxy", f"{scheme}_PROXY".upper())]


@pytest.fixture(autouse=True)
def environment(monkeypatch) -> Iterator[None]:
    """Remove the user's proxies, certificates and the pause, and collect sockets that `requests` leaves open after the test."""
    for name in (*PROXIES, "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("kernel_dilation.datasets.http_download.PAUSE_SECONDS", 0)
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def respond(text: bytes) -> Callable[[socket.socket], None]:
    """Return a handler that sends the same text in response to any request."""

    def answer(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(text)

    return answer


def explain_failure(url: str) -> str:
    """Return the explanation of a download that must fail."""
    with pytest.raises(OSError) as error:  # noqa: PT011
        download(url)
    return describe_error(error.value)


def test_an_unknown_host_name_is_reported():
    assert re.match(r"not reached: its name cannot be resolved \(DNS\).*; behind a proxy, set HTTPS_PROXY$", explain_failure("http://x.invalid/file"))


def test_a_refused_connection_is_reported():
    assert explain_failure("http://127.0.0.1:9/file").startswith("not reached: the connection is refused (Connection refused); ")


def test_a_time_out_is_reported_with_its_length(monkeypatch):
    monkeypatch.setattr("kernel_dilation.datasets.http_download.TIMEOUT_SECONDS", 0.1)
    ended = threading.Event()
    with listen(lambda connection: bool(ended.wait(5))) as port:
        assert explain_failure(f"http://127.0.0.1:{port}/file").startswith("not reached: no answer within 10 seconds")
        ended.set()


@pytest.mark.parametrize("response", [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf", b""])
def test_an_interrupted_download_is_reported_and_not_accepted(response):
    with listen(respond(response)) as port:
        assert explain_failure(f"http://127.0.0.1:{port}/file").startswith("not reached: the connection was interrupted; ")


def test_an_endless_redirection_is_reported():
    with listen(respond(b"HTTP/1.1 302 Found\r\nLocation: /file\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")) as port:
        assert explain_failure(f"http://127.0.0.1:{port}/file") == "redirects too often, perhaps in a circle"


@pytest.mark.parametrize("url", ["http:///file", "http://host:port/file"])
def test_a_malformed_address_is_reported(url):
    assert explain_failure(url).startswith("not reached: the address is malformed; ")


def test_an_untrusted_certificate_is_reported_with_the_variable_to_set(tmp_path):
    """The certificate is temporary and self-signed."""
    security = Security.temporary()
    (tmp_path / "pem").write_text(security.tls_scheduler_cert + security.tls_scheduler_key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "pem")

    def answer(connection: socket.socket) -> None:
        with pytest.raises(OSError):  # noqa: PT011
            context.wrap_socket(connection, server_side=True)

    with listen(answer) as port:
        message = explain_failure(f"https://127.0.0.1:{port}/file")
    assert re.match(r"not reached: its certificate is not trusted \(self.signed certificate\); set REQUESTS_CA_BUNDLE to a file", message)


def test_a_missing_file_of_certificates_is_reported(monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    assert re.search(r"invalid path: /nowhere.pem; check REQUESTS_CA_BUNDLE$", explain_failure("https://127.0.0.1:9/file"))


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_requires_authentication_is_reported_without_the_password(monkeypatch, scheme):
    answer = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with listen(respond(answer)) as port:
        monkeypatch.setenv(f"{scheme}_proxy", f"http://anna:s3cret@127.0.0.1:{port}")
        message = explain_failure(f"{scheme}://mirror.invalid/file")
    assert "status 407" in message
    assert "s3cret" not in message
    assert "anna" not in message


def test_an_unreachable_proxy_is_reported_without_its_password(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://anna:s3cret@127.0.0.1:9")
    assert explain_failure("http://mirror.invalid/file") == (
        "not reached: the proxy cannot be reached or refuses the connection (Connection refused); "
        "check HTTPS_PROXY and HTTP_PROXY, or name the host in NO_PROXY"
    )


@pytest.mark.skipif(importlib.util.find_spec("socks") is not None, reason="PySocks is installed")
def test_a_missing_package_for_a_socks_proxy_is_reported(monkeypatch):
    monkeypatch.setenv("all_proxy", "socks5://anna:s3cret@127.0.0.1:9")
    assert explain_failure("http://mirror.invalid/file").startswith("not reached: a SOCKS proxy needs the package PySocks; run pip install PySocks")


def test_permanent_failures_are_not_retried_and_transient_ones_once(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with running_mirror() as mirror:
        assert explain_failure(f"{mirror.url}file") == "answered with status 404"
        assert len(mirror.requests) == 1
        mirror.failures = 5
        assert explain_failure(f"{mirror.url}file") == "answered with status 503"
        assert len(mirror.requests) == 3


def test_an_error_of_the_file_system_keeps_its_message():
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
def test_the_name_of_a_file_precedes_the_query(base, url):
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
def test_a_shown_address_has_no_secrets(place, shown):
    assert redact_secrets(place) == shown


def test_a_folder_is_distinguished_from_an_address():
    assert [is_url(place) for place in ("http://host", "HTTPS://host", "/folder", "C:folder", "a b")] == [True, True, False, False, False]
