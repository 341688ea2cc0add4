"""BILL's Spend & Expense API (formerly Divvy): ask, page, parse; nothing about tables or rules belongs here.

White labels, such as JPMorgan Spend Center, speak the same at another address.
"""

from intacct_pipelines.clients.json_http.paging import Page
from intacct_pipelines.clients.json_http.query import Filter
from intacct_pipelines.clients.spend.client import SpendClient
from intacct_pipelines.clients.spend.options import MAX_PAGE_SIZE, MAX_TRANSACTIONS, Options, Token

__all__ = ["MAX_PAGE_SIZE", "MAX_TRANSACTIONS", "Filter", "Options", "Page", "SpendClient", "Token"]
