"""Postgres' failures in our words; no other place knows SQLSTATEs or reads a driver's message."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import psycopg
from psycopg import errors

from intacct_pipelines.errors import (
    ConfigurationError,
    DataContractError,
    WarehouseError,
    WarehouseFullError,
    WarehouseUnavailableError,
)

_GONE = ("08", "57P", "53300")
"""Connection exceptions, operator intervention (shutdown, terminated backend), too many connections."""
_REFUSED = (
    "authentication failed",
    "does not exist",
    "no pg_hba.conf entry",
    "no password supplied",
    "permission denied",
)


@contextlib.contextmanager
def translated(doing: str) -> Iterator[None]:
    """Raise our errors for the driver's.

    Args:
        doing: What was being done, for the message; such as ``loading intacct.ap_bill of acme:100``.

    Raises:
        WarehouseUnavailableError: Postgres cannot be reached or went away.
        WarehouseFullError: Postgres has no room left.
        DataContractError: A value that Postgres cannot read as its column's type.
        WarehouseError: Anything else that Postgres said.
    """
    try:
        yield
    except errors.DiskFull as error:
        raise WarehouseFullError(
            f"{doing}: Postgres has no room left; nothing was stored.", remedy="Free some disk space and run again."
        ) from error
    except errors.LockNotAvailable as error:
        raise WarehouseUnavailableError(f"{doing}: another run has held the lock for too long") from error
    except psycopg.DataError as error:
        # The message would quote the value; the position says enough to find it.
        raise DataContractError(f"{doing}: Postgres cannot read a value ({_position(error)})") from error
    except psycopg.Error as error:
        state = error.sqlstate or ""
        if isinstance(error, psycopg.OperationalError) and (not state or state.startswith(_GONE)):
            raise WarehouseUnavailableError(f"{doing}: Postgres is gone: {first_line(error)}") from error
        raise WarehouseError(f"{doing}: {first_line(error)} (SQLSTATE {state or 'unknown'})") from error


def connection_failure(error: psycopg.Error, place: str) -> ConfigurationError | WarehouseUnavailableError:
    """Return the one clear line for a connection that could not be made.

    Args:
        error: What the driver raised.
        place: Host, port and database, without user or password.
    """
    line = first_line(error)
    if any(word in line for word in _REFUSED):
        return ConfigurationError(f"Postgres at {place} refuses us: {line}")
    return WarehouseUnavailableError(f"Postgres at {place} cannot be reached: {line}")


def first_line(error: psycopg.Error) -> str:
    """Return the last remark of the driver's first paragraph; a multi-host attempt lists one line per host."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def _position(error: psycopg.Error) -> str:
    context = (error.diag.context or "").splitlines()
    where = context[0] if context else ""
    # Postgres writes: COPY stage, line 3, column amount: "value"
    return f"{where.partition(': ')[0] or 'no position'}, SQLSTATE {error.sqlstate}"
