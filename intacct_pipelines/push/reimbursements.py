"""Reimbursements: what people laid out, entered as expense reports or as bills where the link says so (S-CRD-09).

The vendor's sync leaves them behind. One is entered once, either way, and never edited: what changes afterwards is a
person's to correct, and the reconciliation tells it.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.clients.intacct.functions import date_parts
from intacct_pipelines.domain.keys import read_source_mark
from intacct_pipelines.domain.money import format_amount
from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import UNDONE_STATES, Fields, Item, Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.bill_fields import bill_fields, dating_warnings
from intacct_pipelines.push.card_answers import CardAnswers
from intacct_pipelines.push.card_charges import reference_no
from intacct_pipelines.push.coded_lines import (
    PAYABLE,
    Coded,
    CodedLines,
    Party,
    filled_warnings,
    ledger_effect,
)
from intacct_pipelines.push.documents import check_readable, hold_of, key_of, marked_text, posting_day
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from decimal import Decimal

    from intacct_pipelines.push.coded_lines import Line
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row

OBJECTS: Final = ("reimbursement_report", "reimbursement_bill")
EMPLOYEE_PAYABLE: Final = "employee payable"
"""Control account of what employees are owed."""
_RECONCILED: Final = "reimbursement"
_PLATFORM: Final = "Spend & Expense"
_RULE: Final = "S-CRD-09"
_DAYS: Final = {"intacct.expense_report": "report_date", "intacct.ap_bill": "bill_date"}
_NEAR: Final = timedelta(days=60)
"""The books may date it by its purchase, its approval or its payment."""


class ReimbursementPlanner:
    """Decides about the reimbursements of one platform account.

    Args:
        context: What every planner is told.
    """

    object_name: ClassVar[str]
    party: ClassVar[str]
    """Whose the record is in Intacct: ``employee`` or ``vendor``."""
    control: ClassVar[str]
    reads: ClassVar[tuple[str, ...]] = (
        "intacct.entity", "intacct.location", "intacct.department", "intacct.accounting_class", "intacct.gl_account",
        "intacct.expense_report", "intacct.employee", "intacct.ap_bill", "spend.reimbursement",
        "spend.reimbursement_coding", "spend.custom_field", "spend.platform_user",
    )  # fmt: skip

    def __init__(self, context: Context) -> None:
        sources = context.sources
        self._context = context
        self._sources = sources
        self._link = sources.link
        self._policy = sources.link.reimbursements
        self._pushed = PUSHED[self.object_name]
        self._coded = CodedLines(sources, _PLATFORM)
        self._answers = CardAnswers(sources, "spend.reimbursement_coding")
        self._emails = {key: fold(row.get("email")) for key, row in sources.by("spend.platform_user").items()}
        self._paired = sources.matched(_RECONCILED)
        self._marked: dict[str, str] = {}
        self._strangers: dict[tuple[str, str, str, Decimal], list[tuple[str, date]]] = defaultdict(list)
        taken = set(self._paired.values())
        for table, column in _DAYS.items():
            owner = "employee_id" if table == "intacct.expense_report" else "vendor_id"
            for row in sources.live(table):
                name = f"{table.partition('.')[2].removeprefix('ap_').replace('_', ' ')} {row['record_no']}"
                mark = read_source_mark(row.get("description"))
                if mark is not None and mark[0] == self._pushed.platform:
                    self._marked[mark[1]] = name
                if row["record_no"] not in taken and text(row, "state") not in UNDONE_STATES:
                    like = (owner, text(row, owner), text(row, "currency"), row["trx_total_entered"])
                    self._strangers[like].append((name, row[column]))

    def rows(self) -> list[Row]:
        """Return the platform's reimbursements by day."""
        rows = self._sources.live("spend.reimbursement")
        return sorted(rows, key=lambda row: (row.get("occurred_date") or date.max, row["id"]))

    def is_shown(self, decision: Decision) -> bool:
        """Return True for all that is decided."""
        return decision is not None

    def decide(self, row: Row) -> Decision:
        """Return what is to be done with a reimbursement; None if Intacct has it, or it is nobody's to pay yet."""
        is_dropped = bool(row.get("is_retired")) or text(row, "status") not in self._policy.statuses
        if row["id"] in self._paired or is_dropped or self._is_on_its_way(row):
            return None
        try:
            return self._create(row)
        except Held as held:
            return hold_of(self.object_name, row, _label(row), held)

    def _is_on_its_way(self, row: Row) -> bool:
        """Say whether it is being entered the other way, by a plan of before the setting changed."""
        return any((name, row["id"]) in self._context.in_hand for name in OBJECTS)

    def _create(self, row: Row) -> Item:
        self._check_source(row)
        party, own = self._party_of(row), self._day(row)
        self._check_alike(row, party, own)
        lines, currency = self._lines(row, party), text(row, "currency")
        posted_on = posting_day(self._context, own, [line.location_id for line in lines])
        content = self._content(row, party, lines, own, posted_on)
        key = key_of(self._link, self.object_name, row, Operation.CREATE, content)
        (text_field,) = {"description", "DESCRIPTION"} & content.keys()
        return Item(
            key=key,
            object_name=self.object_name,
            operation=Operation.CREATE,
            source_id=row["id"],
            natural_key={f"{self.party.upper()}ID": party, "RECORDID": reference_no(row["id"])},
            payload={**content, text_field: marked_text(row["id"], key, _words(row), system=self._pushed.platform)},
            source_revision=self._context.revisions.get((self.object_name, row["id"]), ""),
            amount=row["amount"],
            currency=currency,
            ledger_effect=tuple(ledger_effect(lines, currency, 1, self.control)),
            warnings=tuple(self._warnings(row, lines, own, posted_on)),
            label=_label(row),
        )

    def _check_source(self, row: Row) -> None:
        check_readable(self._context, self._pushed, row)
        if any((name, row["id"]) in self._context.posted for name in OBJECTS):
            reason = "it was entered in Intacct before and is not there any more"
            raise Held("deleted_in_intacct", "S-IDM-06", reason, "Find out who deleted it; enter it by hand.")
        if row["amount"] <= 0:
            reason = f"its amount is {row['amount']}"
            raise Held("not_positive", _RULE, reason, f"Correct it in {_PLATFORM}, or enter it in Intacct by hand.")
        if row["id"] in self._marked:
            reason = f"Intacct's {self._marked[row['id']]} names it as its source and is not its pair"
            raise Held("duplicate", "S-IDM-04", reason, "Confirm the pair with `map`, or correct the description.")
        currency, base = text(row, "currency"), self._sources.base_currency
        if currency != base:
            reason = (
                f"it is in {currency or 'no known currency'}, the entity keeps its books in {base or 'no known one'}"
            )
            raise Held("currency", "S-CUR-04", reason, "Enter it in Intacct by hand, with the rate that was paid.")

    def _party_of(self, row: Row) -> str:
        user = text(row, "user_id")
        named = self._policy.people.get(fold(user)) or self._policy.people.get(self._emails.get(user, ""), "")
        return self._known(named, self._emails.get(user, ""))

    def _known(self, named: str, email: str) -> str:
        """Return Intacct's id of a person.

        Args:
            named: The id that the link says; empty if it says none.
            email: The person's address; empty if it is not known.

        Raises:
            Held: Nobody says whose it is, or the record is not there or not in use.
        """
        raise NotImplementedError

    def _in_use(self, table: str, column: str, found: str) -> str:
        row = self._sources.by(table, column).get(found)
        if row is None or text(row, "status") not in {"active", ""}:
            word = "is not there" if row is None else f"is {row['status']}"
            reason = f"Intacct's {self.party} {found}, whose it is, {word}"
            kind = "missing_reference" if row is None else "inactive"
            raise Held(kind, _RULE, reason, "Correct `reimbursements.people`, or the record in Intacct.")
        return found

    def _day(self, row: Row) -> date:
        day: date | None = row.get("occurred_date")
        if day is None:
            raise Held("missing_field", _RULE, "it has no day", f"Give it one in {_PLATFORM}.")
        return day

    def _check_alike(self, row: Row, party: str, day: date) -> None:
        """Refuse what Intacct may have: a record without a pair, of the same person and amount, near the day."""
        like = (f"{self.party}_id", party, text(row, "currency"), row["amount"])
        near = [name for name, other in self._strangers.get(like, []) if abs(other - day) <= _NEAR]
        if near:
            reason = f"Intacct has one like it without a pair: {', '.join(sorted(near)[:3])}"
            remedy = "Confirm the pair with `map`; if it is another one, enter this by hand."
            raise Held("duplicate", "S-IDM-04", reason, remedy)

    def _lines(self, row: Row, party: str) -> list[Line]:
        self._coded.check_sum([row], row["amount"], text(row, "currency"), "reimbursement")
        words = self._answers.of(row["id"])
        words.setdefault("location", self._link.default_location)
        coded = Coded(*(words.get(name, "") for name in ("account", "department", "location", "class")))
        line = self._coded.line(1, row["amount"], coded, _words(row))
        return self._coded.of_party([line], Party(self.party, party))

    def _content(self, row: Row, party: str, lines: list[Line], own: date, posted_on: date) -> Fields:
        """Return what is sent, with the words of the reimbursement before mark and key are put to them."""
        raise NotImplementedError

    def _warnings(self, row: Row, lines: list[Line], own: date, posted_on: date) -> list[str]:
        warnings = filled_warnings(lines) + dating_warnings(own, posted_on)
        if text(row, "status") == "PAID":
            warnings.append(f"{_PLATFORM} has paid it: Intacct owes it until the payment is entered there [{_RULE}]")
        return warnings


class ReimbursementReports(ReimbursementPlanner):
    """Decides about reimbursements that become expense reports."""

    object_name = "reimbursement_report"
    party = "employee"
    control = EMPLOYEE_PAYABLE

    def _known(self, named: str, email: str) -> str:
        """Return the employee that the link names, else the one with the person's e-mail address."""
        if named:
            return self._in_use("intacct.employee", "employee_id", named)
        alike = [
            row["employee_id"]
            for row in self._sources.live("intacct.employee")
            if email and fold(row.get("email")) == email and text(row, "status") in {"active", ""}
        ]
        if len(alike) == 1:
            return str(alike[0])
        reason = f"{len(alike) or 'no'} employees of Intacct have the e-mail address of the person whose it is"
        remedy = "Name the employee in `reimbursements.people` of the platform account."
        raise Held("ambiguous" if alike else "missing_reference", _RULE, reason, remedy)

    def _content(self, row: Row, party: str, lines: list[Line], own: date, posted_on: date) -> Fields:
        """Return the arguments of ``create_expensereport``, which takes them in any order, and its lines in theirs."""
        currency = text(row, "currency")
        return {
            "employeeid": party,
            "datecreated": date_parts(own),
            "dateposted": date_parts(posted_on),
            "expensereportno": reference_no(row["id"]),
            "description": _words(row),
            "basecurr": currency,
            "currency": currency,
            "expenses": {"expense": [_expense(line, currency, own) for line in lines]},
        }


class ReimbursementBills(ReimbursementPlanner):
    """Decides about reimbursements that become bills of a person who is a vendor."""

    object_name = "reimbursement_bill"
    party = "vendor"
    control = PAYABLE
    reads = (*ReimbursementPlanner.reads, "intacct.vendor")

    def _known(self, named: str, email: str) -> str:
        """Return the vendor that the link names: an address alone never says to whom money goes."""
        del email
        if not named:
            reason = "the link does not say which vendor the person is whose it is"
            raise Held("missing_reference", _RULE, reason, "Name the vendor in `reimbursements.people`.")
        return self._in_use("intacct.vendor", "vendor_id", named)

    def _content(self, row: Row, party: str, lines: list[Line], own: date, posted_on: date) -> Fields:
        currency = text(row, "currency")
        return bill_fields(
            vendor_id=party,
            number=reference_no(row["id"]),
            dated=own,
            posted_on=posted_on,
            due_on=own,
            currency=currency,
            base=currency,
            lines=lines,
            words=_words(row),
        )

    def _warnings(self, row: Row, lines: list[Line], own: date, posted_on: date) -> list[str]:
        twice = f"if the vendor's sync carries this vendor's bills to BILL, it may be paid there once more [{_RULE}]"
        return [*super()._warnings(row, lines, own, posted_on), twice]


def _expense(line: Line, currency: str, day: date) -> Fields:
    """Return a line as ``expense`` takes it, in its order."""
    fields: Fields = {
        "glaccountno": line.account_no,
        "amount": format_amount(line.amount, currency),
        "expensedate": date_parts(day),
    }
    for name, value in (
        ("memo", line.description),
        ("locationid", line.location_id),
        ("departmentid", line.department_id),
        ("employeeid", line.party.id),
        ("classid", line.class_id),
    ):
        if value:
            fields[name] = value
    return fields


def _words(row: Row) -> str:
    """Return what it was for; the person's own note may hold anything and is not sent."""
    return text(row, "merchant_name") or text(row, "reimbursement_type").replace("_", " ").capitalize()


def _label(row: Row) -> str:
    return f"reimbursement {_words(row) or row['id']} of {row.get('occurred_date') or 'no day'}"
