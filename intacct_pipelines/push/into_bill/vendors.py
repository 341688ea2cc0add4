"""Vendors of Intacct that BILL is to have: made with their address, kept in step, archived when out of use."""

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

_KEPT_IN_STEP: Final = (("email", "email"), ("phone", "phone"), ("account_number", "vendor_account_no"))
"""BILL's column, and Intacct's that says the same."""


class VendorsIntoBill(IntoBillPlanner):
    """Decides about the vendors of one link (S-VEN-01 to S-VEN-08).

    A new one carries Intacct's id as short name: with the name, that tells it from any other vendor.
    """

    object_name: ClassVar[str] = "bill_vendor"
    reads: ClassVar[tuple[str, ...]] = ("intacct.vendor", "intacct.contact", "bill.vendor", "bill.ap_bill")
    rule: ClassVar[str] = "S-VEN-03"
    id: ClassVar[str] = "vendor_id"
    mark: ClassVar[str] = "comments"
    lengths: ClassVar[Mapping[str, int]] = {"name": 100, "short_name": 40}

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._contacts = context.sources.by("intacct.contact", "contact_name")
        self._owed = {
            row["vendor_id"]
            for row in context.sources.live("bill.ap_bill")
            if row.get("due_amount") and not row.get("is_archived")
        }
        if self._link.into_bill.archives_deleted:
            self._retire_deleted()

    def _retire_deleted(self) -> None:
        """Take a vendor that Intacct deleted and BILL still has for one that is out of use there (S-VEN-06).

        What both once agreed on tells the pair: no comparison finds it any more.
        """
        paired = {twin["id"] for twin in self._twins.values()}
        theirs, rows = self._sources.by(self._pushed.target.qualified_name), dict(self._rows)
        for name, twin_id, number in self._context.agreed:
            if name != self._pushed.reconciliation or twin_id not in theirs or twin_id in paired or int(number) in rows:
                continue
            twin, record_no = theirs[twin_id], int(number)
            self._twins[record_no] = twin
            rows[record_no] = {
                "record_no": record_no,
                "vendor_id": text(twin, "short_name"),
                "name": text(twin, "name"),
                "status": "inactive",
                "owner_entity_id": self._link.entity.entity_id,
                "_deleted": True,
            }
        self._rows = rows

    def new(self, row: Row) -> dict[str, str]:
        """Return address, ways to reach it, tax facts and currency.

        Raises:
            Held: A part of the address is missing that BILL wants, or BILL's account has another currency.
        """
        currency = text(row, "currency")
        check_account_currency(currency, self._link.currencies, "vendor")
        told = {"accountType": "BUSINESS", "billCurrency": currency}
        told |= {self._pushed.field(column): text(row, ours).strip() for column, ours in _KEPT_IN_STEP}
        told |= {f"address.{name}": value for name, value in self._address(row).items()}
        told["paymentInformation.payeeName"] = text(row, "print_as").strip()
        told["additionalInfo.taxId"] = text(row, "tax_id").strip()
        if text(row, "form_1099_type"):
            # BILL knows that a vendor is 1099, not the form and box (S-BP-02).
            told["additionalInfo.track1099"] = "true"
        return {place: value for place, value in told.items() if value}

    def _address(self, row: Row) -> dict[str, str]:
        contact = self._contacts.get(text(row, "contact_name"), {})
        address = address_of(contact, self._link.into_bill.vendor_country)
        if missing := lacking(address):
            remedy = "Complete the contact in Intacct; a country for all can be given in `into_bill.vendor_country`."
            reason = f"its contact in Intacct lacks {missing}, which BILL wants"
            raise Held("missing_address", "S-VEN-01", reason, remedy)
        return address

    def shared(self, row: Row, twin: Row) -> Iterator[Shared]:
        """Yield the fields that both sides hold."""
        yield from super().shared(row, twin)
        for column, ours in _KEPT_IN_STEP:
            yield Shared(column, text(row, ours).strip(), text(twin, column))

    def check_archiving(self, row: Row, twin: Row) -> None:
        """Keep a vendor in use whom BILL still owes."""
        if twin["id"] in self._owed:
            word, rule = ("deleted", "S-VEN-06") if row.get("_deleted") else ("inactive", "S-VEN-05")
            reason = f"{text(row, 'vendor_id')} is {word} in Intacct, and BILL has bills of it that are not paid"
            raise Held("still_used", rule, reason, "Settle or archive its bills in BILL first.")

    def label(self, row: Row) -> str:
        """Return a short name for people."""
        return f"vendor {text(row, 'name')}"
