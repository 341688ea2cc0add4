"""Who signs in, where, and within which limits."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from intacct_pipelines.errors import ConfigurationError

DEFAULT_URL: Final = "https://api.intacct.com/ia/xml/xmlgw.phtml"
MAX_PAGE_SIZE: Final = 2000
MAX_IN_FLIGHT: Final = 6


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """The Web Services sender and the user of one company. Both passwords are masked wherever this is shown."""

    sender_id: str
    sender_password: str
    company_id: str
    user_id: str
    user_password: str

    def __repr__(self) -> str:
        return (
            f"Credentials(sender_id={self.sender_id!r}, sender_password='***', company_id={self.company_id!r}, "
            f"user_id={self.user_id!r}, user_password='***')"
        )


@dataclass(frozen=True, slots=True)
class Options:
    """Address and limits of one client.

    Args:
        url: The first endpoint; later ones come from ``getAPISession``.
        page_size: Rows a page, 1 to 2,000.
        in_flight: Requests under way at once, 1 to 6; the vendor's standard service allows about two.
        connect_timeout_seconds: Longest wait for a connection.
        read_timeout_seconds: Longest silence while reading the answer of a read.
        write_timeout_seconds: Longest silence while reading the answer of a write: losing it is dearer than waiting.
        call_timeout_seconds: Longest duration of one whole call; the gateway itself ends one after 15 minutes.
        attempts: How often a read is sent at most.
        max_body_bytes: Longest answer, unpacked.
        allow_http: Allow plain HTTP to hosts other than this machine; for a sandbox only.
        additional_error_info: Ask for the stable error ids as well.

    Raises:
        ConfigurationError: A limit is out of its range, or the address is not allowed.
    """

    url: str = DEFAULT_URL
    page_size: int = MAX_PAGE_SIZE
    in_flight: int = 2
    connect_timeout_seconds: float = 10.0
    read_timeout_seconds: float = 120.0
    write_timeout_seconds: float = 300.0
    call_timeout_seconds: float = 900.0
    attempts: int = 5
    max_body_bytes: int = 64 * 1024 * 1024
    allow_http: bool = False
    additional_error_info: bool = True

    def __post_init__(self) -> None:
        bounds = {
            "page_size": (self.page_size, 1, MAX_PAGE_SIZE),
            "in_flight": (self.in_flight, 1, MAX_IN_FLIGHT),
            "attempts": (self.attempts, 1, 20),
            "max_body_bytes": (self.max_body_bytes, 1024, 2**31),
        }
        for name, (value, least, most) in bounds.items():
            if not least <= value <= most:
                msg = f"{name} is {value}; it must lie between {least} and {most}"
                raise ConfigurationError(msg)
        if not self.allows(self.url):
            msg = f"the address {self.url} is not https; plain http is for this machine only"
            raise ConfigurationError(msg)

    def allows(self, url: str) -> bool:
        """Whether passwords and session ids may be sent to ``url``."""
        parts = urlsplit(url)
        if not parts.hostname or parts.username or parts.password:
            return False
        if parts.scheme == "https":
            return True
        return parts.scheme == "http" and (self.allow_http or _is_loopback(parts.hostname))

    def trusts_endpoint(self, url: str) -> bool:
        """Whether an endpoint that the gateway named may be followed.

        It must keep the scheme of the first one (no downgrade) and its domain: ``na12.intacct.com`` after
        ``api.intacct.com``.
        """
        first, named = urlsplit(self.url), urlsplit(url)
        if not self.allows(url) or named.scheme != first.scheme:
            return False
        return _domain(named.hostname or "") == _domain(first.hostname or "")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _domain(host: str) -> str:
    """The part of a host name that belongs to one owner: its last two labels; an address stands for itself."""
    if _is_loopback(host):
        return "localhost"
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return ".".join(host.lower().rstrip(".").split(".")[-2:])
