"""The words a table is declared with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a column holds, and so how it is stored."""

    TEXT = "text"
    INTEGER = "bigint"
    MONEY = "money"
    """An amount: ``numeric`` in Postgres, exact decimal elsewhere; ``currency`` names the column of its currency."""
    RATE = "numeric"
    """A factor or percentage, exact."""
    DATE = "date"
    INSTANT = "timestamptz"
    FLAG = "boolean"
    JSON = "jsonb"
    """In views only."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column and its meaning.

    Args:
        name: Column name in Postgres.
        kind: What it holds.
        source: The source's field: an Intacct field name, or a dotted path into BILL's JSON.
        description: One sentence for the data dictionary; ends with a full stop.
        required: Whether a row without it is rejected.
        one_of: The known values; anything else is rejected. Empty: any.
        currency: For money: the column with its currency.
        pii: Whether it names or identifies a person; masked in quarantine and logs.
        max_length: Longest text allowed; 0 for no limit of ours.
        is_optional: Whether a company may lack the field, by subscription or version; the column then stays empty.
    """

    name: str
    kind: Kind
    source: str
    description: str
    required: bool = False
    one_of: tuple[str, ...] = ()
    currency: str = ""
    pii: bool = False
    max_length: int = 0
    is_optional: bool = False

    @property
    def postgres_type(self) -> str:
        """The column's type in Postgres."""
        return "numeric" if self.kind is Kind.MONEY else self.kind.value


def text(name: str, source: str, description: str, **more: object) -> Column:
    """Return a column of text; ``more`` are further words of ``Column``."""
    return Column(name, Kind.TEXT, source, description, **more)  # type: ignore[arg-type]  # Column's own keywords


POSITION: Final = "#"
"""A column's source in a table read by a ``Call``: the row's place in the answer, from 1."""

OBJECT_NAME: Final = "@object"
"""A column's source in a table of several objects, found at run time: the name of the row's object."""

PARENT_ID: Final = "^id"
"""A column's source in what BILL sends with, or lists for, another record: the id of that record."""
_ASKED_BY_PARENT: Final = "{parent_id}"


PARTNERS: Final = ("vendor_name", "customer_name", "name")
"""Columns that name a partner in business, which are shown though they may name a person."""


@dataclass(frozen=True, slots=True)
class Call:
    """A function of Intacct whose answer holds a table's rows, for what `query` does not read.

    The columns' sources are names of elements: in the row, dotted where nested; or beside the elements around it.

    Args:
        function: Name of the function, such as ``getFinancialSetup``; ``get_list`` is read page by page.
        row: Name of the element that is one row.
        argument: What the function is told: a child element, or an attribute if it begins with ``@``.
        values: The argument's values, one run of the function for each; ``{user_id}`` is our own user.
        further: Child elements behind it, which are always the same.
    """

    function: str
    row: str
    argument: str = ""
    values: tuple[str, ...] = ("",)
    further: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the warehouse that mirrors one object of one source.

    Args:
        schema: ``intacct`` or ``bill``.
        name: Table name, singular, in the field's words.
        source_object: Intacct object name, or BILL path with ``{organization_id}`` where needed, or with
            ``{parent_id}`` where a path lists one parent's rows.
        description: One sentence for the data dictionary.
        columns: The declared columns, in order.
        key: Columns that identify a row within one entity.
        cursor: Column whose source value moves the watermark; empty if the object has none.
        parent: Name of the parent table in the same schema, for lines.
        parent_key: Column that holds the parent's key, for lines.
        business_key: Column with the id that people use, by which audit records of lists may name a row.
        audit_type: Intacct's audit object type; empty if deletions are found by a sweep alone.
        document_date: Column that decides a document's month (an instant's: in UTC); empty for lists.
        has_no_month_filter: Whether its source cannot be asked for the documents of one month, so that one reading of
            all of them serves every month that is wanted.
        control_total: Money column summed into the certificate; empty if there is none.
        embedded_in: For what BILL sends inside a document: the arrays in the document's JSON, outermost first, with
            dots between. Its columns' sources may begin with ``^`` for the record around it (``^^`` two up), or be
            ``#position`` (from 1 in its array) or ``#key`` (the id around it with that position).
        party: For BILL documents, which carry no currency: the column with the vendor or customer whose it is.
        is_rewritten: Whether the source replaces rows by new ones without a word, as the ledger does when a posted
            document is edited; what changed is then not all that happened, so the rows are counted, by the months of
            their document date, which is then required.
        permission: What Intacct's user must be allowed, as its screens name it; empty for lines (their parent's) and
            for systems that publish no list.
        only: A field of the source and the values of it that are wanted; other rows are not asked for. Empty: all rows.
        is_log: Whether rows are only ever added, so that it is never read whole; what the source drops stays.
        looked_up_by: Columns by which rows are found besides their key; one index.
        call: For what Intacct's `query` does not read: the function that does. Such a table is read whole.
        is_of_dimensions: Whether its rows are those of the objects that the company made as dimensions of its own;
            which these are is found at run time, and ``source_object`` is the function that tells. Its parent is the
            list of dimensions, and each is read whole.
        is_optional: Whether a sync goes on, and says so, where the company lacks it or the user may not read it.
        is_company_wide: Whether it is the same for every entity, so that only the company's top level reads it.
        module: Intacct's code of the subscription that it needs, such as ``SO``; empty if none.
        module_rule: The rule that says so.
    """

    schema: str
    name: str
    source_object: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    cursor: str = ""
    parent: str = ""
    parent_key: str = ""
    business_key: str = ""
    audit_type: str = ""
    document_date: str = ""
    has_no_month_filter: bool = False
    control_total: str = ""
    embedded_in: str = ""
    party: str = ""
    is_rewritten: bool = False
    permission: str = ""
    only: tuple[str, tuple[str, ...]] = ("", ())
    is_log: bool = False
    looked_up_by: tuple[str, ...] = ()
    call: Call | None = None
    is_of_dimensions: bool = False
    is_optional: bool = False
    is_company_wide: bool = False
    module: str = ""
    module_rule: str = ""

    @property
    def qualified_name(self) -> str:
        """``schema.name``."""
        return f"{self.schema}.{self.name}"

    @property
    def is_asked_by_parent(self) -> bool:
        """Whether the source lists its rows for one parent at a time: a question for each."""
        return _ASKED_BY_PARENT in self.source_object

    def column(self, name: str) -> Column:
        """Return the declared column.

        Raises:
            KeyError: The table has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        msg = f"{self.qualified_name} has no column {name}"
        raise KeyError(msg)

    @property
    def shown_columns(self) -> tuple[str, ...]:
        """The columns that a story or a report shows: nothing that identifies a person but the names of partners."""
        return tuple(column.name for column in self.columns if not column.pii or column.name in PARTNERS)

    @property
    def column_names(self) -> tuple[str, ...]:
        """The declared columns' names, in order."""
        return tuple(column.name for column in self.columns)


def select(tables: Iterable[Table], name: str) -> Table:
    """Return the table called ``name``.

    Raises:
        KeyError: There is none.
    """
    for table in tables:
        if table.name == name:
            return table
    msg = f"no table is called {name}"
    raise KeyError(msg)
