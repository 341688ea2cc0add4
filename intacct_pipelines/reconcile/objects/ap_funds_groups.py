"""Which payments of BILL are behind which lump sums: one group for each process date and direction, of any size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from intacct_pipelines.reconcile.fields import NO_MONEY
from intacct_pipelines.reconcile.frames import (
    changed_at,
    flag,
    folded,
    instants,
    mapped,
    require,
    select_rows,
    text,
    value,
)
from intacct_pipelines.reconcile.objects.payment_states import is_under_way, status_in_bill

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.reconciliation import Reconciliation

_OF_PAYABLES: Final = "1"
_SENT, _VOID = "0", "2"
_NOT_FROM_BANK: Final = ("CARD_ACCOUNT", "WALLET", "AP_CARD")
_BACK: Final = "back"
_OUT: Final = "out"
_COMPUTED: Final = "computed"


@dataclass(frozen=True)
class Groups:
    """Movements, payments and what joins them.

    Args:
        movements: The platform's side: movements, and for a day without one the sum of its payments.
        members: ``settlement``, ``member_object``, ``member_id``, ``amount``.
        settlements: ``settlement``, ``currency``, ``movement_total``, ``payment_total``, ``difference``.
        short: First movement of each group that does not add up, with the totals of its movements and payments.
    """

    movements: pd.DataFrame
    members: pd.DataFrame
    settlements: pd.DataFrame
    short: Mapping[str, tuple[Decimal, Decimal]]

    def with_settlements(self, result: Reconciliation, link: Link, object_name: str) -> Reconciliation:
        """Return the result with the groups of the link."""
        place: dict[str, Any] = {"link": link.name, "entity": str(link.entity), "object": object_name}
        return replace(result, settlements=self.settlements.assign(**place), members=self.members.assign(**place))


def groups_of(frames: Frames, currency: str) -> Groups:
    """Join the money movements of payables to the payments that they carry.

    Args:
        frames: For movements, payments and voids.
        currency: Of the bank.

    Raises:
        DataContractError: A row repeats a key or lacks what the comparison needs.
    """
    movements, payments = _movements(frames), _payments(frames)
    told = set(movements["settlement"])
    # Money that came back is no sum that can be foretold: not every void brings it back.
    is_grouped = payments["settlement"].isin(told) | payments["settlement"].str.endswith(_OUT).to_numpy(dtype=bool)
    payments = payments[is_grouped].reset_index(drop=True)
    movements = pd.concat([movements, _computed(payments[~payments["settlement"].isin(told)])], ignore_index=True)
    movements = movements.astype(dict.fromkeys(("is_sent", "is_void", "is_computed"), bool))
    movements = movements.assign(currency=currency).sort_values("key", kind="stable").reset_index(drop=True)
    totals = pd.DataFrame(
        {
            "movement_total": movements.groupby("settlement", sort=True)["amount"].sum(),
            "payment_total": payments.groupby("settlement", sort=True)["amount"].sum(),
        }
    ).astype(object)
    totals = totals.map(lambda total: NO_MONEY if pd.isna(total) else total).reset_index(names="settlement")
    totals["difference"] = totals["movement_total"] - totals["payment_total"]
    first = dict(zip(movements["settlement"][::-1], movements["key"][::-1], strict=True))
    off = totals[(totals["difference"] != NO_MONEY).astype(bool)]
    sums = zip(off["movement_total"], off["payment_total"], strict=True)
    short = dict(zip((first[one] for one in off["settlement"]), sums, strict=True))
    told_movements = movements[~movements["is_computed"]]
    members = pd.concat(
        [
            pd.DataFrame(
                {
                    "settlement": rows["settlement"],
                    "member_object": name,
                    "member_id": rows["key"],
                    "amount": rows["amount"],
                }
            )
            for name, rows in (("money_movement", told_movements), ("ap_payment", payments))
        ],
        ignore_index=True,
    ).sort_values(["settlement", "member_object", "member_id"], kind="stable", ignore_index=True)
    return Groups(movements, members, totals.assign(currency=currency), short)


def _movements(frames: Frames) -> pd.DataFrame:
    rows = select_rows(frames["bill.money_movement"], "id", deleted=False)
    rows = rows[(text(rows, "movement_type") == _OF_PAYABLES).to_numpy(dtype=bool)].reset_index(drop=True)
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
            "settlement": _settlement(day, (amounts > NO_MONEY).astype(bool)),
            "is_sent": status == _SENT,
            "is_void": status == _VOID,
            "is_computed": False,
            "amount": amounts.map(abs),
            "changed_at": changed_at(rows),
        }
    )


def _settlement(day: pd.Series, is_back: pd.Series) -> pd.Series:
    names = [f"{on} {_BACK if back else _OUT}" for on, back in zip(day, is_back, strict=True)]
    return pd.Series(names, index=day.index, dtype=object)


def _payments(frames: Frames) -> pd.DataFrame:
    """Return what payments took from the bank, and what those that were voided may bring back, by group."""
    rows = select_rows(frames["bill.ap_payment"], "id", deleted=False)
    is_funded = flag(rows, "is_online") & ~text(rows, "funding_account_type").isin(_NOT_FROM_BANK)
    is_funded &= ~is_under_way(rows) & (status_in_bill(rows) != "CANCELED") & rows["process_date"].notna()
    rows = rows[is_funded.to_numpy(dtype=bool)].reset_index(drop=True)
    funded = rows["funding_amount"].astype(object)
    voids = select_rows(frames["bill.ap_payment_void"], "id", deleted=False)
    voids = voids[(text(voids, "status") == "ACCEPTED").to_numpy(dtype=bool)]
    back_on = mapped(
        text(rows, "id"),
        dict(zip(text(voids, "payment_id"), instants(voids, "modified_at").dt.date, strict=True)),
        None,
    )
    payment = pd.DataFrame(
        {
            "key": text(rows, "id"),
            "day": value(rows, "process_date"),
            "amount": funded.where(funded.notna(), rows["amount"].astype(object)),
            "changed_at": changed_at(rows),
        }
    )
    returned = payment.assign(day=back_on)[back_on.notna() & (status_in_bill(rows) == "VOIDED")]
    both = [
        part.assign(settlement=_settlement(part["day"], pd.Series(is_back, index=part.index)))
        for part, is_back in ((payment, False), (returned, True))
    ]
    return pd.concat(both, ignore_index=True)


def _computed(payments: pd.DataFrame) -> pd.DataFrame:
    """Return for each day without a movement the one that its payments call for."""
    sums = payments.groupby("settlement", sort=True, as_index=False).agg(
        {"day": "first", "amount": "sum", "changed_at": "max"}
    )
    named = [f"{_COMPUTED} {one}" for one in sums["settlement"]]
    return sums.assign(key=named, id=named, shown=named, number="", is_sent=False, is_void=False, is_computed=True)
