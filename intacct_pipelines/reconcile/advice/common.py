"""Where causes that any record can have are mended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.advice.advise import at

if TYPE_CHECKING:
    from intacct_pipelines.reconcile.advice.advise import Advice

COMMON: Final[dict[str, Advice]] = {
    "routed_nowhere": at("settings", "No account gets it: every account's own reconciliation says the same of it."),
    "routed_to_several": at(
        "bill, invoice, settings", "No account gets it: every account's own reconciliation says the same of it."
    ),
}
"""Advice by the name of the cause."""
