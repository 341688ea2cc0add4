"""The records of the twin: tables in RECORDNO order with indexes, an undo journal, and the audit trail.

Every change goes through :meth:`State.insert`, :meth:`State.replace` and :meth:`State.remove` (and the ledger through
:meth:`State.post` and :meth:`State.unpost`), so that a failed function or transaction can be rolled back exactly. The
caller holds ``State.lock``.
"""

from __future__ import annotations

import functools
import threading
from bisect import bisect_left, insort
from contextlib import contextmanager
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.intacct.fields import DERIVED, OBJECTS, OWN_DIMENSIONS, ObjectSpec
from intacct_pipelines.sandbox.intacct.values import CachedInstants, format_instant, invented_value, sortable
from intacct_pipelines.sandbox.ledger import Ledger, Posting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from intacct_pipelines.sandbox.clock import Clock
    from intacct_pipelines.sandbox.intacct.financial import FinancialAccount
    from intacct_pipelines.sandbox.intacct.options import Options

Row = list[str]
"""The fields in the order of the object's reference, then the owner entity, then WHENMODIFIED in sortable form."""

_COUNTED_TOGETHER: Final = {
    name: group for group in (("APBILL", "APADJUSTMENT"), ("ARINVOICE", "ARADJUSTMENT")) for name in group
}
"""Objects whose records share their numbers, by each of them."""


class Table:
    """All records of one object. Rows are never changed in place: a change puts a new row.

    Args:
        spec: What the object is.
    """

    def __init__(self, spec: ObjectSpec) -> None:
        self.spec = spec
        self.at = {field: position for position, field in enumerate(spec.kinds)}
        self.owner_at = len(self.at)
        self.stamp_at = self.owner_at + 1
        self.width = self.owner_at + 2
        self.rows: dict[int, Row] = {}
        self.by_owner: dict[str, list[int]] = {}
        self.index: dict[str, dict[str, list[int]]] = {field: {} for field in spec.indexed}
        self.next_number = 1
        self.version = 0
        self._key_at = self.at[spec.key]
        self._indexed = tuple((self.at[field], self.index[field]) for field in spec.indexed)
        self._seen: dict[frozenset[str] | None, tuple[int, list[int]]] = {}

    def blank(self) -> Row:
        """A row with all fields empty."""
        return [""] * self.width

    def get(self, row: Row, field: str) -> str:
        """One field of a row."""
        return row[self.at[field]]

    def find(self, field: str, value: str) -> list[int]:
        """Numbers of the records whose indexed field has this value, ascending."""
        return self.index[field].get(value, [])

    def by_business_key(self, value: str) -> Row | None:
        """The record that people call so."""
        numbers = self.find(self.spec.business_key, value)
        return self.rows[numbers[0]] if numbers else None

    def visible(self, owners: frozenset[str] | None) -> list[int]:
        """Numbers of the records of these owners (None: all), ascending. Do not change the list."""
        known = self._seen.get(owners)
        if known and known[0] == self.version:
            return known[1]
        chosen = self.by_owner if owners is None else {owner: self.by_owner.get(owner, []) for owner in owners}
        numbers = sorted(number for part in chosen.values() for number in part)
        self._seen[owners] = (self.version, numbers)
        return numbers

    def put(self, row: Row) -> None:
        """Add a record."""
        number = int(row[self._key_at])
        self.rows[number] = row
        _add(self.by_owner.setdefault(row[self.owner_at], []), number)
        for position, index in self._indexed:
            _add(index.setdefault(row[position], []), number)
        self.next_number = max(self.next_number, number + 1)
        self.version += 1

    def drop(self, row: Row) -> None:
        """Take a record away."""
        number = int(row[self._key_at])
        del self.rows[number]
        _take(self.by_owner, row[self.owner_at], number)
        for position, index in self._indexed:
            _take(index, row[position], number)
        self.version += 1

    def exchange(self, old: Row, new: Row) -> None:
        """Put a new row in the place of an old one with the same number and owner."""
        number = int(old[self._key_at])
        self.rows[number] = new
        for position, index in self._indexed:
            if old[position] != new[position]:
                _take(index, old[position], number)
                _add(index.setdefault(new[position], []), number)
        self.version += 1


def _add(numbers: list[int], number: int) -> None:
    if not numbers or number > numbers[-1]:
        numbers.append(number)
    else:
        insort(numbers, number)


def _take(index: dict[str, list[int]], value: str, number: int) -> None:
    numbers = index[value]
    del numbers[bisect_left(numbers, number)]
    if not numbers:
        del index[value]


class State:
    """Everything that the twin remembers about the company's books.

    Args:
        options: The switches.
        clock: The sandbox's clock.
    """

    def __init__(self, options: Options, clock: Clock) -> None:
        self.options = options
        self.clock = clock
        self.lock = threading.RLock()
        self.tables = {name: Table(spec) for name, spec in OBJECTS.items() if name not in DERIVED}
        self.ledger = Ledger()
        self.instants = CachedInstants(options.modified_zone)
        self.entity_currency: dict[str, str] = {}
        self.financial_accounts: dict[str, FinancialAccount] = {}
        self.closed_through: dict[str, str] = {}
        self.base_currency = ""
        self.user_id = ""
        self._custom: dict[tuple[str, str, str], str] = {}
        self._undo: list[Callable[[], None]] | None = None

    # --- changing -------------------------------------------------------------------------------------------------

    def insert(self, table: Table, row: Row) -> None:
        """Add a record."""
        table.put(row)
        if self._undo is not None:
            self._undo.append(lambda: table.drop(row))

    def replace(self, table: Table, old: Row, new: Row) -> None:
        """Put a new row in the place of an old one."""
        table.exchange(old, new)
        if self._undo is not None:
            self._undo.append(lambda: table.exchange(new, old))

    def remove(self, table: Table, row: Row) -> None:
        """Delete a record."""
        table.drop(row)
        if self._undo is not None:
            self._undo.append(lambda: table.put(row))

    def post(self, posting: Posting) -> None:
        """Add a posting to the ledger."""
        self.ledger.post(posting)
        if self._undo is not None:
            self._undo.append(lambda: self.ledger.remove(posting))

    def unpost(self, posting: Posting) -> None:
        """Take a posting out of the ledger."""
        self.ledger.remove(posting)
        if self._undo is not None:
            self._undo.append(lambda: self.ledger.post(posting))

    def set_custom(self, table: Table, row: Row, values: Mapping[str, str]) -> None:
        """Keep what was sent for fields that the company made itself."""
        for field in self.custom_fields(table.spec.name).keys() & values.keys():
            key = (table.spec.name, row[table.at[table.spec.key]], field)
            before = self._custom.get(key)
            self._custom[key] = values[field]
            if self._undo is not None:
                self._undo.append(functools.partial(self._restore_custom, key, before))

    def _restore_custom(self, key: tuple[str, str, str], before: str | None) -> None:
        if before is None:
            del self._custom[key]
        else:
            self._custom[key] = before

    @contextmanager
    def savepoint(self) -> Iterator[Savepoint]:
        """All changes inside are undone when an exception leaves the block, or when the caller rolls back."""
        outer = self._undo
        journal = outer if outer is not None else []
        self._undo = journal
        point = Savepoint(journal)
        try:
            yield point
        except BaseException:  # whatever stops a write, half of it must not stay
            point.roll_back()
            raise
        finally:
            self._undo = outer

    def new_number(self, table: Table) -> str:
        """The next record number of a table; documents that settle each other are counted together."""
        together = [self.tables[name] for name in _COUNTED_TOGETHER.get(table.spec.name, ())] or [table]
        number = max(one.next_number for one in together)
        for one in together:
            one.next_number = number + 1
        return str(number)

    def stamped(self, table: Table, row: Row, now: datetime | None = None) -> Row:
        """A copy of the row, modified now."""
        at = self.clock.now() if now is None else now
        modified = self.instants.local(at)
        fresh = row.copy()
        for field in ("WHENMODIFIED", "UPDATEDAT"):
            if field in table.at:
                fresh[table.at[field]] = modified
        if "MODIFIEDBY" in table.at:
            fresh[table.at["MODIFIEDBY"]] = "1"
        fresh[table.stamp_at] = sortable(modified)
        return fresh

    def audit(self, table: Table, row: Row, mode: str, source: str) -> None:
        """Write a row of the audit trail: ``C`` create, ``M`` modify, ``D`` delete."""
        spec = table.spec
        if spec.audited:
            by_name = spec.business_key and self.options.audit_list_key == "business"
            self.audit_key(spec.name, table.get(row, spec.business_key if by_name else "RECORDNO"), mode, source)

    def audit_key(self, object_name: str, key: str, mode: str, source: str) -> None:
        """Write a row of the audit trail for a record that stands in no table."""
        trail = self.tables["AUDITHISTORY"]
        entry = trail.blank()
        values = {
            "ID": self.new_number(trail),
            "OBJECTTYPE": object_name.lower(),
            "OBJECTKEY": key,
            "USERID": self.user_id,
            "ACCESSTIME": format_instant(self.clock.now()),
            "ACCESSMODE": mode,
            "SOURCE": source,
            "IPADDRESS": "",
        }
        for field, value in values.items():
            entry[trail.at[field]] = value
        self.insert(trail, entry)

    # --- reading --------------------------------------------------------------------------------------------------

    def table(self, name: str) -> Table:
        """The table of a stored object."""
        return self.tables[name]

    def subscribes(self, spec: ObjectSpec) -> bool:
        """Whether the company has the module that an object belongs to, or made the object itself."""
        if spec.name in OWN_DIMENSIONS:
            return spec.name in self.options.own_dimensions
        return not spec.module or spec.module in self.options.applications

    def custom_fields(self, object_name: str) -> Mapping[str, str]:
        """The fields that the company made itself for an object: name → kind letter."""
        return self.options.custom_fields.get(object_name, {})

    def custom_value(self, table: Table, row: Row, field: str) -> str:
        """What such a field holds: what was sent, else something that fits, always the same for the same record."""
        key = (table.spec.name, row[table.at[table.spec.key]], field)
        value = self._custom.get(key)
        return invented_value(*key, self.custom_fields(table.spec.name)[field]) if value is None else value

    def owners_seen(self, entity_id: str, *, private: bool) -> frozenset[str] | None:
        """Whose records a session sees: an entity its own and the top level's; the top level its own, or all."""
        if entity_id:
            return frozenset(("", entity_id))
        return None if private else frozenset(("",))

    def entity_of_location(self, location_id: str) -> str:
        """The entity that a location belongs to; empty if none."""
        locations = self.tables["LOCATION"]
        seen = 0
        while location_id and seen < len(self.entity_currency) + len(locations.rows):
            if location_id in self.entity_currency:
                return location_id
            row = locations.by_business_key(location_id)
            if row is None:
                return ""
            if row[locations.owner_at]:
                return row[locations.owner_at]
            location_id = locations.get(row, "PARENTID")
            seen += 1
        return ""

    def currency_of(self, entity_id: str) -> str:
        """The base currency of an entity, or of the company."""
        return self.entity_currency.get(entity_id, self.base_currency)


class Savepoint:
    """A place in the undo journal.

    Args:
        journal: The journal; everything after its present end can be undone.
    """

    def __init__(self, journal: list[Callable[[], None]]) -> None:
        self._journal = journal
        self._mark = len(journal)

    def roll_back(self) -> None:
        """Undo every change since this point, newest first."""
        while len(self._journal) > self._mark:
            self._journal.pop()()


def picker(positions: Sequence[int]) -> Callable[[Row], tuple[str, ...]]:
    """A fast function that takes these positions of a row as a tuple."""
    if len(positions) == 1:
        only = positions[0]
        return lambda row: (row[only],)
    return itemgetter(*positions)
