"""BILL's older API, version 2, as far as version 3 lacks it: logging in, and the list of money movements.

Forms in, and HTTP 200 whatever happened; every value but an amount is text.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from intacct_pipelines.sandbox.bill.payload import BillError, json_reply, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from intacct_pipelines.sandbox.bill.sessions import Gatekeeper, Session
    from intacct_pipelines.sandbox.http import Reply, Request

MOUNT: Final = "/api/v2"
LISTS: Final = {"/List/MoneyMovement.json": "money-movements"}
"""Path → collection."""
_LOGIN: Final = "/Login.json"
_MOST_ROWS: Final = 999
_SORTABLE: Final = frozenset({"createdTime", "updatedTime", "processDate"})


def operation(path: str) -> str:
    """What a path asks for; empty if there is no such thing."""
    path = path.removeprefix(MOUNT)
    return "login" if path == _LOGIN else "list_money_movements" if path in LISTS else ""


def read_form(request: Request) -> dict[str, str]:
    """Read the fields of a form; of one that is given twice, the first."""
    return {name: values[0] for name, values in parse_qs(request.body.decode(errors="replace")).items()}


def is_login(request: Request) -> bool:
    """Whether a request logs in."""
    return request.path.removeprefix(MOUNT) == _LOGIN


def log_in(gate: Gatekeeper, form: Mapping[str, str]) -> Session:
    """Open a session; the fields have other names than in version 3.

    Raises:
        BillError: Something in the form is wrong.
    """
    return gate.log_in(
        {
            "username": form.get("userName", ""),
            "password": form.get("password", ""),
            "organizationId": form.get("orgId", ""),
            "devKey": form.get("devKey", ""),
        }
    )


def listed(rows: Sequence[Mapping[str, Any]], form: Mapping[str, str]) -> list[dict[str, Any]]:
    """One page of rows, from a position on.

    Args:
        rows: All of them.
        form: Its field `data` is the question.

    Raises:
        BillError: The question cannot be read, or asks for what there is not.
    """
    try:
        question = json.loads(form.get("data", "{}"))
    except ValueError as error:
        raise refusal(200, "BDC_1002", "data: is not valid JSON.") from error
    start, most = question.get("start", 0), question.get("max", _MOST_ROWS)
    if not isinstance(start, int) or not isinstance(most, int) or start < 0 or not 1 <= most <= _MOST_ROWS:
        raise refusal(200, "BDC_1002", f"max: must be between 1 and {_MOST_ROWS}")
    if question.get("filters"):
        raise refusal(200, "SANDBOX-1430", "filters: are not offered here, for which of them there are is not known")
    found = list(rows)
    for order in reversed(question.get("sort") or []):
        field = order.get("field")
        if field not in _SORTABLE:
            raise refusal(200, "BDC_1002", "sort: is not supported")
        found.sort(key=lambda row, field=field: row[field], reverse=order.get("asc") != "true")  # type: ignore[misc]  # bound per turn
    return [{name: _spoken(value) for name, value in row.items()} for row in found[start : start + most]]


def _spoken(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}+0000"
    return value.isoformat() if isinstance(value, date) else value


def success(data: Any) -> Reply:
    """An answer."""
    return json_reply(200, {"response_status": 0, "response_message": "Success", "response_data": data})


def failure(error: BillError) -> Reply:
    """A refusal, which has HTTP 200 too."""
    first = error.entries[0]
    data = {"error_code": first.get("code", ""), "error_message": first["message"]}
    return json_reply(200, {"response_status": 1, "response_message": "Error", "response_data": data})
