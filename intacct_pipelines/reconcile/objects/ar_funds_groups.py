"""Which receipts of BILL, with their convenience fees, are behind which lump sums to the bank.

BILL tells of a lump sum, and not which receipts are in it. Receipts gather until a movement takes them, so what was
received since the movement before is behind it if it adds up to it. Where it does not, the only unbroken run of
receipts is that does; where there is none, or more than one, the group is short and says so. Of a void receipt BILL
tells no day: it is in a group only where nothing adds up without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from intacct_pipelines.reconcile.documents import money
from intacct_pipelines.reconcile.fields import NO_MONEY
from intacct_pipelines.reconcile.frames import flag, select_rows, text, value
from intacct_pipelines.reconcile.objects.funds_groups import Groups, assembled, movements_of
from intacct_pipelines.reconcile.objects.receipts import is_to_come, is_undone_in_bill
from intacct_pipelines.reconcile.runs import only_run

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    import numpy.typing as npt

    from intacct_pipelines.reconcile.frames import Frames

OF_RECEIVABLES: Final = "2"
IN: Final = "in"
RETURNED: Final = "returned"
FEE: Final = "convenience_fee"


def receipt_groups_of(frames: Frames, currency: str) -> Groups:
    """Join the money movements of receivables to the receipts and fees that they carry (S-RFT-01, S-FEE-01).

    Args:
        frames: For movements and receipts.
        currency: Of the bank; receipts in another one never pass BILL's clearing (S-CUR-01). Empty: not known.

    Raises:
        DataContractError: A row repeats a key or lacks what the comparison needs.
    """
    movements = movements_of(frames, OF_RECEIVABLES, (RETURNED, IN))
    # A void movement carries nothing.
    movements["settlement"] = movements["settlement"].where(~movements["is_void"], "")
    receipts = receipts_through_bill(frames, currency)
    taken = pd.concat([_behind(movements, receipts), _returned(movements, receipts)], ignore_index=True)
    carried = [
        pd.DataFrame(
            {
                "settlement": taken["settlement"],
                "member_object": name,
                "key": taken["key"],
                "day": taken["day"],
                "amount": taken[column],
            }
        )
        for name, column in (("ar_payment", "amount"), (FEE, "fee"))
    ]
    carried[1] = carried[1][(carried[1]["amount"] != NO_MONEY).to_numpy(dtype=bool)]
    return assembled(movements, pd.concat(carried, ignore_index=True), currency)


def receipts_through_bill(frames: Frames, currency: str) -> pd.DataFrame:
    """Return what was received through BILL, in order of days: ``amount``, ``fee``, ``total`` and ``is_void``."""
    rows = select_rows(frames["bill.ar_payment"], "id", deleted=False)
    is_ours = flag(rows, "is_online") & ~is_to_come(rows) & rows["payment_date"].notna()
    is_ours &= (text(rows, "currency") == currency) | (currency == "")
    rows = rows[is_ours.to_numpy(dtype=bool)].reset_index(drop=True)
    amount, fee = rows["amount"].astype(object), money(rows, "convenience_fee_amount")
    receipts = pd.DataFrame(
        {
            "key": text(rows, "id"),
            "day": value(rows, "payment_date"),
            "amount": amount,
            "fee": fee,
            "total": amount + fee,
            "is_void": is_undone_in_bill(rows),
        }
    )
    return receipts.sort_values(["day", "key"], kind="stable", ignore_index=True)


def _behind(movements: pd.DataFrame, receipts: pd.DataFrame) -> pd.DataFrame:
    """Return the receipts that movements took to the bank, with the name of each one's group."""
    incoming = movements[movements["settlement"].str.endswith(IN).to_numpy(dtype=bool)]
    sums = incoming.groupby("day", sort=True)["amount"].sum().astype(object)
    days = sums.index.to_numpy(dtype="datetime64[D]")
    window = np.searchsorted(days, receipts["day"].to_numpy(dtype="datetime64[D]"), side="left")
    taken = np.full(len(receipts), -1, dtype=np.int64)
    is_live = ~receipts["is_void"].to_numpy(dtype=bool)
    live_sums = receipts[is_live].groupby(window[is_live])["total"].sum()
    fits = {at for at, total in enumerate(sums) if live_sums.get(at, NO_MONEY) == total}
    in_fitting = is_live & np.isin(window, list(fits))
    taken[in_fitting] = window[in_fitting]
    totals = receipts["total"].to_numpy(dtype=object)
    for at, total in enumerate(sums):
        if at not in fits:
            is_open = (taken < 0) & (window <= at)
            chosen = _run(totals, total, is_open & is_live, is_open)
            taken[is_open & is_live & (window == at) if chosen is None else chosen] = at
    found = receipts[taken >= 0]
    names = [_name(on, IN) for on in sums.index]
    return found.assign(settlement=[names[at] for at in taken[taken >= 0]])


def _run(
    totals: npt.NDArray[np.object_], total: Decimal, *choices: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64] | None:
    """Return the positions of the only unbroken run of some chosen receipts that adds up, of the first choice's."""
    for is_chosen in choices:
        positions = np.flatnonzero(is_chosen)
        run = only_run(totals[positions].tolist(), total)
        if run is not None:
            return positions[run]
    return None


def _returned(movements: pd.DataFrame, receipts: pd.DataFrame) -> pd.DataFrame:
    """Return the void receipts whose money a movement took back: the only one of its amount."""
    back = movements[movements["settlement"].str.endswith(RETURNED).to_numpy(dtype=bool)]
    void = receipts[receipts["is_void"]].assign(total=lambda rows: rows["total"].map(_plain))
    sums = back.groupby("settlement", sort=True)["amount"].sum().map(_plain).rename("total").reset_index()
    single = [rows[~rows["total"].duplicated(keep=False)] for rows in (void, sums)]
    return single[0].merge(single[1], on="total")


def _plain(amount: Decimal) -> Decimal:
    return amount.normalize()


def _name(day: date, way: str) -> str:
    return f"{day} {way}"
