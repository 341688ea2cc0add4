"""One HTTP exchange, bounded in time and size, and the attempts of a read."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

import httpx

from intacct_pipelines.clients.json_http.body import MalformedBodyError, TruncatedBodyError, parse_body, write_body
from intacct_pipelines.clients.json_http.failures import (
    HOURLY_LIMIT,
    Mask,
    Peer,
    classify,
    excerpt,
    parse_details,
    parse_retry_after,
)
from intacct_pipelines.clients.json_http.options import HttpOptions, may_follow
from intacct_pipelines.errors import (
    RateLimitedError,
    RemoteSystemError,
    TransportError,
    UnreadableResponseError,
)

_LOG: Final = logging.getLogger(__name__)
_SECONDS_PER_HOUR: Final = 3600
# Nothing left the machine: the connection was never made, or the request was never written.
_NOT_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.ProxyError,
)
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Call:
    """One request as the caller means it; ``body`` is not shown, a login's holds secrets."""

    method: str
    path: str
    params: Mapping[str, str]
    body: object = None
    form: Mapping[str, str] | None = None
    """Sent as a form instead of a body; not shown either."""
    raw: bytes | None = None
    """Sent as it is, a file; not shown either."""

    @property
    def operation(self) -> str:
        """Method and path, fit for messages and logs."""
        return f"{self.method} {self.path}"

    def __repr__(self) -> str:
        return f"Call({self.operation})"


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx answer: the parsed body, and when it was made: the server's own ``Date``, else when we asked."""

    value: Any
    served_at: datetime


class Transport:
    """Sends calls; counts them; turns every failure into one of our errors. Thread-safe."""

    def __init__(
        self,
        peer: Peer,
        options: HttpOptions,
        *,
        transport: httpx.BaseTransport | None,
        charge: Callable[[int], None] = lambda _calls: None,
        sleep: Callable[[float], None],
        now: Callable[[], datetime],
    ) -> None:
        self._peer = peer
        self._options = options
        self._charge = charge
        self._sleep = sleep
        self._now = now
        self._lock = threading.Lock()
        self._requests = 0
        self._client = httpx.Client(
            transport=transport,
            timeout=httpx.Timeout(options.read_timeout_seconds, connect=options.connect_timeout_seconds),
            follow_redirects=False,
            # A proxy from the environment would also be asked for loopback addresses.
            trust_env=not options.is_loopback,
            # A cookie set for one organisation must not travel with the next one's requests.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={"Accept": "application/json", "User-Agent": "intacct-pipelines"},
        )

    @property
    def requests(self) -> int:
        """HTTP requests sent so far."""
        return self._requests

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def exchange(self, call: Call, headers: Mapping[str, str], mask: Mask) -> Answer:
        """Send one request once and return its answer.

        Raises:
            RemoteSystemError: Any of its kinds; see ``failures.classify``.
        """
        self._charge(1)
        with self._lock:
            self._requests += 1
        asked_at = self._now()
        status, response_headers, body = self._answered(call, self._options.base_url + call.path, headers, mask)
        return Answer(self._parse(call, status, body, mask), _http_date(response_headers.get("date")) or asked_at)

    def download(self, link: str, headers: Mapping[str, str], mask: Mask, *, most: int) -> bytes:
        """Fetch a file once, from an address that the other side gave.

        Args:
            link: The address. It lets in whoever has it, so no message shows it.
            headers: What the other side wants to see with it; they go to its own domain only.
            mask: Hides secrets.
            most: Bytes that are wanted at most; a longer file is broken off behind them.

        Raises:
            RemoteSystemError: Any of its kinds; also if the address is not one that is followed.
        """
        call = Call("GET", "the link of a file", {})
        where = {"system": self._peer.system, "operation": call.operation}
        if not may_follow(self._options, link, with_secrets=bool(headers)):
            raise UnreadableResponseError(f"{self._peer.name} gave an address that is not followed.", **where)
        self._charge(1)
        with self._lock:
            self._requests += 1
        return self._answered(call, link, {**headers, "Accept": "*/*"}, mask.also(link), most=most)[2]

    def _answered(
        self, call: Call, url: str, headers: Mapping[str, str], mask: Mask, *, most: int | None = None
    ) -> tuple[int, httpx.Headers, bytes]:
        # Raised here, outside the except block: httpx's errors carry the request with its secret headers and body,
        # and must not hang on ours as context.
        status, response_headers, body, failure = self._send(call, url, headers, mask, most)
        if failure is not None:
            raise failure
        _LOG.debug("%s answered HTTP %d, %d bytes", call.operation, status, len(body))
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise self._refused(call, status, response_headers, body, mask)
        return status, response_headers, body

    def _send(
        self, call: Call, url: str, headers: Mapping[str, str], mask: Mask, most: int | None
    ) -> tuple[int, httpx.Headers, bytes, RemoteSystemError | None]:
        content = None if call.body is None else write_body(call.body)
        typed = {} if content is None else {"Content-Type": "application/json"}
        if call.form is not None:
            content, typed = urlencode(call.form).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
        if call.raw is not None:
            content, typed = call.raw, {"Content-Type": "application/octet-stream"}
        # an address with a query of its own keeps it only if no other is given
        params = dict(call.params) or None
        try:
            with self._client.stream(
                call.method, url, params=params, headers={**headers, **typed}, content=content
            ) as response:
                body = self._read(response, call, most)
                return response.status_code, response.headers, body, None
        except httpx.DecodingError:
            failure: RemoteSystemError = UnreadableResponseError(
                f"{self._peer.name}: the answer could not be unpacked.",
                system=self._peer.system,
                operation=call.operation,
            )
        except httpx.TransportError as error:
            failure = TransportError(
                f"{self._peer.name} gave no complete answer: {type(error).__name__} {mask(str(error))[:200]}".rstrip()
                + ".",
                request_left=not isinstance(error, _NOT_SENT),
                system=self._peer.system,
                operation=call.operation,
            )
        return 0, httpx.Headers(), b"", failure

    def _read(self, response: httpx.Response, call: Call, most: int | None) -> bytes:
        started, size, parts = time.monotonic(), 0, []
        for part in response.iter_bytes():
            size += len(part)
            parts.append(part)
            if most is not None and size > most:
                break
            if size > self._options.max_body_bytes:
                raise UnreadableResponseError(
                    f"{self._peer.name}: the answer is larger than {self._options.max_body_bytes} bytes.",
                    system=self._peer.system,
                    operation=call.operation,
                )
            if time.monotonic() - started > self._options.total_timeout_seconds:
                raise TransportError(
                    f"{self._peer.name}: the answer took longer than {self._options.total_timeout_seconds:g} s.",
                    system=self._peer.system,
                    operation=call.operation,
                )
        return b"".join(parts)

    def _refused(self, call: Call, status: int, headers: httpx.Headers, body: bytes, mask: Mask) -> RemoteSystemError:
        try:
            details = parse_details(parse_body(body, max_depth=self._options.max_depth), mask)
        except (MalformedBodyError, TruncatedBodyError):
            details = ()  # The status alone speaks: a gateway in front answers with HTML or plain text.
        wait = parse_retry_after(headers.get("retry-after"), self._now())
        if wait is None and any(detail.number == HOURLY_LIMIT for detail in details):
            now = self._now()
            wait = float(_SECONDS_PER_HOUR - now.minute * 60 - now.second)
        return classify(
            self._peer,
            status=status,
            details=details,
            operation=call.operation,
            retry_after_seconds=wait,
            shown=excerpt(body, mask),
        )

    def _parse(self, call: Call, status: int, body: bytes, mask: Mask) -> Any:
        if status == HTTPStatus.NO_CONTENT:
            return {}
        try:
            return parse_body(body, max_depth=self._options.max_depth)
        except TruncatedBodyError as error:
            failure: RemoteSystemError = TransportError(
                f"{self._peer.name}: the answer ends too early: {error}.",
                system=self._peer.system,
                operation=call.operation,
            )
        except MalformedBodyError as error:
            failure = UnreadableResponseError(
                f"{self._peer.name}: the answer is not readable JSON: {mask(str(error))}.",
                excerpt=excerpt(body, mask),
                system=self._peer.system,
                operation=call.operation,
            )
        # Outside the blocks: the parser's error holds the whole body, which may hold what the mask hides.
        raise failure

    def retry(self, attempt: Callable[[], Result]) -> Result:
        """Run a read again while its failure is transient, at most ``attempts`` times, waiting longer each time.

        An unreadable answer is asked for once more only: a gateway's stray page passes, a wrong address does not.

        Raises:
            RemoteSystemError: The last failure.
        """
        unreadable = 0
        for number in range(1, self._options.attempts + 1):
            try:
                return attempt()
            except (TransportError, RateLimitedError) as error:
                wait = self._wait_seconds(error, number)
                if number == self._options.attempts or wait is None:
                    raise
            except UnreadableResponseError:
                unreadable += 1
                wait = self._options.backoff_seconds
                if number == self._options.attempts or unreadable > 1:
                    raise
            self._sleep(wait)
        raise AssertionError  # pragma: no cover - the last attempt returns or raises

    def _wait_seconds(self, error: TransportError | RateLimitedError, attempt: int) -> float | None:
        asked = error.retry_after_seconds if isinstance(error, RateLimitedError) else None
        if asked is not None:
            return asked if asked <= self._options.longest_wait_seconds else None
        spread = 0.5 + random.random() / 2  # noqa: S311 - spreads retries, guards nothing
        is_limited = isinstance(error, RateLimitedError)
        first = self._options.limited_backoff_seconds if is_limited else self._options.backoff_seconds
        longest: float = first * 2.0 ** (attempt - 1)
        return min(longest, self._options.longest_wait_seconds) * spread


def _http_date(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
