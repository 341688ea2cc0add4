"""Which bills have an attachment in Intacct, and what it is called: some people upload there what BILL has already.

It follows from a bill's id, as the files of BILL do, so that nobody else's chance shifts.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from intacct_pipelines.sandbox.business import Bill

_SHARES: Final = (("", 0.25), ("named_otherwise", 0.03), ("of_another", 0.03), ("gone", 0.03))
"""Each planted kind with its share of the bills that both systems have, and how many hold what BILL has."""


@dataclass(frozen=True, slots=True)
class BillAttachment:
    """The attachment of one bill in Intacct.

    Args:
        attachment_id: Id that the bill names.
        file_name: Name of its file, without the type.
        difference: The planted kind; the attachment of ``gone`` is named by the bill and not there.
    """

    attachment_id: str
    file_name: str
    difference: str


def bill_attachments(bills: Iterable[Bill], seed: int) -> dict[int, BillAttachment]:
    """Return what is attached in Intacct to bills that both systems have, by the bill's key.

    Args:
        bills: The company's bills.
        seed: The company's seed.
    """
    found = {}
    other_number = ""
    for bill in bills:
        if not bill.in_bill or not bill.in_intacct or bill.difference:
            continue
        difference = _drawn(bill, seed)
        if difference is not None:
            number = other_number if difference == "of_another" else bill.number
            name = f"Scan {bill.key}" if difference == "named_otherwise" else f"Invoice {number}"
            found[bill.key] = BillAttachment(f"BA-{bill.key:05d}", name, difference)
        other_number = bill.number
    return found


def _drawn(bill: Bill, seed: int) -> str | None:
    draw = random.Random(f"attached {seed} {bill.bill_id}").random()  # noqa: S311  # attachments of an invented company
    for difference, share in _SHARES:
        if draw < share:
            return difference
        draw -= share
    return None
