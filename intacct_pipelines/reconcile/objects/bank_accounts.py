"""The bank accounts of both sides, by the ledger account behind each, in Intacct's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.frames import coding_of, select_rows, text

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames

_TABLES: Final = ("intacct.checking_account", "intacct.savings_account")


def ledger_account_of_bank(frames: Frames) -> dict[str, str]:
    """Return the ledger account of each of Intacct's bank accounts, by the id that people use."""
    return {bank: account for bank, account, _ in _banks(frames) if bank and account}


def location_of_ledger_account(frames: Frames) -> dict[str, str]:
    """Return the location of the bank account behind each ledger account, of which there may be several."""
    locations: dict[str, set[str]] = {}
    for _, account, location in _banks(frames):
        locations.setdefault(account, set()).add(location)
    return {account: next(iter(found)) for account, found in locations.items() if account and len(found) == 1}


def _banks(frames: Frames) -> list[tuple[str, str, str]]:
    found = []
    for table in _TABLES:
        rows = select_rows(frames[table], "record_no", deleted=False)
        columns = (text(rows, name) for name in ("bank_account_id", "account_no", "location_id"))
        found += list(zip(*columns, strict=True))
    return found


def ledger_accounts_of_platform(link: Link, frames: Frames) -> frozenset[str]:
    """Return the ledger accounts behind BILL's bank accounts, as far as they have a counterpart in Intacct."""
    coding = coding_of(link, frames)
    banks = select_rows(frames["bill.bank_account"], "id", deleted=False)
    return frozenset({coding.account_no(account) or "" for account in text(banks, "gl_account_id")}) - {""}
