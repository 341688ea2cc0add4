"""Answers that are not what was asked: which error each one is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final

from intacct_pipelines.errors import (
    CredentialsRejectedError,
    DuplicateRecordError,
    ErrorDetail,
    FunctionRejectedError,
    PermissionDeniedError,
    RateLimitedError,
    RecordNotFoundError,
    RemoteSystemError,
    SessionExpiredError,
    TransportError,
    UnknownFieldError,
    UnreadableResponseError,
)

HOURLY_LIMIT: Final = "BDC_1144"
_LIMITS: Final = frozenset({HOURLY_LIMIT, "BDC_1322"})
_SESSION: Final = "BDC_1109"
_CREDENTIALS: Final = frozenset({"BDC_1101", "BDC_1102"})
_PERMISSIONS: Final = frozenset({"BDC_1150", "BDC_1151", "BDC_1354", "BDC_1356", "BDC_1361"})
_UNKNOWN_PARAMETER: Final = "BDC_1002"
_UNKNOWN_PATH: Final = "BDC_1121"
_SYSTEM_ERROR: Final = "BDC_1001"
# A session id is a secret from its first answer on, before any mask can know it.
_SECRET_FIELD: Final = re.compile(
    r'("(?:sessionId|devKey|password|rememberMeId|apiToken)"\s*:\s*")[^"]*', re.IGNORECASE
)
_EXCERPT_CHARACTERS: Final = 300
_MOST_DETAILS: Final = 50


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is at the other end, for messages and errors.

    Args:
        system: The word that errors carry, such as ``bill``.
        name: What a person calls it.
        secret: What it knows us by, as a person would look for it.
    """

    system: str
    name: str
    secret: str


class Mask:
    """Replaces secrets in text that came from outside before it may be shown."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = tuple(sorted({secret for secret in secrets if secret}, key=len, reverse=True))

    def __call__(self, text: str) -> str:
        """Return ``text`` with every secret replaced."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def also(self, *secrets: str) -> Mask:
        """Return a mask that knows further secrets."""
        return Mask((*self._secrets, *secrets))


def excerpt(body: bytes, mask: Mask) -> str:
    """Return at most 300 characters of a body, secrets masked, on one line."""
    # Masked before it is cut: half a secret at the edge would not be recognised.
    text = _SECRET_FIELD.sub(r"\1***", mask(body[: 64 * 1024].decode("utf-8", "replace")))
    return " ".join(text.split())[:_EXCERPT_CHARACTERS].encode("utf-8", "replace").decode("utf-8")


def parse_details(value: Any, mask: Mask) -> tuple[ErrorDetail, ...]:
    """Read every error of a body: BILL's array, a plain object of a gateway in front, or nothing readable."""
    entries = value if isinstance(value, list) else [value]
    return tuple(_detail(entry, mask) for entry in entries[:_MOST_DETAILS] if isinstance(entry, Mapping))


def _detail(entry: Mapping[str, Any], mask: Mask) -> ErrorDetail:
    def text(*names: str) -> str:
        found = next((entry[name] for name in names if isinstance(entry.get(name), str)), "")
        return mask(found)[:_EXCERPT_CHARACTERS].encode("utf-8", "replace").decode("utf-8")

    return ErrorDetail(
        number=text("code", "errorCode", "error_code"),
        description=text("message", "error", "error_message"),
        description2=text("detail"),
        correction=text("help"),
    )


def classify(
    peer: Peer,
    *,
    status: int,
    details: tuple[ErrorDetail, ...],
    operation: str,
    retry_after_seconds: float | None,
    shown: str,
) -> RemoteSystemError:
    """Return the error that an answer other than 2xx means: the BDC code decides first, the status second.

    Args:
        peer: Who answered.
        status: HTTP status.
        details: What ``parse_details`` read from the body.
        operation: Method and path.
        retry_after_seconds: What the answer asked us to wait, if it did.
        shown: Masked excerpt of the body.
    """
    codes = {detail.number for detail in details}
    where: dict[str, Any] = {"system": peer.system, "operation": operation, "details": details}
    if status == HTTPStatus.TOO_MANY_REQUESTS or codes & _LIMITS:
        return RateLimitedError(
            f"{peer.name} asks for fewer requests.", retry_after_seconds=retry_after_seconds, **where
        )
    if codes & _CREDENTIALS:
        return CredentialsRejectedError(
            f"{peer.name} does not know these credentials.",
            remedy=f"Check {peer.secret}, and that it belongs to the environment of the configured url.",
            **where,
        )
    if status == HTTPStatus.UNAUTHORIZED or _SESSION in codes:
        return SessionExpiredError(f"{peer.name}: the session is not valid any more.", **where)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or _SYSTEM_ERROR in codes:
        return TransportError(f"{peer.name} answered HTTP {status}.", **where)
    if status < HTTPStatus.BAD_REQUEST:
        # Following a redirect would carry the secrets to another address.
        return UnreadableResponseError(
            f"{peer.name} answered HTTP {status}; redirects are not followed.", excerpt=shown, **where
        )
    return _refusal(peer, status, codes, where)


def _refusal(peer: Peer, status: int, codes: set[str], where: dict[str, Any]) -> RemoteSystemError:
    if status == HTTPStatus.FORBIDDEN or codes & _PERMISSIONS:
        return PermissionDeniedError(f"{peer.name}: the user may not do this.", **where)
    if _UNKNOWN_PARAMETER in codes:
        return UnknownFieldError(f"{peer.name} does not know a parameter, field or filter of this request.", **where)
    if _UNKNOWN_PATH in codes:
        return FunctionRejectedError(f"{peer.name} has no such path.", remedy="Check the configured url.", **where)
    if status == HTTPStatus.NOT_FOUND:
        return RecordNotFoundError(f"{peer.name} has no such record.", **where)
    if status == HTTPStatus.CONFLICT:
        return DuplicateRecordError(f"{peer.name} has such a record already.", **where)
    return FunctionRejectedError(f"{peer.name} refused the request with HTTP {status}.", **where)


def parse_retry_after(text: str | None, now: datetime) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for, be it a number or an HTTP date; None if neither."""
    if not text:
        return None
    if text.strip().isascii() and text.strip().isdigit():
        return float(text.strip()[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
