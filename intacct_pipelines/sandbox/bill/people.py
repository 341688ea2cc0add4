"""What people do in BILL's own screens, for tests and faults: in process, not over HTTP."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from intacct_pipelines.domain.money import minor_unit_digits
from intacct_pipelines.sandbox.bill.payments import paid_by_check
from intacct_pipelines.sandbox.bill.state import State

if TYPE_CHECKING:
    from intacct_pipelines.sandbox.bill.organization import Organization
    from intacct_pipelines.sandbox.bill.records import BillRecord


class People(State):
    """Changes by hand."""

    def bills(self, organization_id: str | None = None) -> list[BillRecord]:
        """The bills of one organisation, or of all."""
        with self._lock:
            wanted = [organization_id] if organization_id else list(self._entities)
            return [bill for i in wanted for bill in self._organization(i).bills.values()]

    def bill(self, bill_id: str) -> BillRecord:
        """One bill of whatever organisation.

        Raises:
            KeyError: There is none of this id.
        """
        return self._find(bill_id)[1]

    def _find(self, bill_id: str) -> tuple[Organization, BillRecord]:
        with self._lock:
            for organization_id in self._entities:
                organization = self._organization(organization_id)
                if bill_id in organization.bills:
                    return organization, organization.bills[bill_id]
        raise KeyError(bill_id)

    def edit_bill(self, bill_id: str, **changes: Any) -> None:
        """Change a bill as a person in the web app would; its `updatedTime` moves to the clock's present.

        Args:
            bill_id: Which bill.
            changes: Names of :class:`BillRecord`'s fields, or ``amount``, which puts the difference on the first line.

        Raises:
            KeyError: There is no such bill.
            AttributeError: There is no such field.
        """
        with self._lock:
            organization, bill = self._find(bill_id)
            if "amount" in changes:
                digits = minor_unit_digits(bill.currency)
                amount = Decimal(changes.pop("amount")).quantize(Decimal(1).scaleb(-digits))
                bill.lines[0].amount += amount - bill.amount
            for name, value in changes.items():
                setattr(bill, name, value)
            bill.updated_at = self._now()
            organization.changed("bills")

    def records(self, organization_id: str, kind: str) -> list[dict[str, Any]]:
        """Copies of all records of a list, such as ``vendors``."""
        with self._lock:
            return [dict(record) for record in self._organization(organization_id).collections[kind].values()]

    def edit(self, organization_id: str, kind: str, record_id: str, **changes: Any) -> None:
        """Change fields of a list record as a person in the web app would; its `updatedTime` moves to the present.

        Args:
            organization_id: Whose it is.
            kind: As in the path of its list, such as ``vendors``.
            record_id: Which one.
            changes: Values by BILL's names.

        Raises:
            KeyError: There is no such record.
        """
        with self._lock:
            organization = self._organization(organization_id)
            organization.collections[kind][record_id].update(changes, updatedTime=self._now())
            organization.changed(kind)

    def choose(self, organization_id: str, **options: bool) -> None:
        """Set processing options of an organisation, such as ``individualTransferOut``, as an administrator would."""
        with self._lock:
            self._organization(organization_id).profile["processingOptions"].update(options)

    def drop_policies(self, organization_id: str) -> None:
        """Take away every approval policy of an organisation, as an administrator would."""
        with self._lock:
            self._organization(organization_id).policies.clear()

    def approve(self, bill_id: str) -> None:
        """Let everyone who is asked approve a bill."""
        done = [{**a, "status": "APPROVED", "statusChangedTime": self._now()} for a in self.bill(bill_id).approvers]
        self.edit_bill(bill_id, approval_status="APPROVED", approvers=done)

    def archive_bill(self, bill_id: str) -> None:
        """Take a bill out of use."""
        self.edit_bill(bill_id, archived=True)

    def pay_bill(self, bill_id: str) -> str:
        """Pay the whole of a bill from the organisation's first bank account, by check; return the payment's id.

        Raises:
            KeyError: There is no such bill.
        """
        with self._lock:
            organization, bill = self._find(bill_id)
            payment = paid_by_check(organization, bill, self._now())
            organization.collections["payments"][payment["id"]] = payment
            organization.changed("payments")
        self.edit_bill(bill_id, paid=bill.amount)
        return str(payment["id"])

    def remove(self, organization_id: str, kind: str, record_id: str) -> None:
        """Let a record vanish, as a draft does that is thrown away.

        Args:
            organization_id: Whose it is.
            kind: As in the path of its list, such as ``vendor-credits``.
            record_id: Which one.

        Raises:
            KeyError: There is no such record.
        """
        with self._lock:
            organization = self._organization(organization_id)
            del organization.collections[kind][record_id]
            organization.changed(kind)

    def add_file(self, organization_id: str, kind: str, record_id: str, name: str, content: bytes | None = None) -> str:
        """Upload a file to a record as a person would; return its id.

        Args:
            organization_id: Which organisation.
            kind: ``bills``, ``vendors``, ``customers`` or ``invoices``.
            record_id: The record.
            name: What the file is called.
            content: What is in it; something invented, if none is given.
        """
        with self._lock:
            organization = self._organization(organization_id)
            file_id = organization.files.add(kind, record_id, name, self._now())
            if content is not None:
                organization.files.put(file_id, content)
            self._touch(organization, kind, record_id)
        return file_id

    def put_content(self, organization_id: str, file_id: str, content: bytes) -> None:
        """Let a file hold something else than before, and nothing tell of it."""
        with self._lock:
            self._organization(organization_id).files.put(file_id, content)

    def content(self, organization_id: str, file_id: str) -> bytes:
        """What is in a file."""
        with self._lock:
            return self._organization(organization_id).files.content(file_id)

    def remove_file(self, organization_id: str, kind: str, record_id: str, file_id: str) -> None:
        """Take a file away from a record as a person would."""
        with self._lock:
            organization = self._organization(organization_id)
            organization.files.remove(kind, record_id, file_id)
            self._touch(organization, kind, record_id)

    def files(self, organization_id: str, kind: str) -> dict[str, list[dict[str, Any]]]:
        """All files of one kind of record, by the record's id; records without any are left out."""
        with self._lock:
            organization = self._organization(organization_id)
            found = {key: list(organization.files.listed(kind, key)) for key in organization.collections[kind]}
        return {key: files for key, files in found.items() if files}

    def _touch(self, organization: Organization, kind: str, record_id: str) -> None:
        if not self.options.file_touches_record:
            return
        record = organization.collections[kind][record_id]
        if isinstance(record, dict):
            record["updatedTime"] = self._now()
        else:
            record.updated_at = self._now()
        organization.changed(kind)

    def expire_sessions(self) -> None:
        """End every session at once."""
        with self._lock:
            self._gate.expire_all()

    def disturb(self, turn: int) -> None:
        """Change rows as a busy office would between two pages of a reader: touch one bill, and archive none.

        Args:
            turn: Which row; the same turn in the same state touches the same row.
        """
        with self._lock:
            for organization in list(self._organizations.values()):
                ids = list(organization.bills)
                if ids:
                    bill = organization.bills[ids[turn * 7919 % len(ids)]]
                    self.edit_bill(bill.id, due_date=_next_day(bill.due_date))


def _next_day(day: date) -> date:
    return day + timedelta(days=1)
