"""BILL's webhook API: another address, the same key and session (developer.bill.com, webhook API general rules)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from intacct_pipelines.clients.bill.options import Credentials, Options
from intacct_pipelines.clients.bill.session import LoginGuard, Session
from intacct_pipelines.clients.json_http.transport import Answer, Call, Transport


class EventsSession(Session):
    """Reads the subscriptions of one organisation; made by ``BillClient.events_session``. Thread-safe."""

    def __init__(
        self,
        organization_id: str,
        credentials: Credentials,
        options: Options,
        *,
        transport: Transport,
        events: Transport,
        guard: LoginGuard,
        now: Callable[[], datetime],
    ) -> None:
        super().__init__(organization_id, credentials, options, transport=transport, guard=guard, now=now)
        self._events = events

    def __repr__(self) -> str:
        return f"EventsSession({self.organization_id})"

    def _exchange(self, call: Call, session_id: str) -> Answer:
        """Ask the other address; signing in goes to the first one."""
        headers = {"devKey": self._credentials.dev_key, "sessionId": session_id}
        with self._in_flight:
            self._count()
            answer = self._events.exchange(call, headers, self._mask.also(session_id))
        self._used_at = self._now()
        return answer
