"""Receipts: which of BILL's are entered or taken back in Intacct, with what effect, and which wait (S-ARP-01)."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.clients.intacct.functions import date_parts
from intacct_pipelines.domain.keys import read_intacct_mark, read_source_mark
from intacct_pipelines.domain.money import format_amount
from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import UNDONE_STATES, Item, LedgerLine, Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.customers import Customers
from intacct_pipelines.push.documents import (
    allowed_currency,
    check_changeable,
    check_not_posted,
    check_readable,
    format_day,
    hold_of,
    key_of,
    marked_text,
    posting_day,
    stored_revision,
)
from intacct_pipelines.push.invoices import RECEIVABLE
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.receipt_accounts import ReceiptAccounts
from intacct_pipelines.push.receipt_advances import IntacctAdvances
from intacct_pipelines.push.receipt_shares import ReceiptShares
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.receipt_accounts import Place
    from intacct_pipelines.push.receipt_shares import Share
    from intacct_pipelines.push.sources import Row

OBJECT: Final = "ar_payment"
OVERPAYMENTS: Final = "customers' overpayments"
"""Where Intacct keeps what is applied to nothing; it chooses the account itself."""
_PUSHED: Final = PUSHED[OBJECT]
_NUMBER_LENGTH: Final = 100
_TO_COME: Final = frozenset({"SCHEDULED"})
_UNDONE: Final = frozenset({"VOID", "VOIDED", "CANCELED", "CANCELLED"})
_RECEIVED: Final = frozenset({"PAID"})


class ReceiptPlanner:
    """Decides about the receipts of one link."""

    object_name: ClassVar[str] = OBJECT
    reads: ClassVar[tuple[str, ...]] = (
        *Customers.reads, "intacct.entity", "intacct.location", "intacct.gl_account", "intacct.ar_invoice",
        "intacct.ar_invoice_line", "intacct.ar_payment", "intacct.ar_payment_detail", "intacct.ar_advance",
        "bill.ar_invoice", "bill.ar_payment", "bill.ar_payment_detail",
    )  # fmt: skip

    def __init__(self, context: Context) -> None:
        sources = context.sources
        self._context = context
        self._sources = sources
        self._link = sources.link
        self._rows = sorted(sources.live("bill.ar_payment"), key=lambda row: (row["payment_date"], row["id"]))
        self._customers = Customers(context)
        self._shares = ReceiptShares(context)
        self._accounts = ReceiptAccounts(sources)
        self._advances = IntacctAdvances(sources)
        self._lines = sources.lines("intacct.ar_invoice_line")
        self._taken: dict[tuple[str, str, date], set[int]] = defaultdict(set)
        self._marked: dict[str, set[int]] = defaultdict(set)
        for record_no, row in sources.by("intacct.ar_payment").items():
            self._taken[row["customer_id"], fold(row.get("reference_no")), row["receipt_date"]].add(record_no)
            mark = read_source_mark(row.get("description"))
            if mark is not None and mark[0] == "bill":
                self._marked[mark[1]].add(record_no)
        self._entered = Counter(map(_identity, self._rows))

    def rows(self) -> list[Row]:
        """Return BILL's receipts by date."""
        return self._rows

    def is_shown(self, decision: Decision) -> bool:
        """Return True for all that is decided."""
        return decision is not None

    def decide(self, receipt: Row) -> Decision:
        """Return what is to be done with a receipt of BILL; None if nothing is.

        One that is still to come, and one that was void before it reached Intacct, needs nothing.
        """
        paired, status = self._sources.pairs(OBJECT).get(receipt["id"]), text(receipt, "status")
        try:
            if paired is not None:
                return self._mend(receipt, paired)
            return None if status in _TO_COME | _UNDONE else self._create(receipt)
        except Held as held:
            return hold_of(OBJECT, receipt, self._label(receipt), held)

    def _mend(self, receipt: Row, paired: Row) -> Item | None:
        """Return the reversal of a receipt that BILL voided, or None where both sides have it, or both undid it."""
        is_void, is_undone = text(receipt, "status") in _UNDONE, text(paired, "state") in UNDONE_STATES
        if is_undone and not is_void:
            reason = f"Intacct's receipt {paired['record_no']} is {paired['state']}, BILL's stands"
            remedy = "Void it in BILL too, or confirm with `map` the receipt that took its place."
            raise Held("voided_in_intacct", "S-ARP-03", reason, remedy)
        if is_void and not is_undone and read_intacct_mark(text(receipt, "description")):
            reason = (
                f"only BILL's record of it is void; Intacct's receipt {paired['record_no']} was made there, and stands"
            )
            remedy = "Record it in BILL by hand, so that nobody asks for it again, or take Intacct's receipt back."
            raise Held("voided_in_bill", "S-ARP-03", reason, remedy)
        return self._reverse(receipt, paired) if is_void and not is_undone else None

    def _reverse(self, receipt: Row, paired: Row) -> Item:
        """Return the item that takes back what Intacct's receipt did, on a day of its own (S-ARP-03)."""
        check_readable(self._context, _PUSHED, receipt)
        check_changeable(self._context, _PUSHED, paired)
        if text(paired, "state").lower() == "draft":
            reason = f"BILL voided it, Intacct's receipt {paired['record_no']} is a draft"
            raise Held("not_posted", "S-ARP-03", reason, "Delete the draft in Intacct; it is not posted.")
        # BILL does not tell the day of a void, so the one of its last change is taken.
        voided_on = max(receipt["modified_at"].date(), paired["receipt_date"])
        reversed_on = posting_day(self._context, voided_on, self._shares.places_paid(paired["record_no"]))
        words = f"voided in BILL on {voided_on}"
        content: Fields = {"datereversed": date_parts(reversed_on), "description": words}
        revision = stored_revision(OBJECT, paired)
        key = key_of(self._link, OBJECT, receipt, Operation.REVERSE, content, f"{paired['record_no']} {revision}")
        amount, left = paired["trx_total_entered"], paired.get("trx_total_due") or Decimal(0)
        effect = _effect(-amount, -left, self._accounts.ledger_account_of(paired), text(paired, "currency"))
        return Item(
            key=key,
            object_name=OBJECT,
            operation=Operation.REVERSE,
            source_id=receipt["id"],
            natural_key={},
            payload={**content, "description": marked_text(receipt["id"], key, words)},
            source_revision=self._context.revisions.get((OBJECT, receipt["id"]), ""),
            target_id=str(paired["record_no"]),
            target_revision=revision,
            amount=amount,
            currency=text(paired, "currency"),
            ledger_effect=effect,
            warnings=(f"{words}, taken back on {reversed_on} [S-IDM-08]",) if reversed_on != voided_on else (),
            label=self._label(receipt),
        )

    def _create(self, receipt: Row) -> Item | None:
        check_readable(self._context, _PUSHED, receipt)
        if origin := read_intacct_mark(text(receipt, "description")):
            reason = f"BILL only records Intacct's receipt {origin}, which is not its pair"
            remedy = "Pair the two with `map`, or undo the record in BILL if Intacct's receipt was taken back."
            raise Held("came_from_intacct", "S-SCH-05", reason, remedy)
        if text(receipt, "status") not in _RECEIVED:
            reason = f"BILL calls it {text(receipt, 'status') or 'nothing'}, so it may not have been received"
            raise Held("unknown_state", "S-ARP-01", reason, "Look at it in BILL; enter it by hand if it was paid.")
        if receipt["amount"] <= 0:
            raise Held("not_positive", "S-ARP-01", f"its amount is {receipt['amount']}", "Enter it by hand.")
        check_not_posted(self._context, _PUSHED, receipt)
        allowed_currency(self._context, receipt)
        customer = self._customers.active_id_of(receipt["customer_id"])
        advances = self._advances.standing(receipt["id"], customer, receipt_number(receipt))
        received_on = posting_day(self._context, receipt["payment_date"], self._shares.places_of(receipt))
        self._check_double(receipt, customer, received_on)
        shares = self._shares.of(receipt, customer)
        if not shares and (advances or self._link.receivables.advance_account):
            # It is, or becomes, an advance.
            return None
        if not shares:
            reason = "it is applied to no invoice yet, and Intacct takes such money as an advance"
            remedy = "Apply it in BILL, or name receivables.advance_account of the link."
            raise Held("not_applied", "S-ARP-01", reason, remedy)
        self._check_advance(receipt, advances)
        item = self._item(receipt, customer, received_on, shares)
        self._shares.take(shares)
        return item

    def _check_double(self, receipt: Row, customer: str, received_on: date) -> None:
        """Refuse what would be the same receipt once more, by what the rows of both sides themselves say."""
        number = receipt_number(receipt)
        for found, why in (
            (self._marked.get(receipt["id"]), "names it as its source"),
            (self._taken.get((customer, fold(number), received_on)), f"has its reference {number} and its day"),
        ):
            if found:
                numbers = ", ".join(map(str, sorted(found)))
                reason = f"Intacct's receipt {numbers} of {customer} {why} and is not its pair"
                raise Held("duplicate", "S-IDM-04", reason, "Confirm the pair with `map`, or correct the wrong side.")
        if self._entered[_identity(receipt)] > 1:
            reason = f"BILL has several receipts {number} of this customer and day"
            raise Held("duplicate", "S-IDM-04", reason, "Give each its own reference in BILL, or enter it by hand.")

    def _check_advance(self, receipt: Row, advances: Sequence[Row]) -> None:
        """Refuse to take as new money what Intacct has already, as an advance."""
        if advances:
            numbers = ", ".join(str(row["record_no"]) for row in advances)
            reason = f"Intacct has its money as advance {numbers}, which is not applied as in BILL"
            raise Held("held_as_advance", "S-ARP-01", reason, "Apply the advance in Intacct to the same invoices.")
        if ("ar_advance", receipt["id"]) in self._context.in_hand:
            reason = "its money is on its way to Intacct as an advance"
            raise Held("waits", "S-ARP-01", reason, "Nothing; the next plan says more, once that is back.")

    def _item(self, receipt: Row, customer: str, received_on: date, shares: Sequence[Share]) -> Item:
        number, currency = receipt_number(receipt), text(receipt, "currency")
        place = self._accounts.place(receipt)
        parents = (self._customers.parent_of(receipt["customer_id"]), *(share.waits_for for share in shares))
        content = self._content(receipt, customer, received_on, shares, place)
        key = key_of(self._link, OBJECT, receipt, Operation.CREATE, content)
        return Item(
            key=key,
            object_name=OBJECT,
            operation=Operation.CREATE,
            source_id=receipt["id"],
            natural_key={"CUSTOMERID": customer, "DOCNUMBER": number, "RECEIPTDATE": format_day(received_on)},
            payload={**content, "DESCRIPTION": marked_text(receipt["id"], key, text(receipt, "description"))},
            source_revision=self._context.revisions.get((OBJECT, receipt["id"]), ""),
            amount=receipt["amount"],
            currency=currency,
            ledger_effect=_effect(receipt["amount"], _left_over(receipt, shares), place.ledger_account, currency),
            depends_on=tuple(dict.fromkeys(one for one in parents if one)),
            warnings=self._warnings(receipt, received_on),
            label=self._label(receipt),
        )

    def _content(self, receipt: Row, customer: str, received_on: date, shares: Sequence[Share], place: Place) -> Fields:
        currency, base = text(receipt, "currency"), self._sources.base_currency
        content: Fields = {
            **({"FINANCIALENTITY": place.bank_account_id} if place.bank_account_id else {}),
            "PAYMENTMETHOD": self._accounts.method(receipt),
            "CUSTOMERID": customer,
            "DOCNUMBER": receipt_number(receipt),
            # Mark and key are put before these words once the key is known, which follows from them too.
            "DESCRIPTION": text(receipt, "description"),
        }
        if base and base != currency:
            # An empty type is Intacct's own daily rate.
            content["EXCH_RATE_TYPE_ID"] = ""
        content |= {
            "RECEIPTDATE": format_day(received_on),
            "PAYMENTDATE": format_day(receipt["payment_date"]),
            "CURRENCY": currency,
        }
        if base:
            content["BASECURR"] = base
        if not place.bank_account_id:
            content["UNDEPOSITEDACCOUNTNO"] = place.ledger_account
        left = _left_over(receipt, shares)
        if left:
            content["OVERPAYMENTAMOUNT"] = format_amount(left, currency)
            content["OVERPAYMENTLOCATIONID"] = self._location(shares)
        content["ARPYMTDETAILS"] = {"ARPYMTDETAIL": [share.detail(currency) for share in shares]}
        return content

    def _location(self, shares: Sequence[Share]) -> str:
        """Return where what is left over belongs: at the link's location, else at that of the invoices' lines."""
        lines = [line for share in shares for line in self._lines.get(share.invoice["record_no"], [])]
        found = self._link.default_location or next((text(line, "location_id") for line in lines), "")
        if not found:
            reason = "a part of it is applied to nothing, and nothing tells at which location that money is kept"
            raise Held("missing_dimension", "S-CFG-20", reason, "Set default_location of the link.")
        return found

    def _warnings(self, receipt: Row, received_on: date) -> tuple[str, ...]:
        warnings = []
        if received_on != receipt["payment_date"]:
            warnings.append(f"received on {receipt['payment_date']}, in the ledger on {received_on} [S-IDM-08]")
        if receipt.get("convenience_fee_amount") and "convenience_fee" not in self._link.also_pushed:
            fee = f"{receipt['convenience_fee_amount']} {text(receipt, 'currency')}"
            warnings.append(f"its convenience fee of {fee} is not part of it and needs a journal entry [S-FEE-01]")
        return tuple(warnings)

    def _label(self, receipt: Row) -> str:
        return f"receipt {receipt_number(receipt)} of {self._customers.name_of(receipt['customer_id'])}"


def receipt_number(receipt: Row) -> str:
    """Return by what the receipt can be found: its reference, else BILL's own id."""
    number = text(receipt, "reference_no").strip()
    return number if 0 < len(number) <= _NUMBER_LENGTH else text(receipt, "id")


def _identity(receipt: Row) -> tuple[str, str, date]:
    return receipt["customer_id"], fold(receipt_number(receipt)), receipt["payment_date"]


def _left_over(receipt: Row, shares: Sequence[Share]) -> Decimal:
    left: Decimal = receipt["amount"] - sum((share.amount for share in shares), Decimal(0))
    return left


def _effect(amount: Decimal, left: Decimal, account: str, currency: str) -> tuple[LedgerLine, ...]:
    """Return what money does to the ledger of which a part is applied to nothing; negative amounts take it back."""
    moves = ((account, amount), (RECEIVABLE, left - amount), (OVERPAYMENTS, -left))
    return tuple(
        LedgerLine("debit" if move > 0 else "credit", name, abs(move), currency) for name, move in moves if move
    )
