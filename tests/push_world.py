"""A small company in the Intacct twin, approved bills in BILL, and the ways in which sending may go wrong."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import httpx
from push_cases import DOCUMENTS, LINK, NOW, bill, intacct_vendor, line, tables, vendor

from intacct_pipelines.clients.intacct.client import IntacctClient
from intacct_pipelines.clients.intacct.options import Credentials, Options
from intacct_pipelines.domain.push import State
from intacct_pipelines.push.apply import ApplyOptions, apply_plan
from intacct_pipelines.push.into_intacct import IntacctChannel
from intacct_pipelines.push.plan import build_plan
from intacct_pipelines.sandbox.business import Account, Business, Dimension, Entity, Term
from intacct_pipelines.sandbox.business import Bill as SandboxBill
from intacct_pipelines.sandbox.business import Line as SandboxLine
from intacct_pipelines.sandbox.business import Vendor as SandboxVendor
from intacct_pipelines.sandbox.clock import Clock
from intacct_pipelines.sandbox.http import Request
from intacct_pipelines.sandbox.intacct import options as twin_options
from intacct_pipelines.sandbox.intacct.twin import IntacctTwin
from intacct_pipelines.warehouse.outbox import Outbox, Outcome

URL = "http://localhost/ia/xml/xmlgw.phtml"
_LONG_AGO = datetime(2026, 1, 5, tzinfo=UTC)


def business():
    """One entity, one vendor, one bill of 80 dollars that BILL has changed to 100 since."""
    owner = SandboxVendor(
        key=1,
        name="Vendor v1",
        entity_id="100",
        currency="USD",
        intacct_id="V-11",
        bill_id="v1",
        intacct_status="active",
        bill_archived=False,
        is_1099=False,
        tax_id="",
        email="",
        phone="",
        address={
            "line1": "1 Road",
            "city": "Reno",
            "stateOrProvince": "NV",
            "zipOrPostalCode": "89501",
            "country": "US",
            "country_name": "United States",
        },
        term="Net 30",
        created_at=_LONG_AGO,
        modified_at=_LONG_AGO,
    )
    old = SandboxBill(
        key=1,
        entity_id="100",
        vendor_key=1,
        number="INV-b0",
        bill_date=date(2026, 2, 10),
        due_date=date(2026, 3, 12),
        gl_posting_date=date(2026, 2, 10),
        currency="USD",
        exchange_rate=Decimal(1),
        lines=(SandboxLine(Decimal("80.00"), "6000", "ENG", "100-A", "", ""),),
        description="BILL:b0",
        po_number="",
        approval_status="APPROVED",
        paid=Decimal(0),
        in_intacct=True,
        in_bill=True,
        intacct_state="Posted",
        intacct_changes={},
        bill_changes={},
        created_at=_LONG_AGO,
        intacct_modified_at=_LONG_AGO,
        bill_modified_at=_LONG_AGO,
        bill_id="b0",
    )
    return Business(
        seed=1,
        company_id="acme",
        sender_id="sender",
        sender_password="sender-secret",
        user_id="user",
        user_password="user-secret",
        dev_key="key",
        bill_username="u",
        bill_password="p",
        base_currency="USD",
        entities=(Entity("100", "North", "USD", "org1", "North", ("100-A",)),),
        accounts=(
            Account("6000", "Supplies", "incomestatement", "debit", frozenset({"location", "department"}), "Expense"),
        ),
        departments=(Dimension("ENG", "Engineering"),),
        classes=(),
        locations=(Dimension("100-A", "North A", "100", "100"),),
        terms=(Term("Net 30", 30),),
        vendors=(owner,),
        bills=(old,),
        expense_account="6000",
    )


def credentials():
    """The company's credentials."""
    facts = business()
    return Credentials(facts.sender_id, facts.sender_password, facts.company_id, facts.user_id, facts.user_password)


class FaultyTransport(httpx.BaseTransport):
    """A network between the client and the twin that goes wrong where ``faults`` says so.

    Args:
        world: Whose twin answers.
        fault: Chooses what happens to the next request, ``""`` for nothing.
        writes_only: Let faults meet writes alone.
    """

    def __init__(self, world, fault, *, writes_only=False):
        self._world = world
        self._fault = fault
        self._writes_only = writes_only

    def handle_request(self, request):
        asked = Request("POST", request.url.path, "", dict(request.headers), request.read())
        self._world.step("request")
        is_write = any(verb in asked.body for verb in (b"<create", b"<update", b"<reverse_", b"<reclassify_"))
        fault = self._fault() if is_write or not self._writes_only else ""
        response = self._answer(fault, request, asked)
        self._world.step("answer")
        return response

    def _answer(self, fault, request, asked):
        twin = self._world.twin
        if b"POISON" in asked.body and b"<create>" in asked.body:
            return httpx.Response(200, headers={"Content-Type": "text/xml"}, content=_SCHEMA, request=request)
        if fault == "reset_before":
            raise httpx.ConnectError("refused", request=request)
        if fault == "lost_request":
            raise httpx.ReadError("reset", request=request)
        if fault == "late":
            self._world.late.append(asked)
            raise httpx.ReadTimeout("slow", request=request)
        if fault == "throttled":
            return httpx.Response(429, headers={"Content-Type": "text/xml"}, content=_THROTTLED, request=request)
        if fault == "unavailable":
            return httpx.Response(503, content=b"<html>sorry</html>", request=request)
        if fault == "expired":
            twin.expire_sessions()
        reply = twin.handle(asked)
        if fault == "twice":
            reply = twin.handle(asked)
        return _spoiled(fault, reply, request)


def _spoiled(fault, reply, request):
    """Return the reply of a twin that has done its work, or what is left of it."""
    if fault == "reset_after":
        raise httpx.ReadError("reset", request=request)
    if fault == "bad_gateway_after":
        return httpx.Response(502, content=b"<html>bad</html>", request=request)
    if fault == "html_after":
        return httpx.Response(200, headers={"Content-Type": "text/html"}, content=b"<html></html>", request=request)
    body = reply.body[: len(reply.body) // 2] if fault == "cut" else reply.body
    return httpx.Response(reply.status, headers=reply.headers, content=body, request=request)


_SCHEMA = (
    b'<?xml version="1.0" encoding="UTF-8"?><response><control><status>failure</status></control><errormessage><error>'
    b"<errorno>XL03000003</errorno><description></description><description2>XML Parse schema error</description2>"
    b"<correction></correction></error></errormessage></response>"
)
_THROTTLED = (
    b'<?xml version="1.0" encoding="UTF-8"?><response><control><status>failure</status></control><errormessage><error>'
    b"<errorno>GW-0010</errorno><description></description><description2>API rate limit exceeded</description2>"
    b"<correction></correction></error></errormessage></response>"
)
_STEPS = frozenset(
    (
        "store_plan",
        "approve",
        "claim",
        "claim_again",
        "take_over",
        "record",
        "hold_children",
        "close_plans",
        "in_hand",
        "posted",
        "confirm",
    )
)


class SteppedOutbox(Outbox):
    """The outbox, telling the world before and after each of its transactions."""

    world = None

    def __getattribute__(self, name):
        found = super().__getattribute__(name)
        if name not in _STEPS or self.world is None:
            return found

        def stepped(*args, **more):
            self.world.step(f"before {name}")
            result = found(*args, **more)
            self.world.step(f"after {name}")
            return result

        return stepped


SETTLED = {State.ACCEPTED, State.CONFIRMED, State.REJECTED, State.HELD, State.EXPIRED, State.SUPERSEDED}
"""States in which an item may stay once the faults have stopped."""


class World:
    """Intacct, BILL and the outbox; what happens at each step is decided by ``on_step``.

    Args:
        warehouse: An empty, migrated warehouse.
        control_id: Reply of the twin to a repeated control id.
        number: Reply of the twin to a repeated bill number.
        bills: How many approved bills there are to create.
    """

    objects = DOCUMENTS
    """What is planned."""

    def __init__(self, warehouse, *, control_id="refuse", number="refuse", bills=4, outbox_type=SteppedOutbox):
        self.clock = Clock(NOW)
        self.options = twin_options.Options(duplicate_control_id=control_id, duplicate_bill_number=number)
        self.twin = IntacctTwin(business(), self.options, self.clock)
        self.on_step = None
        self.late = []
        self.pauses = []
        self.revisions = {}
        self.touched = set()
        self.outbox = outbox_type(warehouse, now=self.clock.now, source_revisions=self._current)
        self.outbox.world = self
        self.rows = self._rows(bills)
        self.plan = None
        self._workers = 0

    def pause(self, seconds):
        """Let time pass without waiting."""
        self.pauses.append(seconds)
        self.clock.advance(seconds)

    def states(self):
        """State and class of reason by source id."""
        return {item.source_id: (item.state.value, item.reason.kind) for item in self.outbox.items()}

    def step(self, name):
        """Let something happen between two steps."""
        if self.on_step is not None:
            self.on_step(name)

    def deliver_late(self):
        """Bring a request to Intacct that was given up long ago."""
        if self.late:
            self.twin.handle(self.late.pop(0))

    def _current(self, _entity, _name, ids):
        return {one: self.revisions.get(one, "r1") for one in ids}

    def _rows(self, bills):
        """New bills of a known, a new and a refused vendor; one line that Intacct refuses; one unapproved; one edit."""
        vendors = [vendor("v1"), vendor("v2"), vendor("v3", ap_term_id="t2")]
        owners = ["v1", "v2"]
        created = [
            bill(f"b{n}", vendor_id=owners[n % 2], amount=Decimal(f"{n}.25"), description="Ä & <b>")
            for n in range(1, bills + 1)
        ]
        lines = [line(f"b{n}", amount=Decimal(f"{n}.25")) for n in range(1, bills + 1)]
        lines += [line(one) for one in ("b0", "c1", "c2", "c3")] + [
            line("c1", 2, amount=Decimal(0), department_id="d2")
        ]
        others = [bill("b0"), bill("c1"), bill("c2", approval_status="APPROVING"), bill("c3", vendor_id="v3")]
        rows = tables(bill__vendor=vendors, bill__ap_bill=[*others, *created], bill__ap_bill_line=lines)
        # The warehouse believes in a department and a term that Intacct does not have any more.
        rows["intacct.department"].append({"department_id": "GONE", "status": "active"})
        rows["intacct.ap_term"].append({"name": "Net 99", "status": "active"})
        return rows

    def extract(self):
        """Bring what Intacct holds into the rows and the matches, as extract and reconcile would."""
        self.rows["intacct.vendor"] = [
            intacct_vendor(int(row["RECORDNO"]), vendor_id=row["VENDORID"], name=row["NAME"], comments=row["COMMENTS"])
            for row in self.twin.records("VENDOR")
        ]
        self.rows["intacct.ap_bill"] = [_bill_row(record.fields) for record in self.twin.bills()]
        self.rows["intacct.ap_bill_line"] = [
            {
                "record_no": int(item["RECORDNO"]),
                "bill_record_no": record.record_no,
                "line_no": int(item["LINE_NO"]),
                "trx_amount": Decimal(item["TRX_AMOUNT"]),
                "account_no": item["ACCOUNTNO"],
                "department_id": item["DEPARTMENTID"],
                "location_id": item["LOCATIONID"],
                "class_id": item["CLASSID"],
            }
            for record in self.twin.bills()
            for item in record.lines
        ]
        marks = [(row["record_no"], "ap_bill", row["description"]) for row in self.rows["intacct.ap_bill"]]
        marks += [(row["record_no"], "vendor", row["comments"]) for row in self.rows["intacct.vendor"]]
        matches = [
            {"object": name, "platform_id": text.split()[0][5:], "intacct_record_no": number}
            for number, name, text in marks
            if text and text.startswith("BILL:")
        ]
        known = next(row["record_no"] for row in self.rows["intacct.vendor"] if row["vendor_id"] == "V-11")
        return [*matches, {"object": "vendor", "platform_id": "v1", "intacct_record_no": known}]

    def make_plan(self):
        """Plan from what is there now, and store it."""
        matches = self.extract()
        ids = [(name, row["id"]) for name in self.objects for row in self.rows.get(f"bill.{name}", [])]
        plan = build_plan(
            LINK,
            self.rows,
            matches,
            revisions={one: self.revisions.get(one[1], "r1") for one in ids},
            closed_through=None,
            now=self.clock.now(),
            objects=self.objects,
            in_hand=self.outbox.in_hand(LINK.name),
            posted=self.outbox.posted(LINK.name),
        )
        plan_id = self.outbox.store_plan(plan, actor="planner")
        status = self.outbox.plan(plan_id)
        self.plan = replace(plan, created_at=status.created_at)
        return status

    def approve(self, status):
        """Approve a stored plan."""
        self.outbox.approve(status.plan_id, by="ann", content_hash=status.content_hash)

    def apply(
        self, fault=lambda: "", *, link=LINK, signed_in_as=None, writes_only=False, charge=lambda _: None, **options
    ):
        """Run one worker to its end, or until it dies."""
        self._workers += 1
        transport = FaultyTransport(self, fault, writes_only=writes_only)
        with IntacctClient(
            signed_in_as or credentials(),
            Options(url=URL, attempts=2),
            transport=transport,
            charge=charge,
            sleep=self.clock.advance,
            now=self.clock.now,
        ) as client:
            return apply_plan(
                self.outbox,
                IntacctChannel(client.session("100")),
                link,
                worker=f"worker-{self._workers}",
                options=ApplyOptions(**({"functions_per_request": 3} | options)),
                now=self.clock.now,
                sleep=self.pause,
            )

    def confirm(self):
        """Move what is accepted as confirming does, whose reading of the warehouse is not at stake here."""
        accepted = self.outbox.items(states=[State.ACCEPTED])
        outcomes = [Outcome(one.key, State.CONFIRMED, "confirmed", record_id=one.record_id) for one in accepted]
        with self.outbox._transaction() as cursor:
            self.outbox._move(cursor, outcomes, "confirm")

    def post(self, *faults):
        """Plan, approve, apply with a network that goes wrong in these ways, apply until nothing waits, confirm."""
        waiting = list(faults)
        status = self.make_plan()
        if not self.plan.items:
            return []
        self.approve(status)
        self.apply(lambda: waiting.pop(0) if waiting else "", writes_only=True)
        self.apply_to_the_end()
        self.confirm()
        return [(one.object_name, one.operation.value, one.source_id) for one in self.plan.items]

    def apply_to_the_end(self):
        """Apply until nothing waits: what a dead worker held is free only when the server has noticed its end."""
        for _ in range(100):
            self.apply()
            if {item.state for item in self.outbox.items()} <= SETTLED:
                return
            time.sleep(0.05)

    def check(self):
        """Check everything that must hold once the faults have stopped."""
        items = self.outbox.items()
        posted = Counter(_source(record) for record in self.twin.bills())
        by_source = {item.source_id: item for item in items if item.object_name == "ap_bill"}
        assert set(posted) <= {*by_source, "b0"}, "something outside the approved plan is in Intacct"
        assert max(posted.values(), default=1) == 1, f"a bill is in Intacct more than once: {posted}"
        for source_id, item in by_source.items():
            self._check_item(source_id, item, posted[source_id])
        vendors = Counter(row["VENDORID"] for row in self.twin.records("VENDOR"))
        assert max(vendors.values()) == 1
        assert not any(self.twin.ledger.trial_balance().values()), "the trial balance is not zero"
        assert not any(self.twin.ledger.base_trial_balance().values())
        assert self.outbox.verify_journal() == []
        assert {item.state for item in items} <= SETTLED

    def _check_item(self, source_id, item, count):
        if source_id in self.touched:
            assert count <= 1
        elif source_id in self.revisions:
            assert (count == 1) is (item.state is State.ACCEPTED)
        elif source_id == "b0":
            assert item.state is State.ACCEPTED
            total = next(r.fields["TRX_TOTALENTERED"] for r in self.twin.bills() if _source(r) == "b0")
            assert Decimal(total) == Decimal("100.00")
        elif source_id in {"c1", "c3"}:
            assert (count, item.state in {State.REJECTED, State.HELD}) == (0, True)
        else:
            assert (count, item.state) == (1, State.ACCEPTED), (
                f"{source_id}: {count} in Intacct, {item.state}: {item.reason}"
            )
            record = next(r for r in self.twin.bills() if _source(r) == source_id)
            assert item.record_id == str(record.record_no)
            assert Decimal(record.fields["TRX_TOTALENTERED"]) == item.amount


def _source(record):
    return record.fields["DESCRIPTION"].split()[0].removeprefix("BILL:")


def _bill_row(fields):
    return {
        "record_no": int(fields["RECORDNO"]),
        "vendor_id": fields["VENDORID"],
        "document_no": fields["RECORDID"],
        "state": fields["STATE"],
        "bill_date": datetime.strptime(fields["WHENCREATED"], "%m/%d/%Y").date(),  # noqa: DTZ007  # a day, not an instant
        "gl_posting_date": datetime.strptime(fields["WHENPOSTED"], "%m/%d/%Y").date(),  # noqa: DTZ007  # ditto
        "due_date": datetime.strptime(fields["WHENDUE"], "%m/%d/%Y").date(),  # noqa: DTZ007  # ditto
        "currency": fields["CURRENCY"],
        "trx_total_entered": Decimal(fields["TRX_TOTALENTERED"]),
        "trx_total_paid": Decimal(fields["TRX_TOTALPAID"]),
        "trx_total_due": Decimal(fields["TRX_TOTALDUE"]),
        "module_key": fields["MODULEKEY"],
        "description": fields["DESCRIPTION"],
        "owner_entity_id": fields["MEGAENTITYID"],
        "modified_at": _LONG_AGO,
    }
