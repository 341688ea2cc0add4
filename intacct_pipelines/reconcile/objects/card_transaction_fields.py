"""Comparing paired card transactions field by field, and judging what the vendor's sync claims of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.reconcile.causes import NO_CAUSE, Kind, first_cause
from intacct_pipelines.reconcile.documents import amount_fields, touched
from intacct_pipelines.reconcile.fields import NO_MONEY, Field, add_fields, unlike
from intacct_pipelines.reconcile.line_coding import DIMENSIONS, add_coding
from intacct_pipelines.reconcile.objects.attachment import is_attachment_gone
from intacct_pipelines.reconcile.objects.card_coding import LOCATION, lines_of
from intacct_pipelines.reconcile.sides import pair_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.differences import Differences
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.objects.card_sides import Books
    from intacct_pipelines.reconcile.sides import Sides

_DIFFERS: Final = "charge_differs"
_NOT_EDITED_FOR: Final = pd.Timedelta(minutes=1)
"""Creating a record may stamp its modification a little later; anything within this is no edit."""


def compare_pairs(
    differences: Differences,
    frames: Frames,
    sides: Sides,
    pairs: pd.DataFrame,
    claimed: Mapping[str, list[int]],
    books: Books,
) -> None:
    """Compare every pair in amount, parts, date, card account, state, claim, receipt and coding.

    Args:
        differences: Takes the differences.
        frames: For lines and lists.
        sides: Both sides, paired.
        pairs: From ``Sides.pairs``.
        claimed: The records that the vendor's sync claims for each charge.
        books: Intacct's side with what is gone.

    Raises:
        DataContractError: A line repeats a key or lacks what the comparison needs, or a named field does not exist.
    """
    link = differences.link
    platform, intacct = sides.side_by_side(pairs)
    rows = pair_rows(pairs, touched=touched(platform, intacct))
    records = [claimed[key] for key in platform["key"]]
    is_claim = pd.Series([key in own for key, own in zip(intacct["key"], records, strict=True)], dtype=bool)
    edit = _edit_cause(platform, intacct)
    currency, amount = amount_fields(
        link,
        platform,
        intacct,
        cause=NO_CAUSE,
        amount_cause=NO_CAUSE,
        otherwise=first_cause(platform, otherwise=_DIFFERS, claimed_amount_wrong=is_claim),
    )
    is_original = _is_original(platform, intacct)
    told = first_cause(platform, otherwise=_DIFFERS, posted_in_original_currency=is_original)
    currency = replace(currency, otherwise=told)
    add_fields(
        differences,
        rows,
        (
            currency,
            amount,
            _parts_field(platform, intacct),
            *_header_fields(platform, intacct, rows, edit),
            _state_field(platform, intacct, rows),
            _claim_field(intacct, rows, records, is_claim, books),
            receipt_field(link, platform, intacct),
            _attachment_field(link, frames, platform, intacct, rows),
        ),
    )
    defaults = intacct["card_account"].map(books.locations)
    defaults = defaults.where(defaults.notna() & (defaults != ""), link.default_location)
    lines = lines_of(link, frames, rows, defaults)
    amounts_differ = currency.differs | amount.differs
    _compare_coding(differences, rows, lines, amounts_differ, edit, defaults)


def _edit_cause(platform: pd.DataFrame, intacct: pd.DataFrame) -> pd.Series:
    """Return the rule that explains what Intacct alone has because somebody changed it there after the sync."""
    is_later = (intacct["changed_at"] > platform["changed_at"]) & (
        intacct["changed_at"] - intacct["created_at"] > _NOT_EDITED_FOR
    )
    return first_cause(platform, edited_in_the_books=is_later)


def _is_original(platform: pd.DataFrame, intacct: pd.DataFrame) -> pd.Series:
    """Say which of Intacct's records are in the currency and of the amount of the purchase."""
    is_currency = platform["original_currency"] == intacct["currency"]
    return (is_currency & (platform["original_amount"] == intacct["amount"])).astype(bool)


def _parts_field(platform: pd.DataFrame, intacct: pd.DataFrame) -> Field:
    """Return whether a split transaction's parts are all of it (S-CRD-11)."""
    missing = platform["amount"] - platform["parts_total"]
    return Field(
        "parts",
        Kind.AMOUNT,
        platform["parts_total"],
        intacct["amount"],
        (missing != NO_MONEY).astype(bool),
        NO_CAUSE,
        "split_does_not_add_up",
        money_at_stake=missing.map(abs),
    )


def _header_fields(
    platform: pd.DataFrame, intacct: pd.DataFrame, rows: pd.DataFrame, edit: pd.Series
) -> tuple[Field, Field]:
    """Return the date and the card account (S-CRD-02)."""
    is_other = (platform["card_account"] != "") & (platform["card_account"] != intacct["card_account"])
    date = Field(
        "date",
        Kind.DATE,
        platform["day"],
        intacct["day"],
        unlike(platform["day"], intacct["day"]),
        edit,
        _DIFFERS,
        money_at_stake=rows["touched"],
    )
    account = Field(
        "card_account",
        Kind.CODING,
        platform["card_account"],
        intacct["card_account"],
        is_other,
        NO_CAUSE,
        "other_card_account_charged",
        money_at_stake=rows["touched"],
    )
    return date, account


def _state_field(platform: pd.DataFrame, intacct: pd.DataFrame, rows: pd.DataFrame) -> Field:
    """Return whether money moved, which may be so on one side only."""
    return Field(
        "state",
        Kind.STATE,
        platform["kind"],
        intacct["state"],
        platform["moved_money"] == intacct["is_undone"],
        NO_CAUSE,
        first_cause(platform, otherwise="hold_is_posted", charge_reversed_in_intacct=intacct["is_undone"]),
        money_at_stake=rows["touched"],
    )


def _claim_field(
    intacct: pd.DataFrame, rows: pd.DataFrame, records: list[list[int]], is_claim: pd.Series, books: Books
) -> Field:
    """Return whether the vendor's sync claims the very record that Intacct has for the charge (S-CRD-10)."""
    gone = set(books.gone)
    was_there = pd.Series([bool(gone.intersection(own)) for own in records], index=rows.index, dtype=bool)
    return Field(
        "claim",
        Kind.STATE,
        pd.Series([", ".join(map(str, own)) for own in records], index=rows.index, dtype=object),
        intacct["key"],
        pd.Series([bool(own) for own in records], index=rows.index, dtype=bool) & ~is_claim,
        NO_CAUSE,
        first_cause(rows, otherwise="other_record_claimed", claimed_record_made_anew=was_there),
        money_at_stake=rows["touched"],
    )


def receipt_field(link: Link, platform: pd.DataFrame, intacct: pd.DataFrame) -> Field:
    """Return whether both sides hold the receipt (S-ATT-01); one that came late is in flight first."""
    words = {True: "attached", False: "none"}
    return Field(
        "receipt",
        Kind.STATE,
        platform["has_receipt"].map(words),
        intacct["has_receipt"].map(words),
        (platform["has_receipt"] != intacct["has_receipt"]) & link.cards.compares_receipts,
        NO_CAUSE,
        "receipt_stays",
    )


def _attachment_field(
    link: Link, frames: Frames, platform: pd.DataFrame, intacct: pd.DataFrame, rows: pd.DataFrame
) -> Field:
    """Return whether the attachment that Intacct's record names is there."""
    is_gone = is_attachment_gone(frames, intacct["attachment"])
    return Field(
        "attachment",
        Kind.STATE,
        platform["has_receipt"].map({True: "attached", False: "none"}),
        intacct["attachment"],
        is_gone & link.cards.compares_receipts,
        NO_CAUSE,
        "attachment_gone",
        money_at_stake=rows["touched"],
    )


def _compare_coding(
    differences: Differences,
    rows: pd.DataFrame,
    lines: pd.DataFrame,
    amounts_differ: pd.Series,
    edit: pd.Series,
    defaults: pd.Series,
) -> None:
    """Add charges whose lines are coded otherwise; the location by itself, for it has a rule of its own."""
    theirs = lines[lines["side"] == "intacct"]
    is_default = (theirs["location"] == theirs["pair"].map(defaults)) & (theirs["location"] != "")
    fell_back = is_default.groupby(theirs["pair"]).all().reindex(rows.index, fill_value=False).astype(bool)
    located = first_cause(rows, card_default_location=fell_back)
    located = located.where(located != NO_CAUSE, edit)
    never = pd.Series(data=False, index=rows.index, dtype=bool)
    others = tuple(dimension for dimension in DIMENSIONS if dimension != LOCATION)
    for field, dimensions, cause in (("lines", others, edit), (LOCATION, (LOCATION,), located)):
        add_coding(
            differences,
            rows,
            lines.copy(),
            totals_differ=amounts_differ,
            is_skipped=never,
            cause=cause,
            otherwise=_DIFFERS,
            field=field,
            dimensions=dimensions,
            unknown="unknown_answer",
        )
