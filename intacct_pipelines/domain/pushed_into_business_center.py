"""What is handed to Business Center in files. Each entry reads as those of ``pushed``, with the sides changed.

A new record goes there under an id of Intacct's, by which it is known when it comes back.
"""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.pushed_object import LeftAlone, Pushed

BILL_ID: Final = "INTACCT-"
"""Before Intacct's record number: the id under which its bills go into Business Center."""

INTO_BUSINESS_CENTER: Final = (
    Pushed(
        "center_account",
        "account",
        source=TABLES["intacct.gl_account"],
        source_lines=(),
        target=TABLES["business_center.gl_account"],
        natural_key=("account_no",),
        people_id="account_no",
        content=("account_no", "name", "status"),
        recognised_by=("account_no", "name"),
        reconciled_as="business_center_account",
        left_alone=LeftAlone(edited="S-PMT-02", changed="S-PMT-02"),
    ),
    Pushed(
        "center_vendor",
        "vendor",
        source=TABLES["intacct.vendor"],
        source_lines=(),
        target=TABLES["business_center.vendor"],
        natural_key=("id",),
        people_id="id",
        content=("id", "name", "email", "phone", "status"),
        recognised_by=("id", "name"),
        helped_by=("intacct.contact",),
        reconciled_as="business_center_vendor",
    ),
    Pushed(
        "center_bill",
        "bill",
        source=TABLES["intacct.ap_bill"],
        source_lines=(TABLES["intacct.ap_bill_line"],),
        target=TABLES["business_center.ap_bill"],
        natural_key=("id",),
        people_id="document_no",
        content=("id", "vendor_id", "document_no"),
        recognised_by=("id",),
        reconciled_as="business_center_bill",
    ),
)
"""In the order of writing: parents before children."""
