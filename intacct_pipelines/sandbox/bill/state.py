"""What a BILL twin consists of: its organisations, sessions, clock, and the call that an operation answers."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from intacct_pipelines.sandbox.bill.deliveries import Courier
from intacct_pipelines.sandbox.bill.edits import Editor
from intacct_pipelines.sandbox.bill.options import BillOptions
from intacct_pipelines.sandbox.bill.organization import Organization
from intacct_pipelines.sandbox.bill.payload import refusal
from intacct_pipelines.sandbox.bill.query import PageTokens
from intacct_pipelines.sandbox.bill.sessions import Gatekeeper, Session
from intacct_pipelines.sandbox.bill.subscriptions import Subscriptions
from intacct_pipelines.sandbox.dice import invented_secret

if TYPE_CHECKING:
    from datetime import datetime

    from intacct_pipelines.sandbox.business import Business
    from intacct_pipelines.sandbox.clock import Clock
    from intacct_pipelines.sandbox.http import Request


@dataclass(frozen=True, slots=True)
class Call:
    """A routed request with its session."""

    groups: dict[str, str]
    query: dict[str, list[str]]
    request: Request
    session: Session
    organization: Organization

    @property
    def kind(self) -> str:
        """The collection that the path names."""
        return self.groups["kind"]

    def parameter(self, name: str) -> str:
        """A query parameter; empty when absent.

        Raises:
            BillError: It is given more than once.
        """
        values = self.query.get(name, [""])
        if len(values) > 1:
            raise refusal(400, "BDC_1002", f"{name}: must be given once")
        return values[0]


class State:
    """The organisations of a generated company, made when they are first asked for; see ``BillTwin``."""

    def __init__(self, business: Business, options: BillOptions | None, clock: Clock) -> None:
        self.options = options or BillOptions()
        self._business = business
        self._clock = clock
        self._lock = threading.RLock()
        self._gate = Gatekeeper(business, self.options, clock)
        self._tokens = PageTokens(invented_secret("page tokens", business.seed, 32))
        self._entities = {entity.organization_id: entity for entity in business.organizations}
        self._organizations: dict[str, Organization] = {}
        self.subscriptions = Subscriptions(Courier(self.options.deliveries), business.seed, self._now)

    def _organization(self, organization_id: str) -> Organization:
        if organization_id not in self._organizations:
            entity = self._entities[organization_id]
            made = Organization(self._business, entity, self._gate.user_id)
            if self.options.approval_from:
                made.policies.append(self._first_policy(made))
            made.on_change = self.subscriptions.notice
            self._organizations[organization_id] = made
        return self._organizations[organization_id]

    def _first_policy(self, organization: Organization) -> dict[str, Any]:
        return {
            "id": organization.new_id("0ap"),
            "policyName": "Large bills",
            "status": "ENABLED",
            "rules": [{"key": "BILL_AMOUNT", "op": "gte", "values": [str(self.options.approval_from)]}],
            "approvers": [self._gate.user_id],
        }

    def _editor(self, organization: Organization) -> Editor:
        now = self._now()
        return Editor(organization, now, refuse_used_number=self.options.refuse_used_number)

    def _now(self) -> datetime:
        now = self._clock.now()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)
