"""Every reason that a difference can have, by a name that is used inside this room only.

An object's causes stand in a module of its own; a name stands for one reason, whichever objects use it.
"""

from __future__ import annotations

from typing import Final

from intacct_pipelines.reconcile.causes.attachments import ATTACHMENTS
from intacct_pipelines.reconcile.causes.bills import BILLS
from intacct_pipelines.reconcile.causes.business_center import BUSINESS_CENTER
from intacct_pipelines.reconcile.causes.cards import CARDS
from intacct_pipelines.reconcile.causes.cause import NO_CAUSE, YOUNG, Cause, Kind, Turn, Verdict, first_cause
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


def _together(*groups: dict[str, Cause]) -> dict[str, Cause]:
    causes = {name: cause for group in groups for name, cause in group.items()}
    if len(causes) != sum(map(len, groups)):
        msg = "two groups of causes use the same name"
        raise ValueError(msg)
    return causes


CAUSES: Final = _together(
    COMMON,
    BILLS,
    CREDITS,
    PAYMENTS,
    TRANSFERS,
    PARTIES,
    RECEIVABLES,
    LISTS,
    BUSINESS_CENTER,
    CARDS,
    ORDERS,
    ATTACHMENTS,
    CURRENCIES,
    CLEARING,
)
"""All causes."""

__all__ = ["CAUSES", "NO_CAUSE", "YOUNG", "Cause", "Kind", "Turn", "Verdict", "first_cause"]
