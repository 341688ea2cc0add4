"""Answers of functions that list something by their own words: the elements that are rows, each as flat text.

A row's fields are its leaves, dotted where nested, and the leaves beside the elements around it: a policy also has the
name of the application that it stands under. An element of exactly year, month and day is one date.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from intacct_pipelines.clients.intacct.failures import SYSTEM
from intacct_pipelines.errors import UnreadableResponseError

_DATE: Final = ("year", "month", "day")


@dataclass(frozen=True, slots=True)
class RowListing:
    """The rows of one answer.

    Args:
        rows: Field → text, None where it is empty.
        total: Rows that the whole list has, as the answer announces; the number of rows if it does not say.
    """

    rows: tuple[dict[str, str | None], ...]
    total: int


def read_rows(result: etree._Element, row: str) -> RowListing:
    """Return the rows of one successful ``result``.

    Raises:
        UnreadableResponseError: The announced total is no number.
    """
    data = result.find("data")
    rows = () if data is None else tuple(_row(element, data) for element in data.iter(row))
    announced = result.find("listtype")
    total = None if announced is None else announced.get("total")
    if total is None:
        return RowListing(rows, len(rows))
    if not (total.isascii() and total.isdecimal() and len(total) <= 12):  # noqa: PLR2004  # no list is that long
        raise UnreadableResponseError(f"the list announces total={total[:20]!r}", system=SYSTEM, operation="get_list")
    return RowListing(rows, int(total))


def _row(element: etree._Element, data: etree._Element) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    around = element.getparent()
    while around is not None and element is not data and around is not data:
        found |= {str(one.tag): one.text for one in around if not len(one)}
        around = around.getparent()
    return found | (dict(_leaves(element)) if len(element) else {str(element.tag): element.text})


def _leaves(element: etree._Element, prefix: str = "") -> Iterator[tuple[str, str | None]]:
    if tuple(str(one.tag) for one in element) == _DATE:
        year, month, day = (one.text for one in element)
        yield prefix.rstrip(".") or str(element.tag), f"{month}/{day}/{year}" if year and month and day else None
        return
    for one in element:
        name = f"{prefix}{one.tag}"
        if len(one):
            yield from _leaves(one, f"{name}.")
        else:
            yield name, one.text
