"""One binary COPY under way: one thread makes the blocks and sends them, so that the caller waits for neither.

The server reads what the system's buffers hold while the next block is made, and meanwhile the caller fetches and
judges the next batch; few may wait, which bounds the memory.
"""

from __future__ import annotations

import contextlib
import ctypes
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from types import TracebackType
from typing import Final, Self

import psycopg
from psycopg import sql

from intacct_pipelines.warehouse.copy_binary import HEADER, TRAILER

_MOST_BATCHES: Final = 2
"""Batches that wait to be made into blocks, the one at work included."""

_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
"""What glibc's ``malloc.h`` calls ``M_TRIM_THRESHOLD`` and ``M_MMAP_THRESHOLD``."""
_REUSED_BYTES: Final = 16 << 20
"""Larger than anything that the making of a block takes."""


class CopyStream:
    """A COPY ... FROM STDIN (FORMAT binary); leave the block by an error to undo it.

    Args:
        connection: A connection in a transaction.
        statement: The COPY statement.
    """

    def __init__(self, connection: psycopg.Connection, statement: sql.Composed) -> None:
        _reuse_memory()
        self._open = contextlib.ExitStack()
        self._cursor = connection.cursor()
        self._copy = self._open.enter_context(self._cursor.copy(statement))
        # entered last and so left first: nobody writes any more when the COPY ends
        self._sender = self._open.enter_context(ThreadPoolExecutor(1, "copy"))
        self._batches: deque[Future[None]] = deque()
        self._copy.write(HEADER)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def add(self, blocks: Iterable[memoryview]) -> None:
        """Send a batch's blocks, which are made only then, behind what is under way; waits only if that is much.

        Raises:
            psycopg.Error: An earlier block could not be sent.
            Exception: Whatever the making of earlier blocks raised.
        """
        while len(self._batches) >= _MOST_BATCHES:
            self._batches.popleft().result()
        self._batches.append(self._sender.submit(self._send, blocks))

    def finish(self) -> int:
        """End the COPY and return how many rows Postgres read.

        Raises:
            psycopg.Error: A block could not be sent, or Postgres cannot read it.
            Exception: Whatever the making of blocks raised.
        """
        for sent in self._batches:
            sent.result()
        self._copy.write(TRAILER)
        self._open.close()
        return self._cursor.rowcount

    def _send(self, blocks: Iterable[memoryview]) -> None:
        for block in blocks:
            self._copy.write(block)


@cache
def _reuse_memory() -> None:
    """Let what the making of a block frees serve the next one: to map it anew each time takes as long as to make it.

    For the first thread glibc learns that by itself, for others it does not. Other C libraries have no such knob.
    """
    set_knob = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_knob is not None:
        set_knob(_MMAP_THRESHOLD, _REUSED_BYTES)
        set_knob(_TRIM_THRESHOLD, 2 * _REUSED_BYTES)
