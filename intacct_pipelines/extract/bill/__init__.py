"""BILL's records as batches of typed rows, with proof that all of them came.

How windows are read and what proves them is in `reading.py`; how a document becomes rows of its own table and of those
of its embedded lines in `documents.py`; what BILL lists for one record at a time in `by_parent.py`.
"""

from intacct_pipelines.extract.bill.by_parent import ByParentExtraction
from intacct_pipelines.extract.bill.documents import BillExtraction
from intacct_pipelines.extract.instants import changed_since

__all__ = ["BillExtraction", "ByParentExtraction", "changed_since"]
