"""How much of each payment pays which bill, on both sides in Intacct's words; credits are no money and stay out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from intacct_pipelines.reconcile.fields import NO_MONEY
from intacct_pipelines.reconcile.frames import mapped, require, select_rows, text
from intacct_pipelines.reconcile.line_coding import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt

    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.sides import Sides


@dataclass(frozen=True)
class Shares:
    """What payments pay. Both frames have ``payment``, ``bill`` and ``amount``, one row for each payment and bill.

    Args:
        platform: Shares of the platform's payments; a bill without counterpart is its number behind ``UNKNOWN``.
        intacct: Shares of Intacct's payments.
        over_what_is_due: Platform payments that pay more of a bill than Intacct says is due of it.
    """

    platform: pd.DataFrame
    intacct: pd.DataFrame
    over_what_is_due: frozenset[str]

    @property
    def with_unknown_bill(self) -> frozenset[str]:
        """Platform payments of which a bill has no counterpart."""
        is_unknown = self.platform["bill"].str.startswith(UNKNOWN).astype(bool)
        return frozenset(self.platform["payment"][is_unknown])

    @property
    def platform_bills(self) -> Mapping[Any, str]:
        """The bills of each platform payment as one text; none if one of them has no counterpart."""
        return _texts(self.platform[~self.platform["payment"].isin(self.with_unknown_bill)], has_amounts=False)

    @property
    def intacct_bills(self) -> Mapping[Any, str]:
        """The bills of each payment of Intacct as one text."""
        return _texts(self.intacct, has_amounts=False)

    @property
    def platform_text(self) -> Mapping[Any, str]:
        """The bills of each platform payment with their amounts, for people."""
        return _texts(self.platform, has_amounts=True)

    @property
    def intacct_text(self) -> Mapping[Any, str]:
        """The bills of each payment of Intacct with their amounts, for people."""
        return _texts(self.intacct, has_amounts=True)


def _texts(shares: pd.DataFrame, *, has_amounts: bool) -> dict[Any, str]:
    parts: dict[Any, list[str]] = {}
    for payment, bill, amount in zip(shares["payment"], shares["bill"], shares["amount"], strict=True):
        parts.setdefault(payment, []).append(f"{bill} {amount:f}" if has_amounts else bill)
    return {payment: "; ".join(bills) for payment, bills in parts.items()}


def shares_of(frames: Frames, bills: Sides) -> Shares:
    """Return the shares of all payments.

    Args:
        frames: For the details.
        bills: From ``pair_bills``.

    Raises:
        DataContractError: A detail repeats a key or lacks what the comparison needs.
    """
    ours = select_rows(frames["bill.ap_payment_detail"], "id", deleted=False)
    require(ours, ["payment_id", "bill_id", "amount"], "id")
    names = _bill_names(frames, bills)
    record_no, number = bills.partners(), dict(zip(bills.platform["key"], bills.platform["id"], strict=True))
    doubtful = _doubtful(bills.platform["key"], bills.pairing.platform_group)
    platform = pd.DataFrame(
        {
            "payment": text(ours, "payment_id"),
            "bill": [
                names.get(record_no.get(bill)) or doubtful.get(bill) or UNKNOWN + (number.get(bill) or bill)
                for bill in text(ours, "bill_id")
            ],
            "amount": ours["amount"].astype(object),
            "due": mapped(text(ours, "bill_id"), _due(bills), None),
        },
        dtype=object,
    )
    due = platform["due"].where(platform["due"].notna(), platform["amount"])
    is_over = (platform["amount"] > due).astype(bool)
    return Shares(_summed(platform), _summed(_of_intacct(frames, names)), frozenset(platform["payment"][is_over]))


def _bill_names(frames: Frames, bills: Sides) -> dict[Any, str]:
    """Name every bill of Intacct so that a person knows it and no other has the name."""
    rows = frames["intacct.ap_bill"]
    numbered = zip(rows["record_no"], text(rows, "document_no"), strict=True)
    own = {record_no: f"{number} #{int(record_no)}".strip() for record_no, number in numbered}
    return own | _doubtful(bills.intacct["key"], bills.pairing.intacct_group)


def _doubtful(keys: pd.Series, groups: npt.NDArray[np.object_]) -> dict[Any, str]:
    """Name bills of which nothing tells which is which alike: that is told of the bills, and not again of payments."""
    named = zip(keys, groups, strict=True)
    return {key: f"{group} (several)".replace("\x1f", " ") for key, group in named if group}


def _of_intacct(frames: Frames, names: Mapping[Any, str]) -> pd.DataFrame:
    theirs = select_rows(frames["intacct.ap_payment_detail"], "record_no", deleted=False)
    require(theirs, ["payment_record_no"], "record_no")
    amounts = theirs["trx_payment_amount"].astype(object)
    theirs = theirs[(amounts.notna() & (amounts != NO_MONEY)).to_numpy(dtype=bool)].reset_index(drop=True)
    targets = zip(theirs["bill_record_no"], theirs["paid_adjustment_record_no"], strict=True)
    return pd.DataFrame(
        {
            "payment": theirs["payment_record_no"].astype(object),
            "bill": [
                names.get(bill, f"#{bill}") if pd.notna(bill) else f"adjustment #{adjustment}"
                for bill, adjustment in targets
            ],
            "amount": theirs["trx_payment_amount"].astype(object),
        },
        dtype=object,
    )


def _due(bills: Sides) -> dict[object, Any]:
    """Return what Intacct says is due of the platform's bills, where both use one currency."""
    pairs = bills.pairs()
    platform, intacct = bills.side_by_side(pairs)
    is_alike = (platform["currency"] == intacct["currency"]).to_numpy(dtype=bool)
    due = intacct["amount"] - intacct["paid"]
    return dict(zip(platform["key"][is_alike], due[is_alike], strict=True))


def _summed(shares: pd.DataFrame) -> pd.DataFrame:
    if shares.empty:
        return shares[["payment", "bill", "amount"]]
    return shares.groupby(["payment", "bill"], sort=True, as_index=False).agg({"amount": "sum"})
