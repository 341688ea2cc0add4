"""The offline twin of BILL AP, version 3."""

from intacct_pipelines.sandbox.bill.options import BillOptions
from intacct_pipelines.sandbox.bill.twin import BillTwin

__all__ = ["BillOptions", "BillTwin"]
