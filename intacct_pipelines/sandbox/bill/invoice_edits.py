"""Creating and changing invoices of an organisation from request bodies."""

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
_LINE: Final = frozenset({"id", "description", "price", "quantity", "classifications"})
_MOST_LINES: Final = 1_000


class InvoiceEditor:
    """Makes and changes invoices by bodies; nothing is stored when anything in a body is refused.

    Args:
        organization: What has the invoices.
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
        customer = self._customer(body["customer"])
        currency = customer.get("invoiceCurrency", "USD")
        lines = self._lines(body["invoiceLineItems"], {}, wrong)
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
            "invoiceLineItems": lines,
            "payToChartOfAccountId": account,
            "classifications": codes,
            "payments": [],
            "salesTaxTotal": total * 0,
            "createdBy": self._organization.user_id,
            "createdTime": self._now,
            "updatedTime": self._now,
        }

    def change(self, record: dict[str, Any], body: Any, *, keep_lines: bool) -> dict[str, Any]:
        """A copy of the invoice with the body's fields.

        Args:
            record: Stays as it is.
            body: PUT's or PATCH's.
            keep_lines: PATCH keeps lines that the body does not name, PUT removes them.

        Raises:
            BillError: The body is refused.
        """
        body = object_of(body, _FIELDS)
        needed = () if keep_lines else ("customer", "invoiceLineItems")
        wrong = [f"{field}: must not be null" for field in needed if not body.get(field)]
        if wrong:
            raise invalid(wrong)
        changed = {**record, "updatedTime": self._now}
        if "customer" in body:
            changed["customerId"] = self._customer(body["customer"])["id"]
        for name in body.keys() & {"invoiceDate", "dueDate"}:
            changed[name] = self._day(body, name, wrong)
        for name in body.keys() & {"invoiceNumber", "payToChartOfAccountId"}:
            changed[name] = text_of(body[name], name, wrong)
        if "invoiceLineItems" in body:
            old = {line["id"]: line for line in record["invoiceLineItems"]}
            lines = {line["id"]: line for line in self._lines(body["invoiceLineItems"], old, wrong)}
            changed["invoiceLineItems"] = [*({**old, **lines} if keep_lines else lines).values()]
        if wrong:
            raise invalid(wrong)
        currency = self._organization.collections["customers"][changed["customerId"]].get("invoiceCurrency", "USD")
        total = _total(changed["invoiceLineItems"], currency) + record["salesTaxTotal"]
        settled = record["totalAmount"] - record["dueAmount"]
        if total < settled:
            raise invalid(["invoiceLineItems: come to less than what has been paid"])
        return {**changed, "totalAmount": total, "dueAmount": total - settled}

    def _customer(self, body: Any) -> dict[str, Any]:
        named = object_of(body, frozenset({"id"})).get("id")
        customer: dict[str, Any] | None = (
            self._organization.collections["customers"].get(named) if isinstance(named, str) else None
        )
        if customer is None:
            raise invalid(["customer.id: does not exist"])
        return customer

    def _day(self, body: dict[str, Any], name: str, wrong: list[str]) -> Any:
        if body.get(name) is None:
            return self._now.date()
        return to_date(body[name]) or instead(wrong, name, self._now.date())

    def _lines(self, bodies: Any, old: dict[str, dict[str, Any]], wrong: list[str]) -> list[dict[str, Any]]:
        if not isinstance(bodies, list) or len(bodies) > _MOST_LINES:
            wrong.append(f"invoiceLineItems: must be a list of at most {_MOST_LINES} lines")
            return []
        return [
            self._line(object_of(one, _LINE), old, f"invoiceLineItems[{at}]", wrong) for at, one in enumerate(bodies)
        ]

    def _line(
        self, body: dict[str, Any], old: dict[str, dict[str, Any]], where: str, wrong: list[str]
    ) -> dict[str, Any]:
        """A line; one that names a line of the invoice takes its place, with the fields that it does not give."""
        line: dict[str, Any] = {
            "id": "",
            "description": "",
            "price": None,
            "quantity": Decimal(1),
            "classifications": {},
        }
        if (line_id := body.get("id")) is not None:
            if line_id not in old:
                wrong.append(f"{where}.id: does not exist")
            line = {**line, **old.get(line_id, {})}
        for name in body.keys() & {"price", "quantity"}:
            number = to_amount(body[name], 6)
            line[name] = number if number is not None else instead(wrong, f"{where}.{name}", Decimal(0))
        if line["price"] is None:
            wrong.append(f"{where}.price: must not be null")
            line["price"] = Decimal(0)
        if "description" in body:
            line["description"] = text_of(body["description"], f"{where}.description", wrong)
        codes = self._codes(body.get("classifications"), f"{where}.classifications", wrong)
        return {
            **line,
            "id": line["id"] or self._organization.new_id("ili"),
            "classifications": {**line["classifications"], **codes},
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
