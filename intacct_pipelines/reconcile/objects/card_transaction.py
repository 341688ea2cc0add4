"""Card transactions: a platform's charges against Intacct's, and an audit of what the vendor's sync claims."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from intacct_pipelines.reconcile.causes import NO_CAUSE, first_cause
from intacct_pipelines.reconcile.conclusion import conclude
from intacct_pipelines.reconcile.differences import Differences, Explanations, add_alone
from intacct_pipelines.reconcile.documents import confirmed_pairs
from intacct_pipelines.reconcile.frames import select_rows
from intacct_pipelines.reconcile.objects.card_claims import Claims
from intacct_pipelines.reconcile.objects.card_sides import (
    Books,
    books_of,
    charges_of,
    claimed_of,
    with_words,
)
from intacct_pipelines.reconcile.objects.card_transaction_fields import compare_pairs
from intacct_pipelines.reconcile.pairing import ALONE, CLAIM, NATURAL_KEY, joined, pair_known, spelt
from intacct_pipelines.reconcile.result import OTHER_OWNER, Reconciliation
from intacct_pipelines.reconcile.sides import Sides

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.moment import Moment
    from intacct_pipelines.reconcile.pairing import Pairing

OBJECT: Final = "card_transaction"
_AUTO_DAYS: Final = 7
"""The automatic sync takes what is up to so many days old (S-CRD-08)."""
_OPTION_DAYS: Final = 60
"""Beyond so many days only an option takes it, which may overwrite what was changed in Intacct (S-CRD-08)."""
_NEAR_DAYS: Final = 7
"""The books may date a charge by its authorisation or its settlement."""
_CLAIMED: Final = "claim\x1f"


def reconcile_card_transactions(link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment) -> Reconciliation:
    """Match and compare the card transactions of one link.

    They pair by confirmed crosswalk, by the source named in Intacct's description, by the record that the vendor's sync
    claims, then by card account, date, amount and merchant; each only where it is unambiguous.

    See ``reconcile.Reconciler`` for arguments and errors.
    """
    return conclude(*compare_charges(link, frames, crosswalk, moment))


def compare_charges(
    link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment
) -> tuple[Sides, Differences, pd.DataFrame]:
    """Return both sides' charges, all that differs, and the pairs; statements need them to know what is in them.

    See ``reconcile.Reconciler`` for arguments and errors.
    """
    books, claims = books_of(link, frames), Claims(link, frames)
    confirmed = confirmed_pairs(link, OBJECT, crosswalk)
    known = set(books.live["mark"]) | set(confirmed["platform_id"])
    charges = with_words(charges_of(link, frames, books, claims, known), claims)
    claimed = claimed_of(charges, books, claims)
    sides = _pair(link, crosswalk, confirmed, books, charges, claimed)
    differences = Differences(link, OBJECT, moment.now)
    pairs = _with_predecessors(sides, books, claimed, confirmed)
    compare_pairs(differences, frames, sides, pairs, claimed, books)
    add_alone(sides, differences, _explain(frames, sides, books, claimed, confirmed, moment))
    return sides, differences, pairs


def _pair(
    link: Link,
    crosswalk: pd.DataFrame,
    confirmed: pd.DataFrame,
    books: Books,
    charges: pd.DataFrame,
    claimed: Mapping[str, list[int]],
) -> Sides:
    all_claimed = {record_no for records in claimed.values() for record_no in records}
    platform, intacct, outside = _scope(link, books, charges, all_claimed, confirmed)
    pairing = pair_known(
        link,
        OBJECT,
        crosswalk,
        platform_ids=platform["key"],
        intacct_record_nos=intacct["key"],
        intacct_texts=intacct["description"],
        intacct_stands=~intacct["is_undone"],
    )
    _pair_claimed(pairing, platform, intacct, claimed, ~intacct["is_undone"])
    money, stands = platform["moved_money"], ~intacct["is_undone"]
    for depth in (("day", "merchant"), ("day",)):
        ours, theirs = _natural(platform, money, *depth), _natural(intacct, stands, *depth)
        pairing.pair_unique(ours, theirs, NATURAL_KEY)
    ours, theirs = _natural(platform, money, "merchant"), _natural(intacct, stands, "merchant")
    ours, theirs = ours.where(pairing.platform_open, ""), theirs.where(pairing.intacct_open, "")
    pairing.pair_near((ours, platform["day"]), (theirs, intacct["day"]), least=-_NEAR_DAYS, most=_NEAR_DAYS)
    _pair_claimed(pairing, platform, intacct, claimed, intacct["is_undone"])
    exact, theirs = _natural(platform, money, "day", "merchant"), _natural(intacct, stands, "day", "merchant")
    pairing.mark_ambiguous(exact, theirs)
    _mark_claimed(pairing, platform, intacct, claimed)
    # Every charge of this kind that the platform has is in the books already: one more is the second time.
    pairing.mark_doubles(pd.Series("", index=platform.index), theirs)
    return Sides(platform, intacct, outside, pairing, date="day")


def _scope(
    link: Link, books: Books, charges: pd.DataFrame, all_claimed: set[int], confirmed: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the charges with their card account, and Intacct's rows inside and outside of what the link speaks of.

    Inside are the rows of the link's card accounts and, wherever they stand, those that are known to be ours.
    """
    live, policy = books.live, link.cards
    accounts = {policy.account, *policy.account_by_card.values(), *policy.account_by_holder.values()} - {""}
    if not accounts:
        accounts = set(live["card_account"][live["key"].isin(all_claimed)])
    only = next(iter(accounts)) if len(accounts) == 1 else ""
    account = charges["card_account"].where(charges["card_account"] != "", only)
    ours = all_claimed | set(confirmed["intacct_record_no"])
    is_ours = live["key"].isin(ours) | live["mark"].isin(set(charges["key"]))
    is_owned = live["owner"] == link.entity.entity_id
    is_inside = is_ours | (is_owned & live["card_account"].isin(accounts))
    outside = live.assign(outside_cause=np.where(is_owned, "other_card_account", OTHER_OWNER))[~is_inside]
    return charges.assign(card_account=account), live[is_inside].reset_index(drop=True), outside


def _pair_claimed(
    pairing: Pairing, platform: pd.DataFrame, intacct: pd.DataFrame, claimed: Mapping[str, list[int]], chosen: pd.Series
) -> None:
    """Join charges with the chosen ones of the records that the vendor's sync claims for them, and for no other."""
    is_open = pairing.intacct_open & chosen.to_numpy(dtype=bool)
    at = dict(zip(intacct["key"][is_open], np.flatnonzero(is_open).tolist(), strict=True))
    often, amounts = _claimants(claimed), intacct["amount"].tolist()
    ours, theirs = [], []
    rows = zip(platform["key"], platform["amount"], pairing.platform_open.tolist(), strict=True)
    for place, (key, amount, is_free) in enumerate(rows):
        places = [at[one] for one in claimed[key] if one in at and often[one] == 1] if is_free else []
        if places:
            # Where several are claimed, the one with the right amount is more likely right.
            ours.append(place)
            theirs.append(next((one for one in places if amounts[one] == amount), places[0]))
    pairing.pair(np.array(ours, dtype=np.int64), np.array(theirs, dtype=np.int64), CLAIM)


def _claimants(claimed: Mapping[str, list[int]]) -> Counter[int]:
    """Return for how many charges each record is claimed."""
    return Counter(record_no for records in claimed.values() for record_no in records)


def _natural(rows: pd.DataFrame, chosen: pd.Series, *columns: str) -> pd.Series:
    """Return card account, currency, amount and more as one key; without a known card account nothing is like it."""
    chosen = chosen & (rows["card_account"] != "")
    few = rows[chosen]
    amounts = few["amount"].map(spelt)
    keys = joined(chosen[chosen], few["card_account"], few["currency"], amounts, *(few[column] for column in columns))
    return keys.reindex(rows.index, fill_value="")


def _mark_claimed(
    pairing: Pairing, platform: pd.DataFrame, intacct: pd.DataFrame, claimed: Mapping[str, list[int]]
) -> None:
    """Group what is still alone by claims: a record claimed for several charges, and further records of one charge."""
    stands = (~intacct["is_undone"]).to_numpy(dtype=bool) & (pairing.platform_of == ALONE)
    at = dict(zip(intacct["key"][stands], np.flatnonzero(stands).tolist(), strict=True))
    often = _claimants(claimed)
    for place, key in enumerate(platform["key"]):
        for record_no in claimed[key]:
            their = at.get(record_no)
            if their is None:
                continue
            mine = f"{_CLAIMED}{record_no}"
            if pairing.intacct_of[place] != ALONE:
                if often[record_no] == 1 and not pairing.intacct_group[their]:
                    pairing.intacct_group[their] = f"{_CLAIMED}{key}"
            elif (
                often[record_no] > 1
                and not pairing.platform_group[place]
                and pairing.intacct_group[their] in {"", mine}
            ):
                pairing.platform_group[place] = pairing.intacct_group[their] = mine


def _with_predecessors(
    sides: Sides, books: Books, claimed: Mapping[str, list[int]], confirmed: pd.DataFrame
) -> pd.DataFrame:
    """Return the pairs; where Intacct's record replaces a deleted one, with that one's record number (S-CRD-10)."""
    pairs = sides.pairs()
    gone = set(books.gone)
    before: dict[str, int] = {mark: key for key, mark in zip(books.gone, books.gone_marks, strict=True) if mark}
    before |= {str(key): int(record_no) for key, record_no in confirmed.itertuples(index=False) if record_no in gone}
    before |= {key: max(gone.intersection(records)) for key, records in claimed.items() if gone.intersection(records)}
    predecessor = [
        found if (found := before.get(key)) is not None and found < present else None
        for key, present in zip(pairs["p_key"], pairs["i_key"], strict=True)
    ]
    pairs["predecessor_record_no"] = pd.Series(predecessor, index=pairs.index, dtype=object)
    pairs["pair_rule"] = np.where(pairs["predecessor_record_no"].notna(), "S-CRD-10", "")
    return pairs


def _explain(
    frames: Frames,
    sides: Sides,
    books: Books,
    claimed: Mapping[str, list[int]],
    confirmed: pd.DataFrame,
    moment: Moment,
) -> Explanations:
    platform, intacct, pairing = sides.platform, sides.intacct, sides.pairing
    status, is_claimed = platform["status"], platform["is_claimed"]
    gone, there = set(books.gone), set(books.live["key"])
    once_there = set(books.gone_marks) | set(confirmed["platform_id"][confirmed["intacct_record_no"].isin(gone)])
    days = (pd.Timestamp(moment.now) - platform["occurred_at"]).dt.days
    records = [set(claimed[key]) for key in platform["key"]]
    # A record that the platform's deleted transaction made stands without cause.
    gone_ids = set(select_rows(frames["spend.card_transaction"], "id", deleted=True)["id"])
    orphaned = intacct["mark"].isin(gone_ids) | intacct["key"].isin(
        set(confirmed["intacct_record_no"][confirmed["platform_id"].isin(gone_ids)])
    )
    in_both = set(pairing.platform_group) & set(pairing.intacct_group) - {""}
    group = pd.Series(pairing.intacct_group, index=intacct.index, dtype=object)
    claim_group = {name for name in in_both if str(name).startswith(_CLAIMED)}
    return Explanations(
        platform_cause=first_cause(
            platform,
            declined_charge=(platform["kind"] == "DECLINE") & ~is_claimed,
            hold_not_settled=(platform["kind"] == "AUTHORIZATION") & ~is_claimed,
            incomplete_charge=platform["is_incomplete"] & ~is_claimed,
        ),
        platform_otherwise=first_cause(
            platform,
            otherwise="charge_never_synced",
            claimed_record_deleted=_each(platform, [bool(one & gone) and not one & there for one in records])
            & is_claimed,
            claimed_by_another=is_claimed & _each(platform, [bool(one & there) for one in records]),
            marked_as_synced=status == "manual_synced",
            claimed_record_missing=is_claimed,
            charge_deleted_in_intacct=platform["key"].isin(once_there),
            charge_refused=status == "error",
            charge_pending=status == "pending",
            charge_beyond_option=days > _OPTION_DAYS,
            charge_missed_window=days > _AUTO_DAYS,
        ),
        intacct_cause=first_cause(intacct, charge_undone=intacct["is_undone"]),
        intacct_otherwise=first_cause(intacct, otherwise="charge_unknown_to_platform", charge_gone=orphaned),
        group_cause=NO_CAUSE,
        group_otherwise="charges_alike",
        platform_group_otherwise=first_cause(
            platform,
            otherwise="charges_alike",
            claimed_twice=pd.Series(pairing.platform_group, index=platform.index).isin(claim_group),
        ),
        intacct_group_otherwise=first_cause(
            intacct, otherwise="charges_alike", claimed_twice=group.isin(claim_group), posted_twice=~group.isin(in_both)
        ),
    )


def _each(rows: pd.DataFrame, said: list[bool]) -> pd.Series:
    return pd.Series(said, index=rows.index, dtype=bool)
