"""What checks ask of Intacct, in few and cheap requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from intacct_pipelines.clients.intacct import Condition, Filter, Function, Operator, Query, functions
from intacct_pipelines.clients.intacct.query import query_element
from intacct_pipelines.clients.intacct.reading import Cut

if TYPE_CHECKING:
    from intacct_pipelines.clients.intacct import Session
    from intacct_pipelines.errors import RemoteSystemError

Row = dict[str, str]


def rows(
    session: Session, object_name: str, fields: Sequence[str], condition: Filter | None = None, *, private: bool = False
) -> list[Row]:
    """Return all records of an object, empty fields as empty text; costs one call for each 2,000."""
    query = Query(object_name, tuple(fields), condition, show_private=private)
    return [row for page in session.read_pages(query, in_flight=1) for row in _rows(page.columns)]


def newest(session: Session, object_name: str, fields: Sequence[str], most: int, *, private: bool = False) -> list[Row]:
    """Return the records that were made last, the newest first; costs one call."""
    query = Query(object_name, tuple(dict.fromkeys(("RECORDNO", *fields))), show_private=private)
    return _rows(session.fetch(query, Cut(None, None, descending=True, size=most)).listing().columns)


def one_of(field: str, values: Iterable[str]) -> Filter | None:
    """Return the condition that a field has one of some values; None without any."""
    wanted = tuple(sorted(set(values)))
    return Condition(field, Operator.IN, wanted) if wanted else None


def trial_reads(session: Session, objects: Mapping[str, str]) -> dict[str, RemoteSystemError | None]:
    """Ask for no record of each object, all in one request, and return what was refused.

    Args:
        session: Where to ask.
        objects: Object → its numeric key.
    """
    asked = [_nothing_of(name, key) for name, key in objects.items()]
    results = session.call(asked) if asked else []
    return {name: result.error for name, result in zip(objects, results, strict=True)}


def _nothing_of(object_name: str, key: str) -> Function:
    query = Query(object_name, (key,), Condition(key, Operator.EQUAL, ("0",)), key=key)
    return Function(f"trial-{object_name}", query_element(query, bounds=None, page_size=1))


def listed(session: Session, function: str, row: str) -> list[Row]:
    """Return the rows that a function lists; costs one call."""
    (listing,) = session.read_lists([functions.read_list(function, control_id=function)], row)
    return [{name: text or "" for name, text in one.items()} for one in listing.rows]


def has_several_bases(session: Session) -> bool:
    """Whether the company's entities have base currencies of their own; costs one call."""
    return any(one.get("multiBaseCurrency") == "true" for one in listed(session, "getFinancialSetup", "financialSetup"))


def _rows(columns: Mapping[str, object]) -> list[Row]:
    names = list(columns)
    texts = [column.to_pylist() for column in columns.values()]  # type: ignore[attr-defined]  # arrow is untyped
    return [{name: text or "" for name, text in zip(names, values, strict=True)} for values in zip(*texts, strict=True)]
