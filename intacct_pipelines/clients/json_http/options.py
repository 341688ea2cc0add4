"""Where and how one HTTP exchange is made: address, time-outs, attempts, sizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import httpx

from intacct_pipelines.errors import ConfigurationError

_LAST_PORT: Final = 65535
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpOptions:
    """Address and limits.

    Args:
        url: Base address; a trailing ``/v3`` is stripped, because every path begins with it.
        connect_timeout_seconds: For the connection.
        read_timeout_seconds: For the next bytes of an answer; likewise for sending.
        total_timeout_seconds: For one whole answer, so that a server that drips cannot hold us.
        attempts: How often a read is sent at most.
        backoff_seconds: First wait between attempts; doubles each time.
        limited_backoff_seconds: Likewise, when the other side asks for fewer requests and does not say how long.
        longest_wait_seconds: A wait that the server wants longer than this is the caller's to decide.
        max_body_bytes: Largest answer, unpacked.
        max_depth: Deepest nesting of JSON.
        max_pages: Most pages of one list.
        allow_http: Allow plain HTTP beyond loopback; only for a sandbox on a private network.
    """

    url: str = "https://gateway.prod.bill.com/connect"
    connect_timeout_seconds: float = 10
    read_timeout_seconds: float = 60
    total_timeout_seconds: float = 300
    attempts: int = 5
    backoff_seconds: float = 0.5
    limited_backoff_seconds: float = 0.5
    longest_wait_seconds: float = 60
    max_body_bytes: int = 16 * 1024 * 1024
    max_depth: int = 32
    max_pages: int = 100_000
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
            raise ConfigurationError("BILL's url must be https; plain http would show the secrets to the network.")
        if self.attempts < 1:
            raise ConfigurationError("BILL's attempts must be at least 1.")

    @property
    def is_loopback(self) -> bool:
        """Whether the address is this machine's own."""
        return httpx.URL(self.url).host in _LOOPBACK

    @property
    def base_url(self) -> str:
        """The address without a trailing ``/`` or ``/v3``; else requests would go to ``/v3/v3/…`` and get a 404."""
        return self.url.rstrip("/").removesuffix("/v3").rstrip("/")


def may_follow(options: HttpOptions, link: str, *, with_secrets: bool) -> bool:
    """Say whether an address that the other side gave is followed.

    Args:
        options: Where the other side is.
        link: The address.
        with_secrets: Whether headers go along that are meant for the other side alone.
    """
    try:
        asked, own = httpx.URL(link), httpx.URL(options.url)
    except httpx.InvalidURL:
        return False
    if (asked.scheme, asked.host, asked.port) == (own.scheme, own.host, own.port):
        return not asked.userinfo
    is_own_domain = _domain(asked.host) == _domain(own.host)
    # an address of this machine's own is never behind a link from outside
    is_public = asked.scheme == "https" and "." in asked.host and not asked.host.replace(".", "").isdigit()
    return is_public and not asked.userinfo and ":" not in asked.host and (is_own_domain or not with_secrets)


def _domain(host: str) -> str:
    return ".".join(host.rsplit(".", 2)[-2:])
