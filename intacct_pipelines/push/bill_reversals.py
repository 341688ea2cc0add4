"""Bills that BILL deleted after their payment was void: taken back in Intacct on a day of their own (S-BIL-04).

BILL knows no deletion but making a bill inactive. The vendor's sync cannot carry that once a payment of the bill was
void; here it is a reversal, never a deletion, and always a person's to approve.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.clients.intacct.functions import date_parts
from intacct_pipelines.domain.payments import UNDONE_IN_BILL
from intacct_pipelines.domain.push import UNDONE_STATES, Item, Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.coded_lines import PAYABLE, intacct_line, ledger_effect
from intacct_pipelines.push.documents import (
    check_changeable,
    check_readable,
    is_settled,
    key_of,
    located,
    marked_text,
    posting_day,
    stored_revision,
)
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from datetime import date

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.planner import Context
    from intacct_pipelines.push.sources import Row

OBJECT: Final = "ap_bill"
_PUSHED: Final = PUSHED[OBJECT]
_RULE: Final = "S-BIL-04"
_DELETED: Final = "INACTIVE"


class BillReversals:
    """Decides which paired bills are taken back.

    Args:
        context: What every planner is told.
    """

    reads: ClassVar[tuple[str, ...]] = ("bill.ap_payment", "bill.ap_payment_detail")

    def __init__(self, context: Context) -> None:
        self._context = context
        self._link = context.sources.link
        self._lines = context.sources.lines("intacct.ap_bill_line")
        self._unconfirmed = context.sources.unconfirmed(OBJECT)
        payments = context.sources.by("bill.ap_payment")
        self._is_void: dict[str, list[bool]] = defaultdict(list)
        for share in context.sources.live("bill.ap_payment_detail"):
            self._is_void[share["bill_id"]].append(_is_void(payments.get(share["payment_id"], {})))

    def is_due(self, bill: Row, paired: Row) -> bool:
        """Say whether a bill was deleted in BILL after every payment of it was void, and stands in Intacct."""
        return (
            text(bill, "record_status") == _DELETED
            and bool(self._is_void[bill["id"]])
            and all(self._is_void[bill["id"]])
            and text(paired, "state") not in UNDONE_STATES
        )

    def item(self, bill: Row, paired: Row, label: str) -> Item:
        """Return the item that takes back what Intacct's bill did.

        Args:
            bill: BILL's bill.
            paired: Intacct's.
            label: A short name for people.

        Raises:
            Held: It must not be taken back as it is, or nothing says when.
        """
        self._check(bill, paired)
        reversed_on, deleted_on = self._days(bill, paired)
        words = f"deleted in BILL on {deleted_on}"
        content: Fields = {"datereversed": date_parts(reversed_on), "description": words}
        revision, currency = stored_revision(OBJECT, paired), text(paired, "currency")
        key = key_of(self._link, OBJECT, bill, Operation.REVERSE, content, f"{paired['record_no']} {revision}")
        lines = [intacct_line(row) for row in self._lines.get(paired["record_no"], [])]
        warnings = [f"a person approves it, whatever the link's gate is [{_RULE}]"]
        if reversed_on != deleted_on:
            warnings.append(f"{words}, taken back on {reversed_on} [S-IDM-08]")
        return Item(
            key=key,
            object_name=OBJECT,
            operation=Operation.REVERSE,
            source_id=bill["id"],
            natural_key={},
            payload={**content, "description": marked_text(bill["id"], key, words)},
            source_revision=self._context.revisions.get((OBJECT, bill["id"]), ""),
            target_id=str(paired["record_no"]),
            target_revision=revision,
            amount=paired["trx_total_entered"],
            currency=currency,
            ledger_effect=tuple(ledger_effect(lines, currency, -1, PAYABLE)),
            warnings=tuple(warnings),
            label=label,
        )

    def _check(self, bill: Row, paired: Row) -> None:
        check_readable(self._context, _PUSHED, bill)
        check_changeable(self._context, _PUSHED, paired)
        remedy = "Settle it by hand: reverse Intacct's bill with a date you choose, or restore it in BILL."
        if bill["id"] in self._unconfirmed:
            reason = f"it was deleted in BILL, and only number and vendor make Intacct's {paired['record_no']} its pair"
            raise Held("unconfirmed", _RULE, reason, "Confirm the pair with `map`; then it is planned.")
        if text(paired, "module_key").startswith("9."):
            reason = "it was deleted in BILL, and born from a purchase order in Intacct"
            raise Held("source_locked", "S-PUR-05", reason, "Take it back in Purchasing, or restore it in BILL.")
        if is_settled(paired) or text(paired, "state") != "Posted":
            reason = f"it was deleted in BILL, and Intacct's bill is {text(paired, 'state') or 'paid in part'}"
            raise Held("record_locked", _RULE, reason, remedy)
        if bill["amount"] != paired["trx_total_entered"] or text(bill, "currency") != text(paired, "currency"):
            reason = f"it was deleted in BILL, and Intacct's bill of {paired['trx_total_entered']} is another one"
            raise Held("conflict", _RULE, reason, remedy)

    def _days(self, bill: Row, paired: Row) -> tuple[date, date]:
        """Return the day of the reversal, and that of the deletion: BILL's last change (UTC)."""
        changed = bill.get("modified_at")
        if changed is None:
            reason = "it was deleted in BILL, which does not say when"
            raise Held("missing_field", _RULE, reason, "Reverse Intacct's bill by hand with a date you choose.")
        deleted_on: date = changed.date()
        posted_on = paired.get("gl_posting_date") or paired["bill_date"]
        places = located(self._lines.get(paired["record_no"], []))
        return posting_day(self._context, max(deleted_on, posted_on), places), deleted_on


def _is_void(payment: Row) -> bool:
    return (text(payment, "single_status") or text(payment, "status")) in UNDONE_IN_BILL
