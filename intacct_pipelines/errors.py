"""The whole error tree; nothing else belongs here.

    IntacctPipelinesError
    ├─ ConfigurationError                   a setting is missing or contradicts another; raised at start
    ├─ RemoteSystemError                    .system .operation .control_id .support_id
    │  ├─ TransportError          transient no complete answer: timeout, reset, 502–504
    │  ├─ RateLimitedError        transient .retry_after_seconds
    │  ├─ SessionExpiredError     transient the session renews once, then it is CredentialsRejectedError
    │  ├─ IncompleteResultError   transient rows received ≠ rows announced
    │  ├─ CredentialsRejectedError · PermissionDeniedError
    │  ├─ UnreadableResponseError           not the documented envelope; keeps a redacted excerpt
    │  └─ FunctionRejectedError             .details: every error of the reply, not only the first
    │     └─ RecordNotFoundError · DuplicateRecordError · UnknownFieldError · UnknownObjectError
    ├─ WarehouseError
    │  ├─ WarehouseUnavailableError transient
    │  ├─ WarehouseFullError
    │  └─ SchemaDriftError                  a field appeared, vanished or changed type
    ├─ BudgetSpentError                     a call would pass the stop line of the API budget; it was not sent
    ├─ DataContractError                    a step that needs valid rows got others; carries keys, never contents
    └─ PushError
       ├─ NotApprovedError · PeriodClosedError
       └─ OutcomeUnknownError               sent, answer lost; looked up before any new attempt, never simply retried

``transient`` speaks for reads: asking again may help. On a write, a ``TransportError`` after the request has left
becomes ``OutcomeUnknownError``. Messages hold ids and counts, never passwords, session ids or bank data.
"""

from __future__ import annotations

import copyreg
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class ErrorDetail:
    """One error of a remote reply, as the vendor worded it."""

    number: str
    description: str = ""
    description2: str = ""
    correction: str = ""
    support_id: str = ""

    def __str__(self) -> str:
        words = " ".join(part for part in (self.description, self.description2, self.correction) if part)
        support = f" [Support ID: {self.support_id}]" if self.support_id else ""
        return f"{self.number}: {words}{support}"


class IntacctPipelinesError(Exception):
    """The base of every error that this package raises on purpose.

    Args:
        message: What happened, in one sentence.
        rule: The number of the rule of sync behaviour that says why, such as ``S-BIL-06``; empty if none applies.
        remedy: What the reader should do next; empty if the message says it.
    """

    transient: ClassVar[bool] = False

    def __init__(self, message: str, *, rule: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.rule = rule
        self.remedy = remedy

    def __reduce__(self) -> tuple[object, ...]:
        """Let an error cross to another process: its arguments have names, which is not what Python expects."""
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]

    def __str__(self) -> str:
        rule = f" [{self.rule}]" if self.rule else ""
        stop = "." if self.remedy and not self.message.endswith((".", "!", "?", ":")) else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{self.message}{stop}{rule}{remedy}"


class ConfigurationError(IntacctPipelinesError):
    """A setting is missing or contradicts another; raised at start."""

    transient: ClassVar[bool] = False


class RemoteSystemError(IntacctPipelinesError):
    """Another system answered with something other than what was asked, or did not answer.

    Args:
        message: What happened, in one sentence.
        system: ``intacct`` or ``bill``.
        operation: The function or path that was called.
        control_id: Intacct's function control id, or empty.
        details: Every error of the reply, most specific first.
        rule: See the base class.
        remedy: See the base class.
    """

    def __init__(
        self,
        message: str,
        *,
        system: str,
        operation: str = "",
        control_id: str = "",
        details: tuple[ErrorDetail, ...] = (),
        rule: str = "",
        remedy: str = "",
    ) -> None:
        super().__init__(message, rule=rule, remedy=remedy)
        self.system = system
        self.operation = operation
        self.control_id = control_id
        self.details = details

    @property
    def support_id(self) -> str:
        """The vendor's support id, if the reply had one."""
        return next((detail.support_id for detail in self.details if detail.support_id), "")

    def __str__(self) -> str:
        lines = [super().__str__()]
        where = " ".join(part for part in (self.system, self.operation, self.control_id) if part)
        lines.append(f"  at {where}")
        lines.extend(f"  {detail}" for detail in self.details)
        return "\n".join(lines)


class TransportError(RemoteSystemError):
    """No complete answer: a time-out, a reset, an HTTP 5xx of a gateway in front.

    ``request_left`` is false only when it is certain that no byte of the request reached the other side; ``status`` is
    the HTTP status of the gateway in front, 0 if there was none.
    """

    transient: ClassVar[bool] = True

    def __init__(self, message: str, *, request_left: bool = True, status: int = 0, **where: object) -> None:
        super().__init__(message, **where)  # type: ignore[arg-type]  # the keywords of RemoteSystemError
        self.request_left = request_left
        self.status = status


class RateLimitedError(RemoteSystemError):
    """The other system asks for fewer calls; ``retry_after_seconds`` is None when it did not say how long to wait."""

    transient: ClassVar[bool] = True

    def __init__(self, message: str, *, retry_after_seconds: float | None = None, **where: object) -> None:
        super().__init__(message, **where)  # type: ignore[arg-type]  # the keywords of RemoteSystemError
        self.retry_after_seconds = retry_after_seconds


class SessionExpiredError(RemoteSystemError):
    """The session is not valid any more; the client renews it once by itself."""

    transient: ClassVar[bool] = True


class IncompleteResultError(RemoteSystemError):
    """Fewer or other rows arrived than were announced."""

    transient: ClassVar[bool] = True


class CredentialsRejectedError(RemoteSystemError):
    """Sender, company, user, key or password is wrong, or the sender is not authorised."""

    transient: ClassVar[bool] = False


class PermissionDeniedError(RemoteSystemError):
    """The user is known but may not do this."""

    transient: ClassVar[bool] = False


class UnreadableResponseError(RemoteSystemError):
    """The body is not the documented envelope: malformed, hostile, or another content type.

    ``excerpt`` is at most 300 characters of the body with secrets masked.
    """

    transient: ClassVar[bool] = False

    def __init__(self, message: str, *, excerpt: str = "", **where: object) -> None:
        super().__init__(message, **where)  # type: ignore[arg-type]  # the keywords of RemoteSystemError
        self.excerpt = excerpt


class FunctionRejectedError(RemoteSystemError):
    """The other system understood the call and refused it; ``details`` holds all reasons."""

    transient: ClassVar[bool] = False


class RecordNotFoundError(FunctionRejectedError):
    """The record that was named does not exist."""

    transient: ClassVar[bool] = False


class DuplicateRecordError(FunctionRejectedError):
    """A record with this key exists already."""

    transient: ClassVar[bool] = False


class UnknownFieldError(FunctionRejectedError):
    """A field or filter that the company does not have; never dropped silently."""

    transient: ClassVar[bool] = False


class UnknownObjectError(FunctionRejectedError):
    """An object that the company does not have: another subscription, or no such word."""

    transient: ClassVar[bool] = False


class WarehouseError(IntacctPipelinesError):
    """Something went wrong in Postgres."""


class WarehouseUnavailableError(WarehouseError):
    """Postgres cannot be reached or went away; the transaction was rolled back."""

    transient: ClassVar[bool] = True


class WarehouseFullError(WarehouseError):
    """Postgres has no room left; the transaction was rolled back."""

    transient: ClassVar[bool] = False


class SchemaDriftError(WarehouseError):
    """A field appeared, vanished or changed its type since the table was declared."""

    transient: ClassVar[bool] = False


class BudgetSpentError(IntacctPipelinesError):
    """A call would pass the stop line of the API budget; it was not sent."""

    transient: ClassVar[bool] = False


class DataContractError(IntacctPipelinesError):
    """A step that needs valid rows got others; carries keys, never contents."""

    transient: ClassVar[bool] = False


class PushError(IntacctPipelinesError):
    """Something stopped a push."""


class NotApprovedError(PushError):
    """The plan is not approved, has expired, or is not the one that was approved."""

    transient: ClassVar[bool] = False


class PeriodClosedError(PushError):
    """The target entity's period is closed."""

    transient: ClassVar[bool] = False


class OutcomeUnknownError(PushError):
    """A write was sent and its answer lost; look the record up before anything else."""

    transient: ClassVar[bool] = False
