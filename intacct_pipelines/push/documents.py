"""What the planners of documents have in common: numbers, days, currencies, copies, and what may no longer be edited.

What is said here is the same for bills, invoices and credits of either side; their rules are in a module of each.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.keys import item_key, read_source_mark
from intacct_pipelines.domain.link import ClosedPeriod
from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import SETTLED_STATES, Hold, canonical_json, target_revision
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.planner import Held, mark_of
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from intacct_pipelines.domain.catalog import Table
    from intacct_pipelines.domain.closed_books import Closed
    from intacct_pipelines.domain.keys import ItemKey
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.domain.push import Fields, Operation
    from intacct_pipelines.domain.pushed import Pushed
    from intacct_pipelines.push.planner import Context
    from intacct_pipelines.push.sources import Row

NUMBER_LENGTH: Final = 30
"""Longest document number that is sent."""
_MARK_LENGTH: Final = 1000
_REFUSED_CHARACTERS: Final = frozenset("&<>#?")


class Copies:
    """Finds what would be the same document once more, by what the rows of both sides themselves say.

    Args:
        context: What the planner is told.
        pushed: The object.
        party: Column of BILL's rows with the vendor or customer; Intacct's is the first of the natural key.
        number: Column of BILL's rows with the document's number.
        platform: What people call the platform, where it is another.
    """

    def __init__(self, context: Context, pushed: Pushed, *, party: str, number: str, platform: str = "BILL") -> None:
        self._pushed, self._party, self._platform = pushed, party, platform
        self._their_party, their_number = pushed.natural_key
        self._taken: dict[tuple[str, str], set[int]] = defaultdict(set)
        self._marked: dict[str, set[int]] = defaultdict(set)
        for record_no, row in context.sources.by(pushed.target.qualified_name).items():
            self._taken[row[self._their_party], fold(row[their_number])].add(record_no)
            mark = read_source_mark(row.get(pushed.mark))
            if mark is not None and mark[0] == pushed.platform:
                self._marked[mark[1]].add(record_no)
        self._entered = Counter(
            (row[party], fold(row[number]))
            for row in context.sources.live(pushed.source.qualified_name)
            if not is_out_of_use(row)
        )

    def check(self, row: Row, party_id: str, number: str, paired: Row | None) -> None:
        """Refuse a document that Intacct has, or that BILL has twice.

        Args:
            row: BILL's document.
            party_id: Intacct's id of its vendor or customer.
            number: Its number.
            paired: Intacct's document that is its pair, if there is one.

        Raises:
            Held: There is a copy.
        """
        word, own = self._pushed.word, set() if paired is None else {int(paired["record_no"])}
        if self._taken.get((party_id, fold(number)), own) - own:
            reason = f"Intacct has {_a(word)} {number} of {party_id} that is not its pair"
            remedy = "Confirm the pair with `map`, or correct the number on the wrong side."
            raise Held("duplicate", "S-IDM-04", reason, remedy)
        if self._marked.get(row["id"], own) - own:
            others = ", ".join(str(record_no) for record_no in sorted(self._marked[row["id"]] - own))
            reason = f"Intacct's {word} {others} names it as its source and is not its pair"
            remedy = f"Confirm the pair with `map`, or take the mark out of the wrong {word}'s description."
            raise Held("duplicate", "S-IDM-04", reason, remedy)
        if self._entered[row[self._party], fold(number)] > 1:
            reason = f"{self._platform} has several {word}s {number} of this {self._their_party.removesuffix('_id')}"
            remedy = f"Archive the copy in {self._platform}, or correct its number."
            raise Held("duplicate", "S-IDM-04", reason, remedy)


def check_readable(context: Context, pushed: Pushed, row: Row) -> None:
    """Refuse a document of BILL of which, or of a line of which, a newer copy could not be read.

    Raises:
        Held: One of them is in quarantine.
    """
    lines = [
        (table, "/".join(str(one[name]) for name in table.key))
        for table in pushed.source_lines
        for one in _lines_of(context, table, row)
    ]
    for table, key in [(pushed.source, row["id"]), *lines]:
        if (table.qualified_name, key) in context.quarantined:
            reason = "a newer copy of it is in quarantine"
            raise Held("quarantined", "S-ERR-41", reason, "Correct at the source what the quarantine names, then sync.")


def check_not_posted(context: Context, pushed: Pushed, row: Row) -> None:
    """Refuse to create anew what this product created before, and Intacct has not any more.

    Raises:
        Held: It was deleted there.
    """
    if (pushed.name, row["id"]) in context.posted:
        raise Held(
            "deleted_in_intacct",
            "S-IDM-06",
            "it was in Intacct before and is not there any more",
            f"Find out who deleted it; enter it by hand, or pair it with the {pushed.word} that took its place.",
        )


def check_changeable(context: Context, pushed: Pushed, paired: Row) -> None:
    """Refuse to change a record of Intacct that another level owns, or of which a newer copy could not be read.

    Raises:
        Held: One of the two is so.
    """
    owner, own = text(paired, "owner_entity_id"), context.sources.link.entity.entity_id
    if owner != own:
        reason = f"the {pushed.word} belongs to {owner or 'the top level'}, this link to {own or 'the top level'}"
        raise Held("ownership_level", "S-CFG-11", reason, "Change it at the level that owns it.")
    if (pushed.target.qualified_name, str(paired["record_no"])) in context.quarantined:
        reason = f"a newer copy of Intacct's {pushed.word} {paired['record_no']} is in quarantine"
        raise Held("quarantined", "S-ERR-41", reason, "Correct in Intacct what the quarantine names, then sync.")


def _lines_of(context: Context, table: Table, row: Row) -> list[Row]:
    return context.sources.lines(table.qualified_name).get(row["id"], [])


def document_number(number: str, platform: str = "BILL") -> str:
    """Return a number that Intacct takes and by which the document can be looked up.

    Raises:
        Held: It has none, or one that Intacct refuses.
    """
    if not number:
        reason = "it has no number, without which it could not be looked up"
        raise Held("missing_field", "S-IDM-03", reason, f"Give it a number in {platform}.")
    if len(number) > NUMBER_LENGTH:
        reason = f"its number has {len(number)} characters, more than {NUMBER_LENGTH}"
        raise Held("field_length", "S-IDM-03", reason, f"Shorten the number in {platform}.")
    refused = sorted(_REFUSED_CHARACTERS & set(number))
    if refused:
        reason = f"its number holds {' '.join(refused)}, which Intacct refuses"
        raise Held("field_characters", "S-IDM-03", reason, f"Change the number in {platform}.")
    return number


def allowed_currency(context: Context, row: Row) -> str:
    """Return a document's currency.

    Raises:
        Held: It has none, or one that the entity does not use (S-CUR-04).
    """
    currency = text(row, "currency")
    if not currency or (context.currencies and currency not in context.currencies):
        reason = f"the entity does not use {currency}" if currency else "its currency is not known"
        raise Held("currency", "S-CUR-04", reason, "Enable the currency for the entity in Intacct.")
    return currency


def closed_for(context: Context, locations: Iterable[str]) -> Closed | None:
    """Return how far the books are closed in which a document with lines at these locations stands; None if open.

    They are those of the link's own level and of every entity that one of the locations belongs to (S-CFG-23).
    """
    if not context.closed.later:
        return context.closed.of(())
    return context.closed.of(map(context.sources.entity_of_location, locations))


def located(rows: Iterable[Row]) -> list[str]:
    """Return the locations of stored lines."""
    return [text(row, "location_id") for row in rows]


def posting_day(context: Context, own: date, locations: Iterable[str]) -> date:
    """Return the day in the ledger: the document's own, or the first open one where the link says so (S-IDM-08).

    Args:
        context: What the planner is told.
        own: The document's own day.
        locations: Where its lines go; the day is open in the books of all of them.

    Raises:
        Held: The day is closed, and the link does not let it move.
    """
    closed = closed_for(context, locations)
    if closed is None or own > closed.through:
        return own
    if context.sources.link.closed_period is ClosedPeriod.FIRST_OPEN:
        return closed.through + timedelta(days=1)
    reason = f"its date {own} lies in a period that is closed through {closed}"
    raise Held("period_closed", "S-IDM-08", reason, "Open the period, or set closed_period to first_open.")


def is_out_of_use(row: Row) -> bool:
    """Return whether a document of BILL is archived, or still a draft."""
    return bool(row.get("is_archived")) or text(row, "record_status") not in {"", "ACTIVE"}


def is_settled(paired: Row) -> bool:
    """Return whether Intacct's document is paid or used in part or in whole, or reversed."""
    return bool(paired.get("trx_total_paid")) or text(paired, "state") in SETTLED_STATES


def marked_text(source_id: str, key: ItemKey, words: str = "", *, system: str = "bill") -> str:
    """Return mark and key, then the source's own words unless these would make the mark ambiguous (S-IDM-04).

    Raises:
        Held: See ``mark_of``.
    """
    mark = f"{mark_of(system, source_id)} {key}"
    whole = f"{mark} {words}".strip()[:_MARK_LENGTH]
    return whole if read_source_mark(whole) is not None else mark


def stored_revision(object_name: str, paired: Row) -> str:
    """Return the state of Intacct's document as the warehouse holds it, for ``Item.target_revision``."""
    pushed = PUSHED[object_name]
    return target_revision(
        [_as_sent(paired, column) for column in pushed.natural_key],
        state=text(paired, "state"),
        total=paired["trx_total_entered"],
        description=text(paired, pushed.mark),
    )


def _as_sent(row: Row, column: str) -> str:
    value = row.get(column)
    return format_day(value) if isinstance(value, date) else text(row, column)


def hold_of(object_name: str, row: Row, label: str, held: Held) -> Hold:
    """Return a refusal as the hold of a document of BILL, with the money that waits."""
    return held.hold(object_name, row["id"], label, row.get("amount") or Decimal(0), text(row, "currency"))


def key_of(link: Link, object_name: str, row: Row, operation: Operation, content: Fields, start: str = "") -> ItemKey:
    """Return the key of writing some content (S-IDM-01).

    Args:
        link: The link.
        object_name: As in ``domain.pushed``.
        row: BILL's document.
        operation: What is done.
        content: What is sent, without mark and key.
        start: The state of the target from which an update or a reversal starts: the way back and forth again is
            another operation.
    """
    return item_key(
        link=link.name,
        source_system=PUSHED[object_name].platform,
        object_name=object_name,
        source_id=row["id"],
        operation=operation,
        revision=hashlib.sha256((canonical_json(content) + start).encode()).hexdigest(),
    )


def format_day(day: date) -> str:
    """Return a day as the generic functions take it."""
    return f"{day:%m/%d/%Y}"


def _a(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"
