"""The API budget: how many calls an account has a month, who may use them, and for what a call was made."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Purpose(StrEnum):
    """What calls are made for; backfills may not use what is kept back for the rest."""

    SYNC = "sync"
    BACKFILL = "backfill"


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """Whose calls are counted together.

    Args:
        system: ``intacct``, ``bill`` or another system.
        name: The Intacct company's id, or the name of the platform's connection.
    """

    system: str
    name: str


@dataclass(frozen=True, slots=True)
class Budget:
    """Calls of one account in one calendar month, UTC.

    Args:
        monthly_calls: What the contract allows; None if nobody said, and then nothing is refused.
        stop_at: Share of it, 0 to 1, beyond which no call is made.
        backfill_reserve: Share of it that backfills leave to everything else.
    """

    monthly_calls: int | None = None
    stop_at: Decimal = Decimal(1)
    backfill_reserve: Decimal = Decimal(0)

    def limit(self, purpose: Purpose) -> int | None:
        """Return how many calls may be made in a month for a purpose and all others together; None for any number."""
        if self.monthly_calls is None:
            return None
        share = self.stop_at - (self.backfill_reserve if purpose is Purpose.BACKFILL else 0)
        return int(self.monthly_calls * share)


@dataclass(frozen=True, slots=True)
class Scope:
    """For whom calls are made.

    Args:
        entity: The entity's partition key; empty if they are for no single one.
        asset: The asset, such as ``intacct/ap_bill``; empty for a command or a sensor.
        run_id: The run; empty likewise.
        purpose: What for.
    """

    entity: str = ""
    asset: str = ""
    run_id: str = ""
    purpose: Purpose = Purpose.SYNC


@dataclass(frozen=True, slots=True)
class Usage:
    """Where an account stands in the current month."""

    account: Account
    budget: Budget
    used: int

    def left(self, purpose: Purpose = Purpose.SYNC) -> int | None:
        """Return the calls that may still be made for a purpose; None for any number."""
        limit = self.budget.limit(purpose)
        return None if limit is None else max(0, limit - self.used)

    def share(self, further: int = 0) -> Decimal | None:
        """Return the share of the monthly calls that is used, with ``further`` calls more; None without a budget."""
        total = self.budget.monthly_calls
        return None if total is None else Decimal(self.used + further) / total
