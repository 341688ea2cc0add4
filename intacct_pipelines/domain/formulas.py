"""Texts that a spreadsheet would run instead of showing them."""

from __future__ import annotations

import re
from typing import Final

_RUN: Final = re.compile(r"[=@＝＠\t\r\n]|[+\-＋－](?![0-9 ().,/-]*\Z)")


def is_formula(text: str) -> bool:
    """Say whether a spreadsheet would run a text; a telephone number or an amount may begin with a sign."""
    return _RUN.match(text) is not None
