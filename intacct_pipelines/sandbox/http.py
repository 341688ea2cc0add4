"""What goes between the HTTP server and the twins: a request, a reply, and how a reply may go wrong."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as the server received it.

    Args:
        method: Upper case, such as ``POST``.
        path: Without the query string.
        query: The raw query string without the question mark.
        headers: Names in lower case.
        body: The bytes as sent.
    """

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP reply, and how the server should fail at sending it.

    Args:
        status: The HTTP status code.
        headers: Names as they should be sent.
        body: The bytes to send.
        delay_seconds: How long the server waits before it sends anything.
        cut_after: The number of body bytes after which the server closes the connection; None sends all.
        reset: Close the connection without any answer.
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay_seconds: float = 0.0
    cut_after: int | None = None
    reset: bool = False
