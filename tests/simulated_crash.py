"""A process that dies at any instruction: an exception that nobody catches, after a chosen number of byte codes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import intacct_pipelines

_ROOT = Path(intacct_pipelines.__file__).parent
_FRAGILE = tuple(str(_ROOT / part) for part in ("push", "warehouse/outbox"))
"""Where it may die: whatever sends, stores and decides. Requests and statements are boundaries of their own. What holds
a lock of this process is left out: a lock dies with its process, but here the process lives on."""


class Crash(BaseException):
    """The process dies here."""


@contextmanager
def dying_after(instructions: int) -> Iterator[None]:
    """Die once so many instructions of sending and storing were carried out inside."""
    left = instructions

    def enter(frame: FrameType, _event: str, _argument: Any) -> Any:
        if left < 0 or not frame.f_code.co_filename.startswith(_FRAGILE):
            return None
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        return instruction

    def instruction(_frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal left
        if event == "opcode" and left >= 0:
            left -= 1
            if left < 0:
                raise Crash
        return instruction

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        yield
    finally:
        sys.settrace(before)
