"""One HTTP exchange with the gateway: limits, time-outs, sizes. No meaning of bodies beyond their kind is decided here.

No exception that leaves this module refers to the request: a request carries passwords, and httpx hangs it onto its
errors, which log handlers and error trackers then write out.
"""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpx

from intacct_pipelines.clients.intacct.failures import SYSTEM, Level, classify
from intacct_pipelines.clients.intacct.heap import settle_heap
from intacct_pipelines.clients.intacct.options import Options
from intacct_pipelines.clients.intacct.reply import error_details, excerpt, parse_document
from intacct_pipelines.errors import (
    RateLimitedError,
    RemoteSystemError,
    TransportError,
    UnreadableResponseError,
)

_OK: Final = 200
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500
CLOUDFLARE_TIMEOUT: Final = 524
"""The gateway in front gave up waiting; the work may still finish, so asking again at once makes it worse."""
_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_HEADERS: Final = {
    "Content-Type": "application/xml",
    "Accept": "application/xml, text/xml",
    "Accept-Encoding": "gzip",
    "User-Agent": "intacct-pipelines",
}


class Transport:
    """Sends bodies and returns bodies; at most ``options.in_flight`` at once, whichever thread sends."""

    def __init__(self, options: Options, transport: httpx.BaseTransport | None) -> None:
        self._options = options
        settle_heap()
        self._client = httpx.Client(
            transport=transport,
            headers=_HEADERS,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=options.in_flight, max_keepalive_connections=options.in_flight),
        )
        self._slots = threading.BoundedSemaphore(options.in_flight)
        self._lock = threading.Lock()
        self.requests = 0

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold one of the places in flight; whoever backs off keeps it, so that the others slow down as well."""
        with self._slots:
            yield

    def exchange(self, url: str, body: bytes, *, write: bool, operation: str) -> bytes:
        """Send one request and return the XML body of the answer; the caller holds a slot.

        Args:
            url: The endpoint.
            body: The request.
            write: Whether it changes something; it then waits longer for the answer.
            operation: Name of the function, for messages.

        Raises:
            TransportError: No complete answer came; ``request_left`` says whether the request may have arrived.
            RateLimitedError: HTTP 429.
            UnreadableResponseError: The answer is too long, or neither XML nor a passing failure.
            CredentialsRejectedError: The gateway in front refused the sender.
        """
        with self._lock:
            self.requests += 1
        status, headers, answer = self._send(url, body, write=write, operation=operation)
        if status == _OK and not _is_html(answer):
            return answer
        raise _refusal(status, headers, answer, operation)

    def _send(self, url: str, body: bytes, *, write: bool, operation: str) -> tuple[int, httpx.Headers, bytes]:
        options = self._options
        silence = options.write_timeout_seconds if write else options.read_timeout_seconds
        timeout = httpx.Timeout(silence, connect=options.connect_timeout_seconds)
        where: dict[str, Any] = {"system": SYSTEM, "operation": operation}
        try:
            with self._client.stream("POST", url, content=body, timeout=timeout) as response:
                return response.status_code, response.headers, self._read(response, operation)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            message = f"no complete answer from Intacct: {type(error).__name__}: {error}"
            failure = TransportError(message, request_left=not isinstance(error, _NOT_SENT), **where)
        except httpx.DecodingError as error:
            failure = TransportError(f"the answer cannot be unpacked: {error}", **where)
        # outside the handlers, so that neither cause nor context of ours holds the request
        raise failure

    def _read(self, response: httpx.Response, operation: str) -> bytes:
        deadline = time.monotonic() + self._options.call_timeout_seconds
        # one growing buffer that becomes the body as it is: joining pieces would hold every page twice
        body = io.BytesIO()
        for chunk in response.iter_bytes():
            if body.tell() + len(chunk) > self._options.max_body_bytes:
                msg = f"the answer is longer than {self._options.max_body_bytes} bytes"
                raise UnreadableResponseError(msg, system=SYSTEM, operation=operation)
            if time.monotonic() > deadline:
                msg = f"the answer took longer than {self._options.call_timeout_seconds:g} s"
                raise TransportError(msg, system=SYSTEM, operation=operation)
            body.write(chunk)
        return body.getvalue()


def _is_html(body: bytes) -> bool:
    beginning = body[:2000].lstrip().lower()
    return beginning.startswith((b"<!doctype html", b"<html")) or b"<head" in beginning


def _refusal(status: int, headers: httpx.Headers, body: bytes, operation: str) -> RemoteSystemError:
    """What an answer means that is not 200 with XML."""
    where: dict[str, Any] = {"system": SYSTEM, "operation": operation}
    retry_after = _retry_after_seconds(headers.get("retry-after", ""))
    if status == _TOO_MANY:
        return RateLimitedError("Intacct asks for fewer calls", retry_after_seconds=retry_after, **where)
    if status >= _SERVER_ERROR:
        return TransportError(f"the gateway answered HTTP {status}", status=status, **where)
    if status == _OK or b"cf-error-details" in body:
        return TransportError(f"an HTML page came instead of XML: {_title(body)}", **where)
    if "xml" in headers.get("content-type", "") and not _is_html(body):
        root = parse_document(body, operation=operation)
        return classify(error_details(root), level=Level.CONTROL, operation=operation, retry_after_seconds=retry_after)
    return UnreadableResponseError(f"the gateway answered HTTP {status}", excerpt=excerpt(body), **where)


def _title(body: bytes) -> str:
    begin, end = body.find(b"<title>"), body.find(b"</title>")
    return body[begin + 7 : end].decode("utf-8", "replace").strip()[:100] if 0 <= begin < end else "no title"


def _retry_after_seconds(text: str) -> float | None:
    return float(text) if text.isdecimal() and text.isascii() and len(text) < 6 else None  # noqa: PLR2004  # a day
