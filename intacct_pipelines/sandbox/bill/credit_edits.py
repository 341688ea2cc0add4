"""Creating vendor credits and credit memos of an organisation from request bodies."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from math import prod
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from intacct_pipelines.domain.money import minor_unit_digits
from intacct_pipelines.sandbox.bill.bodies import instead, object_of, text_of
from intacct_pipelines.sandbox.bill.payload import invalid, to_amount, to_date
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
    """Makes credits of bodies; nothing is stored when anything in a body is refused.

    Args:
        organization: What gets the credit.
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
        body = object_of(body, _HEADER | {kind.party, kind.lines})
        needed = (kind.party, "referenceNumber", "creditDate", kind.lines)
        wrong = [f"{field}: must not be null" for field in needed if not body.get(field)]
        if wrong:
            raise invalid(wrong)
        named = body[kind.party]
        party = self._organization.collections[kind.parties].get(named) if isinstance(named, str) else None
        if party is None:
            raise invalid([f"{kind.party}: does not exist"])
        unit = Decimal(1).scaleb(-minor_unit_digits(party.get(kind.currency, "USD")))
        lines = self._lines(kind, body[kind.lines], unit, wrong)
        day = to_date(body["creditDate"]) or instead(wrong, "creditDate", self._now.date())
        number = text_of(body["referenceNumber"], "referenceNumber", wrong)
        words = text_of(body.get("description"), "description", wrong)
        if wrong:
            raise invalid(wrong)
        total = sum((line["amount"] for line in lines), start=unit * 0)
        return {
            "id": self._organization.new_id(kind.id_prefix),
            "archived": False,
            kind.party: party["id"],
            "referenceNumber": number,
            "creditDate": day,
            "description": words,
            "amount": total,
            "appliedAmount": total * 0,
            "status": credit_status(total, total * 0),
            kind.lines: [{"id": self._organization.new_id(kind.line_prefix), **line} for line in lines],
            "usage": [],
            "createdTime": self._now,
            "updatedTime": self._now,
        }

    def _lines(self, kind: _Kind, bodies: Any, unit: Decimal, wrong: list[str]) -> list[dict[str, Any]]:
        if not isinstance(bodies, list) or len(bodies) > _MOST_LINES:
            wrong.append(f"{kind.lines}: must be a list of at most {_MOST_LINES} lines")
            return []
        return [
            self._line(kind, object_of(one, kind.line), unit, f"{kind.lines}[{at}]", wrong)
            for at, one in enumerate(bodies)
        ]

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
            "amount": amount,
            "classifications": self._codes(kind, body.get("classifications"), f"{where}.classifications", wrong),
        }

    def _codes(self, kind: _Kind, body: Any, where: str, wrong: list[str]) -> dict[str, str]:
        codes = {name: value for name, value in object_of(body or {}, frozenset(kind.codes)).items() if value}
        for name, value in codes.items():
            if not isinstance(value, str) or value not in self._organization.collections[kind.codes[name]]:
                wrong.append(f"{where}.{name}: does not exist")
        return codes
