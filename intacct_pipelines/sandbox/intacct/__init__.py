"""The offline twin of Intacct's XML gateway: a company with books, behind the vendor's protocol."""

from intacct_pipelines.sandbox.intacct.options import Options
from intacct_pipelines.sandbox.intacct.twin import BillRecord, IntacctTwin

__all__ = ["BillRecord", "IntacctTwin", "Options"]
