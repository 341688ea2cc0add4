"""The client: sessions per entity, retries of reads, pages, calls.

Retries belong here, and only for reads: a write is sent once, and who sent it decides what a lost answer means.
"""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self, TypeVar

from intacct_pipelines.clients.intacct.envelope import build_request
from intacct_pipelines.clients.intacct.functions import Function
from intacct_pipelines.clients.intacct.options import Credentials, Options
from intacct_pipelines.clients.intacct.session import Session
from intacct_pipelines.clients.intacct.transport import CLOUDFLARE_TIMEOUT, Transport
from intacct_pipelines.errors import (
    IncompleteResultError,
    RateLimitedError,
    RemoteSystemError,
    TransportError,
)

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
LONGEST_PAUSE_SECONDS: Final = 60.0
_FIRST_PAUSE_SECONDS: Final = 1.0


def _utc_now() -> datetime:
    return datetime.now(UTC)


class IntacctClient:
    """One company's gateway; thread-safe; a context manager.

    Args:
        credentials: Sender and user.
        options: Address and limits.
        transport: Replaces the network, in tests.
        charge: Called before each request with the number of billable calls in it; what it raises stops the request.
        sleep: Waits a number of seconds.
        now: The clock, aware.
    """

    def __init__(
        self,
        credentials: Credentials,
        options: Options = Options(),  # noqa: B008  # immutable
        *,
        transport: httpx.BaseTransport | None = None,
        charge: Callable[[int], None] = lambda _calls: None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.credentials = credentials
        self.options = options
        self.now = now
        self._charge = charge
        self._sleep = sleep
        self._transport = Transport(options, transport)
        self._sessions: dict[str, Session] = {}
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._executor: ThreadPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all threads and connections."""
        with self._lock:
            executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=True, cancel_futures=True)
        self._transport.close()

    @property
    def requests(self) -> int:
        """HTTP requests sent so far, for the API budget."""
        return self._transport.requests

    def session(self, entity_id: str = "") -> Session:
        """Return the session at an entity, or at the top level; the same one each time. It signs in when first used."""
        with self._lock:
            if entity_id not in self._sessions:
                self._sessions[entity_id] = Session(self, entity_id)
            return self._sessions[entity_id]

    # ---- for sessions ----

    def exchange(
        self, functions: Sequence[Function], *, url: str, session_id: str, write: bool, **flags: bool
    ) -> bytes:
        """Send one request and return the answer's body; the caller holds a slot. Raises as ``Transport.exchange``.

        Each function is charged: a page read and a record written are one call each, whether it succeeds or not.
        """
        body = build_request(
            self.credentials,
            functions,
            control_id=f"intacct-pipelines-{next(self._numbers)}",
            session_id=session_id,
            additional_error_info=self.options.additional_error_info,
            **flags,
        )
        self._charge(len(functions))
        return self._transport.exchange(url, body, write=write, operation=functions[0].name)

    def in_slot(self, send: Callable[[], T], *, attempts: int) -> T:
        """Run ``send`` in one of the places in flight, again after a passing failure; the place is kept meanwhile."""
        with self._transport.slot():
            return self.retrying(send, attempts=attempts)

    def retrying(self, send: Callable[[], T], *, attempts: int) -> T:
        """Run ``send`` at most ``attempts`` times.

        Raises:
            RemoteSystemError: The last failure.
        """
        for attempt in range(1, attempts):
            try:
                return send()
            except (TransportError, RateLimitedError, IncompleteResultError) as error:
                # the gateway in front gave up, but the work goes on: asking again would double the load
                if isinstance(error, TransportError) and error.status == CLOUDFLARE_TIMEOUT:
                    raise
                pause = _pause_seconds(attempt, error)
            self._sleep(pause)
        return send()

    def executor(self) -> ThreadPoolExecutor:
        """The threads that fetch ahead."""
        with self._lock:
            if self._executor is None:
                self._executor = ThreadPoolExecutor(self.options.in_flight, thread_name_prefix="intacct")
            return self._executor


def _pause_seconds(attempt: int, error: RemoteSystemError) -> float:
    """1, 2, 4 … 60 s, less up to a half at random so that clients do not return together; never less than asked for."""
    pause = min(LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2.0 ** (attempt - 1))
    pause *= random.uniform(0.5, 1.0)  # noqa: S311  # no secret depends on it
    asked = error.retry_after_seconds if isinstance(error, RateLimitedError) else None
    return max(pause, min(asked or 0.0, LONGEST_PAUSE_SECONDS))
