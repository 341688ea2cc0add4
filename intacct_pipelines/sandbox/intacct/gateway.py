"""The gateway: envelope, sender, login and sessions, the run of functions, and the reply's shape."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from lxml import etree

from intacct_pipelines.sandbox.intacct import setup
from intacct_pipelines.sandbox.intacct.elements import child_text, children, is_true, parse_document, text_of
from intacct_pipelines.sandbox.intacct.envelope import (
    Control,
    authentication_xml,
    check_content,
    control_xml,
    error_xml,
    read_control,
    session_times,
)
from intacct_pipelines.sandbox.intacct.legacy_shapes import SEQUENCES
from intacct_pipelines.sandbox.intacct.reads import Answer, Reader
from intacct_pipelines.sandbox.intacct.refusals import (
    Fault,
    FunctionRefusedError,
    LoginRefusedError,
    RequestRefusedError,
    rolled_back,
    with_support_id,
)
from intacct_pipelines.sandbox.intacct.values import escape
from intacct_pipelines.sandbox.intacct.writes import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from intacct_pipelines.sandbox.business import Business
    from intacct_pipelines.sandbox.intacct.state import State

_REPLAYABLE: Final = 65536


@dataclass(frozen=True, slots=True)
class Session:
    """A live session: bound to entity and endpoint."""

    session_id: str
    entity_id: str
    endpoint: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class Call:
    """Where a request came in and who sends it."""

    control: Control
    endpoint: str
    path: str


@dataclass(slots=True)
class Outcome:
    """The result of one function."""

    status: str
    function: str
    control_id: str
    xml: str = ""
    faults: tuple[Fault, ...] = ()
    rows: int = 0


@dataclass(frozen=True, slots=True)
class GatewayReply:
    """What goes back: status, document, and the number of records in it."""

    status: int
    body: str
    pretty: bool
    rows: int = 0


class Gateway:
    """Answers whole requests.

    Args:
        state: The company.
        business: Who may enter.
    """

    def __init__(self, state: State, business: Business) -> None:
        self._state = state
        self._business = business
        self._sessions: dict[str, Session] = {}
        self._completed: dict[tuple[str, str, str], tuple[str, int]] = {}
        self._reader = Reader(state)
        self.writer = Writer(state)
        self._support = 0
        self._logins = 0

    def answer(self, body: bytes, endpoint: str, path: str) -> GatewayReply:
        """Answer one request document.

        Args:
            body: The request as sent.
            endpoint: Public URL that sessions of this request get.
            path: Path at which the request came in.
        """
        control: Control | None = None
        try:
            root = parse_document(body)
            control = read_control(root)
            check_content(root)
            self._check_sender(root)
            call = Call(control, endpoint, path)
            with self._state.lock:
                done = [self._operation(one, call) for one in root.findall("operation")]
        except RequestRefusedError as error:
            return self._control_failure(error, control)
        inner = "".join(text for text, _ in done)
        return GatewayReply(
            200,
            f"<response>{control_xml(control, 'success')}{inner}</response>",
            control.pretty,
            sum(rows for _, rows in done),
        )

    def entity_of_session(self, session_id: str) -> str:
        """Return the entity of a live session; empty for the top level and for an unknown one."""
        session = self._sessions.get(session_id)
        return session.entity_id if session else ""

    def expire_sessions(self) -> None:
        """End every session, as a restart of the gateway would."""
        with self._state.lock:
            self._sessions.clear()

    def forget(self) -> None:
        """End every session, and know of no control id any more."""
        with self._state.lock:
            self._sessions.clear()
            self._completed.clear()

    # --- control --------------------------------------------------------------------------------------------------

    def _check_sender(self, root: etree._Element) -> None:
        control = root.find("control")
        business = self._business
        sender = child_text(control, "senderid") if control is not None else ""
        password = child_text(control, "password") if control is not None else ""
        right = compare_digest(sender.encode(), business.sender_id.encode())
        if not compare_digest(password.encode(), business.sender_password.encode()) or not right:
            if self._state.options.sender_failure == "old":
                raise RequestRefusedError(Fault("XL03000006", "Incorrect Intacct XML Partner ID or password."))
            fault = Fault("XMLGW_JPP0002", "Sign-in information is incorrect. Please check your request.")
            raise RequestRefusedError(fault, http_status=400, echo=False)
        for login in root.iter("login"):
            company = child_text(login, "companyid").split("|")
            if business.company_id not in company[-2:] and business.company_id != company[0]:
                request_id = self._support_id("request")
                fault = Fault("GW-0011", f"Invalid Request [Request ID: {request_id}]")
                raise RequestRefusedError(fault, http_status=400)

    def _control_failure(self, error: RequestRefusedError, control: Control | None) -> GatewayReply:
        head = "<control><status>failure</status></control>"
        if control is not None and error.echo:
            head = control_xml(control, "failure")
        errors = self._errors(error.faults, more=control is not None and control.more_error_info)
        return GatewayReply(error.http_status, f"<response>{head}{errors}</response>", pretty=False)

    # --- operation ------------------------------------------------------------------------------------------------

    def _operation(self, element: etree._Element, call: Call) -> tuple[str, int]:
        more = call.control.more_error_info
        try:
            session = self._authenticate(element, call)
        except LoginRefusedError as error:
            head = authentication_xml("failure", error.user_id, error.company_id)
            return f"<operation>{head}{self._errors((error.fault,), more=more)}</operation>", 0
        functions = [one for content in element.findall("content") for one in content.findall("function")]
        run = self._run_together if is_true(element.get("transaction", "false")) else self._run_each
        outcomes = run(functions, session, call)
        business = self._business
        now = self._state.clock.now()
        times = session_times(now, now + self._life())
        head = authentication_xml("success", business.user_id, business.company_id, session.entity_id, times)
        results = "".join(self._result(outcome, more=more) for outcome in outcomes)
        return f"<operation>{head}{results}</operation>", sum(outcome.rows for outcome in outcomes)

    def _run_each(self, functions: Sequence[etree._Element], session: Session, call: Call) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for function in functions:
            outcome = self._run(function, session, call)
            self._remember([outcome], call)
            outcomes.append(outcome)
        return outcomes

    def _run_together(self, functions: Sequence[etree._Element], session: Session, call: Call) -> list[Outcome]:
        outcomes: list[Outcome] = []
        failed = False
        with self._state.savepoint() as point:
            for function in functions:
                outcome = _not_run(function) if failed else self._repeated(function, outcomes, call)
                outcomes.append(outcome or self._run(function, session, call))
                failed = failed or outcomes[-1].status != "success"
            if failed:
                point.roll_back()
        if failed:
            return [_aborted(outcome) for outcome in outcomes]
        self._remember(outcomes, call)
        return outcomes

    def _repeated(self, function: etree._Element, earlier: Sequence[Outcome], call: Call) -> Outcome | None:
        """The answer to a control id that stands twice in one transaction; None when it does not."""
        position = self._state.options.duplicate_control_id
        control_id = function.get("controlid", "")
        first = next((one for one in earlier if one.control_id == control_id), None)
        if first is None or not call.control.unique or position == "ignore":
            return None
        if position == "replay":
            return replace(first)
        return Outcome("failure", first.function, control_id, "", (_duplicate_fault(control_id),))

    def _run(self, function: etree._Element, session: Session, call: Call) -> Outcome:
        element = next(children(function))
        outcome = Outcome("success", str(element.tag), function.get("controlid", ""))
        known = self._completed.get(self._scope(outcome.control_id, call)) if call.control.unique else None
        position = self._state.options.duplicate_control_id
        if known is not None and position == "replay":
            outcome.xml, outcome.rows = known
            return outcome
        try:
            if known is not None and position == "refuse":
                raise FunctionRefusedError(_duplicate_fault(outcome.control_id))  # noqa: TRY301  # one way to report
            answer = self._dispatch(element, session, call)
            outcome.xml, outcome.rows = answer.xml, answer.rows
        except FunctionRefusedError as error:
            outcome.status, outcome.faults, outcome.xml = "failure", error.faults, error.data
        return outcome

    def _remember(self, outcomes: Sequence[Outcome], call: Call) -> None:
        """Keep the control ids of completed functions; failed ones may be used again."""
        if not call.control.unique:
            return
        for outcome in outcomes:
            if outcome.status == "success":
                kept = outcome.xml if len(outcome.xml) <= _REPLAYABLE else ""
                self._completed.setdefault(self._scope(outcome.control_id, call), (kept, outcome.rows))

    def _scope(self, control_id: str, call: Call) -> tuple[str, str, str]:
        return call.control.sender_id, self._business.company_id, control_id

    def _dispatch(self, element: etree._Element, session: Session, call: Call) -> Answer:
        name = str(element.tag)
        entity_id = session.entity_id
        if name in SEQUENCES:
            return self.writer.legacy(element, entity_id)
        if name == "getAPISession":
            return self._open_session(element, session, call)
        scoped: dict[str, Callable[[etree._Element, str], Answer]] = {
            "query": self._reader.query,
            "readByQuery": self._reader.read_by_query,
            "read": self._reader.read,
            "readByName": self._reader.read_by_name,
            "get_list": self._reader.get_list,
            "create": self.writer.create,
            "update": self.writer.update,
            "delete": self.writer.delete,
        }
        if name in scoped:
            return scoped[name](element, entity_id)
        return self._tell(name, element, entity_id)

    def _tell(self, name: str, element: etree._Element, entity_id: str) -> Answer:
        state = self._state
        functions: dict[str, Callable[[], Answer]] = {
            "readMore": lambda: self._reader.read_more(element),
            "lookup": lambda: self._reader.lookup(element),
            "inspect": lambda: self._reader.inspect(element),
            "getUserPermissions": lambda: setup.user_permissions(state, element),
            "get_closedbooksdate": lambda: setup.closed_books_date(state, entity_id),
            "getFinancialSetup": lambda: setup.financial_setup(state, entity_id),
            "getDimensions": lambda: setup.dimensions(state),
            "get_applications": lambda: setup.applications(state),
            "readEntityDetails": lambda: setup.entity_details(state),
            "get_companyprefs": lambda: setup.company_preferences(element),
            "readUserFormatting": lambda: setup.user_formatting(state, element),
        }
        return functions[name]()

    # --- sessions -------------------------------------------------------------------------------------------------

    def _authenticate(self, operation: etree._Element, call: Call) -> Session:
        authentication = operation.find("authentication")
        session_id = child_text(authentication, "sessionid") if authentication is not None else ""
        login = authentication.find("login") if authentication is not None else None
        if login is not None:
            return self._log_in(login, call)
        session = self._sessions.get(session_id)
        now = self._state.clock.now()
        if session is None or session.expires <= now or not session.endpoint.endswith(call.path):
            raise LoginRefusedError(Fault("XL03000006", "Invalid session: the session id is unknown or has expired."))
        session = replace(session, expires=now + self._life())
        self._sessions[session_id] = session
        return session

    def _log_in(self, login: etree._Element, call: Call) -> Session:
        business = self._business
        company, _, rest = child_text(login, "companyid").partition("|")
        entity_id = child_text(login, "locationid")
        if rest:
            # console|client|entity
            company, _, entity_of_pipe = rest.partition("|")
            entity_id = entity_of_pipe or entity_id
        user_id = child_text(login, "userid")
        if not self._state.options.sender_authorised:
            text = f"The sender ID '{call.control.sender_id}' is not authorised for company '{company}'."
            fault = Fault("XL03000006", text, "Invalid Web Services Authorization")
            raise LoginRefusedError(fault, user_id=user_id, company_id=company)
        password = child_text(login, "password")
        if user_id != business.user_id or not compare_digest(password.encode(), business.user_password.encode()):
            fault = Fault("XL03000006", "Sign-in information is incorrect")
            raise LoginRefusedError(fault, user_id=user_id, company_id=company)
        entity_id = entity_id or self._state.options.user_entity
        if not self._may_enter(entity_id):
            fault = Fault("SANDBOX-UNKNOWN-ENTITY", f"The location '{entity_id}' is invalid.")
            raise LoginRefusedError(fault, user_id=user_id, company_id=company)
        return Session("", entity_id, call.endpoint, self._state.clock.now() + self._life())

    def _open_session(self, element: etree._Element, session: Session, call: Call) -> Answer:
        location = element.find("locationid")
        entity_id = session.entity_id if location is None else text_of(location)
        entity_id = entity_id or self._state.options.user_entity
        if not self._may_enter(entity_id):
            raise FunctionRefusedError(
                Fault("SANDBOX-UNKNOWN-ENTITY", f"The location '{entity_id[:60]}' is invalid."),
                Fault("Get API Session Failed", "The session could not be opened."),
            )
        self._logins += 1
        seed = f"{self._business.seed}:{self._business.company_id}:{self._logins}:{self._state.clock.now().isoformat()}"
        fresh = Session(
            f"SBX{sha256(seed.encode()).hexdigest()[:40]}..",
            entity_id,
            call.endpoint,
            self._state.clock.now() + self._life(),
        )
        self._sessions[fresh.session_id] = fresh
        self._drop_expired()
        return Answer(
            f"<data><api><sessionid>{fresh.session_id}</sessionid><endpoint>{escape(fresh.endpoint)}</endpoint>"
            f"<locationid>{escape(entity_id)}</locationid></api></data>"
        )

    def _may_enter(self, entity_id: str) -> bool:
        """Whether there is such an entity, and the user was made there or at the top level."""
        own = self._state.options.user_entity
        return not entity_id or (entity_id in self._state.entity_currency and own in {"", entity_id})

    def _drop_expired(self) -> None:
        now = self._state.clock.now()
        for session_id in [key for key, session in self._sessions.items() if session.expires <= now]:
            del self._sessions[session_id]

    def _life(self) -> timedelta:
        return timedelta(seconds=self._state.options.session_seconds)

    # --- reply ----------------------------------------------------------------------------------------------------

    def _result(self, outcome: Outcome, *, more: bool) -> str:
        errors = self._errors(outcome.faults, more=more) if outcome.faults else ""
        return (
            f"<result><status>{outcome.status}</status><function>{outcome.function}</function>"
            f"<controlid>{escape(outcome.control_id)}</controlid>{outcome.xml}{errors}</result>"
        )

    def _errors(self, faults: Sequence[Fault], *, more: bool) -> str:
        shown = [self._supported(fault) for fault in faults]
        return f"<errormessage>{''.join(error_xml(fault, more=more) for fault in shown)}</errormessage>"

    def _supported(self, fault: Fault) -> Fault:
        silent = fault.number.startswith(("XL03000003", "GW-", "XMLGW", "XL03000009"))
        if silent or not self._state.options.support_ids:
            return fault
        return with_support_id(fault, self._support_id("error"))

    def _support_id(self, kind: str) -> str:
        self._support += 1
        return quote(f"SBX{self._support:06}~{kind}^{sha256(str(self._support).encode()).hexdigest()[:8]}", safe="")


def _not_run(function: etree._Element) -> Outcome:
    """A function behind a failed one of the same transaction."""
    return Outcome("aborted", str(next(children(function)).tag), function.get("controlid", ""))


def _aborted(outcome: Outcome) -> Outcome:
    if outcome.status == "failure":
        return Outcome("failure", outcome.function, outcome.control_id, "", (*outcome.faults, rolled_back()))
    return Outcome("aborted", outcome.function, outcome.control_id, "", (rolled_back(),))


def _duplicate_fault(control_id: str) -> Fault:
    return Fault("SANDBOX-DUP-CONTROLID", f"The function with controlid '{control_id}' was executed before.")
