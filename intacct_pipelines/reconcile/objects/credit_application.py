"""Which vendor credit was used on which bill, and how much of it: BILL's applications against Intacct's.

An application has no record of its own. In BILL it is told by the credit and by the payment, in Intacct by details of a
payment; here all that is told of one bill and one credit is one row. Its Intacct key is the first of those details.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.reconcile.causes import NO_CAUSE, Kind, first_cause
from intacct_pipelines.reconcile.conclusion import conclude
from intacct_pipelines.reconcile.differences import Differences, Explanations, add_alone
from intacct_pipelines.reconcile.documents import amount_fields, touched
from intacct_pipelines.reconcile.fields import NO_MONEY, Field, add_fields
from intacct_pipelines.reconcile.objects.ap_bill import pair_bills
from intacct_pipelines.reconcile.objects.credit_application_sides import intacct_uses, platform_uses
from intacct_pipelines.reconcile.objects.vendor import pair_vendors
from intacct_pipelines.reconcile.objects.vendor_credit import pair_credits
from intacct_pipelines.reconcile.pairing import ALONE, NATURAL_KEY, unpaired
from intacct_pipelines.reconcile.result import Reconciliation
from intacct_pipelines.reconcile.sides import Sides, pair_rows

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.moment import Moment

OBJECT: Final = "credit_application"
_ROW: Final = ("key", "id", "shown", "amount", "currency", "day", "changed_at")


def reconcile_applications(link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment) -> Reconciliation:
    """Match and compare the applications of vendor credits of one link, bill by bill and credit by credit.

    Applications pair where their bills are a pair and their credits are a pair. Where both systems used the same total
    on a bill and Intacct the older credits, that is how the sync applies (S-VCR-03).

    See ``reconcile.Reconciler`` for arguments and errors.
    """
    vendors = pair_vendors(link, frames, crosswalk)
    bills = pair_bills(link, frames, crosswalk, vendors)
    credits_ = pair_credits(link, frames, crosswalk, vendors)
    ours, ours_undone = _parted(platform_uses(frames, bills, credits_))
    theirs, theirs_undone = _parted(intacct_uses(link, frames, bills, credits_))
    is_inside = theirs["is_inside"].astype(bool)
    intacct = theirs[is_inside].reset_index(drop=True)
    pairing = unpaired(len(ours), len(intacct))
    pairing.pair_unique(ours["natural"], intacct["natural"], NATURAL_KEY)
    sides = Sides(ours, intacct, theirs.loc[~is_inside, list(_ROW)], pairing, date="day")
    older = _older_used(sides)
    differences = Differences(link, OBJECT, moment.now)
    pairs = sides.pairs()
    _compare(sides, differences, pairs, older)
    undone = (set(ours_undone["natural"]) - {""}, set(theirs_undone["natural"]) - {""})
    add_alone(sides, differences, _explain(link, sides, older, undone), Kind.APPLICATION)
    return conclude(sides, differences, pairs)


def _parted(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the applications that stand and those whose payment is void, which are no rows but explain others."""
    is_undone = rows["is_undone"].astype(bool)
    return rows[~is_undone].reset_index(drop=True), rows[is_undone]


def _older_used(sides: Sides) -> tuple[pd.Series, pd.Series]:
    """Say of the rows of each side whether only the choice of credits differs on their bill, by age (S-VCR-03)."""
    partner, other = sides.pairing.intacct_of, sides.pairing.platform_of
    amounts = sides.intacct["amount"].to_list()
    counterpart = pd.Series([NO_MONEY if at == ALONE else amounts[at] for at in partner], dtype=object)
    ours = sides.platform[["target", "currency", "day"]].assign(extra=sides.platform["amount"] - counterpart)
    alone = sides.intacct[other == ALONE]
    theirs = alone[["target", "currency", "day"]].assign(extra=-alone["amount"])
    extra = pd.concat([ours, theirs], ignore_index=True)
    extra = extra[(extra["extra"] != NO_MONEY).astype(bool) & (extra["target"] != "")]
    older = {place for place, rows in extra.groupby(["target", "currency"]) if _is_older(rows)}
    return tuple(  # type: ignore[return-value]  # one for each side
        pd.Series([place in older for place in zip(rows["target"], rows["currency"], strict=True)], index=rows.index)
        for rows in (sides.platform, sides.intacct)
    )


def _is_older(extra: pd.DataFrame) -> bool:
    """Say whether Intacct used as much as BILL on a bill, and no credit younger than those that BILL used."""
    if sum(extra["extra"], start=NO_MONEY) != NO_MONEY or extra["day"].isna().any():
        return False
    is_ours = (extra["extra"] > NO_MONEY).astype(bool)
    return bool(max(extra["day"][~is_ours]) <= min(extra["day"][is_ours]))


def _compare(sides: Sides, differences: Differences, pairs: pd.DataFrame, older: tuple[pd.Series, pd.Series]) -> None:
    platform, intacct = sides.side_by_side(pairs)
    excluded = first_cause(platform, excluded_vendor=platform["vendor"].isin(differences.link.excluded_vendors))
    delta = platform["amount"] - intacct["amount"]
    is_older = older[0].take(pairs["platform"].to_numpy()).reset_index(drop=True)
    cause = first_cause(
        platform,
        older_credit_used=is_older,
        use_to_come=(delta > NO_MONEY).astype(bool) & (delta == platform["to_come"]).astype(bool),
        used_only_in_intacct=(delta < NO_MONEY).astype(bool),
    )
    currency, amount = amount_fields(
        differences.link,
        platform,
        intacct,
        cause=excluded,
        amount_cause=excluded.where(excluded != NO_CAUSE, cause),
        otherwise="use_differs",
        kind=Kind.APPLICATION,
    )
    state = Field(
        "state",
        Kind.STATE,
        pd.Series("applied", index=platform.index, dtype=object),
        pd.Series("waits for approval", index=platform.index, dtype=object),
        intacct["is_waiting"].astype(bool) & (platform["to_come"] == NO_MONEY).astype(bool),
        excluded.where(excluded != NO_CAUSE, "waits_for_approval"),
        "use_differs",
        money_at_stake=touched(platform, intacct),
    )
    add_fields(differences, pair_rows(pairs), (currency, amount, state))


def _explain(
    link: Link, sides: Sides, older: tuple[pd.Series, pd.Series], undone: tuple[set[str], set[str]]
) -> Explanations:
    platform, intacct = sides.platform, sides.intacct
    ours_undone, theirs_undone = undone
    is_undone_in_bill_ = intacct["natural"].isin(ours_undone)
    return Explanations(
        platform_cause=first_cause(
            platform,
            excluded_vendor=platform["vendor"].isin(link.excluded_vendors),
            older_credit_used=older[0],
            use_to_come=(platform["amount"] == platform["to_come"]).astype(bool),
            ambiguous_vendor=platform["is_vendor_ambiguous"],
        ),
        platform_otherwise=first_cause(
            platform,
            otherwise="use_missing_in_intacct",
            used_bill_missing=platform["target"] == "",
            used_credit_missing=platform["source"] == "",
            use_undone_in_intacct=platform["natural"].isin(theirs_undone),
        ),
        intacct_cause=first_cause(
            intacct,
            excluded_vendor=intacct["platform_vendor"].isin(link.excluded_vendors),
            older_credit_used=older[1],
            used_only_in_intacct=~is_undone_in_bill_,
        ),
        intacct_otherwise=first_cause(intacct, otherwise="use_undone_in_bill"),
        group_cause=NO_CAUSE,
        group_otherwise="use_differs",
    )
