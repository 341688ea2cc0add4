"""The gateway's answers: bytes in, values or errors out. Nothing is sent from here.

A body is hostile until proven otherwise: UTF-8 only, no document type, no entities but XML's own five, no network,
bounded size and depth, comments and processing instructions gone. What is not the documented envelope is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import pyarrow as pa
from lxml import etree

from intacct_pipelines.clients.intacct.failures import SYSTEM, Level, classify, detail
from intacct_pipelines.clients.intacct.functions import Function
from intacct_pipelines.clients.intacct.scan import Columns, scan_rows, split_reply
from intacct_pipelines.domain.columns import of_texts
from intacct_pipelines.errors import (
    ErrorDetail,
    IncompleteResultError,
    RemoteSystemError,
    TransportError,
    UnreadableResponseError,
)

SUCCESS: Final = "success"
_EXCERPT: Final = 300
_SECRETS: Final = re.compile(r"<(password|sessionid)>.*?(?:</\1>|$)", re.DOTALL | re.IGNORECASE)
_CLOSING: Final = b"</response>"
_ENCODING: Final = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one function. Only ``status == "success"`` is success; ``aborted`` and all else is not.

    Args:
        control_id: The function's control id, as echoed.
        status: The gateway's word.
        function: Name of the function, as echoed.
        key: Record number, where the function answers with one.
        records: Flat fields of each returned object; a refused ``create`` may still list what it did create.
        error: Why it is not success; None if it is.
    """

    control_id: str
    status: str
    function: str
    key: str = ""
    records: tuple[dict[str, str | None], ...] = ()
    error: RemoteSystemError | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one ``query``, column by column; every record had exactly these fields in this order.

    Args:
        fields: The selected fields, in order.
        columns: Field → arrow array of texts; an empty element is null.
        total_count: Rows that the whole reading has, as far as known with this page.
        count: Rows on this page.
        remaining: Rows of the reading that are still to come.
    """

    fields: tuple[str, ...]
    columns: Mapping[str, pa.Array]
    total_count: int
    count: int
    remaining: int


@dataclass(frozen=True, slots=True)
class Listing:
    """One ``query`` reply as such: rows and what it announced of them."""

    columns: Mapping[str, pa.Array]
    total: int
    count: int
    remaining: int


@dataclass(frozen=True, slots=True)
class Envelope:
    """A reply whose control and authentication blocks are good.

    Args:
        results: The ``result`` elements, in order.
        lifetime: How long the session lasts from this answer on; None if the reply does not say.
        location_id: The entity that the session stands at, as echoed.
        answered_at: When the gateway answered, by its own clock; None if the reply does not say.
    """

    results: tuple[etree._Element, ...] = field(repr=False)
    lifetime: timedelta | None
    location_id: str
    answered_at: datetime | None = None


def excerpt(body: bytes) -> str:
    """The beginning of a body for a person to look at, with secrets masked."""
    text = body[: _EXCERPT * 4].decode("utf-8", "replace")
    return _SECRETS.sub(r"<\1>***</\1>", text)[:_EXCERPT]


def parse_document(body: bytes, *, operation: str) -> etree._Element:
    """Read a body as XML.

    Raises:
        TransportError: The body is empty or cut off.
        UnreadableResponseError: It is not XML in UTF-8, not well-formed, declares a document type, or is no response.
    """
    where: dict[str, Any] = {"system": SYSTEM, "operation": operation}
    body = body.removeprefix(b"\xef\xbb\xbf").strip()
    if not body:
        raise TransportError("the answer is empty", **where)
    encoding = _ENCODING.match(body)
    if not body.startswith(b"<") or (encoding and encoding.group(1).lower() != b"utf-8"):
        raise UnreadableResponseError("the answer is not XML in UTF-8", excerpt=excerpt(body), **where)
    if b"<!DOCTYPE" in _prolog(body):
        raise UnreadableResponseError("the answer declares a document type", excerpt=excerpt(body), **where)
    if not body.endswith(_CLOSING):
        if b"<html" in body[:2000].lower():
            raise UnreadableResponseError("the answer is an HTML page", excerpt=excerpt(body), **where)
        raise TransportError("the answer is cut off before its closing tag", **where)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    root: etree._Element | None = None
    reason = ""
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        reason = str(error)
    # raised outside the handler: the parser's own error holds pieces of the body
    if root is None or root.tag != "response":
        message = f"the answer is not well-formed: {reason}" if reason else "the answer is not a gateway response"
        raise UnreadableResponseError(message, excerpt=excerpt(body), **where)
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableResponseError("the answer declares a document type", **where)
    return root


def _prolog(body: bytes) -> bytes:
    start = body.find(b"<response")
    return body if start < 0 else body[:start]


def read_envelope(root: etree._Element, *, operation: str) -> Envelope:
    """Check the control and authentication blocks.

    Raises:
        RemoteSystemError: The one that the failed block means; nothing of the request ran.
    """
    if root.findtext("control/status") != SUCCESS:
        raise classify(error_details(root), level=Level.CONTROL, operation=operation)
    block = root.find("operation")
    if block is None:
        if root.find("errormessage") is not None:
            raise classify(error_details(root), level=Level.CONTROL, operation=operation)
        raise UnreadableResponseError("the answer has no operation", system=SYSTEM, operation=operation)
    if block.findtext("authentication/status") != SUCCESS:
        raise classify(error_details(block), level=Level.AUTHENTICATION, operation=operation)
    results = tuple(block.findall("result"))
    if not results and block.find("errormessage") is not None:
        raise classify(error_details(block), level=Level.FUNCTION, operation=operation)
    begin, end = (_instant(block, name) for name in ("sessiontimestamp", "sessiontimeout"))
    is_told = begin is not None and begin.tzinfo is not None
    return Envelope(
        results, _lifetime(begin, end), block.findtext("authentication/locationid") or "", begin if is_told else None
    )


def _instant(block: etree._Element, name: str) -> datetime | None:
    try:
        return datetime.fromisoformat(block.findtext(f"authentication/{name}") or "")
    except ValueError:
        return None


def _lifetime(begin: datetime | None, end: datetime | None) -> timedelta | None:
    """The session's remaining time by the server's own clock, so that ours may be wrong."""
    try:
        return end - begin if begin and end else None
    except TypeError:  # one has an offset, the other has none
        return None


def error_details(element: etree._Element) -> tuple[ErrorDetail, ...]:
    """All errors directly under ``element``, in order."""
    return tuple(
        detail(
            error.findtext("errorno"),
            _whole_text(error.find("description")),
            _whole_text(error.find("description2")),
            _whole_text(error.find("correction")),
            ids=_stable_ids(error),
        )
        for error in element.findall("errormessage/error")
    )


def _whole_text(element: etree._Element | None) -> str:
    return "" if element is None else "".join(str(part) for part in element.itertext())


def _stable_ids(error: etree._Element) -> tuple[str, ...]:
    info = error.find("additionalinfo")
    if info is None:
        return ()
    found = [info.findtext("errorid"), *(node.text for node in info.iter("messageid"))]
    return tuple(dict.fromkeys(text.strip() for text in found if text and text.strip()))


def read_results(envelope: Envelope, functions: Sequence[Function]) -> list[Result]:
    """Return one result for each function, in the functions' order.

    Raises:
        UnreadableResponseError: Results are missing, unknown or out of number.
    """
    by_id = {element.findtext("controlid") or "": element for element in envelope.results}
    wanted = [function.control_id for function in functions]
    if len(envelope.results) != len(wanted) or set(by_id) != set(wanted):
        msg = f"{len(wanted)} functions were sent, {len(envelope.results)} results came, not all of them ours"
        raise UnreadableResponseError(msg, system=SYSTEM, operation=functions[0].name if functions else "")
    return [_read_result(by_id[control_id]) for control_id in wanted]


def _read_result(element: etree._Element) -> Result:
    status = element.findtext("status") or ""
    name = element.findtext("function") or ""
    control_id = element.findtext("controlid") or ""
    data = element.find("data")
    records = () if data is None else tuple(_flat(record) for record in data)
    error = None
    if status != SUCCESS:
        error = classify(error_details(element), level=Level.FUNCTION, operation=name, control_id=control_id)
    return Result(control_id, status, name, element.findtext("key") or "", records, error)


def _flat(record: etree._Element) -> dict[str, str | None]:
    """The leaves of an object by dotted name; of repeated elements the texts are joined by line feeds."""
    if not len(record):
        return {str(record.tag): record.text}
    found: dict[str, str | None] = {}
    for name, text in _leaves(record):
        found[name] = f"{found[name] or ''}\n{text or ''}" if name in found else text
    return found


def read_query(
    body: bytes, function: Function, object_name: str, fields: tuple[str, ...]
) -> tuple[Listing, timedelta | None]:
    """Return the rows of a ``query``, every record's layout proven, and the session's lifetime.

    Args:
        body: The reply.
        function: The one function that was sent.
        object_name: Name of the object; its case varies in replies.
        fields: The selected fields.

    Raises:
        RemoteSystemError: The request or the function was refused.
        UnreadableResponseError: A record has other fields than were selected, or the counts are unreadable.
        IncompleteResultError: Fewer or more rows arrived than the page announces.
    """
    where: dict[str, Any] = {"system": SYSTEM, "operation": "query", "control_id": function.control_id}
    cut = split_reply(body)
    if cut is not None:
        skeleton, begin, end = cut
        scanned = scan_rows(body, begin, end, object_name, fields)
        if scanned is not None:
            envelope, data = _open_query(skeleton, function, where)
            if not len(data) and not data.text:
                return _listing(data, *scanned, where), envelope.lifetime
    envelope, data = _open_query(body, function, where)
    return _listing(data, *_columns(data, object_name, fields, where), where), envelope.lifetime


def _open_query(body: bytes, function: Function, where: dict[str, Any]) -> tuple[Envelope, etree._Element]:
    envelope = read_envelope(parse_document(body, operation="query"), operation="query")
    if _is_refused(envelope):
        error = read_results(envelope, [function])[0].error
        if error is not None:
            raise error
    element = envelope.results[0]
    data = element.find("data")
    if data is None or element.findtext("controlid") != function.control_id or len(envelope.results) != 1:
        raise UnreadableResponseError("the answer to the query has no data of ours", **where)
    return envelope, data


def _listing(data: etree._Element, columns: Columns, rows: int, where: dict[str, Any]) -> Listing:
    total, count, remaining = (_count(data, name, where) for name in ("totalcount", "count", "numremaining"))
    if rows != count or total != count + remaining:
        msg = f"{rows} rows came, the page announces {count} of {total} with {remaining} to come"
        raise IncompleteResultError(msg, **where)
    return Listing(columns, total, count, remaining)


def _is_refused(envelope: Envelope) -> bool:
    return any(element.findtext("status") != SUCCESS for element in envelope.results) or not envelope.results


def _count(data: etree._Element, name: str, where: dict[str, Any]) -> int:
    text = data.get(name, "")
    if not re.fullmatch(r"[0-9]{1,12}", text):
        msg = f"the page announces {name}={text[:20]!r}"
        raise UnreadableResponseError(msg, **where)
    return int(text)


def _columns(
    data: etree._Element, object_name: str, fields: tuple[str, ...], where: dict[str, Any]
) -> tuple[Columns, int]:
    """Walk the children once; columns are appended to by position only after the record's tags were compared."""
    _check_no_stray_text(data, where)
    cells: list[list[str | None]] = [[] for _ in fields]
    appends = [column.append for column in cells]
    expected = list(fields)
    # in a nested record a field's own text is not all there is of it, so its leaves are taken by dotted name
    nested = bool(data.xpath("boolean(*/*/*)"))
    rows = 0
    for record in data:
        if str(record.tag).casefold() != object_name.casefold():
            msg = f"the answer holds a {str(record.tag)[:80]} where {object_name} was asked for"
            raise UnreadableResponseError(msg, **where)
        children = list(record)
        if not nested and [child.tag for child in children] == expected:
            for append, child in zip(appends, children, strict=True):
                append(child.text)
        else:
            for append, text in zip(appends, _by_name(record, expected, where), strict=True):
                append(text)
        rows += 1
    return {field: of_texts(texts) for field, texts in zip(fields, cells, strict=True)}, rows


def _check_no_stray_text(data: etree._Element, where: dict[str, Any]) -> None:
    """Text beside fields would be lost by the walk, so there must be none."""
    if data.xpath("boolean(text()[normalize-space()] | .//*[*]/text()[normalize-space()])"):
        msg = "a record holds text outside of its fields"
        raise UnreadableResponseError(msg, **where)


def _by_name(record: etree._Element, expected: list[str], where: dict[str, Any]) -> list[str | None]:
    """The record's fields in our order: selected by (dotted) name, each exactly once, none unknown."""
    pairs = list(_leaves(record))
    by_name = dict(pairs)
    if len(by_name) != len(pairs) or set(by_name) != set(expected):
        missing = sorted(set(expected) - set(by_name))
        extra = sorted(set(by_name) - set(expected))
        msg = f"a record has other fields than were selected; missing: {missing}; unknown: {extra[:10]}"
        raise UnreadableResponseError(msg, **where)
    return [by_name[name] for name in expected]


def _leaves(element: etree._Element, prefix: str = "") -> Iterator[tuple[str, str | None]]:
    for child in element:
        name = f"{prefix}{child.tag}"
        if len(child):
            yield from _leaves(child, f"{name}.")
        else:
            yield name, child.text
