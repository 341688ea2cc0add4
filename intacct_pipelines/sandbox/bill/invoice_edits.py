"""Creating invoices of an organisation from request bodies."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.domain.money import minor_unit_digits
from intacct_pipelines.sandbox.bill.bodies import instead, object_of, text_of
from intacct_pipelines.sandbox.bill.payload import invalid, to_amount, to_date
from intacct_pipelines.sandbox.bill.records import CODES
from intacct_pipelines.sandbox.rates import usd_rate

if TYPE_CHECKING:
    from datetime import datetime

    from intacct_pipelines.sandbox.bill.organization import Organization

_FIELDS: Final = frozenset(
    {
        *("customer", "invoiceLineItems", "invoiceNumber", "dueDate", "processingOptions", "invoiceDate"),
        *("payToChartOfAccountId", "classifications"),
    }
)
_LINE: Final = frozenset({"description", "price", "quantity", "classifications"})
_MOST_LINES: Final = 1_000


class InvoiceEditor:
    """Makes invoices of bodies; nothing is stored when anything in a body is refused.

    Args:
        organization: What gets the invoice.
        now: The instant to write down.
    """

    def __init__(self, organization: Organization, now: datetime) -> None:
        self._organization = organization
        self._now = now

    def create(self, body: Any) -> dict[str, Any]:
        """A new invoice, not yet stored; without a number BILL gives it one, without dates that of the day.

        Raises:
            BillError: The body is refused.
        """
        body = object_of(body, _FIELDS)
        wrong = [f"{field}: must not be null" for field in ("customer", "invoiceLineItems") if not body.get(field)]
        if wrong:
            raise invalid(wrong)
        named = object_of(body["customer"], frozenset({"id"})).get("id")
        customer = self._organization.collections["customers"].get(named) if isinstance(named, str) else None
        if customer is None:
            raise invalid(["customer.id: does not exist"])
        currency = customer.get("invoiceCurrency", "USD")
        lines = self._lines(body["invoiceLineItems"], wrong)
        days = {name: self._day(body, name, wrong) for name in ("invoiceDate", "dueDate")}
        number = text_of(body.get("invoiceNumber"), "invoiceNumber", wrong)
        account = text_of(body.get("payToChartOfAccountId"), "payToChartOfAccountId", wrong)
        if account and account not in self._organization.collections["chart-of-accounts"]:
            wrong.append("payToChartOfAccountId: does not exist")
        codes = self._codes(body.get("classifications"), "classifications", wrong)
        if wrong:
            raise invalid(wrong)
        invoice_id = self._organization.new_id("00e")
        total = _total(lines, currency)
        return {
            "id": invoice_id,
            "archived": False,
            "recordStatus": "ACTIVE",
            "invoiceNumber": number or f"INV{invoice_id[-6:]}",
            **days,
            "customerId": customer["id"],
            "totalAmount": total,
            "dueAmount": total,
            "scheduledAmount": total * 0,
            "creditAmount": total * 0,
            "status": "OPEN",
            "exchangeRate": usd_rate(currency),
            "invoiceLineItems": [{"id": self._organization.new_id("ili"), **line} for line in lines],
            "payToChartOfAccountId": account,
            "classifications": codes,
            "payments": [],
            "salesTaxTotal": total * 0,
            "createdBy": self._organization.user_id,
            "createdTime": self._now,
            "updatedTime": self._now,
        }

    def _day(self, body: dict[str, Any], name: str, wrong: list[str]) -> Any:
        if body.get(name) is None:
            return self._now.date()
        return to_date(body[name]) or instead(wrong, name, self._now.date())

    def _lines(self, bodies: Any, wrong: list[str]) -> list[dict[str, Any]]:
        if not isinstance(bodies, list) or len(bodies) > _MOST_LINES:
            wrong.append(f"invoiceLineItems: must be a list of at most {_MOST_LINES} lines")
            return []
        return [self._line(object_of(one, _LINE), f"invoiceLineItems[{at}]", wrong) for at, one in enumerate(bodies)]

    def _line(self, body: dict[str, Any], where: str, wrong: list[str]) -> dict[str, Any]:
        numbers = {}
        for name in ("price", "quantity"):
            number = to_amount(body.get(name, Decimal(1)), 6)
            numbers[name] = number if number is not None else instead(wrong, f"{where}.{name}", Decimal(0))
        if body.get("price") is None:
            wrong.append(f"{where}.price: must not be null")
        return {
            "description": text_of(body.get("description"), f"{where}.description", wrong),
            **numbers,
            "classifications": self._codes(body.get("classifications"), f"{where}.classifications", wrong),
        }

    def _codes(self, body: Any, where: str, wrong: list[str]) -> dict[str, str]:
        codes = {name: value for name, value in object_of(body or {}, frozenset(CODES)).items() if value}
        for name, value in codes.items():
            if not isinstance(value, str) or value not in self._organization.collections[CODES[name]]:
                wrong.append(f"{where}.{name}: does not exist")
        return codes


def _total(lines: list[dict[str, Any]], currency: str) -> Decimal:
    unit = Decimal(1).scaleb(-minor_unit_digits(currency))
    amounts = ((line["price"] * line["quantity"]).quantize(unit, ROUND_HALF_UP) for line in lines)
    return sum(amounts, start=unit * 0)
