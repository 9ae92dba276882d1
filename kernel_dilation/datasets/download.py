"""Downloads: a file of a mirror as bytes, and why it could not be had, in words that hold no password."""

import io
import re
import socket
import ssl
import time
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pooch
from requests import exceptions

ATTEMPTS = 2  # at a mirror, a second apart, before the next one
PAUSE_SECONDS = 1
TIMEOUT_SECONDS = 10  # without a sign of life from a mirror
PASSING = (408, 425, 429)  # answers of the kind 4xx that another attempt may change
PROXY = "behind a proxy, HTTPS_PROXY must name it"
CAUSES: tuple[tuple[tuple[type[BaseException], ...], str, str], ...] = (  # kinds, what happened, what helps; the first that fits within the error
    ((exceptions.InvalidProxyURL,), "the address of the proxy is malformed", "check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY"),
    ((exceptions.ProxyError,), "the proxy cannot be reached or refuses", "check HTTPS_PROXY and HTTP_PROXY, or name the host in NO_PROXY"),
    ((exceptions.SSLError, ssl.SSLError), "its certificate is not trusted", "REQUESTS_CA_BUNDLE may name a file with the certificates that are"),
    ((socket.gaierror,), "its name is not known here (DNS)", PROXY),
    ((exceptions.Timeout, TimeoutError), f"no answer within {TIMEOUT_SECONDS} seconds", PROXY),
    ((ConnectionRefusedError,), "the connection is refused", PROXY),
    ((exceptions.ChunkedEncodingError, ConnectionResetError), "the connection broke off", "try again"),
    ((exceptions.InvalidURL,), "the address is malformed", "name another mirror"),
    (
        (exceptions.InvalidSchema,),
        "a SOCKS proxy needs the package PySocks",
        "pip install PySocks, or name another proxy in HTTPS_PROXY and ALL_PROXY",
    ),
)


def is_url(place: str) -> bool:
    """Whether a place is on the network, rather than a folder.

    Raises:
        ValueError: an address of another kind than HTTP.
    """
    scheme = re.match(r"([a-z][a-z0-9+.-]*)://", place, re.IGNORECASE)
    if scheme and scheme[1].lower() not in ("http", "https"):
        raise ValueError(f"a mirror must be a folder or an address that begins with http:// or https://; got {without_secrets(place)}")
    return bool(scheme)


def file_url(base: str, name: str) -> str:
    """Address of a file below another one, whose query (a signature) follows the file's name."""
    parts = urlsplit(base)
    return urlunsplit((parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/{name}", parts.query, ""))


def without_secrets(place: str) -> str:
    """An address, or a sentence with one, as it may be shown: without user name, password and query."""
    return re.sub(r"\?\S*", "?…", re.sub(r"[^/\s]+:\S*@", "…@", place))


def download(url: str) -> bytes:
    """A file of a mirror, with a progress bar; a failure that may pass is tried again.

    Raises:
        OSError: the mirror cannot be reached or does not have it.
    """
    fetch = pooch.HTTPDownloader(progressbar=True, timeout=TIMEOUT_SECONDS)
    for attempt in range(1, ATTEMPTS + 1):
        content = io.BytesIO()
        try:
            fetch(url, content, None)
        except exceptions.RequestException as error:
            if attempt == ATTEMPTS or is_refusal(error):
                raise
            time.sleep(PAUSE_SECONDS)
        else:
            break
    return content.getvalue()


def http_status(error: OSError) -> int | None:
    """The number with which a mirror answered, if only to refuse."""
    response = getattr(error, "response", None)
    return None if response is None else response.status_code


def is_refusal(error: OSError) -> bool:
    """Whether a mirror answered that it does not have the file or does not give it, so that asking again is idle."""
    answer = http_status(error)
    return answer is not None and 400 <= answer < 500 and answer not in PASSING


def describe_error(error: OSError) -> str:
    """Why a place failed and what helps, in words of our own: those of a library hold addresses with their passwords."""
    if (answer := http_status(error)) is not None:
        return f"answers {answer}"
    if not isinstance(error, exceptions.RequestException):
        return f"{error}; check REQUESTS_CA_BUNDLE" if "CA certificate" in str(error) else str(error)
    within = list(causes(error))
    for kinds, what, help_ in CAUSES:
        if any(isinstance(cause, kinds) for cause in within):
            return f"not reached: {what}{detail(within)}; {help_}"
    return f"not reached: {type(error).__name__}{detail(within)}"


def detail(within: list[BaseException]) -> str:
    """The words of the system, of OpenSSL or of a proxy for what happened, in brackets, if there are any."""
    for cause in within:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f" ({cause.verify_message})"
        if isinstance(cause, OSError) and cause.strerror and cause.errno:
            return f" ({cause.strerror})"
        if tunnel := re.match(r"Tunnel connection failed: (\d+)", str(cause)):
            return f" (answers {tunnel[1]})"
    return ""


def causes(error: BaseException) -> Iterator[BaseException]:
    """An error and all that lie within it, as requests and urllib3 wrap them."""
    waiting, seen = [error], set()
    while waiting:
        current = waiting.pop(0)
        if id(current) not in seen:
            seen.add(id(current))
            yield current
            within = (getattr(current, "reason", None), current.__cause__, current.__context__, *current.args)
            waiting += [cause for cause in within if isinstance(cause, BaseException)]
