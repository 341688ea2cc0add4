"""Logins, sessions and limits of the BILL twin."""

from __future__ import annotations

import hmac
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.sandbox.bill.payload import refusal
from intacct_pipelines.sandbox.dice import invented_secret

if TYPE_CHECKING:
    from intacct_pipelines.sandbox.bill.options import BillOptions
    from intacct_pipelines.sandbox.business import Business
    from intacct_pipelines.sandbox.clock import Clock

USER_IDLE: Final = timedelta(minutes=35)
TOKEN_IDLE: Final = timedelta(hours=48)
SYNC_USER: Final = "intacct-pipelines"


@dataclass(slots=True)
class Session:
    """A login to one organisation; ends after ``idle`` without a call."""

    id: str
    organization_id: str
    user_id: str
    idle: timedelta
    used_at: datetime


class Gatekeeper:
    """Knows who may call, how often, and how many at once.

    Args:
        business: Holds the credentials.
        options: The limits.
        clock: Decides what has expired.
    """

    def __init__(self, business: Business, options: BillOptions, clock: Clock) -> None:
        self._business = business
        self._options = options
        self._clock = clock
        self._sessions: dict[str, Session] = {}
        self._calls: Counter[datetime] = Counter()
        self._logins: Counter[datetime] = Counter()
        self._in_flight: Counter[str] = Counter()
        self._made = 0
        self.user_id = "006" + invented_secret("bill user", business.seed, 17)
        self.sync_token = (SYNC_USER, "tok_" + invented_secret("bill sync token", business.seed, 28))

    def check_key(self, dev_key: str) -> None:
        """Refuse a missing or wrong developer key, and count the call.

        Raises:
            BillError: The key is refused, or its hour is used up.
        """
        if not hmac.compare_digest(dev_key.encode(), self._business.dev_key.encode()):
            raise refusal(401, "BDC_1102", "Developer key is invalid.")
        limit = self._options.calls_per_hour
        if self._count(self._calls) > limit:
            message = f"Max number of allowed requests per hour reached: {limit}."
            raise refusal(self._options.limit_status, "BDC_1144", message)

    def _count(self, counter: Counter[datetime]) -> int:
        hour = self._clock.now().replace(minute=0, second=0, microsecond=0)
        for old in [h for h in counter if h != hour]:
            del counter[old]
        counter[hour] += 1
        return counter[hour]

    def log_in(self, body: Any) -> Session:
        """Check a login's body in BILL's order, and open a session.

        Raises:
            BillError: Something in it is wrong, or there were too many logins this hour.
        """
        fields = {key: value for key, value in body.items() if isinstance(value, str)} if isinstance(body, dict) else {}
        if not hmac.compare_digest(fields.get("devKey", "").encode(errors="replace"), self._business.dev_key.encode()):
            raise refusal(400, "BDC_1102", "Developer key is invalid.")
        self.check_key(fields["devKey"])
        if self._count(self._logins) > self._options.logins_per_hour:
            raise refusal(self._options.limit_status, "SANDBOX-1144", "Max number of logins per hour reached.")
        given = (fields.get("username", ""), fields.get("password", ""))
        if given not in {(self._business.bill_username, self._business.bill_password), self.sync_token}:
            raise refusal(400, "BDC_1101", "User name and/or password do not match our records.")
        organization_id = fields.get("organizationId", "")
        if organization_id not in {entity.organization_id for entity in self._business.organizations}:
            raise refusal(400, "SANDBOX-1101", "The user has no access to this organization.")
        self._made += 1
        session = Session(
            id="70" + invented_secret(f"bill session {self._made}", self._business.seed, 30),
            organization_id=organization_id,
            user_id=self.user_id,
            idle=TOKEN_IDLE if given == self.sync_token else USER_IDLE,
            used_at=self._clock.now(),
        )
        self._sessions[session.id] = session
        return session

    def session(self, session_id: str) -> Session:
        """The live session of this id, used now.

        Raises:
            BillError: 401; there is none, or it has expired.
        """
        session = self._sessions.get(session_id)
        now = self._clock.now()
        if session is None or now - session.used_at > session.idle:
            self._sessions.pop(session_id, None)
            raise refusal(401, "BDC_1109", "Session is invalid. Please log in.")
        session.used_at = now
        return session

    def log_out(self, session_id: str) -> None:
        """End a session."""
        self._sessions.pop(session_id, None)

    def expire_all(self) -> None:
        """End every session at once, as when the service restarts."""
        self._sessions.clear()

    def take_slot(self, organization_id: str) -> None:
        """Take one of the places for requests in flight; give it back with :meth:`free_slot`.

        Raises:
            BillError: All places of the organisation are taken.
        """
        if self._in_flight[organization_id] >= self._options.concurrent_requests:
            message = "Max number of concurrent requests per organization reached."
            raise refusal(self._options.limit_status, "BDC_1322", message)
        self._in_flight[organization_id] += 1

    def free_slot(self, organization_id: str) -> None:
        """Give a place back."""
        self._in_flight[organization_id] -= 1
