"""One binary COPY under way: blocks go to the server in a thread of their own, so that making them does not wait."""

from __future__ import annotations

import contextlib
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

from intacct_pipelines.warehouse.copy_binary import HEADER, TRAILER


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
        self._sent: Future[None] = self._sender.submit(self._copy.write, HEADER)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def send(self, block: bytes) -> None:
        """Send a block once the one before has gone; it goes while the caller makes the next one.

        Raises:
            psycopg.Error: An earlier block could not be sent.
        """
        self._sent.result()
        self._sent = self._sender.submit(self._copy.write, block)

    def finish(self) -> int:
        """End the COPY and return how many rows Postgres read.

        Raises:
            psycopg.Error: A block could not be sent, or Postgres cannot read it.
        """
        self.send(TRAILER)
        self._sent.result()
        self._open.close()
        return self._cursor.rowcount
