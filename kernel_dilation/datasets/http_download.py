"""Download a file from a mirror over HTTP."""

import io
import re
import time
from urllib.parse import urlsplit, urlunsplit

from kernel_dilation.datasets.download_errors import TIMEOUT_SECONDS, is_refusal

import pooch
from requests import exceptions

ATTEMPTS = 2  # at one mirror, before the next one is tried
PAUSE_SECONDS = 1  # between two attempts


def is_url(location: str) -> bool:
    """Return whether a location is an address on the network rather than a folder.

    Raises:
        ValueError: an address with a scheme other than HTTP or HTTPS.
    """
    scheme = re.match(r"([a-z][a-z0-9+.-]*)://", location, re.IGNORECASE)
    if scheme and scheme[1].lower() not in ("http", "https"):
        raise ValueError(f"a mirror must be a folder or an address that begins with http:// or https://; got {redact_secrets(location)}")
    return bool(scheme)


def join_url(base: str, name: str) -> str:
    """Return the address of a file below a base address; a query of the base, such as a signature, follows the file's name."""
    parts = urlsplit(base)
    return urlunsplit((parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/{name}", parts.query, ""))


def redact_secrets(text: str) -> str:
    """Return an address, or a sentence that contains one, without user name, password and query."""
    return re.sub(r"\?\S*", "?…", re.sub(r"[^/\s]+:\S*@", "…@", text))


def download(url: str) -> bytes:
    """Return the content of a file on a mirror and show a progress bar; transient failures are retried.

    Raises:
        OSError: the mirror cannot be reached or does not have the file.
    """
    downloader = pooch.HTTPDownloader(progressbar=True, timeout=TIMEOUT_SECONDS)
    for attempt in range(1, ATTEMPTS + 1):
        content = io.BytesIO()
        try:
            downloader(url, content, None)
        except exceptions.RequestException as error:
            if attempt == ATTEMPTS or is_refusal(error):
                raise
            time.sleep(PAUSE_SECONDS)
        else:
            break
    return content.getvalue()
