"""What a plan is made from: rows of both sides as plain values, indexed once. Nothing is decided here."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.coding import Coding, ListRecord
from intacct_pipelines.domain.locations import entity_of_location
from intacct_pipelines.domain.pushed import PUSHED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from intacct_pipelines.domain.link import Link

Row: TypeAlias = "Mapping[str, Any]"
"""One row, columns named as in the catalog; None where there is nothing."""


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as plain values, None where a cell is empty."""
    plain = frame.astype(object)
    records: list[dict[str, Any]] = plain.where(plain.notna(), None).to_dict("records")  # type: ignore[assignment]  # stubs say Hashable keys; columns are text
    return records


def text(row: Row, column: str) -> str:
    """Return a text cell, empty when there is nothing."""
    return str(row.get(column) or "")


class Sources:
    """Rows of one link's two sides, found by id; deleted ones are left out.

    Args:
        link: The link.
        tables: Live and deleted rows by qualified table name; a table that was not read has none.
        matches: Pairs that reconciliation made: ``object``, ``platform_id``, ``intacct_record_no``, ``method``.
    """

    def __init__(self, link: Link, tables: Mapping[str, Sequence[Row]], matches: Sequence[Row]) -> None:
        self.link = link
        self._tables = tables
        self._matches = matches
        self._live: dict[str, list[Row]] = {}
        self._keys: dict[str, frozenset[str]] = {}
        self._by: dict[tuple[str, str], dict[Any, Row]] = {}
        self._lines: dict[str, dict[Any, list[Row]]] = {}
        self._pairs: dict[tuple[str, str], dict[str, Row]] = {}

    def live(self, table: str) -> list[Row]:
        """Return a table's rows."""
        if table not in self._live:
            self._live[table] = [row for row in self._tables.get(table, ()) if not row.get("_deleted")]
        return self._live[table]

    def keys(self, table: str) -> frozenset[str]:
        """Return the key of every row of a table that has ever been read, the deleted ones' too."""
        if table not in self._keys:
            column = TABLES[table].key[0]
            self._keys[table] = frozenset(str(row[column]) for row in self._tables.get(table, ()))
        return self._keys[table]

    def by(self, table: str, column: str = "") -> dict[Any, Row]:
        """Return a table's rows by a column that names one row; by its key, if none is given."""
        column = column or TABLES[table].key[0]
        if (table, column) not in self._by:
            self._by[table, column] = {row[column]: row for row in self.live(table)}
        return self._by[table, column]

    def lines(self, table: str) -> dict[Any, list[Row]]:
        """Return a table's lines by the key of their document, in their order."""
        if table not in self._lines:
            self._lines[table] = _grouped(self.live(table), TABLES[table].parent_key)
        return self._lines[table]

    def pairs(self, object_name: str, table: str = "") -> dict[str, Row]:
        """Return Intacct's record of each platform record of a pushed object, by the platform's id.

        Args:
            object_name: As in ``domain.pushed``.
            table: Table of Intacct's records; that to which the object is pushed, if none is given.
        """
        table = table or PUSHED[object_name].target.qualified_name
        if (object_name, table) not in self._pairs:
            records = self.by(table)
            self._pairs[object_name, table] = {
                match["platform_id"]: records[int(match["intacct_record_no"])]
                for match in self._matches
                if match["object"] == object_name and int(match["intacct_record_no"]) in records
            }
        return self._pairs[object_name, table]

    def twins(self, object_name: str) -> dict[int, Row]:
        """Return the platform's record of each of Intacct's, by record number, of an object that goes the other way.

        Args:
            object_name: As in ``domain.pushed``.
        """
        pushed = PUSHED[object_name]
        records = self.by(pushed.target.qualified_name)
        return {
            int(match["intacct_record_no"]): records[match["platform_id"]]
            for match in self._matches
            if match["object"] == pushed.reconciliation and match["platform_id"] in records
        }

    def matched(self, object_name: str) -> dict[str, int]:
        """Return the record number of each platform record's pair, whatever table of Intacct has it."""
        return {
            match["platform_id"]: int(match["intacct_record_no"])
            for match in self._matches
            if match["object"] == object_name
        }

    def unconfirmed(self, object_name: str) -> frozenset[str]:
        """Return the platform's ids of records that nobody confirmed: id or name alone made the pair."""
        return frozenset(
            match["platform_id"]
            for match in self._matches
            if match["object"] == object_name and match.get("method") == "natural_key"
        )

    @property
    def entities(self) -> dict[str, Row]:
        """Intacct's entities by id."""
        return self.by("intacct.entity", "entity_id")

    @cached_property
    def places(self) -> dict[str, Row]:
        """Locations and entities by id: an entity is a location too, whether or not the list of locations shows it."""
        return self.by("intacct.location", "location_id") | self.entities

    @cached_property
    def term_names(self) -> frozenset[str]:
        """Names of the AP terms that may be used."""
        return frozenset(row["name"] for row in self.live("intacct.ap_term") if row.get("status") in {"active", None})

    @property
    def base_currency(self) -> str:
        """Base currency of the link's entity; empty when it is not known."""
        return text(self.entities.get(self.link.entity.entity_id, {}), "currency")

    def entity_of_location(self, location_id: str) -> str:
        """Return the entity that a location belongs to; empty for one that is shared or unknown."""
        return entity_of_location(location_id, self.by("intacct.location", "location_id"), self.entities)

    @cached_property
    def coding(self) -> Coding:
        """Translates the platform's codes into Intacct's."""

        def records(table: str, code: str) -> Iterable[ListRecord]:
            rows = sorted(self.live(table), key=lambda row: str(row["id"]))
            return [ListRecord(row["id"], text(row, "name"), text(row, code)) for row in rows]

        return Coding(
            self.link,
            accounts=records("bill.gl_account", "account_no"),
            departments=records("bill.department", "short_name"),
            locations=records("bill.location", "short_name"),
            classes=records("bill.accounting_class", "short_name"),
            terms=records("bill.ap_term", "name"),
        )


def _grouped(rows: Iterable[Row], column: str) -> dict[Any, list[Row]]:
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    for group in groups.values():
        group.sort(key=lambda row: (row.get("line_no") or 0, str(row.get("id") or row.get("record_no") or "")))
    return dict(groups)
