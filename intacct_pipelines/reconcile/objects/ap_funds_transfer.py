"""AP funds transfers: the lump sums that leave the bank for clearing, BILL's against Intacct's.

BILL tells of a lump sum, and not which payments are in it. It debits the bank once or twice on a process date for all
payments of that day, so the payments of one day and the movements of that day are one group, of any size; the group
must add up. Where BILL tells of no movement for a day, as without its older API, the sum of its payments stands for
one.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.reconcile.frames import folded, instants, require, select_rows, text, value
from intacct_pipelines.reconcile.lump_sums import UNDONE, LumpSums, bank_currency, reconcile_lump_sums
from intacct_pipelines.reconcile.objects.ap_funds_accounts import account_fields
from intacct_pipelines.reconcile.objects.ap_funds_groups import BACK, groups_of
from intacct_pipelines.reconcile.objects.ar_funds_groups import OF_RECEIVABLES
from intacct_pipelines.reconcile.objects.transfer_entries import with_entries

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.moment import Moment
    from intacct_pipelines.reconcile.result import Reconciliation

_PAYABLES: Final = LumpSums("ap_funds_transfer", "", "payments")


def reconcile_funds_transfers(link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment) -> Reconciliation:
    """Match and compare the AP funds transfers of one link, and add up the payments behind each (S-AFT-01).

    See ``lump_sums.reconcile_lump_sums``, and ``reconcile.Reconciler`` for arguments and errors.
    """
    groups = groups_of(frames, bank_currency(link, frames))
    movements = with_entries(groups.movements, link, frames, link.clearing.money_out, (BACK,))
    groups = replace(groups, movements=movements)
    transfers = transfers_of(frames)
    # What customers paid moves the other way, and is no matter of payables.
    is_of_receivables = transfers["number"].isin(numbers_of_receivables(frames))
    return reconcile_lump_sums(
        _PAYABLES,
        link,
        crosswalk,
        moment,
        groups,
        transfers[~is_of_receivables],
        partial(account_fields, link, frames),
    )


def numbers_of_receivables(frames: Frames) -> set[str]:
    """Return the numbers of BILL's movements of receivables."""
    movements = frames["bill.money_movement"]
    return set(folded(text(movements, "name"))[text(movements, "movement_type") == OF_RECEIVABLES]) - {""}


def transfers_of(frames: Frames) -> pd.DataFrame:
    """Return Intacct's funds transfers as ``lump_sums.reconcile_lump_sums`` takes them.

    Raises:
        DataContractError: A row repeats a key or lacks what the comparison needs.
    """
    rows = select_rows(frames["intacct.funds_transfer"], "record_no", deleted=False)
    require(rows, ["transfer_date", "total_entered"], "record_no")
    return pd.DataFrame(
        {
            "key": rows["record_no"].astype(object),
            "id": text(rows, "document_no"),
            "shown": text(rows, "document_no"),
            "number": folded(text(rows, "document_no")),
            "day": value(rows, "transfer_date"),
            "state": text(rows, "state"),
            "stands": ~text(rows, "state").isin(UNDONE),
            "description": text(rows, "description"),
            "owner": None,
            "amount": rows["total_entered"].astype(object),
            "currency": text(rows, "base_currency"),
            "changed_at": instants(rows, "modified_at"),
        }
    )
