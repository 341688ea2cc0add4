"""The door to BILL: one client for one developer key, one session an organisation."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Self

import httpx

from intacct_pipelines.clients.bill.events import EventsSession
from intacct_pipelines.clients.bill.older import OlderSession
from intacct_pipelines.clients.bill.options import PEER, Credentials, Options
from intacct_pipelines.clients.bill.session import LoginGuard, Session
from intacct_pipelines.clients.json_http.transport import Transport
from intacct_pipelines.errors import ConfigurationError

_ORGANIZATION_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class BillClient:
    """Reads and writes BILL; a context manager; thread-safe.

    Args:
        credentials: Developer key with a user or a sync token.
        options: Address and limits.
        transport: Another transport in the place of the network, for tests.
        charge: Called before each request with the number of calls in it, 1; what it raises stops the request.
        sleep: Waits the given seconds.
        now: Returns the current instant, aware.
    """

    def __init__(
        self,
        credentials: Credentials,
        options: Options | None = None,
        *,
        transport: httpx.BaseTransport | None = None,
        charge: Callable[[int], None] = lambda _calls: None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._credentials = credentials
        self._options = options or Options()
        self._now = now
        self._transport = Transport(PEER, self._options, transport=transport, charge=charge, sleep=sleep, now=now)
        self._older = (
            Transport(
                PEER,
                replace(self._options, url=self._options.older_url, older_url=""),
                transport=transport,
                charge=charge,
                sleep=sleep,
                now=now,
            )
            if self._options.older_url
            else None
        )
        self._events = Transport(
            PEER,
            replace(self._options, url=self._options.events_base_url, older_url="", events_url=""),
            transport=transport,
            charge=charge,
            sleep=sleep,
            now=now,
        )
        self._older_sessions: dict[str, OlderSession] = {}
        self._guard = LoginGuard(now)
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}

    def __repr__(self) -> str:
        return f"BillClient({self._options.base_url})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def requests(self) -> int:
        """HTTP requests sent so far, logins and repeated attempts among them."""
        return self._transport.requests + self._events.requests + (self._older.requests if self._older else 0)

    def session(self, organization_id: str) -> Session:
        """Return the organisation's session, always the same one; it logs in when first used.

        Args:
            organization_id: BILL's id of the organisation, such as ``008…``.

        Raises:
            ConfigurationError: That is no organisation's id.
        """
        if not _ORGANIZATION_ID.fullmatch(organization_id):
            raise ConfigurationError(f"{organization_id[:64]!r} is not the id of a BILL organisation.")
        with self._lock:
            if organization_id not in self._sessions:
                self._sessions[organization_id] = Session(
                    organization_id,
                    self._credentials,
                    self._options,
                    transport=self._transport,
                    guard=self._guard,
                    now=self._now,
                )
            return self._sessions[organization_id]

    def older_session(self, organization_id: str) -> OlderSession | None:
        """Return the organisation's session of version 2; None when no address of that is configured."""
        if self._older is None:
            return None
        first = self.session(organization_id)
        with self._lock:
            if organization_id not in self._older_sessions:
                self._older_sessions[organization_id] = OlderSession(
                    first.organization_id,
                    self._credentials,
                    self._options,
                    transport=self._older,
                    guard=self._guard,
                    now=self._now,
                )
            return self._older_sessions[organization_id]

    def events_session(self, organization_id: str) -> EventsSession:
        """Return a session of the webhook API for an organisation; it signs in by itself."""
        first = self.session(organization_id)
        return EventsSession(
            first.organization_id,
            self._credentials,
            self._options,
            transport=self._transport,
            events=self._events,
            guard=self._guard,
            now=self._now,
        )

    def close(self) -> None:
        """Close the connections; sessions end by themselves on BILL's side."""
        self._transport.close()
        self._events.close()
        if self._older is not None:
            self._older.close()
