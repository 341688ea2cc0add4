"""Builders of what passes BILL's clearing accounts: movements, deposits, and what the ledger posts there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from receivables_cases import ReceivablesCase
from reconcile_cases import LONG_AGO
from settlement_cases import PAID_ON, SettlementCase

from intacct_pipelines.domain.link import Clearing

FRIDAY = date(2026, 2, 6)
OUT, IN = "1070", "1080"


@dataclass
class ClearingCase(SettlementCase, ReceivablesCase):
    """One link whose entity keeps its bank in US dollars."""

    def __post_init__(self):
        self.add("intacct.entity", record_no=1, entity_id="100", name="East", currency="USD")

    def clears(self, **policy):
        """Name the clearing accounts of the link."""
        self.link = replace(self.link, clearing=Clearing(**{"money_out": OUT, "money_in": IN, **policy}))
        return self

    def received(self, id_="r1", amount="100.00", fee="0", **more):
        """A receipt that came through BILL, in full on no invoice."""
        own = {"is_online": True, "convenience_fee_amount": Decimal(fee)}
        reference = more.pop("reference", f"R-{id_}")
        return self.bill_receipt(id_, amount, reference, applied=(), **{**own, **more})

    def money_in(self, id_="m1", amount="100.00", name="D-1", **more):
        """A lump sum of receivables; positive reaches the bank."""
        return self.movement(id_, amount, name, **{"movement_type": "2", "process_date": FRIDAY, **more})

    def deposit(self, record_no=801, amount="100.00", number="D-1", **more):
        """A deposit of Intacct."""
        defaults = {"state": "Posted", "deposit_date": FRIDAY, "currency": "USD", "base_currency": "USD"}
        own = {"document_no": number, "total_entered": Decimal(amount), "modified_at": LONG_AGO}
        owner = {"owner_entity_id": "100", "financial_account_id": "OPERATING"}
        return self.add("intacct.deposit", **{"record_no": record_no, **own, **defaults, **owner, **more})

    def posted(self, record_no, amount, number="", *, account=OUT, module="3.AP", day=PAID_ON, **more):
        """A line of the ledger; a positive amount is a debit."""
        size = abs(Decimal(amount))
        side = "debit" if Decimal(amount) >= 0 else "credit"
        defaults = {
            "account_no": account,
            "entry_date": day,
            "tr_type": 1 if side == "debit" else -1,
            "module_key": module,
            "book": "ACCRUAL",
            "entry_state": "P",
            "reference_no": number or None,
            "currency": "USD",
            "base_currency": "USD",
            f"trx_{side}_amount": size,
            f"{side}_amount": size,
            "modified_at": LONG_AGO,
        }
        return self.add("intacct.gl_detail", **{"record_no": record_no, **defaults, **more})
