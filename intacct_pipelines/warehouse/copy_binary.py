"""Typed columns → the bytes of Postgres' binary COPY, with a hash per row. Pure; it knows no connection.

The server takes binary rows at nearly twice the speed of text: it has nothing to parse. The encoding is pgpq's.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc
from pgpq import ArrowToPostgresBinaryEncoder
from pgpq.encoders import StringEncoderBuilder
from pgpq.schema import Jsonb

from intacct_pipelines.domain.catalog import Column, Kind
from intacct_pipelines.domain.columns import ARROW_TYPES, DECIMAL, TEXT, text_bytes, with_decimals
from intacct_pipelines.domain.records import CUSTOM_FIELDS, Rows
from intacct_pipelines.errors import DataContractError
from intacct_pipelines.warehouse.row_hash import hash_rows

if TYPE_CHECKING:
    from pgpq._pgpq import EncoderBuilder  # a name of its stub only

ROWS_PER_BLOCK: Final = 5_000
"""While the server reads one block the next one is made. A smaller one pays more for its making than for its rows."""
HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
"""What every binary COPY begins with: signature, no flags, no extension."""
TRAILER: Final = b"\xff\xff"
"""What every binary COPY ends with."""
HASH: Final = "_hash"
_FEWEST_DECIMALS: Final = {Kind.MONEY: 2, Kind.RATE: 0}
"""Postgres shows a numeric with the decimals that it came with."""
_MOST_SHOWN: Final = 5


def blocks(rows: Rows) -> Iterator[memoryview]:
    """Yield the rows without header and trailer: the declared columns, ``custom_fields``, and the hash.

    Raises:
        DataContractError: A column is missing or not of its type, columns differ in length, or a text cannot be
            stored in Postgres.
    """
    columns = _ordered(rows)
    size = len(rows)
    for start in range(0, size, ROWS_PER_BLOCK):
        part = [column.slice(start, ROWS_PER_BLOCK) for column in columns]
        _refuse_nul(rows, part, start)
        hashes = hash_rows(part)
        shown = [_shown(column, cells) for column, cells in zip(rows.table.columns, part[:-1], strict=True)]
        yield from _encode([*rows.table.column_names, CUSTOM_FIELDS, HASH], [*shown, part[-1], hashes])


def _ordered(rows: Rows) -> list[pa.Array]:
    name = rows.table.qualified_name
    missing = [column for column in rows.table.column_names if column not in rows.columns]
    if missing:
        raise DataContractError(f"{name}: the batch lacks the columns {', '.join(missing)}")
    wrong = [c.name for c in rows.table.columns if rows.columns[c.name].type != ARROW_TYPES[c.kind]]
    if wrong:
        raise DataContractError(f"{name}: the batch's columns {', '.join(wrong)} are not of their types")
    columns = [rows.column(column) for column in (*rows.table.column_names, CUSTOM_FIELDS)]
    if len({len(column) for column in columns}) > 1:
        raise DataContractError(f"{name}: the batch's columns differ in length")
    return columns


def _encode(names: list[str], columns: list[pa.Array]) -> Iterator[memoryview]:
    batch = pa.RecordBatch.from_arrays(columns, names)
    encoder = ArrowToPostgresBinaryEncoder.new_with_encoders(batch.schema, _builders(batch.schema))
    encoder.write_header()  # it insists; ours goes ahead of all blocks, and the trailer behind them
    # it gives out what it has written when it likes, at the latest in the end
    yield memoryview(encoder.write_batch(batch))
    yield memoryview(encoder.finish())[: -len(TRAILER)]


@lru_cache(maxsize=64)
def _builders(schema: pa.Schema) -> dict[str, EncoderBuilder]:
    builders = {field.name: ArrowToPostgresBinaryEncoder.infer_encoder(field) for field in schema}
    builders[CUSTOM_FIELDS] = StringEncoderBuilder.new_with_output(schema.field(CUSTOM_FIELDS), Jsonb())
    return builders


def _shown(column: Column, cells: pa.Array) -> pa.Array:
    """Return decimals with the fewest decimals that hold all of the block exactly; other columns as they are."""
    if cells.type != DECIMAL:
        return cells
    tried = (with_decimals(cells, digits) for digits in range(_FEWEST_DECIMALS[column.kind], DECIMAL.scale))
    return next((shown for shown in tried if shown is not None), cells)


def _refuse_nul(rows: Rows, part: list[pa.Array], start: int) -> None:
    """No text of Postgres can hold U+0000."""
    texts = [cells for cells in part if cells.type == TEXT]
    if all(map(_is_free_of_nul, texts)):
        return
    guilty = [pc.match_substring(cells, "\0") for cells in texts]
    at = sorted({place for found in guilty for place, is_so in enumerate(found.to_pylist()) if is_so})
    keys = [
        "|".join(ascii(str(rows.columns[name][start + place]))[1:-1] for name in rows.table.key)
        for place in at[:_MOST_SHOWN]
    ]
    raise DataContractError(f"{rows.table.qualified_name}: text with a NUL in the rows {', '.join(keys)}")


def _is_free_of_nul(texts: pa.Array) -> bool:
    data = text_bytes(texts)
    return not data.size or bool(data.min())
