"""Explain why a download failed and how to fix it, without revealing passwords."""

import re
import socket
import ssl
from collections.abc import Iterator

from requests import exceptions

TIMEOUT_SECONDS = 10  # without any data from a mirror
TRANSIENT_STATUSES = (408, 425, 429)  # the 4xx statuses for which another attempt may succeed
PROXY = "behind a proxy, set HTTPS_PROXY"
CAUSES: tuple[tuple[tuple[type[BaseException], ...], str, str], ...] = (  # exception types, what happened, and the remedy; the first match applies
    ((exceptions.InvalidProxyURL,), "the address of the proxy is malformed", "check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY"),
    (
        (exceptions.ProxyError,),
        "the proxy cannot be reached or refuses the connection",
        "check HTTPS_PROXY and HTTP_PROXY, or name the host in NO_PROXY",
    ),
    ((exceptions.SSLError, ssl.SSLError), "its certificate is not trusted", "set REQUESTS_CA_BUNDLE to a file of trusted certificates"),
    ((socket.gaierror,), "its name cannot be resolved (DNS)", PROXY),
    ((exceptions.Timeout, TimeoutError), f"no answer within {TIMEOUT_SECONDS} seconds", PROXY),
    ((ConnectionRefusedError,), "the connection is refused", PROXY),
    ((exceptions.ChunkedEncodingError, ConnectionResetError), "the connection was interrupted", "try again"),
    ((exceptions.InvalidURL,), "the address is malformed", "choose another mirror"),
    (
        (exceptions.InvalidSchema,),
        "a SOCKS proxy needs the package PySocks",
        "run pip install PySocks, or set HTTPS_PROXY and ALL_PROXY to another proxy",
    ),
)


class ExcessiveDownloadError(exceptions.RequestException):
    """A mirror sends more bytes, or takes more time, than any of the files needs."""


def http_status(error: OSError) -> int | None:
    """HTTP status with which a mirror answered, or None if it did not answer."""
    response = getattr(error, "response", None)
    return None if response is None else response.status_code


def is_refusal(error: OSError) -> bool:
    """Return whether a mirror refused a file permanently, so that another attempt would be useless."""
    status = http_status(error)
    return status is not None and 400 <= status < 500 and status not in TRANSIENT_STATUSES


def describe_error(error: OSError) -> str:
    """Explain why a download failed and how to fix it, without quoting messages of `requests`, which may contain passwords."""
    if isinstance(error, exceptions.TooManyRedirects):
        return "redirects too often, perhaps in a circle"
    if (status := http_status(error)) is not None:
        return f"answered with status {status}"
    if isinstance(error, ExcessiveDownloadError):
        return str(error)
    if not isinstance(error, exceptions.RequestException):
        return f"{error}; check REQUESTS_CA_BUNDLE" if "CA certificate" in str(error) else str(error)
    causes = list(walk_causes(error))
    for types, event, remedy in CAUSES:
        if any(isinstance(cause, types) for cause in causes):
            return f"not reached: {event}{describe_detail(causes)}; {remedy}"
    return f"not reached: {type(error).__name__}{describe_detail(causes)}"


def describe_detail(causes: list[BaseException]) -> str:
    """Return the message of the operating system, of OpenSSL or of a proxy in brackets, or nothing if there is none."""
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f" ({cause.verify_message})"
        if isinstance(cause, OSError) and cause.strerror and cause.errno:
            return f" ({cause.strerror})"
        if tunnel := re.match(r"Tunnel connection failed: (\d+)", str(cause)):
            return f" (status {tunnel[1]})"
    return ""


def walk_causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all errors wrapped in it, as requests and urllib3 wrap them."""
    waiting, seen = [error], set()
    while waiting:
        current = waiting.pop(0)
        if id(current) not in seen:
            seen.add(id(current))
            yield current
            wrapped = (getattr(current, "reason", None), current.__cause__, current.__context__, *current.args)
            waiting += [cause for cause in wrapped if isinstance(cause, BaseException)]
