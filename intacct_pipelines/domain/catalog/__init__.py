"""Every table, declared once: column, meaning, type, source field. All else is derived from here.

From a declaration come the Postgres table, the pandera contract, the source's field list, Dagster's column schema and
the data dictionary. A new object is a new declaration, not a new mechanism.
"""

from intacct_pipelines.domain.catalog.bill import BILL_TABLES
from intacct_pipelines.domain.catalog.business_center import BUSINESS_CENTER_TABLES
from intacct_pipelines.domain.catalog.intacct import INTACCT_TABLES
from intacct_pipelines.domain.catalog.spend import SPEND_TABLES
from intacct_pipelines.domain.catalog.table import OBJECT_NAME, POSITION, Call, Column, Kind, Table, select

TABLES: dict[str, Table] = {
    table.qualified_name: table for table in (*INTACCT_TABLES, *BILL_TABLES, *SPEND_TABLES, *BUSINESS_CENTER_TABLES)
}
"""Every source table by its qualified name, such as ``intacct.ap_bill``."""


def lines_of(table: Table) -> tuple[Table, ...]:
    """Return the tables whose rows belong to the rows of ``table``; a document may have several kinds of lines."""
    return tuple(other for other in TABLES.values() if other.schema == table.schema and other.parent == table.name)


def family(table: Table) -> tuple[Table, ...]:
    """Return a table, its lines, and the lines' own lines, each after the one it belongs to."""
    return (table, *(member for lines in lines_of(table) for member in family(lines)))


def proven_with(table: Table) -> tuple[Table, ...]:
    """Return a table of documents and what is read and proven with its months, itself first.

    What has to be asked for one document at a time, such as files' names, is not: it follows the documents by itself.
    """
    return tuple(member for member in family(table) if "{parent_id}" not in member.source_object)


def with_embedded(table: Table) -> tuple[Table, ...]:
    """Return a table with those that arrive inside its records, itself first."""
    return (table, *(lines for lines in lines_of(table) if lines.embedded_in))


__all__ = [
    "BILL_TABLES",
    "BUSINESS_CENTER_TABLES",
    "INTACCT_TABLES",
    "OBJECT_NAME",
    "POSITION",
    "SPEND_TABLES",
    "TABLES",
    "Call",
    "Column",
    "Kind",
    "Table",
    "family",
    "lines_of",
    "proven_with",
    "select",
    "with_embedded",
]
