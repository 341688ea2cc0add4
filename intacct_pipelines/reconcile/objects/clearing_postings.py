"""What stands on BILL's clearing accounts, and what BILL's own documents let expect there.

An account counts in the currency in which BILL moves money: a posting in that currency by its transaction amount, one
in another by its base amount if the books are kept in that currency. What is in neither stands by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from intacct_pipelines.domain.ledger import ACCRUAL, CASH, PAYABLES, POSTED, RECEIVABLES
from intacct_pipelines.reconcile.documents import confirmed_pairs, money
from intacct_pipelines.reconcile.fields import NO_MONEY
from intacct_pipelines.reconcile.frames import changed_at, flag, folded, mapped, require, select_rows, text, value
from intacct_pipelines.reconcile.objects.ap_funds_groups import BACK, OUT, groups_of, is_from_bank
from intacct_pipelines.reconcile.objects.ar_funds_groups import FEE, IN, RETURNED, receipt_groups_of
from intacct_pipelines.reconcile.objects.payment_states import is_under_way, is_undone_in_bill, status_in_bill
from intacct_pipelines.reconcile.objects.receipts import is_undone_in_bill as is_undone_receipt
from intacct_pipelines.reconcile.pairing import joined

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.objects.funds_groups import Groups

PAYMENT, RECEIPT, TRANSFER, DEPOSIT, GAP = "payment", "receipt", "funds transfer", "deposit", "gap"
_NEVER_FUNDED: Final = "FUNDING_FAILED_VOIDED"
_MODULES: Final = {PAYABLES: PAYMENT, RECEIVABLES: RECEIPT, CASH: TRANSFER}
"""Intacct's modules, by what they post on a clearing account; every other one posts journal entries."""
_SIGNS: Final = {OUT: (-1, 1), BACK: (1, -1), IN: (1, -1), RETURNED: (-1, 1)}
"""Direction of a group → the sign that a document has on the account, and that of its movement."""


@dataclass(frozen=True)
class Known:
    """What BILL knows of the numbers that postings may carry.

    Args:
        payments: Number of a payment → its state: ``under way``, ``undone``, ``elsewhere`` (not from the bank) or
            ``funded``.
        receipts: Number of a receipt through BILL → ``undone`` or ``live``.
    """

    payments: dict[str, str]
    receipts: dict[str, str]


def lines_of(link: Link, frames: Frames, currency: str) -> pd.DataFrame:
    """Return the postings on the clearing accounts that move something, in order of their keys.

    Raises:
        DataContractError: A row repeats a key or has no date.
    """
    rows = select_rows(frames["intacct.gl_detail"], "record_no", deleted=False)
    is_counted = text(rows, "account_no").isin(link.clearing.accounts)
    is_counted &= (text(rows, "book") == ACCRUAL) & (text(rows, "entry_state") == POSTED)
    rows = rows[is_counted.to_numpy(dtype=bool)].reset_index(drop=True)
    require(rows, ["entry_date"], "record_no")
    own, base = text(rows, "currency"), text(rows, "base_currency")
    by_transaction = money(rows, "trx_debit_amount") - money(rows, "trx_credit_amount")
    by_base = money(rows, "debit_amount") - money(rows, "credit_amount")
    is_base = (own != currency) & ((base == currency) | (currency == ""))
    numbers = [text(rows, name) for name in ("reference_no", "document_no", "batch_reference_no")]
    number = numbers[0].where(numbers[0] != "", numbers[1].where(numbers[1] != "", numbers[2]))
    what = text(rows, "module_key").map(_MODULES).fillna("journal entry").astype(object)
    lines = pd.DataFrame(
        {
            "key": rows["record_no"].astype(object),
            "id": number,
            "batch": value(rows, "batch_no"),
            "account": text(rows, "account_no"),
            "what": what,
            "number": folded(number),
            "day": value(rows, "entry_date"),
            "amount": by_base.where(is_base, by_transaction),
            "currency": base.where(is_base, own),
            "is_foreign": is_base & (own != base),
            "changed_at": changed_at(rows.assign(created_at=None)),
        }
    )
    return lines[(lines["amount"] != NO_MONEY).to_numpy(dtype=bool)].reset_index(drop=True)


def postings_of(lines: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Put together the lines that one document posted on an account in one journal entry.

    A payment posts a line for each line of its bills. Lines without a number, or without an entry, stay by themselves.

    Args:
        lines: From ``lines_of``.

    Returns:
        The postings, each with the key of its first line, and for each line the position of its posting.
    """
    is_known = (lines["number"] != "") & lines["batch"].notna()
    document = joined(is_known, *(lines[name] for name in ("account", "currency", "batch", "number", "day")))
    document = document.where(is_known, lines["key"].map(lambda key: f"line {key}"))
    place = pd.Series(pd.factorize(document)[0], index=lines.index)
    sums = lines.groupby(place, sort=True)["amount"].sum().astype(object)
    changed = lines.groupby(place, sort=True)["changed_at"].max()
    postings = lines[~document.duplicated()].reset_index(drop=True).assign(amount=sums, changed_at=changed)
    is_debit = (sums > NO_MONEY).astype(bool)
    is_undoing = (is_debit & (postings["what"] == PAYMENT)) | (~is_debit & (postings["what"] == RECEIPT))
    words = postings["what"].where(~is_undoing, "void of " + postings["what"])
    return postings.assign(shown=_told(words, postings["id"], postings["day"])), place


def _told(what: pd.Series, number: pd.Series, day: pd.Series) -> list[str]:
    told = zip(what, number, day, strict=True)
    return [f"{kind} {name} of {on}" if name else f"{kind} of {on}" for kind, name, on in told]


def expected_of(link: Link, frames: Frames, currency: str, crosswalk: pd.DataFrame) -> pd.DataFrame:
    """Return what BILL's documents and movements should have posted, each with the group that comes to zero.

    Raises:
        DataContractError: A row of BILL repeats a key or lacks what the comparison needs.
    """
    payments = _numbers_of(link, frames, crosswalk, "ap_payment", ("transaction_no", "check_no", "confirmation_no"))
    out = groups_of(frames, currency)
    receipts = _numbers_of(link, frames, crosswalk, "ar_payment", ("reference_no",))
    parts = [
        *_expected(link.clearing.money_out, out, payments, (PAYMENT, TRANSFER), _unfunded(frames, out)),
        *_expected(link.clearing.money_in, receipt_groups_of(frames, currency), receipts, (RECEIPT, DEPOSIT), set()),
    ]
    every = pd.concat(parts, ignore_index=True).assign(currency=currency)
    every = every[(every["account"] != "").to_numpy(dtype=bool)]
    return every.sort_values("key", kind="stable", ignore_index=True)


def _numbers_of(
    link: Link, frames: Frames, crosswalk: pd.DataFrame, name: str, columns: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """Return of BILL's documents the number that people use, then all by which a posting may be known, folded.

    The last one is that of the document's partner in Intacct.
    """
    rows = select_rows(frames[f"bill.{name}"], "id", deleted=False)
    own = [text(rows, column) for column in columns]
    shown = own[0]
    for other in own[1:]:
        shown = shown.where(shown != "", other)
    theirs = frames[f"intacct.{name}"]
    by_record = dict(zip(theirs["record_no"], folded(text(theirs, "document_no")), strict=True))
    pairs = confirmed_pairs(link, name, crosswalk)
    partner = {
        one: by_record.get(other, "")
        for one, other in zip(pairs["platform_id"], pairs["intacct_record_no"], strict=True)
    }
    ids = text(rows, "id")
    return dict(zip(ids, zip(shown, *map(folded, own), mapped(ids, partner), strict=True), strict=True))


def _unfunded(frames: Frames, groups: Groups) -> set[tuple[str, str]]:
    """Return group and payment of what was never taken from the bank because the movement of it is void."""
    rows = frames["bill.ap_payment"]
    failed = set(text(rows, "id")[status_in_bill(rows) == _NEVER_FUNDED])
    void = set(groups.movements["settlement"][groups.movements["is_void"]])
    carried = zip(groups.carried["settlement"], groups.carried["key"], strict=True)
    return {(settlement, key) for settlement, key in carried if settlement in void and key in failed}


def _expected(
    account: str,
    groups: Groups,
    numbers: dict[str, tuple[str, ...]],
    words: tuple[str, str],
    unfunded: set[tuple[str, str]],
) -> list[pd.DataFrame]:
    carried = groups.carried
    stays = [pair not in unfunded for pair in zip(carried["settlement"], carried["key"], strict=True)]
    carried = carried[np.array(stays, dtype=bool)].reset_index(drop=True)
    moved = groups.movements[(~groups.movements["is_void"]).to_numpy(dtype=bool)].reset_index(drop=True)
    is_fee = carried["member_object"] == FEE
    what = is_fee.map({True: "convenience fee", False: words[0]}).astype(object)
    known = [numbers[key] for key in carried["key"]]
    documents = _frame(
        account,
        carried["settlement"],
        sign_at=0,
        key=[_key(*cells) for cells in zip(carried["key"], what, carried["settlement"], strict=True)],
        id=[names[0] or key for names, key in zip(known, carried["key"], strict=True)],
        what=what,
        numbers=[names[1:] for names in known],
        day=carried["day"],
        size=carried["amount"],
    )
    movements = _frame(
        account,
        moved["settlement"],
        sign_at=1,
        key=moved["key"],
        id=moved["id"],
        what=words[1],
        numbers=[(number,) for number in moved["number"]],
        day=moved["day"],
        size=moved["amount"],
        is_sent=moved["is_sent"],
        is_computed=moved["is_computed"],
    )
    return [documents, movements]


def _key(document: str, what: str, settlement: str) -> str:
    """Return a name of its own for each posting of a document: its fee and its way back are others."""
    way = settlement.rsplit(" ", 1)[1]
    fee = " fee" if what == "convenience fee" else ""
    return f"{document}{fee}{' void' if way in {BACK, RETURNED} else ''}"


def _frame(account: str, settlement: pd.Series, *, sign_at: int, size: pd.Series, **columns: Any) -> pd.DataFrame:
    ways = settlement.str.rsplit(" ", n=1).str[-1]
    signs = ways.map({way: both[sign_at] for way, both in _SIGNS.items()})
    blank = {"is_sent": False, "is_computed": False}
    rows = pd.DataFrame({**blank, **columns}, index=settlement.index)
    amounts = [size_ if sign > 0 else -size_ for size_, sign in zip(size, signs, strict=True)]
    return rows.assign(
        account=account,
        way=ways,
        settlement=f"{account} " + settlement,
        amount=pd.Series(amounts, index=settlement.index, dtype=object),
        shown=_told(rows["what"], rows["id"], rows["day"]),
    )


def known_to_bill(frames: Frames) -> Known:
    """Return what BILL knows of the numbers of payments and receipts."""
    payments = select_rows(frames["bill.ap_payment"], "id", deleted=False)
    state = pd.Series("funded", index=payments.index, dtype=object).where(is_from_bank(payments), "elsewhere")
    state = state.where(~is_under_way(payments), "under way").where(~is_undone_in_bill(payments), "undone")
    receipts = select_rows(frames["bill.ar_payment"], "id", deleted=False)
    receipts = receipts[flag(receipts, "is_online").to_numpy(dtype=bool)]
    undone = is_undone_receipt(receipts).map({True: "undone", False: "live"})
    return Known(
        _by_number(payments, ("confirmation_no", "check_no", "transaction_no"), state),
        _by_number(receipts, ("reference_no",), undone),
    )


def _by_number(rows: pd.DataFrame, columns: tuple[str, ...], words: pd.Series) -> dict[str, str]:
    found: dict[str, str] = {}
    for column in columns:
        found |= dict(zip(folded(text(rows, column)), words, strict=True))
    return {number: word for number, word in found.items() if number}
