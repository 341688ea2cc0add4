"""The offline twin of BILL Spend & Expense."""

from intacct_pipelines.sandbox.spend.options import SpendOptions
from intacct_pipelines.sandbox.spend.twin import SpendTwin

__all__ = ["SpendOptions", "SpendTwin"]
