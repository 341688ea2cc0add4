"""The files of receipts: served at addresses that are signed and soon end, to whoever has one."""

from __future__ import annotations

import hashlib
import hmac
import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from intacct_pipelines.sandbox.bill.payload import refusal
from intacct_pipelines.sandbox.http import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from intacct_pipelines.sandbox.http import Request

PLACE: Final = "/connect/receipt-files/"
_LINK_LIFE: Final = timedelta(minutes=5)
"""How long the twin's links last; nobody says how long the real ones do."""


class ReceiptFiles:
    """What is in the receipts of all accounts.

    Args:
        seed: The company's seed.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._contents: dict[str, bytes] = {}

    def content(self, uuid: str) -> bytes:
        """What is in a receipt; it follows from its id unless somebody put something else there."""
        if uuid not in self._contents:
            source = random.Random(f"receipt {self._seed} {uuid}")  # noqa: S311  # an invented picture
            self._contents[uuid] = b"\xff\xd8\xff\xe0" + source.randbytes(200 + int(source.random() * 2000))
        return self._contents[uuid]

    def put(self, uuid: str, content: bytes) -> None:
        """Let a receipt hold something else."""
        self._contents[uuid] = content

    def with_links(self, record: Mapping[str, Any], site: str, now: datetime) -> dict[str, Any]:
        """A record whose receipts have addresses, good for a short time."""
        until = int((now + _LINK_LIFE).timestamp())
        receipts = [
            {**one, "url": f"{site}{PLACE}{one['uuid']}?until={until}&signature={self._signature(one['uuid'], until)}"}
            for one in record["receipts"]
        ]
        return {**record, "receipts": receipts}

    def reply(self, request: Request, now: datetime) -> Reply:
        """Answer a request for a file.

        Raises:
            BillError: 403; the address is none of ours, or has ended.
        """
        uuid = request.path.removeprefix(PLACE)
        told = {name: values[0] for name, values in parse_qs(request.query).items()}
        until = told.get("until", "")
        if not until.isdecimal() or now.timestamp() > int(until[:12]):
            raise refusal(403, "SANDBOX-1403", "The link has ended.")
        if not hmac.compare_digest(told.get("signature", "").encode(), self._signature(uuid, int(until[:12])).encode()):
            raise refusal(403, "SANDBOX-1403", "The link is not valid.")
        return Reply(200, {"Content-Type": "image/jpeg"}, self.content(uuid))

    def _signature(self, uuid: str, until: int) -> str:
        return hmac.new(f"receipts {self._seed}".encode(), f"{uuid} {until}".encode(), hashlib.sha256).hexdigest()
