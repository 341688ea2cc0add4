"""Columns of text → the bytes of Postgres' COPY text format, with a hash per row. Pure; it knows no connection.

No cell is looked at alone. Whether a column of free text needs escaping is seen by searching all of it at once, which
costs a fraction of looking at forty million cells. Numbers, days, instants and flags are not searched: Postgres reads
them as their types, and a stray character in one ends the load.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Final

from intacct_pipelines.domain.catalog import Kind
from intacct_pipelines.domain.records import Rows, TextColumn
from intacct_pipelines.errors import DataContractError

ROWS_PER_BLOCK: Final = 256
"""Small blocks keep the server busy while the next one is made; it would idle while a large one is."""
NULL: Final = ""
"""How COPY reads an absent cell. Neither source tells an empty text from an absent one, so no value is lost."""
_ESCAPES: Final = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_HASH_BYTES: Final = 8
"""A row is compared with its own earlier copy only, so 64 bits are plenty; a bigint is read faster than a UUID."""


def blocks(rows: Rows) -> Iterator[bytes]:
    """Yield the rows in COPY text format: the declared columns, ``custom_fields``, and the hash.

    Raises:
        DataContractError: A column is missing, columns differ in length, or a text cannot be stored in Postgres.
    """
    columns = _ordered(rows)
    size = len(rows)
    free = [column.kind is Kind.TEXT for column in rows.table.columns] + [True]
    for start in range(0, size, ROWS_PER_BLOCK):
        part = [column[start : start + ROWS_PER_BLOCK] for column in columns]
        try:
            yield _block(part, free)
        except (UnicodeEncodeError, _NulError):
            keys = ", ".join(_unstorable(rows, start))
            raise DataContractError(
                f"{rows.table.qualified_name}: text with a NUL or half a surrogate pair in the rows {keys}"
            ) from None


class _NulError(Exception):
    """A block holds U+0000, which no text of Postgres can hold."""


def _ordered(rows: Rows) -> list[TextColumn]:
    size = len(rows)
    given: Mapping[str, TextColumn] = rows.columns
    missing = [name for name in rows.table.column_names if name not in given]
    if missing:
        raise DataContractError(f"{rows.table.qualified_name}: the batch lacks the columns {', '.join(missing)}")
    columns = [given[name] for name in rows.table.column_names]
    columns.append(given.get("custom_fields") or [None] * size)
    if any(len(column) != size for column in columns):
        raise DataContractError(f"{rows.table.qualified_name}: the batch's columns differ in length")
    return columns


def _block(columns: Sequence[TextColumn], free: Sequence[bool]) -> bytes:
    cells = [_cells(column, is_free=is_free) for column, is_free in zip(columns, free, strict=True)]
    lines = "\n".join(map("\t".join, zip(*cells, strict=True))).encode().split(b"\n")
    return b"".join([b"%b\t%d\n" % (line, _hash(line)) for line in lines])


def _hash(line: bytes) -> int:
    return int.from_bytes(blake2b(line, digest_size=_HASH_BYTES).digest(), "big", signed=True)


def _cells(column: TextColumn, *, is_free: bool) -> list[str]:
    """Return a column as COPY writes it; only a free text is searched for what must be escaped."""
    if is_free:
        text = "".join(filter(None, column))
        if "\0" in text:
            raise _NulError
        if "\\" in text or "\t" in text or "\n" in text or "\r" in text:
            return [NULL if cell is None else cell.translate(_ESCAPES) for cell in column]
    if None in column:
        return [NULL if cell is None else cell for cell in column]
    return column  # type: ignore[return-value]  # there is no None in it


def _unstorable(rows: Rows, start: int, most: int = 5) -> Iterator[str]:
    """Yield the keys of the rows of a block that hold a text that Postgres cannot store."""
    end = min(start + ROWS_PER_BLOCK, len(rows))
    for position in range(start, end):
        cells = [column[position] or "" for column in rows.columns.values()]
        text = "".join(cells)
        if ("\0" in text or not _encodable(text)) and most:
            most -= 1
            yield "|".join(ascii(rows.columns[name][position])[1:-1] for name in rows.table.key)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
