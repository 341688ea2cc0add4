"""One face for all objects that can be read: stored tables, and what is derived from the ledger."""

from __future__ import annotations

from decimal import Decimal
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, Protocol

from intacct_pipelines.sandbox.intacct.fields import DERIVED, NESTED, OBJECTS, RELATIONS, ObjectSpec
from intacct_pipelines.sandbox.intacct.ledger_views import JournalEntries, LedgerLines
from intacct_pipelines.sandbox.intacct.refusals import unknown_field, unknown_object
from intacct_pipelines.sandbox.intacct.values import read_day

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from intacct_pipelines.sandbox.intacct.state import Row, State, Table

MAX_HOPS: Final = 4


class Dataset(Protocol):
    """What a query reads."""

    spec: ObjectSpec

    @property
    def version(self) -> int:
        """Changes whenever a record does."""

    def numbers(self, owners: frozenset[str] | None) -> list[int]:
        """Record numbers of these owners, ascending; not to be changed."""

    def record(self, number: int) -> Any | None:
        """The record, or None when there is none any more."""

    def owner(self, record: Any) -> str:
        """The entity that owns the record."""

    def getter(self, field: str) -> Callable[[Any], str]:
        """A function that takes one field from a record."""

    def position(self, field: str) -> int | None:
        """Where the field stands in a stored row; None if it is computed."""

    def equal(self, field: str, value: str) -> list[int] | None:
        """Numbers of the records with this value from an index; None if there is no index."""


def dataset(state: State, name: str) -> Dataset:
    """The records of an object.

    Raises:
        FunctionRefusedError: The company has no such object.
    """
    if name == "GLBATCH":
        return JournalEntries(state)
    if name in DERIVED:
        return LedgerLines(state, name, _hop)
    if name not in state.tables or not state.subscribes(state.tables[name].spec):
        raise unknown_object(name)
    return StoredObject(state, state.tables[name])


def kind_of(state: State, spec: ObjectSpec, field: str) -> str:
    """The kind letter of a plain or dotted field.

    Raises:
        FunctionRefusedError: The company does not have the field.
    """
    if f"{spec.name}.{field}" in state.options.hidden_fields:
        raise unknown_field(spec.name, field)
    if field in spec.kinds:
        return spec.kinds[field]
    custom = state.custom_fields(spec.name)
    if field in custom:
        return custom[field]
    relation, _, rest = field.partition(".")
    target = RELATIONS.get(spec.name, {}).get(relation)
    if not target or not rest or rest.count(".") >= MAX_HOPS:
        raise unknown_field(spec.name, field)
    if target[0] == spec.name and rest.startswith(f"{relation}."):
        # Only one hop along a parent hierarchy.
        raise unknown_field(spec.name, field)
    return kind_of(state, OBJECTS[target[0]], rest)


def visible_fields(state: State, spec: ObjectSpec) -> list[str]:
    """All fields that "all fields" means for this company."""
    hidden = state.options.hidden_fields
    return [
        field
        for field, kind in (*spec.kinds.items(), *state.custom_fields(spec.name).items())
        if kind != NESTED and not (hidden and f"{spec.name}.{field}" in hidden)
    ]


class StoredObject:
    """The records of one table.

    Args:
        state: The company.
        table: The table.
    """

    def __init__(self, state: State, table: Table) -> None:
        self._state = state
        self._table = table
        self.spec = table.spec
        self._computed = _COMPUTED.get(self.spec.name, {})

    @property
    def version(self) -> int:
        """Changes whenever a record does."""
        return self._table.version

    def numbers(self, owners: frozenset[str] | None) -> list[int]:
        """Record numbers of these owners, ascending."""
        return self._table.visible(owners)

    def record(self, number: int) -> Row | None:
        """The row."""
        return self._table.rows.get(number)

    def owner(self, record: Row) -> str:
        """The entity that owns the record."""
        return record[self._table.owner_at]

    @property
    def stamp(self) -> Callable[[Row], str | None]:
        """A function that takes WHENMODIFIED in sortable form from a row."""
        at = self._table.stamp_at
        return lambda row: row[at] or None

    def position(self, field: str) -> int | None:
        """Where the field stands in a stored row; None if it is computed."""
        return None if field in self._computed else self._table.at.get(field)

    def equal(self, field: str, value: str) -> list[int] | None:
        """Numbers of the records with this value from an index."""
        index = self._table.index.get(field)
        return None if index is None else index.get(value, [])

    def getter(self, field: str) -> Callable[[Row], str]:
        """A function that takes one field from a row, following dotted relations."""
        state = self._state
        computed = self._computed.get(field)
        if computed:
            return lambda row: computed(state, self._table, row)
        position = self._table.at.get(field)
        if position is not None:
            return itemgetter(position)
        if field in state.custom_fields(self.spec.name):
            return lambda row: state.custom_value(self._table, row, field)
        relation, _, rest = field.partition(".")
        target_name, own_field, other_field = RELATIONS[self.spec.name][relation]
        return _hop(state, self.getter(own_field), target_name, other_field, rest)


def _hop(
    state: State, own: Callable[[Any], str], target_name: str, other_field: str, rest: str
) -> Callable[[Any], str]:
    target = state.tables[target_name]
    inner = StoredObject(state, target).getter(rest)

    def through(record: Any) -> str:
        value = own(record)
        if not value:
            return ""
        row = target.rows.get(int(value)) if other_field == "RECORDNO" else target.by_business_key(value)
        return inner(row) if row is not None else ""

    return through


def _vendor_due(state: State, table: Table, row: Row) -> str:
    bills = state.tables["APBILL"]
    due = bills.at["TOTALDUE"]
    total = Decimal(0)
    for number in bills.find("VENDORID", table.get(row, "VENDORID")):
        text = bills.rows[number][due]
        if text:
            total += Decimal(text)
    return str(total)


def _days_left(state: State, table: Table, row: Row) -> str:
    due = table.get(row, "WHENDUE")
    return str((read_day(due) - state.clock.now().date()).days) if due else ""


def _bank_balance(state: State, table: Table, row: Row) -> str:
    """What the ledger says is on the account's own ledger account, in its currency, for its entity."""
    key = (row[table.owner_at], table.get(row, "CURRENCY"), table.get(row, "GLACCOUNTNO"))
    return str(state.ledger.balances().get(key, Decimal(0)))


_COMPUTED: Final[Mapping[str, Mapping[str, Callable[[State, Table, Row], str]]]] = {
    "VENDOR": {"TOTALDUE": _vendor_due},
    "CHECKINGACCOUNT": {"CURRENTBALANCE": _bank_balance},
    "APBILL": {"DUE_IN_DAYS": _days_left},
}
