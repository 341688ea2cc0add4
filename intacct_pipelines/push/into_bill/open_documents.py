"""The last look before money is recorded in BILL: whether what it settles is still open there by that much."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from intacct_pipelines.domain.push import State
from intacct_pipelines.errors import RecordNotFoundError
from intacct_pipelines.push.channel import Stopped
from intacct_pipelines.warehouse.outbox import Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from intacct_pipelines.warehouse.outbox import OutboxItem


class _Settled(NamedTuple):
    shares: str
    document: str
    path: str
    word: str
    rule: str


_SETTLED: Final = {
    "bill_ap_payment": _Settled("billPayments", "billId", "/v3/bills", "bill", "S-PAY-09"),
    "bill_ar_payment": _Settled("invoicePayments", "invoiceId", "/v3/invoices", "invoice", "S-ARP-01"),
}
"""By object: where its payload names documents, and where BILL has them."""


def check_open(item: OutboxItem, read: Callable[[str], Mapping[str, Any]]) -> None:
    """Ask BILL for each document that an item records as paid; nothing is asked for other items.

    Args:
        item: What is about to be sent.
        read: Reads one object of BILL.

    Raises:
        Stopped: One of them is not open by that much. Of an item that was sent before nothing is decided: it may be the
            very one that paid it, and is looked up once more.
        RemoteSystemError: BILL could not be asked.
    """
    settled = _SETTLED.get(item.object_name)
    if settled is None:
        return
    for share in json.loads(item.payload_text)[settled.shares]:
        words = _why_not(share[settled.document], Decimal(share["amount"]), settled, read)
        if words and item.attempts > 1:
            raise Stopped(None)
        if words:
            reason = Reason("expired", settled.rule, words, "Read the next plan; it says what stands in the way.")
            raise Stopped(Outcome(item.key, State.EXPIRED, "expired", reason))


def _why_not(document_id: str, amount: Decimal, settled: _Settled, read: Callable[[str], Mapping[str, Any]]) -> str:
    try:
        document = read(f"{settled.path}/{document_id}")
    except RecordNotFoundError:
        return f"BILL's {settled.word} {document_id} is not there any more"
    if document.get("archived"):
        return f"BILL's {settled.word} {document_id} is archived by now"
    if document.get("scheduledAmount"):
        return f"BILL is about to settle {settled.word} {document_id} itself by now: it would be paid twice"
    due = document.get("dueAmount")
    if isinstance(due, Decimal) and due < amount:
        return f"of BILL's {settled.word} {document_id} only {due} is open by now"
    return ""
