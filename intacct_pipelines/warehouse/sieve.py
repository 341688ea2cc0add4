"""The sieve: settles in Postgres the pairs that are certain and equal, so that only the rest is read and compared.

A pair is settled when nothing else depends on it and nothing in it differs:

* it is confirmed in the crosswalk; or Intacct's row names the platform's as its only source and nobody else does; or
  party and number stand once on each side, and neither row is in the crosswalk or named;
* party and number stand on no other live row of its side, and on no deleted one of Intacct's;
* both rows stand, and all that ``domain.sieved`` declares and the coding of the lines are the same.

Keys are compared by hashes of 64 bits, where a collision can only leave a pair unsettled; codings within one pair too,
where it is as likely as that two versions of a row have the same ``_hash``.
All statements of a sieve see one snapshot.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import psycopg
from psycopg import sql

from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.keys import SOURCE_MARK
from intacct_pipelines.domain.names import fold
from intacct_pipelines.warehouse.place import names
from intacct_pipelines.warehouse.read import Reading
from intacct_pipelines.warehouse.sieve_lines import DIMENSIONS, SEPARATOR, digests, unlike

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from decimal import Decimal

    import pandas as pd

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.domain.sieved import Lookups, Sieved, SievedSide
    from intacct_pipelines.warehouse.connection import Warehouse

Sums: TypeAlias = "dict[tuple[str, date | None], tuple[int, Decimal, Decimal]]"
"""Currency and first day of the month → pairs, the platform's money, Intacct's."""
CROSSWALK: Final = (
    "link",
    "object",
    "platform_id",
    "intacct_record_no",
    "intacct_id",
    "status",
    "evidence",
    "decided_by",
    "decided_at",
)
"""Columns of ``mapping.crosswalk``."""
_PLAIN: Final = "^[!-~]+( [!-~]+)*$"
"""A text that differs from its folded form in capitals only."""
LOCK: Final = "SELECT pg_advisory_lock(hashtextextended(%s, 0))"


def lock_name(link: str, object_name: str) -> str:
    """Return the name of the lock under which results of a link and object are stored."""
    return f"recon {link} {object_name}"


@contextlib.contextmanager
def sieving(warehouse: Warehouse, sieved: Sieved, link: Link) -> Iterator[Sieve]:
    """Lend a sieve in a transaction that sees one snapshot: committed at the end, rolled back by an error.

    Args:
        warehouse: Where both sides are.
        sieved: What is compared.
        link: Whose rows.

    Raises:
        WarehouseUnavailableError: Postgres went away; nothing was stored.
    """
    name = lock_name(link.name, sieved.name)
    with warehouse.transaction(f"settling pairs of {sieved.name}") as connection:
        # The snapshot must be younger than the end of the run before, so the lock has a transaction of its own.
        connection.execute(LOCK, [name])
        connection.commit()
        try:
            with connection.transaction():
                connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                connection.execute("SET LOCAL work_mem = '128MB'")
                connection.execute("SET LOCAL jit = off")
                # A run over few changes should follow indexes, not read whole tables.
                connection.execute("SET LOCAL random_page_cost = 1.1")
                # How many rows there are is what a plan needs to know; a small sample says it.
                connection.execute("SET LOCAL default_statistics_target = 10")
                yield Sieve(connection, sieved, link)
        finally:
            with contextlib.suppress(psycopg.OperationalError):  # a lost session has let go already
                connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows a sieve looks at: those whose keys stand in these temporary tables; all, if none is named."""

    platform: str = ""
    intacct: str = ""


ALL: Final = Scope()


class Sieve(Reading):
    """One sieve over one snapshot; made by ``sieving``. Settle first, then read the rest.

    Args:
        connection: In a transaction whose statements all see the same.
        sieved: What is compared.
        link: Whose rows.
    """

    def __init__(self, connection: psycopg.Connection, sieved: Sieved, link: Link) -> None:
        self.connection = connection
        self.sieved = sieved
        self.link = link
        self._uncoded: dict[str, str] = {}
        self.place = {"link": link.name, "object": sieved.name, "entity": str(link.entity)}

    @contextlib.contextmanager
    def transaction(self, doing: str = "") -> Iterator[psycopg.Connection]:  # noqa: ARG002 - Reading's own
        """Lend the sieve's connection."""
        yield self.connection

    def prepare(self, lookups: Lookups) -> None:
        """Lay out the lists that the documents are translated by."""
        self._uncoded = lookups.uncoded
        self._upload("sieve_party", ("platform_id", "intacct_id"), lookups.partners.items())
        for name in DIMENSIONS:
            self._upload(f"sieve_{name}", ("id", "word"), lookups.words[name].items())
        self._upload("sieve_fold", ("words", "folded"), ())

    def read_documents(self, scope: Scope = ALL) -> None:
        """Lay out both sides' documents of the scope, with what is compared and the hash of party and number."""
        self._fold_numbers(scope)
        self._run(
            "CREATE TEMP TABLE sieve_platform ON COMMIT DROP AS {}", self.documents(is_platform=True, scope=scope)
        )
        self._run(
            "CREATE TEMP TABLE sieve_intacct ON COMMIT DROP AS {}", self.documents(is_platform=False, scope=scope)
        )
        self._run("CREATE TEMP TABLE sieve_named ON COMMIT DROP AS {}", self.named(scope))

    def read_more(self, scope: Scope) -> None:
        """Lay out the documents of one more scope, which shares none with those before."""
        self._fold_numbers(scope)
        self._run("INSERT INTO sieve_platform {}", self.documents(is_platform=True, scope=scope))
        self._run("INSERT INTO sieve_intacct {}", self.documents(is_platform=False, scope=scope))
        self._run("INSERT INTO sieve_named {}", self.named(scope))

    def settle(self) -> None:
        """Settle what can be settled among the documents laid out, and note the rest."""
        for table in ("sieve_platform", "sieve_intacct", "sieve_named"):
            self._run("ANALYZE {}", sql.Identifier(table))
        self._run(_DOUBTED)
        self._run("CREATE TEMP TABLE sieve_settled ON COMMIT DROP AS {}", self._pairs("crosswalk"))
        self._run("INSERT INTO sieve_settled {}", self._pairs("mark"))
        self._run("INSERT INTO sieve_settled {}", self._pairs("natural_key"))
        self._run("ANALYZE sieve_settled")
        self._compare_lines_in_doubt()
        self._run(_REST_PLATFORM)
        self._run(_REST_INTACCT)

    def _compare_lines_in_doubt(self) -> None:
        """Take back the settled pairs whose lines come to other sums, asking only where they are not plainly alike."""
        found = self._run(_IN_DOUBT)
        if found.rowcount:
            self._run("ANALYZE sieve_in_doubt")
            self._run(
                "DELETE FROM sieve_settled AS s USING ({}) AS u WHERE s.record_no = u.record_no",
                unlike(self.sieved, self._uncoded),
            )

    def rest(self, table: str, columns: Sequence[str]) -> pd.DataFrame:
        """Return the rows of one of the object's tables that were not settled, deleted ones too, in key order.

        Args:
            table: One of ``Sieved.tables``.
            columns: As ``Reading.read_frame`` takes them.
        """
        is_platform = table in {self.sieved.platform.table, self.sieved.platform.lines}
        side = self.sieved.platform if is_platform else self.sieved.intacct
        declared = TABLES[table]
        query = sql.SQL(
            "SELECT {columns} FROM {table} AS t JOIN {rest} AS r ON r.key = t.{by} WHERE t.entity = %(entity)s "
            "ORDER BY {key}"
        ).format(
            columns=names(tuple(columns), "t"),
            table=table_name(table),
            rest=sql.Identifier(f"sieve_rest_{'platform' if is_platform else 'intacct'}"),
            by=sql.Identifier(side.parent if table == side.lines else declared.key[0]),
            key=names(declared.key, "t"),
        )
        return self._frame(declared, columns, query, self.place)

    def crosswalk(self, *, of_rest: bool) -> pd.DataFrame:
        """Return the parties' pairs, and with ``of_rest`` those of rows that were not settled."""
        import pandas as pd  # noqa: PLC0415  # as in ``Reading``

        facts = {**self.place, "party": self.sieved.party}
        query = sql.SQL("SELECT {c} FROM mapping.crosswalk WHERE link = %(link)s AND object = %(party)s{rest}").format(
            c=names(CROSSWALK), rest=sql.SQL(_CROSSWALK_OF_REST if of_rest else "").format(c=names(CROSSWALK, "c"))
        )
        return pd.DataFrame(self.connection.execute(query, facts).fetchall(), columns=list(CROSSWALK), dtype=object)

    def sums(self, table: str, condition: str = "true") -> Sums:
        """Return what the pairs of one of the sieve's tables add up to."""
        rows = self._run(
            "SELECT currency, month, count(*), sum(platform_amount), sum(intacct_amount) FROM {} WHERE {} "
            "GROUP BY 1, 2",
            sql.Identifier(table),
            sql.SQL(condition),
        )
        return {(currency, month): (count, ours, theirs) for currency, month, count, ours, theirs in rows}

    def whole(self) -> dict[str, dict[str, tuple[int, Decimal]]]:
        """Return count and money of all live rows by side and currency, from the tables themselves."""
        sides = {"platform": self.sieved.platform, "intacct": self.sieved.intacct}
        return {name: self._whole_of(side) for name, side in sides.items()}

    def _whole_of(self, side: SievedSide) -> dict[str, tuple[int, Decimal]]:
        query = sql.SQL(
            "SELECT currency, count(*), sum({}) FROM {} WHERE entity = %(entity)s AND NOT _deleted GROUP BY 1"
        ).format(sql.Identifier(side.amount), table_name(side.table))
        return {currency: (count, total) for currency, count, total in self.connection.execute(query, self.place)}

    def documents(self, *, is_platform: bool, scope: Scope) -> sql.Composed:
        """Return the query for one side's documents of a scope."""
        side = self.sieved.platform if is_platform else self.sieved.intacct
        among = scope.platform if is_platform else scope.intacct
        party = sql.Identifier("t", side.party)
        return sql.SQL(
            "SELECT t.{key} AS key, t._deleted AS is_gone, p.party, n.number, "
            "hashtextextended(p.party || {separator} || n.number, 0) AS sieve_key, t.currency, t.{amount} AS amount, "
            "coalesce({stands}, false) AND NOT t._deleted AND l.is_whole IS NOT FALSE AS stands, l.digest AS lines, "
            "{facts}, {own} FROM {table} AS t{among}{known} LEFT JOIN ({lines}) AS l ON l.key = t.{key} "
            "LEFT JOIN sieve_fold AS f ON f.words = t.{number} "
            "CROSS JOIN LATERAL (SELECT {party} AS party) AS p CROSS JOIN LATERAL "
            "(SELECT coalesce(f.folded, lower(t.{number} COLLATE \"C\"), '') AS number) AS n "
            "WHERE t.entity = %(entity)s"
        ).format(
            key=documents_key(side),
            separator=sql.Literal(SEPARATOR),
            lines=digests(self.sieved, self._uncoded, among, is_platform=is_platform),
            amount=sql.Identifier(side.amount),
            stands=sql.SQL(side.stands),
            facts=sql.SQL(", ").join(
                sql.SQL("{} AS {}").format(
                    sql.SQL(fact.platform if is_platform else fact.intacct), sql.Identifier(fact.name)
                )
                for fact in self.sieved.facts
            ),
            own=sql.SQL("c.intacct_record_no AS partner")
            if is_platform
            else sql.SQL("coalesce(t.{}, '') AS id, coalesce(t.owner_entity_id, '') AS owner").format(
                sql.Identifier(side.number)
            ),
            table=table_name(side.table),
            among=_among(among, documents_key(side)),
            known=sql.SQL(
                " LEFT JOIN sieve_party AS v ON v.platform_id = {} LEFT JOIN mapping.crosswalk AS c ON "
                "c.link = %(link)s AND c.object = %(object)s AND c.status = 'confirmed' AND c.platform_id = t.{}"
            ).format(party, documents_key(side))
            if is_platform
            else sql.SQL(""),
            number=sql.Identifier(side.number),
            party=sql.SQL("v.intacct_id") if is_platform else sql.SQL("nullif({}, '')").format(party),
        )

    def named(self, scope: Scope) -> sql.Composed:
        """Return the query for the sources that Intacct's live rows of a scope name (S-IDM-04)."""
        side = self.sieved.intacct
        return sql.SQL(
            "SELECT DISTINCT t.{key} AS record_no, m[2] AS platform_id, m[1] = {system} AS is_ours "
            "FROM {table} AS t{among} CROSS JOIN LATERAL regexp_matches(t.description, {mark}, 'g') AS m "
            "WHERE t.entity = %(entity)s AND NOT t._deleted AND strpos(t.description, ':') > 0"
        ).format(
            key=documents_key(side),
            system=sql.Literal(self.link.platform.upper()),
            table=table_name(side.table),
            among=_among(scope.intacct, documents_key(side)),
            mark=sql.Literal(SOURCE_MARK),
        )

    def _pairs(self, method: str) -> sql.Composed:
        """Return the query for the pairs of one kind in which nothing but the lines can differ."""
        facts = (
            sql.SQL("(i.{0} IS NULL OR i.{0} = p.{0})" if fact.if_told else "i.{0} IS NOT DISTINCT FROM p.{0}").format(
                sql.Identifier(fact.name)
            )
            for fact in self.sieved.facts
        )
        return sql.SQL(
            "SELECT p.key AS platform_id, i.key AS record_no, i.id AS intacct_id, {method} AS method, p.sieve_key, "
            "p.currency, date_trunc('month', p.{date}::timestamp)::date AS month, p.amount AS platform_amount, "
            "i.amount AS intacct_amount, p.lines IS NOT DISTINCT FROM i.lines AS are_lines_alike "
            "FROM sieve_platform AS p "
            "JOIN sieve_intacct AS i ON {how} WHERE p.stands AND i.stands AND p.party = i.party "
            "AND p.number = i.number AND p.currency = i.currency AND p.amount = i.amount AND {facts} AND {undoubted}"
        ).format(
            undoubted=self.undoubted(),
            method=sql.Literal(method),
            date=sql.Identifier(self.sieved.date),
            how=self._how(method),
            facts=sql.SQL(" AND ").join(facts),
        )

    def undoubted(self) -> sql.Composable:
        """Return the condition that nothing else depends on a pair of ``sieve_platform`` p and ``sieve_intacct`` i."""
        return sql.SQL(_UNDOUBTED)

    def _how(self, method: str) -> sql.Composable:
        if method == "crosswalk":
            return sql.SQL("i.key = p.partner")
        is_named = sql.SQL(
            "((i.key, p.key) IN (SELECT n.record_no, n.platform_id FROM sieve_named AS n WHERE n.is_ours)) IS TRUE"
        )
        return sql.SQL(
            "i.sieve_key = p.sieve_key AND p.partner IS NULL AND {named} AND NOT EXISTS (SELECT FROM mapping.crosswalk "
            "AS c WHERE c.link = %(link)s AND c.object = %(object)s AND c.status = 'confirmed' "
            "AND c.intacct_record_no = i.key) AND p.key NOT IN (SELECT platform_id FROM mapping.crosswalk "
            "WHERE link = %(link)s AND object = %(object)s AND status = 'refused') AND i.key NOT IN (SELECT "
            "intacct_record_no FROM mapping.crosswalk WHERE link = %(link)s AND object = %(object)s "
            "AND status = 'refused')"
        ).format(
            named=is_named
            if method == "mark"
            else sql.SQL("NOT {} AND i.owner = {}").format(is_named, sql.Literal(self.link.entity.entity_id))
        )

    def _fold_numbers(self, scope: Scope) -> None:
        """Fold the numbers that Postgres would not fold as ``domain.names`` does."""
        numbers = sql.SQL(" UNION ").join(
            sql.SQL("SELECT t.{n} FROM {table} AS t{among} WHERE t.entity = %(entity)s AND t.{n} !~ {plain}").format(
                n=sql.Identifier(side.number),
                table=table_name(side.table),
                among=_among(among, documents_key(side)),
                plain=sql.Literal(_PLAIN),
            )
            for side, among in ((self.sieved.platform, scope.platform), (self.sieved.intacct, scope.intacct))
        )
        known = sql.SQL("{} EXCEPT SELECT words FROM sieve_fold").format(numbers)
        odd = [number for (number,) in self.connection.execute(known, self.place)]
        with self.connection.cursor() as cursor, cursor.copy("COPY sieve_fold FROM STDIN") as copy:
            for number in odd:
                copy.write_row((number, fold(number)))

    def _upload(self, table: str, columns: tuple[str, str], rows: Iterable[tuple[str, str]]) -> None:
        name = sql.Identifier(table)
        self.connection.execute(
            sql.SQL("CREATE TEMP TABLE {} ({} text, {} text) ON COMMIT DROP").format(
                name, *map(sql.Identifier, columns)
            )
        )
        with self.connection.cursor() as cursor, cursor.copy(sql.SQL("COPY {} FROM STDIN").format(name)) as copy:
            for row in rows:
                copy.write_row(row)
        self.connection.execute(sql.SQL("ANALYZE {}").format(name))

    def _run(self, statement: str, *parts: sql.Composable) -> psycopg.Cursor[Any]:
        composed = sql.SQL(statement).format(*parts)
        return self.connection.execute(composed, self.place)


def table_name(table: str) -> sql.Identifier:
    """Return a table by its qualified name."""
    return sql.Identifier(*table.split("."))


def documents_key(side: SievedSide) -> sql.Identifier:
    """Return the column that identifies a document."""
    return sql.Identifier(TABLES[side.table].key[0])


def _among(scope: str, key: sql.Identifier) -> sql.Composable:
    if not scope:
        return sql.SQL("")
    return sql.SQL(" JOIN {} AS s ON s.key = t.{}").format(sql.Identifier(scope), key)


_DOUBTED: Final = """
CREATE TEMP TABLE sieve_doubted ON COMMIT DROP AS
SELECT sieve_key FROM sieve_platform WHERE NOT is_gone AND sieve_key IS NOT NULL GROUP BY 1 HAVING count(*) > 1
UNION ALL
SELECT sieve_key FROM sieve_intacct WHERE sieve_key IS NOT NULL GROUP BY 1 HAVING count(*) > 1
"""

# NOT IN and OR are asked of a hash for each pair. A join would be planned for one pair, which is what is expected of so
# many conditions, and would read these tables whole for each of a million.
_UNDOUBTED: Final = """
    p.sieve_key NOT IN (SELECT sieve_key FROM sieve_doubted)
    AND p.key NOT IN (
        SELECT platform_id FROM sieve_named GROUP BY 1 HAVING count(DISTINCT record_no) > 1)
    AND i.key NOT IN (
        SELECT record_no FROM sieve_named GROUP BY 1 HAVING count(*) > 1 OR NOT bool_and(is_ours))
    AND (p.key NOT IN (SELECT platform_id FROM sieve_named) AND i.key NOT IN (SELECT record_no FROM sieve_named)
        OR (p.key, i.key) IN (SELECT platform_id, record_no FROM sieve_named))
"""

_IN_DOUBT: Final = """
CREATE TEMP TABLE sieve_in_doubt ON COMMIT DROP AS
SELECT platform_id, record_no FROM sieve_settled WHERE NOT are_lines_alike
"""

_REST_PLATFORM: Final = """
CREATE TEMP TABLE sieve_rest_platform ON COMMIT DROP AS
SELECT p.* FROM sieve_platform AS p WHERE NOT EXISTS (SELECT FROM sieve_settled AS s WHERE s.platform_id = p.key)
"""

_REST_INTACCT: Final = """
CREATE TEMP TABLE sieve_rest_intacct ON COMMIT DROP AS
SELECT i.* FROM sieve_intacct AS i WHERE NOT EXISTS (SELECT FROM sieve_settled AS s WHERE s.record_no = i.key)
"""

# Each branch has an index of its own; an OR would read the crosswalk whole.
_CROSSWALK_OF_REST: Final = """
UNION SELECT {c} FROM mapping.crosswalk AS c JOIN sieve_rest_platform AS r ON r.key = c.platform_id
    WHERE c.link = %(link)s AND c.object = %(object)s
UNION SELECT {c} FROM mapping.crosswalk AS c JOIN sieve_rest_intacct AS r ON r.key = c.intacct_record_no
    WHERE c.link = %(link)s AND c.object = %(object)s AND c.status = 'confirmed'
"""
