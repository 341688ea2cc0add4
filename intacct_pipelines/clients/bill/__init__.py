"""BILL's Accounts Payable and Receivable API, v3: build, send, parse; nothing about tables or rules belongs here."""

from intacct_pipelines.clients.bill.client import BillClient
from intacct_pipelines.clients.bill.events import EventsSession
from intacct_pipelines.clients.bill.older import OlderSession
from intacct_pipelines.clients.bill.options import MAX_PAGE_SIZE, Credentials, Options
from intacct_pipelines.clients.bill.session import Session
from intacct_pipelines.clients.json_http.paging import Page as BillPage
from intacct_pipelines.clients.json_http.query import Filter

__all__ = [
    "MAX_PAGE_SIZE",
    "BillClient",
    "BillPage",
    "Credentials",
    "EventsSession",
    "Filter",
    "OlderSession",
    "Options",
    "Session",
]
