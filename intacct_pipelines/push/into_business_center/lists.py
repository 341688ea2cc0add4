"""The lists that go into Business Center: what each has of its own. How they go is in ``records``."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.push.into_bill.lists import ACCOUNT_TYPES
from intacct_pipelines.push.into_bill.merging import Shared
from intacct_pipelines.push.into_business_center.records import IntoCenterPlanner
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intacct_pipelines.push.planner import Context
    from intacct_pipelines.push.sources import Row

_ADDRESS: Final = {
    "address_1": "address_line1",
    "address_2": "address_line2",
    "city": "address_city",
    "state": "address_state",
    "zip": "address_zip",
    "country": "address_country_code",
}
"""Column of the file, and of Intacct's contact."""


class AccountsIntoCenter(IntoCenterPlanner):
    """Decides about the accounts of one link, of which Intacct is the master (S-PMT-01, S-PMT-02)."""

    object_name: ClassVar[str] = "center_account"
    reads: ClassVar[tuple[str, ...]] = ("intacct.gl_account", "business_center.gl_account")
    rule: ClassVar[str] = "S-PMT-01"
    id: ClassVar[str] = "account_no"
    title: ClassVar[str] = "title"
    is_one_way: ClassVar[bool] = True

    def details(self, row: Row) -> dict[str, str]:
        """Return the type, where Intacct tells one."""
        kind = ACCOUNT_TYPES.get((text(row, "account_type"), text(row, "normal_balance")), "")
        return {"type": kind.lower()}


class VendorsIntoCenter(IntoCenterPlanner):
    """Decides about the vendors of one link, in use or not (S-PMT-03)."""

    object_name: ClassVar[str] = "center_vendor"
    reads: ClassVar[tuple[str, ...]] = ("intacct.vendor", "business_center.vendor")
    rule: ClassVar[str] = "S-PMT-03"
    id: ClassVar[str] = "vendor_id"
    mark: ClassVar[str] = "comments"
    inactive_too: ClassVar[bool] = True

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._contacts = context.sources.by("intacct.contact", "contact_name")

    def details(self, row: Row) -> dict[str, str]:
        """Return ways to reach it, and its address where Intacct's contacts may be read."""
        contact = self._contacts.get(text(row, "contact_name"), {})
        address = {name: text(contact, column).strip() for name, column in _ADDRESS.items()}
        return {"email": text(row, "email").strip(), "phone": text(row, "phone").strip(), **address}

    def shared(self, row: Row, twin: Row) -> Iterator[Shared]:
        """Yield the fields that both sides hold."""
        yield from super().shared(row, twin)
        for column in ("email", "phone"):
            yield Shared(column, text(row, column).strip(), text(twin, column))
