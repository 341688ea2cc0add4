"""Sage Intacct's XML gateway: sessions, queries, functions. No business decision is made here.

``IntacctClient(credentials, options).session(entity_id)`` gives a ``Session``; it reads pages of a ``Query`` and runs
``Function``s that ``functions`` builds.
"""

from intacct_pipelines.clients.intacct import functions
from intacct_pipelines.clients.intacct.client import IntacctClient
from intacct_pipelines.clients.intacct.failures import Level, classify
from intacct_pipelines.clients.intacct.functions import Function, format_date, format_timestamp
from intacct_pipelines.clients.intacct.options import Credentials, Options
from intacct_pipelines.clients.intacct.query import And, Condition, Filter, Operator, Or, Query, all_of, any_of
from intacct_pipelines.clients.intacct.reply import Page, Result
from intacct_pipelines.clients.intacct.session import Session

__all__ = [
    "And",
    "Condition",
    "Credentials",
    "Filter",
    "Function",
    "IntacctClient",
    "Level",
    "Operator",
    "Options",
    "Or",
    "Page",
    "Query",
    "Result",
    "Session",
    "all_of",
    "any_of",
    "classify",
    "format_date",
    "format_timestamp",
    "functions",
]
