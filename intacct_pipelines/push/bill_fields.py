"""What is sent of a bill, whatever platform it is of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intacct_pipelines.push.coded_lines import line_fields
from intacct_pipelines.push.documents import format_day
from intacct_pipelines.push.planner import Held

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.coded_lines import Line
    from intacct_pipelines.push.sources import Row


def bill_fields(
    *,
    vendor_id: str,
    number: str,
    dated: date,
    posted_on: date,
    due_on: date | None,
    currency: str,
    base: str,
    lines: Sequence[Line],
    words: str = "",
    purchase_order_no: str = "",
    record_no: int | None = None,
) -> Fields:
    """Return the fields of ``create APBILL``, or with ``record_no`` those of ``update APBILL``, in their order.

    Args:
        vendor_id: Intacct's id.
        number: The bill's.
        dated: Its own day.
        posted_on: Its day in the ledger.
        due_on: When it is due; its own day, if nobody says.
        currency: ISO 4217.
        base: The entity's currency; empty if it is not known.
        lines: In order; those of an update take the places of the lines that are there.
        words: What it says itself. Mark and key are put before them once the key is known, which follows from them too.
        purchase_order_no: Number of its order.
        record_no: The bill that is updated.
    """
    content: Fields = {} if record_no is None else {"RECORDNO": str(record_no)}
    content |= {
        "WHENCREATED": format_day(dated),
        "WHENPOSTED": format_day(posted_on),
        "VENDORID": vendor_id,
        "RECORDID": number,
    }
    if purchase_order_no:
        content["DOCNUMBER"] = purchase_order_no
    content |= {"DESCRIPTION": words, "WHENDUE": format_day(due_on or dated), "CURRENCY": currency}
    if base:
        content["BASECURR"] = base
    if base and base != currency:
        # An empty type is Intacct's own daily rate.
        content |= {"EXCH_RATE_DATE": format_day(posted_on), "EXCH_RATE_TYPE_ID": ""}
    if record_no is None:
        content["ACTION"] = "Submit"
    content["APBILLITEMS"] = {
        "APBILLITEM": [
            line_fields(line, currency, None if record_no is None else line_no)
            for line_no, line in enumerate(lines, start=1)
        ]
    }
    return content


def check_positive(bill: Row) -> None:
    """Refuse a bill that is not one.

    Raises:
        Held: Its amount is zero or negative.
    """
    if bill["amount"] <= 0:
        word = "of zero" if bill["amount"] == 0 else "negative, which would be a vendor credit in Intacct"
        rule = "S-BIL-07" if bill["amount"] == 0 else "S-VCR-06"
        raise Held("not_positive", rule, f"its amount is {word}", "Enter it in Intacct by hand.")


def dating_warnings(dated: date, posted_on: date) -> list[str]:
    """Return what to tell of a bill whose day in the ledger is not its own."""
    return [] if dated == posted_on else [f"dated {dated}, in the ledger on {posted_on} [S-IDM-08]"]
