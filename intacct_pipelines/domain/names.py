"""Names and numbers that people type: when two of them are the same."""

from __future__ import annotations

import unicodedata


def fold(words: str | None) -> str:
    """Return a text without the differences that people do not see: width, case, spaces (NFKC, casefold)."""
    words = words or ""
    if not words.isascii():
        # Case folding can leave text unnormalised, so it is normalised on both sides of it.
        words = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", words).casefold())
    return " ".join(words.casefold().split())
