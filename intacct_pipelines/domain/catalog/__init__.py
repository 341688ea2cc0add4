"""Every table, declared once: column, meaning, type, source field. All else is derived from here.

From a declaration come the Postgres table, the pandera contract, the source's field list, Dagster's column schema and
the data dictionary. A new object is a new declaration, not a new mechanism.
"""

from intacct_pipelines.domain.catalog.bill import BILL_TABLES
from intacct_pipelines.domain.catalog.intacct import INTACCT_TABLES
from intacct_pipelines.domain.catalog.table import Column, Kind, Table, select

TABLES: dict[str, Table] = {table.qualified_name: table for table in (*INTACCT_TABLES, *BILL_TABLES)}
"""Every source table by its qualified name, such as ``intacct.ap_bill``."""

__all__ = ["BILL_TABLES", "INTACCT_TABLES", "TABLES", "Column", "Kind", "Table", "select"]
