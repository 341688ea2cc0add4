"""Vendor bills: what is special about them among documents."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.sandbox.intacct.documents import RATE_INPUT, Documents, Form, fill
from intacct_pipelines.sandbox.intacct.fields import RAW_STATES, words
from intacct_pipelines.sandbox.intacct.refusals import refusal
from intacct_pipelines.sandbox.intacct.values import format_date, read_day
from intacct_pipelines.sandbox.ledger import AP_ACCOUNT, DEBIT, PostingKind

if TYPE_CHECKING:
    from intacct_pipelines.sandbox.intacct.state import Row

BILL: Final = Form(
    "APBILL",
    "APBILLITEM",
    "bill",
    PostingKind("AP bill", "APJ", "3.AP", "pi"),
    DEBIT,
    RATE_INPUT
    | words(
        "VENDORID WHENCREATED WHENPOSTED RECORDID DOCNUMBER DESCRIPTION TERMNAME RECPAYMENTDATE SUPDOCID WHENDUE"
        " PAYMENTPRIORITY ONHOLD PRBATCH BILLTOPAYTOCONTACTNAME SHIPTORETURNTOCONTACTNAME INCLUSIVETAX TAXSOLUTIONID"
    ),
)


class Bills(Documents):
    """Writes bills."""

    form: ClassVar[Form] = BILL

    def _complete_header(self, row: Row, *, draft: bool) -> None:
        table = self._headers
        vendor = self._checks.vendor(table.get(row, "VENDORID"), row[table.owner_at])
        vendors = self._state.tables["VENDOR"]
        created = table.get(row, "WHENCREATED")
        if not created and not draft:
            raise refusal("SANDBOX-REQUIRED", "Required field WHENCREATED is missing.")
        term = self._checks.term_days(table.get(row, "TERMNAME"))
        if not table.get(row, "WHENDUE") and term is not None and created:
            row[table.at["WHENDUE"]] = format_date(read_day(created) + timedelta(days=term))
        if not table.get(row, "WHENDUE") and not draft:
            raise refusal("SANDBOX-REQUIRED", "Required field WHENDUE is missing.")
        if not table.get(row, "WHENPOSTED"):
            row[table.at["WHENPOSTED"]] = created
        self._complete_money(row, vendors.get(vendor, "CURRENCY"))
        follows = {
            "VENDORNAME": vendors.get(vendor, "NAME"),
            "RAWSTATE": RAW_STATES.get(table.get(row, "STATE"), ""),
            "ONHOLD": table.get(row, "ONHOLD") or "false",
            "ENTITY": table.get(row, "VENDORID"),
            "PRBATCH": table.get(row, "PRBATCH") or f"Bills: {table.get(row, 'WHENPOSTED')}",
        }
        fill(table, row, follows)

    def _offset_account(self, row: Row) -> str:  # noqa: ARG002  # every bill has the same
        return AP_ACCOUNT

    def _check_number(self, row: Row) -> None:
        table = self._headers
        number = table.get(row, "RECORDID")
        if not number or self._state.options.duplicate_bill_number == "allow":
            return
        mine = table.get(row, "RECORDNO")
        for other_no in table.find("RECORDID", number):
            other = table.rows[other_no]
            same_vendor = table.get(other, "VENDORID") == table.get(row, "VENDORID")
            if same_vendor and str(other_no) != mine and table.get(other, "STATE") not in {"Reversed", "Reversal"}:
                raise refusal(
                    "BL03002185", "A transaction with that number already exists", "Use a unique number instead."
                )

    def _check_changeable(self, row: Row) -> None:
        super()._check_changeable(row)
        if self._headers.get(row, "MODULEKEY") == "9.PO":
            raise refusal("SANDBOX-BILL-PO", "This bill comes from a purchasing document; change it there.")
