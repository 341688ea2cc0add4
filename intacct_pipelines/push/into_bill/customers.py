"""Customers of Intacct that BILL is to have: made with their address, kept in step, archived when out of use."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.push.into_bill.addresses import address_of, lacking
from intacct_pipelines.push.into_bill.merging import Shared
from intacct_pipelines.push.into_bill.records import IntoBillPlanner
from intacct_pipelines.push.parties import check_account_currency
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from intacct_pipelines.push.planner import Context
    from intacct_pipelines.push.sources import Row

_KEPT_IN_STEP: Final = ("email", "phone")
"""Columns of both sides that say the same."""


class CustomersIntoBill(IntoBillPlanner):
    """Decides about the customers of one link (S-CUS-01 to S-CUS-03).

    A new one carries Intacct's id as account number, which BILL shows on invoices: customers have no short name.
    """

    object_name: ClassVar[str] = "bill_customer"
    reads: ClassVar[tuple[str, ...]] = ("intacct.customer", "intacct.contact", "bill.customer", "bill.ar_invoice")
    rule: ClassVar[str] = "S-CUS-01"
    doubles: ClassVar[str] = "S-CUS-02"
    id: ClassVar[str] = "customer_id"
    code: ClassVar[str] = "account_number"
    mark: ClassVar[str] = "comments"
    lengths: ClassVar[Mapping[str, int]] = {"name": 100}

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._contacts = context.sources.by("intacct.contact", "contact_name")
        self._owing = {
            row["customer_id"]
            for row in context.sources.live("bill.ar_invoice")
            if row.get("due_amount") and not row.get("is_archived")
        }

    def new(self, row: Row) -> dict[str, str]:
        """Return how it is reached, and its currency; an address that is not whole is left out.

        Raises:
            Held: It has no e-mail address, or BILL's account has another currency.
        """
        currency, email = text(row, "currency"), text(row, "email").strip()
        check_account_currency(currency, self._link.currencies, "customer")
        if not email:
            reason = "its contact in Intacct has no e-mail address, without which BILL makes no customer"
            raise Held("missing_field", self.rule, reason, "Give the customer's contact an address in Intacct.")
        told = {"accountType": "BUSINESS", "invoiceCurrency": currency, "email": email}
        told["phone"] = text(row, "phone").strip()
        told["companyName"] = text(row, "print_as").strip()
        address = address_of(self._contacts.get(text(row, "contact_name"), {}), "")
        if not lacking(address):
            told |= {f"billingAddress.{name}": value for name, value in address.items()}
        return {place: value for place, value in told.items() if value}

    def shared(self, row: Row, twin: Row) -> Iterator[Shared]:
        """Yield the fields that both sides hold."""
        yield from super().shared(row, twin)
        for column in _KEPT_IN_STEP:
            yield Shared(column, text(row, column).strip(), text(twin, column))

    def check_archiving(self, row: Row, twin: Row) -> None:
        """Keep a customer in use who still owes something in BILL."""
        if twin["id"] in self._owing:
            reason = f"{text(row, 'customer_id')} is inactive in Intacct, and BILL has invoices of it that are not paid"
            raise Held("still_used", self.rule, reason, "Settle or archive its invoices in BILL first.")

    def label(self, row: Row) -> str:
        """Return a short name for people."""
        return f"customer {text(row, 'name')}"
