"""Spend & Expense's records as batches of typed rows, with proof that all of them came.

How windows are read and what proves them is in `reading.py`; the tables a document becomes in `documents.py`.
"""

from intacct_pipelines.extract.instants import changed_since
from intacct_pipelines.extract.spend.documents import SpendExtraction

__all__ = ["SpendExtraction", "changed_since"]
