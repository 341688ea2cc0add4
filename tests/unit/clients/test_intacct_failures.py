"""What a refusal of Intacct means: every documented number and text has its class and rule."""

from __future__ import annotations

import pytest

from intacct_pipelines import errors
from intacct_pipelines.clients.intacct import Level, classify
from intacct_pipelines.clients.intacct.failures import detail


@pytest.mark.parametrize(
    ("number", "text", "kind", "rule"),
    [
        ("BL34000061", "Another Vendor with the given value(s) V-9", errors.DuplicateRecordError, "S-ERR-01"),
        ("BL34000061", "Another Customer with the given value(s) C-9", errors.DuplicateRecordError, "S-ERR-02"),
        ("BL03002185", "A transaction with that number already exists", errors.DuplicateRecordError, ""),
        ("PL05000104", "", errors.DuplicateRecordError, ""),
        ("BL01001973", "Another record with the value X", errors.DuplicateRecordError, ""),
        ("BL01001973", "Cannot find vendor with key '9' to delete.", errors.RecordNotFoundError, ""),
        ("BL01001973", "Vendor 'V-1' specified is not valid", errors.RecordNotFoundError, ""),
        ("BL01001973", "The vendor 'V-1' is invalid.", errors.RecordNotFoundError, ""),
        ("BL01001973", "The term name Net 99 is invalid", errors.RecordNotFoundError, "S-ERR-22"),
        ("BL01001973", "Date must be on or after 02/01/2026", errors.FunctionRejectedError, "S-IDM-08"),
        ("BL01001973", "The period is closed", errors.FunctionRejectedError, "S-IDM-08"),
        ("BL01001973", "Intacct does not allow us to update this bill", errors.FunctionRejectedError, "S-ERR-29"),
        ("BL01001973", "A paid bill cannot be updated", errors.FunctionRejectedError, "S-BIL-06"),
        ("BL01001973", "There is no due on the bill", errors.FunctionRejectedError, "S-ERR-20"),
        ("BL01001973", "one or more bills were paid", errors.FunctionRejectedError, "S-ERR-20"),
        ("BL01001973", "The account number '6700' requires a Department", errors.FunctionRejectedError, "S-ERR-09"),
        ("BL01001973", "Transaction is missing the Class dimension", errors.FunctionRejectedError, "S-ERR-09"),
        ("BL01001973", "Activate the vendor V-1, then try again.", errors.FunctionRejectedError, "S-VEN-05"),
        ("BL01001973", "Required field Vendor ID is missing", errors.FunctionRejectedError, "S-ERR-21"),
        ("X", "Transaction is already paid and can't be deleted", errors.FunctionRejectedError, "S-ERR-27"),
        ("X", "poNumber: field value is greater than 100 characters", errors.FunctionRejectedError, "S-ERR-24"),
        ("BL01001973", "The account number 1010 is associated to the bank", errors.FunctionRejectedError, "S-ERR-25"),
        ("X", "You do not have permission for API operation CREATE", errors.PermissionDeniedError, "S-CFG-16"),
        ("XL03000010", "Field X does not exist for object Y.", errors.UnknownFieldError, ""),
        ("XL03000006", "The following fields cannot be queried: [V: [A] ]", errors.UnknownFieldError, ""),
        ("Query Failed", "Object definition X not found", errors.UnknownObjectError, ""),
        ("Invalid fields list x", "", errors.UnknownFieldError, ""),
        ("DL02000001", "There was an error processing the request.", errors.TransportError, ""),
        ("X", "The Service is Temporarily Off-line", errors.TransportError, ""),
        ("GW-0010", "API rate limit exceeded", errors.RateLimitedError, ""),
        ("BL01001973", "Something nobody has seen", errors.FunctionRejectedError, ""),
    ],
)  # fmt: skip
def test_every_known_refusal_has_its_class_and_rule(
    number: str, text: str, kind: type[errors.RemoteSystemError], rule: str
) -> None:
    """The text decides, as most refusals share one number; the rule says why (S-ERR-40)."""
    wrapper = detail("BL01001973", "", "Could not create apbill record!", "")
    error = classify((detail(number, "", text, ""), wrapper), level=Level.FUNCTION, operation="create", control_id="k")
    assert type(error) is kind
    assert error.rule == rule
    assert len(error.details) == 2
    assert (error.operation, error.control_id) == ("create", "k")


@pytest.mark.parametrize(
    ("level", "number", "text", "kind"),
    [
        (Level.CONTROL, "XL03000006", "Incorrect Intacct XML Partner ID or password.", errors.CredentialsRejectedError),
        (Level.AUTHENTICATION, "XL03000006", "Invalid session x", errors.SessionExpiredError),
        (Level.FUNCTION, "XL03000006", "The following fields cannot be queried", errors.UnknownFieldError),
        (Level.CONTROL, "XL03000003", "XML Parse schema error", errors.UnreadableResponseError),
        (Level.CONTROL, "GW-0001", "Unable to process request", errors.TransportError),
        (Level.CONTROL, "GW-0011", "Invalid Request", errors.CredentialsRejectedError),
    ],
)
def test_the_level_decides_what_a_shared_number_means(
    level: Level, number: str, text: str, kind: type[errors.RemoteSystemError]
) -> None:
    """XL03000006 is a wrong sender, an expired session or a bad field, depending on where it stands."""
    assert type(classify((detail(number, "", text, ""),), level=level)) is kind


def test_the_headline_is_the_cause_not_the_wrapper() -> None:
    """The first text that says something is shown; all are kept."""
    chain = (detail("A", "", "Could not create apbill record!", ""), detail("B", "", "The vendor is unknown to us", ""))
    assert "unknown to us" in classify(chain, level=Level.FUNCTION).message


def test_a_refusal_without_any_error_is_still_an_error() -> None:
    """An empty chain must not pass for success."""
    assert isinstance(classify((), level=Level.FUNCTION), errors.FunctionRejectedError)
