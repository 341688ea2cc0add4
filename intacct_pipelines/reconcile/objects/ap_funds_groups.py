"""Which payments of BILL are behind which lump sums: those of one day behind the movements of that day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.domain.payments import NOT_FROM_BANK
from intacct_pipelines.reconcile.frames import changed_at, flag, instants, mapped, select_rows, text, value
from intacct_pipelines.reconcile.objects.funds_groups import Groups, assembled, movements_of, settlement_names
from intacct_pipelines.reconcile.objects.payment_states import is_under_way, status_in_bill

if TYPE_CHECKING:
    from intacct_pipelines.reconcile.frames import Frames

_OF_PAYABLES: Final = "1"
OUT: Final = "out"
BACK: Final = "back"
_COMPUTED: Final = "computed"


def groups_of(frames: Frames, currency: str) -> Groups:
    """Join the money movements of payables to the payments that they carry.

    Args:
        frames: For movements, payments and voids.
        currency: Of the bank.

    Raises:
        DataContractError: A row repeats a key or lacks what the comparison needs.
    """
    movements, payments = movements_of(frames, _OF_PAYABLES, (OUT, BACK)), _payments(frames)
    told = set(movements["settlement"])
    # Money that came back is no sum that can be foretold: not every void brings it back.
    is_grouped = payments["settlement"].isin(told) | payments["settlement"].str.endswith(OUT).to_numpy(dtype=bool)
    payments = payments[is_grouped].reset_index(drop=True)
    movements = pd.concat([movements, _computed(payments[~payments["settlement"].isin(told)])], ignore_index=True)
    return assembled(movements, payments, currency)


def is_from_bank(rows: pd.DataFrame) -> pd.Series:
    """Say which of BILL's payments BILL makes with money of the bank, and so by clearing."""
    return flag(rows, "is_online") & ~text(rows, "funding_account_type").isin(NOT_FROM_BANK)


def _payments(frames: Frames) -> pd.DataFrame:
    """Return what payments took from the bank, and what those that were voided may bring back, by group."""
    rows = select_rows(frames["bill.ap_payment"], "id", deleted=False)
    is_funded = is_from_bank(rows) & ~is_under_way(rows) & (status_in_bill(rows) != "CANCELED")
    is_funded &= rows["process_date"].notna()
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
            "member_object": "ap_payment",
            "key": text(rows, "id"),
            "day": value(rows, "process_date"),
            "amount": funded.where(funded.notna(), rows["amount"].astype(object)),
            "changed_at": changed_at(rows),
        }
    )
    returned = payment.assign(day=back_on)[back_on.notna() & (status_in_bill(rows) == "VOIDED")]
    both = [
        part.assign(settlement=settlement_names(part["day"], pd.Series(way, index=part.index)))
        for part, way in ((payment, OUT), (returned, BACK))
    ]
    return pd.concat(both, ignore_index=True)


def _computed(payments: pd.DataFrame) -> pd.DataFrame:
    """Return for each day without a movement the one that its payments call for."""
    sums = payments.groupby("settlement", sort=True, as_index=False).agg(
        {"day": "first", "amount": "sum", "changed_at": "max"}
    )
    named = [f"{_COMPUTED} {one}" for one in sums["settlement"]]
    return sums.assign(key=named, id=named, shown=named, number="", is_sent=False, is_void=False, is_computed=True)
