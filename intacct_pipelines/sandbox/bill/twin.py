"""The BILL twin: routes a request to an operation of BILL's AP API, version 3."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from intacct_pipelines.sandbox.bill import older, subscriptions
from intacct_pipelines.sandbox.bill.payload import BillError, decode, error_reply, json_reply, refusal
from intacct_pipelines.sandbox.bill.people import People
from intacct_pipelines.sandbox.bill.routes import DOWNLOAD, find_route, operation_of
from intacct_pipelines.sandbox.bill.state import Call
from intacct_pipelines.sandbox.bill.workflow import Workflow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from intacct_pipelines.sandbox.http import Reply, Request

MOUNT: Final = "/connect"


class BillTwin(Workflow, People):
    """BILL AP for a generated company: every linked organisation, each seen only by its own sessions.

    Args:
        business: The company.
        options: Switches; may be changed while it runs.
        clock: The sandbox's clock.
    """

    @property
    def sync_token(self) -> tuple[str, str]:
        """Name and value of the sync token: a user name and password whose sessions last 48 hours."""
        return self._gate.sync_token

    def operation(self, request: Request) -> str:
        """The published id of the operation that a request asks for; empty if there is none."""
        if request.path.startswith(older.MOUNT):
            return older.operation(request.path)
        if request.path.startswith(subscriptions.MOUNT):
            return f"{'get' if request.method == 'GET' else 'change'}_subscriptions"
        route, groups = find_route(request.method, request.path.removeprefix(MOUNT))
        return operation_of(route, groups) if route else ""

    def handle(self, request: Request) -> Reply:
        """Answer a request at once."""
        with self.serving(request) as reply:
            return reply

    @contextmanager
    def serving(self, request: Request) -> Iterator[Reply]:
        """Answer a request, and count it as in flight until the block ends."""
        taken: list[str] = []
        try:
            yield self._reply(request, taken)
        finally:
            with self._lock:
                for organization_id in taken:
                    self._gate.free_slot(organization_id)

    def _reply(self, request: Request, taken: list[str]) -> Reply:
        with self._lock:
            is_older = request.path.startswith(older.MOUNT)
            try:
                return self._answer_older(request, taken) if is_older else self._answer(request, taken)
            except BillError as error:
                return older.failure(error) if is_older else error_reply(error, self._clock.now())

    def _answer_older(self, request: Request, taken: list[str]) -> Reply:
        form = older.read_form(request)
        if older.is_login(request):
            session = older.log_in(self._gate, form)
            return older.success({"sessionId": session.id, "orgId": session.organization_id})
        kind = older.LISTS.get(request.path.removeprefix(older.MOUNT))
        if request.method != "POST" or kind is None:
            raise refusal(200, "BDC_1121", "API not supported.")
        self._gate.check_key(form.get("devKey", ""))
        session = self._gate.session(form.get("sessionId", ""))
        self._gate.take_slot(session.organization_id)
        taken.append(session.organization_id)
        rows = self._organization(session.organization_id).collections[kind]
        return older.success(older.listed(list(rows.values()), form))

    def _answer(self, request: Request, taken: list[str]) -> Reply:
        if request.path.startswith(subscriptions.MOUNT):
            return self._answer_events(request, taken)
        path = request.path.removeprefix(MOUNT)
        route, groups = find_route(request.method, path)
        if route is None:
            raise refusal(404, "BDC_1121", "API not supported.")
        if route.operation == "get_health_check":
            return json_reply(200, {"appId": "sandbox", "appEnv": "sandbox", "appVersion": "3", "bdcRegion": "local"})
        if route.operation == "login":
            return self._log_in(request)
        if route.operation != DOWNLOAD:
            self._gate.check_key(request.headers.get("devkey", ""))
        session = self._gate.session(request.headers.get("sessionid", ""))
        self._gate.take_slot(session.organization_id)
        taken.append(session.organization_id)
        if operation_of(route, groups) in self.options.denied:
            raise refusal(403, "SANDBOX-1403", "The user may not do this.")
        query = parse_qs(request.query, keep_blank_values=True)
        organization = self._organization(session.organization_id)
        handler: Callable[[Call], Reply] = getattr(self, route.handler)
        return handler(Call(groups, query, request, session, organization))

    def _answer_events(self, request: Request, taken: list[str]) -> Reply:
        self._gate.check_key(request.headers.get("devkey", ""))
        session = self._gate.session(request.headers.get("sessionid", ""))
        self._gate.take_slot(session.organization_id)
        taken.append(session.organization_id)
        return self.subscriptions.answer(request, self._organization(session.organization_id))

    # Sessions

    def _log_in(self, request: Request) -> Reply:
        session = self._gate.log_in(decode(request.body))
        answer = {
            "sessionId": session.id,
            "organizationId": session.organization_id,
            "userId": session.user_id,
            "trusted": False,
        }
        return json_reply(200, answer)

    def _session_info(self, call: Call) -> Reply:
        answer = {"organizationId": call.session.organization_id, "userId": call.session.user_id}
        return json_reply(200, {**answer, "mfaStatus": "NOT_SETUP", "mfaBypass": False})

    def _log_out(self, call: Call) -> Reply:
        self._gate.log_out(call.session.id)
        return json_reply(200, {})
