"""The door to Spend & Expense: one client for one API token, which stands for one platform account."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Self

import httpx

from intacct_pipelines.clients.json_http.failures import Mask
from intacct_pipelines.clients.json_http.paging import Page, read_object, read_pages
from intacct_pipelines.clients.json_http.query import Filter, check_path, check_sort, format_filters
from intacct_pipelines.clients.json_http.transport import Answer, Call, Transport
from intacct_pipelines.clients.spend.options import MAX_PAGE_SIZE, PEER, Options, Token
from intacct_pipelines.errors import (
    ConfigurationError,
    CredentialsRejectedError,
    IncompleteResultError,
    SessionExpiredError,
)

_MINUTE: Final = 60.0
_ROOT: Final = "/v3/spend/"
_MOST_READINGS: Final = 4


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Pace:
    """Keeps calls under a limit in any 60 seconds: a call too many waits for its turn. Thread-safe.

    Args:
        limit: Most calls in 60 seconds.
        sleep: Waits the given seconds.
        monotonic: Returns seconds on a clock that never jumps.
    """

    def __init__(self, limit: int, sleep: Callable[[float], None], monotonic: Callable[[], float]) -> None:
        self._sleep = sleep
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._turns: deque[float] = deque(maxlen=limit)

    def wait(self) -> None:
        """Take a turn, and wait until it has come."""
        with self._lock:
            now = self._monotonic()
            is_full = len(self._turns) == self._turns.maxlen
            turn = max(now, self._turns[0] + _MINUTE) if is_full else now
            self._turns.append(turn)
        # Outside the lock, so that others can take their own turns meanwhile.
        if turn > now:
            self._sleep(turn - now)


class SpendClient:
    """Reads Spend & Expense; a context manager; thread-safe. All that it can write is a value of a custom field.

    Args:
        token: The API token.
        options: Address and limits.
        transport: Another transport in the place of the network, for tests.
        charge: Called before each request with the number of calls in it, 1; what it raises stops the request.
        sleep: Waits the given seconds.
        now: Returns the current instant, aware.
        monotonic: Returns seconds on a clock that never jumps.
    """

    def __init__(
        self,
        token: Token,
        options: Options | None = None,
        *,
        transport: httpx.BaseTransport | None = None,
        charge: Callable[[int], None] = lambda _calls: None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = _utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._options = options or Options()
        self._headers = {"apiToken": token.value}
        self._mask = Mask((token.value,))
        self._pace = Pace(self._options.calls_per_minute, sleep, monotonic)
        self._transport = Transport(PEER, self._options, transport=transport, charge=charge, sleep=sleep, now=now)

    def __repr__(self) -> str:
        return f"SpendClient({self._options.base_url})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def requests(self) -> int:
        """HTTP requests sent so far, repeated attempts among them."""
        return self._transport.requests

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return one object.

        Args:
            path: Path from ``/v3/spend`` on.
            params: Query parameters; Spend & Expense ignores those it does not know.

        Raises:
            RemoteSystemError: Any of its kinds.
            ConfigurationError: The path is not one of this API.
        """
        return read_object(PEER, self._read, Call("GET", _check(path), dict(params or {})))

    def list(
        self,
        path: str,
        *,
        filters: Sequence[Filter] = (),
        sort: str = "",
        page_size: int = MAX_PAGE_SIZE,
        params: Mapping[str, str] | None = None,
    ) -> Iterator[Page]:
        """Yield the pages of a list to its end: the page that names no next one.

        Args:
            path: Path from ``/v3/spend`` on.
            filters: Conditions, all of which must hold; sent with every page, as is the sorting.
            sort: Such as ``occurredTime:asc``.
            page_size: Records a page, 1 to 100; 50 is the most for transactions.
            params: Further query parameters.

        Raises:
            IncompleteResultError: A page token came twice, or there are more pages than the bound allows.
            RemoteSystemError: Any of its other kinds.
            ConfigurationError: A path, filter or sorting that this API cannot take.
        """
        question = {**(params or {}), "max": str(page_size)}
        if written := format_filters(filters):
            question["filters"] = written
        if check_sort(sort):
            question["sort"] = sort
        call = Call("GET", _check(path), question)
        return read_pages(PEER, self._read, call, max_pages=self._options.max_pages)

    def settled(self, path: str) -> Sequence[dict[str, Any]]:
        """Return all records of a list that stood still while it was read.

        Most lists sort by nothing that stays, so one of more than a page is read again until two readings in a row have
        the same records.

        Args:
            path: Path from ``/v3/spend`` on.

        Raises:
            IncompleteResultError: It changed during each of four readings.
            RemoteSystemError: Any of its other kinds.
        """
        before: set[object] | None = None
        for _ in range(_MOST_READINGS):
            pages = [*self.list(path)]
            records = [record for page in pages for record in page.results]
            ids = {record.get("uuid") for record in records}
            if len(pages) == 1 or (ids == before and len(ids) == len(records)):
                return records
            before = ids
        words = f"Spend & Expense: {path} changed during each of {_MOST_READINGS} readings."
        raise IncompleteResultError(words, system=PEER.system, operation=f"GET {path}")

    def add_value(self, field_id: str, value: str) -> object:
        """Let a custom field offer one more value; sent once, never repeated. Return the answer as it came.

        What the answer to several values looks like is not documented, so each is a call of its own (bill v3, create a
        custom field value).

        Args:
            field_id: The field's ``id``; a ``uuid`` was seen to be answered with success and no effect by a call like
                this one, so the older id is the one to give.
            value: The text that people choose.

        Raises:
            TransportError: No complete answer; with ``request_left`` the outcome is unknown and must be looked up.
            RemoteSystemError: Any of its other kinds.
            ConfigurationError: The id is none that a path can hold.
        """
        call = Call("POST", _check(f"{_ROOT}custom-fields/{field_id}/values"), {}, {"values": [value]})
        return self._with_token(call, lambda: self._exchange(call)).value

    def file(self, link: str, *, most: int) -> bytes:
        """Return what is in a file, such as a receipt; a longer one is broken off behind ``most`` bytes.

        Args:
            link: The address that the record tells. It is signed, may lead anywhere, and nobody says how long it lasts;
                so the token does not go along, and it is to be followed at once.
            most: Bytes that are wanted at most.

        Raises:
            UnreadableResponseError: The address is not one that is followed.
            RemoteSystemError: Any of its other kinds.
        """
        return self._transport.retry(lambda: self._transport.download(link, {}, self._mask, most=most))

    def _read(self, call: Call) -> Answer:
        return self._with_token(call, lambda: self._transport.retry(lambda: self._exchange(call)))

    def _with_token(self, call: Call, answer: Callable[[], Answer]) -> Answer:
        try:
            return answer()
        except SessionExpiredError as error:
            # There is no session: HTTP 401 can only mean the token.
            raise CredentialsRejectedError(
                "Spend & Expense does not accept the API token.",
                system=PEER.system,
                operation=call.operation,
                details=error.details,
                remedy="Make a new token in Spend & Expense as an administrator, and check the configured url.",
            ) from None

    def _exchange(self, call: Call) -> Answer:
        self._pace.wait()
        return self._transport.exchange(call, self._headers, self._mask)


def _check(path: str) -> str:
    if not check_path(path).startswith(_ROOT):
        raise ConfigurationError(f"{path[:80]!r} is not a path of Spend & Expense; it must begin with {_ROOT}.")
    return path
