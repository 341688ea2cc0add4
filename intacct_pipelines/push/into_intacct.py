"""The way into Intacct: many functions in one request, each with an outcome of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intacct_pipelines.errors import UnreadableResponseError
from intacct_pipelines.push.channel import files_of, lost, unreadable
from intacct_pipelines.push.uploads import Uploads
from intacct_pipelines.push.wire import look_up, outcome_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intacct_pipelines.push.channel import Found
    from intacct_pipelines.push.uploads import FileStore
    from intacct_pipelines.push.wire import Gateway
    from intacct_pipelines.warehouse.outbox import OutboxItem, Outcome


class IntacctChannel:
    """Intacct as a channel (``push.channel.Channel``).

    Args:
        gateway: A session at the link's entity.
        files: Where the bytes of files come from, for links that send some.
    """

    def __init__(self, gateway: Gateway, files: FileStore | None = None) -> None:
        self._gateway = gateway
        self._uploads = Uploads(gateway, files)

    def look_up(self, items: Sequence[OutboxItem]) -> dict[str, list[Found]]:
        """Ask by control id's mark, natural key or record number."""
        return look_up(self._gateway, items)

    def is_looked_up_first(self, item: OutboxItem) -> bool:
        """Say so of files, whose target is not read anew as a whole before sending.

        Other new records need no look: Intacct runs a control id once.
        """
        return bool(files_of(item))

    def requests_of(self, items: Sequence[OutboxItem], most: int) -> list[Sequence[OutboxItem]]:
        """Return items in requests; one that carries files has a request of its own, so that none grows too large."""
        alone = [[item] for item in items if files_of(item)]
        others = [item for item in items if not files_of(item)]
        return [*(others[start : start + most] for start in range(0, len(others), most)), *alone]

    def send(self, items: Sequence[OutboxItem]) -> list[Outcome]:
        """Send one request of functions."""
        functions = [self._uploads.ready(item) for item in items]
        try:
            results = self._gateway.call(functions, transaction=False, unique=True, write=True)
        except UnreadableResponseError as error:
            # The gateway could not read the request. Alone the item is at fault; in company each is tried alone.
            return [unreadable(items[0], error)] if len(items) == 1 else [lost(item, error) for item in items]
        by_id = {result.control_id: result for result in results}
        return [outcome_of(item, by_id.get(item.key)) for item in items]
