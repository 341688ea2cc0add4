"""Exchange rates of the sandbox: a fixed table with a small monthly movement, the same on every machine."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

_US_DOLLARS: Final = {
    "USD": Decimal(1),
    "EUR": Decimal("1.0850"),
    "GBP": Decimal("1.2650"),
    "CAD": Decimal("0.7350"),
    "AUD": Decimal("0.6550"),
    "CHF": Decimal("1.1200"),
    "MXN": Decimal("0.0580"),
    "SEK": Decimal("0.0950"),
    "INR": Decimal("0.0120"),
    "JPY": Decimal("0.0067"),
    "KWD": Decimal("3.2500"),
}
_PLACES: Final = Decimal("0.000001")


def usd_rate(currency: str) -> Decimal:
    """Return how many US dollars one unit of ``currency`` is worth; 1 for a currency that the table does not know."""
    return _US_DOLLARS.get(currency, Decimal(1))


def exchange_rate(currency: str, into: str, day: date) -> Decimal:
    """Return units of ``into`` for one unit of ``currency``, to six decimals, moving by up to 2 % with the month."""
    if currency == into:
        return Decimal(1)
    movement = Decimal(((day.year * 12 + day.month) * 37) % 41 - 20) / 1000
    return (usd_rate(currency) / usd_rate(into) * (1 + movement)).quantize(_PLACES)
