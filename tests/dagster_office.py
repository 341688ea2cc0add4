"""One company behind Dagster's definitions, with replies that can be damaged on their way."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
import httpx
from pipeline_world import INTO_INTACCT, connections_of, environment_of
from sandbox_transport import SandboxTransport

from intacct_pipelines.definitions import build_definitions
from intacct_pipelines.defs.resources import SystemsResource
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.sandbox.server import Sandbox, SandboxOptions

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class Damaging(SandboxTransport):
    """Carries requests, and makes the first ``rows`` states of bills in each of Intacct's answers unreadable."""

    rows = 0
    rename: tuple[bytes, bytes] | None = None
    """What stands in place of what in the list of entities."""
    refuse = b""
    """Requests that hold these bytes are answered with something that is no envelope."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        if self.refuse and self.refuse in request.read():
            return httpx.Response(200, headers={"content-type": "text/xml"}, content=b"<odd/>")
        asks_for_bills = b"<object>APBILL</object>" in request.read()
        reply = super().handle_request(request)
        if self.rename and b"EntityDetails" in request.read():
            body = reply.content.replace(*self.rename)
            return httpx.Response(reply.status_code, headers={"content-type": "text/xml"}, content=body)
        if not self.rows or not asks_for_bills:
            return reply
        body = re.sub(rb"<STATE>[^<]*</STATE>", b"<STATE>Invented</STATE>", reply.content, count=self.rows)
        return httpx.Response(reply.status_code, headers={"content-type": "text/xml"}, content=body)


class Office:
    """One company, its sandbox, its warehouse, and the graph's jobs over them."""

    def __init__(self, instance: dg.DagsterInstance, warehouse_dsn: str, *, entities: int = 1, bills: int = 80) -> None:
        self.instance = instance
        self.sandbox = Sandbox(
            SandboxOptions(seed=5, entities=entities, bills=bills, public_url="http://localhost", currencies=("USD",))
        )
        self.connections = connections_of(self.sandbox, not_pushed=sorted(INTO_INTACCT - {"vendor", "ap_bill"}))
        self.environment = environment_of(self.sandbox, warehouse_dsn)
        facts = self.sandbox.describe()["intacct"]
        self.top = EntityKey(facts["company_id"])
        self.entities = [EntityKey(facts["company_id"], entity) for entity in facts["entities"]]
        self.transport = Damaging(self.sandbox)
        self.definitions = build_definitions(self.connections, self.resource())

    def rebuild(self) -> None:
        """Make the graph anew from what the connections state now."""
        self.definitions = build_definitions(self.connections, self.resource())

    def resource(self) -> SystemsResource:
        """What the graph opens its connections by."""
        return SystemsResource.over(self.systems)

    def systems(self) -> Systems:
        """Open fresh systems, whose clients do not wait between attempts."""
        return Systems(
            self.connections, environment=self.environment, transport=self.transport, sleep=lambda _seconds: None
        )

    def run(
        self,
        job: str,
        entity: EntityKey | None = None,
        *,
        tags: Mapping[str, str] | None = None,
        config: Mapping[str, Any] | None = None,
        selection: Sequence[dg.AssetKey] | None = None,
    ) -> dg.ExecuteInProcessResult:
        """Run one job of the graph here and now, or only some of its assets."""
        return self.definitions.resolve_job_def(job).execute_in_process(
            instance=self.instance,
            partition_key=str(entity) if entity else None,
            tags=dict(tags or {}),
            run_config={**_QUIET, **(config or {})},
            raise_on_error=False,
            asset_selection=selection,
        )
