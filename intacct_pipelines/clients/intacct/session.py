"""A session at one entity: what is read and written through it. It signs in by itself, and renews itself once.

How a request is sent, paced and tried again is the client's.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

from intacct_pipelines.clients.intacct import functions as build
from intacct_pipelines.clients.intacct.failures import SIGN_IN_REJECTED, SYSTEM
from intacct_pipelines.clients.intacct.functions import Function
from intacct_pipelines.clients.intacct.listing import RowListing, read_rows
from intacct_pipelines.clients.intacct.query import Query, query_element
from intacct_pipelines.clients.intacct.reading import Answer, Cut, Reading
from intacct_pipelines.clients.intacct.reply import (
    Envelope,
    Listing,
    Page,
    Result,
    parse_document,
    read_envelope,
    read_query,
    read_results,
)
from intacct_pipelines.domain.records import SourceField
from intacct_pipelines.errors import (
    CredentialsRejectedError,
    RemoteSystemError,
    SessionExpiredError,
    TransportError,
    UnreadableResponseError,
)

if TYPE_CHECKING:
    from intacct_pipelines.clients.intacct.client import IntacctClient

T = TypeVar("T")

RENEWAL_MARGIN: Final = timedelta(minutes=2)

_DEFAULT_LIFETIME: Final = timedelta(hours=1)
_COUNTS: Final = re.compile(
    rb'<data listtype="[A-Za-z0-9_.]+" totalcount="[0-9]+" offset="[0-9]+" count="([0-9]+)" numremaining="([0-9]+)">'
)

_HEAD_BYTES: Final = 8192


@dataclass(frozen=True, slots=True)
class _Token:
    """A session id and the only address at which it is good."""

    session_id: str = field(repr=False)
    endpoint: str = ""
    lifetime: timedelta = _DEFAULT_LIFETIME


class Session:
    """One signed-in session at one entity. Made by ``IntacctClient.session``; thread-safe."""

    def __init__(self, client: IntacctClient, entity_id: str) -> None:
        self.entity_id = entity_id
        self._client = client
        self._token: _Token | None = None
        self._expires_at = client.now()
        self._ahead: timedelta | None = None
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"Session(entity_id={self.entity_id!r})"

    @property
    def requests(self) -> int:
        """HTTP requests that the client has sent so far, for the API budget."""
        return self._client.requests

    # ---- reading ----

    def read_pages(self, query: Query, *, in_flight: int | None = None) -> Iterator[Page]:
        """Yield all rows of a query, page by page, proven complete; see ``reading``.

        Args:
            query: What to read.
            in_flight: Requests beside each other, 1 or 2; None for the client's own.

        Raises:
            IncompleteResultError: Rows are missing or out of order.
            UnknownFieldError: The company does not have a field.
            RemoteSystemError: Any other failure.
        """
        fields = query.fields if query.key in query.fields else (query.key, *query.fields)
        size = min(query.page_size or self._client.options.page_size, self._client.options.page_size)
        ahead = (in_flight or self._client.options.in_flight) > 1
        reading = Reading(self, replace(query, fields=fields), size, self._client.executor() if ahead else None)
        # map, as a loop variable would keep the last page alive while the next one is read
        yield from map(lambda page: _narrowed(page, query.fields), reading.pages())  # noqa: C417  # as said

    def fetch(self, query: Query, cut: Cut) -> Answer:
        """Ask for one page; see ``reading.Source``."""
        element = query_element(query, bounds=cut.condition(query.key), page_size=cut.size, descending=cut.descending)
        function = Function(f"query-{query.object}", element)
        edge_of = _edge_pattern(query.key)

        def answer(body: bytes) -> Answer:
            counts = _COUNTS.search(body, 0, _HEAD_BYTES)
            edge = edge_of.search(body, max(0, body.rfind(b"<" + query.key.encode() + b">")))
            if counts and edge and int(counts.group(1)) and body.rstrip().endswith(b"</response>"):
                return _Unread(self, body, function, query, int(edge.group(1)), int(counts.group(2)))
            # failures, empty pages and unusual forms: read at once, so that a passing failure is asked again
            listing = self._listing(body, function, query)
            keys = listing.columns[query.key]
            return _Read(_as_key(keys[-1].as_py()) if len(keys) else None, listing.remaining, listing)

        return self._run([function], answer, attempts=self._client.options.attempts)

    def _listing(self, body: bytes, function: Function, query: Query) -> Listing:
        listing, lifetime = read_query(body, function, query.object, query.fields)
        self._extend(lifetime)
        return listing

    # ---- calling ----

    def call(
        self, functions: Sequence[Function], *, transaction: bool = False, unique: bool = False, write: bool = False
    ) -> list[Result]:
        """Run functions in one request; results in the functions' order.

        A function's own failure is ``Result.error``, never raised. Reads are asked again after passing failures;
        writes are sent once.

        Args:
            functions: What to run; each with another control id.
            transaction: All or none.
            unique: Refuse what was completed before under the same control id (rule S-IDM-02).
            write: Something changes.

        Raises:
            TransportError: No readable answer. For a write, ``request_left`` false means that nothing ran; otherwise
                the outcome is unknown and must be looked up (rule S-ERR-42).
            RateLimitedError: Nothing ran.
            CredentialsRejectedError: Nothing ran.
            UnreadableResponseError: The gateway could not read the request, so nothing ran; or, for reads, its
                answer is not the documented envelope.
        """
        if not functions:
            return []
        if len({function.control_id for function in functions}) != len(functions):
            msg = "functions of one request need control ids of their own"
            raise ValueError(msg)

        def results(body: bytes) -> list[Result]:
            envelope = self._open(body, functions[0].name)
            found = read_results(envelope, functions)
            passing = [one.error for one in found if one.error is not None and one.error.transient]
            if passing and not write:
                raise passing[0]
            return found

        attempts = 1 if write else self._client.options.attempts
        return self._run(functions, results, attempts=attempts, write=write, transaction=transaction, unique=unique)

    def read(self, function: Function) -> Result:
        """Run one reading function.

        Raises:
            RemoteSystemError: It failed.
        """
        (result,) = self.call([function])
        if result.error is not None:
            raise result.error
        return result

    def closed_books_date(self) -> date | None:
        """The last closed day of the entity; None if nothing is closed.

        Raises:
            UnreadableResponseError: The answer is no date.
        """
        record = _merged(self.read(build.get_closed_books_date()))
        parts = [record.get(name) for name in ("year", "month", "day")]
        if not any(parts):
            return None
        try:
            year, month, day = (int(part or "") for part in parts)
            return date(year, month, day)
        except ValueError:
            msg = "the last closed date is unreadable"
        raise UnreadableResponseError(msg, system=SYSTEM, operation="get_closedbooksdate")

    def permissions(self, user_id: str) -> dict[str, frozenset[str]]:
        """What a user may do: policy name → rights, such as ``Bills`` → {List, View, Add}."""
        result = self.read(build.get_user_permissions(user_id))
        found: dict[str, frozenset[str]] = {}
        for record in result.records:
            names = _last_part(record, "policyName").split("\n")
            rights = _last_part(record, "rights").split("\n")
            for name, words in zip(names, rights, strict=False):
                found[name] = found.get(name, frozenset()) | frozenset(words.split("|"))
        return found

    def fields(self, object_name: str) -> tuple[SourceField, ...]:
        """The fields that an object has in this company, own ones marked; costs one request.

        Raises:
            UnknownObjectError: There is no such object.
        """
        (listing,) = self.read_lists([build.lookup(object_name)], "Field")
        rows = [row for row in listing.rows if row.get("ID")]
        return tuple(SourceField(row["ID"] or "", (row.get("ISCUSTOM") or "").lower() == "true") for row in rows)

    def read_lists(self, functions: Sequence[Function], row: str) -> list[RowListing]:
        """Run functions that list something in one request; each one's rows are the elements called ``row``.

        Raises:
            RemoteSystemError: One of them failed.
        """

        def listings(body: bytes) -> list[RowListing]:
            envelope = self._open(body, functions[0].name)
            for result in read_results(envelope, functions):
                if result.error is not None:
                    raise result.error
            by_id = {element.findtext("controlid"): element for element in envelope.results}
            return [read_rows(by_id[function.control_id], row) for function in functions]

        return self._run(functions, listings, attempts=self._client.options.attempts)

    @property
    def user_id(self) -> str:
        """The user as whom the session is signed in."""
        return self._client.credentials.user_id

    def entities(self) -> list[dict[str, str | None]]:
        """The entities that the user may enter: ``id``, ``name``, ``recordno``, ``currency`` and more, lower case."""
        result = self.read(build.read_entity_details())
        return [{name.rpartition(".")[2].lower(): text for name, text in record.items()} for record in result.records]

    def clock_ahead(self) -> timedelta | None:
        """How far our clock was before the gateway's at the sign-in, up to how long that took; None if it did not say.

        Raises:
            RemoteSystemError: The sign-in failed.
        """
        self._client.in_slot(self._current, attempts=1)
        return self._ahead

    # ---- the session itself ----

    def _run(
        self,
        functions: Sequence[Function],
        read: Callable[[bytes], T],
        *,
        attempts: int,
        write: bool = False,
        **flags: bool,
    ) -> T:
        """Send, read the answer, and after a refused session once more with a new one: nothing of the first ran."""

        def once(token: _Token) -> T:
            def exchanged() -> T:
                return read(
                    self._client.exchange(
                        functions, url=token.endpoint, session_id=token.session_id, write=write, **flags
                    )
                )

            return _lost_if_unreadable(exchanged, functions[0].name) if write else exchanged()

        def signed_in(sign_in: Callable[[], _Token]) -> _Token:
            return _lost_if_unreadable(sign_in, "getAPISession", request_left=False) if write else sign_in()

        def send() -> T:
            token = signed_in(self._current)
            try:
                return once(token)
            except SessionExpiredError:
                pass
            try:
                return once(signed_in(lambda: self._renewed(token)))
            except SessionExpiredError as error:
                raise _rejected(error, "the renewed session is refused as well") from None

        return self._client.in_slot(send, attempts=attempts)

    def _open(self, body: bytes, operation: str) -> Envelope:
        envelope = read_envelope(parse_document(body, operation=operation), operation=operation)
        self._extend(envelope.lifetime)
        return envelope

    def _extend(self, lifetime: timedelta | None) -> None:
        """Each answer pushes the end of the session forward."""
        if lifetime is not None:
            self._expires_at = self._client.now() + lifetime

    def _current(self) -> _Token:
        with self._lock:
            token = self._token
            if token is None:
                return self._sign_in()
            # a session that lasts minutes only must not be renewed before every call
            margin = min(RENEWAL_MARGIN, token.lifetime / 2)
            return self._sign_in() if self._expires_at - self._client.now() < margin else token

    def _renewed(self, refused: _Token) -> _Token:
        """A new session, unless another thread has made one since ``refused``."""
        with self._lock:
            return self._sign_in() if self._token is None or self._token is refused else self._token

    def _sign_in(self) -> _Token:
        try:
            self._token = self._client.retrying(self._login, attempts=self._client.options.attempts)
        except TransportError as error:
            message = error.message
        except SessionExpiredError as error:
            raise _rejected(error, SIGN_IN_REJECTED) from None
        else:
            return self._token
        # what was to be done with the session has certainly not been sent
        raise TransportError(message, request_left=False, system=SYSTEM, operation="getAPISession")

    def _login(self) -> _Token:
        function = build.get_api_session(self.entity_id)
        url = self._client.options.url
        body = self._client.exchange([function], url=url, session_id="", write=False)
        envelope = self._open(body, "getAPISession")
        self._ahead = self._client.now() - envelope.answered_at if envelope.answered_at else None
        (result,) = read_results(envelope, [function])
        if result.error is not None:
            raise result.error if result.error.transient else _rejected(result.error, self._not_entered())
        record = _merged(result)
        session_id, endpoint = record.get("sessionid") or "", record.get("endpoint") or ""
        if not session_id or not self._client.options.trusts_endpoint(endpoint):
            msg = f"Intacct gave no session id, or an endpoint that is not trusted: {endpoint[:200]}"
            raise UnreadableResponseError(msg, system=SYSTEM, operation="getAPISession")
        if (record.get("locationid") or "") != self.entity_id:
            msg = f"{self._not_entered()}: the session stands at {record.get('locationid') or 'the top level'}"
            raise CredentialsRejectedError(msg, rule="S-CFG-18", system=SYSTEM, operation="getAPISession")
        lifetime = envelope.lifetime or _DEFAULT_LIFETIME
        self._expires_at = self._client.now() + lifetime
        return _Token(session_id, endpoint, lifetime)

    def _not_entered(self) -> str:
        place = f"entity {self.entity_id}" if self.entity_id else "the top level"
        return f"{place} of company {self._client.credentials.company_id} cannot be entered"


def _lost_if_unreadable(get: Callable[[], T], operation: str, *, request_left: bool = True) -> T:
    """Do what a write takes; an answer that cannot be read is a lost one."""
    try:
        return get()
    except UnreadableResponseError as error:
        # with details it is the gateway that could not read us: nothing ran, and what was written is at fault
        if error.details and request_left:
            raise
        message = f"the answer to a write cannot be read: {error.message}"
    raise TransportError(message, request_left=request_left, system=SYSTEM, operation=operation)


def _rejected(error: RemoteSystemError, message: str) -> CredentialsRejectedError:
    where: dict[str, Any] = {"system": SYSTEM, "operation": error.operation, "details": error.details}
    remedy = "Check company, user, password and entity id."
    return CredentialsRejectedError(message, rule="S-ERR-28", remedy=remedy, **where)


def _merged(result: Result) -> dict[str, str | None]:
    """All records of a small answer as one, by the last part of each name."""
    return {name.rpartition(".")[2]: text for record in result.records for name, text in record.items()}


def _last_part(record: dict[str, str | None], name: str) -> str:
    """The text whose dotted name ends with ``name``."""
    return next((text or "" for path, text in record.items() if path.rpartition(".")[2] == name), "")


def _narrowed(page: Page, fields: tuple[str, ...]) -> Page:
    """The page without the key that was read for its own sake."""
    if page.fields == fields:
        return page
    return replace(page, fields=fields, columns={name: page.columns[name] for name in fields})


def _edge_pattern(key: str) -> re.Pattern[bytes]:
    name = re.escape(key).encode()
    return re.compile(rb"<" + name + rb">([0-9]{1,18})</" + name + rb">")


def _as_key(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


@dataclass(frozen=True, slots=True)
class _Read:
    """A page whose rows have been read."""

    edge: int | None
    remaining: int
    rows: Listing = field(repr=False)

    def listing(self) -> Listing:
        return self.rows


@dataclass(frozen=True, slots=True)
class _Unread:
    """A page that arrived whole; its rows are read when wanted, so that the next request need not wait for that."""

    session: Session
    body: bytes = field(repr=False)
    function: Function = field(repr=False)
    query: Query = field(repr=False)
    edge: int | None
    remaining: int

    def listing(self) -> Listing:
        return self.session._listing(self.body, self.function, self.query)  # noqa: SLF001  # its own page
