"""Loads what vendors were paid ahead: it stands on an asset account until a payment uses it on a bill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.intacct.documents import Form
from intacct_pipelines.sandbox.intacct.financial import operating_account
from intacct_pipelines.sandbox.intacct.loading_documents import DocumentLoader, RowMaker
from intacct_pipelines.sandbox.ledger import BANK_ACCOUNT, DEBIT, PostingKind

if TYPE_CHECKING:
    from intacct_pipelines.sandbox.business import Business

ADVANCE: Final = Form(
    "APADVANCE", "APADVANCEITEM", "advance", PostingKind("AP advance", "CDJ", "3.AP", "pr"), DEBIT, frozenset()
)


def load_advances(rows: RowMaker, business: Business) -> None:
    """Store every advance with its lines, and post it: debit what is prepaid, credit the operating bank account."""
    loader = DocumentLoader(rows, ADVANCE)
    vendors = {vendor.key: vendor for vendor in business.vendors}
    for advance in business.advances:
        vendor, day = vendors[advance.vendor_key], rows.state.instants.day(advance.advance_date)
        header = {
            "STATE": "Posted",
            "VENDORID": vendor.intacct_id or "",
            "VENDORNAME": vendor.name,
            "DOCNUMBER": advance.number,
            "DESCRIPTION": advance.lines[0].description,
            "PAYMENTMETHOD": "EFT",
            "FINANCIALENTITY": operating_account(advance.entity_id),
            "ADVANCEDATE": day,
            "PAYMENTDATE": day,
            "CURRENCY": advance.currency,
            "EXCHANGE_RATE": str(advance.exchange_rate),
            "EXCH_RATE_DATE": day,
            "CLEARED": "F",
        }
        times = (advance.created_at, advance.modified_at)
        loader.load(header, advance.lines, advance.entity_id, times, offset_account=BANK_ACCOUNT)
