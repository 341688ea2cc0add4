"""AP funds transfers: the lump sums that leave the bank for clearing, BILL's against Intacct's.

BILL tells of a lump sum, and not which payments are in it. It debits the bank once or twice on a process date for all
payments of that day, so the payments of one day and the movements of that day are one group, of any size; the group
must add up. Where BILL tells of no movement for a day, as without its older API, the sum of its payments stands for
one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.reconcile.causes import NO_CAUSE, Kind, first_cause
from intacct_pipelines.reconcile.documents import amount_fields, touched
from intacct_pipelines.reconcile.fields import Field, add_fields, unlike
from intacct_pipelines.reconcile.frames import folded, instants, mapped, require, select_rows, text, value
from intacct_pipelines.reconcile.objects.ap_funds_groups import Groups, groups_of
from intacct_pipelines.reconcile.pairing import NATURAL_KEY, Pairing, joined, pair_known
from intacct_pipelines.reconcile.reconciliation import (
    Differences,
    Explanations,
    Reconciliation,
    Sides,
    add_alone,
    conclude,
    pair_rows,
)

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.moment import Moment

OBJECT: Final = "ap_funds_transfer"
_OF_RECEIVABLES: Final = "2"
_UNDONE: Final = ("Reversed", "Reversal", "Voided")
_DIFFERS: Final = "transfer_differs"


def reconcile_funds_transfers(link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment) -> Reconciliation:
    """Match and compare the AP funds transfers of one link, and add up the payments behind each.

    Transfers pair by confirmed crosswalk, by the source named in Intacct's description, by BILL's number, then by date
    and amount; each only where it is unambiguous. Which account the money left is not compared: the link does not say
    which one is clearing.

    See ``reconcile.Reconciler`` for arguments and errors.
    """
    groups = groups_of(frames, _currency(link, frames))
    platform, intacct = groups.movements, _intacct(frames)
    pairing = pair_known(
        link,
        OBJECT,
        crosswalk,
        platform_ids=platform["key"],
        intacct_record_nos=intacct["key"],
        intacct_texts=intacct["description"],
        intacct_stands=intacct["stands"],
    )
    _pair(pairing, platform, intacct)
    sides = Sides(platform, intacct, intacct.iloc[:0], pairing)
    differences = Differences(link, OBJECT, moment.now)
    pairs = sides.pairs()
    _compare(sides, differences, pairs, groups)
    add_alone(sides, differences, _explain(sides, groups))
    result = conclude(sides, differences, pairs)
    return groups.with_settlements(result, link, OBJECT)


def _currency(link: Link, frames: Frames) -> str:
    """Return the currency of the entity's bank, in which movements are; empty if it is not known."""
    entities = frames["intacct.entity"]
    own = set(text(entities, "currency")[text(entities, "entity_id") == link.entity.entity_id])
    return own.pop() if len(own) == 1 else ""


def _intacct(frames: Frames) -> pd.DataFrame:
    rows = select_rows(frames["intacct.funds_transfer"], "record_no", deleted=False)
    require(rows, ["transfer_date", "total_entered"], "record_no")
    # What customers paid moves the other way, and is no matter of payables.
    movements = frames["bill.money_movement"]
    of_receivables = set(folded(text(movements, "name"))[text(movements, "movement_type") == _OF_RECEIVABLES]) - {""}
    number = folded(text(rows, "document_no"))
    transfer = pd.DataFrame(
        {
            "key": rows["record_no"].astype(object),
            "id": text(rows, "document_no"),
            "shown": text(rows, "document_no"),
            "number": number,
            "day": value(rows, "transfer_date"),
            "state": text(rows, "state"),
            "stands": ~text(rows, "state").isin(_UNDONE),
            "description": text(rows, "description"),
            "amount": rows["total_entered"].astype(object),
            "currency": text(rows, "base_currency"),
            "changed_at": instants(rows, "modified_at"),
        }
    )
    return transfer[~number.isin(of_receivables)].reset_index(drop=True)


def _pair(pairing: Pairing, platform: pd.DataFrame, intacct: pd.DataFrame) -> None:
    pairing.pair_unique(platform["number"], intacct["number"], NATURAL_KEY)
    ours, theirs = (
        joined(chosen, rows["day"], rows["amount"].map(lambda amount: amount.normalize()))
        for rows, chosen in ((platform, ~platform["is_void"]), (intacct, intacct["stands"]))
    )
    pairing.pair_unique(ours, theirs, NATURAL_KEY)
    pairing.mark_ambiguous(ours, theirs)
    # A second transfer of a movement's number would take the money from clearing twice.
    pairing.mark_doubles(
        platform["number"].where(~platform["is_void"], ""), intacct["number"].where(intacct["stands"], "")
    )


def _compare(sides: Sides, differences: Differences, pairs: pd.DataFrame, groups: Groups) -> None:
    platform, intacct = sides.side_by_side(pairs)
    rows = pair_rows(pairs)
    at_stake = touched(platform, intacct)
    # The bank's currency is known for an entity only; where it is not, it is Intacct's.
    known = platform.assign(currency=platform["currency"].where(platform["currency"] != "", intacct["currency"]))
    amounts = amount_fields(differences.link, known, intacct, cause=NO_CAUSE, amount_cause=NO_CAUSE, otherwise=_DIFFERS)
    date = Field(
        "transfer_date",
        Kind.DATE,
        platform["day"],
        intacct["day"],
        unlike(platform["day"], intacct["day"]),
        NO_CAUSE,
        _DIFFERS,
        money_at_stake=at_stake,
    )
    state = Field(
        "state",
        Kind.STATE,
        platform["is_void"].map({True: "void", False: "live"}).astype(object),
        intacct["state"],
        platform["is_void"] == intacct["stands"],
        NO_CAUSE,
        first_cause(platform, otherwise="transfer_undone_but_live", void_transfer_stands=platform["is_void"]),
        money_at_stake=at_stake,
    )
    short = mapped(platform["key"], groups.short)
    payments = Field(
        "payments",
        Kind.AMOUNT,
        short.map(lambda cell: cell[0] if cell else ""),
        short.map(lambda cell: cell[1] if cell else ""),
        short != "",
        NO_CAUSE,
        "payments_do_not_add_up",
        money_at_stake=short.map(lambda cell: abs(cell[0] - cell[1]) if cell else at_stake.iloc[0] * 0),
    )
    add_fields(differences, rows, (*amounts, date, state, payments))


def _explain(sides: Sides, groups: Groups) -> Explanations:
    platform, intacct = sides.platform, sides.intacct
    return Explanations(
        platform_cause=first_cause(platform, void_transfer=platform["is_void"], transfer_to_come=platform["is_sent"]),
        platform_otherwise=first_cause(
            platform,
            otherwise="transfer_missing_in_intacct",
            transfer_missing_and_short=platform["key"].isin(set(groups.short)),
            computed_transfer_missing=platform["is_computed"],
        ),
        intacct_cause=first_cause(intacct, otherwise="transfer_made_in_intacct"),
        intacct_otherwise=first_cause(intacct, otherwise=_DIFFERS),
        group_cause=NO_CAUSE,
        group_otherwise="double_transfer",
    )
