"""The HTTP server of the endpoint, in bounds: few connections, each for a short time, each with one small POST."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self

from intacct_pipelines.webhooks.receiver import Answer, Receiver
from intacct_pipelines.webhooks.signature import HEADER

PATH: Final = "/bill"
_MOST_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Limits:
    """What one caller may take.

    Args:
        body_bytes: Largest body; a bill comes with all its lines.
        seconds: For one request, from the connection to the answer; BILL waits 10.
        connections: At the same time; further ones are closed at once, and BILL sends again.
    """

    body_bytes: int = 1_000_000
    seconds: float = 9.0
    connections: int = 16


class WebhookServer:
    """Serves ``POST /bill`` from threads; as a context manager it serves until the block ends.

    TLS is the business of what stands in front of it: BILL only sends to https.

    Args:
        receiver: Judges what comes.
        host: Address to listen on.
        port: 0 picks a free one.
        limits: What one caller may take.
        tell: Is told in one line what became of each request; never anything secret, nor what a stranger wrote.

    Raises:
        OSError: The port is taken.
    """

    def __init__(
        self,
        receiver: Receiver,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        limits: Limits = Limits(),
        tell: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self._server = _Server((host, port), receiver, limits, tell)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="webhooks", daemon=True)
        self._finished = threading.Event()

    def wait(self) -> None:
        """Block until ``finish`` is called."""
        self._finished.wait()

    def finish(self) -> None:
        """End ``wait``."""
        self._finished.set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(
        self, address: tuple[str, int], receiver: Receiver, limits: Limits, tell: Callable[[str], None]
    ) -> None:
        self.receiver = receiver
        self.limits = limits
        self.tell = tell
        self._places = threading.BoundedSemaphore(limits.connections)
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._places.acquire(blocking=False):
            self.tell("closed: too many connections")
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        # One timer for the whole request: whoever sends a byte now and then holds a place no longer than others.
        ending = threading.Timer(self.limits.seconds, _cut, (request,))
        ending.daemon = True
        ending.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            ending.cancel()
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the base class's signature
        """Say that a request got no answer, and by which kind of error; what the other side sent is not shown."""
        self.tell(f"ended without an answer: {type(sys.exc_info()[1]).__name__}")


def _cut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is gone already


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = "intacct-pipelines"
    sys_version = ""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's signature
        """Stay silent: a request line may hold anything."""

    def do_POST(self) -> None:
        """Take one notification."""
        self._answer(self._received())

    def _refuse_method(self) -> None:
        self._answer(Answer(405, "refused: another method than POST"), {"Allow": "POST"})

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Refuse what is no request; the base class would repeat it."""
        self._answer(Answer(code, "refused: not a request"))

    def __getattr__(self, name: str) -> Any:
        # The base class answers an unknown method with 501 and repeats its name; here all of them are refused alike.
        if name.startswith("do_"):
            return self._refuse_method
        raise AttributeError(name)

    def _received(self) -> Answer:
        if self.path.split("?")[0] != PATH:
            return Answer(404, "refused: another path")
        lengths = self.headers.get_all("Content-Length", [])
        # Behind a proxy two readings of where a body ends would let one request hide in another.
        if self.headers.get_all("Transfer-Encoding") or len(lengths) != 1:
            return Answer(411, "refused: no single length")
        length = lengths[0].strip()
        if not length.isascii() or not length.isdigit() or len(length) > _MOST_DIGITS:
            return Answer(400, "refused: the length is no number")
        if int(length) > self.server.limits.body_bytes:
            return Answer(413, "refused: too large")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            return Answer(400, "refused: shorter than announced")
        return self.server.receiver.receive(self.headers.get_all(HEADER, []), body)

    def _answer(self, answer: Answer, headers: dict[str, str] | None = None) -> None:
        self.server.tell(f"{answer.status} {answer.said}")
        self.send_response(answer.status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
