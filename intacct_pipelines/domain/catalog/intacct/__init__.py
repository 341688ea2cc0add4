"""Sage Intacct's objects as tables, a module for each area. Field names follow the vendor's object reference.

The order is that of a sync: the audit history before all that may be deleted, lists before the documents that name
them, documents before their lines.
"""

from typing import Final

from intacct_pipelines.domain.catalog.intacct.access import ACCESS_TABLES
from intacct_pipelines.domain.catalog.intacct.attachments import ATTACHMENT_TABLES
from intacct_pipelines.domain.catalog.intacct.audit import AUDIT_TABLES
from intacct_pipelines.domain.catalog.intacct.bank import BANK_TABLES
from intacct_pipelines.domain.catalog.intacct.cash import CASH_TABLES
from intacct_pipelines.domain.catalog.intacct.company import COMPANY_TABLES
from intacct_pipelines.domain.catalog.intacct.dimensions import DIMENSION_TABLES
from intacct_pipelines.domain.catalog.intacct.ledger import LEDGER_TABLES
from intacct_pipelines.domain.catalog.intacct.lists import LIST_TABLES
from intacct_pipelines.domain.catalog.intacct.orders import ORDER_TABLES
from intacct_pipelines.domain.catalog.intacct.payables import PAYABLES_TABLES
from intacct_pipelines.domain.catalog.intacct.receivables import RECEIVABLES_TABLES
from intacct_pipelines.domain.catalog.intacct.setup import SETUP_TABLES

INTACCT_TABLES: Final = (
    *SETUP_TABLES,
    *AUDIT_TABLES,
    *ACCESS_TABLES,
    *COMPANY_TABLES,
    *LIST_TABLES,
    *DIMENSION_TABLES,
    *BANK_TABLES,
    *PAYABLES_TABLES,
    *RECEIVABLES_TABLES,
    *ORDER_TABLES,
    *ATTACHMENT_TABLES,
    *CASH_TABLES,
    *LEDGER_TABLES,
)
