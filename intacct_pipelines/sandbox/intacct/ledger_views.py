"""The ledger as the gateway shows it: GLDETAIL and GLENTRY are its lines, GLBATCH its journal entries.

Every posting is a journal entry, whatever module it came from, as in the vendor's books: BATCHKEY of GLDETAIL and
BATCHNO of GLENTRY are RECORDNO of GLBATCH. What people wrote on an entry of their own stands in `EntryText`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from intacct_pipelines.sandbox.intacct.fields import OBJECTS, RELATIONS, ObjectSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from intacct_pipelines.sandbox.intacct.state import State
    from intacct_pipelines.sandbox.ledger import LedgerLine, Posting

    Hop: TypeAlias = "Callable[[State, Callable[[Any], str], str, str, str], Callable[[Any], str]]"
    PlainField: TypeAlias = "Callable[[Posting, LedgerLine], str]"


class LedgerLines:
    """GLDETAIL or GLENTRY: the lines of the ledger. A record is a posting and one of its lines.

    Args:
        state: The company.
        name: Which of the two.
        hop: Follows a relation to a list record.
    """

    def __init__(self, state: State, name: str, hop: Hop) -> None:
        self._state = state
        self._hop = hop
        self.spec: ObjectSpec = OBJECTS[name]
        self._plain = {**_LINE, **(_DETAIL if name == "GLDETAIL" else _ENTRY)}
        self._batch_key = "BATCHKEY" if name == "GLDETAIL" else "BATCHNO"

    @property
    def version(self) -> int:
        """Changes whenever a posting does, or a document that is shown beside it."""
        ledger, tables = self._state.ledger, self._state.tables
        return ledger.version + sum(tables[name].version for name in ledger.object_names if name in tables)

    def numbers(self, owners: frozenset[str] | None) -> list[int]:
        """Line numbers of these owners' documents, ascending."""
        return self._state.ledger.line_numbers(owners)

    def record(self, number: int) -> tuple[Posting, LedgerLine] | None:
        """The posting and its line."""
        try:
            return self._state.ledger.line(number)
        except KeyError:
            return None

    def owner(self, record: tuple[Posting, LedgerLine]) -> str:
        """The entity that owns the document."""
        return record[0].owner

    def position(self, field: str) -> int | None:  # noqa: ARG002  # nothing is stored
        """Nothing is stored."""
        return None

    def equal(self, field: str, value: str) -> list[int] | None:
        """Lines of one journal entry, which are next to each other."""
        if field != self._batch_key:
            return None
        posting = self._state.ledger.posting(int(value)) if value.isdecimal() else None
        return [line.number for line in posting.lines] if posting else []

    def getter(self, field: str) -> Callable[[tuple[Posting, LedgerLine]], str]:
        """A function that takes one field from a posting and line."""
        state = self._state
        if "." in field:
            relation, _, rest = field.partition(".")
            target_name, own_field, other_field = RELATIONS[self.spec.name][relation]
            return self._hop(state, self.getter(own_field), target_name, other_field, rest)
        plain = self._plain.get(field)
        if plain:
            return lambda record: plain(record[0], record[1])
        if field in _FROM_DOCUMENT:
            return _document_field(state, _FROM_DOCUMENT[field])
        if field in _FROM_LIST:
            own_field, object_name, other_field = _FROM_LIST[field]
            list_table = state.tables[object_name]
            return self._hop(state, self.getter(own_field), object_name, list_table.spec.business_key, other_field)
        return lambda _record: ""


def _document_field(state: State, field: str) -> Callable[[tuple[Posting, LedgerLine]], str]:
    """Read a field of the document behind a line; empty where that kind of document has no such field."""
    tables = state.tables

    def read(record: tuple[Posting, LedgerLine]) -> str:
        object_name, record_no = record[0].document
        table = tables.get(object_name)
        position = None if table is None else table.at.get(field)
        row = None if table is None or position is None else table.rows.get(record_no)
        return "" if row is None or position is None else row[position]

    return read


class JournalEntries:
    """GLBATCH: the postings of the ledger.

    Args:
        state: The company.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self.spec = OBJECTS["GLBATCH"]

    @property
    def version(self) -> int:
        """Changes whenever a posting does."""
        return self._state.ledger.version

    def numbers(self, owners: frozenset[str] | None) -> list[int]:
        """Numbers of these owners' entries, ascending."""
        return self._state.ledger.posting_numbers(owners)

    def record(self, number: int) -> Posting | None:
        """The posting."""
        return self._state.ledger.posting(number)

    def owner(self, record: Posting) -> str:
        """The entity that owns the document."""
        return record.owner

    def position(self, field: str) -> int | None:  # noqa: ARG002  # nothing is stored
        """Nothing is stored."""
        return None

    def equal(self, field: str, value: str) -> list[int] | None:  # noqa: ARG002  # no index
        """There is no index."""
        return None

    def getter(self, field: str) -> Callable[[Posting], str]:
        """A function that takes one field from a posting."""
        if field in {"MEGAENTITYKEY", "MEGAENTITYNAME"}:
            state = self._state
            return lambda posting: _entity_field(state, posting.owner, field)
        return _BATCH.get(field, lambda _posting: "")


def _entity_field(state: State, entity_id: str, field: str) -> str:
    entities = state.tables["LOCATIONENTITY"]
    row = entities.by_business_key(entity_id) if entity_id else None
    return "" if row is None else entities.get(row, "RECORDNO" if field == "MEGAENTITYKEY" else "NAME")


def _title(posting: Posting) -> str:
    return posting.text.title if posting.text else f"{posting.kind.title}: {posting.entry_date}"


def _reference(posting: Posting) -> str:
    return posting.text.reference_no if posting.text else ""


def _reverses(posting: Posting) -> str:
    return str(posting.text.reverses or "") if posting.text else ""


_BATCH: Final[Mapping[str, Callable[[Posting], str]]] = {
    "RECORDNO": lambda posting: str(posting.number),
    "BATCHNO": lambda posting: str(posting.number),
    "BATCH_DATE": lambda posting: posting.entry_date,
    "BATCH_TITLE": _title,
    "JOURNAL": lambda posting: posting.kind.symbol,
    "MODULE": lambda posting: posting.kind.module_key,
    "REFERENCENO": _reference,
    "SUPDOCID": lambda posting: posting.text.attachment_id if posting.text else "",
    "REVERSEDFROM": _reverses,
    "STATE": lambda _posting: "Posted",
    "BALANCE": lambda _posting: "0",
    "ADJ": lambda _posting: "false",
    "PRBATCHRECTYPE": lambda posting: posting.kind.record_type,
    "MODIFIED": lambda posting: posting.modified,
    "WHENCREATED": lambda posting: posting.created,
    "WHENMODIFIED": lambda posting: posting.modified,
    "CREATEDBY": lambda _posting: "1",
    "MODIFIEDBY": lambda _posting: "1",
    "MEGAENTITYID": lambda posting: posting.owner,
}
_LINE: Final[Mapping[str, PlainField]] = {
    "RECORDNO": lambda _posting, line: str(line.number),
    "ADJ": lambda _posting, _line: "false",
    "LINE_NO": lambda posting, line: str(line.number - posting.lines[0].number + 1),
    "ENTRY_DATE": lambda posting, _line: posting.entry_date,
    "TR_TYPE": lambda _posting, line: str(line.side),
    "ACCOUNTNO": lambda _posting, line: line.account_no,
    "CLASSID": lambda _posting, line: line.class_id,
    "CURRENCY": lambda posting, _line: posting.currency,
    "BASECURR": lambda posting, _line: posting.base_currency,
    "DESCRIPTION": lambda _posting, line: line.memo,
    "WHENMODIFIED": lambda posting, _line: posting.modified,
}
_DETAIL: Final[Mapping[str, PlainField]] = {
    "BATCHKEY": lambda posting, _line: str(posting.number),
    "GLENTRYKEY": lambda _posting, line: str(line.number),
    "BATCH_DATE": lambda posting, _line: posting.entry_date,
    "BATCH_TITLE": lambda posting, _line: _title(posting),
    "BATCH_NO": lambda posting, _line: str(posting.number),
    "SYMBOL": lambda posting, _line: posting.kind.symbol,
    "BOOKID": lambda _posting, _line: "ACCRUAL",
    "CHILDENTITY": lambda _posting, line: line.entity_id,
    "MODIFIED": lambda posting, _line: posting.modified,
    "MODULEKEY": lambda posting, _line: posting.kind.module_key,
    "ENTRY_STATE": lambda _posting, _line: "P",
    "STATISTICAL": lambda _posting, _line: "false",
    "DEPARTMENTID": lambda _posting, line: line.department_id,
    "LOCATIONID": lambda _posting, line: line.location_id,
    "DEBITAMOUNT": lambda _posting, line: str(line.base_amount) if line.side > 0 else "",
    "CREDITAMOUNT": lambda _posting, line: str(line.base_amount) if line.side < 0 else "",
    "AMOUNT": lambda _posting, line: str(line.base_amount * line.side),
    "TRX_AMOUNT": lambda _posting, line: str(line.trx_amount * line.side),
    "TRX_DEBITAMOUNT": lambda _posting, line: str(line.trx_amount) if line.side > 0 else "",
    "TRX_CREDITAMOUNT": lambda _posting, line: str(line.trx_amount) if line.side < 0 else "",
    "RECORDTYPE": lambda posting, _line: posting.kind.record_type,
    "AUWHENCREATED": lambda posting, _line: posting.created,
    "REFERENCENO": lambda posting, _line: _reference(posting),
}
_ENTRY: Final[Mapping[str, PlainField]] = {
    "BATCHNO": lambda posting, _line: str(posting.number),
    "AMOUNT": lambda _posting, line: str(line.base_amount),
    "TRX_AMOUNT": lambda _posting, line: str(line.trx_amount),
    "DEPARTMENT": lambda _posting, line: line.department_id,
    "LOCATION": lambda _posting, line: line.location_id,
    "STATE": lambda _posting, _line: "P",
    "BILLABLE": lambda _posting, _line: "false",
}
_FROM_DOCUMENT: Final = {
    "RECORDID": "RECORDID",
    "DOCUMENT": "RECORDID",
    "DOCNUMBER": "DOCNUMBER",
    "VENDORID": "VENDORID",
    "VENDORNAME": "VENDORNAME",
    "CUSTOMERID": "CUSTOMERID",
    "CUSTOMERNAME": "CUSTOMERNAME",
    "WHENCREATED": "WHENCREATED",
    "WHENDUE": "WHENDUE",
    "WHENPAID": "WHENPAID",
    "TOTALDUE": "TOTALDUE",
    "TOTALENTERED": "TOTALENTERED",
    "TOTALPAID": "TOTALPAID",
}
_FROM_LIST: Final = {
    "ACCOUNTTITLE": ("ACCOUNTNO", "GLACCOUNT", "TITLE"),
    "DEPARTMENTTITLE": ("DEPARTMENTID", "DEPARTMENT", "TITLE"),
    "LOCATIONNAME": ("LOCATIONID", "LOCATION", "NAME"),
    "CLASSNAME": ("CLASSID", "CLASS", "NAME"),
}
