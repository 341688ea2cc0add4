"""Applications of credit memos: what BILL used of them on invoices, used in Intacct on the same invoices (S-CRM-01).

Each is a receipt without money, whose details name invoice and credit memo. They travel in neither direction by the
vendor's sync, so a link has to name them in ``also_pushed``.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.domain.keys import read_source_mark
from intacct_pipelines.domain.money import format_amount
from intacct_pipelines.domain.push import UNDONE_STATES, Hold, Item, Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.credit_memos import CreditMemoPlanner
from intacct_pipelines.push.documents import (
    allowed_currency,
    check_changeable,
    check_readable,
    format_day,
    hold_of,
    key_of,
    located,
    marked_text,
    posting_day,
)
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.receipt_accounts import ReceiptAccounts
from intacct_pipelines.push.receipt_shares import ReceiptShares
from intacct_pipelines.push.receipts import ReceiptPlanner
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.receipt_accounts import Place
    from intacct_pipelines.push.receipt_shares import Share
    from intacct_pipelines.push.sources import Row

OBJECT: Final = "memo_application"
_MEMO: Final = "credit_memo"
_PUSHED: Final = PUSHED[OBJECT]
_OPEN: Final = frozenset({"Posted", "Partially Paid"})
_METHOD: Final = "Cash"
"""Every receipt needs a payment method, also one without money."""


class MemoApplicationPlanner:
    """Decides, memo by memo, what of it is still to be applied in Intacct."""

    object_name: ClassVar[str] = OBJECT
    reads: ClassVar[tuple[str, ...]] = (
        *CreditMemoPlanner.reads, *ReceiptPlanner.reads, "intacct.ar_adjustment_line", "bill.credit_memo_usage",
    )  # fmt: skip

    def __init__(self, context: Context) -> None:
        sources = context.sources
        self._context = context
        self._sources = sources
        self._link = sources.link
        self._shares = ReceiptShares(context)
        self._accounts = ReceiptAccounts(sources)
        self._used: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for row in sources.live("bill.credit_memo_usage"):
            self._used[row["credit_memo_id"]][row["invoice_id"]] += row["amount"]
        receipts = sources.by("intacct.ar_payment")
        self._applied: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
        for row in sources.live("intacct.ar_payment_detail"):
            receipt = receipts.get(row["payment_record_no"])
            if row.get("credit_record_no") and receipt is not None and text(receipt, "state") not in UNDONE_STATES:
                place = (int(row["credit_record_no"]), int(row["invoice_record_no"] or 0))
                self._applied[place] += abs(row.get("trx_credit_amount") or Decimal(0))
        self._states: dict[str, set[str]] = defaultdict(set)
        for row in receipts.values():
            mark = read_source_mark(row.get("description"))
            if mark is not None and mark[0] == _PUSHED.platform:
                self._states[mark[1]].add(text(row, "state"))

    def rows(self) -> list[Row]:
        """Return BILL's credit memos of which some was used, by date."""
        rows = [row for row in self._sources.live("bill.credit_memo") if row["id"] in self._used]
        return sorted(rows, key=lambda row: (row["credit_date"], row["id"]))

    def is_shown(self, decision: Decision) -> bool:
        """Return True for all that is decided."""
        return decision is not None

    def decide(self, memo: Row) -> Decision:
        """Return what is to be applied of a credit memo; None if Intacct has it all."""
        paired = self._sources.pairs(_MEMO).get(memo["id"])
        try:
            missing = self._missing(memo, paired)
            return self._apply(memo, paired, missing) if missing else None
        except Held as held:
            return hold_of(OBJECT, memo, _label(memo), held)

    def _missing(self, memo: Row, paired: Row | None) -> dict[str, Decimal]:
        """Return by BILL's invoice how much of its use Intacct lacks."""
        used = self._used[memo["id"]]
        if paired is None:
            return dict(used)
        invoices, missing = self._sources.pairs("ar_invoice"), {}
        for invoice_id, amount in sorted(used.items()):
            invoice = invoices.get(invoice_id, {})
            left = amount - self._applied[int(paired["record_no"]), int(invoice.get("record_no", -1))]
            if left > 0:
                missing[invoice_id] = left
        return missing

    def _apply(self, memo: Row, paired: Row | None, missing: Mapping[str, Decimal]) -> Item:
        check_readable(self._context, _PUSHED, memo)
        allowed_currency(self._context, memo)
        if paired is None:
            raise self._absent(memo)
        states = self._states.get(memo["id"], set())
        if states & UNDONE_STATES:
            reason = "an application of it was taken back in Intacct, and BILL's stands"
            raise Held("voided_in_intacct", "S-CRM-01", reason, "Undo it in BILL too, or apply it in Intacct by hand.")
        if (OBJECT, memo["id"]) in self._context.posted and not states:
            reason = "it was applied in Intacct before, and that is not there any more"
            raise Held("deleted_in_intacct", "S-IDM-06", reason, "Find out who deleted it; apply it by hand.")
        self._check_memo(memo, paired, sum(missing.values(), Decimal(0)))
        customer = text(paired, "customer_id")
        shares = [self._shares.share(memo, customer, invoice_id, amount) for invoice_id, amount in missing.items()]
        if any(share.waits_for for share in shares):
            reason = "an invoice that it was used on is about to change in Intacct"
            raise Held("waits", "S-CRM-01", reason, "Nothing; the next plan has it, once the next sync has that back.")
        item = self._item(memo, paired, shares)
        self._shares.take(shares)
        return item

    def _absent(self, memo: Row) -> Held:
        """Say why the memo itself is not in Intacct: on its way, held, or not pushed at all."""
        record = (_MEMO, memo["id"])
        decision = self._context.decisions.get(record)
        if isinstance(decision, Hold):
            reason = f"it waits for {decision.label}, which is held: {decision.reason}"
            return Held(decision.kind, decision.rule, reason, decision.remedy, held_by=memo["id"])
        if isinstance(decision, Item) or record in self._context.in_hand:
            remedy = "Nothing; it follows once the credit memo is confirmed."
            return Held("waits", "S-CRM-01", "its credit memo is on its way to Intacct", remedy, held_by=memo["id"])
        remedy = "Name credit_memo in also_pushed of the link, enter it by hand, or pair it with `map`."
        return Held("missing_reference", "S-CRM-01", "Intacct does not have its credit memo", remedy)

    def _check_memo(self, memo: Row, paired: Row, wanted: Decimal) -> None:
        """Refuse a memo that another level owns, that is not open, or of which not so much is left."""
        check_changeable(self._context, PUSHED[_MEMO], paired)
        number = text(paired, "document_no") or paired["record_no"]
        if text(paired, "currency") != text(memo, "currency"):
            reason = f"it is in {text(memo, 'currency')}, Intacct's {number} in {text(paired, 'currency')}"
            raise Held("currency", "S-CUR-01", reason, "Correct the wrong side by hand.")
        left = abs(paired.get("trx_total_due") or Decimal(0))
        if text(paired, "state") not in _OPEN or wanted > left:
            reason = f"BILL used {wanted} more of it than Intacct shows, and of Intacct's {number} {left} is left"
            raise Held(
                "credit_used", "S-CRM-01", reason, "See on which invoice Intacct used the rest; undo that there."
            )

    def _item(self, memo: Row, paired: Row, shares: Sequence[Share]) -> Item:
        currency = text(memo, "currency")
        # BILL tells no day of a use: it is that of the memo's last change (UTC).
        own: date = max(memo["modified_at"].date(), memo["credit_date"])
        applied_on = posting_day(self._context, own, self._places(paired, shares))
        content = self._content(memo, paired, shares, applied_on)
        key = key_of(self._link, OBJECT, memo, Operation.CREATE, content)
        return Item(
            key=key,
            object_name=OBJECT,
            operation=Operation.CREATE,
            source_id=memo["id"],
            natural_key={},
            payload={**content, "DESCRIPTION": marked_text(memo["id"], key, _words(memo))},
            source_revision=self._context.revisions.get((OBJECT, memo["id"]), ""),
            amount=sum((share.amount for share in shares), Decimal(0)),
            currency=currency,
            warnings=(f"used on {own}, applied on {applied_on} [S-IDM-08]",) if applied_on != own else (),
            label=_label(memo),
        )

    def _places(self, paired: Row, shares: Sequence[Share]) -> list[str]:
        lines = self._sources.lines("intacct.ar_adjustment_line").get(paired["record_no"], [])
        return [*self._shares.places(shares), *located(lines)]

    def _content(self, memo: Row, paired: Row, shares: Sequence[Share], applied_on: date) -> Fields:
        currency, base, place = text(memo, "currency"), self._sources.base_currency, self._place(memo)
        content: Fields = {
            **({"FINANCIALENTITY": place.bank_account_id} if place.bank_account_id else {}),
            "PAYMENTMETHOD": _METHOD,
            "CUSTOMERID": text(paired, "customer_id"),
            # Mark and key are put before these words once the key is known, which follows from them too.
            "DESCRIPTION": _words(memo),
        }
        if base and base != currency:
            # An empty type is Intacct's own daily rate.
            content["EXCH_RATE_TYPE_ID"] = ""
        content |= {
            "RECEIPTDATE": format_day(applied_on),
            "PAYMENTDATE": format_day(applied_on),
            "CURRENCY": currency,
        }
        if base:
            content["BASECURR"] = base
        if not place.bank_account_id:
            content["UNDEPOSITEDACCOUNTNO"] = place.ledger_account
        details: list[Fields] = [
            {
                "RECORDKEY": str(share.invoice["record_no"]),
                "ADJUSTMENTKEY": str(paired["record_no"]),
                "TRX_ADJUSTMENTAMOUNT": format_amount(share.amount, currency),
            }
            for share in shares
        ]
        return {**content, "ARPYMTDETAILS": {"ARPYMTDETAIL": details}}

    def _place(self, memo: Row) -> Place:
        """Return the account that every receipt has to name, though here nothing reaches it."""
        if not self._link.clearing.money_in and not self._link.receivables.undeposited_account:
            reason = "Intacct wants an account for every receipt, and the link names none"
            remedy = "Name clearing.money_in or receivables.undeposited_account of the link."
            raise Held("missing_account", "S-CFG-03", reason, remedy)
        return self._accounts.place({**memo, "is_online": bool(self._link.clearing.money_in)})


def _words(memo: Row) -> str:
    return f"credit memo {text(memo, 'reference_no')}"


def _label(memo: Row) -> str:
    return f"use of credit memo {text(memo, 'reference_no') or memo['id']}"
