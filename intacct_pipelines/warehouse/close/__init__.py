"""Period tie-outs in the warehouse: both sides as rows, figures, what makes differences, what changed afterwards."""

from intacct_pipelines.warehouse.close.results import read_outcome, take
from intacct_pipelines.warehouse.close.rows import Aged, Change, Figure, Item, Outcome

__all__ = ["Aged", "Change", "Figure", "Item", "Outcome", "read_outcome", "take"]
