"""The cards that an organisation may pay with: one of a bank, and one of BILL's own."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from intacct_pipelines.sandbox.dice import invented_secret

if TYPE_CHECKING:
    from intacct_pipelines.sandbox.business import Entity


def funding_cards(entity: Entity, seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The cards of banks, and those of BILL's own, as BILL lists them."""
    since = datetime(2024, 1, 15, 9, 30, tzinfo=UTC)
    times = {"createdTime": since, "updatedTime": since}
    own = invented_secret(f"{entity.organization_id} cards", seed, 34)
    bank_card = {
        "id": f"cac{own[:17]}",
        "archived": False,
        "nameOnAccount": entity.name,
        "issuingBankName": "First Meridian Bank",
        "brand": "VISA",
        "type": "CREDIT_CARD",
        "status": "ACTIVE",
        "last4": "4242",
        "expiration": {"year": "2029", "month": "08"},
        "default": {"payables": True, "receivables": False, "funding": False, "disbursement": False},
        **times,
    }
    ap_card = {
        "id": f"apc{own[17:]}",
        "status": "ACTIVE",
        "nameOnAccount": entity.name,
        "balance": Decimal("1240.55"),
        "limit": Decimal("25000.00"),
        **times,
    }
    return [bank_card], [ap_card]
