"""One binary COPY under way: one thread makes the blocks and another sends them, so that the caller waits for neither.

While the server reads one block the next one is made, and meanwhile the caller fetches and judges the next batch. Few
of each may wait, which bounds the memory.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Final, Self

import psycopg
from psycopg import sql

from intacct_pipelines.warehouse.copy_binary import HEADER, TRAILER

_MOST_BATCHES: Final = 2
"""Batches that wait to be made into blocks, the one at work included."""
_MOST_BLOCKS: Final = 4
"""Blocks that wait to be sent; each is about a megabyte."""


class CopyStream:
    """A COPY ... FROM STDIN (FORMAT binary); leave the block by an error to undo it.

    Args:
        connection: A connection in a transaction.
        statement: The COPY statement.
    """

    def __init__(self, connection: psycopg.Connection, statement: sql.Composed) -> None:
        self._open = contextlib.ExitStack()
        self._cursor = connection.cursor()
        self._copy = self._open.enter_context(self._cursor.copy(statement))
        # entered last and so left first: nobody makes blocks any more, then nobody writes, when the COPY ends
        self._sender = self._open.enter_context(ThreadPoolExecutor(1, "copy"))
        self._maker = self._open.enter_context(ThreadPoolExecutor(1, "encode"))
        self._batches: deque[Future[None]] = deque()
        self._blocks: deque[Future[None]] = deque()
        self._send(HEADER)

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
        self._batches.append(self._maker.submit(self._send_all, blocks))

    def finish(self) -> int:
        """End the COPY and return how many rows Postgres read.

        Raises:
            psycopg.Error: A block could not be sent, or Postgres cannot read it.
            Exception: Whatever the making of blocks raised.
        """
        for made in self._batches:
            made.result()
        self._send(TRAILER)
        for sent in self._blocks:
            sent.result()
        self._open.close()
        return self._cursor.rowcount

    def _send_all(self, blocks: Iterable[memoryview]) -> None:
        for block in blocks:
            self._send(block)

    def _send(self, block: bytes | memoryview) -> None:
        while len(self._blocks) >= _MOST_BLOCKS:
            self._blocks.popleft().result()
        self._blocks.append(self._sender.submit(self._copy.write, block))
