"""The Intacct twin's envelope: control, login, sessions, and the refusal of hostile documents."""

from __future__ import annotations

from datetime import datetime

import pytest
from intacct_books import NOW, PATH, Books, bill, numbers, session_of, status, texts
from lxml import etree

from intacct_pipelines.sandbox.http import Reply, Request


def test_a_login_at_top_level_opens_a_session_with_the_documented_reply() -> None:
    """`getAPISession` answers in the shape of §1.7, with the public address as endpoint."""
    books = Books()
    response = books.ask("<getAPISession/>", ids=("login-root",))
    assert response.findtext("control/status") == "success"
    assert [one.tag for one in response.find("operation/authentication")] == [
        "status",
        "userid",
        "companyid",
        "locationid",
        "sessiontimestamp",
        "sessiontimeout",
    ]
    assert response.findtext("operation/result/controlid") == "login-root"
    assert [one.tag for one in response.find(".//api")] == ["sessionid", "endpoint", "locationid"]
    assert response.findtext(".//api/endpoint") == f"http://sandbox.test:8080{PATH}"
    assert not response.findtext(".//api/locationid")


def test_a_session_moves_to_an_entity_and_back_to_the_top() -> None:
    """A live session opens one for an entity, and an empty element leads back (§1.7)."""
    books = Books()
    root = session_of(books.ask("<getAPISession/>"))
    inside = books.ask(
        "<getAPISession><locationid>100</locationid></getAPISession>", auth=f"<sessionid>{root}</sessionid>"
    )
    assert inside.findtext(".//api/locationid") == "100"
    entity = session_of(inside)
    back = books.ask("<getAPISession><locationid/></getAPISession>", auth=f"<sessionid>{entity}</sessionid>")
    assert back.findtext("operation/authentication/locationid") == "100"
    assert not back.findtext(".//api/locationid")


def test_a_session_expires_but_every_use_pushes_the_end_forward() -> None:
    """Sessions slide (§1.7) and end with an authentication failure that says so (§1.9)."""
    books = Books(session_seconds=600.0)
    auth = f"<sessionid>{session_of(books.ask('<getAPISession/>'))}</sessionid>"
    for _ in range(3):
        books.clock.advance(500)
        assert books.ask("<getDimensions/>", auth=auth).findtext("operation/authentication/status") == "success"
    books.clock.advance(601)
    response = books.ask("<getDimensions/>", auth=auth)
    assert response.findtext("operation/authentication/status") == "failure"
    assert response.find("operation/result") is None
    assert response.findtext("operation/errormessage/error/errorno") == "XL03000006"
    assert texts(response).startswith("Invalid session")


def test_a_session_is_refused_at_another_endpoint() -> None:
    """The session id belongs to the endpoint that came with it (§9.1)."""
    books = Books(session_path="/ia/xml/node2/xmlgw.phtml")
    response = books.ask("<getAPISession/>")
    assert response.findtext(".//api/endpoint").endswith("/ia/xml/node2/xmlgw.phtml")
    body = books.document("<getDimensions/>", auth=f"<sessionid>{session_of(response)}</sessionid>")
    assert b"Invalid session" in books.post(body).body
    assert b"Invalid session" not in books.post(body, "/ia/xml/node2/xmlgw.phtml").body


@pytest.mark.parametrize(
    ("changes", "options", "expected"),
    [
        ({"password": "wrong"}, {}, "Sign-in information is incorrect"),
        ({}, {"sender_authorised": False}, "is not authorised for company"),
    ],
)
def test_a_refused_login_is_an_authentication_failure(
    changes: dict[str, str], options: dict[str, bool], expected: str
) -> None:
    """Wrong passwords and unlisted senders fail at the authentication level with XL03000006 (§1.9)."""
    books = Books(**options)
    response = books.ask("<getDimensions/>", auth=books.login(**changes))
    assert response.findtext("control/status") == "success"
    assert response.findtext("operation/authentication/status") == "failure"
    assert numbers(response) == ["XL03000006"]
    assert expected in texts(response)


def test_a_wrong_sender_is_a_control_failure_in_either_form() -> None:
    """Newer gateways answer HTTP 400 without an echo, older ones HTTP 200 (§1.9)."""
    reply = Books().post(Books().document("<getDimensions/>", sender="stranger"))
    assert reply.status == 400
    assert b"XMLGW_JPP0002" in reply.body
    assert b"stranger" not in reply.body
    old = Books(sender_failure="old").ask("<getDimensions/>", sender="stranger")
    assert numbers(old) == ["XL03000006"]
    assert "Partner ID" in texts(old)


def test_an_unknown_company_is_refused_before_the_user() -> None:
    """An unknown tenant is GW-0011 with HTTP 400, whatever the password (§1.9)."""
    books = Books()
    reply = books.post(books.document("<getDimensions/>", auth=books.login(companyid="other", password="wrong")))
    assert reply.status == 400
    assert b"GW-0011" in reply.body


def test_an_unknown_entity_is_refused() -> None:
    """No session for an entity that does not exist, neither by login nor from a live session."""
    books = Books()
    assert numbers(books.ask("<getDimensions/>", entity_id="900")) == ["SANDBOX-UNKNOWN-ENTITY"]
    result = books.result("<getAPISession><locationid>900</locationid></getAPISession>")
    assert numbers(result) == ["SANDBOX-UNKNOWN-ENTITY", "Get API Session Failed"]


@pytest.mark.parametrize(
    "body",
    [
        b"<request>",
        b"not xml",
        b"",
        b'<!DOCTYPE x [<!ENTITY a "b">]><request>&a;</request>',
        b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><request/>',
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "b">]><request>&a;</request>'.encode("utf-16"),
        b"<other/>",
        b"<request><control/></request>",
    ],
)
def test_malformed_and_hostile_documents_fail_at_control_level(body: bytes) -> None:
    """Anything but the documented envelope is XL03000003, and entities are never resolved (§3.2)."""
    reply = Books().post(body)
    response = etree.fromstring(reply.body)
    assert response.findtext("control/status") == "failure"
    assert numbers(response) == ["XL03000003"]


def test_an_unknown_function_fails_the_whole_request() -> None:
    """Unknown functions are schema errors: nothing of the request runs (§9.1)."""
    books = Books(bill(1))
    response = books.ask("<delete><object>APBILL</object><keys>1</keys></delete>", "<explode/>")
    assert numbers(response) == ["XL03000003"]
    assert len(books.twin.bills()) == 1


def test_error_texts_carry_a_support_id_and_more_information_when_asked() -> None:
    """The suffix of §2.6 is there unless switched off; `additionalinfo` comes on demand."""
    books = Books()
    query = "<query><object>NOTHING</object><select><field>X</field></select></query>"
    plain = books.result(query)
    assert "Object definition NOTHING not found [Support ID: " in texts(plain)
    assert plain.find(".//additionalinfo") is None
    more = books.result(query, control="<showadditionalerrorinfo>true</showadditionalerrorinfo>")
    assert more.findtext(".//additionalinfo/errorid")
    books.twin.options.support_ids = False
    assert texts(books.result(query)) == "Object definition NOTHING not found"


def test_too_many_requests_at_once_get_429() -> None:
    """Beyond the limit the gateway answers GW-0010 with HTTP 429 at once (§7)."""
    books = Books(concurrent_requests=1)
    body = books.document("<getDimensions/>")
    meanwhile: list[Reply] = []

    def look_at_the_clock() -> datetime:
        # The twin asks the time in the middle of a request: the moment to send another.
        if not meanwhile:
            meanwhile.append(Reply(0))
            meanwhile.append(books.post(body))
        return NOW

    books.clock._now = look_at_the_clock  # the only way into the middle of a request
    assert books.post(body).status == 200
    assert meanwhile[1].status == 429
    assert b"GW-0010" in meanwhile[1].body
    assert books.post(body).status == 200


def test_other_methods_bodies_and_types_are_refused() -> None:
    """Only POST of XML up to the size limit is read."""
    books = Books(max_body_bytes=100)
    assert books.twin.handle(Request("GET", PATH)).status == 405
    assert books.twin.handle(Request("POST", PATH, "", {"content-type": "application/json"}, b"{}")).status == 400
    assert books.post(books.document("<getDimensions/>")).status == 413


def test_white_space_is_added_only_on_demand() -> None:
    """`includewhitespace` pretty-prints the same document."""
    books = Books()
    body = books.document("<getDimensions/>")
    assert b"\n<" not in books.post(body).body
    pretty = books.post(body.replace(b"<includewhitespace>false", b"<includewhitespace>true")).body
    assert b"\n    <" in pretty


def test_company_facts_are_told() -> None:
    """Permissions, closed books, currencies and entities come in the shapes of §6."""
    books = Books(audit_permitted=False)
    closed = books.result("<get_closedbooksdate/>", entity_id="100")
    assert [closed.findtext(f".//closedbooksdate/{part}") for part in ("year", "month", "day")] == ["2026", "01", "31"]
    rights = books.result("<getUserPermissions><userId>svc</userId></getUserPermissions>")
    policies = {one.findtext("policyName"): one.findtext("rights") for one in rights.iter("policy")}
    assert policies["Bills"] == "List|View|Add|Edit|Delete"
    assert not policies["Custom reports"]
    assert [one.findtext("currency") for one in books.result("<readEntityDetails/>").iter("entity")] == ["USD", "JPY"]
    assert books.result("<getFinancialSetup/>").findtext(".//multiBaseCurrency") == "true"
    formatting = books.result("<readUserFormatting><userId>svc</userId></readUserFormatting>")
    assert formatting.findtext(".//gmtoffset") == "-08:00"
    assert status(books.result('<get_companyprefs application="GEN"/>')) == "success"
