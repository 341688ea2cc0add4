"""Card transactions as both systems have them, made comparable: the platform's charges and Intacct's.

A split transaction stands whole, or as its parts where the books have its parts: then each part is a row of its own, so
that every row still has at most one partner (S-CRD-11).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.reconcile.documents import UNDONE
from intacct_pipelines.reconcile.fields import NO_MONEY
from intacct_pipelines.reconcile.frames import changed_at, folded, instants, require, select_rows, text, value
from intacct_pipelines.reconcile.objects.card_claims import HOLDS_RECORD, Claims
from intacct_pipelines.reconcile.pairing import marked_ids

if TYPE_CHECKING:
    from decimal import Decimal

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames

_NO_MONEY_MOVED: Final = ("AUTHORIZATION", "DECLINE")


@dataclass(frozen=True)
class Books:
    """Intacct's card transactions.

    Args:
        live: Rows that are there, in order of their key.
        gone: Keys of the rows that were deleted, in order.
        gone_marks: The platform's id that each of those names as its source, ``""`` for none.
        locations: Default location of each card account (S-CRD-03).
    """

    live: pd.DataFrame
    gone: list[int]
    gone_marks: list[str]
    locations: dict[str, str]


def books_of(link: Link, frames: Frames) -> Books:
    """Return Intacct's side.

    Raises:
        DataContractError: Rows repeat a key or lack what the comparison needs.
    """
    rows = select_rows(frames["intacct.card_transaction"], "record_no", deleted=False)
    require(rows, ["card_account_id", "state", "transaction_date", "currency", "trx_total_entered"], "record_no")
    description, state = text(rows, "description"), text(rows, "state")
    live = pd.DataFrame(
        {
            "key": rows["record_no"].astype(object),
            "id": text(rows, "document_no"),
            "shown": description.where(description != "", text(rows, "document_no")),
            "merchant": folded(description),
            "day": value(rows, "transaction_date"),
            "card_account": text(rows, "card_account_id"),
            "state": state,
            "is_undone": state.isin(UNDONE),
            "attachment": text(rows, "attachment_id"),
            "has_receipt": text(rows, "attachment_id") != "",
            "amount": rows["trx_total_entered"].astype(object),
            "currency": text(rows, "currency"),
            "description": description,
            "mark": marked_ids(description, link.platform),
            "owner": text(rows, "owner_entity_id"),
            "created_at": instants(rows, "created_at"),
            "changed_at": changed_at(rows),
        }
    )
    deleted = select_rows(frames["intacct.card_transaction"], "record_no", deleted=True)
    accounts = select_rows(frames["intacct.card_account"], "record_no", deleted=False)
    return Books(
        live,
        gone=deleted["record_no"].tolist(),
        gone_marks=marked_ids(text(deleted, "description"), link.platform).tolist(),
        locations=dict(zip(text(accounts, "card_id"), text(accounts, "location_id"), strict=True)),
    )


def charges_of(link: Link, frames: Frames, books: Books, claims: Claims, known: set[str]) -> pd.DataFrame:
    """Return the platform's side: transactions, and parts of those that the books have in parts.

    Args:
        link: The link, with its card policy.
        frames: Current rows of both sides.
        books: Intacct's side.
        claims: What the vendor's sync claims.
        known: Ids of the platform that Intacct's records name, or that are confirmed with one.

    Raises:
        DataContractError: Rows repeat a key or lack what the comparison needs.
    """
    rows = select_rows(frames["spend.card_transaction"], "id", deleted=False)
    require(rows, ["transaction_type", "currency", "amount", "occurred_at"], "id")
    kind = text(rows, "transaction_type")
    occurred = instants(rows, "occurred_at")
    charges = pd.DataFrame(
        {
            "key": text(rows, "id"),
            "id": text(rows, "legacy_id"),
            "transaction": text(rows, "id"),
            "shown": text(rows, "merchant_name"),
            "merchant": folded(text(rows, "merchant_name")),
            "day": occurred.dt.tz_convert(link.cards.time_zone).dt.date.astype(object),
            "kind": kind,
            "moved_money": ~kind.isin(_NO_MONEY_MOVED),
            "is_incomplete": [said is not None and not said for said in value(rows, "is_complete")],
            "has_receipt": text(rows, "receipt_status") == "ATTACHED",
            "original_currency": text(rows, "original_currency"),
            "original_amount": value(rows, "original_amount"),
            "occurred_at": occurred,
            "amount": rows["amount"].astype(object),
            "currency": text(rows, "currency"),
            "changed_at": instants(rows, "modified_at").fillna(occurred),
            "card_account": _accounts(link, frames, rows),
        }
    )
    parts = _parts(frames)
    by_transaction = _amounts_by_transaction(parts)
    whole = zip(charges["key"], charges["amount"], strict=True)
    totals = [sum(by_transaction.get(key, [amount]), start=NO_MONEY) for key, amount in whole]
    charges = charges.assign(parts_total=pd.Series(totals, dtype=object))
    return _with_parts(charges, parts, _in_parts(charges, parts, books, claims, known))


def _accounts(link: Link, frames: Frames, rows: pd.DataFrame) -> pd.Series:
    """Return the card account to which each transaction should post, ``""`` where nobody says."""
    policy = link.cards
    users = frames["spend.platform_user"]
    emails = dict(zip(text(users, "id"), text(users, "email"), strict=True))
    asked = zip(text(rows, "card_id"), text(rows, "card_last_four"), text(rows, "user_id"), strict=True)
    found = []
    for card, last_four, user in asked:
        own = (policy.account_by_card.get(card), policy.account_by_card.get(last_four))
        held = (policy.account_by_holder.get(user), policy.account_by_holder.get(emails.get(user, "")))
        found.append(next((account for account in (*own, *held) if account), policy.account))
    return pd.Series(found, index=rows.index, dtype=object)


def _parts(frames: Frames) -> pd.DataFrame:
    """Return the parts of split transactions, in their order."""
    rows = select_rows(frames["spend.card_transaction_line"], "id", deleted=False)
    require(rows, ["card_transaction_id", "amount"], "id")
    parts = pd.DataFrame(
        {
            "key": text(rows, "id"),
            "transaction": text(rows, "card_transaction_id"),
            "line_no": [int(number) if pd.notna(number) else 0 for number in rows["line_no"]],
            "amount": rows["amount"].astype(object),
        }
    )
    parts = parts[parts["key"] != parts["transaction"]]
    return parts.sort_values(["transaction", "line_no", "key"], kind="stable").reset_index(drop=True)


def _amounts_by_transaction(parts: pd.DataFrame) -> dict[str, list[Decimal]]:
    amounts: dict[str, list[Decimal]] = {}
    for transaction, amount in zip(parts["transaction"], parts["amount"], strict=True):
        amounts.setdefault(transaction, []).append(amount)
    return amounts


def _in_parts(charges: pd.DataFrame, parts: pd.DataFrame, books: Books, claims: Claims, known: set[str]) -> set[str]:
    """Return the split transactions whose parts are records of their own in Intacct.

    That is told by a part that is claimed, marked or confirmed; by claims of several records that have the parts'
    amounts; or by records on the same day that have the amount of each part, where none has that of the whole.
    """
    live = books.live
    booked = dict(zip(live["key"], live["amount"], strict=True))
    standing = live[~live["is_undone"]]
    natural = set(zip(standing["card_account"], standing["day"], standing["amount"], strict=True))
    named = set(parts["transaction"][parts["key"].isin(known | claims.lines)])
    amounts = _amounts_by_transaction(parts)
    facts = charges[charges["key"].isin(set(amounts)) & (charges["amount"] == charges["parts_total"])]
    found = set()
    for key, account, day, whole in facts[["key", "card_account", "day", "amount"]].itertuples(index=False, name=None):
        claimed = [booked[record_no] for record_no in claims.of(key) if record_no in booked]
        if key in named:
            found.add(key)
        elif len(claimed) > 1:
            if sorted(claimed) == sorted(amounts[key]):
                found.add(key)
        elif not claimed and key not in known:
            places = {account} if account else set(standing["card_account"])
            is_whole = any((place, day, whole) in natural for place in places)
            if not is_whole and any(all((place, day, part) in natural for part in amounts[key]) for place in places):
                found.add(key)
    return found


def _with_parts(charges: pd.DataFrame, parts: pd.DataFrame, stands_in_parts: set[str]) -> pd.DataFrame:
    """Put the parts in the place of the transactions that stand in parts."""
    is_split = charges["key"].isin(stands_in_parts)
    shared = charges[is_split].drop(columns=["key", "amount", "original_amount", "parts_total"])
    own = parts[parts["transaction"].isin(stands_in_parts)].drop(columns="line_no")
    rows = own.merge(shared, on="transaction", how="left", validate="many_to_one")
    rows = rows.assign(original_amount=None, parts_total=rows["amount"])
    both = pd.concat([charges[~is_split], rows[charges.columns]], ignore_index=True) if len(rows) else charges
    return both.sort_values("key", kind="stable").reset_index(drop=True)


def claimed_of(charges: pd.DataFrame, books: Books, claims: Claims) -> dict[str, list[int]]:
    """Return for each charge the records that the vendor's sync claims for it, in order.

    Several claims of a transaction that stands in parts are shared out: amount by amount, in the parts' order.
    """
    amounts = dict(zip(books.live["key"], books.live["amount"], strict=True))
    shared: dict[str, list[int]] = {}
    result: dict[str, list[int]] = {}
    for key, transaction, amount in zip(charges["key"], charges["transaction"], charges["amount"], strict=True):
        if key == transaction or claims.of(key):
            result[key] = claims.of(key)
            continue
        left = shared.setdefault(transaction, claims.of(transaction))
        mine = next((record_no for record_no in left if amounts.get(record_no) == amount), None)
        result[key] = [] if mine is None else [mine]
        shared[transaction] = [record_no for record_no in left if record_no != mine]
    return result


def with_words(charges: pd.DataFrame, claims: Claims) -> pd.DataFrame:
    """Add what the vendor's sync says of each charge: ``status``, ``is_claimed``, and its message beside the merchant.

    A part of which nothing is said has its whole's words.
    """
    keys = zip(charges["key"], charges["transaction"], strict=True)
    said = [claims.said(key) or claims.said(whole) or ("", "") for key, whole in keys]
    shown = [f"{name}: {words[1]}" if words[1] else name for name, words in zip(charges["shown"], said, strict=True)]
    status = pd.Series([words[0] for words in said], index=charges.index, dtype=object)
    return charges.assign(
        status=status, is_claimed=status.isin(HOLDS_RECORD), shown=pd.Series(shown, index=charges.index, dtype=object)
    )
