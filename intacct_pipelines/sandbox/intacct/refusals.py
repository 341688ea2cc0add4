"""How the gateway says no: errors by level, with the texts of the vendor where they are known.

Numbers with the prefix ``SANDBOX-`` are ours: the vendor's are not known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Fault:
    """One ``error`` element."""

    number: str
    description2: str = ""
    description: str = ""
    correction: str = ""
    error_id: str = ""
    message_id: str = ""


class RequestRefusedError(Exception):
    """The whole request is refused: a control failure.

    Args:
        faults: What to say.
        http_status: Status of the HTTP reply.
        echo: Whether the reply repeats the sender and control id.
    """

    def __init__(self, *faults: Fault, http_status: int = 200, echo: bool = True) -> None:
        super().__init__(faults[0].description2)
        self.faults = faults
        self.http_status = http_status
        self.echo = echo


class LoginRefusedError(Exception):
    """The operation is refused: an authentication failure.

    Args:
        fault: What to say.
        user_id: The user to repeat in the reply.
        company_id: The company to repeat in the reply.
    """

    def __init__(self, fault: Fault, *, user_id: str = "", company_id: str = "") -> None:
        super().__init__(fault.description2)
        self.fault = fault
        self.user_id = user_id
        self.company_id = company_id


class FunctionRefusedError(Exception):
    """One function is refused.

    Args:
        faults: Most specific first.
        data: What was done all the same, as XML; empty if nothing.
    """

    def __init__(self, *faults: Fault, data: str = "") -> None:
        super().__init__(faults[0].description2)
        self.faults = faults
        self.data = data


def schema_error(text: str, line: int = 1, column: int = 1) -> RequestRefusedError:
    """The request does not follow the schema."""
    return RequestRefusedError(
        Fault("XL03000003", f"XML Parse schema error: {text} Line: {line}, column: {column}", "XML Validation")
    )


def refusal(number: str, text: str, correction: str = "") -> FunctionRefusedError:
    """A function's refusal with one error."""
    return FunctionRefusedError(Fault(number, text, "", correction))


def wrapped(error: FunctionRefusedError, object_name: str, verb: str) -> FunctionRefusedError:
    """Append the generic errors that the gateway puts behind the cause of a failed write."""
    return FunctionRefusedError(
        *error.faults,
        Fault(
            "BL01001973",
            f"Could not {verb} {object_name.lower()} record!",
            correction="Check the transaction for errors or inconsistencies, then try again.",
        ),
    )


def unknown_object(name: str, number: str = "Query Failed") -> FunctionRefusedError:
    """An object that the company does not have."""
    return refusal(number, f"Object definition {name} not found")


def unknown_field(object_name: str, field: str) -> FunctionRefusedError:
    """A field that the company does not have, in select, filter or order."""
    return refusal("XL03000010", f"Field {field} does not exist for object {object_name}.")


def no_permission(object_name: str, operation: str) -> FunctionRefusedError:
    """The user may not do this."""
    return refusal(
        "SANDBOX-PERMISSION",
        f"You do not have permission for API operation {operation} on objects of type {object_name.lower()}",
    )


def rolled_back() -> Fault:
    """The error that every function of a failed transaction carries."""
    return Fault("XL03000009", "The entire transaction in this operation has been rolled back due to an error.")


def with_support_id(fault: Fault, support_id: str) -> Fault:
    """Append the support id as the gateway does."""
    return replace(fault, description2=f"{fault.description2} [Support ID: {support_id}]")
