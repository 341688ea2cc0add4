"""What was written to the Intacct twin, kept in a file, so that the same company can be served again as it was left.

Only writes to Intacct are kept: they are what a push leaves behind. Reads and BILL's side come from the seed.
"""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.sandbox.dice import EDITION
from intacct_pipelines.sandbox.http import Request

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from intacct_pipelines.sandbox.business import Business
    from intacct_pipelines.sandbox.clock import Clock
    from intacct_pipelines.sandbox.http import Reply
    from intacct_pipelines.sandbox.intacct import IntacctTwin

_WRITE: Final = re.compile(rb"<(?:create|update|delete|reverse|reclassify|record|void|apply|approve)(?:_[a-z]+)?[ >]")
_SESSION: Final = re.compile(r"<sessionid>([^<]*)</sessionid>")


class Journal:
    """The file of one sandbox; its first line tells which company it is, and of which day.

    Args:
        path: The file; it may not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def today(self, otherwise: date) -> date:
        """Return the day on which the company was generated; the first call decides it.

        Raises:
            ConfigurationError: Another version's company was written to, which this one does not make.
        """
        if not self._path.is_file():
            # The logins that it keeps are nobody else's, though they are invented.
            self._path.touch(mode=0o600)
            begun = {"today": otherwise.isoformat(), "edition": EDITION}
            self._path.write_text(json.dumps(begun) + "\n", encoding="utf-8")
        with self._path.open(encoding="utf-8") as lines:
            first = json.loads(lines.readline())
        if first.get("edition") != EDITION:
            raise ConfigurationError(
                f"The sandbox's journal {self._path} was written to a company that this version does not make.",
                remedy="Remove it, and the warehouse that was filled beside it.",
            )
        return date.fromisoformat(first["today"])

    def replay(self, twin: IntacctTwin, clock: Clock) -> int:
        """Do again all that was written, at the times at which it was; return the number of requests."""
        with self._path.open(encoding="utf-8") as lines:
            entries = [json.loads(line) for line in lines][1:]
        ahead = 0.0
        for entry in entries:
            back = (datetime.fromisoformat(entry["at"]) - clock.now()).total_seconds()
            clock.advance(back)
            ahead += back
            twin.handle(Request("POST", entry["path"], headers=entry["headers"], body=entry["body"].encode()))
        clock.advance(-ahead)
        return len(entries)

    def keeping(self, twin: IntacctTwin, business: Business, clock: Clock) -> Callable[[Request], Reply]:
        """Return the twin's answer to a request, with each write noted first."""

        def handle(request: Request) -> Reply:
            if _WRITE.search(request.body):
                self._note(request, twin, business, clock.now())
            return twin.handle(request)

        return handle

    def _note(self, request: Request, twin: IntacctTwin, business: Business, at: datetime) -> None:
        """Note a write with a login in place of its session, which nobody will know later."""

        def login(session: re.Match[str]) -> str:
            entity = twin.entity_of_session(session[1])
            return (
                f"<login><userid>{business.user_id}</userid><companyid>{business.company_id}</companyid>"
                f"<password>{business.user_password}</password><locationid>{entity}</locationid></login>"
            )

        body = _SESSION.sub(login, request.body.decode("utf-8", "replace"), count=1)
        kept = {name: text for name, text in request.headers.items() if name == "content-type"}
        entry = {"at": at.isoformat(), "path": request.path, "headers": kept, "body": body}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
