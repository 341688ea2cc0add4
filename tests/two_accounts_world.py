"""One company, two BILL accounts at its one entity: a home and a warehouse of each, and what people do in either."""

from __future__ import annotations

from dataclasses import replace

from into_bill_world import LEG, OBJECTS, IntoBillWorld, LossyTransport
from pipeline_world import INTO_INTACCT, connections_of, environment_of
from sandbox_transport import SandboxTransport

from intacct_pipelines.defs.comparing import reconcile
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.sandbox.bill.twin import BillTwin
from intacct_pipelines.sandbox.clock import Clock
from intacct_pipelines.sandbox.server import Sandbox, SandboxOptions
from intacct_pipelines.settings import Connections

MONEY = {**LEG, "auto_approve": {"items": 1000, "amount": "100000000"}}
WEST = "00801WESTWESTWESTWEST"


def shared_sandbox():
    """A company without any document; its BILL has two accounts with the same lists."""
    sandbox = Sandbox(SandboxOptions(seed=5, entities=1, bills=0, public_url="http://localhost", clock=Clock()))
    (entity,) = sandbox.business.entities
    west = replace(entity, organization_id=WEST, organization_name="Meridian West")
    business = replace(sandbox.business, entities=(entity, west))
    sandbox.bill = BillTwin(business, sandbox.options.bill, sandbox.clock)
    return sandbox


class Home(IntoBillWorld):
    """The home of one of the accounts.

    Args:
        warehouse_dsn: Its warehouse.
        sandbox: The company, which other homes share.
        organization: The account's BILL organisation id.
        routes: ``routes`` of the company.
        objects: What goes into BILL.
    """

    def __init__(self, warehouse_dsn, sandbox, organization, routes, *objects):
        self.sandbox, self.organization_id, self.objects = sandbox, organization, objects
        self.back = tuple(PUSHED[name].reconciliation for name in objects)
        policy = {**MONEY, "not_pushed": sorted({*OBJECTS} - {*objects})}
        not_pushed = sorted(INTO_INTACCT - {*self.back})
        document = connections_of(
            sandbox, into_bill=policy, not_pushed=not_pushed, approved_only=False, organization_id=organization
        ).model_dump(mode="json")
        self._document = document
        self.route(routes)
        self.environment = environment_of(sandbox, warehouse_dsn)
        facts = sandbox.describe()["intacct"]
        self.company_id = facts["company_id"]
        self.entity = EntityKey(self.company_id, facts["entities"][0])
        self.network = LossyTransport(SandboxTransport(sandbox))
        self.transport, self.run = self.network, 0

    def route(self, routes):
        """Write a table of routes to the connections file."""
        self._document["companies"]["sandbox"]["routes"] = routes
        self.connections = Connections.model_validate(self._document)

    def organization(self):
        """The BILL account's records."""
        return self.sandbox.bill._organization(self.organization_id)

    def round(self):
        """Sync both ways once; return what was sent each way."""
        plan = self.plan().plan
        sent = self.send()
        back = self.sync_only(*self.back).plan
        return plan, sent, back, self.apply()

    def enter(self, kind, **body):
        """Enter a record in BILL as a person does; return its id."""
        self.sandbox.clock.advance(60)
        with self.systems() as systems:
            return systems.bill(self.entity).post(f"/v3/{kind}", body)["id"]

    def told(self, object_name):
        """What the reconciliation of an object finds: cause by the number that people know, and its totals."""
        self.run += 1
        with self.systems() as systems:
            result = reconcile(systems, systems.link(self.entity), object_name, f"run-{self.run}")
        rows = result.differences.to_dict("records")
        shown = {row["intacct_value"] or row["platform_value"]: (row["verdict"], row["cause"]) for row in rows}
        outside = result.totals[result.totals["class"] == "out_of_scope"]
        return shown, {row.rule: row.intacct_count for row in outside.itertuples()}
