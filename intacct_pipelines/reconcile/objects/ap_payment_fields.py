"""Comparing paired AP payments: amount, date, party, way of paying, state, and bill by bill what they pay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.reconcile.causes import NO_CAUSE, Kind, first_cause
from intacct_pipelines.reconcile.documents import amount_fields, touched
from intacct_pipelines.reconcile.fields import NO_MONEY, Field, add_fields, unlike
from intacct_pipelines.reconcile.line_coding import compare_lines
from intacct_pipelines.reconcile.sides import pair_rows

if TYPE_CHECKING:
    from intacct_pipelines.reconcile.differences import Differences
    from intacct_pipelines.reconcile.objects.ap_payment_shares import Shares
    from intacct_pipelines.reconcile.sides import Sides

_DIFFERS: Final = "payment_differs"
_CHECKS: Final = ("Printed Check", "Joint Check")


def compare_payments(sides: Sides, differences: Differences, pairs: pd.DataFrame, shares: Shares) -> None:
    """Add every difference of paired payments.

    A payment that is void on one side only differs in nothing but that: what a void record says of itself is no news.

    Args:
        sides: Both sides, paired.
        differences: Takes the differences.
        pairs: From ``Sides.pairs``.
        shares: What the payments pay.
    """
    platform, intacct = sides.side_by_side(pairs)
    rows = pair_rows(pairs)
    cause = first_cause(platform, excluded_vendor=platform["vendor"].isin(differences.link.excluded_vendors))
    is_part = (platform["records"] != "") & (platform["amount"] < intacct["amount"]).astype(bool)
    in_part = cause.where(cause != NO_CAUSE, first_cause(platform, recorded_in_part=is_part))
    currency, amount = amount_fields(
        differences.link, platform, intacct, cause=cause, amount_cause=in_part, otherwise=_DIFFERS
    )
    state = _state_field(platform, intacct, cause)
    others = _other_fields(platform, intacct, cause, is_alike=platform["is_undone"] != intacct["stands"])
    add_fields(differences, rows, (currency, amount, state, *others))
    is_compared = ~platform["is_undone"] & intacct["stands"]
    _add_shares(differences, rows[is_compared], shares, currency.differs | amount.differs, cause)


def _state_field(platform: pd.DataFrame, intacct: pd.DataFrame, cause: pd.Series) -> Field:
    """Return whether the payment stands, which may be so on one side only, and how far Intacct's has come."""
    is_void, is_void_there = platform["is_undone"], ~intacct["stands"]
    is_open = ~is_void & ~is_void_there & ~intacct["is_posted"]
    is_to_print = is_open & platform["is_check_to_print"] & intacct["method"].isin(_CHECKS)
    explained = first_cause(
        platform,
        void_under_way=is_void_there & platform["is_void_asked"],
        check_to_print=is_to_print & (intacct["is_waiting"] | (intacct["state"] == "Draft")),
        waits_for_approval=is_open & intacct["is_waiting"],
    )
    ours = platform["status"] + platform["voided_on"].map(lambda day: f" on {day}" if day else "")
    return Field(
        "state",
        Kind.STATE,
        ours.where(is_void, platform["status"]),
        intacct["state"],
        (is_void != is_void_there) | is_open,
        cause.where(cause != NO_CAUSE, explained),
        first_cause(
            platform,
            otherwise="payment_not_posted",
            voided_in_bill_only=is_void & ~is_void_there,
            voided_in_intacct_only=is_void_there & ~is_void,
        ),
        money_at_stake=touched(platform, intacct),
    )


def _other_fields(
    platform: pd.DataFrame, intacct: pd.DataFrame, cause: pd.Series, *, is_alike: pd.Series
) -> list[Field]:
    """Return date, vendor, bank account, way of paying and memo of payments that stand, or are void, on both sides."""
    at_stake = touched(platform, intacct)
    vendor_differs = (platform["vendor_no"] != "") & (platform["vendor_no"] != intacct["vendor"])
    way = platform["is_check_to_print"].map({True: "print check in Intacct", False: "other"}).astype(object)
    is_no_check = platform["is_check_to_print"] & ~intacct["method"].isin(_CHECKS)
    memos = zip(platform["memo"], intacct["description"], strict=True)
    is_memo_lost = pd.Series([memo not in words for memo, words in memos], index=platform.index, dtype=bool)
    is_other_bank = (platform["drawn_on"] != "") & (intacct["drawn_on"] != "")
    is_other_bank &= platform["drawn_on"] != intacct["drawn_on"]
    memo_cause = cause.where(cause != NO_CAUSE, "memo_stays")
    return [
        Field(name, kind, ours, theirs, differs & is_alike, why, otherwise, money_at_stake=at_stake)
        for name, kind, ours, theirs, differs, why, otherwise in (
            (
                "payment_date",
                Kind.DATE,
                platform["day"],
                intacct["day"],
                unlike(platform["day"], intacct["day"]),
                cause,
                _DIFFERS,
            ),
            ("vendor_id", Kind.CODING, platform["vendor_no"], intacct["vendor"], vendor_differs, cause, _DIFFERS),
            (
                "bank_account",
                Kind.CODING,
                platform["drawn_on"],
                intacct["drawn_on"],
                is_other_bank,
                cause,
                "drawn_on_other_account",
            ),
            ("payment_method", Kind.CODING, way, intacct["method"], is_no_check, cause, "not_a_check"),
            (
                "description",
                Kind.CODING,
                platform["memo"],
                intacct["description"],
                is_memo_lost & platform["is_offline"],
                memo_cause,
                _DIFFERS,
            ),
        )
    ]


def _add_shares(
    differences: Differences, rows: pd.DataFrame, shares: Shares, totals_differ: pd.Series, cause: pd.Series
) -> None:
    """Add payments that pay other bills, or other amounts of them."""
    sides = []
    for side, told, key, sign in (
        ("platform", shares.platform, "platform_id", 1),
        ("intacct", shares.intacct, "intacct_record_no", -1),
    ):
        pair_of = dict(zip(rows[key], rows.index, strict=True))
        mine = told[told["payment"].isin(pair_of)]
        pair = mine["payment"].map(pair_of).astype("int64")
        sides.append(mine[["bill", "amount"]].assign(pair=pair, signed=mine["amount"] * sign, side=side))
    compared = compare_lines(pd.concat(sides, ignore_index=True), totals_differ, ("bill",))
    chosen = rows.loc[compared.index]
    differences.add(
        chosen,
        Kind.APPLICATION,
        cause=cause[compared.index],
        otherwise=first_cause(chosen, otherwise=_DIFFERS, unknown_paid_bill=compared["unknown"] != ""),
        field="bills",
        platform_value=compared["platform_value"],
        intacct_value=compared["intacct_value"],
        amount_difference=NO_MONEY,
        money_at_stake=compared["money_at_stake"],
    )
