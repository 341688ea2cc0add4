"""Coded lines: a document's lines in Intacct's words, checked, as sent, and what they do to the ledger."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from intacct_pipelines.domain.link import Form1099, Reporting
from intacct_pipelines.domain.money import format_amount
from intacct_pipelines.domain.push import LedgerLine
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.sources import Row, Sources


PAYABLE: Final = "accounts payable"
"""Control account of what vendors are owed."""

_FILLED: Final = {"department": "department_id", "class": "class_id"}
"""Dimensions that the link may give a line without one, where its account requires it; a location has its own rule."""
_DIMENSIONS: Final = {
    "department": ("S-DEP-01", "departments"),
    "class": ("S-CLS-01", "classes"),
    "location": ("S-LOC-01", "locations"),
}
"""Dimension of a line → the rule by which it travels, and the link's setting that maps it."""
_NOT_CODED: Final = ("project", "task", "customer", "vendor", "employee", "item", "contract", "warehouse")
"""Further dimensions that an account may require."""


class Party(NamedTuple):
    """Whom a document is of, as a dimension of its lines."""

    dimension: str
    """``vendor``, ``customer`` or ``employee``; empty where it is nobody's."""
    id: str


NOBODY: Final = Party("", "")


class Filled(NamedTuple):
    """A dimension that a line did not have and got, because an account requires it."""

    dimension: str
    id: str
    rule: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line in Intacct's words; ids are empty where there is none.

    Args:
        amount: In the document's currency.
        account_no: Account.
        department_id: Department.
        location_id: Location.
        class_id: Class.
        description: Free text.
        party: Whom the document is of, where the account requires it of the line.
        filled: What it got because an account requires it.
        label: Account label that is sent in place of the account's number; empty if the number is (S-COA-02).
        form_1099: What it counts for on form 1099, or that it does not; None if nothing is said of it (S-BP-04).
    """

    amount: Decimal
    account_no: str
    department_id: str
    location_id: str
    class_id: str
    description: str
    party: Party = NOBODY
    filled: tuple[Filled, ...] = field(default=(), compare=False)
    label: str = ""
    form_1099: Form1099 | Reporting | None = None

    @property
    def coding(self) -> tuple[Decimal, str, str, str, str]:
        """What makes two lines equal: all but the free text."""
        return (self.amount, self.account_no, self.department_id, self.location_id, self.class_id)


class Coded(NamedTuple):
    """What a line is coded to, in Intacct's words: empty where it names nothing, None where that has no counterpart."""

    account_no: str | None
    department_id: str | None
    location_id: str | None
    class_id: str | None


class CodedLines:
    """Translates the lines of one link's documents.

    Args:
        sources: The rows.
        platform: What people call the platform.
    """

    reads: ClassVar[tuple[str, ...]] = (
        "intacct.entity", "intacct.location", "intacct.department", "intacct.accounting_class", "intacct.gl_account",
        "bill.gl_account", "bill.department", "bill.location", "bill.accounting_class", "bill.ap_term",
    )  # fmt: skip

    def __init__(self, sources: Sources, platform: str = "BILL") -> None:
        self._sources = sources
        self._platform = platform
        self._link = sources.link
        self._accounts = sources.by("intacct.gl_account", "account_no")
        self._departments = sources.by("intacct.department", "department_id")
        self._classes = sources.by("intacct.accounting_class", "class_id")

    def translate(self, rows: Sequence[Row], total: Decimal, currency: str, document: str) -> list[Line]:
        """Return lines in Intacct's words, proven to add up to the header.

        Args:
            rows: The platform's lines, in order.
            total: Amount of the header, in ``currency``.
            currency: ISO 4217.
            document: What the document is called, such as ``bill``.

        Raises:
            Held: A line cannot be written as it is.
        """
        self.check_sum(rows, total, currency, document)
        return [self._line(position, row) for position, row in enumerate(rows, start=1)]

    def check_sum(self, rows: Sequence[Row], total: Decimal, currency: str, document: str) -> None:
        """Refuse a document whose lines do not add up to it, or whose amounts are finer than its currency.

        Raises:
            Held: One of the two is so.
        """
        for amount in (total, *(row["amount"] for row in rows)):
            _check_amount(amount, currency, self._platform)
        added = sum((row["amount"] for row in rows), start=Decimal(0))
        if not rows or added != total:
            reason = f"its {len(rows)} lines add up to {added}, the header says {total}"
            raise Held("unbalanced", "S-IDM-07", reason, f"Correct the {document} in {self._platform}.")

    def _line(self, position: int, row: Row) -> Line:
        coding = self._sources.coding
        coded = Coded(
            coding.account_no(text(row, "gl_account_id")),
            coding.department_id(text(row, "department_id")),
            coding.location_id(text(row, "location_id")),
            coding.class_id(text(row, "class_id")),
        )
        return self.line(position, row["amount"], coded, text(row, "description"))

    def line(self, position: int, amount: Decimal, coded: Coded, description: str, *, offset_account: str = "") -> Line:
        """Return a line that Intacct takes, as far as it is coded.

        Args:
            position: Of the line, from 1.
            amount: In the document's currency.
            coded: What it is coded to.
            description: Free text.
            offset_account: Ledger account on the other side, where that is known: the line's dimensions stand on it too
                (S-CRD-04).

        Raises:
            Held: What it is coded to is not there, not active, of another entity, or not all that its account requires.
        """
        account = coded.account_no
        if not account:
            word = "an account without counterpart in Intacct" if account is None else "no account"
            remedy = f"Code the line in {self._platform}, or map the account in `accounts` of the link."
            raise Held("missing_account", "S-BP-12", f"line {position} has {word}", remedy)
        account_row = self._accounts.get(account)
        if account_row is None:
            reason = f"line {position}: Intacct has no account {account}"
            raise Held("missing_account", "S-BP-12", reason, "Create the account in Intacct, or map another.")
        if account_row.get("status") not in {"active", None}:
            reason = f"line {position}: account {account} is {account_row['status']} in Intacct"
            raise Held("inactive", "S-BP-12", reason, "Activate the account, or code the line to another.")
        line = Line(
            amount=amount,
            account_no=account,
            department_id=self._dimension(position, "department", coded.department_id, self._departments),
            location_id=self._location(position, coded.location_id),
            class_id=self._dimension(position, "class", coded.class_id, self._classes),
            description=description,
        )
        self._check_located(position, account_row, line)
        line = self._filled(position, account_row, line, "S-ERR-09")
        if not offset_account:
            return line
        offset = self._accounts.get(offset_account)
        if offset is None:
            reason = f"Intacct has no account {offset_account}, which the link names behind the card account"
            raise Held("missing_account", "S-CRD-04", reason, "Correct cards.offset_account of the platform account.")
        return self._filled(position, offset, line, "S-CRD-04")

    def of_party(self, lines: Sequence[Line], party: Party = NOBODY, *, offset_account: str = "") -> list[Line]:
        """Return lines that are to be sent, with whom they are of where an account requires it.

        Args:
            lines: The lines, in order.
            party: Whom the document is of.
            offset_account: As in ``line``.

        Raises:
            Held: An account requires a dimension that is not sent.
        """
        offset = self._accounts.get(offset_account, {})
        return [self._of_party(at, line, party, offset) for at, line in enumerate(lines, start=1)]

    def _of_party(self, position: int, line: Line, party: Party, offset: Row) -> Line:
        for account, rule in ((self._accounts[line.account_no], "S-ERR-09"), (offset, "S-CRD-04")):
            for name in _NOT_CODED:
                if not account.get(f"is_{name}_required"):
                    continue
                if name != party.dimension:
                    word = f"an {name}" if name[0] in "aeiou" else f"a {name}"
                    reason = f"line {position}: account {account['account_no']} requires {word}, which is not sent"
                    remedy = "Enter it in Intacct by hand, or let the account require it no more."
                    raise Held("missing_dimension", rule, reason, remedy)
                line = replace(line, party=party)
        return line

    def _dimension(self, position: int, name: str, found: str | None, known: Mapping[str, Row]) -> str:
        rule, setting = _DIMENSIONS[name]
        if found is None or (found and found not in known):
            reason = f"line {position}: its {name} {found or ''} has no counterpart in Intacct".replace("  ", " ")
            raise Held(
                "missing_reference", rule, reason, f"Create it in Intacct, or map it in `{setting}` of the link."
            )
        if found and known[found].get("status") not in {"active", None}:
            reason = f"line {position}: {name} {found} is {known[found]['status']} in Intacct"
            raise Held("inactive", rule, reason, f"Activate the {name}, or code the line to another.")
        return found

    def _location(self, position: int, found: str | None) -> str:
        entity = self._link.entity.entity_id
        owner = self._sources.entity_of_location(found or "")
        if entity and found and owner not in {"", entity}:
            reason = f"line {position}: location {found} belongs to entity {owner}, the link to {entity}"
            raise Held("other_entity", "S-CFG-19", reason, "Code the line to a location of the link's entity.")
        return self._dimension(position, "location", found, self._sources.places)

    def _check_located(self, position: int, account: Row, line: Line) -> None:
        top_level = not self._link.entity.entity_id
        if not line.location_id and (top_level or account.get("is_location_required")):
            reason = f"line {position} has no location"
            raise Held(
                "missing_dimension",
                "S-CFG-20",
                reason,
                f"Code a location in {self._platform}, or set default_location.",
            )

    def _filled(self, position: int, account: Row, line: Line, rule: str) -> Line:
        """Return a line with the dimensions that an account requires, from the link where the line has none."""
        if not line.location_id and account.get("is_location_required"):
            reason = f"line {position}: account {account['account_no']} requires a location"
            remedy = f"Code a location in {self._platform}, or set default_location."
            raise Held("missing_dimension", rule, reason, remedy)
        for name, column in _FILLED.items():
            if not account.get(f"is_{name}_required") or getattr(line, column):
                continue
            given = self._link.where_required.get(name, "")
            if not given:
                reason = f"line {position}: account {account['account_no']} requires a {name}"
                remedy = f"Code a {name} in {self._platform}, or name one in where_required."
                raise Held("missing_dimension", rule, reason, remedy)
            known = self._departments if name == "department" else self._classes
            found = self._dimension(position, name, given, known)
            line = replace(line, department_id=found) if name == "department" else replace(line, class_id=found)
            line = replace(line, filled=(*line.filled, Filled(name, found, rule)))
        return line


def filled_warnings(lines: Iterable[Line]) -> list[str]:
    """Return what to tell of lines that got a dimension because an account requires it."""
    counts = Counter(filled for line in lines for filled in line.filled)
    return [
        f"{count} lines take {filled.dimension} {filled.id}, because an account requires one [{filled.rule}]"
        for filled, count in sorted(counts.items())
    ]


def _check_amount(amount: Decimal, currency: str, platform: str) -> None:
    try:
        format_amount(amount, currency)
    except ValueError as error:
        raise Held("amount", "S-IDM-07", str(error), f"Correct the amount in {platform}.") from error


def line_fields(line: Line, currency: str, line_no: int | None) -> Fields:
    """Return a line as it is sent; with ``line_no`` it takes the place of the line there.

    What is not sent stays as it was, so such a line also says what it has not.
    """
    fields: Fields = {} if line_no is None else {"LINE_NO": str(line_no)}
    fields["ACCOUNTLABEL" if line.label else "ACCOUNTNO"] = line.label or line.account_no
    fields["TRX_AMOUNT"] = format_amount(line.amount, currency)
    for name, value in (
        ("ENTRYDESCRIPTION", line.description),
        ("LOCATIONID", line.location_id),
        ("DEPARTMENTID", line.department_id),
        (f"{line.party.dimension.upper()}ID", line.party.id),
        ("CLASSID", line.class_id),
    ):
        if value or (line_no is not None and name != "ID"):
            fields[name] = value
    if isinstance(line.form_1099, Form1099):
        return fields | {"FORM1099": "true", "FORM1099TYPE": line.form_1099.form, "FORM1099BOX": line.form_1099.box}
    return fields if line.form_1099 is None else {**fields, "FORM1099": "false"}


def line_arguments(line: Line, currency: str, *, sign: int = 1) -> Fields:
    """Return a line as the functions of an object's own take it, in the order of their ``lineitem``.

    Args:
        line: The line.
        currency: ISO 4217.
        sign: 1, or -1 where the function wants the other sign.
    """
    account = {"accountlabel": line.label} if line.label else {"glaccountno": line.account_no}
    fields: Fields = {**account, "amount": format_amount(sign * line.amount, currency)}
    for name, value in (
        ("memo", line.description),
        ("locationid", line.location_id),
        ("departmentid", line.department_id),
        (f"{line.party.dimension}id", line.party.id),
        ("classid", line.class_id),
    ):
        if value:
            fields[name] = value
    return fields


def intacct_line(row: Row) -> Line:
    """Return a stored line of Intacct."""
    return Line(
        amount=row["trx_amount"],
        account_no=text(row, "account_no"),
        department_id=text(row, "department_id"),
        location_id=text(row, "location_id"),
        class_id=text(row, "class_id"),
        description=text(row, "description"),
    )


def ledger_effect(lines: list[Line], currency: str, sign: int, control: str) -> list[LedgerLine]:
    """Return what lines do to the ledger, or with ``sign`` -1 what taking them back does.

    Args:
        lines: What stands against the control account; a positive amount is a debit.
        currency: ISO 4217.
        sign: 1 or -1.
        control: Name of the control account, which Intacct chooses itself.
    """
    moves = [(line.account_no, sign * line.amount) for line in lines]
    total = sum((amount for _, amount in moves), start=Decimal(0))
    if total:
        moves.append((control, -total))
    return [
        LedgerLine("debit" if amount > 0 else "credit", account, abs(amount), currency)
        for account, amount in moves
        if amount
    ]
