"""Which bank of Intacct a lump sum of BILL left or reached; BILL itself does not say (S-CFG-04)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.receipt_accounts import BANKS
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from intacct_pipelines.push.sources import Row, Sources

_RULE: Final = "S-CFG-04"


class TransferBanks:
    """Finds the ledger account of the bank behind each lump sum of one link.

    Args:
        sources: The rows.
        setting: What names the bank where nothing else tells it.
    """

    def __init__(self, sources: Sources, setting: str = "entries.bank of the link") -> None:
        self._sources = sources
        self._setting = setting
        self._link = sources.link
        self._named = {row["id"]: text(row, "gl_account_id") for row in sources.live("bill.bank_account")}
        self._in_use = [row["id"] for row in sources.live("bill.bank_account") if not row.get("is_archived")]
        self._banks: dict[str, list[Row]] = defaultdict(list)
        for table in BANKS:
            for row in sources.live(table):
                if text(row, "status") in {"active", ""}:
                    self._banks[text(row, "account_no")].append(row)

    def ledger_account(self, drawn_on: Iterable[str], currency: str) -> str:
        """Return the ledger account of the bank.

        Args:
            drawn_on: BILL's ids of the bank accounts that what is behind the sum was drawn on, where that is known.
            currency: In which the sum is.

        Raises:
            Held: Nothing tells which bank it is, or it is none of this entity's.
        """
        known = {one for one in drawn_on if one}
        if len(known) > 1:
            reason = "what is behind it was drawn on several banks, and BILL does not say which of them it is of"
            raise Held("ambiguous", _RULE, reason, "Enter it in Intacct by hand, from the bank's statement.")
        account = self._account(known.pop()) if known else self._link.entries.bank or self._only()
        self._check(account, currency)
        return account

    def _only(self) -> str:
        found = {self._account(bank) for bank in self._in_use}
        if len(found) == 1:
            return found.pop()
        reason = f"BILL has {'several banks' if found else 'no bank'}, and nothing tells which one it is of"
        raise Held("ambiguous", _RULE, reason, f"Name the bank's ledger account in {self._setting}.")

    def _account(self, bank_id: str) -> str:
        account = self._sources.coding.account_no(self._named.get(bank_id, ""))
        if not account:
            reason = "the ledger account of the bank in BILL has no counterpart in Intacct"
            remedy = f"Choose it in BILL, map it in accounts of the link, or name it in {self._setting}."
            raise Held("missing_account", _RULE, reason, remedy)
        return account

    def _check(self, account: str, currency: str) -> None:
        entity = self._link.entity.entity_id
        own = [
            row
            for row in self._banks.get(account, [])
            if self._sources.entity_of_location(text(row, "location_id")) in {"", entity}
        ]
        if not own:
            reason = f"no active bank account of this entity has ledger account {account}"
            raise Held("wrong_account_type", _RULE, reason, "Tie a bank account to it at the level of the link.")
        others = {text(row, "currency") for row in own} - {"", currency}
        if others and len(others) == len({text(row, "currency") for row in own}):
            reason = f"it is in {currency}, the bank on {account} in {', '.join(sorted(others))}"
            raise Held("currency", "S-CUR-01", reason, "Enter it in Intacct by hand, with the rate that the bank took.")
