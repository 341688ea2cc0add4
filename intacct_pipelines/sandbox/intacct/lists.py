"""List records: accounts, dimensions, vendors, contacts and terms, with unique keys and references that exist."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.intacct.documents import Author, owner_fields
from intacct_pipelines.sandbox.intacct.fields import ENUMS, NESTED, READ_ONLY
from intacct_pipelines.sandbox.intacct.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intacct_pipelines.sandbox.intacct.state import Row, State, Table

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")
_SHOWN_NAMES: Final = {
    # A renamed record shows its new name where it was copied: object → (object, key there, copied field, own field).
    "VENDOR": tuple((name, "VENDORID", "VENDORNAME", "NAME") for name in ("APBILL", "APADJUSTMENT", "APPYMT")),
}
_LINES: Final = ("APBILLITEM", "APADJUSTMENTITEM", "CCTRANSACTIONENTRY", "OTHERRECEIPTSENTRY")
"""Objects whose records name accounts and dimensions."""
_CONTACT: Final = "DISPLAYCONTACT."
_PERSON: Final = "PERSONALINFO.CONTACT."
_WITH_CONTACT: Final = {"VENDOR": "V", "CUSTOMER": "C"}
"""Objects whose create makes their display contact, and the letter in its name."""


class Lists:
    """Writes list records. The caller holds the lock and a savepoint.

    Args:
        state: The company.
    """

    def __init__(self, state: State) -> None:
        self._state = state

    def create(self, table: Table, values: Mapping[str, str], author: Author) -> Row:
        """Write a new record.

        Raises:
            FunctionRefusedError: A field is unknown or missing, or the key exists already.
        """
        spec = table.spec
        values = dict(values)
        self._check_known(table, values)
        values |= self._linked(table, values) | self._person(values, author)
        if spec.name == "VENDOR" and not values.get("VENDORID"):
            values["VENDORID"] = self._vendor_number()
        for field in spec.required:
            if not values.get(field):
                raise refusal("SANDBOX-REQUIRED", f"Required field {field} is missing.")
        row = table.blank()
        _write(table, row, spec.defaults)
        _write(table, row, {"STATUS": "active"})
        _write(table, row, {field: value for field, value in values.items() if field not in READ_ONLY})
        self._check_values(table, row, values, author.entity_id)
        self._check_unique(table, row)
        if spec.name in _WITH_CONTACT:
            self._create_contact(table, row, values, author)
        now = self._state.clock.now()
        audit = {
            spec.key: self._state.new_number(table),
            "CREATEDBY": "1",
            **dict.fromkeys(("WHENCREATED", "CREATEDAT"), self._state.instants.local(now)),
            **owner_fields(self._state, author.entity_id),
        }
        _write(table, row, audit)
        row[table.owner_at] = author.entity_id
        row = self._state.stamped(table, row, now)
        self._state.insert(table, row)
        self._state.set_custom(table, row, values)
        self._state.audit(table, row, "C", author.source)
        return row

    def update(self, table: Table, old: Row, values: Mapping[str, str], author: Author) -> Row:
        """Change a record; fields that are not sent keep their value, empty ones are cleared.

        Raises:
            FunctionRefusedError: A field is unknown or its value is refused.
        """
        spec = table.spec
        self._check_known(table, values)
        key = spec.business_key
        row = old.copy()
        _write(table, row, {field: value for field, value in values.items() if field not in READ_ONLY and field != key})
        if values.get(key) and values[key] != table.get(old, key):
            raise refusal("SANDBOX-KEY", f"{key} cannot be changed.")
        for field in spec.required:
            if not table.get(row, field):
                raise refusal("SANDBOX-REQUIRED", f"Required field {field} is missing.")
        self._check_values(table, row, values, old[table.owner_at])
        if spec.name in _WITH_CONTACT:
            self._update_contact(table, row, values, author)
        row = self._state.stamped(table, row)
        self._state.replace(table, old, row)
        self._state.set_custom(table, row, values)
        self._show_new_name(table, old, row)
        self._state.audit(table, row, "M", author.source)
        return row

    def _linked(self, table: Table, values: Mapping[str, str]) -> dict[str, str]:
        """The record numbers of records that are named by the ids that people use."""
        found: dict[str, str] = {}
        for field, (target, key_field) in table.spec.links.items():
            name = values.get(field, "")
            row = self._state.tables[target].by_business_key(name) if name else None
            if name and row is None:
                raise refusal("SANDBOX-REFERENCE", f"The {target.lower()} '{name[:60]}' is invalid.")
            if row is not None:
                found[key_field] = self._state.tables[target].get(row, "RECORDNO")
        return found

    def _person(self, values: Mapping[str, str], author: Author) -> dict[str, str]:
        """Make the contact that an employee brings along; return the field that names it."""
        contact = {f.removeprefix(_PERSON): value for f, value in values.items() if f.startswith(_PERSON)}
        if not contact:
            return {}
        contacts = self._state.tables["CONTACT"]
        return {"CONTACTKEY": contacts.get(self.create(contacts, contact, author), "RECORDNO")}

    def delete(self, table: Table, row: Row, author: Author) -> None:
        """Delete a record that nothing uses.

        Raises:
            FunctionRefusedError: It is used by transactions.
        """
        if self._is_used(table, row):
            name = table.get(row, table.spec.business_key)
            raise refusal("SANDBOX-IN-USE", f"{table.spec.label} '{name}' is used and cannot be deleted.")
        self._state.remove(table, row)
        self._state.audit(table, row, "D", author.source)

    def _is_used(self, table: Table, row: Row) -> bool:
        name = table.get(row, table.spec.business_key or table.spec.key)
        if table.spec.name == "VENDOR":
            documents = (self._state.tables[one] for one, *_ in _SHOWN_NAMES["VENDOR"])
            return any(document.find("VENDORID", name) for document in documents)
        fields = {"GLACCOUNT": "ACCOUNTNO", "DEPARTMENT": "DEPARTMENTID", "CLASS": "CLASSID", "LOCATION": "LOCATIONID"}
        field = fields.get(table.spec.name)
        if field is None:
            return False
        lines = [self._state.tables[one] for one in _LINES]
        return any(item[one.at[field]] == name for one in lines for item in one.rows.values())

    def _check_known(self, table: Table, values: Mapping[str, str]) -> None:
        hidden = self._state.options.hidden_fields
        for field in values:
            inner = field.removeprefix(_CONTACT)
            known = (
                field in table.at
                or field in self._state.custom_fields(table.spec.name)
                or (table.spec.name in _WITH_CONTACT and inner != field and inner in self._state.tables["CONTACT"].at)
            )
            nested = table.spec.kinds.get(field.partition(".")[0]) == NESTED
            if f"{table.spec.name}.{field}" in hidden or not (known or nested or field.startswith("REQUIREGLDIM")):
                raise refusal("SANDBOX-UNKNOWN-FIELD", f"Field {field} does not exist for object {table.spec.name}.")

    def _check_values(self, table: Table, row: Row, values: Mapping[str, str], owner: str) -> None:
        if values.get("CLOSINGTYPE") == "closing account" and not table.get(row, "CLOSINGACCOUNTNO"):
            raise refusal("SANDBOX-REQUIRED", "Required field CLOSINGACCOUNTNO is missing.")
        for field, choices in ENUMS.items():
            if values.get(field) and field in table.at and values[field] not in choices:
                raise refusal("SANDBOX-ENUM", f"The value '{values[field][:40]}' of {field} is not valid.")
        for field, target in table.spec.references.items():
            name = table.get(row, field)
            other = self._state.tables[target]
            found = other.by_business_key(name) if name else None
            if name and (found is None or found[other.owner_at] not in {"", owner}):
                raise refusal("SANDBOX-REFERENCE", f"The {other.spec.label.lower()} '{name[:60]}' is invalid.")
        email = values.get("EMAIL1") or values.get(f"{_CONTACT}EMAIL1")
        if email and not _EMAIL.fullmatch(email):
            raise refusal("BL03000018", "Illegal format for the following fields: Primary Email Address")

    def _check_unique(self, table: Table, row: Row) -> None:
        if not table.spec.business_key:
            return
        key = table.get(row, table.spec.business_key)
        if table.by_business_key(key) is not None:
            raise refusal(
                "BL34000061",
                f"Another {table.spec.label} with the given value(s) {key}  already exists",
                "Use a unique value instead.",
            )

    # --- vendors --------------------------------------------------------------------------------------------------

    def _vendor_number(self) -> str:
        if not self._state.options.vendor_numbering:
            raise refusal("SANDBOX-REQUIRED", "Required field Vendor ID is missing")
        return f"V-{self._state.tables['VENDOR'].next_number:05}"

    def _create_contact(self, table: Table, row: Row, values: Mapping[str, str], author: Author) -> None:
        contact = _contact_values(values)
        if not contact.get("PRINTAS"):
            raise refusal("SANDBOX-REQUIRED", "Required field DISPLAYCONTACT.PRINTAS is missing.")
        letter, key = _WITH_CONTACT[table.spec.name], table.spec.business_key
        contact.setdefault("CONTACTNAME", f"{table.get(row, 'NAME')}({letter}{table.get(row, key)})")
        contacts = self._state.tables["CONTACT"]
        made = self.create(contacts, contact, author)
        _write(table, row, {"DISPLAYCONTACTKEY": contacts.get(made, "RECORDNO")})

    def _update_contact(self, table: Table, row: Row, values: Mapping[str, str], author: Author) -> None:
        contact = _contact_values(values)
        contact.pop("CONTACTNAME", None)
        contacts = self._state.tables["CONTACT"]
        number = table.get(row, "DISPLAYCONTACTKEY")
        old = contacts.rows.get(int(number)) if number else None
        if contact and old is not None:
            self.update(contacts, old, contact, author)

    def _show_new_name(self, table: Table, old: Row, row: Row) -> None:
        for object_name, key, copied, own in _SHOWN_NAMES.get(table.spec.name, ()):
            name = table.get(row, own)
            if name == table.get(old, own):
                continue
            other = self._state.tables[object_name]
            for number in list(other.find(key, table.get(row, table.spec.business_key))):
                before = other.rows[number]
                after = before.copy()
                after[other.at[copied]] = name
                self._state.replace(other, before, after)


def _contact_values(values: Mapping[str, str]) -> dict[str, str]:
    return {field.removeprefix(_CONTACT): value for field, value in values.items() if field.startswith(_CONTACT)}


def _write(table: Table, row: Row, values: Mapping[str, str]) -> None:
    for field, value in values.items():
        position = table.at.get(field)
        if position is not None and table.spec.kinds[field] != NESTED:
            row[position] = value
