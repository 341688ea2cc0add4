"""Asking Intacct how far the books are closed into which documents of a link go; without Dagster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intacct_pipelines.domain.closed_books import ClosedBooks
from intacct_pipelines.domain.link import INTO_BILL
from intacct_pipelines.extract.intacct import discover_entities, read_closed_period

if TYPE_CHECKING:
    from intacct_pipelines.defs.systems import Systems
    from intacct_pipelines.domain.link import Link


def closed_books(systems: Systems, link: Link) -> ClosedBooks:
    """Return how far the books are closed into which documents of a link go (S-CFG-23).

    A link at an entity asks once. One at the top level asks each entity that our user may enter, too: its documents go
    wherever the locations of their lines belong. What goes into BILL stands in nobody's ledger.

    Raises:
        RemoteSystemError: Intacct does not answer, or refuses.
    """
    client = systems.intacct_client(link.entity.company_id)
    own = read_closed_period(client.session(link.entity.entity_id))
    if link.entity.entity_id or link.platform == INTO_BILL:
        return ClosedBooks(own)
    entities = [one.entity_id for one in discover_entities(client.session())]
    return ClosedBooks.told(own, {one: read_closed_period(client.session(one)) for one in entities})
