"""Comparing paired invoices field by field: sales tax by itself, totals and lines without it (S-INV-03).

BILL tells the sales tax in the invoice's header or as a line on a tax account, Intacct as a line on a tax account.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.domain.money import minor_unit_digits
from intacct_pipelines.reconcile.causes import NO_CAUSE, Kind, first_cause
from intacct_pipelines.reconcile.documents import amount_fields, due_cause, money, touched
from intacct_pipelines.reconcile.fields import NO_MONEY, Field, add_fields, unlike
from intacct_pipelines.reconcile.frames import Frames, coding_of, select_rows, text
from intacct_pipelines.reconcile.line_coding import add_coding, coded_lines, intacct_lines, platform_lines
from intacct_pipelines.reconcile.objects.receipts import last_received_at, voided_by_invoice
from intacct_pipelines.reconcile.sides import pair_rows

if TYPE_CHECKING:
    from intacct_pipelines.domain.coding import Coding
    from intacct_pipelines.reconcile.differences import Differences
    from intacct_pipelines.reconcile.sides import Sides

_DIFFERS: Final = "invoice_differs"
_LINES: Final = "bill.ar_invoice_line"


@dataclass(frozen=True)
class _Pairs:
    """The invoices that have a partner, side by side and in the same order; ``edit`` explains what did not travel."""

    rows: pd.DataFrame
    platform: pd.DataFrame
    intacct: pd.DataFrame
    edit: pd.Series

    @property
    def is_comparable(self) -> pd.Series:
        """Which pairs have one currency and stand on both sides, or on none."""
        return (self.platform["currency"] == self.intacct["currency"]) & (
            self.platform["is_archived"] == self.intacct["is_undone"]
        )


def compare_invoices(differences: Differences, frames: Frames, sides: Sides, pairs: pd.DataFrame) -> None:
    """Compare every pair in amount, tax, number, customer, dates, state, what was received, and coding.

    Args:
        differences: Takes the differences.
        frames: For lines, lists and receipts.
        sides: Both sides, paired.
        pairs: From ``Sides.pairs``.

    Raises:
        DataContractError: A line repeats a key or lacks what the comparison needs.
    """
    link = differences.link
    platform, intacct = sides.side_by_side(pairs)
    edited_in_bill = platform["changed_at"] > intacct["changed_at"]
    edit = first_cause(platform, edited_order=intacct["is_order"] & edited_in_bill)
    rows = pair_rows(pairs, touched=touched(platform, intacct))
    coding = coding_of(link, frames)
    ours, theirs = _lines(frames, coding, rows)
    accounts = _tax_accounts(frames, coding)
    ours_tax, theirs_tax = ours["account"].isin(accounts), text(theirs, "account_no").isin(accounts)
    # Without a tax account Intacct's tax cannot be told from other lines.
    in_header = platform["tax"] if accounts else pd.Series(NO_MONEY, index=platform.index, dtype=object)
    platform = platform.assign(tax=in_header + _by_pair(ours[ours_tax], "amount", platform))
    intacct = intacct.assign(tax=_by_pair(theirs[theirs_tax], "trx_amount", intacct))
    invoices = _Pairs(rows, platform, intacct, edit)
    currency, amount = amount_fields(
        link,
        platform.assign(amount=platform["amount"] - platform["tax"]),
        intacct.assign(amount=intacct["amount"] - intacct["tax"]),
        cause=edit,
        amount_cause=edit,
        otherwise=_DIFFERS,
    )
    _, tax = amount_fields(
        link,
        platform.assign(amount=platform["tax"]),
        intacct.assign(amount=intacct["tax"]),
        cause=edit,
        amount_cause=edit,
        otherwise="tax_differs",
        name="tax_amount",
    )
    due = due_cause(link, frames, platform, intacct, date="invoice_date", edit=edit)
    add_fields(differences, rows, (currency, amount, tax, *_header_fields(invoices, due), _use_field(invoices)))
    _add_settled(differences, frames, invoices)
    add_coding(
        differences,
        rows,
        coded_lines(link, ours[~ours_tax], theirs[~theirs_tax]),
        totals_differ=currency.differs | amount.differs,
        is_skipped=pd.Series(data=False, index=rows.index),
        cause=edit,
        otherwise=_DIFFERS,
    )


def _header_fields(invoices: _Pairs, due: pd.Series) -> list[Field]:
    platform, intacct, edit = invoices.platform, invoices.intacct, invoices.edit
    customer_differs = (platform["customer_no"] != "") & (platform["customer_no"] != intacct["customer"])
    date_differs, due_differs = (unlike(platform[name], intacct[name]) for name in ("invoice_date", "due_date"))
    return [
        Field(
            name, kind, platform[one], intacct[other], differs, cause, _DIFFERS, money_at_stake=invoices.rows["touched"]
        )
        for name, kind, one, other, differs, cause in (
            ("document_no", Kind.CODING, "id", "id", platform["number"] != intacct["number"], edit),
            ("customer_id", Kind.CODING, "customer_no", "customer", customer_differs, edit),
            ("invoice_date", Kind.DATE, "invoice_date", "invoice_date", date_differs, edit),
            ("due_date", Kind.DATE, "due_date", "due_date", due_differs, due),
        )
    ]


def _use_field(invoices: _Pairs) -> Field:
    """Return whether an invoice is undone, which may be so on one side only."""
    platform, intacct = invoices.platform, invoices.intacct
    return Field(
        "state",
        Kind.STATE,
        platform["is_archived"].map({True: "cancelled", False: "live"}).astype(object),
        intacct["state"],
        platform["is_archived"] != intacct["is_undone"],
        NO_CAUSE,
        first_cause(
            platform, otherwise="invoice_reversed_but_live", invoice_archived_but_standing=platform["is_archived"]
        ),
        money_at_stake=invoices.rows["touched"],
    )


def _add_settled(differences: Differences, frames: Frames, invoices: _Pairs) -> None:
    """Add invoices on which the two sides received or credited unlike; they change with their receipts."""
    platform, intacct = invoices.platform, invoices.intacct
    received = platform["received"] - intacct["received"]
    credited = platform["credited"] - intacct["credited"]
    voided_by = voided_by_invoice(frames)
    voided = pd.Series([voided_by.get(key, NO_MONEY) for key in platform["key"]], index=platform.index, dtype=object)
    is_less = (received < NO_MONEY).astype(bool)
    is_void_lost = is_less & (voided >= -received).astype(bool)
    receipt_at = pd.to_datetime(platform["key"].map(last_received_at(frames)), utc=True)
    changed = invoices.rows["changed_at"]
    rows = invoices.rows.assign(changed_at=changed.where(receipt_at.isna() | (changed >= receipt_at), receipt_at))
    fields = (
        Field(
            "received_amount",
            Kind.STATE,
            platform["received"],
            intacct["received"],
            (received != NO_MONEY).astype(bool) & invoices.is_comparable,
            first_cause(platform, received_outside_bill=is_less & ~is_void_lost),
            first_cause(platform, otherwise="not_received_in_intacct", void_not_in_intacct=is_void_lost),
            amount_difference=received,
            money_at_stake=received.map(abs),
        ),
        Field(
            "credited_amount",
            Kind.APPLICATION,
            platform["credited"],
            intacct["credited"],
            (credited != NO_MONEY).astype(bool) & invoices.is_comparable,
            "memo_applied_on_one_side",
            _DIFFERS,
            amount_difference=credited,
            money_at_stake=credited.map(abs),
        ),
    )
    add_fields(differences, rows, fields)


def _tax_accounts(frames: Frames, coding: Coding) -> frozenset[str]:
    """Return the accounts of sales tax, in Intacct's words: those of BILL's tax items and of Intacct's tax details."""
    items = select_rows(frames["bill.item"], "id", deleted=False)
    of_items = text(items, "gl_account_id")[text(items, "item_type") == "SALES_TAX"]
    details = select_rows(frames["intacct.tax_detail"], "record_no", deleted=False)
    of_details = text(details, "account_no")[text(details, "tax_type") != "Purchase"]
    return frozenset(account for account in (*map(coding.account_no, of_items), *of_details) if account)


def _lines(frames: Frames, coding: Coding, pairs: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    lines = frames[_LINES]
    valued = Frames({**frames, _LINES: lines.assign(amount=_products(lines), gl_account_id=_accounts(frames))})
    ours = platform_lines(valued, coding, (_LINES, "invoice_id"), pairs["platform_id"])
    return ours, intacct_lines(frames, ("intacct.ar_invoice_line", "invoice_record_no"), pairs["intacct_record_no"])


def _accounts(frames: Frames) -> pd.Series:
    """Return the accounts of BILL's lines: their own, else that of the item (S-BP-12)."""
    lines, items = frames[_LINES], select_rows(frames["bill.item"], "id", deleted=False)
    of_item = dict(zip(items["id"], text(items, "gl_account_id"), strict=True))
    own = text(lines, "gl_account_id")
    return own.where(own != "", text(lines, "item_id").map(of_item))


def _products(lines: pd.DataFrame) -> pd.Series:
    """Return quantity times price of BILL's lines, which tell no amount, in the currency's smallest unit."""
    price = money(lines, "price")
    quantity = lines["quantity"].astype(object).where(lines["quantity"].notna(), Decimal(1))
    units = {code: Decimal(1).scaleb(-minor_unit_digits(code)) for code in text(lines, "currency").unique()}
    cells = zip(quantity, price, text(lines, "currency"), strict=True)
    amounts = [(how_many * each).quantize(units[code], ROUND_HALF_UP) for how_many, each, code in cells]
    return pd.Series(amounts, index=lines.index, dtype=object)


def _by_pair(lines: pd.DataFrame, column: str, pairs: pd.DataFrame) -> pd.Series:
    """Return the sum of some lines for each pair."""
    sums = lines[column].astype(object).groupby(lines["pair"]).sum() if len(lines) else pd.Series(dtype=object)
    found = sums.to_dict()
    return pd.Series([found.get(pair, NO_MONEY) for pair in pairs.index], index=pairs.index, dtype=object)
