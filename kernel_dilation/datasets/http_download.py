"""Download a file from a mirror over HTTP."""

import io
import re
import sys
import threading
import time
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit, urlunsplit

from kernel_dilation.datasets.download_errors import TIMEOUT_SECONDS, ExcessiveDownloadError, is_refusal

from requests import Response, Session, exceptions
from tqdm import tqdm

MAX_BYTES = 100_000_000  # of a file; the largest published file has 47 MB, unpacked
MAX_SECONDS = 900  # for a file
CHUNK_BYTES = 65_536
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
        OSError: the mirror cannot be reached, does not have the file, or sends too much or too slowly.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return finish_in_time(url)
        except exceptions.RequestException as error:
            if attempt == ATTEMPTS or is_refusal(error) or isinstance(error, ExcessiveDownloadError):
                raise
            time.sleep(PAUSE_SECONDS)
    raise AssertionError("the last attempt returns or raises")


def finish_in_time(url: str) -> bytes:
    """Return the content of a file within `MAX_SECONDS`, even if the mirror sends single bytes and thus never exceeds the time-out.

    Raises:
        OSError: as in `download`.
    """
    outcome: SimpleQueue[bytes | BaseException] = SimpleQueue()

    def put_outcome() -> None:
        try:
            outcome.put(read_file(url))
        except BaseException as error:
            outcome.put(error)

    threading.Thread(target=put_outcome, daemon=True).start()
    try:
        result = outcome.get(timeout=MAX_SECONDS)
    except Empty:
        print(file=sys.stderr)  # the progress bar has not ended
        raise ExcessiveDownloadError(f"the download takes longer than {MAX_SECONDS} seconds") from None
    if isinstance(result, BaseException):
        raise result
    return result


def read_file(url: str) -> bytes:
    """Return the content of a file on a mirror, of at most `MAX_BYTES`.

    Raises:
        OSError: as in `download`.
    """
    end = time.monotonic() + MAX_SECONDS
    content = io.BytesIO()
    with FrugalSession() as session, session.get(url, stream=True, timeout=TIMEOUT_SECONDS) as response:
        response.raise_for_status()
        size = response.headers.get("Content-Length", "")
        with tqdm(total=int(size) if size.isdigit() else None, unit="B", unit_scale=True) as bar:
            for chunk in response.iter_content(CHUNK_BYTES):
                bar.update(content.write(chunk))
                if content.tell() > MAX_BYTES:
                    raise ExcessiveDownloadError(f"the mirror sends more than {MAX_BYTES:,} bytes")
                if time.monotonic() > end:
                    raise ExcessiveDownloadError(f"the download takes longer than {MAX_SECONDS} seconds")
    return content.getvalue()


class FrugalSession(Session):
    """A session that does not read the content of a redirection, which may be endless; `requests` would read it completely."""

    def get_redirect_target(self, resp: Response) -> str | None:
        """Return the address to which a response redirects, or None if it does not."""
        target = super().get_redirect_target(resp)
        if target:
            resp.close()
        return target
