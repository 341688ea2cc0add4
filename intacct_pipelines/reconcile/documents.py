"""What documents of every kind share: their parties, how they find each other by number, what was deleted, amounts."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from intacct_pipelines.reconcile.causes import NO_CAUSE, Kind, first_cause
from intacct_pipelines.reconcile.fields import NO_MONEY, Field, unlike
from intacct_pipelines.reconcile.frames import coding_of, folded, select_rows, text, value
from intacct_pipelines.reconcile.pairing import ALONE, NATURAL_KEY, joined, marked_ids, pair_known
from intacct_pipelines.reconcile.result import OTHER_OWNER
from intacct_pipelines.reconcile.routed import OF_ANOTHER_ACCOUNT
from intacct_pipelines.reconcile.sides import Sides

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import numpy.typing as npt

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames

UNDONE: Final = ("Reversed", "Reversal")
"""States of an Intacct document that counts no more."""


def money(rows: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of amounts with zero where there is none."""
    series = rows[column].astype(object)
    return series.where(series.notna(), NO_MONEY)


def platform_parties(parties: Sides, ids: pd.Series, *columns: str) -> pd.DataFrame:
    """Return for each document of the platform what is known of its vendor or customer.

    Args:
        parties: Both sides' vendors, paired.
        ids: The vendors' platform ids.
        columns: Columns of the platform's vendors to return too; empty where the vendor is not there.

    Returns:
        ``partner`` (the vendor's id in Intacct, empty without one), ``is_ambiguous`` and the columns asked for.
    """
    at = pd.Series(parties.platform.index, index=parties.platform["key"].to_numpy(dtype=object))
    ours = (parties.platform, parties.pairing.intacct_of, parties.pairing.platform_group)
    return _parties(ids, at, ours, parties.intacct["id"], columns)


def intacct_parties(parties: Sides, ids: pd.Series, *columns: str) -> pd.DataFrame:
    """Return the same for each document of Intacct; ``partner`` is the vendor's platform id."""
    # A deleted vendor may leave its id to a new one; live vendors alone are asked.
    at = pd.Series(parties.intacct.index, index=parties.intacct["id"].to_numpy(dtype=object))
    theirs = (parties.intacct, parties.pairing.platform_of, parties.pairing.intacct_group)
    return _parties(ids, at[~at.index.duplicated()], theirs, parties.platform["key"], columns)


def _parties(
    ids: pd.Series,
    at: pd.Series,
    side: tuple[pd.DataFrame, npt.NDArray[np.int64], npt.NDArray[np.object_]],
    others: pd.Series,
    columns: tuple[str, ...],
) -> pd.DataFrame:
    rows, partner_of, group = side
    position = ids.map(at).fillna(ALONE).astype("int64").to_numpy()
    partner = _looked_up(partner_of, position, ALONE)
    found = {
        "partner": _looked_up(others.to_numpy(dtype=object), partner, ""),
        "is_ambiguous": _looked_up(group, position, "") != "",
    }
    asked = {column: _looked_up(rows[column].to_numpy(dtype=object), position, "") for column in columns}
    return pd.DataFrame({**found, **asked}, index=ids.index)


def _looked_up(values: npt.ArrayLike, positions: npt.NDArray[Any], absent: object) -> npt.NDArray[np.object_]:
    """Return the value at each position, and ``absent`` where the position is ``ALONE``."""
    at = positions.astype(np.int64)
    found = np.full(len(at), absent, dtype=object)
    is_there = at != ALONE
    found[is_there] = np.asarray(values, dtype=object)[at[is_there]]
    return found


def with_natural_key(rows: pd.DataFrame, vendor: str) -> pd.DataFrame:
    """Add the vendor in Intacct's words, and vendor and number as one key, empty without either."""
    is_known = (rows[vendor] != "") & (rows["number"] != "")
    return rows.assign(known_party=rows[vendor], natural=joined(is_known, rows[vendor], rows["number"]))


def known_documents(
    link: Link,
    object_name: str,
    crosswalk: pd.DataFrame,
    platform: pd.DataFrame,
    every: pd.DataFrame,
    stands: pd.Series,
    *,
    date: str,
    of_others: pd.Series | None = None,
) -> Sides:
    """Return both sides' documents, paired by confirmed crosswalk and by the source that Intacct's description names.

    Args:
        link: Speaks of its entity's own documents, and of those known to be the platform's wherever they are owned.
        object_name: One of ``domain.reconciled``.
        crosswalk: Rows of ``mapping.crosswalk``.
        platform: The platform's documents.
        every: All of Intacct's, with ``description`` and ``owner``.
        stands: Which of Intacct's count.
        date: Column with the document's date on both sides.
        of_others: Which of Intacct's another account of the platform brought, from ``is_of_another_account``.

    Raises:
        DataContractError: The crosswalk contradicts itself.
    """
    is_inside = inside(link, every, platform, confirmed_pairs(link, object_name, crosswalk))
    outside = every[~is_inside]
    if of_others is not None:
        is_inside &= ~of_others
        outside = every.assign(outside_cause=np.where(of_others, OF_ANOTHER_ACCOUNT, OTHER_OWNER))[~is_inside]
    intacct = every[is_inside].reset_index(drop=True)
    pairing = pair_known(
        link,
        object_name,
        crosswalk,
        platform_ids=platform["key"],
        intacct_record_nos=intacct["key"],
        intacct_texts=intacct["description"],
        intacct_stands=stands[is_inside].reset_index(drop=True),
    )
    return Sides(platform, intacct, outside, pairing, date)


def pair_by_number(
    sides: Sides,
    *,
    is_live: pd.Series,
    stands: pd.Series,
    is_due: pd.Series | None = None,
    is_posted: pd.Series | None = None,
) -> None:
    """Pair what is open by party and number, then by party, number, date and amount; then mark what is doubtful.

    Args:
        sides: From ``known_documents``, with ``number``, ``known_party``, ``natural``, ``currency``, ``amount``.
        is_live: Which of the platform's documents count.
        stands: Which of Intacct's documents count.
        is_due: Platform documents that a sync would post, so that another one of the same content would be the second;
            all that count, if not given.
        is_posted: The same for Intacct's.
    """
    pairing, platform, intacct, date = sides.pairing, sides.platform, sides.intacct, sides.date
    # Live and standing ones find each other first, so that an undone twin does not make them ambiguous.
    for ours, theirs in ((is_live, stands), (is_live | True, stands | True)):
        for depth in ("number", "amount"):
            pairing.pair_unique(
                _natural_key(platform, ours & pairing.platform_open, depth, date),
                _natural_key(intacct, theirs & pairing.intacct_open, depth, date),
                NATURAL_KEY,
            )
    pairing.mark_ambiguous(
        _natural_key(platform, is_live & pairing.platform_open, "number", date),
        _natural_key(intacct, stands & pairing.intacct_open, "number", date),
    )
    # The same document once more: posting it, or paying it, would be the second time.
    pairing.mark_doubles(
        _natural_key(platform, (is_live if is_due is None else is_due) | (pairing.intacct_of != ALONE), "amount", date),
        _natural_key(
            intacct, (stands if is_posted is None else is_posted) | (pairing.platform_of != ALONE), "amount", date
        ),
    )


def _natural_key(rows: pd.DataFrame, chosen: pd.Series, depth: str, date: str) -> pd.Series:
    """Return vendor and number, and with depth ``amount`` also date and amount, of rows that can be known by them."""
    if depth == "number":
        return rows["natural"].where(chosen, "")
    few = rows[chosen & (rows["known_party"] != "")]
    amounts = few["amount"].map(Decimal.normalize)
    always = pd.Series(data=True, index=few.index, dtype=bool)
    keys = joined(always, few["known_party"], few["number"], few[date], few["currency"], amounts)
    return keys.reindex(rows.index, fill_value="")


def confirmed_pairs(link: Link, object_name: str, crosswalk: pd.DataFrame) -> pd.DataFrame:
    """Return ``platform_id`` and ``intacct_record_no`` of the confirmed pairs of one object."""
    is_ours = (crosswalk["link"] == link.name) & (crosswalk["object"] == object_name)
    return crosswalk.loc[is_ours & (crosswalk["status"] == "confirmed"), ["platform_id", "intacct_record_no"]]


def gone_documents(frames: Frames, *tables: str, party: str = "vendor_id", number: str = "document_no") -> pd.DataFrame:
    """Return what was deleted from Intacct's tables, newest last.

    Args:
        frames: For the tables.
        tables: Which ones.
        party: Their column with the vendor or customer.
        number: Their column with the number that pairs.

    Returns:
        ``record_no``, ``platform_id`` (the source that its description names) and ``natural`` (vendor and number).
    """
    found = []
    for table in tables:
        rows = select_rows(frames[table], "record_no", deleted=True)
        numbers = folded(text(rows, number))
        found.append(
            pd.DataFrame(
                {
                    "record_no": rows["record_no"].astype(object),
                    "platform_id": marked_ids(text(rows, "description")),
                    "natural": joined(numbers != "", text(rows, party), numbers),
                }
            )
        )
    return pd.concat(found, ignore_index=True).sort_values("record_no", kind="stable").reset_index(drop=True)


def deleted_in_intacct(platform: pd.DataFrame, gone: pd.DataFrame, confirmed: pd.DataFrame) -> pd.Series:
    """Say which of the platform's documents were in Intacct once, by the pair, the mark or the number."""
    once_there = set(confirmed["platform_id"][confirmed["intacct_record_no"].isin(set(gone["record_no"]))])
    return platform["key"].isin(once_there | set(gone["platform_id"])) | (
        (platform["natural"] != "") & platform["natural"].isin(set(gone["natural"]))
    )


def deleted_on_platform(intacct: pd.DataFrame, table: pd.DataFrame, confirmed: pd.DataFrame) -> pd.Series:
    """Say which of Intacct's documents come from one that the platform deleted; ``table`` holds the platform's rows."""
    deleted = set(select_rows(table, "id", deleted=True)["id"])
    return marked_ids(intacct["description"]).isin(deleted) | intacct["key"].isin(
        set(confirmed["intacct_record_no"][confirmed["platform_id"].isin(deleted)])
    )


def inside(link: Link, every: pd.DataFrame, platform: pd.DataFrame, confirmed: pd.DataFrame) -> pd.Series:
    """Say of which of Intacct's documents the link speaks: its entity's own, and ours wherever they are owned."""
    marks = marked_ids(every["description"], link.platform)
    is_ours = every["key"].isin(set(confirmed["intacct_record_no"])) | marks.isin(set(platform["key"]))
    return is_ours | (every["owner"] == link.entity.entity_id)


def is_of_other_currency(link: Link, documents: pd.DataFrame) -> pd.Series:
    """Say which documents are in a currency that the link does not state; if it states none, none is (S-CUR-01)."""
    return ~documents["currency"].isin(link.currencies) & bool(link.currencies)


def touched(platform: pd.DataFrame, intacct: pd.DataFrame) -> pd.Series:
    """Return the larger of the two amounts of each pair: the money that a difference without amount touches."""
    ours, theirs = platform["amount"].map(abs), intacct["amount"].map(abs)
    return ours.where((ours >= theirs).astype(bool), theirs)


def amount_fields(
    link: Link,
    platform: pd.DataFrame,
    intacct: pd.DataFrame,
    *,
    cause: pd.Series | str,
    amount_cause: pd.Series | str,
    otherwise: pd.Series | str,
    kind: Kind = Kind.AMOUNT,
    name: str = "amount",
) -> tuple[Field, Field]:
    """Return currency and amount of pairs; amounts of different currencies are never subtracted (S-CUR-01).

    Args:
        link: For the tolerances.
        platform: The platform's documents, in the pairs' order.
        intacct: Intacct's documents.
        cause: What explains another currency.
        amount_cause: What explains another amount.
        otherwise: The break that it is otherwise.
        kind: What differs if it differs.
        name: Name of the compared amount.
    """
    other_currency = platform["currency"] != intacct["currency"]
    delta = platform["amount"] - intacct["amount"]
    tolerances = {code: link.tolerance.get(code, NO_MONEY) for code in platform["currency"].unique()}
    differs = ~other_currency & (delta.map(abs) > platform["currency"].map(tolerances)).astype(bool)
    currency = Field(
        "currency",
        kind,
        platform["currency"],
        intacct["currency"],
        other_currency,
        cause,
        otherwise,
        money_at_stake=touched(platform, intacct),
    )
    amount = Field(
        name,
        kind,
        platform["amount"],
        intacct["amount"],
        differs,
        amount_cause,
        otherwise,
        amount_difference=delta,
        money_at_stake=delta.map(abs),
    )
    return currency, amount


def due_cause(
    link: Link, frames: Frames, platform: pd.DataFrame, intacct: pd.DataFrame, *, date: str, edit: pd.Series
) -> pd.Series:
    """Return the cause of a different due date: an edit, or terms where they differ and BILL's date follows its own.

    Args:
        link: For its map of terms.
        frames: For BILL's terms.
        platform: The platform's documents, in the pairs' order, with ``term`` (BILL's id), ``due_date`` and the date.
        intacct: Intacct's, where ``term`` is a name.
        date: Column with the document's date on both sides.
        edit: The cause of each pair that an edit explains, which goes first.
    """
    coding = coding_of(link, frames)
    terms = frames["bill.ap_term"]
    days = dict(zip(text(terms, "id"), value(terms, "due_days"), strict=True))
    name = platform["term"].map({term: coding.term_name(term) or "" for term in platform["term"].unique()})
    # Row by row, but only where it matters.
    few = platform[unlike(platform["due_date"], intacct["due_date"])]
    dates = zip(few["term"], few[date], few["due_date"], strict=True)
    follows_term = pd.Series([_follows(days, *row) for row in dates], index=few.index, dtype=bool)
    follows_term = follows_term.reindex(platform.index, fill_value=False)
    # Where the document's own date differs, the due date does too, whatever the terms.
    same_date = platform[date] == intacct[date]
    drift = first_cause(platform, term_drift=(name != intacct["term"]) & follows_term & same_date)
    return edit.where(edit != NO_CAUSE, drift)


def _follows(days: Mapping[str, object], term: str, document_date: date | None, due_date: date | None) -> bool:
    due_days = days.get(term)
    if due_days is None or document_date is None or due_date is None:
        return True
    return (due_date - document_date).days == int(str(due_days))
