"""Matching, comparing, explaining: frames in, differences out. No clock, no database, no network.

Read `ap_bill.py` first: it tells a reconciliation from its inputs to its totals. `pairing.py` finds pairs, `causes.py`
holds every reason a difference can have, `reconciliation.py` the result and the proof that no row and no cent is lost.
"""

from intacct_pipelines.reconcile.ap_bill import reconcile_ap_bills
from intacct_pipelines.reconcile.frames import Frames
from intacct_pipelines.reconcile.reconciliation import Reconciliation
from intacct_pipelines.reconcile.vendor import reconcile_vendors

__all__ = ["Frames", "Reconciliation", "reconcile_ap_bills", "reconcile_vendors"]
