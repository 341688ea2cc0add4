"""What a payment of BILL pays in Intacct: which bill, with how much money and with which credits (S-VCR-03)."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.domain.money import format_amount
from intacct_pipelines.domain.push import UNDONE_STATES, Hold, Item, Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.documents import check_changeable, located
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text
from intacct_pipelines.push.vendor_credits import NEGATIVE_BILLS, credit_in_intacct

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.planner import Context
    from intacct_pipelines.push.sources import Row
    from intacct_pipelines.warehouse.outbox import OutboxItem

_SETTLEABLE: Final = frozenset({"Posted", "Partially Paid", "Paid", ""})
_NEXT_SYNC: Final = "Nothing; the next plan has it, once the next sync has brought that back."
_TAKING: Final = frozenset({"ap_payment", "credit_application"})
"""Objects that are payments in Intacct."""
_ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Use:
    """Some of a vendor credit that pays a bill; keys are Intacct's, the credit is an adjustment or a negative bill."""

    record_no: int
    is_adjustment: bool
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Share:
    """What one bill is paid with; the key is Intacct's."""

    bill_record_no: int
    money: Decimal
    uses: tuple[Use, ...] = ()

    @property
    def total(self) -> Decimal:
        """Money and credits."""
        return self.money + sum((use.amount for use in self.uses), _ZERO)

    def details(self, currency: str) -> Iterator[Fields]:
        """Yield the details of the payment: each has one source (money, or one credit)."""
        bill: Fields = {"RECORDKEY": str(self.bill_record_no)}
        if self.money:
            yield {**bill, "TRX_PAYMENTAMOUNT": format_amount(self.money, currency)}
        for use in self.uses:
            name = "ADJUSTMENT" if use.is_adjustment else "INLINE"
            amount = format_amount(use.amount, currency)
            yield {**bill, f"{name}KEY": str(use.record_no), f"TRX_{name}AMOUNT": amount}


@dataclass(slots=True)
class _Wanted:
    money: Decimal = _ZERO
    credits: dict[str, Decimal] = field(default_factory=dict)


class PaymentShares:
    """Translates what BILL's payments pay, and keeps count of what is left of bills and credits within one plan.

    Args:
        context: What the planner is told.
    """

    def __init__(self, context: Context) -> None:
        sources = context.sources
        self._context = context
        self._sources = sources
        self._details = sources.lines("bill.ap_payment_detail")
        self._credits = sources.lines("bill.ap_payment_credit")
        self._uses: dict[str, list[Row]] = defaultdict(list)
        for row in sources.live("bill.vendor_credit_usage"):
            self._uses[text(row, "payment_id")].append(row)
        self._used_alone: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for row in self._uses[""]:
            self._used_alone[row["vendor_credit_id"]][row["bill_id"]] += row["amount"]
        self._taken: dict[int, Decimal] = defaultdict(Decimal)
        self._paying: dict[int, list[Row]] = defaultdict(list)
        payments = sources.by("intacct.ap_payment")
        for row in sources.live("intacct.ap_payment_detail"):
            payment = payments.get(row["payment_record_no"])
            if payment is not None and row.get("bill_record_no") and text(payment, "state") not in UNDONE_STATES:
                self._paying[row["bill_record_no"]].append({**row, "payment": payment})
        self._paired = {int(row["record_no"]) for row in sources.pairs("ap_payment").values()}
        self._take_what_is_on_its_way(payments)

    def _take_what_is_on_its_way(self, payments: Mapping[Any, Row]) -> None:
        """Count what items of this plan and of earlier ones will take, unless Intacct shows them already."""
        shown = " ".join(text(row, "description") for row in payments.values())
        items: list[Item | OutboxItem] = list(self._context.in_hand.values())
        items += [one for one in self._context.decisions.values() if isinstance(one, Item)]
        for item in items:
            if item.object_name not in _TAKING or item.operation is not Operation.CREATE or item.key in shown:
                continue
            for detail in json.loads(item.payload_text)["APPYMTDETAILS"]["APPYMTDETAIL"]:
                amount = next(Decimal(value) for name, value in detail.items() if name.startswith("TRX_"))
                for name in detail:
                    if name.endswith("KEY"):
                        self._taken[int(detail[name])] += amount

    def is_missing(self, credit_id: str) -> bool:
        """Return whether Intacct lacks some of what BILL used of a vendor credit without a payment."""
        return any(self._missing(credit_id, bill_id) > 0 for bill_id in self._used_alone[credit_id])

    def applied(self, credit: Row, vendor_id: str) -> tuple[Share, ...]:
        """Return what is still to be applied of a vendor credit of BILL, bill by bill.

        Args:
            credit: BILL's vendor credit.
            vendor_id: Intacct's id of its vendor.

        Raises:
            Held: As ``of``.
        """
        missing = {bill_id: self._missing(credit["id"], bill_id) for bill_id in sorted(self._used_alone[credit["id"]])}
        return tuple(
            self._share(credit, bill_id, _Wanted(credits={credit["id"]: amount}), vendor_id)
            for bill_id, amount in missing.items()
            if amount > 0
        )

    def _missing(self, credit_id: str, bill_id: str) -> Decimal:
        """Return how much of a use Intacct lacks; what payments of BILL used there is no part of it."""
        amount = self._used_alone[credit_id][bill_id]
        bill, credit = self._sources.pairs("ap_bill").get(bill_id), credit_in_intacct(self._sources, credit_id)
        if bill is None or credit is None:
            return amount
        numbers = {"adjustment_record_no", "inline_record_no"}
        return amount - sum(
            (
                abs(one.get("trx_adjustment_amount") or one.get("trx_inline_amount") or _ZERO)
                for one in self._paying[bill["record_no"]]
                if int(one["payment_record_no"]) not in self._paired
                and credit["record_no"] in {one.get(number) for number in numbers}
            ),
            _ZERO,
        )

    def places(self, shares: Sequence[Share]) -> list[str]:
        """Return the locations of the lines of the bills that are paid, and of the credits that pay them."""
        bills = [share.bill_record_no for share in shares]
        uses = [use for share in shares for use in share.uses]
        bills += [use.record_no for use in uses if not use.is_adjustment]
        return self._located(bills, [use.record_no for use in uses if use.is_adjustment])

    def places_paid(self, record_no: int) -> list[str]:
        """Return the same of a payment that stands in Intacct."""
        details = self._sources.lines("intacct.ap_payment_detail").get(record_no, [])
        bills = [row.get(name) for row in details for name in ("bill_record_no", "inline_record_no")]
        return self._located(
            bills, [row.get(name) for row in details for name in ("adjustment_record_no", "paid_adjustment_record_no")]
        )

    def _located(self, bills: Sequence[int | None], adjustments: Sequence[int | None]) -> list[str]:
        tables = {"intacct.ap_bill_line": bills, "intacct.ap_adjustment_line": adjustments}
        return [
            place
            for table, numbers in tables.items()
            for number in numbers
            for place in located(self._sources.lines(table).get(number, []))
        ]

    def take(self, shares: Sequence[Share]) -> None:
        """Note what an item of this plan takes, so that the next one cannot take it again."""
        for share in shares:
            self._taken[share.bill_record_no] += share.total
            for use in share.uses:
                self._taken[use.record_no] += use.amount

    def of(self, payment: Row, vendor_id: str) -> tuple[Share, ...]:
        """Return what a payment pays.

        Args:
            payment: BILL's payment.
            vendor_id: Intacct's id of its vendor.

        Raises:
            Held: A bill or a credit is not there, is not the vendor's, or has not enough left.
        """
        wanted = self._wanted(payment)
        money = sum((one.money for one in wanted.values()), _ZERO)
        if money != payment["amount"] or not wanted:
            reason = f"its shares add up to {money}, the payment says {payment['amount']}"
            raise Held("unbalanced", "S-IDM-07", reason, "Extract the payment again; it was read in part.")
        return tuple(self._share(payment, bill_id, one, vendor_id) for bill_id, one in wanted.items())

    def _wanted(self, payment: Row) -> dict[str, _Wanted]:
        """Return money and credits by BILL's bill; each use of a credit once, as the credit tells it or the payment."""
        wanted: dict[str, _Wanted] = {}
        for row in self._details.get(payment["id"], []):
            wanted.setdefault(row["bill_id"], _Wanted()).money += row["amount"]
        told: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for row in self._uses.get(payment["id"], []):
            told[row["bill_id"], row["vendor_credit_id"]] += row["amount"]
        by_payment: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for row in self._credits.get(payment["id"], []):
            by_payment[row["bill_id"], row["vendor_credit_id"]] += row["amount"]
        for place, amount in by_payment.items():
            if told.setdefault(place, amount) != amount:
                reason = f"BILL says that it used {amount} of a vendor credit, and that it used {told[place]}"
                raise Held("unclear_use", "S-VCR-03", reason, "Extract credits and payments again.")
        for (bill_id, credit_id), amount in told.items():
            wanted.setdefault(bill_id, _Wanted()).credits[credit_id] = amount
        return wanted

    def _share(self, payment: Row, bill_id: str, wanted: _Wanted, vendor_id: str) -> Share:
        bill = self._document("ap_bill", bill_id, self._sources.pairs("ap_bill").get(bill_id), payment, vendor_id)
        record_no = int(bill["record_no"])
        uses = []
        for credit_id, amount in sorted(wanted.credits.items()):
            paired = credit_in_intacct(self._sources, credit_id)
            credit = self._document("vendor_credit", credit_id, paired, payment, vendor_id)
            is_adjustment = credit_id in self._sources.pairs("vendor_credit")
            uses.append(Use(int(credit["record_no"]), is_adjustment, amount))
            left = abs(credit.get("trx_total_due") or _ZERO) - self._taken[uses[-1].record_no]
            if amount > left:
                reason = f"it used {amount} of vendor credit {text(credit, 'document_no')}, of which {left} is left"
                remedy = "See on which bill Intacct used the rest; undo that, or enter this payment by hand."
                raise Held("credit_used", "S-VCR-03", reason, remedy)
        share = Share(record_no, wanted.money, tuple(uses))
        self._check_open(bill, share)
        return share

    def _check_open(self, bill: Row, share: Share) -> None:
        """Refuse to pay what is paid, with both payments shown (S-PAY-09)."""
        number = text(bill, "document_no")
        if share.money < 0 or share.total <= 0:
            reason = f"it pays {share.total} of bill {number}"
            raise Held("not_positive", "S-PAY-02", reason, "Enter it in Intacct by hand.")
        alike = self._paying_as_much(share)
        if share.money and alike:
            reason = f"{_told(alike)} pays {share.money} of bill {number} already and is nobody's pair"
            raise Held("duplicate", "S-PAY-09", reason, "Confirm the pair with `map`, or undo the wrong payment.")
        left = (bill.get("trx_total_due") or _ZERO) - self._taken[share.bill_record_no]
        if share.total > left:
            others = _told([one["payment"] for one in self._paying[share.bill_record_no]])
            reason = f"it pays {share.total} of bill {number}, of which {left} is due; paid by {others or 'no payment'}"
            remedy = "Undo the wrong payment on its side, or confirm the pair with `map`."
            raise Held("already_settled", "S-PAY-09", reason, remedy)

    def _paying_as_much(self, share: Share) -> list[Row]:
        """Return the payments in Intacct that pay as much of a bill, at once or line by line, and are nobody's pair."""
        money: dict[int, Decimal] = defaultdict(Decimal)
        payments: dict[int, Row] = {}
        for one in self._paying[share.bill_record_no]:
            number = int(one["payment_record_no"])
            money[number] += one.get("trx_payment_amount") or _ZERO
            payments[number] = one["payment"]
        return [payments[number] for number in money if number not in self._paired and money[number] == share.money]

    def _document(self, name: str, source_id: str, paired: Row | None, payment: Row, vendor_id: str) -> Row:
        """Return the bill or credit of Intacct that stands for one of BILL's."""
        if paired is None:
            raise self._absent(name, source_id)
        self._check_settled_down(name, source_id)
        word, number = PUSHED[name].word, text(paired, "document_no")
        check_changeable(self._context, PUSHED[name], paired)
        if name == "vendor_credit" and (NEGATIVE_BILLS, str(paired["record_no"])) in self._context.quarantined:
            reason = f"a newer copy of Intacct's negative bill {paired['record_no']} is in quarantine"
            raise Held("quarantined", "S-ERR-41", reason, "Correct in Intacct what the quarantine names, then sync.")
        if text(paired, "vendor_id") != vendor_id:
            reason = f"its {word} {number} is of vendor {paired['vendor_id']} in Intacct, it pays {vendor_id}"
            raise Held("other_vendor", "S-PAY-02", reason, "Correct the vendor on the wrong side.")
        if text(paired, "currency") != text(payment, "currency"):
            reason = f"it is in {payment['currency']}, Intacct's {word} {number} in {paired['currency']}"
            raise Held("currency", "S-CUR-01", reason, "Enter it in Intacct by hand.")
        if text(paired, "state") == "Selected":
            reason = f"another payment of {word} {number} waits for approval in Intacct"
            raise Held("awaiting_approval", "S-PAY-07", reason, "Approve or decline that one in Intacct.")
        if text(paired, "state") not in _SETTLEABLE:
            reason = f"Intacct's {word} {number} is {text(paired, 'state')}, and so cannot be settled"
            raise Held("not_posted", "S-PAY-02", reason, f"Post the {word} in Intacct, or undo the payment in BILL.")
        return paired

    def _check_settled_down(self, name: str, source_id: str) -> None:
        """Refuse what is about to change in Intacct; what is held, but stands there, may be settled (S-PUR-05)."""
        decision = self._context.decisions.get((name, source_id))
        mover = self._context.in_hand.get((name, source_id)) or (decision if isinstance(decision, Item) else None)
        if mover is not None:
            raise Held("waits", "S-PAY-02", f"it waits for {mover.label}, which goes first", _NEXT_SYNC, source_id)

    def _absent(self, name: str, source_id: str) -> Held:
        """Say why a bill or a credit is not in Intacct: on its way, held itself, or not known at all."""
        try:
            self._check_settled_down(name, source_id)
        except Held as waits:
            return waits
        decision = self._context.decisions.get((name, source_id))
        if isinstance(decision, Hold):
            reason = f"it waits for {decision.label}, which is held: {decision.reason}"
            return Held(decision.kind, decision.rule, reason, decision.remedy, held_by=source_id)
        word = PUSHED[name].word
        reason = f"Intacct does not have its {word} {source_id}"
        remedy = f"Restore the {word} in BILL, or enter the payment in Intacct by hand."
        return Held("missing_reference", "S-PAY-02", reason, remedy)


def _told(payments: Sequence[Row]) -> str:
    """Name payments of Intacct so that a person finds them."""
    named = {
        int(row["record_no"]): f"{text(row, 'document_no') or 'payment'} #{row['record_no']} of {row['payment_date']}"
        for row in payments
    }
    return ", ".join(name for _, name in sorted(named.items()))
