"""One binary COPY under way: blocks go to the server in a thread of their own, so that making them does not wait."""

from __future__ import annotations

import contextlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Final, Self

import psycopg
from psycopg import sql

from intacct_pipelines.warehouse.copy_binary import HEADER, TRAILER

_MOST_UNDER_WAY: Final = 4
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
        # entered last and so left first: nobody writes any more when the COPY ends
        self._sender = self._open.enter_context(ThreadPoolExecutor(1, "copy"))
        self._under_way: deque[Future[None]] = deque()
        self.send(HEADER)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def send(self, block: bytes | memoryview) -> None:
        """Send a block behind those that are under way; waits only if these are many.

        Raises:
            psycopg.Error: An earlier block could not be sent.
        """
        while len(self._under_way) >= _MOST_UNDER_WAY:
            self._under_way.popleft().result()
        self._under_way.append(self._sender.submit(self._copy.write, block))

    def finish(self) -> int:
        """End the COPY and return how many rows Postgres read.

        Raises:
            psycopg.Error: A block could not be sent, or Postgres cannot read it.
        """
        self.send(TRAILER)
        for sent in self._under_way:
            sent.result()
        self._open.close()
        return self._cursor.rowcount
