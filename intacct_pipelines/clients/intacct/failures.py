"""What a refusal means: the gateway's error chain → one class of the error tree, with the rule that explains it.

The vendor publishes no list of numbers and most refusals share one (``BL01001973``), so the level at which it failed
and the text decide. Only the meaning is decided here; nothing is sent, retried or logged.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import unquote

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
    UnknownObjectError,
    UnreadableResponseError,
)

SYSTEM: Final = "intacct"
ROLLED_BACK: Final = "XL03000009"
_SUPPORT_ID: Final = re.compile(r"\s*\[Support ID: ([^\]]*)\]\s*$")
_WRAPPERS: Final = re.compile(
    r"could not create \S+ record|error while saving|can't create the transaction", re.IGNORECASE
)


class Level(StrEnum):
    """Where a reply failed; at the first two nothing of the request ran."""

    CONTROL = "control"
    AUTHENTICATION = "authentication"
    FUNCTION = "function"


@dataclass(frozen=True, slots=True)
class _Meaning:
    pattern: re.Pattern[str]
    kind: type[FunctionRejectedError | PermissionDeniedError | TransportError]
    rule: str
    remedy: str


def _means(
    pattern: str,
    kind: type[FunctionRejectedError | PermissionDeniedError | TransportError],
    rule: str = "",
    remedy: str = "",
) -> _Meaning:
    return _Meaning(re.compile(pattern, re.IGNORECASE), kind, rule, remedy)


# The first that fits one error "errorno description description2 correction" of the chain decides.
_MEANINGS: Final = (
    _means(r"permission for api|not (?:have|has) (?:the )?permission|insufficient permission|not authorized to",
           PermissionDeniedError, "S-CFG-16", "Give the user's role the permission that is named."),
    _means(r"temporarily off-?line|please try again later|DL02000001", TransportError),
    _means(r"XL03000010|fields? .*(?:cannot be queried|does not exist|do not exist)|invalid fields list|invalid field",
           UnknownFieldError, "", "Take the field out of the catalog, or let the user see it."),
    _means(r"object definition \S+ not found", UnknownObjectError, "", "The company has no such object."),
    _means(r"another vendor with the given value", DuplicateRecordError, "S-ERR-01",
           "Look the vendor up and link it."),
    _means(r"another customer with the given value", DuplicateRecordError, "S-ERR-02"),
    _means(r"BL34000061|PL05000104|BL03002185|GL-0493|another \S+ with the (?:given )?value|already exists|DUPLICATE_",
           DuplicateRecordError, "", "Look the record up by its natural key before anything else."),
    _means(r"there is no due on the bill|exceeds total amount due \(0?\)|bills? (?:are|were) already paid"
           r"|bills were paid|oops, we can't find this transaction", FunctionRejectedError, "S-ERR-20",
           "Read the bill again; it is settled."),
    _means(r"already paid and can't be deleted", FunctionRejectedError, "S-ERR-27"),
    # The words are not documented (API: global transaction security).
    _means(r"reclassif\w* .*(?:disabled|not (?:allowed|enabled|permitted))|(?:disabled|not allow).* reclassif",
           FunctionRejectedError, "S-BIL-06", "Allow reclassification of posted documents in Intacct."),
    _means(r"(?:paid|has payments?|payment).*(?:cannot|can't|not) be (?:updated|changed|edited|modified)"
           r"|(?:cannot|can't) (?:update|change|edit|modify).*\bpa(?:id|yments?)\b", FunctionRejectedError, "S-BIL-06",
           "A paid bill is not edited; reclassify it if the company allows that."),
    _means(r"does not allow us to update this bill", FunctionRejectedError, "S-ERR-29",
           "The bill is paid, or its period is closed."),
    _means(r"\bperiod\b|\bclosed\b|date must be on or after", FunctionRejectedError, "S-IDM-08",
           "Open the period, or let the link post on the first open day."),
    _means(r"(?:owned|created|managed) (?:at|by|in) (?:the )?(?:root|top|entity)|MEGAENTITY|cross-level",
           FunctionRejectedError, "S-CFG-11", "Change it where it is owned: at the top level or at its entity."),
    _means(r"requires an? \S+|missing the \S+ dimension", FunctionRejectedError, "S-ERR-09",
           "Give the line the dimension that its account requires."),
    _means(r"restricted by gl account|this value is auto-filled", FunctionRejectedError, "",
           "Change the mapping: the dimensions contradict each other."),
    _means(r"is associated to the|gl account is restricted|account \S+ is not valid", FunctionRejectedError, "S-ERR-25",
           "Map the line to another account."),
    _means(r"activate the \w+ .* then try again|is inactive|not active", FunctionRejectedError, "S-VEN-05",
           "Activate the record in Intacct, or stop using it."),
    _means(r"required field vendor id is missing", FunctionRejectedError, "S-ERR-21"),
    _means(r"the term name .* is invalid", RecordNotFoundError, "S-ERR-22"),
    _means(r"greater than 100 characters", FunctionRejectedError, "S-ERR-24"),
    _means(r"cannot find \S+ with key|(?:vendor|customer|employee|location|department|class|project|item) '?.*'? "
           r"(?:specified )?is (?:not valid|invalid)|invalid (?:vendor|project|customer) '.*' specified"
           r"|does not exist|not found",
           RecordNotFoundError, "", "Create the record first, or map to one that exists."),
)  # fmt: skip

SENDER_REJECTED: Final = "Intacct rejected the sender"
SENDER_NOT_AUTHORISED: Final = "the sender is not authorised for the company"
SIGN_IN_REJECTED: Final = "Intacct rejected the sign-in"
_SENDER_REMEDY: Final = "Check the sender id and its password."
_AUTHORISE_REMEDY: Final = "Add the sender under Company > Security > Web Services authorizations, at top level."
_LOGIN_REMEDY: Final = "Check company, user, password and entity id."


def detail(
    number: str | None,
    description: str | None,
    description2: str | None,
    correction: str | None,
    ids: Sequence[str] = (),
) -> ErrorDetail:
    """Read one ``error`` element's texts; the support id is moved out of the prose.

    Args:
        number: ``errorno``.
        description: ``description``.
        description2: ``description2``.
        correction: ``correction``.
        ids: Stable ids of ``additionalinfo``, such as ``GL-0493``; appended to the number.
    """
    support_id = ""
    texts: list[str] = []
    for text in (description, description2, correction):
        plain = (text or "").strip()
        if match := _SUPPORT_ID.search(plain):
            support_id = support_id or unquote(match.group(1))
            plain = plain[: match.start()]
        texts.append(plain)
    joined = "/".join(part for part in ((number or "").strip(), *ids) if part)
    return ErrorDetail(joined, texts[0], texts[1], texts[2], support_id)


def classify(
    details: tuple[ErrorDetail, ...],
    *,
    level: Level,
    operation: str = "",
    control_id: str = "",
    retry_after_seconds: float | None = None,
) -> RemoteSystemError:
    """Return the error that a refusal means; all details are kept, the most specific first.

    Args:
        details: The whole chain of the reply.
        level: Where it failed.
        operation: Name of the function, or what was asked.
        control_id: The function's control id.
        retry_after_seconds: What the reply said about waiting.
    """
    line = _lines(details)
    where: dict[str, Any] = {"system": SYSTEM, "operation": operation, "control_id": control_id, "details": details}
    if re.search(r"GW-0010|rate limit exceeded|too many (?:concurrent )?requests", line, re.IGNORECASE):
        return RateLimitedError("Intacct asks for fewer calls", retry_after_seconds=retry_after_seconds, **where)
    if level is Level.CONTROL:
        return _control_error(line, where)
    if level is Level.AUTHENTICATION:
        return _authentication_error(line, where)
    return _function_error(details, where)


def _lines(details: tuple[ErrorDetail, ...]) -> str:
    return "\n".join(f"{d.number} {d.description} {d.description2} {d.correction}" for d in details)


def _headline(details: tuple[ErrorDetail, ...]) -> str:
    """The most specific text: the first that is no mere wrapper."""
    texts = [d.description2 or d.description or d.correction for d in details]
    return next(
        (text for text in texts if text and not _WRAPPERS.search(text)), next(iter(filter(None, texts)), "no text")
    )


def _control_error(line: str, where: dict[str, Any]) -> RemoteSystemError:
    if "XL03000003" in line:
        return UnreadableResponseError("Intacct could not read our request: it breaks the gateway's schema", **where)
    if re.search(r"GW-0001\b|temporarily off-?line|try again later", line, re.IGNORECASE):
        return TransportError("Intacct could not process the request now", **where)
    return _make(CredentialsRejectedError, SENDER_REJECTED, rule="S-ERR-28", remedy=_SENDER_REMEDY, where=where)


def _authentication_error(line: str, where: dict[str, Any]) -> RemoteSystemError:
    if re.search(r"invalid session|session (?:has )?(?:expired|timed out)", line, re.IGNORECASE):
        return SessionExpiredError("the Intacct session is not valid any more", **where)
    if re.search(r"web services authorization|not authorized", line, re.IGNORECASE):
        message, remedy = SENDER_NOT_AUTHORISED, _AUTHORISE_REMEDY
    else:
        message, remedy = SIGN_IN_REJECTED, _LOGIN_REMEDY
    return _make(CredentialsRejectedError, message, rule="S-ERR-28", remedy=remedy, where=where)


def _function_error(details: tuple[ErrorDetail, ...], where: dict[str, Any]) -> RemoteSystemError:
    headline = _headline(details)
    for one in details:
        if ROLLED_BACK in one.number:
            continue
        line = _lines((one,))
        for meaning in _MEANINGS:
            if meaning.pattern.search(line):
                return _make(
                    meaning.kind, f"Intacct refused: {headline}", rule=meaning.rule, remedy=meaning.remedy, where=where
                )
    return _make(FunctionRejectedError, f"Intacct refused: {headline}", rule="", remedy="", where=where)


def _make(
    kind: type[RemoteSystemError], message: str, *, rule: str, remedy: str, where: dict[str, Any]
) -> RemoteSystemError:
    return kind(message, rule=rule, remedy=remedy, **where)
