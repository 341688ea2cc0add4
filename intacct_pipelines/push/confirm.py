"""Confirming: posted is not confirmed. An item is finished when its record came back and pairs with its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.warehouse.outbox import Outbox


def confirm_items(outbox: Outbox, link: Link, *, actor: str = "confirm", pairs_of: str = "") -> int:
    """Confirm what the latest extract of the link's entity brought back; return the number of items.

    Args:
        outbox: Where the items are.
        link: The link.
        actor: Who does it, for the journal.
        pairs_of: Name of the link whose crosswalk learns the pairs; this one, if none is given.
    """
    return outbox.confirm(link.name, str(link.entity), actor=actor, pairs_of=pairs_of)
