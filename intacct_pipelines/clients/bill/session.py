"""One organisation's session: renewed when it ends, paged to the end, never more in flight than allowed."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from intacct_pipelines.clients.bill.options import LOGINS_PER_HOUR, PEER, SYSTEM, Credentials, Options
from intacct_pipelines.clients.json_http.failures import Mask
from intacct_pipelines.clients.json_http.paging import Page, read_object, read_pages
from intacct_pipelines.clients.json_http.query import Filter, check_path, check_sort, format_filters
from intacct_pipelines.clients.json_http.transport import Answer, Call, Transport
from intacct_pipelines.errors import (
    ConfigurationError,
    CredentialsRejectedError,
    FunctionRejectedError,
    PermissionDeniedError,
    RateLimitedError,
    SessionExpiredError,
    UnreadableResponseError,
)

_LOGIN: Final = "/v3/login"
_SESSION_ID: Final = re.compile(r"[\x21-\x7e]{1,512}")
_HOUR: Final = timedelta(hours=1)
# What moves money or opens a way for it. This product keeps books in step; it never pays.
_MONEY: Final = ("/v3/payments", "/v3/receivable-payments", "/v3/funding-accounts", "/v3/recurringbills")
_MONEY_SEGMENTS: Final = frozenset(
    {"bank-account", "bank-accounts", "charge-authorization", "charge", "record-payment"}
)
_RECORDS: Final = frozenset({("POST", "/v3/bills/record-payment"), ("POST", "/v3/invoices/record-payment")})
"""The calls that only say that money was moved elsewhere (bill v3, record-payment)."""

Found = TypeVar("Found")


class LoginGuard:
    """Keeps the logins of one developer key under BILL's hourly limit, as far as this process knows."""

    def __init__(self, now: Callable[[], datetime], limit: int = LOGINS_PER_HOUR) -> None:
        self._now = now
        self._limit = limit
        self._lock = threading.Lock()
        self._logins: deque[datetime] = deque(maxlen=limit)

    def admit(self) -> None:
        """Count one login.

        Raises:
            RateLimitedError: It would be one too many within an hour.
        """
        with self._lock:
            now = self._now()
            if len(self._logins) == self._limit and now - self._logins[0] < _HOUR:
                wait = (self._logins[0] + _HOUR - now).total_seconds()
                raise RateLimitedError(
                    f"{self._limit} logins within an hour; BILL would lock the developer key.",
                    retry_after_seconds=wait,
                    system=SYSTEM,
                    operation=f"POST {_LOGIN}",
                )
            self._logins.append(now)


class Session:
    """Reads and writes of one organisation; made by ``BillClient.session``. Thread-safe."""

    def __init__(
        self,
        organization_id: str,
        credentials: Credentials,
        options: Options,
        *,
        transport: Transport,
        guard: LoginGuard,
        now: Callable[[], datetime],
    ) -> None:
        self.organization_id = organization_id
        self._credentials = credentials
        self._options = options
        self._transport = transport
        self._guard = guard
        self._now = now
        self._mask = Mask(credentials.secrets)
        self._in_flight = threading.BoundedSemaphore(options.in_flight)
        self._lock = threading.Lock()
        # Apart from the session's lock, which is held while it logs in.
        self._count_lock = threading.Lock()
        self._session_id = ""
        self._used_at: datetime | None = None
        self._rejected = ""
        self._requests = 0

    def __repr__(self) -> str:
        return f"Session({self.organization_id})"

    @property
    def requests(self) -> int:
        """HTTP requests sent for this organisation so far."""
        return self._requests

    def get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return one object.

        Args:
            path: Path from ``/v3`` on.
            params: Query parameters.

        Raises:
            RemoteSystemError: Any of its kinds.
            ConfigurationError: The path is not one of BILL's API.
        """
        return read_object(PEER, self._read, Call("GET", check_path(path), dict(params or {})))

    def list(
        self,
        path: str,
        *,
        filters: Sequence[Filter | tuple[str, str, str | Sequence[str]]] = (),
        sort: str = "",
        page_size: int = 0,
        may_be_plain: bool = False,
    ) -> Iterator[Page]:
        """Yield the pages of a list to its end: the page that names no next one. An empty page may not be the end.

        Args:
            path: Path from ``/v3`` on.
            filters: Conditions, all of which must hold.
            sort: Such as ``updatedTime:asc``; sent with every page, as are the filters.
            page_size: Records a page, 1 to 100; 0 for the option's.
            may_be_plain: Accept a bare array, which is whole by itself, as some of BILL's lists are.

        Raises:
            IncompleteResultError: A page token came twice, or there are more pages than the bound allows.
            RemoteSystemError: Any of its other kinds.
            ConfigurationError: A path, filter or sorting that BILL cannot take.
        """
        params = {"max": str(page_size or self._options.page_size)}
        if written := format_filters(filters):
            params["filters"] = written
        if check_sort(sort):
            params["sort"] = sort
        call = Call("GET", check_path(path), params)
        return read_pages(PEER, self._read, call, max_pages=self._options.max_pages, may_be_plain=may_be_plain)

    def file(self, path: str, *, most: int) -> bytes:
        """Return what is in a file that BILL keeps; a longer one is broken off behind ``most`` bytes.

        Its link is asked for anew and followed at once, because nobody says how long it lasts. BILL wants the session
        with it (developer.bill.com, documents and attachments).

        Args:
            path: Path of the file's own record, such as ``/v3/documents/00h…``.
            most: Bytes that are wanted at most.

        Raises:
            UnreadableResponseError: BILL tells no link, or one that is not followed.
            RemoteSystemError: Any of its other kinds.
        """
        link = self.get(path).get("downloadLink")
        if not isinstance(link, str) or not link:
            raise UnreadableResponseError("BILL tells no link of this file.", system=SYSTEM, operation=f"GET {path}")

        def fetch(session_id: str) -> bytes:
            with self._in_flight:
                self._count()
                mask = self._mask.also(session_id)
                return self._transport.download(link, {"sessionId": session_id}, mask, most=most)

        return self._renewing(fetch, f"GET {path}")

    def post(self, path: str, body: Mapping[str, Any] | Sequence[Any]) -> Any:
        """Create or act; sent once, never repeated.

        Raises:
            TransportError: No complete answer; with ``request_left`` the outcome is unknown and must be looked up.
            SessionExpiredError: The session had ended; nothing was done, the next call logs in.
            RemoteSystemError: Any of its other kinds.
            ConfigurationError: The path moves money, which this product never does.
        """
        return self._write("POST", path, body)

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """Change some fields; sent once, never repeated. Raises as ``post`` does."""
        return self._write("PATCH", path, body)

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """Give a record anew, with all that it has; sent once, never repeated. Raises as ``post`` does."""
        return self._write("PUT", path, body)

    def upload(self, path: str, name: str, content: bytes) -> Any:
        """Put a file where BILL keeps those of a record; sent once, never repeated. Raises as ``post`` does.

        Args:
            path: Path of the record's files, such as ``/v3/documents/bills/00n…`` (bill v3, documents).
            name: What it is called, with its type.
            content: What is in it.
        """
        return self._sent_once(Call("POST", check_path(path), {"name": name}, raw=content))

    def _write(self, method: str, path: str, body: object) -> Any:
        return self._sent_once(Call(method, check_path(path), {}, body))

    def _sent_once(self, call: Call) -> Any:
        method, path = call.method, call.path
        moves_money = path.lower().startswith(_MONEY) or bool(_MONEY_SEGMENTS & set(path.lower().split("/")))
        if moves_money and (method, path) not in _RECORDS:
            raise ConfigurationError(f"{call.operation} moves money or opens a way for it; this product never does.")
        session_id = self._current("")
        try:
            return self._exchange(call, session_id).value
        except SessionExpiredError:
            with self._lock:
                self._session_id = "" if self._session_id == session_id else self._session_id
            raise

    def _read(self, call: Call) -> Answer:
        return self._renewing(lambda session_id: self._exchange(call, session_id), call.operation)

    def _renewing(self, read: Callable[[str], Found], operation: str) -> Found:
        """Run a read with a session, and once more with a new one if that has ended."""
        session_id = self._current("")
        try:
            return self._transport.retry(lambda: read(session_id))
        except SessionExpiredError:
            renewed = self._current(session_id)
        try:
            return self._transport.retry(lambda: read(renewed))
        except SessionExpiredError as error:
            raise CredentialsRejectedError(
                "BILL refused a session that it had just opened.",
                system=SYSTEM,
                operation=operation,
                details=error.details,
                remedy="Check that the developer key belongs to this environment and may use this organisation.",
            ) from error

    def _exchange(self, call: Call, session_id: str) -> Answer:
        headers = {"devKey": self._credentials.dev_key, "sessionId": session_id}
        answer = self._send(call, headers, self._mask.also(session_id))
        self._used_at = self._now()
        return answer

    def _send(self, call: Call, headers: Mapping[str, str], mask: Mask) -> Answer:
        with self._in_flight:
            self._count()
            return self._transport.exchange(call, headers, mask)

    def _count(self) -> None:
        with self._count_lock:
            self._requests += 1

    def _current(self, ended: str) -> str:
        """Return a session id other than ``ended``; logs in when there is none or it lay idle for too long."""
        with self._lock:
            idle = self._now() - (self._used_at or self._now())
            is_stale = idle.total_seconds() > self._options.idle_seconds
            if not self._session_id or self._session_id == ended or is_stale:
                self._session_id = ""
                self._session_id = self._log_in()
                self._used_at = self._now()
            return self._session_id

    def _log_in(self) -> str:
        call = self._login_call()
        operation = call.operation
        if self._rejected:
            raise CredentialsRejectedError(self._rejected, system=SYSTEM, operation=operation)
        try:
            value = self._transport.retry(lambda: self._log_in_once(call))
        except CredentialsRejectedError as error:
            # Asking again with the same words would only bring a lock-out nearer.
            self._rejected = error.message
            raise
        except (SessionExpiredError, FunctionRejectedError, PermissionDeniedError) as error:
            self._rejected = f"BILL refused the login to organisation {self.organization_id}."
            raise CredentialsRejectedError(
                self._rejected,
                system=SYSTEM,
                operation=operation,
                details=error.details,
                remedy="Check the organisation's id and that the user or sync token belongs to it.",
            ) from error
        return self._session_of(value, operation)

    def _login_call(self) -> Call:
        body = {
            "username": self._credentials.username,
            "password": self._credentials.password,
            "organizationId": self.organization_id,
            "devKey": self._credentials.dev_key,
        }
        return Call("POST", _LOGIN, {}, body)

    def _log_in_once(self, call: Call) -> Any:
        self._guard.admit()
        return self._send(call, {}, self._mask).value

    def _session_of(self, value: Any, operation: str) -> str:
        session_id = value.get("sessionId") if isinstance(value, dict) else None
        if not isinstance(session_id, str) or not _SESSION_ID.fullmatch(session_id):
            raise UnreadableResponseError("BILL's login answer has no session id.", system=SYSTEM, operation=operation)
        if value.get("organizationId", self.organization_id) != self.organization_id:
            # Reading another organisation's books under this one's name would mix two companies.
            raise UnreadableResponseError(
                f"BILL opened a session of another organisation than {self.organization_id}.",
                system=SYSTEM,
                operation=operation,
            )
        return session_id
