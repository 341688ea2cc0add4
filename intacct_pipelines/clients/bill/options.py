"""Who calls BILL and how: credentials, address, limits, time-outs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

import httpx

from intacct_pipelines.errors import ConfigurationError

MAX_PAGE_SIZE: Final = 100
"""BILL answers 400 to anything larger."""
LOGINS_PER_HOUR: Final = 200
"""BILL's limit per developer key (developer.bill.com, API rate limits)."""
_LAST_PORT: Final = 65535
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_HEADER_VALUE: Final = re.compile(r"[\x21-\x7e]{1,512}")


@dataclass(frozen=True, slots=True)
class Credentials:
    """A developer key and either a user's name and password or a sync token's name and value.

    BILL takes both at the same address in the same fields. A sync token is the better fit: no human password, a
    session of 48 hours, and it cannot move money.
    """

    dev_key: str = field(repr=False)
    username: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _HEADER_VALUE.fullmatch(self.dev_key):
            raise ConfigurationError("BILL's developer key is missing or has characters that a header cannot carry.")
        if not self.username or not self.password:
            raise ConfigurationError("BILL's user name or password (or sync token name or value) is missing.")

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be seen in a message or a log."""
        return (self.dev_key, self.password)


@dataclass(frozen=True, slots=True)
class Options:
    """Address and limits.

    Args:
        url: Base address; a trailing ``/v3`` is stripped, because every path begins with it.
        page_size: Records a page, 1 to 100.
        in_flight: Requests at the same time for one organisation; BILL allows 3, 2 leaves room for others.
        connect_timeout_seconds: For the connection.
        read_timeout_seconds: For the next bytes of an answer; likewise for sending.
        total_timeout_seconds: For one whole answer, so that a server that drips cannot hold us.
        attempts: How often a read is sent at most.
        backoff_seconds: First wait between attempts; doubles each time.
        longest_wait_seconds: A wait that the server wants longer than this is the caller's to decide.
        max_body_bytes: Largest answer, unpacked.
        max_depth: Deepest nesting of JSON.
        max_pages: Most pages of one list.
        idle_seconds: A session unused for longer is renewed before use; BILL ends one after 35 minutes.
        allow_http: Allow plain HTTP beyond loopback; only for a sandbox on a private network.
    """

    url: str = "https://gateway.prod.bill.com/connect"
    page_size: int = MAX_PAGE_SIZE
    in_flight: int = 2
    connect_timeout_seconds: float = 10
    read_timeout_seconds: float = 60
    total_timeout_seconds: float = 300
    attempts: int = 5
    backoff_seconds: float = 0.5
    longest_wait_seconds: float = 60
    max_body_bytes: int = 16 * 1024 * 1024
    max_depth: int = 32
    max_pages: int = 100_000
    idle_seconds: float = 30 * 60
    allow_http: bool = False

    def __post_init__(self) -> None:
        try:
            parts = httpx.URL(self.url)
        except httpx.InvalidURL:
            raise ConfigurationError("BILL's url is not an https address.") from None
        if parts.scheme not in {"https", "http"} or not parts.host or (parts.port or 1) > _LAST_PORT:
            raise ConfigurationError("BILL's url is not an https address.")
        if parts.userinfo or parts.query or parts.fragment:
            raise ConfigurationError("BILL's url may not hold credentials, a query or a fragment.")
        if parts.scheme == "http" and not (self.is_loopback or self.allow_http):
            raise ConfigurationError(
                "BILL's url must be https; plain http would show the developer key to the network."
            )
        if not 1 <= self.page_size <= MAX_PAGE_SIZE:
            raise ConfigurationError(f"BILL's page size is 1 to {MAX_PAGE_SIZE}, not {self.page_size}.")
        if self.in_flight < 1 or self.attempts < 1:
            raise ConfigurationError("BILL's in_flight and attempts must be at least 1.")

    @property
    def is_loopback(self) -> bool:
        """Whether the address is this machine's own."""
        return httpx.URL(self.url).host in _LOOPBACK

    @property
    def base_url(self) -> str:
        """The address without a trailing ``/`` or ``/v3``; else requests would go to ``/v3/v3/…`` and get a 404."""
        return self.url.rstrip("/").removesuffix("/v3").rstrip("/")
