"""Who calls BILL and how: credentials, address, limits, time-outs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from intacct_pipelines.clients.json_http.failures import Peer
from intacct_pipelines.clients.json_http.options import HttpOptions
from intacct_pipelines.errors import ConfigurationError

SYSTEM: Final = "bill"
PEER: Final = Peer(SYSTEM, "BILL", "user name and password (or sync token) and developer key")
MAX_PAGE_SIZE: Final = 100
"""BILL answers 400 to anything larger."""
LOGINS_PER_HOUR: Final = 200
"""BILL's limit per developer key (developer.bill.com, API rate limits)."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(HttpOptions):
    """Address and limits; see also ``HttpOptions``.

    Args:
        page_size: Records a page, 1 to 100.
        in_flight: Requests at the same time for one organisation; BILL allows 3, 2 leaves room for others.
        older_url: Base address of version 2, for what version 3 lacks; empty if that is not to be used.
        events_url: Base address of the webhook API; empty for the place beside ``url`` where BILL has it.
        idle_seconds: A session unused for longer is renewed before use; BILL ends one after 35 minutes.
    """

    page_size: int = MAX_PAGE_SIZE
    in_flight: int = 2
    idle_seconds: float = 30 * 60
    older_url: str = ""
    events_url: str = ""

    def __post_init__(self) -> None:
        # By name: a dataclass with slots is a new class, which ``super()`` without arguments does not know.
        HttpOptions.__post_init__(self)
        if not 1 <= self.page_size <= MAX_PAGE_SIZE:
            raise ConfigurationError(f"BILL's page size is 1 to {MAX_PAGE_SIZE}, not {self.page_size}.")
        if self.in_flight < 1:
            raise ConfigurationError("BILL's in_flight must be at least 1.")

    @property
    def events_base_url(self) -> str:
        """Where the webhook API is: ``/connect-events`` beside ``/connect`` (webhook API general rules)."""
        return self.events_url or self.base_url.removesuffix("/connect") + "/connect-events"
