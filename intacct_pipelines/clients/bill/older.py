"""BILL's older API, version 2: only what version 3 lacks, and only reading.

It takes forms instead of JSON, answers HTTP 200 whatever happened, and pages by position. Whether a session of version
3 is one here is not documented, so this one logs in by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from intacct_pipelines.clients.bill.options import PEER, SYSTEM
from intacct_pipelines.clients.bill.session import Session
from intacct_pipelines.clients.json_http.failures import Mask, classify, parse_details
from intacct_pipelines.clients.json_http.paging import Page
from intacct_pipelines.clients.json_http.query import Filter, check_sort
from intacct_pipelines.clients.json_http.transport import Answer, Call
from intacct_pipelines.errors import ConfigurationError, IncompleteResultError, UnreadableResponseError

MOST_ROWS: Final = 999
"""Rows a page, BILL's limit."""
_BAD_REQUEST: Final = 400
"""The status that an error would have, had the older API statuses."""


class OlderSession(Session):
    """Lists of one organisation over version 2; made by ``BillClient.older_session``. Thread-safe."""

    def __repr__(self) -> str:
        return f"OlderSession({self.organization_id})"

    def list(
        self,
        path: str,
        *,
        filters: Sequence[Filter | tuple[str, str, str | Sequence[str]]] = (),
        sort: str = "",
        page_size: int = 0,
        may_be_plain: bool = True,  # noqa: ARG002  # every list here is a bare array
    ) -> Iterator[Page]:
        """Yield the pages of a list to its end: the page that has fewer rows than were asked for.

        Args:
            path: Such as ``/List/MoneyMovement.json``.
            filters: None; what the older lists can be filtered by is not published.
            sort: Such as ``updatedTime:desc``, by one field.
            page_size: Rows a page, 1 to 999; 0 for the most.
            may_be_plain: Makes no difference.

        Raises:
            IncompleteResultError: There are more pages than the bound allows.
            RemoteSystemError: Any of its other kinds.
            ConfigurationError: A path or a filter that the older API cannot take.
        """
        if filters or not path.startswith("/List/") or not path.endswith(".json"):
            raise ConfigurationError(f"{path[:80]!r} is not read from BILL's older API in this way.")
        size = page_size or MOST_ROWS
        field, _, direction = check_sort(sort).partition(":")
        order = [{"field": field, "asc": "true" if direction == "asc" else "false"}] if field else []
        for number in range(1, self._options.max_pages + 1):
            question = {"start": (number - 1) * size, "max": size, "sort": order}
            answer = self._read(Call("POST", path, {}, form={"data": json.dumps(question)}))
            rows = answer.value
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise UnreadableResponseError("BILL: the answer is not a list of rows.", system=SYSTEM, operation=path)
            is_last = len(rows) < size
            yield Page(rows, number, is_last, answer.served_at)
            if is_last:
                return
        raise IncompleteResultError(
            f"BILL has more than {self._options.max_pages} pages.", system=SYSTEM, operation=f"POST {path}"
        )

    def _login_call(self) -> Call:
        form = {
            "userName": self._credentials.username,
            "password": self._credentials.password,
            "orgId": self.organization_id,
            "devKey": self._credentials.dev_key,
        }
        return Call("POST", "/Login.json", {}, form=form)

    def _exchange(self, call: Call, session_id: str) -> Answer:
        form = {**(call.form or {}), "devKey": self._credentials.dev_key, "sessionId": session_id}
        answer = self._send(Call(call.method, call.path, {}, form=form), {}, self._mask.also(session_id))
        self._used_at = self._now()
        return answer

    def _send(self, call: Call, headers: Mapping[str, str], mask: Mask) -> Answer:
        """Unpack the envelope: what it calls an error is raised as one."""
        answer = super()._send(call, headers, mask)
        envelope = answer.value
        if not isinstance(envelope, dict) or "response_data" not in envelope:
            raise UnreadableResponseError(
                "BILL: the answer is not the older API's envelope.", system=SYSTEM, operation=call.operation
            )
        data: Any = envelope["response_data"]
        if envelope.get("response_status") not in (Decimal(0), "0"):
            raise classify(
                PEER,
                status=_BAD_REQUEST,
                details=parse_details(data, mask),
                operation=call.operation,
                retry_after_seconds=None,
                shown="",
            )
        return Answer(data, answer.served_at)
