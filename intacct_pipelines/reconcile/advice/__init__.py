"""Where each cause of differences is mended, in the screens of each product, and what else to know about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.advice import common, lists, payables, receivables
from intacct_pipelines.reconcile.advice.screens import SCREENS

if TYPE_CHECKING:
    from intacct_pipelines.reconcile.advice.advise import Advice

ADVICE: Final[dict[str, Advice]] = {
    **common.COMMON,
    **payables.BILLS,
    **payables.CREDITS,
    **payables.PAYMENTS,
    **payables.TRANSFERS,
    **payables.CLEARING,
    **receivables.RECEIVABLES,
    **receivables.ORDERS,
    **receivables.ATTACHMENTS,
    **lists.LISTS,
    **lists.PARTIES,
    **lists.CURRENCIES,
    **lists.CARDS,
    **lists.BUSINESS_CENTER,
}
"""Advice by the name of the cause; one of which nothing is to be done has none."""

__all__ = ["ADVICE", "SCREENS"]
