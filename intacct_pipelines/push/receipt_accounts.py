"""To which account of Intacct the money of a receipt goes, and how it was paid (S-ARP-01, S-CFG-03)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from intacct_pipelines.push.sources import Row, Sources

BANKS: Final = ("intacct.checking_account", "intacct.savings_account")
_IN_USE: Final = frozenset({"active", ""})


@dataclass(frozen=True, slots=True)
class Place:
    """Where the money of a receipt goes.

    Args:
        ledger_account: Ledger account.
        bank_account_id: Intacct's bank account on it; empty if it is an account of undeposited funds.
    """

    ledger_account: str
    bank_account_id: str = ""


class ReceiptAccounts:
    """Finds the place of each receipt of one link.

    Args:
        sources: The rows.
    """

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._link = sources.link
        self._accounts = sources.by("intacct.gl_account", "account_no")
        self._banks: dict[str, list[Row]] = defaultdict(list)
        for table in BANKS:
            for row in sources.live(table):
                if text(row, "status") in _IN_USE:
                    self._banks[text(row, "account_no")].append(row)

    def ledger_account_of(self, paired: Row) -> str:
        """Return the ledger account on which a receipt of Intacct stands; the bank's own name if that is not known."""
        bank = text(paired, "financial_account_id")
        names = {row["bank_account_id"]: account for account, rows in self._banks.items() for row in rows}
        return names.get(bank) or (f"bank account {bank}" if bank else text(paired, "undeposited_account_no"))

    def place(self, receipt: Row) -> Place:
        """Return where the money goes: to clearing if BILL received it, to undeposited funds if others did.

        Raises:
            Held: The link names no such account, or several banks have it.
        """
        if receipt.get("is_online"):
            account, rule, setting = self._link.clearing.money_in, "S-CFG-03", "clearing.money_in"
        else:
            account, rule, setting = self._link.receivables.undeposited_account, "S-ARP-01", _UNDEPOSITED
        if not account:
            way = "through BILL" if receipt.get("is_online") else "outside BILL"
            reason = f"it was received {way}, and the link does not say to which account that money goes"
            raise Held("missing_account", rule, reason, f"Name the account in {setting} of the link.")
        row = self._accounts.get(account)
        if row is None or text(row, "status") not in _IN_USE:
            reason = f"the link names account {account}, which Intacct does not have, or not any more"
            raise Held("missing_account", rule, reason, f"Create or activate it, or name another in {setting}.")
        banks = [bank for bank in self._banks[account] if self._is_ours(bank)]
        if len(banks) > 1:
            ids = ", ".join(sorted(bank["bank_account_id"] for bank in banks))
            raise Held("ambiguous", rule, f"{ids} all have ledger account {account}", f"Name another in {setting}.")
        if not banks:
            return Place(account)
        currency = text(banks[0], "currency")
        if currency and currency != receipt["currency"]:
            reason = f"it is in {receipt['currency']}, bank account {banks[0]['bank_account_id']} in {currency}"
            raise Held("currency", "S-CUR-01", reason, "Enter it in Intacct by hand, with the rate that the bank took.")
        return Place(account, text(banks[0], "bank_account_id"))

    def method(self, receipt: Row) -> str:
        """Return how it was paid, in Intacct's words.

        Raises:
            Held: BILL's word has no counterpart.
        """
        word = text(receipt, "receivables_type")
        method = self._link.receivables.methods.get(word)
        if not method:
            reason = f"BILL says that it was paid by {word or 'nothing'}, which has no counterpart in Intacct"
            raise Held("unmapped_method", "S-ARP-01", reason, "Map the word in receivables.methods of the link.")
        return method

    def _is_ours(self, bank: Row) -> bool:
        owner = self._sources.entity_of_location(text(bank, "location_id"))
        return owner in {"", self._link.entity.entity_id}


_UNDEPOSITED: Final = "receivables.undeposited_account"
