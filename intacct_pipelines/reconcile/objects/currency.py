"""Currencies: those in which BILL's documents are, against those in which Intacct takes documents.

Amounts of two currencies are never added, so a currency is judged by the number of its documents; what they come to in
that one currency is what is at stake.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.domain.link import Mode
from intacct_pipelines.reconcile.causes import NO_CAUSE, Kind, first_cause
from intacct_pipelines.reconcile.conclusion import conclude
from intacct_pipelines.reconcile.differences import Differences, Explanations, add_alone
from intacct_pipelines.reconcile.documents import UNDONE, money
from intacct_pipelines.reconcile.fields import NO_MONEY, Field, add_fields
from intacct_pipelines.reconcile.frames import flag, instants, is_in_use, mapped, select_rows, text
from intacct_pipelines.reconcile.pairing import NATURAL_KEY, unpaired
from intacct_pipelines.reconcile.result import Reconciliation
from intacct_pipelines.reconcile.sides import Sides, pair_rows

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.moment import Moment

OBJECT: Final = "currency"
_DOLLAR: Final = "USD"
_OF_BILL: Final = ("ap_bill", "vendor_credit", "ap_payment", "ar_invoice", "ar_payment", "credit_memo")
_OF_INTACCT: Final = ("ap_bill", "ar_invoice")


def reconcile_currencies(link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment) -> Reconciliation:
    """Match and compare the currencies of one link, by their code.

    See ``reconcile.Reconciler`` for arguments and errors.
    """
    del crosswalk  # a code says by itself which currency it is
    platform, intacct = _platform(link, frames), _intacct(link, frames)
    pairing = unpaired(len(platform), len(intacct))
    pairing.pair_unique(platform["key"], intacct["id"], NATURAL_KEY)
    sides = Sides(platform, intacct, intacct.iloc[:0], pairing)
    differences = Differences(link, OBJECT, moment.now)
    pairs = sides.pairs()
    _compare(link, frames, sides, differences, pairs)
    add_alone(sides, differences, _explain(sides))
    return conclude(sides, differences, pairs)


def _platform(link: Link, frames: Frames) -> pd.DataFrame:
    """Return the currencies of BILL's documents that are in use, and those that the link states."""
    documents = pd.concat([_documents(frames, name) for name in _OF_BILL], ignore_index=True)
    used = documents.groupby("currency", sort=True).agg(
        count=("amount", "size"), total=("amount", lambda amounts: sum(amounts, start=NO_MONEY)), since=("at", "min")
    )
    codes = sorted({*used.index, *link.currencies})
    used = used.reindex(codes)
    count = [int(many) if pd.notna(many) else 0 for many in used["count"]]
    return pd.DataFrame(
        {
            "key": pd.Series(codes, dtype=object),
            "id": pd.Series(codes, dtype=object),
            "shown": pd.Series(
                [f"{code}: {many} documents" for code, many in zip(codes, count, strict=True)], dtype=object
            ),
            "count": count,
            "total": pd.Series(
                [total if isinstance(total, Decimal) else NO_MONEY for total in used["total"]], dtype=object
            ),
            "amount": NO_MONEY,
            "currency": "",
            "changed_at": pd.to_datetime(pd.Series(used["since"].to_numpy()), utc=True).astype("datetime64[us, UTC]"),
        }
    )


def _documents(frames: Frames, name: str) -> pd.DataFrame:
    rows = select_rows(frames[f"bill.{name}"], "id", deleted=False)
    rows = rows[is_in_use(rows).to_numpy(dtype=bool)]
    return pd.DataFrame(
        {
            "currency": text(rows, "currency"),
            "amount": money(rows, "amount").map(abs),
            "at": instants(rows, "created_at"),
        }
    )


def _intacct(link: Link, frames: Frames) -> pd.DataFrame:
    rows = select_rows(frames["intacct.currency"], "record_no", deleted=False)
    code = text(rows, "code")
    counts = _counted(link, frames)
    many = mapped(code, counts, 0)
    return pd.DataFrame(
        {
            "key": rows["record_no"].astype(object),
            "id": code,
            "shown": [f"{one}: {count} bills and invoices" for one, count in zip(code, many, strict=True)],
            "is_active": text(rows, "status") != "inactive",
            "is_used": many.map(bool).astype(bool),
            "amount": NO_MONEY,
            "currency": "",
            "changed_at": instants(rows, "modified_at").fillna(instants(rows, "created_at")),
        }
    )


def _counted(link: Link, frames: Frames) -> dict[str, int]:
    """Return how many of the entity's bills and invoices are in each currency."""
    counts: dict[str, int] = {}
    for name in _OF_INTACCT:
        rows = select_rows(frames[f"intacct.{name}"], "record_no", deleted=False)
        is_ours = (text(rows, "owner_entity_id") == link.entity.entity_id) & ~text(rows, "state").isin(UNDONE)
        for code, many in text(rows, "currency")[is_ours].value_counts().items():
            counts[str(code)] = counts.get(str(code), 0) + int(many)
    return counts


def _compare(link: Link, frames: Frames, sides: Sides, differences: Differences, pairs: pd.DataFrame) -> None:
    platform, intacct = sides.side_by_side(pairs)
    rows = pair_rows(pairs, currency=platform["key"])
    is_used = platform["count"] > 0
    is_stated = platform["key"].isin(link.currencies)
    bases = flag(frames["intacct.financial_setup"], "is_multi_base_currency")
    # The rule is the vendor sync's; what this product pushes is in any currency that Intacct takes.
    is_bound = bool(bases.any()) and link.mode is Mode.OBSERVE
    use = intacct["is_active"].map({True: "active", False: "inactive"}).astype(object)
    stated = pd.Series(", ".join(sorted(link.currencies)), index=platform.index, dtype=object)
    add_fields(
        differences,
        rows,
        [
            Field(
                name, Kind.STATE, platform["shown"], theirs, differs, NO_CAUSE, cause, money_at_stake=platform["total"]
            )
            for name, theirs, differs, cause in (
                ("status", use, is_used & ~intacct["is_active"], "currency_inactive"),
                ("stated", stated, is_used & ~is_stated & bool(link.currencies), "currency_not_stated"),
                (
                    "base_currency",
                    pd.Series("several base currencies", index=platform.index, dtype=object),
                    is_stated & (platform["key"] != _DOLLAR) & is_bound,
                    "currency_is_not_the_dollar",
                ),
            )
        ],
    )


def _explain(sides: Sides) -> Explanations:
    platform, intacct = sides.platform, sides.intacct
    return Explanations(
        platform_cause=pd.Series(NO_CAUSE, index=platform.index, dtype=object),
        platform_otherwise=first_cause(platform, otherwise="currency_not_enabled"),
        intacct_cause=first_cause(
            intacct, otherwise="currency_unknown_to_bill", currency_only_in_intacct=intacct["is_used"]
        ),
        intacct_otherwise=first_cause(intacct, otherwise="currency_unknown_to_bill"),
        group_cause=NO_CAUSE,
        group_otherwise="currency_not_enabled",
    )
