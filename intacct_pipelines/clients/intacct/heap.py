"""The C heap, where the answers lie: what was read leaves the process, and what is used anew is not asked for anew."""

from __future__ import annotations

import ctypes
from typing import Final

_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
_LARGE: Final = 3 << 20
"""Bytes; about a page of records as it arrives, and more than any of the arrays that are made of it."""
_SPARE: Final = 16 << 20
"""Bytes; what the arrays of one page take."""


def settle_heap() -> None:
    """Let whole answers be mapped each by itself, and the heap keep what the arrays of one page take.

    glibc maps blocks from 128 KiB on, but each freed block raises that bound to its own size: after a few pages of
    records the next ones grow inside of the heap, move as they grow, and leave holes that stay (13 MiB of 200
    measured). A bound that was set stays. It also gives back each 128 KiB that are free at the heap's end: then the
    arrays of every page are made in memory that the system has to lay out and clear once more, which took a quarter of
    the time of reading and loading. Elsewhere there is no such call, and none is needed.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE)
        mallopt(_M_TRIM_THRESHOLD, _SPARE)
