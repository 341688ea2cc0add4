"""AR funds transfers: the lump sums of receipts and fees that reach the bank, BILL's against Intacct's.

How a sync enters them in Intacct differs: as deposits, or as funds transfers from the clearing account. Both are
compared; of funds transfers those that carry the number of a movement of receivables.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.reconcile.frames import folded, instants, require, select_rows, text, value
from intacct_pipelines.reconcile.lump_sums import UNDONE, LumpSums, bank_currency, reconcile_lump_sums
from intacct_pipelines.reconcile.objects.ap_funds_transfer import numbers_of_receivables, transfers_of
from intacct_pipelines.reconcile.objects.ar_funds_groups import IN, receipt_groups_of
from intacct_pipelines.reconcile.objects.transfer_entries import with_entries

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.moment import Moment
    from intacct_pipelines.reconcile.result import Reconciliation

_RECEIVABLES: Final = LumpSums("ar_funds_transfer", "ar_", "receipts")


def reconcile_receipt_transfers(link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment) -> Reconciliation:
    """Match and compare the AR funds transfers of one link, and add up the receipts and fees behind each (S-RFT-01).

    See ``lump_sums.reconcile_lump_sums``, and ``reconcile.Reconciler`` for arguments and errors.
    """
    groups = receipt_groups_of(frames, bank_currency(link, frames))
    movements = with_entries(groups.movements, link, frames, link.clearing.money_in, (IN,))
    groups = replace(groups, movements=movements)
    transfers = transfers_of(frames)
    transfers = transfers[transfers["number"].isin(numbers_of_receivables(frames))]
    every = pd.concat([_deposits(frames), transfers], ignore_index=True)
    every = select_rows(every, "key", deleted=False)
    return reconcile_lump_sums(_RECEIVABLES, link, crosswalk, moment, groups, every)


def _deposits(frames: Frames) -> pd.DataFrame:
    rows = select_rows(frames["intacct.deposit"], "record_no", deleted=False)
    require(rows, ["deposit_date", "total_entered"], "record_no")
    return pd.DataFrame(
        {
            "key": rows["record_no"].astype(object),
            "id": text(rows, "document_no"),
            "shown": text(rows, "document_no"),
            "number": folded(text(rows, "document_no")),
            "day": value(rows, "deposit_date"),
            "state": text(rows, "state"),
            "stands": ~text(rows, "state").isin(UNDONE),
            "description": text(rows, "description"),
            "owner": text(rows, "owner_entity_id"),
            "amount": rows["total_entered"].astype(object),
            "currency": text(rows, "base_currency"),
            "changed_at": instants(rows, "modified_at"),
        }
    )
