"""Every cause of differences, as people read of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.finding_class import FindingClass
from intacct_pipelines.domain.reconciled import BY_WORD
from intacct_pipelines.reconcile.advice import ADVICE, SCREENS
from intacct_pipelines.reconcile.advice.advise import Advice
from intacct_pipelines.reconcile.causes.attachments import ATTACHMENTS
from intacct_pipelines.reconcile.causes.bills import BILLS
from intacct_pipelines.reconcile.causes.business_center import BUSINESS_CENTER
from intacct_pipelines.reconcile.causes.cards import CARDS
from intacct_pipelines.reconcile.causes.clearing import CLEARING
from intacct_pipelines.reconcile.causes.common import COMMON
from intacct_pipelines.reconcile.causes.credits import CREDITS
from intacct_pipelines.reconcile.causes.currencies import CURRENCIES
from intacct_pipelines.reconcile.causes.lists import LISTS
from intacct_pipelines.reconcile.causes.orders import ORDERS
from intacct_pipelines.reconcile.causes.parties import PARTIES
from intacct_pipelines.reconcile.causes.payments import PAYMENTS
from intacct_pipelines.reconcile.causes.receivables import RECEIVABLES
from intacct_pipelines.reconcile.causes.transfers import TRANSFERS

if TYPE_CHECKING:
    from intacct_pipelines.reconcile.causes.cause import Cause


@dataclass(frozen=True, slots=True)
class _Group:
    """Causes of one kind of record, and what ``explain`` calls such records."""

    title: str
    causes: Mapping[str, Cause]
    kinds: tuple[str, ...] = ()


_GROUPS: Final = (
    _Group("Any record", COMMON),
    _Group("Bills", BILLS, ("bill",)),
    _Group("Vendor credits and their use", CREDITS, ("vendor-credit", "credit-application")),
    _Group("Payments", PAYMENTS, ("payment",)),
    _Group("Lump sums between bank and clearing", TRANSFERS, ("funds-transfer", "deposit")),
    _Group("Clearing accounts", CLEARING, ("clearing-item",)),
    _Group("Vendors and customers", PARTIES, ("vendor", "customer", "business-center-vendor")),
    _Group("Invoices, receipts and credit memos", RECEIVABLES, ("invoice", "receipt", "credit-memo")),
    _Group(
        "Accounts, dimensions, terms and items",
        LISTS,
        (
            "account",
            "department",
            "location",
            "class",
            "term",
            "employee",
            "project",
            "item",
            "business-center-account",
        ),
    ),
    _Group("Currencies", CURRENCIES, ("currency",)),
    _Group("Orders", ORDERS, ("purchasing-document", "order-entry-document")),
    _Group("Attachments", ATTACHMENTS, ("bill-attachment", "invoice-attachment")),
    _Group("Cards and reimbursements", CARDS, ("card-transaction", "card-statement", "reimbursement")),
    _Group("Bills of Business Center", BUSINESS_CENTER, ("business-center-bill",)),
)


_OF: Final = {"applied_invoice_missing": ("receipt",), "document_in_another_currency": ("bill", "invoice")}
"""Kinds that neither group nor name tells."""


def finding_classes() -> tuple[FindingClass, ...]:
    """Return every cause, by what it is about."""
    return tuple(_told(name, cause, group) for group in _GROUPS for name, cause in group.causes.items())


def _told(name: str, cause: Cause, group: _Group) -> FindingClass:
    advice = ADVICE.get(name, Advice())
    rules = re.findall(r"S-[A-Z]+-\d+", f"{cause.rule} {cause.reason} {cause.remedy}")
    return FindingClass(
        name=name,
        group=group.title,
        kinds=_OF.get(name) or _kinds_of(name, group.kinds),
        verdict=str(cause.verdict),
        rules=tuple(dict.fromkeys(rules)),
        reason=cause.reason,
        remedy=cause.remedy,
        turn=str(cause.turn),
        shared=bool(cause.shared),
        screens=tuple(SCREENS[screen] for screen in advice.screens),
        more=advice.more,
    )


def _kinds_of(name: str, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Return the one kind that the name of a cause tells, the longest if several stand in it, else all of its group."""
    told = [kind for kind in kinds if {BY_WORD[kind].name, kind.replace("-", "_")} & _runs_of(name)]
    return (max(told, key=len),) if told else kinds


def _runs_of(name: str) -> set[str]:
    """Return every run of words in a name."""
    words = name.split("_")
    return {"_".join(words[first:last]) for first in range(len(words)) for last in range(first + 1, len(words) + 1)}
