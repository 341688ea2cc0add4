"""What a person does in Intacct beside the lives of plans: enters, corrects and deletes records of every kind."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace

from intacct_pipelines.sandbox.intacct.documents import Author
from intacct_pipelines.sandbox.intacct.journals import OBJECT as ENTRY
from intacct_pipelines.sandbox.intacct.twin import IntacctTwin
from intacct_pipelines.sandbox.intacct.values import sortable


class Hands:
    """Works in one entity of Intacct by every rule, as a person in the UI would.

    Each raises FunctionRefusedError if a rule forbids it.

    Args:
        twin: Where.
        entity_id: At which entity.
    """

    def __init__(self, twin: IntacctTwin, entity_id: str) -> None:
        self._state = twin._state
        self._writer = twin._gateway.writer
        self._author = Author(entity_id, "ui")

    def create(self, object_name: str, lines: Sequence[Mapping[str, str]], fields: Mapping[str, str]) -> None:
        """Enter a document, a receipt or a journal entry."""
        with self._state.lock, self._state.savepoint():
            maker = self._writer._journals if object_name == ENTRY else self._writer.documents[object_name]
            maker.create(fields, lines, self._author)

    def attach(self, values: Mapping[str, str], name: str, kind: str, content: bytes) -> None:
        """Make an attachment with one file, in a folder that is made if it is not there."""
        data = {"ATTACHMENTNAME": name, "ATTACHMENTTYPE": kind, "ATTACHMENTDATA": base64.b64encode(content).decode()}
        with self._state.lock, self._state.savepoint():
            writer = self._writer._attachments
            if self._state.tables["SUPDOCFOLDER"].by_business_key(values["FOLDER"]) is None:
                writer.create_folder({"NAME": values["FOLDER"]}, self._author)
            writer.create(values, [data], self._author)

    def edit(self, object_name: str, record_no: int, **changes: str) -> None:
        """Change fields of a document or of a journal entry."""
        state = self._state
        with state.lock, state.savepoint():
            if object_name != ENTRY:
                row = state.table(object_name).rows[record_no]
                self._writer.documents[object_name].update(row, changes, None, self._author)
                return
            old = state.ledger.posting(record_no)
            modified = state.instants.local(state.clock.now())
            text = replace(old.text, **changes)
            state.unpost(old)
            state.post(replace(old, text=text, modified=modified, stamp=sortable(modified)))
            state.audit_key(ENTRY, str(record_no), "M", self._author.source)

    def delete(self, object_name: str, record_no: int) -> None:
        """Delete a document or a journal entry."""
        with self._state.lock, self._state.savepoint():
            if object_name == ENTRY:
                self._writer._journals.delete(str(record_no), self._author)
            else:
                row = self._state.table(object_name).rows[record_no]
                self._writer.documents[object_name].delete(row, self._author)
