"""The outbox: plans, items, their states and the journal. All SQL of pushing lives here; nothing here sends anything.

Every method is one transaction. The key and payload of an item are stored with its plan, long before anything is sent;
an item becomes ``sending`` in a committed transaction before its request leaves. So a crash at any instruction leaves a
state from which the next run continues: what is ``sending`` without a living worker is looked up first.

``items`` has the values, ``journal`` the steps and their proof, ``planning`` plans, ``approving`` who lets them
through, ``expiring`` what is not right any more, ``sending`` workers and outcomes, ``confirming`` the way back,
``revisions`` and ``overtaken`` whether source and target are as they were, ``refused`` what is not tried again by
itself, ``reading`` all questions. What they know of the single objects is in ``domain.pushed``.
"""

from intacct_pipelines.warehouse.outbox.approving import Approving
from intacct_pipelines.warehouse.outbox.confirming import Confirming
from intacct_pipelines.warehouse.outbox.items import NOT_SENT, OutboxItem, Outcome, PlanStatus, Reason, Standing
from intacct_pipelines.warehouse.outbox.journal import utc_now
from intacct_pipelines.warehouse.outbox.planning import Planning
from intacct_pipelines.warehouse.outbox.refused import Refusing
from intacct_pipelines.warehouse.outbox.sending import Sending


class Outbox(Planning, Approving, Sending, Confirming, Refusing):
    """The outbox in one warehouse; its arguments are those of ``journal.Journal``."""


__all__ = ["NOT_SENT", "Outbox", "OutboxItem", "Outcome", "PlanStatus", "Reason", "Standing", "utc_now"]
