"""Groups of lump sums and of what is behind them: one for each process date and direction, of any size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from intacct_pipelines.reconcile.fields import NO_MONEY
from intacct_pipelines.reconcile.frames import changed_at, folded, require, select_rows, text, value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.result import Reconciliation

_SENT, _VOID = "0", "2"


@dataclass(frozen=True)
class Groups:
    """Movements, what they carry, and what joins them.

    Args:
        movements: The platform's side: movements, and for a day without one what stands for it.
        carried: What is behind them: ``settlement``, ``member_object``, ``key``, ``amount`` and what the caller adds.
        members: ``settlement``, ``member_object``, ``member_id``, ``amount``.
        settlements: ``settlement``, ``currency``, ``movement_total``, ``payment_total``, ``difference``.
        short: First movement of each group that does not add up, with the totals of its movements and of what they
            carry.
    """

    movements: pd.DataFrame
    carried: pd.DataFrame
    members: pd.DataFrame
    settlements: pd.DataFrame
    short: Mapping[str, tuple[Decimal, Decimal]]

    def with_settlements(self, result: Reconciliation, link: Link, object_name: str) -> Reconciliation:
        """Return the result with the groups of the link."""
        place: dict[str, Any] = {"link": link.name, "entity": str(link.entity), "object": object_name}
        return replace(result, settlements=self.settlements.assign(**place), members=self.members.assign(**place))


def movements_of(frames: Frames, movement_type: str, names: tuple[str, str]) -> pd.DataFrame:
    """Return BILL's money movements of one type, with positive amounts.

    Args:
        frames: For the movements.
        movement_type: ``1`` for payables, ``2`` for receivables.
        names: What a group is called whose money leaves the bank, and one whose money reaches it.

    Raises:
        DataContractError: A row repeats a key or lacks what the comparison needs.
    """
    rows = select_rows(frames["bill.money_movement"], "id", deleted=False)
    rows = rows[(text(rows, "movement_type") == movement_type).to_numpy(dtype=bool)].reset_index(drop=True)
    require(rows, ["process_date", "amount"], "id")
    amounts, day = rows["amount"].astype(object), value(rows, "process_date")
    status = text(rows, "status")
    return pd.DataFrame(
        {
            "key": text(rows, "id"),
            "id": text(rows, "name"),
            "shown": text(rows, "name"),
            "number": folded(text(rows, "name")),
            "day": day,
            "settlement": settlement_names(day, (amounts > NO_MONEY).map({False: names[0], True: names[1]})),
            "is_sent": status == _SENT,
            "is_void": status == _VOID,
            "is_computed": False,
            "amount": amounts.map(abs),
            "changed_at": changed_at(rows),
        }
    )


def settlement_names(day: pd.Series, direction: pd.Series) -> pd.Series:
    """Return the names of the groups of these days and directions."""
    named = [f"{on} {way}" for on, way in zip(day, direction, strict=True)]
    return pd.Series(named, index=day.index, dtype=object)


def assembled(movements: pd.DataFrame, carried: pd.DataFrame, currency: str) -> Groups:
    """Join movements and what they carry by the names of their groups.

    Args:
        movements: As of ``movements_of``; those without a group carry nothing.
        carried: See ``Groups``; each row belongs to one group.
        currency: Of the bank.
    """
    movements = movements.astype(dict.fromkeys(("is_sent", "is_void", "is_computed"), bool))
    movements = movements.assign(currency=currency).sort_values("key", kind="stable").reset_index(drop=True)
    grouped = movements[movements["settlement"] != ""]
    totals = pd.DataFrame(
        {
            "movement_total": grouped.groupby("settlement", sort=True)["amount"].sum(),
            "payment_total": carried.groupby("settlement", sort=True)["amount"].sum(),
        }
    ).astype(object)
    totals = totals.map(lambda total: NO_MONEY if pd.isna(total) else total).reset_index(names="settlement")
    totals["difference"] = totals["movement_total"] - totals["payment_total"]
    first = dict(zip(grouped["settlement"][::-1], grouped["key"][::-1], strict=True))
    off = totals[(totals["difference"] != NO_MONEY).astype(bool)]
    sums = zip(off["movement_total"], off["payment_total"], strict=True)
    short = dict(zip((first[one] for one in off["settlement"]), sums, strict=True))
    told = grouped[~grouped["is_computed"]].assign(member_object="money_movement")
    columns = ["settlement", "member_object", "key", "amount"]
    members = pd.concat([told[columns], carried[columns]], ignore_index=True).rename(columns={"key": "member_id"})
    members = members.sort_values(["settlement", "member_object", "member_id"], kind="stable", ignore_index=True)
    return Groups(movements, carried, members, totals.assign(currency=currency), short)
