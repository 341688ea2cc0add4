"""Push: the time to send n bills over a slow line, against the least that the line allows.

The bound is ``(1 + ceil(ceil(n / b) / c)) * latency`` for b bills a request and c requests in flight; the 1 is the
sign-in. All else is real: the client, the outbox in Postgres with its journal, the plan and its approval.
Run ``python benchmarks/push.py [--quick]``.
"""

from __future__ import annotations

import argparse
import math
import re
import resource
import tempfile
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import httpx

from intacct_pipelines.clients.intacct.client import IntacctClient
from intacct_pipelines.clients.intacct.options import Credentials, Options
from intacct_pipelines.domain.keys import EntityKey, item_key
from intacct_pipelines.domain.link import Link, Mode
from intacct_pipelines.domain.push import Item, Operation, Plan, State
from intacct_pipelines.push.apply import ApplyOptions, apply_plan
from intacct_pipelines.push.into_intacct import IntacctChannel
from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.warehouse.embedded import EmbeddedPostgres
from intacct_pipelines.warehouse.outbox import Outbox

URL = "http://localhost/ia/xml/xmlgw.phtml"
LINK = Link(name="bench", entity=EntityKey("acme", "100"), organization_id="org1", mode=Mode.SYNC)
_FUNCTION = re.compile(rb'<function controlid="([^"]+)"><(\w+)>')
_FRAME = (
    '<?xml version="1.0" encoding="UTF-8"?><response><control><status>success</status></control><operation>'
    "<authentication><status>success</status></authentication>{}</operation></response>"
)
_RESULT = "<result><status>success</status><function>{}</function><controlid>{}</controlid><data>{}</data></result>"
_SESSION = f"<api><sessionid>s</sessionid><endpoint>{URL}</endpoint><locationid>100</locationid></api>"


class SlowLine(httpx.BaseTransport):
    """Answers every function with success after a fixed time."""

    def __init__(self, latency_seconds: float) -> None:
        self.latency_seconds = latency_seconds
        self.writes = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        time.sleep(self.latency_seconds)
        results = []
        for control_id, name in _FUNCTION.findall(request.read()):
            is_write = name == b"create"
            self.writes += is_write
            data = f"<apbill><RECORDNO>{self.writes}</RECORDNO></apbill>" if is_write else _SESSION
            results.append(_RESULT.format(name.decode(), control_id.decode(), data))
        content = _FRAME.format("".join(results)).encode()
        return httpx.Response(200, headers={"Content-Type": "text/xml"}, content=content, request=request)


def plan_of(bills: int) -> Plan:
    items = []
    for number in range(bills):
        source_id = f"b{number}"
        key = item_key(
            link=LINK.name,
            source_system="bill",
            object_name="ap_bill",
            source_id=source_id,
            operation="create",
            revision="1",
        )
        payload = {
            "WHENCREATED": "02/10/2026",
            "VENDORID": "V-1",
            "RECORDID": source_id,
            "DESCRIPTION": f"BILL:{source_id} {key}",
            "WHENDUE": "03/10/2026",
            "CURRENCY": "USD",
            "APBILLITEMS": {"APBILLITEM": [{"ACCOUNTNO": "6000", "TRX_AMOUNT": "10.00", "LOCATIONID": "100-A"}] * 3},
        }
        items.append(
            Item(
                key=key,
                object_name="ap_bill",
                operation=Operation.CREATE,
                source_id=source_id,
                natural_key={"VENDORID": "V-1", "RECORDID": source_id},
                payload=payload,
                source_revision="r1",
                amount=Decimal("30.00"),
                currency="USD",
            )
        )
    return Plan(LINK.name, str(LINK.entity), datetime(2026, 3, 1, tzinfo=UTC), tuple(items), ())


def run(warehouse: Warehouse, bills: int, batch: int, in_flight: int, latency_seconds: float) -> None:
    outbox = Outbox(warehouse, source_revisions=lambda _entity, _name, ids: dict.fromkeys(ids, "r1"))
    plan = plan_of(bills)
    start = time.perf_counter()
    outbox.store_plan(plan, actor="benchmark")
    outbox.approve(plan.plan_id, by="benchmark", content_hash=plan.content_hash)
    stored = time.perf_counter() - start
    line = SlowLine(latency_seconds)
    credentials = Credentials("sender", "secret", "acme", "user", "secret")
    options = ApplyOptions(functions_per_request=batch, in_flight=in_flight)
    with IntacctClient(credentials, Options(url=URL, in_flight=in_flight), transport=line) as client:
        session = client.session(LINK.entity.entity_id)
        start = time.perf_counter()
        report = apply_plan(outbox, IntacctChannel(session), LINK, worker="benchmark", options=options)
        took = time.perf_counter() - start
    assert report.outcomes[State.ACCEPTED] == bills == line.writes
    bound = (1 + math.ceil(math.ceil(bills / batch) / in_flight)) * latency_seconds
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{bills} bills, {batch} a request, {in_flight} in flight, {latency_seconds * 1000:.0f} ms a request")
    print(f"  stored and approved in {stored:.2f} s ({bills / stored:,.0f} bills/s)")
    print(
        f"  sent in {took:.2f} s with {client.requests} requests; the bound is {bound:.2f} s: ratio {took / bound:.2f}"
    )
    print(f"  peak memory {memory:.0f} MiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer bills")
    parser.add_argument("--bills", type=int, default=0)
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--in-flight", type=int, default=2)
    parser.add_argument("--latency-ms", type=float, default=300.0)
    given = parser.parse_args()
    bills = given.bills or (500 if given.quick else 10_000)
    with tempfile.TemporaryDirectory(prefix="intacct-pipelines-benchmark-") as home:
        Path(home).chmod(0o755)  # when root runs this, Postgres runs as another user
        cluster = EmbeddedPostgres(Path(home))
        cluster.start()
        try:
            with Warehouse(cluster.dsn("warehouse")) as warehouse:
                warehouse.migrate()
                run(warehouse, bills, given.batch, given.in_flight, given.latency_ms / 1000)
        finally:
            cluster.remove()


if __name__ == "__main__":
    main()
