"""AP adjustments: a negative one is a vendor credit, a positive one is owed like a bill."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.sandbox.intacct.documents import RATE_INPUT, Documents, Form, fill
from intacct_pipelines.sandbox.intacct.fields import RAW_STATES, words
from intacct_pipelines.sandbox.intacct.refusals import refusal
from intacct_pipelines.sandbox.ledger import AP_ACCOUNT, DEBIT, PostingKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intacct_pipelines.sandbox.intacct.state import Row

ADJUSTMENT: Final = Form(
    "APADJUSTMENT",
    "APADJUSTMENTITEM",
    "adjustment",
    PostingKind("AP adjustment", "APADJ", "3.AP", "pa"),
    DEBIT,
    RATE_INPUT | words("VENDORID WHENCREATED WHENPOSTED RECORDID DOCNUMBER DESCRIPTION SUPDOCID PRBATCH"),
)


class Adjustments(Documents):
    """Writes adjustments."""

    form: ClassVar[Form] = ADJUSTMENT

    def _complete_header(self, row: Row, *, draft: bool) -> None:
        table = self._headers
        vendor = self._checks.vendor(table.get(row, "VENDORID"), row[table.owner_at])
        vendors = self._state.tables["VENDOR"]
        created = table.get(row, "WHENCREATED")
        if not created and not draft:
            raise refusal("SANDBOX-REQUIRED", "Required field WHENCREATED is missing.")
        self._complete_money(row, vendors.get(vendor, "CURRENCY"))
        posted = table.get(row, "WHENPOSTED") or created
        follows = {
            "WHENPOSTED": posted,
            "VENDORNAME": vendors.get(vendor, "NAME"),
            "RAWSTATE": RAW_STATES[table.get(row, "STATE")],
            "PRBATCH": table.get(row, "PRBATCH") or f"Adjustments: {posted}",
        }
        fill(table, row, follows)

    def _offset_account(self, row: Row) -> str:  # noqa: ARG002  # every adjustment has the same
        return AP_ACCOUNT

    def _check_lines(self, row: Row, items: Sequence[Row]) -> None:  # noqa: ARG002  # the header does not matter
        signs = {Decimal(self._lines.get(item, "TRX_AMOUNT")) < 0 for item in items}
        if len(signs) > 1:
            raise refusal("SANDBOX-SIGN", "The amounts of an adjustment must be all positive or all negative.")
