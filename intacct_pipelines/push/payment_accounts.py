"""On which account of Intacct a payment of BILL is drawn, and how it is paid there (S-PAY-06, S-CFG-03)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.payments import NOT_FROM_BANK
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from intacct_pipelines.push.sources import Row, Sources

_BANKS: Final = ("intacct.checking_account", "intacct.savings_account")
_IN_USE: Final = frozenset({"active", None})


@dataclass(frozen=True, slots=True)
class Drawn:
    """Where the money of a payment comes from.

    Args:
        bank_account_id: Intacct's bank account.
        ledger_account: The ledger account behind it.
        method: Intacct's payment method.
    """

    bank_account_id: str
    ledger_account: str
    method: str


class PaymentAccounts:
    """Finds the account of each payment of one link.

    Args:
        sources: The rows.
    """

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._link = sources.link
        self._banks: dict[str, list[Row]] = defaultdict(list)
        self._ledger_account = {}
        for table in _BANKS:
            for row in sources.live(table):
                self._ledger_account[row["bank_account_id"]] = text(row, "account_no")
                if row.get("status") in _IN_USE:
                    self._banks[text(row, "account_no")].append(row)
        self._funding = sources.by("bill.bank_account")

    def ledger_account_of(self, bank_account_id: str) -> str:
        """Return the ledger account of a bank account of Intacct; its own name if that is not known."""
        return self._ledger_account.get(bank_account_id) or f"bank account {bank_account_id}"

    def drawn(self, payment: Row) -> Drawn:
        """Return where the money of a payment comes from.

        Raises:
            Held: It is no bank, or nothing tells which.
        """
        ledger_account = self._ledger_account_of_payment(payment)
        bank = self._bank(ledger_account)
        if bank.get("currency") and bank["currency"] != payment["currency"]:
            reason = f"it is in {payment['currency']}, bank account {bank['bank_account_id']} in {bank['currency']}"
            raise Held("currency", "S-CUR-01", reason, "Enter it in Intacct by hand, with the rate that the bank took.")
        return Drawn(str(bank["bank_account_id"]), ledger_account, self._method(payment))

    def _method(self, payment: Row) -> str:
        policy = self._link.payables
        if payment.get("is_online"):
            return policy.method_by_bill
        return policy.method_to_print if payment.get("is_check_to_print") else policy.method_outside

    def _ledger_account_of_payment(self, payment: Row) -> str:
        """Return clearing for what BILL pays itself, the named account for what was paid otherwise."""
        if payment.get("is_online"):
            kind = text(payment, "funding_account_type")
            if kind in NOT_FROM_BANK:
                reason = f"BILL drew it on {kind}, and nothing tells which account of Intacct that is"
                raise Held("not_from_bank", "S-PAY-06", reason, "Enter it in Intacct by hand.")
            if self._link.clearing.money_out:
                return self._link.clearing.money_out
            funding = self._funding.get(text(payment, "funding_account_id"), {})
            named = self._sources.coding.account_no(text(funding, "gl_account_id"))
            remedy = "Name the clearing account in clearing.money_out, or the bank's ledger account in BILL."
        else:
            named = self._sources.coding.account_no(text(payment, "gl_account_id"))
            remedy = "Choose the payment account in BILL, or map it in accounts of the link."
        if not named:
            rule = "S-CFG-03" if payment.get("is_online") else "S-PAY-06"
            raise Held("missing_account", rule, "nothing tells on which account of Intacct it is drawn", remedy)
        return named

    def _bank(self, ledger_account: str) -> Row:
        entity = self._link.entity.entity_id
        found = [
            row
            for row in self._banks.get(ledger_account, [])
            if self._sources.entity_of_location(text(row, "location_id")) in {"", entity}
        ]
        chosen = self._link.payables.bank_accounts.get(ledger_account)
        if chosen:
            found = [row for row in found if row["bank_account_id"] == chosen]
        if not found:
            reason = f"no active bank account of this entity has ledger account {ledger_account}"
            remedy = "Tie a checking account to it in Intacct; no payment is drawn on what cards are charged to."
            raise Held("wrong_account_type", "S-PAY-08", reason, remedy)
        if len(found) > 1:
            ids = ", ".join(sorted(row["bank_account_id"] for row in found))
            reason = f"{ids} all have ledger account {ledger_account}"
            raise Held("ambiguous", "S-CFG-03", reason, "Say in payables.bank_accounts which one BILL draws on.")
        return found[0]
