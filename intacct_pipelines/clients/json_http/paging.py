"""Lists behind page tokens, followed to their end, and single objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from intacct_pipelines.clients.json_http.failures import Peer
from intacct_pipelines.clients.json_http.transport import Answer, Call
from intacct_pipelines.errors import IncompleteResultError, UnreadableResponseError


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list.

    Args:
        results: The records as parsed; numbers are ``Decimal``.
        number: Position of the page, from 1.
        is_last: Whether the other side named no further page.
        served_at: When it answered, by its own clock; by ours, when we asked, if it did not say.
    """

    results: list[dict[str, Any]]
    number: int
    is_last: bool
    served_at: datetime | None = None


def read_object(peer: Peer, read: Callable[[Call], Answer], call: Call) -> dict[str, Any]:
    """Return one object.

    Raises:
        RemoteSystemError: Any of its kinds.
    """
    value = read(call).value
    if not isinstance(value, dict):
        raise _not_as_documented(peer, call, "an object")
    return value


def read_pages(
    peer: Peer, read: Callable[[Call], Answer], call: Call, *, max_pages: int, may_be_plain: bool = False
) -> Iterator[Page]:
    """Yield the pages of a list to its end: the page that names no next one. An empty page may not be the end.

    Args:
        peer: Who is asked.
        read: Sends a call, repeatedly if need be.
        call: The question for the first page; its parameters are sent with every page.
        max_pages: Most pages.
        may_be_plain: Accept a bare array, which is whole by itself.

    Raises:
        IncompleteResultError: A page token came twice, or there are more pages than the bound allows.
        RemoteSystemError: Any of its other kinds.
    """
    first, seen = call, set[str]()
    for number in range(1, max_pages + 1):
        page, token = _page(peer, call, read(call), number, may_be_plain=may_be_plain)
        yield page
        if not token:
            return
        if token in seen:
            raise _incomplete(peer, call, f"{peer.name} named the same next page twice, on page {number}.")
        seen.add(token)
        call = replace(first, params={**first.params, "page": token})
    raise _incomplete(peer, call, f"{peer.name} named more than {max_pages} pages.")


def _page(peer: Peer, call: Call, answer: Answer, number: int, *, may_be_plain: bool) -> tuple[Page, str]:
    value = answer.value
    if may_be_plain and number == 1 and isinstance(value, list):
        value = {"results": value}
    results = value.get("results") if isinstance(value, dict) else None
    if not isinstance(results, list) or not all(isinstance(record, dict) for record in results):
        raise _not_as_documented(peer, call, "a page of results")
    token = value.get("nextPage") or ""
    if not isinstance(token, str):
        raise _not_as_documented(peer, call, "a page token")
    return Page(results, number, not token, answer.served_at), token


def _not_as_documented(peer: Peer, call: Call, wanted: str) -> UnreadableResponseError:
    return UnreadableResponseError(
        f"{peer.name}: the answer is not {wanted}.", system=peer.system, operation=call.operation
    )


def _incomplete(peer: Peer, call: Call, message: str) -> IncompleteResultError:
    return IncompleteResultError(message, system=peer.system, operation=call.operation)
