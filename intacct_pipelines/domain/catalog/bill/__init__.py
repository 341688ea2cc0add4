"""BILL's objects as tables. A source is a dotted path into the object's JSON; BILL leaves unset fields out."""

from typing import Final

from intacct_pipelines.domain.catalog.bill.files import FILES_TABLES
from intacct_pipelines.domain.catalog.bill.lists import LISTS_TABLES
from intacct_pipelines.domain.catalog.bill.payables import PAYABLES_TABLES
from intacct_pipelines.domain.catalog.bill.payments import PAYMENTS_TABLES
from intacct_pipelines.domain.catalog.bill.receivables import RECEIVABLES_TABLES

BILL_TABLES: Final = (*LISTS_TABLES, *PAYABLES_TABLES, *PAYMENTS_TABLES, *RECEIVABLES_TABLES, *FILES_TABLES)
