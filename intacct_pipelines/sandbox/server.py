"""The sandbox as a whole: one company behind all twins, faults in front, in process or over HTTP."""

from __future__ import annotations

import functools
import json
import re
import socket
import struct
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, Self

from intacct_pipelines.sandbox.bill import BillOptions, BillTwin
from intacct_pipelines.sandbox.business_center import write_files
from intacct_pipelines.sandbox.business_center_taking import Taker
from intacct_pipelines.sandbox.clock import Clock
from intacct_pipelines.sandbox.faults import FaultPlan, Hooks, bill_call, intacct_call, rate_limited, spend_call
from intacct_pipelines.sandbox.generator import generate
from intacct_pipelines.sandbox.http import Reply, Request
from intacct_pipelines.sandbox.intacct import IntacctTwin
from intacct_pipelines.sandbox.intacct.options import DEFAULT_PATH
from intacct_pipelines.sandbox.intacct.options import Options as IntacctOptions
from intacct_pipelines.sandbox.intacct.refusals import FunctionRefusedError
from intacct_pipelines.sandbox.journal import Journal
from intacct_pipelines.sandbox.receivables_business import CLEARING_ACCOUNT
from intacct_pipelines.sandbox.scenes import People
from intacct_pipelines.sandbox.settlements import MONEY_OUT_CLEARING
from intacct_pipelines.sandbox.shapes import young_company
from intacct_pipelines.sandbox.spend import SpendOptions, SpendTwin
from intacct_pipelines.sandbox.spend.receipts import PLACE as RECEIPT_FILES
from intacct_pipelines.sandbox.spend.twin import MOUNT as SPEND_MOUNT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from pathlib import Path
    from types import TracebackType

    from intacct_pipelines.sandbox.business import Business

_GATEWAY: Final = re.compile(r"/ia/xml/(?:[\w-]+/)?xmlgw\.phtml")
_BILL: Final = ("/connect/", "/connect-events/", "/api/v2/")
_MOST_BODY_BYTES: Final = 32 * 1024 * 1024
_LONGEST_LINE: Final = 1_024
_MOST_TRIES: Final = 200
_IDLE_SECONDS: Final = 75.0


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """What to build.

    Args:
        seed: Same seed, options and day: same company.
        entities: Number of legal entities.
        bills: Number of bills in all.
        years: How far back bills are dated.
        currencies: ISO 4217 codes; entities take them in turn.
        today: The company's day; None for the clock's.
        public_url: Scheme, host and port under which clients reach it, without a slash at the end; empty takes the
            address that it is served on.
        clock: The sandbox's time.
        configuration: A to F: a young company of that shape instead, with lists and no documents yet.
        intacct: Switches of the Intacct twin.
        bill: Switches of the BILL twin.
        spend: Switches of the Spend & Expense twin.
        business_center_folder: Where Business Center's files are written, one folder an entity; None for none.
        journal: Keeps what is written to Intacct, so that the next sandbox on this file goes on from there.
    """

    seed: int = 1
    entities: int = 3
    bills: int = 300
    years: int = 2
    currencies: tuple[str, ...] = ("USD", "EUR", "JPY")
    today: date | None = None
    configuration: str = ""
    public_url: str = ""
    clock: Clock = field(default_factory=Clock)
    intacct: IntacctOptions = field(default_factory=IntacctOptions)
    bill: BillOptions = field(default_factory=BillOptions)
    spend: SpendOptions = field(default_factory=SpendOptions)
    business_center_folder: Path | None = None
    journal: Path | None = None


class Sandbox:
    """All twins over one generated company, with faults; thread-safe, without a socket.

    Args:
        options: What to build.
    """

    def __init__(self, options: SandboxOptions | None = None) -> None:
        options = options or SandboxOptions()
        self.options = options
        self.clock = options.clock
        journal = Journal(options.journal) if options.journal else None
        today = options.today or options.clock.now().date()
        self.business = _business(options, journal.today(today) if journal else today)
        self._exported: dict[str, Path] = {}
        if options.business_center_folder:
            self._exported = write_files(self.business, options.business_center_folder, today)
        self.takers = {entity: Taker(path, path.parent / "out" / entity) for entity, path in self._exported.items()}
        for taker in self.takers.values():
            taker.out.mkdir(parents=True, exist_ok=True)
        options.intacct.public_url = options.public_url
        self.intacct = IntacctTwin(self.business, options.intacct, options.clock)
        self._handle_intacct: Callable[[Request], Reply] = self.intacct.handle
        if journal:
            journal.replay(self.intacct, self.clock)
            self._handle_intacct = journal.keeping(self.intacct, self.business, self.clock)
        self.bill = BillTwin(self.business, options.bill, options.clock)
        self.spend = SpendTwin(self.business, options.spend, options.clock)
        hooks = {
            "intacct": Hooks(self.intacct.expire_sessions, self._disturb_intacct),
            "bill": Hooks(self.bill.expire_sessions, self.bill.disturb),
            "spend": Hooks(_nothing_to_expire, self.spend.disturb),
        }
        self._first_session_path = options.intacct.session_path
        self.faults = FaultPlan(self.clock, hooks, self._move_endpoint, self._restore_endpoint)
        self._moves = 0
        self._lock = threading.Lock()
        self._intacct_in_flight = 0
        self._people = People(self)

    def _move_endpoint(self) -> None:
        self._moves += 1
        self.options.intacct.session_path = f"/ia/xml/node{self._moves}/xmlgw.phtml"

    def _restore_endpoint(self) -> None:
        self.options.intacct.session_path = self._first_session_path

    def _disturb_intacct(self, turn: int) -> None:
        """Touch one bill that may still be touched, as a busy office does between two pages of a reader."""
        bills = self.intacct.bills()
        for i in range(min(len(bills), _MOST_TRIES)):
            bill = bills[(turn * 7919 + i) % len(bills)]
            try:
                self.intacct.edit_bill(bill.record_no, DESCRIPTION=f"Touched {turn}")
            except FunctionRefusedError:
                continue  # paid, or in closed books: nobody could
            return

    def handle(self, request: Request) -> Reply:
        """Answer a request at once; how the reply may fail on its way is written in the reply."""
        with self.serving(request) as reply:
            return reply

    @contextmanager
    def serving(self, request: Request) -> Iterator[Reply]:
        """Answer a request, and count it as in flight until the block ends."""
        with ExitStack() as in_flight:
            yield self._route(request, in_flight)

    def _route(self, request: Request, in_flight: ExitStack) -> Reply:
        if _GATEWAY.fullmatch(request.path):
            if not in_flight.enter_context(self._intacct_place()):
                return rate_limited("intacct", None)
            return self.faults.answer(intacct_call(request), self._handle_intacct)
        if request.path.startswith(_BILL):
            return self._route_bill(request, in_flight)
        if request.path.rstrip("/") == "/faults":
            return self.faults.control(request)
        told: Any = None
        if request.path == "/health":
            told = {"status": "ok"}
        elif (request.path, request.method) == ("/business-center/take", "POST"):
            told = {entity: taker.take(self.clock.now()) for entity, taker in self.takers.items()}
        elif (request.path, request.method) == ("/people", "POST"):
            told = self._people.asked(request.body)
        if told is not None:
            return Reply(200, {"Content-Type": "application/json"}, json.dumps(told).encode())
        return Reply(404, {"Content-Type": "text/plain"}, b"Nothing is served here.\n")

    def _route_bill(self, request: Request, in_flight: ExitStack) -> Reply:
        """BILL's two APIs share one gateway."""
        if request.path.startswith((SPEND_MOUNT, RECEIPT_FILES)):
            return self.faults.answer(spend_call(request, self.spend.operation(request)), self.spend.handle)
        call = bill_call(request, self.bill.operation(request))
        return self.faults.answer(call, lambda r: in_flight.enter_context(self.bill.serving(r)))

    @contextmanager
    def _intacct_place(self) -> Iterator[bool]:
        """One of the gateway's places until the block ends, so that a slow answer holds its place; False for none."""
        with self._lock:
            self._intacct_in_flight += 1
            limit = self.options.intacct.concurrent_requests
            is_free = not limit or self._intacct_in_flight <= limit
        try:
            yield is_free
        finally:
            with self._lock:
                self._intacct_in_flight -= 1

    def describe(self) -> dict[str, Any]:
        """How to reach it: addresses, credentials, entities and organisations."""
        business, url = self.business, self.options.public_url
        return {
            "intacct": {
                "url": url + DEFAULT_PATH,
                "sender_id": business.sender_id,
                "sender_password": business.sender_password,
                "company_id": business.company_id,
                "user_id": business.user_id,
                "user_password": business.user_password,
                "entities": [entity.entity_id for entity in business.entities],
                "locations": [location.id for location in business.locations],
                "expense_account": business.expense_account,
                "clearing": {"money_out": MONEY_OUT_CLEARING, "money_in": CLEARING_ACCOUNT},
            },
            "bill": {
                "url": f"{url}/connect",
                "older_url": f"{url}/api/v2",
                "events_url": f"{url}/connect-events",
                "dev_key": business.dev_key,
                "username": business.bill_username,
                "password": business.bill_password,
                "sync_token": dict(zip(("name", "value"), self.bill.sync_token, strict=True)),
                "organizations": [
                    {"id": place.organization_id, "name": place.organization_name, "entity": place.entity_id}
                    for place in business.organizations
                ],
            },
            "spend": self._describe_spend(f"{url}/connect"),
            "business_center": {
                "folder": str(self.options.business_center_folder or ""),
                "take_url": f"{url}/business-center/take",
                "companies": [
                    {"entity": entity, "folder": str(path), "out": str(self.takers[entity].out)}
                    for entity, path in self._exported.items()
                ],
            },
            "faults": {"url": f"{url}/faults"},
            "people": {"url": f"{url}/people"},
        }

    def _describe_spend(self, url: str) -> dict[str, Any]:
        """One account an entity, each with its token; ``token`` is the first one's."""
        accounts = [
            {
                "entity": account.entity_id,
                "label": account.label,
                "token": self.spend.tokens[account.entity_id],
                "currency": account.currency,
                "card_account": account.card_id,
            }
            for account in self.business.cards.accounts
        ]
        return {
            "url": url,
            "token": accounts[0]["token"] if accounts else "",
            "calls_per_minute": self.options.spend.calls_per_minute,
            "accounts": accounts,
        }


def _business(options: SandboxOptions, today: date) -> Business:
    if options.configuration:
        return young_company(options.configuration, options.seed, today=today)
    return generate(options.seed, options.entities, options.bills, options.years, options.currencies, today=today)


def _nothing_to_expire() -> None:
    """Spend & Expense has no sessions."""


class SandboxServer:
    """A sandbox on a port; as a context manager it serves from a thread of its own.

    Args:
        options: What to build.
        host: Address to listen on; loopback unless told otherwise.
        port: 0 picks a free one.

    Raises:
        OSError: The port is taken.
    """

    def __init__(self, options: SandboxOptions | None = None, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._server = _Server((host, port), _Handler)
        bound_port = self._server.server_address[1]
        options = options or SandboxOptions()
        url = (options.public_url or f"http://{host}:{bound_port}").rstrip("/")
        try:
            self.sandbox = Sandbox(replace(options, public_url=url))
        except BaseException:  # the port is bound already, and nobody else would free it
            self._server.server_close()
            raise
        self._server.sandbox = self.sandbox
        self.port = bound_port
        self.url = url
        self._finished = threading.Event()
        serve = functools.partial(self._server.serve_forever, poll_interval=0.1)
        self._thread = threading.Thread(target=serve, name="sandbox", daemon=True)

    def wait(self) -> None:
        """Block until :meth:`finish` is called, by a signal handler perhaps."""
        self._finished.wait()

    def finish(self) -> None:
        """End :meth:`wait`."""
        self._finished.set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    sandbox: Sandbox

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news here; anything else is shown."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = _IDLE_SECONDS
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
        """Stay silent: requests hold credentials."""

    def _serve(self) -> None:
        body = self._body()
        if body is None:
            self.close_connection = True
            self._send(Reply(413, {"Content-Type": "text/plain", "Connection": "close"}, b"Too large.\n"))
            return
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, path, query, headers, body)
        with self.server.sandbox.serving(request) as reply:
            if reply.delay_seconds:
                time.sleep(reply.delay_seconds)
            self._send(reply)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve  # noqa: N815  # the base class's names

    def _body(self) -> bytes | None:
        """The request's body; None when it is larger than is read."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks()
        length = self.headers.get("Content-Length", "0")
        if not length.isascii() or not length.isdigit() or int(length[:12]) > _MOST_BODY_BYTES:
            return None
        return self.rfile.read(int(length))

    def _chunks(self) -> bytes | None:
        body = bytearray()
        while True:
            size_line = self.rfile.readline(_LONGEST_LINE).split(b";")[0].strip()
            try:
                size = int(size_line, 16)
            except ValueError:
                return None
            if size < 0 or len(body) + size > _MOST_BODY_BYTES:
                return None
            body += self.rfile.read(size)
            self.rfile.readline(_LONGEST_LINE)
            if size == 0:
                return bytes(body)

    def _send(self, reply: Reply) -> None:
        if reply.reset:
            self._reset()
            return
        body = reply.body if reply.cut_after is None else reply.body[: reply.cut_after]
        # Head and body leave in one write, so that no reply waits for the client's delayed acknowledgement.
        self.connection.sendall(self._head(reply) + (b"" if self.command == "HEAD" else body))
        if reply.cut_after is not None:
            self.close_connection = True

    def _head(self, reply: Reply) -> bytes:
        try:
            phrase = HTTPStatus(reply.status).phrase
        except ValueError:
            phrase = "Status"
        lines = [f"HTTP/1.1 {reply.status} {phrase}"]
        lines += [f"{name}: {value}" for name, value in reply.headers.items()]
        lines += [f"Content-Length: {len(reply.body)}", "", ""]
        return "\r\n".join(lines).encode("latin-1")

    def _reset(self) -> None:
        """Close at once with RST: what a crashed proxy looks like from the client."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()


def ready_line(server: SandboxServer) -> str:
    """The one line of JSON that tells how to reach a served sandbox."""
    return json.dumps(server.sandbox.describe())
