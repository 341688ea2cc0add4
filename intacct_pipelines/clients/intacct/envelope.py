"""A whole request: control block, authentication and functions. Values in, bytes out."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy

from lxml import etree

from intacct_pipelines.clients.intacct.functions import Function, child
from intacct_pipelines.clients.intacct.options import Credentials


def build_request(
    credentials: Credentials,
    functions: Sequence[Function],
    *,
    control_id: str,
    session_id: str = "",
    transaction: bool = False,
    unique: bool = False,
    additional_error_info: bool = False,
) -> bytes:
    """Build one request.

    Args:
        credentials: The sender always; company and user when ``session_id`` is empty.
        functions: What to run, in order.
        control_id: Id of the request, for the logs of both sides; the gateway does not check it.
        session_id: The session; empty to sign in with user and password.
        transaction: All functions commit or roll back together.
        unique: Refuse a function whose control id was completed before (rule S-IDM-02).
        additional_error_info: Ask for stable error ids.
    """
    root = etree.Element("request")
    control = etree.SubElement(root, "control")
    child(control, "senderid", credentials.sender_id)
    child(control, "password", credentials.sender_password)
    child(control, "controlid", control_id)
    child(control, "uniqueid", _flag(unique))
    child(control, "dtdversion", "3.0")
    child(control, "includewhitespace", "false")
    if additional_error_info:
        child(control, "showadditionalerrorinfo", "true")
    operation = etree.SubElement(root, "operation", transaction=_flag(transaction))
    _append_authentication(operation, credentials, session_id)
    content = etree.SubElement(operation, "content")
    for function in functions:
        element = etree.SubElement(content, "function", controlid=function.control_id)
        # a copy: an element can have one parent only, and a function may be sent again
        element.append(deepcopy(function.element))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _append_authentication(operation: etree._Element, credentials: Credentials, session_id: str) -> None:
    authentication = etree.SubElement(operation, "authentication")
    if session_id:
        child(authentication, "sessionid", session_id)
        return
    login = etree.SubElement(authentication, "login")
    child(login, "userid", credentials.user_id)
    child(login, "companyid", credentials.company_id)
    child(login, "password", credentials.user_password)


def _flag(value: bool) -> str:
    return "true" if value else "false"
