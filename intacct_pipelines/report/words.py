"""Words for people, and text that is safe wherever it is shown."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

SYSTEMS: Final = {
    "intacct": "Sage Intacct",
    "bill": "BILL",
    "spend": "BILL Spend & Expense",
    "business_center": "Paymentus Business Center",
}
"""The systems, by the schema of their tables."""

VERDICTS: Final = {"": "equal", "expected": "expected", "in_flight": "in flight", "break": "break"}
CLASSES: Final = {
    "matched_equal": "on both sides, equal",
    "matched_different": "on both sides, different",
    "missing_in_intacct": "only in the platform",
    "missing_in_platform": "only in Intacct",
    "duplicate": "more than one may be meant",
    "out_of_scope": "of another level or entity",
    "amount": "amount differs",
    "date": "date differs",
    "state": "state differs",
    "coding": "coding differs",
    "application": "application differs",
    "uncleared": "nothing clears it",
}
"""Classes of totals and kinds of differences."""

_INITIALS: Final = {"ap", "ar", "gl", "id", "po", "so"}
_MAX_CHARACTERS: Final = 2_000
# Control characters, the ones that turn the direction of writing, halves of pairs, and what is no character.
_UNSAFE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufffe\uffff]"
)
_CONTROL_PICTURES: Final = 0x2400


def safe(value: object) -> str:
    """Return a value as one line of text without characters that break or disguise a document.

    Control characters become their pictures (``␀``), others ``�``; what is very long ends in ``…``.
    """
    text = "" if value is None else str(value)
    if len(text) > _MAX_CHARACTERS:
        text = text[: _MAX_CHARACTERS - 1] + "…"
    return _UNSAFE.sub(_picture, text)


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(_CONTROL_PICTURES + code) if code < ord(" ") else "�"


def spoken(name: str) -> str:
    """Return a name of an object, a class, a kind or a verdict as people say it."""
    return CLASSES.get(name) or VERDICTS.get(name) or plain(name)


def plain(name: str) -> str:
    """Return a name of a field as people say it."""
    words = (word.upper() if word in _INITIALS else word for word in name.split("_"))
    return " ".join(words)


def money(amount: Decimal) -> str:
    """Return an amount with all its decimals and thousands apart."""
    return f"{amount:,f}"
