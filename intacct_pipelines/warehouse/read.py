"""Reading the warehouse: frames for the pure stages, and what the next extraction must know. Nothing is written.

Frames keep values exact: amounts and rates are ``Decimal`` objects, days are ``date`` objects, texts are ``str``
objects, a missing one of these is None; key numbers are ``int64``, other integers ``Int64``, flags ``boolean``,
instants ``datetime64`` in UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from intacct_pipelines.domain.catalog import TABLES, Kind, Table
from intacct_pipelines.warehouse.covering import document_day, in_month
from intacct_pipelines.warehouse.marts.as_of import as_of_name
from intacct_pipelines.warehouse.place import key_text, names
from intacct_pipelines.warehouse.suspects import suspects
from intacct_pipelines.warehouse.tables import SYSTEM_COLUMNS, column_types, parent_name, version_name

if TYPE_CHECKING:
    import pandas as pd

    from intacct_pipelines.domain.catalog.sums import Reference, Sum, Valued

_DTYPES: Final = {"bigint": "Int64", "boolean": "boolean", "timestamptz": "datetime64[us, UTC]"}
_SYSTEM: Final = ("entity", *SYSTEM_COLUMNS)


class Reading:
    """The questions that a warehouse answers; tables are named by declaration or by qualified name."""

    def transaction(self, doing: str = "reading the warehouse") -> AbstractContextManager[psycopg.Connection]:
        """Lend a connection; see ``Warehouse``."""
        raise NotImplementedError

    def read_frame(
        self,
        table: Table | str,
        entity: str,
        *,
        columns: Sequence[str] | None = None,
        include_deleted: bool = False,
        among: tuple[str, Sequence[object]] | None = None,
    ) -> pd.DataFrame:
        """Return the current rows of one entity, in the order of their keys.

        Args:
            table: The table, or its qualified name such as ``intacct.ap_bill``.
            entity: The entity's partition key.
            columns: Which columns, system columns allowed; all declared ones by default.
            include_deleted: Whether rows that the source no longer has are read too.
            among: A column, and the values in it with which a row is read, None among them; all rows by default.

        Raises:
            KeyError: The catalog has no such table, or the table no such column.
        """
        declared = _declared(table)
        wanted = _wanted(declared, columns)
        facts: dict[str, Any] = {"entity": entity}
        narrowed: sql.Composable = sql.SQL("")
        if among:
            column, values = sql.Identifier(declared.column(among[0]).name), list(among[1])
            facts["among"] = [value for value in values if value is not None]
            or_none = sql.SQL(" OR {} IS NULL").format(column) if None in values else sql.SQL("")
            narrowed = sql.SQL(" AND ({} = ANY (%(among)s){})").format(column, or_none)
        query = sql.SQL("SELECT {} FROM {} WHERE entity = %(entity)s{}{} ORDER BY {}").format(
            names(wanted), parent_name(declared), _alive(include_deleted), narrowed, names(declared.key)
        )
        return self._frame(declared, wanted, query, facts)

    def suspects(self, holds: Sum | Reference | Valued, entity: str) -> tuple[list[object], dict[str, str]]:
        """Return what a declared truth may not hold for: values, and the column of each table in which they stand.

        Raises:
            KeyError: The catalog has no such table or column.
        """
        found = suspects(holds)
        with self.transaction("looking for what does not add up") as connection:
            return [value for (value,) in connection.execute(found.query, {"entity": entity})], found.by

    def as_of(
        self, table: Table | str, entity: str, instant: datetime, *, columns: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """Return one entity's rows as the warehouse held them at an instant, in the order of their keys.

        Rows that the source was known not to have any more are left out.

        Args:
            table: See ``read_frame``.
            entity: The entity's partition key.
            instant: With its zone; what was stored exactly then is seen.
            columns: See ``read_frame``.

        Raises:
            KeyError: See ``read_frame``.
            ValueError: The instant has no zone.
        """
        if instant.tzinfo is None:
            msg = "an instant needs a zone"
            raise ValueError(msg)
        declared = _declared(table)
        wanted = _wanted(declared, columns)
        query = sql.SQL("SELECT {} FROM {}(%(at)s) WHERE entity = %(entity)s ORDER BY {}").format(
            names(wanted), as_of_name(declared), names(declared.key)
        )
        return self._frame(declared, wanted, query, {"entity": entity, "at": instant})

    def history(self, table: Table | str, entity: str, key: str) -> pd.DataFrame:
        """Return every version of one record, oldest first, with ``valid_from`` and ``valid_to`` (NaT: still valid).

        Args:
            table: See ``read_frame``.
            entity: The entity's partition key.
            key: The record's key as text.

        Raises:
            KeyError: The catalog has no such table.
        """
        declared = _declared(table)
        wanted = tuple(column_types(declared))
        query = sql.SQL(
            "SELECT {columns}, valid_from, valid_to FROM {versions} AS t WHERE entity = %(entity)s AND {key} = %(key)s "
            "UNION ALL SELECT {columns}, _synced_at, NULL FROM {current} AS t "
            "WHERE entity = %(entity)s AND {key} = %(key)s ORDER BY valid_from"
        ).format(
            columns=names(wanted),
            versions=version_name(declared),
            current=parent_name(declared),
            key=key_text(declared, "t"),
        )
        spans = ("valid_from", "valid_to")
        return self._frame(declared, (*wanted, *spans), query, {"entity": entity, "key": key})

    def counts_and_totals(self, table: Table | str, entity: str) -> tuple[int, dict[str, Decimal]]:
        """Return how many rows the source has, and what the control column adds up to by currency (none: empty).

        Raises:
            KeyError: The catalog has no such table.
        """
        declared = _declared(table)
        amount: sql.Composable = sql.SQL("NULL::numeric")
        currency: sql.Composable = sql.SQL("''")
        if declared.control_total:
            column = declared.column(declared.control_total)
            amount = sql.SQL("sum({})").format(sql.Identifier(column.name))
            currency = sql.SQL("coalesce({}, '')").format(sql.Identifier(column.currency))
        query = sql.SQL(
            "SELECT {}, count(*), {} FROM {} WHERE entity = %s AND NOT _deleted GROUP BY 1 ORDER BY 1"
        ).format(currency, amount, parent_name(declared))
        with self.transaction(f"counting {declared.qualified_name}") as connection:
            groups = connection.execute(query, [entity]).fetchall()
        return sum(count for _, count, _ in groups), {word: total for word, _, total in groups if total is not None}

    def rows_by_month(self, table: Table | str, entity: str) -> dict[date, int]:
        """Return how many rows the source has by first day of their month, without records that are in quarantine.

        Args:
            table: A table whose document date is required.
            entity: The entity's partition key.

        Raises:
            KeyError: The catalog has no such table.
        """
        declared = _declared(table)
        query = sql.SQL(
            "SELECT date_trunc('month', {day}::timestamp)::date, count(*) FROM {table} AS t "
            "WHERE t.entity = %(entity)s AND NOT t._deleted AND {key} <> ALL (%(rejected)s::text[]) GROUP BY 1"
        ).format(day=document_day(declared, "t"), table=parent_name(declared), key=key_text(declared, "t"))
        facts = {"entity": entity, "rejected": list(self.rejected_keys(declared, entity))}
        with self.transaction(f"counting months of {declared.qualified_name}") as connection:
            return dict(connection.execute(query, facts).fetchall())

    def keys(self, table: Table | str, entity: str) -> list[str]:
        """Return the keys, as text, of the rows that the source still has, in order.

        Raises:
            KeyError: The catalog has no such table.
        """
        return self._keys(_declared(table), entity, sql.SQL("NOT t._deleted"), {})

    def keys_of_month(self, table: Table | str, entity: str, month: date, *, alive: bool = False) -> list[str]:
        """Return the keys of the documents of one month, or of their lines; deleted ones too, as theirs go with them.

        Args:
            table: A table with a document date, or lines of one.
            entity: The entity's partition key.
            month: The month's first day.
            alive: Leave out the deleted ones.

        Raises:
            KeyError: The catalog has no such table.
        """
        declared = _declared(table)
        query = sql.SQL("SELECT {} {} ORDER BY {}").format(
            key_text(declared, "t"), in_month(declared, alive=alive), names(declared.key, "t")
        )
        with self.transaction(f"reading keys of {declared.qualified_name}") as connection:
            return [key for (key,) in connection.execute(query, {"entity": entity, "month": month})]

    def watermark(self, table: Table | str, entity: str) -> str:
        """Return how far the table is read, as the server wrote it; empty if it never was."""
        with self.transaction("reading a watermark") as connection:
            row = connection.execute(
                "SELECT watermark FROM ops.watermark WHERE table_name = %s AND entity = %s",
                [_declared(table).qualified_name, entity],
            ).fetchone()
        return row[0] if row else ""

    def last_extracted_at(self, table: Table | str, entity: str) -> datetime | None:
        """Return when the last load began that covered all or all changed records; None if there was none.

        A month or the lines of some documents say nothing of the rest and do not count.
        """
        with self.transaction("reading certificates") as connection:
            row = connection.execute(
                "SELECT max(started_at) FROM ops.certificate WHERE table_name = %s AND entity = %s "
                "AND (time_window = 'all' OR time_window LIKE 'changed %%')",
                [_declared(table).qualified_name, entity],
            ).fetchone()
        return row[0] if row else None

    def changed_parents(self, lines_table: Table | str, entity: str) -> list[str] | None:
        """Return the keys of the parents whose lines must be read again; None if all lines must be read.

        Each load of the parents notes what it wrote, and each load of lines crosses off the parents that it covered,
        in the same transactions as the rows. So neither a failed step nor a load of one month can lose a parent.

        Raises:
            KeyError: The catalog has no such table.
        """
        facts = [_declared(lines_table).qualified_name, entity]
        with self.transaction("finding changed parents") as connection:
            read = connection.execute(
                "SELECT FROM ops.certificate WHERE table_name = %s AND entity = %s AND time_window = 'all' LIMIT 1",
                facts,
            ).fetchone()
            if read is None:
                return None
            query = (
                "SELECT parent_key FROM ops.unread_parent WHERE table_name = %s AND entity = %s "
                "ORDER BY length(parent_key), parent_key"
            )
            return [key for (key,) in connection.execute(query, facts)]

    def open_rejects(self, table: Table | str, entity: str, *, limit: int = 100) -> tuple[int, list[dict[str, str]]]:
        """Return how many rows are in quarantine now, and the reasons for the oldest, at most ``limit``.

        A reason has ``key``, ``column_name``, ``check_name``, ``value``, ``rule``, ``fragment``, ``first_seen_at``.
        """
        facts = [_declared(table).qualified_name, entity]
        with self.transaction("reading the quarantine") as connection:
            row = connection.execute(
                "SELECT count(DISTINCT CASE WHEN key = '' THEN md5(fragment) ELSE key END) FROM quarantine.row "
                "WHERE table_name = %s AND entity = %s AND resolved_at IS NULL",
                facts,
            ).fetchone()
            with connection.cursor(row_factory=dict_row) as cursor:
                examples = cursor.execute(
                    "SELECT key, column_name, check_name, value, rule, fragment, first_seen_at::text "
                    "FROM quarantine.row WHERE table_name = %s AND entity = %s AND resolved_at IS NULL "
                    "ORDER BY id LIMIT %s",
                    [*facts, limit],
                ).fetchall()
        return (row[0] if row else 0), examples

    def rejected_keys(self, table: Table | str, entity: str) -> set[str]:
        """Return the keys of the records of which the newest copy is in quarantine; a row without a key has none."""
        with self.transaction("reading the quarantine") as connection:
            rows = connection.execute(
                "SELECT DISTINCT key FROM quarantine.row "
                "WHERE table_name = %s AND entity = %s AND resolved_at IS NULL AND key <> ''",
                [_declared(table).qualified_name, entity],
            ).fetchall()
        return {key for (key,) in rows}

    def _keys(self, table: Table, entity: str, condition: sql.Composable, facts: dict[str, Any]) -> list[str]:
        query = sql.SQL("SELECT {} FROM {} AS t WHERE t.entity = %(entity)s AND {} ORDER BY {}").format(
            key_text(table, "t"), parent_name(table), condition, names(table.key, "t")
        )
        with self.transaction(f"reading keys of {table.qualified_name}") as connection:
            return [key for (key,) in connection.execute(query, {"entity": entity, **facts})]

    def _frame(self, table: Table, wanted: Sequence[str], query: sql.Composed, facts: dict[str, Any]) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  # 0.4 s that only readers of frames should pay

        doing = f"reading {table.qualified_name}"
        with self.transaction(doing) as connection, connection.cursor(binary=True) as cursor:
            rows = cursor.execute(query, facts).fetchall()
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(wanted)
        types = column_types(table) | {"valid_from": "timestamptz", "valid_to": "timestamptz"}
        return pd.DataFrame(
            {
                name: pd.Series(values, dtype=_dtype(table, name, types[name]))
                for name, values in zip(wanted, columns, strict=True)
            }
        )


def _declared(table: Table | str) -> Table:
    return TABLES[table] if isinstance(table, str) else table


def _alive(include_deleted: bool) -> sql.SQL:
    return sql.SQL("") if include_deleted else sql.SQL(" AND NOT _deleted")


def _wanted(table: Table, columns: Sequence[str] | None) -> tuple[str, ...]:
    """Return the columns to read.

    Raises:
        KeyError: The table has no such column.
    """
    wanted = table.column_names if columns is None else tuple(columns)
    for name in wanted:
        if name not in _SYSTEM:
            table.column(name)
    return wanted


def _dtype(table: Table, name: str, kind: str) -> str:
    if name in table.key and table.column(name).kind is Kind.INTEGER:
        return "int64"
    return _DTYPES.get(kind, "object")
