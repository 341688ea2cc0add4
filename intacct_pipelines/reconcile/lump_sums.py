"""Lump sums between the bank and clearing: BILL's movements against the transfers of Intacct, and what they carry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.causes import NO_CAUSE, Kind, first_cause
from intacct_pipelines.reconcile.conclusion import conclude
from intacct_pipelines.reconcile.differences import Differences, Explanations, add_alone
from intacct_pipelines.reconcile.documents import amount_fields, touched
from intacct_pipelines.reconcile.fields import Field, add_fields, unlike
from intacct_pipelines.reconcile.frames import mapped, text
from intacct_pipelines.reconcile.objects.transfer_entries import AGREES, DIFFERS, NO_ENTRY
from intacct_pipelines.reconcile.objects.transfer_entries import UNDONE as TAKEN_BACK
from intacct_pipelines.reconcile.pairing import NATURAL_KEY, Pairing, joined, pair_known
from intacct_pipelines.reconcile.result import Reconciliation
from intacct_pipelines.reconcile.sides import Sides, pair_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.moment import Moment
    from intacct_pipelines.reconcile.objects.funds_groups import Groups

UNDONE: Final = frozenset({"Reversed", "Reversal", "Voided"})
"""States in Intacct of a transfer or deposit that moves nothing any more."""


@dataclass(frozen=True)
class LumpSums:
    """One kind of lump sums.

    Args:
        object_name: Name of the object.
        causes: What the names of its causes begin with.
        carried: What is behind the movements, as a field of theirs.
    """

    object_name: str
    causes: str
    carried: str


def bank_currency(link: Link, frames: Frames) -> str:
    """Return the currency of the entity's bank, in which movements are; empty if it is not known."""
    entities = frames["intacct.entity"]
    own = set(text(entities, "currency")[text(entities, "entity_id") == link.entity.entity_id])
    return own.pop() if len(own) == 1 else ""


def reconcile_lump_sums(
    kind: LumpSums,
    link: Link,
    crosswalk: pd.DataFrame,
    moment: Moment,
    groups: Groups,
    every: pd.DataFrame,
    more: Callable[[pd.DataFrame, pd.Series], tuple[Field, ...]] | None = None,
) -> Reconciliation:
    """Match and compare the lump sums of one link, and add up what is behind each.

    They pair by confirmed crosswalk, by the source named in Intacct's description, by BILL's number, then by date and
    amount; each only where it is unambiguous.

    Args:
        kind: Which lump sums.
        link: See ``reconcile.Reconciler``, as for the next two.
        crosswalk: Known pairs.
        moment: When.
        groups: BILL's side; of its movements ``entry`` says what stands in Intacct as a journal entry.
        every: Intacct's transfers: ``key``, ``id``, ``shown``, ``number``, ``day``, ``state``, ``stands``,
            ``description``, ``owner`` (None where it is not told), ``amount``, ``currency``, ``changed_at``.
        more: Returns further fields of the pairs, of Intacct's transfers in their order and the money of each pair.

    Raises:
        DataContractError: The crosswalk contradicts itself, or the classes do not add up.
    """
    is_ours = every["owner"].isna() | (every["owner"] == link.entity.entity_id)
    intacct = every[is_ours].reset_index(drop=True)
    platform = groups.movements
    pairing = pair_known(
        link,
        kind.object_name,
        crosswalk,
        platform_ids=platform["key"],
        intacct_record_nos=intacct["key"],
        intacct_texts=intacct["description"],
        intacct_stands=intacct["stands"],
    )
    _pair(pairing, platform, intacct)
    sides = Sides(platform, intacct, every[~is_ours].reset_index(drop=True), pairing, date="day")
    differences = Differences(link, kind.object_name, moment.now)
    pairs = sides.pairs()
    _compare(kind, sides, differences, pairs, groups, more)
    add_alone(sides, differences, _explain(kind, sides, groups))
    result = conclude(sides, differences, pairs)
    return groups.with_settlements(result, link, kind.object_name)


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


def _compare(
    kind: LumpSums,
    sides: Sides,
    differences: Differences,
    pairs: pd.DataFrame,
    groups: Groups,
    more: Callable[[pd.DataFrame, pd.Series], tuple[Field, ...]] | None,
) -> None:
    platform, intacct = sides.side_by_side(pairs)
    rows = pair_rows(pairs)
    at_stake = touched(platform, intacct)
    differs = f"{kind.causes}transfer_differs"
    # The bank's currency is known for an entity only; where it is not, it is Intacct's.
    known = platform.assign(currency=platform["currency"].where(platform["currency"] != "", intacct["currency"]))
    amounts = amount_fields(differences.link, known, intacct, cause=NO_CAUSE, amount_cause=NO_CAUSE, otherwise=differs)
    date = Field(
        "transfer_date",
        Kind.DATE,
        platform["day"],
        intacct["day"],
        unlike(platform["day"], intacct["day"]),
        NO_CAUSE,
        differs,
        money_at_stake=at_stake,
    )
    undone = f"{kind.causes}transfer_undone_but_live"
    state = Field(
        "state",
        Kind.STATE,
        platform["is_void"].map({True: "void", False: "live"}).astype(object),
        intacct["state"],
        platform["is_void"] == intacct["stands"],
        NO_CAUSE,
        first_cause(platform, undone, **{f"{kind.causes}void_transfer_stands": platform["is_void"]}),
        money_at_stake=at_stake,
    )
    short = mapped(platform["key"], groups.short)
    carried = Field(
        kind.carried,
        Kind.AMOUNT,
        short.map(lambda cell: cell[0] if cell else ""),
        short.map(lambda cell: cell[1] if cell else ""),
        short != "",
        NO_CAUSE,
        f"{kind.causes}{kind.carried}_do_not_add_up",
        money_at_stake=short.map(lambda cell: abs(cell[0] - cell[1]) if cell else at_stake.iloc[0] * 0),
    )
    add_fields(differences, rows, (*amounts, date, state, carried, *(more(intacct, at_stake) if more else ())))


def _explain(kind: LumpSums, sides: Sides, groups: Groups) -> Explanations:
    platform, intacct, causes = sides.platform, sides.intacct, kind.causes
    is_short, entry = platform["key"].isin(set(groups.short)), platform["entry"]
    stands = entry.isin([AGREES, DIFFERS])
    return Explanations(
        platform_cause=first_cause(
            platform,
            NO_CAUSE,
            **{
                f"{causes}void_transfer": platform["is_void"] & ~stands,
                f"{causes}transfer_to_come": platform["is_sent"] & (entry == NO_ENTRY),
                f"{causes}transfer_in_journal": (entry == AGREES) & ~platform["is_void"] & ~is_short,
            },
        ),
        platform_otherwise=first_cause(
            platform,
            f"{causes}transfer_missing_in_intacct",
            **{
                f"{causes}void_transfer_stands": platform["is_void"],
                f"{causes}transfer_undone_but_live": entry == TAKEN_BACK,
                f"{causes}transfer_entry_differs": entry == DIFFERS,
                f"{causes}{kind.carried}_do_not_add_up": entry == AGREES,
                f"{causes}transfer_missing_and_short": is_short,
                "computed_transfer_missing": platform["is_computed"],
            },
        ),
        intacct_cause=first_cause(intacct, otherwise=f"{causes}transfer_made_in_intacct"),
        intacct_otherwise=first_cause(intacct, otherwise=f"{causes}transfer_differs"),
        group_cause=NO_CAUSE,
        group_otherwise=f"{causes}double_transfer",
    )
