"""Servers on the loopback interface: a mirror, and one that answers with arbitrary bytes."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseRequestHandler, ThreadingTCPServer


class Mirror(ThreadingHTTPServer):
    """A mirror that serves `files` by path and query, answers the next `failures` requests with 503, and records all requests.

    `on_request` is called before every answer. The mirror pauses for `pause` seconds between the two halves of a
    file. Every request must have the header `authorization`, unless that is empty.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.files: dict[str, bytes] = {}
        self.failures = 0
        self.pause = 0.0
        self.authorization = ""
        self.requests: list[str] = []
        self.on_request: Callable[[], object] = lambda: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Answer(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        self.server.on_request()
        content = self.server.files.get(self.path.lstrip("/"))
        if self.server.failures or content is None:
            self.send_error(503 if self.server.failures else 404)
            self.server.failures = max(0, self.server.failures - 1)
            return
        if self.headers.get("Authorization", "") != self.server.authorization:
            self.send_error(401)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2])
        time.sleep(self.server.pause)
        self.wfile.write(content[len(content) // 2 :])

    def log_message(self, *arguments: object) -> None:
        """Do not log requests."""


@contextmanager
def running_mirror() -> Iterator[Mirror]:
    """Run a mirror without files for as long as the block lasts."""
    with Mirror() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def listen(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Run a server that handles every connection with `answer`; yield its port."""

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
