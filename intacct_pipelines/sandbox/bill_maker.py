"""Makes one entity's bills: ordinary ones, which agree in both systems, and planted differences."""

from __future__ import annotations

from bisect import bisect
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import cycle
from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.money import minor_unit_digits
from intacct_pipelines.sandbox import names
from intacct_pipelines.sandbox.business import Bill, Entity, Line, Vendor
from intacct_pipelines.sandbox.chart import ACCOUNTS, CLASSES, DEPARTMENTS, TERMS
from intacct_pipelines.sandbox.rates import exchange_rate, usd_rate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from intacct_pipelines.sandbox.dice import Dice

DIFFERENCES: Final = {
    # Most telling first: a company with few bills gets the first ones only. The figure is the share of all bills.
    "only_in_bill": 0.012,  # approved, may be pushed
    "new_vendor": 0.004,  # approved, may be pushed after its vendor, which Intacct does not know
    "not_yet_approved": 0.02,  # waits for approval, or was denied (S-APR-02)
    "approved_yesterday": 0.002,  # in flight (S-SCH-04)
    "edited_in_bill": 0.003,  # amount differs, unpaid: update in place (S-BIL-08)
    "closed_period": 0.002,  # approved, but dated in closed books
    "inactive_vendor": 0.002,  # approved, but Intacct's vendor is inactive
    "missing_dimension": 0.002,  # approved, but a line lacks a department that its account requires
    "over_ten_million_unposted": 0.0004,  # approved, only in BILL (S-BIL-07)
    "unmapped_1099": 0.002,  # approved, but its vendor is a 1099 vendor without form and box (S-BP-03)
    "over_ten_million": 0.0004,  # arrived in Intacct as 0 without a value (S-BIL-07)
    "edited_in_intacct": 0.003,  # amount differs (S-BIL-11)
    "recoded": 0.003,  # a line has another department in Intacct
    "redated": 0.003,  # bill date and due date differ
    "only_in_intacct_paid": 0.03,  # paid before it could reach BILL (S-BIL-02)
    "only_in_intacct": 0.003,  # unpaid, and yet not in BILL
    "paid_in_intacct": 0.003,  # BILL still sees it open
    "entered_twice": 0.002,  # BILL holds the same invoice a second time
    "po_born": 0.02,  # from a purchase order in Intacct (S-PUR-05); agrees
    "duplicate_name": 0.005,  # agrees, but its vendor shares a name with another (S-VEN-03)
}
_MOST_APPROVED_YESTERDAY: Final = 8
"""Bills per entity; keeps the last day's changes few in a company of any size."""
_TEN_MILLION: Final = Decimal(10_000_000)
_ONLY_IN_BILL: Final = frozenset(
    {
        "only_in_bill", "new_vendor", "not_yet_approved", "approved_yesterday", "closed_period", "inactive_vendor",
        "missing_dimension", "over_ten_million_unposted", "unmapped_1099",
    }
)  # fmt: skip
_VENDOR_FOR: Final = {
    "new_vendor": "only_in_bill",
    "inactive_vendor": "inactive_in_intacct",
    "unmapped_1099": "unmapped_1099",
    "duplicate_name": "duplicate_name",
}
"""The kind of vendor that a planted bill needs; any plain one otherwise."""
_UNAPPROVED: Final = ("ASSIGNED", "APPROVING", "UNASSIGNED", "DENIED")
_CODED: Final = ("6100", "6150", "6200", "6300", "6400", "6500", "6600", "5000", "1500")
_CODED_WEIGHTS: Final = (20, 18, 10, 12, 8, 6, 10, 12, 2)
_CUMULATIVE: Final = tuple(sum(_CODED_WEIGHTS[: i + 1]) for i in range(len(_CODED_WEIGHTS)))
_LINE_COUNTS: Final = (1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5)
"""2.2 lines a bill."""
_REQUIRED: Final = {number: frozenset(requires) for number, _, _, requires in ACCOUNTS}
_DAYS: Final = dict(TERMS)
_DEPARTMENT_IDS: Final = tuple(row[0] for row in DEPARTMENTS)
_CLASS_IDS: Final = tuple(row[0] for row in CLASSES)


def planted_differences(bills: int) -> list[str]:
    """Return the differences to plant in an entity of so many bills, most telling first.

    Every kind once when there is room for all of them; else as many as half of the bills.
    """
    if bills < len(DIFFERENCES):
        return list(DIFFERENCES)[: bills // 2]
    planted: list[str] = []
    for difference, share in DIFFERENCES.items():
        count = max(1, round(bills * share))
        planted += [difference] * (
            min(count, _MOST_APPROVED_YESTERDAY) if difference == "approved_yesterday" else count
        )
    return planted


class BillMaker:
    """Makes bills of one entity.

    Args:
        dice: Where chance comes from.
        entity: Whose bills.
        vendors: The entity's own vendors.
        shared: Vendors of the top level.
        keys: Gives each bill its key.
    """

    def __init__(
        self, dice: Dice, entity: Entity, vendors: Sequence[Vendor], shared: Sequence[Vendor], keys: Iterator[int]
    ) -> None:
        self._dice = dice
        self._entity = entity
        self._keys = keys
        self._ordinary = tuple(v for v in (*vendors, *shared) if not v.difference or v.difference == "non_ascii")
        self._plain = tuple(v for v in self._ordinary if not v.is_1099)
        self._of_kind = {
            kind: tuple(v for v in vendors if v.difference == kind) or self._plain for kind in _VENDOR_FOR.values()
        }
        self._rates: dict[tuple[str, int, int], Decimal] = {}
        self._touched_yesterday = False
        self._unapproved = cycle(_UNAPPROVED)
        self._names_order = cycle((False, True, False))
        self._closed_through = entity.closed_through or dice.first_day

    def ordinary(self) -> Bill:
        """A bill on which both systems agree."""
        dice = self._dice
        vendor = self._ordinary[int(len(self._ordinary) * dice.share() ** 1.5)]
        bill = self._bill(vendor, dice.day(dice.first_day, dice.last_bill_day), "")
        paid, state = self._payment(bill)
        bill = replace(bill, paid=paid, intacct_state=state) if paid else bill
        if not self._touched_yesterday:
            # One fresh change in Intacct an entity: the newest day of a company of any size holds few rows.
            self._touched_yesterday = True
            bill = replace(bill, intacct_modified_at=dice.late_yesterday())
        return bill

    def planted(self, difference: str, ordinary: Sequence[Bill]) -> Bill:
        """A bill that shows one planted difference.

        Args:
            difference: One of `DIFFERENCES`.
            ordinary: Bills that exist already; one of them is what `entered_twice` repeats.
        """
        dice = self._dice
        if difference == "entered_twice" and ordinary:
            return self._second_entry(dice.choice(ordinary))
        pool = self._of_kind[_VENDOR_FOR[difference]] if difference in _VENDOR_FOR else self._plain
        first_open = max(self._closed_through + timedelta(days=1), dice.last_bill_day - timedelta(days=40))
        bill_date = dice.day(first_open, dice.last_bill_day)
        if difference == "closed_period":
            bill_date = dice.day(max(dice.first_day, self._closed_through - timedelta(days=60)), self._closed_through)
        bill = self._bill(dice.choice(pool), bill_date, difference)
        if difference in _ONLY_IN_BILL:
            return self._waiting(bill)
        return self._differing(bill)

    def _bill(self, vendor: Vendor, bill_date: date, difference: str) -> Bill:
        dice = self._dice
        key = next(self._keys)
        number = f"{vendor.name[:2].upper() if vendor.name[:2].isalpha() else 'IN'}-{1000 + key}"
        created = dice.instant(bill_date, bill_date + timedelta(days=4))
        modified = dice.later(created)
        return Bill(
            key=key,
            entity_id=self._entity.entity_id,
            vendor_key=vendor.key,
            number=number,
            bill_date=bill_date,
            due_date=bill_date + timedelta(days=_DAYS[vendor.term]),
            gl_posting_date=bill_date,
            currency=vendor.currency,
            exchange_rate=self._rate(vendor.currency, bill_date),
            lines=self._lines(vendor.currency),
            description=dice.choice(names.WORK) if dice.share() < 0.6 else "",  # noqa: PLR2004  # share with a text
            po_number="",
            approval_status="APPROVED",
            paid=Decimal(0),
            in_intacct=True,
            in_bill=True,
            intacct_state="Posted",
            intacct_changes={},
            bill_changes={},
            created_at=created,
            intacct_modified_at=modified,
            bill_modified_at=modified + timedelta(seconds=int(dice.share() * 600)),
            bill_id=dice.identifier("00n"),
            difference=difference,
        )

    def _rate(self, currency: str, day: date) -> Decimal:
        key = (currency, day.year, day.month)
        if key not in self._rates:
            self._rates[key] = exchange_rate(currency, self._entity.currency, day)
        return self._rates[key]

    def _lines(self, currency: str) -> tuple[Line, ...]:
        lines = [self._line(self._amount(currency)) for _ in range(self._dice.choice(_LINE_COUNTS))]
        if len(lines) > 1 and self._dice.share() < 0.03:  # noqa: PLR2004  # share of bills with a discount line
            discount = (lines[0].amount / 10).quantize(lines[0].amount)
            lines[-1] = replace(lines[-1], amount=-discount or lines[-1].amount, description="Discount")
        return tuple(lines)

    def _amount(self, currency: str) -> Decimal:
        """Most often some hundred dollars' worth, never more than 40,000."""
        digits = minor_unit_digits(currency)
        dollars = min(self._dice.random.lognormvariate(5.6, 1.1) + 5, 40_000)
        return Decimal(int(dollars / float(usd_rate(currency)) * 10**digits)).scaleb(-digits)

    def _line(self, amount: Decimal) -> Line:
        dice = self._dice
        account = _CODED[bisect(_CUMULATIVE, dice.share() * _CUMULATIVE[-1])]
        required = _REQUIRED[account]
        department = "department" in required or dice.share() < 0.5  # noqa: PLR2004  # share of lines
        accounting_class = "class" in required or dice.share() < 0.25  # noqa: PLR2004  # share of lines
        return Line(
            amount=amount,
            account_no=account,
            department_id=dice.choice(_DEPARTMENT_IDS) if department else "",
            location_id=dice.choice(self._entity.location_ids),
            class_id=dice.choice(_CLASS_IDS) if accounting_class else "",
            description=dice.choice(names.WORK),
        )

    def _payment(self, bill: Bill) -> tuple[Decimal, str]:
        """How much of an ordinary bill is paid, and Intacct's word for it: the older, the likelier."""
        age_days = (self._dice.today - bill.due_date).days
        share = self._dice.share()
        if bill.total <= 0 or share > min(max(age_days + 30, 0) / 100, 0.96):
            return Decimal(0), "Posted"
        if share < 0.04:  # noqa: PLR2004  # share of bills paid in part
            half = (bill.total / 2).quantize(bill.lines[0].amount)
            return (half, "Partially Paid") if 0 < half < bill.total else (Decimal(0), "Posted")
        return bill.total, "Paid"

    def _waiting(self, bill: Bill) -> Bill:
        """A bill that only BILL has, ready to be pushed or held for the reason that its difference names."""
        dice = self._dice
        bill = replace(bill, in_intacct=False, intacct_state="")
        first = bill.lines[0]
        if bill.difference == "only_in_bill" and next(self._names_order):
            # Typed into BILL, though its purchase order stands open in Intacct (S-PUR-03).
            return replace(bill, po_number=f"PO-{30000 + bill.key}")
        if bill.difference == "not_yet_approved":
            return replace(bill, approval_status=next(self._unapproved))
        if bill.difference == "approved_yesterday":
            return replace(bill, bill_modified_at=dice.late_yesterday())
        if bill.difference == "missing_dimension":
            return replace(bill, lines=(replace(first, account_no="6300", department_id=""), *bill.lines[1:]))
        if bill.difference == "over_ten_million_unposted":
            return replace(bill, lines=(replace(first, amount=first.amount + _TEN_MILLION), *bill.lines[1:]))
        return bill

    def _differing(self, bill: Bill) -> Bill:
        """A bill that both systems have, or only Intacct."""
        if bill.difference in {"edited_in_bill", "edited_in_intacct", "recoded", "redated"}:
            return self._edited(bill)
        match bill.difference:
            case "over_ten_million":
                first = bill.lines[0]
                lines = (replace(first, amount=first.amount + _TEN_MILLION), *bill.lines[1:])
                nothing = tuple(replace(line, amount=line.amount * 0) for line in lines)
                return replace(bill, lines=lines, intacct_changes={"lines": nothing}, intacct_state="No Value")
            case "paid_in_intacct":
                return replace(bill, intacct_changes={"paid": bill.total}, intacct_state="Paid")
            case "only_in_intacct_paid" | "only_in_intacct":
                paid = bill.difference == "only_in_intacct_paid"
                bill = replace(bill, in_bill=False)
                return replace(bill, paid=bill.total, intacct_state="Paid") if paid else bill
            case "po_born":
                return replace(bill, po_number=f"PO-{20000 + bill.key}")
        return bill

    def _edited(self, bill: Bill) -> Bill:
        """A bill that somebody changed on one side after both had it."""
        first = bill.lines[0]
        edited_at = self._edit_time(bill)
        if bill.difference == "edited_in_bill":
            return replace(bill, bill_changes={"lines": self._raised(bill)}, bill_modified_at=edited_at)
        if bill.difference == "redated":
            dates = {"bill_date": bill.bill_date + timedelta(days=1), "due_date": bill.due_date + timedelta(days=14)}
            return replace(bill, bill_changes=dict(dates), bill_modified_at=edited_at)
        lines = self._raised(bill)
        if bill.difference == "recoded":
            department = next(d for d in _DEPARTMENT_IDS if d != first.department_id)
            lines = (replace(first, department_id=department), *bill.lines[1:])
        return replace(bill, intacct_changes={"lines": lines}, intacct_modified_at=edited_at)

    def _raised(self, bill: Bill) -> tuple[Line, ...]:
        """The lines with the first amount one tenth higher, and at least one unit."""
        first = bill.lines[0]
        raised = first.amount + max((first.amount / 10).quantize(first.amount), Decimal(1))
        return (replace(first, amount=raised), *bill.lines[1:])

    def _edit_time(self, bill: Bill) -> datetime:
        return self._dice.later(max(bill.intacct_modified_at, bill.bill_modified_at))

    def _second_entry(self, original: Bill) -> Bill:
        """The same invoice, typed into BILL once more."""
        modified = self._edit_time(original)
        return replace(
            original,
            key=next(self._keys),
            in_intacct=False,
            intacct_state="",
            paid=Decimal(0),
            created_at=modified,
            intacct_modified_at=modified,
            bill_modified_at=modified,
            bill_id=self._dice.identifier("00n"),
            difference="entered_twice",
        )
