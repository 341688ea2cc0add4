"""Attachments and their folders: only functions of their own write them. A file's bytes stay as they were sent."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.intacct.documents import owner_fields
from intacct_pipelines.sandbox.intacct.objects.attachments import FILE_FIELDS
from intacct_pipelines.sandbox.intacct.refusals import refusal
from intacct_pipelines.sandbox.intacct.values import format_date

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from intacct_pipelines.sandbox.intacct.documents import Author
    from intacct_pipelines.sandbox.intacct.state import Row, State, Table

NAMES: Final = ("SUPDOC", "SUPDOCFOLDER")
_LONGEST_ID: Final = 20
_MARKS: Final = frozenset("./\\")


class Attachments:
    """Writes attachments and folders. The caller holds the lock and a savepoint.

    Args:
        state: The company.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._attachments = state.tables["SUPDOC"]
        self._folders = state.tables["SUPDOCFOLDER"]

    def create_folder(self, values: Mapping[str, str], author: Author) -> Row:
        """Make a folder.

        Raises:
            FunctionRefusedError: There is one of that name.
        """
        name = values.get("NAME", "")
        if not name:
            raise refusal("SANDBOX-REQUIRED", "Required field supdocfoldername is missing.")
        if self._folders.by_business_key(name) is not None:
            raise refusal("SANDBOX-DUPLICATE", f"An attachment folder called '{name}' already exists.")
        return self._made(self._folders, {"NAME": name, "DESCRIPTION": values.get("DESCRIPTION", "")}, author)

    def create(self, values: Mapping[str, str], files: Sequence[Mapping[str, str]], author: Author) -> Row:
        """Make an attachment in a folder that is there.

        Raises:
            FunctionRefusedError: Its id is missing, too long or taken, its folder unknown, or a file is unreadable.
        """
        name = values.get("SUPDOCID", "")
        if not 1 <= len(name) <= _LONGEST_ID:
            raise refusal("SANDBOX-REQUIRED", f"A supdocid has 1 to {_LONGEST_ID} characters.")
        if self._attachments.by_business_key(name) is not None:
            raise refusal("SANDBOX-DUPLICATE", f"An attachment with the id '{name}' already exists.")
        if not values.get("SUPDOCNAME"):
            raise refusal("SANDBOX-REQUIRED", "Required field supdocname is missing.")
        self._check_folder(values.get("FOLDER", ""))
        return self._made(self._attachments, {**values, **_joined(files)}, author)

    def update(self, values: Mapping[str, str], files: Sequence[Mapping[str, str]], author: Author) -> Row:
        """Change an attachment: fields that are sent, and further files beside those that it has.

        Raises:
            FunctionRefusedError: It is not there, its folder is unknown, or a file is unreadable.
        """
        table = self._attachments
        old = table.by_business_key(values.get("SUPDOCID", ""))
        if old is None or (author.entity_id and old[table.owner_at] not in {"", author.entity_id}):
            raise refusal("SANDBOX-NOT-FOUND", f"Cannot find the attachment '{values.get('SUPDOCID', '')}' to update.")
        if "FOLDER" in values:
            self._check_folder(values["FOLDER"])
        row = old.copy()
        added = _joined(files)
        for field, value in values.items():
            row[table.at[field]] = value
        for field, value in added.items():
            row[table.at[field]] = "\n".join(part for part in (table.get(old, field), value) if part)
        self._state.replace(table, old, row)
        return row

    def _check_folder(self, name: str) -> None:
        if self._folders.by_business_key(name) is None:
            raise refusal("SANDBOX-REFERENCE", f"The attachment folder '{name}' is invalid.")

    def _made(self, table: Table, values: Mapping[str, str], author: Author) -> Row:
        row = table.blank()
        today = format_date(self._state.clock.now().date())
        own = {"RECORDNO": self._state.new_number(table), "CREATIONDATE": today, "CREATEDBY": "user"}
        for field, value in {**values, **own, **owner_fields(self._state, author.entity_id)}.items():
            if field in table.at:
                row[table.at[field]] = value
        row[table.owner_at] = author.entity_id
        self._state.insert(table, row)
        return row


def _joined(files: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The files as one line each in every field."""
    for file in files:
        if _MARKS & set(file["ATTACHMENTNAME"] + file["ATTACHMENTTYPE"]) or not file["ATTACHMENTTYPE"]:
            raise refusal("SANDBOX-FILE", f"The name of the file '{file['ATTACHMENTNAME'][:60]}' is invalid.")
        try:
            base64.b64decode(file["ATTACHMENTDATA"], validate=True)
        except (binascii.Error, ValueError):
            raise refusal("SANDBOX-FILE", f"The file '{file['ATTACHMENTNAME'][:60]}' is not base64.") from None
    return {field: "\n".join(file[field] for file in files) for field in FILE_FIELDS} if files else {}
