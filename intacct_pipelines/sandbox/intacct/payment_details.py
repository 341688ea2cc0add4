"""The details of a payment: which line is paid, with money or with which line of a credit, and what that posts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.intacct.adjustments import ADJUSTMENT
from intacct_pipelines.sandbox.intacct.bills import BILL
from intacct_pipelines.sandbox.intacct.documents import ZERO, Form, fill
from intacct_pipelines.sandbox.intacct.open_items import OpenItem, OpenLine
from intacct_pipelines.sandbox.intacct.posting import Coding, Entry
from intacct_pipelines.sandbox.intacct.values import round_amount
from intacct_pipelines.sandbox.ledger import AP_ACCOUNT, CREDIT, DEBIT, EXCHANGE_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from intacct_pipelines.sandbox.intacct.state import Row, State

TARGETS: Final = (
    # key of what is paid, of its line, kind of document
    ("RECORDKEY", "ENTRYKEY", BILL),
    ("POSADJKEY", "POSADJENTRYKEY", ADJUSTMENT),
)
SOURCES: Final = (
    # key of the credit, of its line, amount, kind of document
    ("ADJUSTMENTKEY", "ADJUSTMENTENTRYKEY", "TRX_ADJUSTMENTAMOUNT", ADJUSTMENT),
    ("INLINEKEY", "INLINEENTRYKEY", "TRX_INLINEAMOUNT", BILL),
)


@dataclass(frozen=True, slots=True)
class Share:
    """What a payment does to one line: pays it with money, or with a line of a credit."""

    target: OpenItem
    line: str
    amount: Decimal
    """Positive; negative for a negative line of a bill that is paid as a whole."""
    credit: OpenItem | None = None
    credit_line: str = ""


def pairs(target: OpenItem, paid: Sequence[OpenLine], credit: OpenItem, used: Sequence[OpenLine]) -> Iterator[Share]:
    """Match lines that are paid with lines of a credit that pay them; both add up to the same amount.

    Lines of the other sign come first: they give the credit more to pay the others with.
    """
    left = {line.number: -line.due for line in used}
    total = sum(left.values(), ZERO)
    for line in sorted(paid, key=lambda line: line.due * total > 0):
        due = line.due
        for number, part in left.items():
            taken = part if abs(due) > abs(part) and due * total > 0 else due
            if taken:
                yield Share(target, line.number, taken, credit, number)
                due -= taken
                left[number] -= taken
            if not due:
                break


def apply(share: Share, sign: int, day: str) -> None:
    """Settle both sides of a share, or with ``sign`` -1 open them again, on a day as ``mm/dd/yyyy``."""
    share.target.settle(share.line, share.amount * sign, day)
    if share.credit is not None:
        share.credit.settle(share.credit_line, -share.amount * sign, day)


def detail_row(state: State, payment: Row, share: Share) -> Row:
    """The detail as a new row."""
    payments, details = state.tables["APPYMT"], state.tables["APPYMTDETAIL"]
    detail = details.blank()
    key, entry_key = next((key, entry) for key, entry, form in TARGETS if form is share.target.form)
    values = {
        "RECORDNO": state.new_number(details),
        "PAYMENTKEY": payments.get(payment, "RECORDNO"),
        key: share.target.number,
        entry_key: share.line,
        "CURRENCY": payments.get(payment, "CURRENCY"),
        "PAYMENTDATE": payments.get(payment, "WHENCREATED"),
        "STATE": payments.get(payment, "RAWSTATE"),
        "WHENMODIFIED": payments.get(payment, "WHENMODIFIED"),
    }
    if share.credit is None:
        values["TRX_PAYMENTAMOUNT"] = str(share.amount)
        values["PAYMENTAMOUNT"] = str(_base(state, payment, share.amount))
    else:
        source = next(source for source in SOURCES if source[3] is share.credit.form)
        values |= {source[0]: share.credit.number, source[1]: share.credit_line, source[2]: str(share.amount)}
    fill(details, detail, values)
    detail[details.owner_at] = payment[payments.owner_at]
    detail[details.stamp_at] = payment[payments.stamp_at]
    return detail


def shares_of(state: State, details: Iterable[Row]) -> Iterator[Share]:
    """Stored details as shares; those of one document have one open item."""
    items: dict[tuple[str, str], OpenItem] = {}

    def item(form: Form, number: str) -> OpenItem:
        table = state.tables[form.header]
        key = (form.header, number)
        if key not in items:
            items[key] = OpenItem(state, form, table.rows[int(number)])
        return items[key]

    get = state.tables["APPYMTDETAIL"].get
    for detail in details:
        key, entry_key, form = next(way for way in TARGETS if get(detail, way[0]))
        target, line = item(form, get(detail, key)), get(detail, entry_key)
        source = next((source for source in SOURCES if get(detail, source[0])), None)
        if source is None:
            yield Share(target, line, Decimal(get(detail, "TRX_PAYMENTAMOUNT")))
        else:
            credit = item(source[3], get(detail, source[0]))
            yield Share(target, line, Decimal(get(detail, source[2])), credit, get(detail, source[1]))


class PaymentEntries:
    """Collects the debits and credits of a payment, share by share, before each is settled.

    Money relieves payables at the document's rate and leaves the bank at the payment's; what lies between is a
    realised gain or loss. A credit stands against payables already: only such a difference is posted.

    Args:
        state: The company.
        payment: The payment.
        bank_account: The general-ledger account that it is drawn on; empty if only credits pay.
    """

    def __init__(self, state: State, payment: Row, bank_account: str) -> None:
        self._state = state
        self._payment = payment
        self._bank_account = bank_account
        self._sums: dict[tuple[int, str, Coding], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])

    def add(self, share: Share) -> None:
        """Add what one share posts."""
        coding = self.coding(share.target, share.line)
        relieved = share.target.base_of(share.line, share.amount)
        if share.credit is None:
            left = _base(self._state, self._payment, share.amount)
            self._add(DEBIT, AP_ACCOUNT, coding, share.amount, relieved)
            self._add(CREDIT, self._bank_account, coding, share.amount, left)
            self._add(CREDIT, EXCHANGE_ACCOUNT, coding, ZERO, relieved - left)
            return
        used = -share.credit.base_of(share.credit_line, -share.amount)
        if relieved != used:
            self._add(DEBIT, AP_ACCOUNT, coding, share.amount, relieved)
            self._add(CREDIT, AP_ACCOUNT, coding, share.amount, used)
            self._add(CREDIT, EXCHANGE_ACCOUNT, coding, ZERO, relieved - used)

    def entries(self) -> list[Entry]:
        """What there is to post."""
        return [
            Entry(side, account_no, trx, base, coding)
            for (side, account_no, coding), (trx, base) in self._sums.items()
            if trx or base
        ]

    def coding(self, item: OpenItem, line: str) -> Coding:
        """The entity and location of a line."""
        row = item.lines.rows[int(line)]
        location = item.lines.get(row, "LOCATIONID")
        return Coding(item.row[item.table.owner_at] or self._state.entity_of_location(location), location)

    def _add(self, side: int, account_no: str, coding: Coding, trx: Decimal, base: Decimal) -> None:
        amounts = self._sums[side, account_no, coding]
        amounts[0] += trx
        amounts[1] += base


def _base(state: State, payment: Row, amount: Decimal) -> Decimal:
    payments = state.tables["APPYMT"]
    return round_amount(amount * Decimal(payments.get(payment, "EXCHANGE_RATE")), payments.get(payment, "BASECURR"))
