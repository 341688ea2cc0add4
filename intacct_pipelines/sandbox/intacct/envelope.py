"""The envelope around functions: what a request must be before anything of it runs, and the blocks of a reply.

Nothing is run or remembered here; that is the gateway's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lxml import etree

from intacct_pipelines.sandbox.intacct.elements import child_text, children, is_true, line_of
from intacct_pipelines.sandbox.intacct.fields import words
from intacct_pipelines.sandbox.intacct.legacy import check_sequence
from intacct_pipelines.sandbox.intacct.legacy_shapes import SEQUENCES
from intacct_pipelines.sandbox.intacct.refusals import (
    Fault,
    RequestRefusedError,
    schema_error,
)
from intacct_pipelines.sandbox.intacct.values import escape, escape_attribute

if TYPE_CHECKING:
    from datetime import datetime


_CONTROL: Final = (
    "senderid",
    "password",
    "controlid",
    "uniqueid",
    "dtdversion",
    "policyid",
    "debug",
    "includewhitespace",
    "showadditionalerrorinfo",
)

_NEEDED: Final = ("senderid", "controlid", "dtdversion")
_LONGEST_CONTROL_ID: Final = 256

_GENERIC: Final = words(
    "getAPISession query readByQuery readMore read readByName lookup inspect create update delete get_list"
    " getUserPermissions get_closedbooksdate getFinancialSetup getDimensions readEntityDetails get_companyprefs"
    " readUserFormatting get_applications"
)


@dataclass(frozen=True, slots=True)
class Control:
    """The control block of one request."""

    sender_id: str
    control_id: str
    unique: bool
    version: str
    pretty: bool
    more_error_info: bool


def read_control(root: etree._Element) -> Control:
    """Return the control block of a request."""
    control = root.find("control") if root.tag == "request" else None
    if control is None:
        raise schema_error(f"Element '{root.tag}': a request with a control block is expected.", line_of(root))
    order = [_CONTROL.index(str(one.tag)) if one.tag in _CONTROL else -1 for one in children(control)]
    fixed = [place for place in order if place != len(_CONTROL) - 1]
    if -1 in order or fixed != sorted(set(fixed)):
        raise schema_error("Element 'control': its children do not follow the sequence.", line_of(control))
    for name in _NEEDED:
        if not child_text(control, name):
            raise schema_error(f"Element 'control': {name} is missing or empty.", line_of(control))
    control_id = child_text(control, "controlid")
    if len(control_id) > _LONGEST_CONTROL_ID:
        raise schema_error("Element 'controlid': longer than 256 characters.", line_of(control))
    if child_text(control, "policyid"):
        policy = child_text(control, "policyid")[:40]
        raise RequestRefusedError(Fault("XL03000006", f"'{policy}' is not a valid transport policy."))
    if child_text(control, "dtdversion") != "3.0":
        raise RequestRefusedError(Fault("SANDBOX-DTD", "The sandbox knows only dtdversion 3.0."))
    return Control(
        sender_id=child_text(control, "senderid"),
        control_id=control_id,
        unique=is_true(child_text(control, "uniqueid") or "true"),
        version="3.0",
        pretty=is_true(child_text(control, "includewhitespace") or "true"),
        more_error_info=is_true(child_text(control, "showadditionalerrorinfo")),
    )


def check_content(root: etree._Element) -> None:
    """Check every operation's shape and every function's name and sequence."""
    operations = root.findall("operation")
    if not operations or [str(one.tag) for one in children(root)] != ["control"] + ["operation"] * len(operations):
        raise schema_error("Element 'request': control and then operation are expected.", line_of(root))
    for operation in operations:
        tags = [str(one.tag) for one in children(operation)]
        if tags[:1] != ["authentication"] or not set(tags[1:]) <= {"preferences", "content"}:
            raise schema_error("Element 'operation': authentication and then content are expected.", line_of(operation))
        _check_authentication(operation)
        for content in operation.findall("content"):
            for function in children(content):
                _check_function(function)


def _check_authentication(operation: etree._Element) -> None:
    authentication = operation.find("authentication")
    ways = [] if authentication is None else [str(one.tag) for one in children(authentication)]
    if ways not in (["login"], ["sessionid"]):
        raise schema_error("Element 'authentication': login or sessionid is expected.", line_of(operation))
    login = None if authentication is None else authentication.find("login")
    if login is None:
        return
    tags = [str(one.tag) for one in children(login)]
    if tags[:3] != ["userid", "companyid", "password"] or tags[3:] not in (
        [],
        ["clientid"],
        ["locationid"],
        ["clientid", "locationid"],
    ):
        raise schema_error("Element 'login': its children do not follow the sequence.", line_of(login))


def _check_function(function: etree._Element) -> None:
    inside = list(children(function))
    if function.tag != "function" or len(inside) != 1:
        raise schema_error(f"Element '{function.tag}': a function with one child is expected.", line_of(function))
    control_id = function.get("controlid")
    if control_id is None or len(control_id) > _LONGEST_CONTROL_ID:
        raise schema_error("Element 'function': The attribute 'controlid' is required but missing.", line_of(function))
    name = str(inside[0].tag)
    if name in SEQUENCES:
        check_sequence(inside[0])
    elif name not in _GENERIC:
        raise schema_error(f"Element '{name}': This element is not expected.", line_of(inside[0]))


def control_xml(control: Control, status: str) -> str:
    """Return the control block of a reply."""
    return (
        f"<control><status>{status}</status><senderid>{escape(control.sender_id)}</senderid>"
        f"<controlid>{escape(control.control_id)}</controlid><uniqueid>{str(control.unique).lower()}</uniqueid>"
        f"<dtdversion>{control.version}</dtdversion></control>"
    )


def session_times(now: datetime, until: datetime) -> str:
    """Return since when a session is open and until when, for the block after sign-in."""
    return (
        f"<sessiontimestamp>{now.isoformat(timespec='seconds')}</sessiontimestamp>"
        f"<sessiontimeout>{until.isoformat(timespec='seconds')}</sessiontimeout>"
    )


def authentication_xml(status: str, user_id: str, company_id: str, entity_id: str = "", times: str = "") -> str:
    """Return the block that says who signed in, and where."""
    return (
        f"<authentication><status>{status}</status><userid>{escape(user_id)}</userid>"
        f"<companyid>{escape(company_id)}</companyid><locationid>{escape(entity_id)}</locationid>{times}</authentication>"
    )


def error_xml(fault: Fault, *, more: bool) -> str:
    """Return one error of a chain."""
    extra = ""
    if more:
        error_id = escape_attribute(fault.error_id or f"SANDBOX-{fault.number.removeprefix('SANDBOX-')}")
        message_id = escape(fault.message_id or f"SANDBOX.{fault.number.removeprefix('SANDBOX-')}")
        extra = (
            f"<additionalinfo><errorid>{error_id}</errorid><category>SANDBOX</category>"
            f"<description><messageid>{message_id}</messageid><placeholders></placeholders></description></additionalinfo>"
        )
    return (
        f"<error><errorno>{escape(fault.number)}</errorno><description>{escape(fault.description)}</description>"
        f"<description2>{escape(fault.description2)}</description2><correction>{escape(fault.correction)}</correction>"
        f"{extra}</error>"
    )
