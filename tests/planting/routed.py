"""Every way in which a document of Intacct stays away from one of several BILL accounts at its place."""

from __future__ import annotations

from planting.bills import bill_case, ours, theirs
from planting.credits import credit, negative_bill
from planting.ground import Ground, one_of
from planting.payments import paid, pay, settlement_case
from planting.receivables import (
    booked_invoice,
    booked_memo,
    invoice,
    memo,
    receivables_case,
    receive,
    received,
)
from reconcile_cases import make_link

from intacct_pipelines.domain.routes import Route, Routes

HERE, WEST = {"location_id": "EAST"}, {"location_id": "west"}
ROUTES = Routes(
    {"east": make_link().organization_id, "west": "008WEST"},
    (
        Route("west", departments=frozenset({"LAB"})),
        Route("west", locations=frozenset({"WEST"})),
        Route("east", locations=frozenset({"EAST"})),
    ),
    frozenset({"77"}),
)
"""All that is coded to EAST goes to the link's account, and nothing is said of what has no location."""
ROUTED_BILLS = Ground("ap_bill", lambda: bill_case(routes=ROUTES), ours, theirs)
ROUTED_INVOICES = Ground("ar_invoice", lambda: receivables_case(routes=ROUTES), invoice, booked_invoice)
ROUTED_CREDITS = Ground("vendor_credit", lambda: settlement_case(routes=ROUTES), credit, negative_bill)
for _ground, _missing in (
    (ROUTED_BILLS, "missing_in_platform"),
    (ROUTED_INVOICES, "invoice_missing_in_platform"),
    (ROUTED_CREDITS, "credit_missing_in_platform"),
):
    _ground.only_theirs(_missing, lines=[HERE])
    _ground.only_theirs("routed_elsewhere", "S-CFG-10", lines=one_of([WEST], [WEST, {"department_id": "LAB"}]))
    _ground.only_theirs("routed_nowhere", "S-CFG-10", lines=one_of([{}], [], [HERE, {}], [{"location_id": "X"}]))
    _ground.only_theirs(
        "routed_to_several", "S-CFG-10", lines=one_of([HERE, WEST], [HERE, {**HERE, "department_id": "LAB"}])
    )
    _ground.only_theirs("made_by_a_sync", "S-CFG-10", lines=one_of([HERE], [WEST]), created_by="77")
    # What names a source that was never here is another account's, wherever its lines would lead.
    _ground.outside("of_another_account", "S-CFG-10", lines=[HERE], description="BILL:of-the-west k1")

ROUTED_PAYMENTS = Ground("ap_payment", lambda: settlement_case(routes=ROUTES), pay, paid)
ROUTED_RECEIPTS = Ground("ar_payment", lambda: receivables_case(routes=ROUTES), receive, received)
ROUTED_MEMOS = Ground("credit_memo", lambda: receivables_case(one_way=True), memo, booked_memo)
for _ground in (ROUTED_PAYMENTS, ROUTED_RECEIPTS, ROUTED_MEMOS):
    _ground.outside("of_another_account", "S-CFG-10", description="BILL:of-the-west k1")
