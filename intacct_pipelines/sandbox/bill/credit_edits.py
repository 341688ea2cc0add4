"""Creating and changing vendor credits and credit memos of an organisation from request bodies."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from math import prod
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from intacct_pipelines.domain.money import minor_unit_digits
from intacct_pipelines.sandbox.bill.bodies import instead, object_of, text_of
from intacct_pipelines.sandbox.bill.payload import invalid, refusal, to_amount, to_date
from intacct_pipelines.sandbox.bill.payments import credit_status
from intacct_pipelines.sandbox.bill.records import CODES, CODES_OF_PAYABLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from intacct_pipelines.sandbox.bill.organization import Organization


class _Kind(NamedTuple):
    """What the two have of their own."""

    id_prefix: str
    line_prefix: str
    party: str
    parties: str
    currency: str
    lines: str
    line: frozenset[str]
    codes: Mapping[str, str]


_KINDS: Final = {
    "vendor-credits": _Kind(
        "vcr",
        "vcl",
        "vendorId",
        "vendors",
        "billCurrency",
        "vendorCreditLineItems",
        frozenset({"description", "amount", "classifications"}),
        CODES_OF_PAYABLES,
    ),
    "credit-memos": _Kind(
        "0cm",
        "cml",
        "customerId",
        "customers",
        "invoiceCurrency",
        "creditMemoLineItems",
        frozenset({"description", "price", "quantity", "taxable", "classifications"}),
        CODES,
    ),
}
_HEADER: Final = frozenset({"referenceNumber", "creditDate", "description"})
_MOST_LINES: Final = 1_000


class CreditEditor:
    """Makes and changes credits by bodies; nothing is stored when anything in a body is refused.

    That a credit of which something is used is not changed any more is not documented; this twin refuses it, as it
    does one that is archived, with codes of its own.

    Args:
        organization: What has the credits.
        now: The instant to write down.
    """

    def __init__(self, organization: Organization, now: datetime) -> None:
        self._organization = organization
        self._now = now

    def create(self, name: str, body: Any) -> dict[str, Any]:
        """A new credit, not yet stored; nothing of it is used.

        Args:
            name: ``vendor-credits`` or ``credit-memos``.
            body: As sent.

        Raises:
            BillError: The body is refused.
        """
        kind = _KINDS[name]
        told = self._told(kind, _whole(kind, body), set())
        total = told["amount"]
        return {
            "id": self._organization.new_id(kind.id_prefix),
            "archived": False,
            **told,
            "appliedAmount": total * 0,
            "status": credit_status(total, total * 0),
            "usage": [],
            "createdTime": self._now,
            "updatedTime": self._now,
        }

    def change(self, name: str, record: dict[str, Any], body: Any, *, keep_lines: bool) -> dict[str, Any]:
        """A copy of the credit with the body's fields.

        Args:
            name: ``vendor-credits`` or ``credit-memos``.
            record: Stays as it is.
            body: PUT's, which is whole, or PATCH's, which has description and lines alone.
            keep_lines: PATCH keeps what the body does not name, PUT removes it.

        Raises:
            BillError: The body is refused, or the credit is not free any more.
        """
        kind = _KINDS[name]
        body = _with_the_rest(kind, record, body) if keep_lines else _whole(kind, body)
        if record["archived"]:
            raise refusal(400, "SANDBOX-1425", "The credit is archived.")
        if record["appliedAmount"]:
            raise refusal(400, "SANDBOX-1426", "The credit has been used.")
        there = {line["id"] for line in record[kind.lines]}
        return {**record, **self._told(kind, body, there), "updatedTime": self._now}

    def _told(self, kind: _Kind, body: dict[str, Any], there: set[str]) -> dict[str, Any]:
        """What a whole body says of a credit, whose lines so far have the ids ``there``."""
        wrong: list[str] = []
        named = body[kind.party]
        party = self._organization.collections[kind.parties].get(named) if isinstance(named, str) else None
        if party is None:
            raise invalid([f"{kind.party}: does not exist"])
        unit = Decimal(1).scaleb(-minor_unit_digits(party.get(kind.currency, "USD")))
        lines = self._lines(kind, body[kind.lines], unit, there, wrong)
        told = {
            kind.party: party["id"],
            "referenceNumber": text_of(body["referenceNumber"], "referenceNumber", wrong),
            "creditDate": to_date(body["creditDate"]) or instead(wrong, "creditDate", self._now.date()),
            "description": text_of(body.get("description"), "description", wrong),
            "amount": sum((line["amount"] for line in lines), start=unit * 0),
            kind.lines: lines,
        }
        if wrong:
            raise invalid(wrong)
        return told

    def _lines(
        self, kind: _Kind, bodies: Any, unit: Decimal, there: set[str], wrong: list[str]
    ) -> list[dict[str, Any]]:
        if not isinstance(bodies, list) or len(bodies) > _MOST_LINES:
            wrong.append(f"{kind.lines}: must be a list of at most {_MOST_LINES} lines")
            return []
        lines = []
        for at, one in enumerate(bodies):
            body, where = object_of(one, kind.line | {"id"}), f"{kind.lines}[{at}]"
            line_id = body.get("id")
            if line_id is not None and (not isinstance(line_id, str) or line_id not in there):
                wrong.append(f"{where}.id: does not exist")
            line = self._line(kind, body, unit, where, wrong)
            lines.append({"id": line_id or self._organization.new_id(kind.line_prefix), **line})
        return lines

    def _line(self, kind: _Kind, body: dict[str, Any], unit: Decimal, where: str, wrong: list[str]) -> dict[str, Any]:
        """A line: an amount, or the product of price and quantity."""
        needed = "price" if "price" in kind.line else "amount"
        if body.get(needed) is None:
            wrong.append(f"{where}.{needed}: must not be null")
        numbers = {}
        for name in sorted(kind.line & {"amount", "price", "quantity"}):
            number = to_amount(body.get(name, Decimal(1)), 6)
            numbers[name] = number if number is not None else instead(wrong, f"{where}.{name}", Decimal(1))
        amount = prod(numbers.values(), start=Decimal(1)).quantize(unit, ROUND_HALF_UP)
        if amount <= 0:
            wrong.append(f"{where}.{needed}: must be greater than 0")
        return {
            "description": text_of(body.get("description"), f"{where}.description", wrong),
            **numbers,
            **{name: value for name, value in body.items() if name == "taxable"},
            "amount": amount,
            "classifications": self._codes(kind, body.get("classifications"), f"{where}.classifications", wrong),
        }

    def _codes(self, kind: _Kind, body: Any, where: str, wrong: list[str]) -> dict[str, str]:
        codes = {name: value for name, value in object_of(body or {}, frozenset(kind.codes)).items() if value}
        for name, value in codes.items():
            if not isinstance(value, str) or value not in self._organization.collections[kind.codes[name]]:
                wrong.append(f"{where}.{name}: does not exist")
        return codes


def _whole(kind: _Kind, sent: Any) -> dict[str, Any]:
    """The body of a credit that is made or replaced, with everything that is required."""
    body: dict[str, Any] = object_of(sent, _HEADER | {kind.party, kind.lines})
    needed = (kind.party, "referenceNumber", "creditDate", kind.lines)
    wrong = [f"{field}: must not be null" for field in needed if not body.get(field)]
    if wrong:
        raise invalid(wrong)
    return body


def _with_the_rest(kind: _Kind, record: dict[str, Any], sent: Any) -> dict[str, Any]:
    """The body of a change, made whole with what the credit has: of each line, too, what the change leaves out."""
    body = object_of(sent, frozenset({"description", kind.lines}))
    there = {
        line["id"]: {name: line[name] for name in line if name in kind.line | {"id"}} for line in record[kind.lines]
    }
    given = body.get(kind.lines, [])
    if isinstance(given, list):
        new = []
        for one in given:
            line_id = str(one.get("id")) if isinstance(one, dict) else ""
            if line_id not in there:
                new.append(one)
                continue
            old = there[line_id]
            codes = {**old["classifications"], **(one.get("classifications") or {})}
            there[line_id] = {**old, **one, "classifications": codes}
        given = [*there.values(), *new]
    kept = {name: record[name] for name in (kind.party, "referenceNumber", "description")}
    return {**kept, "creditDate": f"{record['creditDate']}", **body, kind.lines: given}
