"""The rules of sync behaviour: every number that code, tests and documents name is declared here, once."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.rules.failures import FAILURES
from intacct_pipelines.domain.rules.general import GENERAL
from intacct_pipelines.domain.rules.levels import LEVELS
from intacct_pipelines.domain.rules.payables import PAYABLES
from intacct_pipelines.domain.rules.platforms import PLATFORMS
from intacct_pipelines.domain.rules.posting import POSTING
from intacct_pipelines.domain.rules.receivables import RECEIVABLES
from intacct_pipelines.domain.rules.rule import Limit, Rule, Source, Surface
from intacct_pipelines.domain.rules.set_up import SET_UP

CHAPTERS: Final[dict[str, str]] = {
    "COA": "Ledger accounts",
    "DEP": "Departments",
    "LOC": "Locations",
    "CLS": "Classes",
    "EMP": "Employees",
    "PRJ": "Projects and jobs",
    "CUR": "Currency",
    "BAL": "Bank balances",
    "TRM": "Payment terms",
    "ATT": "Attachments",
    "APR": "Approvals",
    "VEN": "Vendors",
    "AFT": "Funds transfers of payables",
    "BIL": "Bills",
    "PAY": "Payments",
    "VCR": "Vendor credits",
    "PUR": "Purchase orders",
    "CUS": "Customers",
    "INV": "Invoices",
    "TAX": "Advanced Sales Tax",
    "ITM": "Items",
    "ARP": "Receipts",
    "CRM": "Credit memos",
    "RFT": "Funds transfers of receivables",
    "FEE": "Convenience fees",
    "SAL": "Sales orders",
    "CFG": "Configurations A to F",
    "BP": "Best practices",
    "CRD": "Card platforms",
    "PMT": "Business Center",
    "SET": "Steps of a set-up",
    "SCH": "Scheduling",
    "ERR": "Refusals and failures",
    "IDM": "Posting safely",
    "CON": "Contradictions between the guides",
}
"""What the rules of each chapter are about, in order."""

RULES: Final[dict[str, Rule]] = {
    rule.number: rule
    for rule in sorted(
        (*GENERAL, *PAYABLES, *RECEIVABLES, *LEVELS, *PLATFORMS, *SET_UP, *FAILURES, *POSTING),
        key=lambda rule: (list(CHAPTERS).index(rule.chapter), rule.number),
    )
}
"""Every rule by its number."""


def rules_on(surface: Surface) -> tuple[str, ...]:
    """Return the numbers of the rules that bind there."""
    return tuple(rule.number for rule in RULES.values() if rule.surfaces & surface)


__all__ = ["CHAPTERS", "RULES", "Limit", "Rule", "Source", "Surface", "rules_on"]
