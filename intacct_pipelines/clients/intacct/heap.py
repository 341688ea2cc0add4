"""The C heap, where the answers lie: what was read leaves the process, instead of waiting in holes between blocks."""

from __future__ import annotations

import ctypes
from typing import Final

_M_MMAP_THRESHOLD: Final = -3
_LARGE: Final = 1 << 18
"""Bytes; far less than a page of records, far more than any Python object that lives for long."""


def return_large_blocks() -> None:
    """Let large blocks be mapped each by itself, so that freeing one returns it to the system.

    glibc does so from 128 KiB on, but each freed block raises that bound to its own size: after a few pages of records
    the next ones grow inside of the heap, move as they grow, and leave holes that stay (13 MiB of 200 measured). A
    bound that was set stays. Elsewhere there is no such call, and none is needed.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE)
