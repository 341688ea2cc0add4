"""Settling what changed: what one run of a sieve remembers for the next, and how it looks at nothing else.

A settled pair depends on its two rows, their lines, and the lists by which it was settled. So it stays settled, and its
match is not written again, unless a load since the run before wrote one of these rows, or wrote one that shares its
party and number or names its source. A pair that was compared and differs is held likewise (``warehouse.holding``). All
other rows are looked at in each run.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from psycopg import sql
from psycopg.types.json import Jsonb

from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.sieved import Lookups
from intacct_pipelines.warehouse.holding import HeldSums, lay_out_certain, lay_out_held, open_held
from intacct_pipelines.warehouse.sieve import Scope, Sieve, Sums, documents_key, table_name
from intacct_pipelines.warehouse.tables import version_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from intacct_pipelines.domain.sieved import SievedSide

_WHOLE_AGAIN_AFTER: Final = timedelta(days=7)
"""Everything is looked at again this often, as everything is read again."""
_SIDES: Final = ("platform", "intacct")
Whole = dict[str, dict[str, tuple[int, Decimal]]]


@dataclass(frozen=True, slots=True)
class Settling:
    """What was settled, by one run and by those before.

    Args:
        sieve: With the rest still to be read.
        lookups: By which it was settled.
        is_whole: Whether everything was looked at; else what changed.
        kept: What was settled before and still is.
        whole: Count and money of all live rows.
        compared_whole_at: When everything was last looked at.
        surroundings: What all pairs were compared by.
        held: What was compared before, differs, and is not looked at now.
    """

    sieve: Sieve
    lookups: Lookups
    is_whole: bool
    kept: Sums
    whole: Whole
    compared_whole_at: datetime
    surroundings: str
    held: HeldSums = field(default_factory=dict)

    def by_class(self) -> dict[tuple[str, date | None, str, str], tuple[int, Decimal, Decimal]]:
        """Return what the pairs that were not read add up to: by currency, month, verdict and rule, empty if equal."""
        settled = added(self.kept, self.sieve.sums("sieve_settled"))
        return {**self.held, **{(currency, month, "", ""): sums for (currency, month), sums in settled.items()}}


def added(one: Sums, other: Sums, sign: int = 1) -> Sums:
    """Return the sums of both, or with sign -1 their difference; what has no pairs drops out."""
    sums = {}
    for place in {*one, *other}:
        mine, yours = (each.get(place, (0, Decimal(0), Decimal(0))) for each in (one, other))
        sums[place] = (mine[0] + sign * yours[0], mine[1] + sign * yours[1], mine[2] + sign * yours[2])
    return {place: figures for place, figures in sums.items() if figures[0]}


def settle(sieve: Sieve, lookups: Lookups, surroundings: str, now: datetime, *, anew: bool = False) -> Settling:
    """Settle all pairs that can be settled.

    Args:
        sieve: Fresh.
        lookups: What it must know of lists.
        surroundings: Hash of all that pairs are compared by, besides their rows and time.
        now: The instant of the run.
        anew: Look at everything, whatever the run before left.
    """
    sieve.prepare(lookups)
    before = None if anew else _recall(sieve, lookups, now)
    if before is None:
        sieve.read_documents()
        sieve.settle()
        lay_out_certain(sieve)
        return Settling(
            sieve,
            lookups,
            is_whole=True,
            kept={},
            whole=sieve.whole(),
            compared_whole_at=now,
            surroundings=surroundings,
        )
    since = {table: _written_since(sieve, table, before["read_to"]) for table in sieve.sieved.tables}
    _find_changed(sieve, since)
    sieve.read_documents(Scope("sieve_scope_platform", "sieve_scope_intacct"))
    _find_touched(sieve)
    if before["surroundings"] != surroundings:
        open_held(sieve)
    _lay_out_more(sieve)
    sieve.read_more(Scope("sieve_more_platform", "sieve_more_intacct"))
    sieve.settle()
    lay_out_certain(sieve)
    return Settling(
        sieve,
        lookups,
        is_whole=False,
        kept=added(_sums(before["settled"]), sieve.sums("sieve_touched", "is_equal"), -1),
        whole=_changed_whole(sieve, before["whole"], since),
        compared_whole_at=before["compared_whole_at"],
        surroundings=surroundings,
        held=lay_out_held(sieve),
    )


def remember(settling: Settling, run_id: str) -> None:
    """Keep what the next run needs; after all that was found is stored, in the same transaction."""
    sieve = settling.sieve
    # A pair that was found now is one of the crosswalk from the next run on, and says so then.
    settled = added(settling.kept, sieve.sums("sieve_settled", "method = 'crosswalk'"))
    sieve.connection.execute(
        _REMEMBER,
        {
            **sieve.place,
            "declared": _declared(sieve),
            "lookups": Jsonb(asdict(settling.lookups)),
            "read_to": Jsonb({table: _newest(sieve, table) for table in sieve.sieved.tables}),
            "settled": Jsonb(
                [[currency, month and str(month), *map(str, figures)] for (currency, month), figures in settled.items()]
            ),
            "whole": Jsonb(
                {side: {word: list(map(str, each)) for word, each in of.items()} for side, of in settling.whole.items()}
            ),
            "at": settling.compared_whole_at,
            "surroundings": settling.surroundings,
            "run_id": run_id,
        },
    )
    sieve.connection.execute("DELETE FROM recon.unsettled WHERE link = %(link)s AND object = %(object)s", sieve.place)
    sieve.connection.execute(_NOTE_UNSETTLED, sieve.place)


def _recall(sieve: Sieve, lookups: Lookups, now: datetime) -> dict[str, Any] | None:
    """Return what the run before left, if settled pairs are still settled by it."""
    row = sieve.connection.execute(
        "SELECT declared, lookups, read_to, settled, whole, compared_whole_at, surroundings FROM recon.sieve "
        "WHERE link = %(link)s AND object = %(object)s",
        sieve.place,
    ).fetchone()
    if row is None:
        return None
    declared, known, read_to, settled, whole, at, surroundings = row
    if declared != _declared(sieve) or not lookups.still_say(Lookups(**known)) or now - at > _WHOLE_AGAIN_AFTER:
        return None
    return {
        "read_to": read_to,
        "settled": settled,
        "whole": whole,
        "compared_whole_at": at,
        "surroundings": surroundings,
    }


def _declared(sieve: Sieve) -> str:
    return hashlib.sha256(repr(sieve.sieved).encode()).hexdigest()


def _newest(sieve: Sieve, table: str) -> int:
    row = sieve.connection.execute(
        "SELECT coalesce(max(id), 0) FROM ops.certificate WHERE table_name = %(table)s AND entity = %(entity)s",
        {**sieve.place, "table": table},
    ).fetchone()
    return row[0] if row else 0


def _written_since(sieve: Sieve, table: str, read_to: Mapping[str, int]) -> datetime | None:
    """Return when the first load began that the run before did not see; None if it saw all.

    Loads of one table and entity come one after the other, so all that later ones wrote is of that instant or later.
    """
    row = sieve.connection.execute(
        "SELECT min(started_at) FROM ops.certificate "
        "WHERE table_name = %(table)s AND entity = %(entity)s AND id > %(seen)s",
        {**sieve.place, "table": table, "seen": read_to.get(table, 0)},
    ).fetchone()
    return row[0] if row else None


def _sides(sieve: Sieve) -> tuple[tuple[str, SievedSide], ...]:
    return tuple(zip(_SIDES, (sieve.sieved.platform, sieve.sieved.intacct), strict=True))


def _find_changed(sieve: Sieve, since: Mapping[str, datetime | None]) -> None:
    """Lay out which documents were written or had lines written, and with them those that were unsettled before."""
    for name, side in _sides(sieve):
        facts = {**sieve.place, "side": name, "written": since[side.table], "lines_written": since[side.lines]}
        kind = sql.SQL(TABLES[side.table].column(TABLES[side.table].key[0]).postgres_type)
        sieve.connection.execute(
            sql.SQL(
                "CREATE TEMP TABLE {changed} ON COMMIT DROP AS SELECT key, bool_or(is_own) AS is_own FROM ("
                "SELECT t.{key} AS key, true AS is_own FROM {table} AS t WHERE t.entity = %(entity)s "
                "AND t._synced_at >= %(written)s::timestamptz UNION ALL "
                "SELECT t.{parent}, false FROM {lines} AS t WHERE t.entity = %(entity)s "
                "AND t._synced_at >= %(lines_written)s::timestamptz) AS written GROUP BY 1"
            ).format(
                changed=sql.Identifier(f"sieve_changed_{name}"),
                key=documents_key(side),
                table=table_name(side.table),
                parent=sql.Identifier(side.parent),
                lines=table_name(side.lines),
            ),
            facts,
        )
        sieve.connection.execute(
            sql.SQL(
                "CREATE TEMP TABLE {scope} ON COMMIT DROP AS SELECT key FROM {changed} UNION "
                "SELECT key::{kind} FROM recon.unsettled "
                "WHERE link = %(link)s AND object = %(object)s AND side = %(side)s"
            ).format(
                scope=sql.Identifier(f"sieve_scope_{name}"), changed=sql.Identifier(f"sieve_changed_{name}"), kind=kind
            ),
            facts,
        )
        for table in ("changed", "scope"):
            sieve.connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(f"sieve_{table}_{name}")))


def _find_touched(sieve: Sieve) -> None:
    """Lay out the settled and held pairs that must be looked at again."""
    sieve.connection.execute(_ASKED, sieve.place)
    sieve.connection.execute("ANALYZE sieve_asked")
    sieve.connection.execute(_TOUCHED, sieve.place)
    sieve.connection.execute(_NEW_KEYS)
    row = sieve.connection.execute("SELECT EXISTS (SELECT FROM sieve_new_key)").fetchone()
    if row and row[0]:
        sieve.connection.execute(_TOUCHED_BY_KEY, sieve.place)


def _lay_out_more(sieve: Sieve) -> None:
    """Lay out those rows of touched pairs that are not in scope yet."""
    for name, column in zip(_SIDES, ("platform_id", "record_no"), strict=True):
        sieve.connection.execute(
            sql.SQL(
                "CREATE TEMP TABLE {more} ON COMMIT DROP AS SELECT {column} AS key FROM sieve_touched "
                "EXCEPT SELECT key FROM {scope}"
            ).format(
                more=sql.Identifier(f"sieve_more_{name}"),
                column=sql.Identifier(column),
                scope=sql.Identifier(f"sieve_scope_{name}"),
            )
        )
        sieve.connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(f"sieve_more_{name}")))


def _changed_whole(sieve: Sieve, before: Whole, since: Mapping[str, datetime | None]) -> Whole:
    """Return count and money of all live rows: those of before, less the rows as they were, and as they are now."""
    whole: Whole = {}
    for name, side in _sides(sieve):
        found = {word: (int(count), Decimal(total)) for word, (count, total) in before[name].items()}
        query = sql.SQL(
            "SELECT currency, sum(sign), sum(sign * amount) FROM ("
            "SELECT t.currency, 1 AS sign, t.{amount} AS amount FROM {table} AS t "
            "JOIN {changed} AS c ON c.key = t.{key} "
            "WHERE t.entity = %(entity)s AND c.is_own AND NOT t._deleted UNION ALL "
            "SELECT t.currency, -1, t.{amount} FROM {versions} AS t JOIN {changed} AS c ON c.key = t.{key} "
            "WHERE t.entity = %(entity)s AND c.is_own AND NOT t._deleted AND t.valid_from < %(at)s::timestamptz "
            "AND t.valid_to >= %(at)s::timestamptz) AS moved GROUP BY 1"
        ).format(
            amount=sql.Identifier(side.amount),
            table=table_name(side.table),
            changed=sql.Identifier(f"sieve_changed_{name}"),
            key=documents_key(side),
            versions=version_name(TABLES[side.table]),
        )
        for currency, count, total in sieve.connection.execute(query, {**sieve.place, "at": since[side.table]}):
            old = found.get(currency, (0, Decimal(0)))
            found[currency] = (old[0] + int(count), old[1] + total)
        whole[name] = {currency: figures for currency, figures in found.items() if figures[0]}
    return whole


def _sums(stored: Sequence[Sequence[str]]) -> Sums:
    return {
        (currency, date.fromisoformat(month) if month else None): (int(count), Decimal(ours), Decimal(theirs))
        for currency, month, count, ours, theirs in stored
    }


# Laid out and counted first: a union is planned as if it were many more than it is, and then all matches are read.
_ASKED: Final = """
CREATE TEMP TABLE sieve_asked ON COMMIT DROP AS
SELECT key AS platform_id FROM sieve_changed_platform
UNION SELECT c.platform_id FROM mapping.crosswalk AS c
    JOIN sieve_changed_intacct AS i ON i.key = c.intacct_record_no
    WHERE c.link = %(link)s AND c.object = %(object)s AND c.status = 'confirmed'
UNION SELECT platform_id FROM sieve_named
"""

_TOUCHED: Final = """
CREATE TEMP TABLE sieve_touched ON COMMIT DROP AS
SELECT platform_id, intacct_record_no AS record_no, currency, sieve_month AS month, platform_amount, intacct_amount,
    sieve_key, is_equal
FROM recon.match
WHERE link = %(link)s AND object = %(object)s AND sieve_key IS NOT NULL
    AND platform_id IN (SELECT platform_id FROM sieve_asked)
"""

_NEW_KEYS: Final = """
CREATE TEMP TABLE sieve_new_key ON COMMIT DROP AS
SELECT p.sieve_key FROM sieve_platform AS p JOIN sieve_changed_platform USING (key) WHERE p.sieve_key IS NOT NULL
UNION SELECT i.sieve_key FROM sieve_intacct AS i JOIN sieve_changed_intacct USING (key) WHERE i.sieve_key IS NOT NULL
EXCEPT SELECT sieve_key FROM sieve_touched
"""

_TOUCHED_BY_KEY: Final = """
INSERT INTO sieve_touched
SELECT platform_id, intacct_record_no, currency, sieve_month, platform_amount, intacct_amount, sieve_key, is_equal
FROM recon.match
WHERE link = %(link)s AND object = %(object)s AND sieve_key IN (SELECT sieve_key FROM sieve_new_key)
"""

_REMEMBER: Final = """
INSERT INTO recon.sieve (link, object, declared, lookups, read_to, settled, whole, compared_whole_at,
    surroundings, run_id)
VALUES (%(link)s, %(object)s, %(declared)s, %(lookups)s, %(read_to)s, %(settled)s, %(whole)s, %(at)s,
    %(surroundings)s, %(run_id)s)
ON CONFLICT (link, object) DO UPDATE SET declared = excluded.declared, lookups = excluded.lookups,
    read_to = excluded.read_to, settled = excluded.settled, whole = excluded.whole,
    compared_whole_at = excluded.compared_whole_at, surroundings = excluded.surroundings, run_id = excluded.run_id
"""

_NOTE_UNSETTLED: Final = """
INSERT INTO recon.unsettled (link, object, side, key)
SELECT %(link)s, %(object)s, 'platform', key FROM sieve_rest_platform AS r
    WHERE NOT EXISTS (SELECT FROM sieve_held_now AS h WHERE h.platform_id = r.key)
UNION ALL SELECT %(link)s, %(object)s, 'platform', platform_id FROM sieve_settled WHERE method <> 'crosswalk'
UNION ALL SELECT %(link)s, %(object)s, 'intacct', key::text FROM sieve_rest_intacct AS r
    WHERE NOT EXISTS (SELECT FROM sieve_held_now AS h WHERE h.record_no = r.key)
UNION ALL SELECT %(link)s, %(object)s, 'intacct', record_no::text FROM sieve_settled WHERE method <> 'crosswalk'
"""
