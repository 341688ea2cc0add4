"""The dimensions that a company made itself: which objects they are, and how each object's fields are called.

Which objects there are is told by `getDimensions`. How such an object calls its key, its name and its times is not
documented, so every name is looked up in what the object says of itself, whatever its case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from intacct_pipelines.clients.intacct import Session, functions
from intacct_pipelines.domain.catalog import Table
from intacct_pipelines.domain.records import SourceField
from intacct_pipelines.errors import UnreadableResponseError


def user_defined_dimensions(session: Session, table: Table) -> list[str]:
    """Ask for the objects of the company's own dimensions, in order; costs one call.

    Args:
        session: Where to ask.
        table: The table of their values; its ``source_object`` is the function that tells.

    Raises:
        UnreadableResponseError: A dimension does not say what it is, or comes twice.
        RemoteSystemError: Any other failure.
    """
    function = functions.read_list(table.source_object, control_id=table.source_object)
    (listing,) = session.read_lists([function], "dimension")
    own = [row.get("objectName") or "" for row in listing.rows if _is_true(row.get("userDefinedDimension"))]
    unclear = [row for row in listing.rows if row.get("userDefinedDimension") is None or not row.get("objectName")]
    if unclear or len(set(own)) != len(own):
        raise UnreadableResponseError(
            f"a dimension has no name or no kind, or comes twice: {unclear or own}",
            system="intacct",
            operation=table.source_object,
        )
    return sorted(own)


def table_of(table: Table, fields: Sequence[SourceField]) -> Table:
    """Return the table as one dimension's object spells its fields.

    Args:
        table: The table of dimensions' values; its ``source_object`` is one dimension.
        fields: Fields that it says it has.
    """
    spelled = {field.name.casefold(): field.name for field in fields}
    columns = (replace(column, source=spelled.get(column.source.casefold(), column.source)) for column in table.columns)
    return replace(table, columns=tuple(columns))


def _is_true(text: str | None) -> bool:
    return (text or "").lower() == "true"
