"""The BILL twin: routes a request to an operation of BILL's AP API, version 3."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from intacct_pipelines.domain.money import minor_unit_digits
from intacct_pipelines.sandbox.bill import older
from intacct_pipelines.sandbox.bill.edits import Editor, read_policy
from intacct_pipelines.sandbox.bill.options import BillOptions
from intacct_pipelines.sandbox.bill.organization import Organization
from intacct_pipelines.sandbox.bill.payload import BillError, decode, error_reply, invalid, json_reply, refusal
from intacct_pipelines.sandbox.bill.payments import COARSE, is_voidable, void_request
from intacct_pipelines.sandbox.bill.query import PageTokens
from intacct_pipelines.sandbox.bill.routes import find_route, operation_of
from intacct_pipelines.sandbox.bill.sessions import Gatekeeper, Session
from intacct_pipelines.sandbox.dice import invented_secret
from intacct_pipelines.sandbox.http import Reply, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from intacct_pipelines.sandbox.bill.records import BillRecord
    from intacct_pipelines.sandbox.business import Business
    from intacct_pipelines.sandbox.clock import Clock

MOUNT: Final = "/connect"
_DEFAULT_PAGE: Final = 20
_MOST_PER_PAGE: Final = 100
_MOST_BULK: Final = {"vendors": 20, "bills": 100}
_CARD_STATUSES: Final = ("VERIFIED", "NOMINATED")
_MOST_BULK_LISTS: Final = 50
_VOID_TYPES: Final = ("VOID_AND_CREDIT", "VOID_AND_REISSUE", "VOID_AND_REISSUE_VCARD", "VOID_ONLY")
_ENVELOPES: Final = {
    "chart-of-accounts": "chartOfAccounts",
    "departments": "departments",
    "locations": "locations",
    "accounting-classes": "accountingClasses",
    "jobs": "jobs",
}


@dataclass(frozen=True, slots=True)
class _Call:
    """A routed request with its session."""

    groups: dict[str, str]
    query: dict[str, list[str]]
    request: Request
    session: Session
    organization: Organization

    @property
    def kind(self) -> str:
        """The collection that the path names."""
        return self.groups["kind"]

    def parameter(self, name: str) -> str:
        """A query parameter; empty when absent.

        Raises:
            BillError: It is given more than once.
        """
        values = self.query.get(name, [""])
        if len(values) > 1:
            raise refusal(400, "BDC_1002", f"{name}: must be given once")
        return values[0]


class BillTwin:
    """BILL AP for a generated company: every linked organisation, each seen only by its own sessions.

    Args:
        business: The company.
        options: Switches; may be changed while it runs.
        clock: The sandbox's clock.
    """

    def __init__(self, business: Business, options: BillOptions | None, clock: Clock) -> None:
        self.options = options or BillOptions()
        self._business = business
        self._clock = clock
        self._lock = threading.RLock()
        self._gate = Gatekeeper(business, self.options, clock)
        self._tokens = PageTokens(invented_secret("page tokens", business.seed, 32))
        self._entities = {entity.organization_id: entity for entity in business.entities}
        self._organizations: dict[str, Organization] = {}

    # Over HTTP

    @property
    def sync_token(self) -> tuple[str, str]:
        """Name and value of the sync token: a user name and password whose sessions last 48 hours."""
        return self._gate.sync_token

    def operation(self, request: Request) -> str:
        """The published id of the operation that a request asks for; empty if there is none."""
        if request.path.startswith(older.MOUNT):
            return older.operation(request.path)
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
        path = request.path.removeprefix(MOUNT)
        route, groups = find_route(request.method, path)
        if route is None:
            raise refusal(404, "BDC_1121", "API not supported.")
        if route.operation == "get_health_check":
            return json_reply(200, {"appId": "sandbox", "appEnv": "sandbox", "appVersion": "3", "bdcRegion": "local"})
        if route.operation == "login":
            return self._log_in(request)
        self._gate.check_key(request.headers.get("devkey", ""))
        session = self._gate.session(request.headers.get("sessionid", ""))
        self._gate.take_slot(session.organization_id)
        taken.append(session.organization_id)
        query = parse_qs(request.query, keep_blank_values=True)
        organization = self._organization(session.organization_id)
        handler: Callable[[_Call], Reply] = getattr(self, route.handler)
        return handler(_Call(groups, query, request, session, organization))

    def _organization(self, organization_id: str) -> Organization:
        if organization_id not in self._organizations:
            entity = self._entities[organization_id]
            made = Organization(self._business, entity, self._gate.user_id)
            if self.options.approval_from:
                made.policies.append(self._first_policy(made))
            self._organizations[organization_id] = made
        return self._organizations[organization_id]

    def _first_policy(self, organization: Organization) -> dict[str, Any]:
        return {
            "id": organization.new_id("0ap"),
            "policyName": "Large bills",
            "status": "ENABLED",
            "rules": [{"key": "BILL_AMOUNT", "op": "gte", "values": [str(self.options.approval_from)]}],
            "approvers": [self._gate.user_id],
        }

    def _editor(self, organization: Organization) -> Editor:
        now = self._now()
        return Editor(organization, now, refuse_used_number=self.options.refuse_used_number)

    def _now(self) -> datetime:
        now = self._clock.now()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

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

    def _session_info(self, call: _Call) -> Reply:
        answer = {"organizationId": call.session.organization_id, "userId": call.session.user_id}
        return json_reply(200, {**answer, "mfaStatus": "NOT_SETUP", "mfaBypass": False})

    def _log_out(self, call: _Call) -> Reply:
        self._gate.log_out(call.session.id)
        return json_reply(200, {})

    # Lists and single records

    def _list(self, call: _Call) -> Reply:
        offset, size, filters, sort, is_first = self._page(call, call.kind)
        question: list[str | int] = [call.organization.id, call.kind, size, filters, sort]
        ids = call.organization.listed(call.kind, filters, sort)
        if is_first and self.options.empty_first_page:
            return json_reply(200, {"nextPage": self._tokens.issue(question, 0), "results": []})
        page = ids[offset : offset + size]
        answer: dict[str, Any] = {"results": [call.organization.to_json(call.kind, i) for i in page]}
        if offset + size < len(ids):
            answer["nextPage"] = self._tokens.issue(question, offset + size)
        if offset:
            answer["prevPage"] = self._tokens.issue(question, max(offset - size, 0))
        return json_reply(200, answer)

    def _files(self, call: _Call) -> Reply:
        """The files of one record; only what they are called."""
        self._record(call)
        listed = f"{call.kind}/{call.groups['id']}"
        offset, size, _, _, _ = self._page(call, listed)
        files = call.organization.files.listed(call.kind, call.groups["id"])
        answer: dict[str, Any] = {"results": files[offset : offset + size]}
        if offset + size < len(files):
            answer["nextPage"] = self._tokens.issue([call.organization.id, listed, size, "", ""], offset + size)
        return json_reply(200, answer)

    def _page(self, call: _Call, listed: str) -> tuple[int, int, str, str, bool]:
        """Offset, size, filters and sort of the page that a call asks for, and whether it begins a list."""
        given = call.parameter("max")
        if given and (not given.isascii() or not given.isdigit() or not 1 <= int(given[:9]) <= _MOST_PER_PAGE):
            raise refusal(400, "BDC_1002", f"max: must be between 1 and {_MOST_PER_PAGE}")
        filters, sort = call.parameter("filters"), call.parameter("sort")
        token = call.parameter("page")
        if not token:
            return 0, int(given or _DEFAULT_PAGE), filters, sort, True
        offset, question = self._tokens.open(token)
        organization_id, kind, size, old_filters, old_sort = question
        same = (filters or old_filters, sort or old_sort, int(given or size)) == (old_filters, old_sort, size)
        if (organization_id, kind) != (call.organization.id, listed) or not same:
            raise refusal(400, "BDC_1002", "page: belongs to another list")
        return offset, int(size), str(old_filters), str(old_sort), False

    def _get(self, call: _Call) -> Reply:
        self._record(call)
        return json_reply(200, call.organization.to_single(call.kind, call.groups["id"]))

    def _record(self, call: _Call) -> Any:
        record = call.organization.collections[call.kind].get(call.groups["id"])
        if record is None:
            raise refusal(404, "SANDBOX-1404", "Object not found.")
        return record

    def _store(self, organization: Organization, kind: str, records: list[Any]) -> list[dict[str, Any]]:
        ids = [record["id"] if isinstance(record, dict) else record.id for record in records]
        organization.collections[kind].update(zip(ids, records, strict=True))
        organization.changed(kind)
        return [organization.to_json(kind, record_id) for record_id in ids]

    def _create(self, call: _Call) -> Reply:
        record = self._creator(call)(decode(call.request.body))
        return json_reply(201, self._store(call.organization, call.kind, [record])[0])

    def _creator(self, call: _Call) -> Callable[[Any], Any]:
        editor = self._editor(call.organization)
        if call.kind == "vendors":
            return editor.create_vendor
        if call.kind == "bills":
            return editor.create_bill
        return lambda body: editor.create_list_record(call.kind, body)

    def _create_bulk(self, call: _Call) -> Reply:
        """All or nothing, with one array of everything that is wrong."""
        create = self._creator(call)
        records = _each(self._bulk_body(call), create)
        made = self._store(call.organization, call.kind, records)
        if call.kind == "bills":
            return json_reply(201, made)
        return json_reply(201, {_ENVELOPES.get(call.kind, call.kind): made})

    def _bulk_body(self, call: _Call) -> list[Any]:
        body = decode(call.request.body)
        most = _MOST_BULK.get(call.kind, _MOST_BULK_LISTS)
        if not isinstance(body, list) or not 1 <= len(body) <= most:
            raise refusal(400, "BDC_1002", f"An array of 1 to {most} objects was expected.")
        return body

    def _update(self, call: _Call) -> Reply:
        record, body = self._record(call), decode(call.request.body)
        editor = self._editor(call.organization)
        changed: Any
        if call.kind == "bills":
            changed = editor.change_bill(record, body, keep_lines=call.request.method == "PATCH")
        elif call.kind == "vendors":
            changed = editor.update_vendor(record, body)
        else:
            changed = editor.update_list_record(call.kind, record, body)
        return json_reply(200, self._store(call.organization, call.kind, [changed])[0])

    def _update_bulk(self, call: _Call) -> Reply:
        editor, records = self._editor(call.organization), call.organization.collections[call.kind]

        def update(body: Any) -> Any:
            record = records.get(str(body.get("id"))) if isinstance(body, dict) else None
            if record is None:
                raise refusal(404, "SANDBOX-1404", "Object not found.")
            return editor.update_list_record(call.kind, record, body)

        changed = _each(self._bulk_body(call), update)
        made = self._store(call.organization, call.kind, changed)
        return json_reply(200, {_ENVELOPES[call.kind]: made})

    def _archive(self, call: _Call) -> Reply:
        """Archive or restore; a repeat changes nothing."""
        self._record(call)
        self._set_archived(call.organization, call.kind, call.groups["id"], archived=call.groups["act"] == "archive")
        return json_reply(200, call.organization.to_json(call.kind, call.groups["id"]))

    def _archive_bulk(self, call: _Call) -> Reply:
        ids = [i for i in call.parameter("ids").split(",") if i]
        records = call.organization.collections[call.kind]
        if not 1 <= len(ids) <= _MOST_BULK_LISTS or any(i not in records for i in ids):
            raise refusal(400, "BDC_1002", f"ids: must name 1 to {_MOST_BULK_LISTS} objects")
        for record_id in ids:
            self._set_archived(call.organization, call.kind, record_id, archived=call.groups["act"] == "archive")
        made = [call.organization.to_json(call.kind, i) for i in ids]
        return json_reply(200, {_ENVELOPES[call.kind]: made})

    def _set_archived(self, organization: Organization, kind: str, record_id: str, *, archived: bool) -> None:
        record = organization.collections[kind][record_id]
        if isinstance(record, dict) and record["archived"] != archived:
            record.update(archived=archived, updatedTime=self._now())
        elif not isinstance(record, dict) and record.archived != archived:
            record.archived, record.updated_at = archived, self._now()
        organization.changed(kind)

    # Payments

    def _cards(self, call: _Call) -> Reply:
        """The cards that the user is verified, or nominated, to pay with."""
        status = call.parameter("cardUserStatus")
        if status not in _CARD_STATUSES:
            raise refusal(400, "BDC_1002", f"cardUserStatus: must be one of {', '.join(_CARD_STATUSES)}")
        cards = call.organization.funding_cards if status == _CARD_STATUSES[0] else []
        return json_reply(200, {"cards": cards, "rates": {"funding": {"creditCardRate": Decimal("2.9")}}})

    def _ap_cards(self, call: _Call) -> Reply:
        return json_reply(200, call.organization.ap_cards)

    def _cancel_payment(self, call: _Call) -> Reply:
        """Only what has not begun can be cancelled."""
        payment = self._record(call)
        if payment["singleStatus"] != "SCHEDULED":
            raise refusal(400, "SANDBOX-1420", "Only a scheduled payment can be cancelled.")
        self._settle(call, payment, "CANCELED", cancelRequestSubmitted=True)
        return self._get(call)

    def _void_payment(self, call: _Call) -> Reply:
        """A payment made outside is voided at once, one by BILL when BILL has dealt with the request."""
        payment, body = self._record(call), decode(call.request.body)
        void_type, reason = (body.get(name) if isinstance(body, dict) else None for name in ("type", "reason"))
        wrong = [f"{n}: must not be null" for n, v in (("type", void_type), ("reason", reason)) if not v]
        if wrong:
            raise invalid(wrong)
        if void_type not in _VOID_TYPES or not isinstance(reason, str):
            raise refusal(400, "BDC_1002", f"type: must be one of {', '.join(_VOID_TYPES)}")
        if not is_voidable(payment["singleStatus"]):
            raise refusal(400, "SANDBOX-1421", "The payment cannot be voided in its state.")
        is_done = not payment["onlinePayment"]
        now = self._now()
        request = {
            **void_request(call.organization.new_id("vdi"), call.session.user_id, void_type, reason),
            "status": "ACCEPTED" if is_done else "TO_BE_PROCESSED",
            "createdTime": now,
            "updatedTime": now,
        }
        voids = [*(payment.get("voidInfo") or ()), request]
        self._settle(call, payment, "VOIDED" if is_done else "VOID_PENDING", voidInfo=voids)
        return self._get(call)

    def _settle(self, call: _Call, payment: dict[str, Any], status: str, **changes: Any) -> None:
        """Give a payment another state, and its bills what follows from it."""
        organization, before = call.organization, payment["singleStatus"]
        for share in payment["billPayments"]:
            bill = organization.bills[share["billId"]]
            if before == "SCHEDULED":
                bill.scheduled -= share["amount"]
            elif status == "VOIDED":
                bill.paid -= share["amount"]
            bill.updated_at = self._now()
        payment.update(singleStatus=status, status=COARSE.get(status, "PAID"), updatedTime=self._now(), **changes)
        organization.changed("payments")
        organization.changed("bills")

    # Approvals and organisations

    def _decide(self, call: _Call) -> Reply:
        body = decode(call.request.body)
        if not isinstance(body, list) or not body:
            raise refusal(400, "BDC_1002", "An array of actions was expected.")
        editor = self._editor(call.organization)
        for action in body:
            bill = call.organization.bills.get(str(action.get("billId"))) if isinstance(action, dict) else None
            if bill is None:
                raise refusal(404, "SANDBOX-1404", "Object not found.")
            editor.decide(bill, call.session.user_id, action.get("action"))
        call.organization.changed("bills")
        return json_reply(200, {"status": "SUCCESS"})

    def _pending(self, call: _Call) -> Reply:
        mine = {"userId": call.session.user_id, "status": "WAITING"}
        bills = [
            {"billId": bill.id, "vendorId": bill.vendor_id, "amount": bill.amount, "dueDate": bill.due_date}
            for bill in call.organization.bills.values()
            if any(mine.items() <= approver.items() for approver in bill.approvers)
        ]
        return json_reply(200, {"bills": bills})

    def _policies(self, call: _Call) -> Reply:
        return json_reply(200, [_policy_json(policy) for policy in call.organization.policies])

    def _create_policy(self, call: _Call) -> Reply:
        policy = {"id": call.organization.new_id("0ap"), "status": "ENABLED", **read_policy(decode(call.request.body))}
        call.organization.policies.append(policy)
        return json_reply(201, _policy_json(policy))

    def _change_policy(self, call: _Call) -> Reply:
        """Replace or delete a policy; bills that wait already go on waiting."""
        policies = call.organization.policies
        policy = next((p for p in policies if p["id"] == call.groups["id"]), None)
        if policy is None:
            raise refusal(404, "SANDBOX-1404", "Object not found.")
        if call.request.method == "DELETE":
            policies.remove(policy)
            return json_reply(200, {"status": "SUCCESS"})
        policy.update(read_policy(decode(call.request.body)))
        return json_reply(200, _policy_json(policy))

    def _get_organization(self, call: _Call) -> Reply:
        self._own_organization(call)
        return json_reply(200, call.organization.profile)

    def _own_organization(self, call: _Call) -> None:
        if call.groups["organization"] != call.organization.id:
            raise refusal(404, "SANDBOX-1404", "Object not found.")

    def _terms(self, call: _Call) -> Reply:
        """Payment terms stand under the organisation; otherwise they are a list as the others."""
        self._own_organization(call)
        call.groups["kind"] = "payment-terms"
        if call.request.method == "POST":
            return self._create(call)
        if "id" not in call.groups:
            return self._list(call)
        return self._get(call) if call.request.method == "GET" else self._update(call)

    # In process, for tests and faults

    def bills(self, organization_id: str | None = None) -> list[BillRecord]:
        """The bills of one organisation, or of all."""
        with self._lock:
            wanted = [organization_id] if organization_id else list(self._entities)
            return [bill for i in wanted for bill in self._organization(i).bills.values()]

    def bill(self, bill_id: str) -> BillRecord:
        """One bill of whatever organisation.

        Raises:
            KeyError: There is none of this id.
        """
        return self._find(bill_id)[1]

    def _find(self, bill_id: str) -> tuple[Organization, BillRecord]:
        with self._lock:
            for organization_id in self._entities:
                organization = self._organization(organization_id)
                if bill_id in organization.bills:
                    return organization, organization.bills[bill_id]
        raise KeyError(bill_id)

    def edit_bill(self, bill_id: str, **changes: Any) -> None:
        """Change a bill as a person in the web app would; its `updatedTime` moves to the clock's present.

        Args:
            bill_id: Which bill.
            changes: Names of :class:`BillRecord`'s fields, or ``amount``, which puts the difference on the first line.

        Raises:
            KeyError: There is no such bill.
            AttributeError: There is no such field.
        """
        with self._lock:
            organization, bill = self._find(bill_id)
            if "amount" in changes:
                digits = minor_unit_digits(bill.currency)
                amount = Decimal(changes.pop("amount")).quantize(Decimal(1).scaleb(-digits))
                bill.lines[0].amount += amount - bill.amount
            for name, value in changes.items():
                setattr(bill, name, value)
            bill.updated_at = self._now()
            organization.changed("bills")

    def approve(self, bill_id: str) -> None:
        """Let everyone who is asked approve a bill."""
        done = [{**a, "status": "APPROVED", "statusChangedTime": self._now()} for a in self.bill(bill_id).approvers]
        self.edit_bill(bill_id, approval_status="APPROVED", approvers=done)

    def archive_bill(self, bill_id: str) -> None:
        """Take a bill out of use."""
        self.edit_bill(bill_id, archived=True)

    def remove(self, organization_id: str, kind: str, record_id: str) -> None:
        """Let a record vanish, as a draft does that is thrown away.

        Args:
            organization_id: Whose it is.
            kind: As in the path of its list, such as ``vendor-credits``.
            record_id: Which one.

        Raises:
            KeyError: There is no such record.
        """
        with self._lock:
            organization = self._organization(organization_id)
            del organization.collections[kind][record_id]
            organization.changed(kind)

    def add_file(self, organization_id: str, kind: str, record_id: str, name: str) -> str:
        """Upload a file to a record as a person would; return its id.

        Args:
            organization_id: Which organisation.
            kind: ``bills``, ``vendors``, ``customers`` or ``invoices``.
            record_id: The record.
            name: What the file is called.
        """
        with self._lock:
            organization = self._organization(organization_id)
            file_id = organization.files.add(kind, record_id, name, self._now())
            self._touch(organization, kind, record_id)
        return file_id

    def remove_file(self, organization_id: str, kind: str, record_id: str, file_id: str) -> None:
        """Take a file away from a record as a person would."""
        with self._lock:
            organization = self._organization(organization_id)
            organization.files.remove(kind, record_id, file_id)
            self._touch(organization, kind, record_id)

    def files(self, organization_id: str, kind: str) -> dict[str, list[dict[str, Any]]]:
        """All files of one kind of record, by the record's id; records without any are left out."""
        with self._lock:
            organization = self._organization(organization_id)
            found = {key: list(organization.files.listed(kind, key)) for key in organization.collections[kind]}
        return {key: files for key, files in found.items() if files}

    def _touch(self, organization: Organization, kind: str, record_id: str) -> None:
        if not self.options.file_touches_record:
            return
        record = organization.collections[kind][record_id]
        if isinstance(record, dict):
            record["updatedTime"] = self._now()
        else:
            record.updated_at = self._now()
        organization.changed(kind)

    def expire_sessions(self) -> None:
        """End every session at once."""
        with self._lock:
            self._gate.expire_all()

    def disturb(self, turn: int) -> None:
        """Change rows as a busy office would between two pages of a reader: touch one bill, and archive none.

        Args:
            turn: Which row; the same turn in the same state touches the same row.
        """
        with self._lock:
            for organization in list(self._organizations.values()):
                ids = list(organization.bills)
                if ids:
                    bill = organization.bills[ids[turn * 7919 % len(ids)]]
                    self.edit_bill(bill.id, due_date=_next_day(bill.due_date))


def _policy_json(policy: dict[str, Any]) -> dict[str, Any]:
    """A policy as BILL sends it: values and approvers as objects, although plain text is sent when it is made."""
    rules = [
        {**rule, "values": [{"value": value, "displayName": value} for value in rule["values"]]}
        for rule in policy["rules"]
    ]
    users = [{"userId": user, "fullName": "Sandbox User"} for user in policy["approvers"]]
    return {**policy, "rules": rules, "approvers": {"users": users}}


def _next_day(day: date) -> date:
    return day + timedelta(days=1)


def _each(bodies: list[Any], apply: Callable[[Any], Any]) -> list[Any]:
    """Apply to every body; when any is refused, refuse all with the entries of every refusal."""
    results, entries, status = [], [], 400
    for body in bodies:
        try:
            results.append(apply(body))
        except BillError as error:
            status = error.status
            entries += error.entries
    if entries:
        raise BillError(status, entries)
    return results
