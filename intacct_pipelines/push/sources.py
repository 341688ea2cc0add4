"""What a plan is made from: rows of both sides as plain values, indexed once. Nothing is decided here."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from intacct_pipelines.domain.coding import Coding, ListRecord

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


@dataclass(frozen=True)
class Sources:
    """Rows of one link's two sides, found by id.

    Args:
        link: The link.
        tables: Live and deleted rows by qualified table name; deleted ones are left out here.
        matches: Pairs that reconciliation made: ``object``, ``platform_id``, ``intacct_record_no``.
    """

    link: Link
    tables: Mapping[str, Sequence[Row]]
    matches: Sequence[Row]
    coding: Coding = field(init=False)
    bills: list[Row] = field(init=False)
    vendors: dict[str, Row] = field(init=False)
    lines: dict[str, list[Row]] = field(init=False)
    intacct_vendors: dict[int, Row] = field(init=False)
    intacct_bills: dict[int, Row] = field(init=False)
    intacct_lines: dict[int, list[Row]] = field(init=False)
    vendor_pairs: dict[str, Row] = field(init=False)
    bill_pairs: dict[str, Row] = field(init=False)
    accounts: dict[str, Row] = field(init=False)
    departments: dict[str, Row] = field(init=False)
    locations: dict[str, Row] = field(init=False)
    classes: dict[str, Row] = field(init=False)
    entities: dict[str, Row] = field(init=False)
    places: dict[str, Row] = field(init=False)
    term_names: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        set_field = object.__setattr__  # the class is frozen for its readers
        set_field(self, "bills", sorted(self._live("bill.ap_bill"), key=lambda row: (row["bill_date"], row["id"])))
        set_field(self, "vendors", {row["id"]: row for row in self._live("bill.vendor")})
        set_field(self, "lines", _grouped(self._live("bill.ap_bill_line"), "bill_id"))
        set_field(self, "intacct_vendors", {row["record_no"]: row for row in self._live("intacct.vendor")})
        set_field(self, "intacct_bills", {row["record_no"]: row for row in self._live("intacct.ap_bill")})
        set_field(self, "intacct_lines", _grouped(self._live("intacct.ap_bill_line"), "bill_record_no"))
        set_field(self, "vendor_pairs", self._pairs("vendor", self.intacct_vendors))
        set_field(self, "bill_pairs", self._pairs("ap_bill", self.intacct_bills))
        for name, table, key in (
            ("accounts", "intacct.gl_account", "account_no"),
            ("departments", "intacct.department", "department_id"),
            ("locations", "intacct.location", "location_id"),
            ("classes", "intacct.accounting_class", "class_id"),
            ("entities", "intacct.entity", "entity_id"),
        ):
            set_field(self, name, {row[key]: row for row in self._live(table)})
        # An entity is a location too, whether or not the list of locations shows it.
        set_field(self, "places", self.locations | self.entities)
        terms = (row["name"] for row in self._live("intacct.ap_term") if row.get("status") in {"active", None})
        set_field(self, "term_names", frozenset(terms))
        set_field(self, "coding", self._coding())

    @property
    def base_currency(self) -> str:
        """Base currency of the link's entity; empty when it is not known."""
        return text(self.entities.get(self.link.entity.entity_id, {}), "currency")

    def entity_of_location(self, location_id: str) -> str:
        """Return the entity that a location belongs to; empty for one that is shared or unknown."""
        seen: set[str] = set()
        while location_id and location_id not in seen:
            seen.add(location_id)
            if location_id in self.entities:
                return location_id
            row = self.locations.get(location_id, {})
            if row.get("owner_entity_id"):
                return str(row["owner_entity_id"])
            location_id = text(row, "parent_id")
        return ""

    def _live(self, table: str) -> list[Row]:
        return [row for row in self.tables.get(table, ()) if not row.get("_deleted")]

    def _pairs(self, object_name: str, records: Mapping[int, Row]) -> dict[str, Row]:
        return {
            match["platform_id"]: records[int(match["intacct_record_no"])]
            for match in self.matches
            if match["object"] == object_name and int(match["intacct_record_no"]) in records
        }

    def _coding(self) -> Coding:
        def records(table: str, code: str) -> Iterable[ListRecord]:
            rows = sorted(self._live(table), key=lambda row: str(row["id"]))
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
