"""Card statements: what all charges of a card account come to in a period, on the platform and in Intacct.

The platform lists no statements and no payments of them, so a statement is its charges: all that moved money on one
card account from one closing day to the next. It adds up charges that are compared by themselves, and tells whether
what is left of the difference is a matter for a person.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from intacct_pipelines.domain.statements import end_of
from intacct_pipelines.reconcile.causes import NO_CAUSE, Kind, Verdict, first_cause
from intacct_pipelines.reconcile.conclusion import conclude
from intacct_pipelines.reconcile.differences import Differences, Explanations, add_alone
from intacct_pipelines.reconcile.documents import amount_fields
from intacct_pipelines.reconcile.fields import NO_MONEY, add_fields
from intacct_pipelines.reconcile.frames import mapped
from intacct_pipelines.reconcile.objects.card_transaction import compare_charges
from intacct_pipelines.reconcile.pairing import NATURAL_KEY, unpaired
from intacct_pipelines.reconcile.result import Reconciliation
from intacct_pipelines.reconcile.sides import Sides, pair_rows

if TYPE_CHECKING:
    from datetime import date

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.moment import Moment

OBJECT: Final = "card_statement"
_OF_MONEY: Final = frozenset(
    {Kind.MISSING_IN_INTACCT, Kind.MISSING_IN_PLATFORM, Kind.DUPLICATE, Kind.AMOUNT, Kind.DATE, Kind.STATE}
)
"""Kinds of differences of a charge that can change what a statement comes to."""
_WORSE: Final = {verdict.value: at for at, verdict in enumerate((Verdict.EXPECTED, Verdict.IN_FLIGHT, Verdict.BREAK))}
_OFF: Final = "statement_is_off"


def reconcile_card_statements(link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment) -> Reconciliation:
    """Add up the charges of each card account and period of one link, and compare both sides.

    See ``reconcile.Reconciler`` for arguments and errors.
    """
    charges, differences_of_charges, _ = compare_charges(link, frames, crosswalk, moment)
    worst = _worst(differences_of_charges.frame())
    money = charges.platform["moved_money"].to_numpy(dtype=bool)
    stands = ~charges.intacct["is_undone"].to_numpy(dtype=bool)
    ours = _members(link, charges.platform[money], worst, "platform_id")
    theirs = _members(link, charges.intacct[stands], worst, "intacct_record_no")
    platform, intacct = _statements(ours), _statements(theirs)
    platform["key"], intacct["key"] = platform["statement"], intacct["first"]
    pairing = unpaired(len(platform), len(intacct))
    intacct = intacct.sort_values("key", kind="stable").reset_index(drop=True)
    pairing.pair_unique(platform["statement"], intacct["statement"], NATURAL_KEY)
    sides = Sides(platform, intacct, intacct.iloc[:0], pairing, date="end")
    differences = Differences(link, OBJECT, moment.now)
    pairs = sides.pairs()
    today = moment.now.astimezone(ZoneInfo(link.cards.time_zone)).date()
    _compare(sides, differences, pairs, today)
    add_alone(sides, differences, _explain(sides, today))
    result = conclude(sides, differences, pairs)
    place: dict[str, Any] = {"link": link.name, "entity": str(link.entity), "object": OBJECT}
    return replace(
        result,
        settlements=_settlements(platform, intacct).assign(**place),
        members=_listed(ours, theirs).assign(**place),
    )


def _worst(found: pd.DataFrame) -> dict[str, dict[object, int]]:
    """Return the worst verdict of what differs in the money of each charge, by the charge's key on either side."""
    of_money = found[found["kind"].isin(_OF_MONEY)]
    rank = of_money["verdict"].map(_WORSE)
    worst: dict[str, dict[object, int]] = {}
    for column in ("platform_id", "intacct_record_no"):
        is_named = of_money[column].notna()
        keys = of_money[column][is_named]
        worst[column] = rank[is_named].groupby(keys.to_numpy(dtype=object)).max().to_dict()
    return worst


def _members(link: Link, charges: pd.DataFrame, worst: dict[str, dict[object, int]], side: str) -> pd.DataFrame:
    """Return the charges of one side with the statement that each is in."""
    ends = mapped(charges["day"], {day: end_of(day, link.cards.statement_day) for day in charges["day"].unique()})
    named = zip(charges["card_account"], ends, charges["currency"], strict=True)
    return pd.DataFrame(
        {
            "member": charges["key"],
            "statement": pd.Series(
                [" ".join(filter(None, (account, str(end), currency))) for account, end, currency in named],
                index=charges.index,
                dtype=object,
            ),
            "end": ends,
            "amount": charges["amount"],
            "currency": charges["currency"],
            "worst": [worst[side].get(key, -1) for key in charges["key"]],
        }
    )


def _statements(members: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each statement, in order of its name."""
    found = members.groupby("statement", sort=True, as_index=False).agg(
        first=("member", "min"),
        end=("end", "first"),
        amount=("amount", lambda amounts: sum(amounts, start=NO_MONEY)),
        currency=("currency", "first"),
        count=("member", "size"),
        worst=("worst", "max"),
    )
    closed = [datetime.combine(end, time.max, UTC) for end in found["end"]]
    return found.assign(
        id=found["statement"],
        shown=[f"{name}: {many} charges" for name, many in zip(found["statement"], found["count"], strict=True)],
        # A statement is as old as it is closed, whenever its charges changed.
        changed_at=pd.to_datetime(pd.Series(closed, index=found.index), utc=True).astype("datetime64[us, UTC]"),
    ).astype({"amount": object, "first": object})


def _cause(rows: pd.DataFrame, worst: pd.Series, today: date) -> pd.Series:
    """Return what explains a difference of each statement: that it is open, or what its charges are explained by."""
    return first_cause(
        rows,
        statement_is_open=rows["end"].map(lambda end: end >= today).astype(bool),
        statement_waits=worst == _WORSE[Verdict.IN_FLIGHT.value],
        statement_is_explained=worst == _WORSE[Verdict.EXPECTED.value],
    )


def _compare(sides: Sides, differences: Differences, pairs: pd.DataFrame, today: date) -> None:
    platform, intacct = sides.side_by_side(pairs)
    worst = pd.Series(np.maximum(platform["worst"], intacct["worst"]), index=platform.index)
    fields = amount_fields(
        differences.link,
        platform,
        intacct,
        cause=NO_CAUSE,
        amount_cause=_cause(platform, worst, today),
        otherwise=_OFF,
    )
    add_fields(differences, pair_rows(pairs), fields)


def _explain(sides: Sides, today: date) -> Explanations:
    platform, intacct = sides.platform, sides.intacct
    return Explanations(
        platform_cause=_cause(platform, platform["worst"], today),
        platform_otherwise=first_cause(platform, otherwise=_OFF),
        intacct_cause=_cause(intacct, intacct["worst"], today),
        intacct_otherwise=first_cause(intacct, otherwise=_OFF),
        group_cause=NO_CAUSE,
        group_otherwise=_OFF,
    )


def _settlements(platform: pd.DataFrame, intacct: pd.DataFrame) -> pd.DataFrame:
    """Return each statement with what both sides come to; a side without charges comes to nothing."""
    both = platform[["statement", "currency", "amount"]].merge(
        intacct[["statement", "currency", "amount"]], how="outer", on=["statement", "currency"], sort=True
    )
    totals = [both[name].astype(object).where(both[name].notna(), NO_MONEY) for name in ("amount_x", "amount_y")]
    return pd.DataFrame(
        {
            "settlement": both["statement"],
            "currency": both["currency"],
            "movement_total": totals[0],
            "payment_total": totals[1],
            "difference": totals[0] - totals[1],
        }
    )


def _listed(ours: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
    """Return what each statement consists of on both sides."""
    parts = [
        pd.DataFrame(
            {
                "settlement": members["statement"],
                "member_object": name,
                "member_id": members["member"].map(str),
                "amount": members["amount"],
            }
        )
        for name, members in (("spend.card_transaction", ours), ("intacct.card_transaction", theirs))
    ]
    return pd.concat(parts, ignore_index=True).sort_values(
        ["settlement", "member_object", "member_id"], kind="stable", ignore_index=True
    )
