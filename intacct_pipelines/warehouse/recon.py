"""Storing and reading what reconciliation found, and the crosswalk of confirmed pairs. Nothing here compares anything.

A run replaces the current result of its link and object in one transaction, by merging: a row that did not change is
not written, keeps its ``first_seen_at`` and so its age. Totals of every run are kept.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from psycopg import sql
from psycopg.types.json import Jsonb

from intacct_pipelines.warehouse.compared import forget_comparisons, note_comparison
from intacct_pipelines.warehouse.findings import store_findings
from intacct_pipelines.warehouse.holding import hold
from intacct_pipelines.warehouse.learning import decide_pair, learn_pairs, learn_settled_pairs, propose_pairs
from intacct_pipelines.warehouse.place import names
from intacct_pipelines.warehouse.recon_tables import (
    ANY,
    CLEARING,
    DIFFERENCE,
    MATCH,
    MEMBER,
    PERIOD_TOTAL,
    SETTLEMENT,
    TOTAL_FACTS,
    Current,
    check_place,
    merge,
    stage,
)
from intacct_pipelines.warehouse.settling import remember
from intacct_pipelines.warehouse.sieve import CROSSWALK, lock_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd
    import psycopg

    from intacct_pipelines.warehouse.compared import Comparison
    from intacct_pipelines.warehouse.connection import Warehouse
    from intacct_pipelines.warehouse.settling import Settling


Status = Literal["confirmed", "proposed", "refused"]


class Found(Protocol):
    """The frames of one reconciliation; see ``reconcile.Reconciliation``."""

    @property
    def matches(self) -> pd.DataFrame:
        """Pairs."""

    @property
    def differences(self) -> pd.DataFrame:
        """Differences."""

    @property
    def totals(self) -> pd.DataFrame:
        """Classes."""

    @property
    def period_totals(self) -> pd.DataFrame:
        """Classes by month of the document's date."""

    @property
    def proposals(self) -> pd.DataFrame:
        """Likely pairs."""

    @property
    def settlements(self) -> pd.DataFrame:
        """Groups of lump sums and what is behind them."""

    @property
    def members(self) -> pd.DataFrame:
        """What each group consists of."""

    @property
    def clearing(self) -> pd.DataFrame:
        """Balances of clearing accounts."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Recon:
    """The results of reconciliation in one warehouse.

    Args:
        warehouse: Where they are stored.
        now: Clock for ``first_seen_at`` and ``reconciled_at``.
    """

    def __init__(self, warehouse: Warehouse, *, now: Callable[[], datetime] = _utc_now) -> None:
        self._warehouse = warehouse
        self._now = now

    def store(
        self,
        found: Found,
        *,
        link: str,
        entity: str,
        object_name: str,
        run_id: str,
        comparison: Comparison | None = None,
    ) -> None:
        """Make this the current result of one link and object; keep its totals, learn its pairs, renew its findings.

        Args:
            found: All that one reconciliation found.
            link: Name of the link.
            entity: The entity's partition key.
            object_name: ``vendor`` or ``ap_bill``.
            run_id: The run; storing twice with the same id replaces the totals of the first.
            comparison: What it stood on, so that the same run may take its pairs; without it none may.

        Raises:
            DataContractError: A row belongs to another link, entity or object.
            WarehouseUnavailableError: Postgres went away; nothing was stored.
        """
        run = {"link": link, "entity": entity, "object": object_name, "run_id": run_id, "now": self._now()}
        with self._warehouse.transaction(f"storing the reconciliation of {object_name}") as connection:
            # Two runs over one link would interleave their merges.
            connection.execute(_LOCK, [lock_name(link, object_name)])
            connection.execute(_FORGET_SETTLED, run)
            _store(connection, found, run)
            if comparison is None:
                forget_comparisons(connection, link)
            else:
                note_comparison(connection, comparison)

    def store_rest(self, found: Found, settling: Settling, comparison: Comparison) -> None:
        """Make what was settled, and what was found of the rest, the current result; as ``store`` does, nothing else.

        Args:
            found: What the comparison found among the rows that were not settled, with the totals of all rows.
            settling: What was settled; its sieve holds the lock and the transaction.
            comparison: What it stood on.

        Raises:
            DataContractError: See ``store``.
        """
        run = {**settling.sieve.place, "run_id": comparison.run_id, "now": self._now()}
        _store(settling.sieve.connection, found, run, settling)
        remember(settling, comparison.run_id)
        note_comparison(settling.sieve.connection, comparison)

    def crosswalk(self, link: str) -> pd.DataFrame:
        """Return all pairs of one link that are confirmed, proposed or refused."""
        query = sql.SQL("SELECT {} FROM mapping.crosswalk WHERE link = %s ORDER BY 2, 3, 4").format(names(CROSSWALK))
        return self._frame(CROSSWALK, query, [link])

    def once_paired(self, link: str) -> set[tuple[str, str]]:
        """Return object and platform id of every confirmed pair of a link, whether or not both records are there."""
        with self._warehouse.transaction() as connection:
            rows = connection.execute(
                "SELECT object, platform_id FROM mapping.crosswalk WHERE link = %s AND status = 'confirmed'", [link]
            ).fetchall()
        return {(name, platform_id) for name, platform_id in rows}

    def proposed(self, link: str, object_name: str) -> pd.DataFrame:
        """Return the pairs of one object of a link that wait for a person's decision."""
        query = sql.SQL(
            "SELECT {} FROM mapping.crosswalk WHERE link = %s AND object = %s AND status = 'proposed' ORDER BY 2, 3, 4"
        ).format(names(CROSSWALK))
        return self._frame(CROSSWALK, query, [link, object_name])

    def decide(
        self,
        *,
        link: str,
        object_name: str,
        platform_id: str,
        intacct_record_no: int,
        status: Status,
        decided_by: str,
        intacct_id: str = "",
        evidence: Mapping[str, str] | None = None,
    ) -> None:
        """Write down what a person decided about a pair; a confirmed pair takes the place of older ones of its records.

        Args:
            link: Name of the link.
            object_name: ``vendor`` or ``ap_bill``.
            platform_id: BILL's id.
            intacct_record_no: Intacct's record number.
            status: The decision.
            decided_by: Who decided.
            intacct_id: The id that people use in Intacct.
            evidence: Why.
        """
        pair = {
            "link": link,
            "object": object_name,
            "platform_id": platform_id,
            "record_no": intacct_record_no,
            "intacct_id": intacct_id,
            "status": status,
            "evidence": Jsonb(dict(evidence or {})),
            "by": decided_by,
            "now": self._now(),
        }
        with self._warehouse.transaction("deciding about a pair") as connection:
            connection.execute(_LOCK, [lock_name(link, object_name)])
            connection.execute(_FORGET_SETTLED, pair)
            forget_comparisons(connection, link)
            decide_pair(connection, pair)

    def matches(self, link: str, object_name: str | None = None) -> pd.DataFrame:
        """Return the current pairs of one link, of one object or of all."""
        return self._current(MATCH, link, object_name)

    def differences(self, link: str, object_name: str | None = None) -> pd.DataFrame:
        """Return the current differences of one link, of one object or of all, with ``first_seen_at``."""
        return self._current(DIFFERENCE, link, object_name)

    def settlements(self, link: str, object_name: str | None = None) -> pd.DataFrame:
        """Return the current groups of one link, of one object or of all, with ``first_seen_at``."""
        return self._current(SETTLEMENT, link, object_name)

    def members(self, link: str, object_name: str | None = None) -> pd.DataFrame:
        """Return what the current groups of one link consist of."""
        return self._current(MEMBER, link, object_name)

    def period_totals(self, link: str, object_name: str | None = None) -> pd.DataFrame:
        """Return the current classes of one link by month of the document's date; ``month`` is its first day."""
        return self._current(PERIOD_TOTAL, link, object_name)

    def clearing_accounts(self, link: str) -> pd.DataFrame:
        """Return the current balance of each clearing account of one link, with ``first_seen_at``."""
        return self._current(CLEARING, link, None)

    def totals(self, link: str, object_name: str | None = None, *, run_id: str | None = None) -> pd.DataFrame:
        """Return the classes of all runs of one link, or of one run, oldest first."""
        columns = ("run_id", "link", "object", "reconciled_at", *TOTAL_FACTS)
        query = sql.SQL(
            "SELECT {} FROM recon.total WHERE link = %(link)s AND (%(object)s::text IS NULL OR object = %(object)s) "
            "AND (%(run_id)s::text IS NULL OR run_id = %(run_id)s) "
            "ORDER BY reconciled_at, run_id, object, currency, class, verdict, rule"
        ).format(names(columns))
        return self._frame(columns, query, {"link": link, "object": object_name, "run_id": run_id})

    def _current(self, current: Current, link: str, object_name: str | None) -> pd.DataFrame:
        columns = (*current.columns, "first_seen_at", "run_id")
        query = sql.SQL(
            "SELECT {} FROM recon.{} WHERE link = %(link)s AND (%(object)s::text IS NULL OR object = %(object)s) "
            "ORDER BY {}"
        ).format(names(columns), sql.Identifier(current.table), names(current.key))
        return self._frame(columns, query, {"link": link, "object": object_name})

    def _frame(self, columns: Sequence[str], query: sql.Composed, values: Any) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  # half a second that only readers of frames need

        with self._warehouse.transaction("reading reconciliation") as connection:
            rows = connection.execute(query, values).fetchall()
        return pd.DataFrame(rows, columns=list(columns), dtype=object)


def _store(
    connection: psycopg.Connection, found: Found, run: Mapping[str, object], settling: Settling | None = None
) -> None:
    place = {name: str(run[name]) for name in ("link", "entity", "object")}
    for frame in (
        found.matches, found.differences, found.totals, found.period_totals, found.settlements, found.members,
        found.clearing,
    ):  # fmt: skip
        check_place(frame, place)
    if settling is None:
        merge(connection, MATCH, found.matches, run)
        merge(connection, DIFFERENCE, found.differences, run)
    else:
        merge(connection, MATCH, found.matches, run, _NOT_SETTLED if settling.is_whole else _LOOKED_AT)
        merge(connection, DIFFERENCE, found.differences, run, ANY if settling.is_whole else _NOT_HELD)
        hold(settling.sieve, run)
        connection.execute(_UPDATE_SETTLED, run)
        connection.execute(_INSERT_SETTLED, run)
        if settling.is_whole:
            # Or the next run, over few changes, is planned as if there were no pairs yet.
            connection.execute("ANALYZE recon.match")
    merge(connection, SETTLEMENT, found.settlements, run)
    merge(connection, MEMBER, found.members, run)
    merge(connection, PERIOD_TOTAL, found.period_totals, run)
    merge(connection, CLEARING, found.clearing, run)
    store_findings(connection, run)
    _store_totals(connection, found.totals, run)
    learn_pairs(connection, run)
    if settling is not None:
        learn_settled_pairs(connection, run)
    propose_pairs(connection, found.proposals, run)


def _store_totals(connection: psycopg.Connection, totals: pd.DataFrame, run: Mapping[str, object]) -> None:
    connection.execute(
        "DELETE FROM recon.total WHERE run_id = %(run_id)s AND link = %(link)s AND object = %(object)s", run
    )
    staged = stage(connection, "total", ("link", "object", *TOTAL_FACTS), totals)
    connection.execute(
        sql.SQL(
            "INSERT INTO recon.total (run_id, reconciled_at, link, object, {columns}) "
            "SELECT %(run_id)s, %(now)s, link, object, {columns} FROM {staged}"
        ).format(columns=names(TOTAL_FACTS), staged=staged),
        run,
    )
    if totals.empty:
        # Or the totals of an earlier run would seem to be the last ones.
        connection.execute(_NOTHING_ON_EITHER_SIDE, run)


_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"

_FORGET_SETTLED: Final = "DELETE FROM recon.sieve WHERE link = %(link)s AND object = %(object)s"

_NOT_SETTLED: Final = "NOT EXISTS (SELECT FROM sieve_settled AS k WHERE k.platform_id = t.platform_id)"

# What was not settled before, and what was touched: all that can have become another pair, or none.
_LOOKED_AT: Final = (
    "t.platform_id IN (SELECT key FROM recon.unsettled WHERE link = %(link)s AND object = %(object)s "
    "AND side = 'platform' UNION SELECT platform_id FROM sieve_touched) "
    "AND NOT EXISTS (SELECT FROM sieve_settled AS k WHERE k.platform_id = t.platform_id)"
)

_NOT_HELD: Final = (
    "NOT EXISTS (SELECT FROM sieve_held AS k WHERE (k.platform_id, k.record_no) = (t.platform_id, t.intacct_record_no))"
)

_UPDATE_SETTLED: Final = """
UPDATE recon.match AS t SET (entity, intacct_record_no, intacct_id, method, predecessor_record_no, rule, is_equal,
    currency, platform_amount, intacct_amount, sieve_key, sieve_month, run_id) = ROW (%(entity)s, s.record_no,
    s.intacct_id, s.method, NULL::bigint, '', true, s.currency, s.platform_amount, s.intacct_amount,
    CASE s.method WHEN 'crosswalk' THEN s.sieve_key END, s.month, %(run_id)s)
FROM sieve_settled AS s
WHERE t.link = %(link)s AND t.object = %(object)s AND t.platform_id = s.platform_id
    AND (t.entity, t.intacct_record_no, t.intacct_id, t.method, t.predecessor_record_no, t.is_equal, t.currency,
        t.platform_amount, t.intacct_amount, t.sieve_key, t.sieve_month) IS DISTINCT FROM (%(entity)s, s.record_no,
        s.intacct_id, s.method, NULL::bigint, true, s.currency, s.platform_amount, s.intacct_amount,
        CASE s.method WHEN 'crosswalk' THEN s.sieve_key END, s.month)
"""

# In order of the key, for an index takes neighbours several times faster than strangers.
_INSERT_SETTLED: Final = """
INSERT INTO recon.match (link, object, platform_id, entity, intacct_record_no, intacct_id, method, rule, is_equal,
    currency, platform_amount, intacct_amount, sieve_key, sieve_month, first_seen_at, run_id)
SELECT %(link)s, %(object)s, platform_id, %(entity)s, record_no, intacct_id, method, '', true, currency,
    platform_amount, intacct_amount, CASE method WHEN 'crosswalk' THEN sieve_key END, month, %(now)s, %(run_id)s
FROM sieve_settled AS s
WHERE NOT EXISTS (
    SELECT FROM recon.match AS m
    WHERE m.link = %(link)s AND m.object = %(object)s AND m.platform_id = s.platform_id)
ORDER BY platform_id
"""

_NOTHING_ON_EITHER_SIDE: Final = """
INSERT INTO recon.total (run_id, reconciled_at, link, entity, object, currency, class, verdict, rule, platform_count,
    intacct_count, platform_total, intacct_total, difference)
VALUES (%(run_id)s, %(now)s, %(link)s, %(entity)s, %(object)s, '', 'matched_equal', '', '', 0, 0, 0, 0, 0)
"""
