"""Exact amounts: decimal text, currencies and their minor units. Nothing here ever becomes a float."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from typing import Final

MINOR_DIGITS: Final = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
}
"""Decimals of the ISO 4217 currencies whose minor unit is not a hundredth."""

LARGEST_CARRIED: Final = Decimal(10_000_000)
"""Above this the vendor's own sync writes 0 (S-BIL-07)."""

_EXACT: Final = Context(prec=200)

DECIMAL_TEXT: Final = re.compile(r"-?(?:[0-9]{1,24}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})")
"""What a remote system may send as a decimal: no exponent, no thousands separator, no NaN."""


def minor_unit_digits(currency: str) -> int:
    """Return how many decimals an amount in ``currency`` (ISO 4217) may have: 2 unless the standard says otherwise."""
    return MINOR_DIGITS.get(currency, 2)


def parse_amount(text: str, currency: str) -> Decimal:
    """Read an amount exactly.

    Args:
        text: Plain decimal text, such as ``-1234.50``.
        currency: ISO 4217 code; decides how many decimals are allowed. Trailing zeros beyond them are allowed.

    Raises:
        ValueError: The text is not a plain decimal, or it is finer than the currency's minor unit.
    """
    if not DECIMAL_TEXT.fullmatch(text):
        msg = f"not a plain decimal amount: {text[:40]!r}"
        raise ValueError(msg)
    amount = Decimal(text)
    digits = minor_unit_digits(currency)
    quantum = Decimal(1).scaleb(-digits)
    if amount != amount.quantize(quantum):
        msg = f"{text[:40]} has more than {digits} decimals, the minor unit of {currency}"
        raise ValueError(msg)
    return amount.quantize(quantum)


def format_amount(amount: Decimal, currency: str) -> str:
    """Write an amount the way both vendors accept it: plain decimal text with the currency's own decimals.

    Raises:
        ValueError: The amount is finer than the currency's minor unit, or not finite.
    """
    if not amount.is_finite():
        msg = f"not a finite amount: {amount}"
        raise ValueError(msg)
    return format(parse_amount(format(amount, "f"), currency), "f")


def in_minor_units(amount: Decimal, currency: str) -> Decimal:
    """Return an amount with the decimals of its currency; one that is finer keeps all it has."""
    # Places are counted, not rounded to: an amount of any length stays exact.
    places = minor_unit_digits(currency)
    sign, digits, exponent = amount.normalize(_EXACT).as_tuple()
    if not isinstance(exponent, int) or exponent < -places:
        return amount
    return Decimal((sign, (*digits, *([0] * (exponent + places))), -places))
