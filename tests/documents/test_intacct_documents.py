"""Intacct documents: our XML against reviewed files; replies of the recorded shapes, redacted, into values."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from intacct_pipelines.clients.intacct import And, Condition, Credentials, Function, Operator, Or, Query, functions
from intacct_pipelines.clients.intacct.envelope import build_request
from intacct_pipelines.clients.intacct.query import query_element
from intacct_pipelines.clients.intacct.reading import Cut
from intacct_pipelines.clients.intacct.reply import parse_document, read_envelope, read_query, read_results
from intacct_pipelines.errors import DuplicateRecordError, FunctionRejectedError

FILES = Path(__file__).parent / "intacct"
CREDENTIALS = Credentials("acme", "not-a-real-secret", "acme-company", "svc", "not-a-real-secret-either")
KEY = "6f0c6d0e-0000-5000-8000-000000000001"
CREATE = functions.create("f1", "VENDOR", {"NAME": "x"})


def pretty(xml: bytes) -> str:
    root = etree.fromstring(xml, etree.XMLParser(remove_blank_text=True))
    return etree.tostring(root, pretty_print=True, encoding="unicode")


def reviewed(name: str) -> str:
    return pretty((FILES / name).read_bytes())


def test_a_bill_is_sent_as_reviewed() -> None:
    """Dates mm/dd/yyyy, plain decimals, escaped text, an empty element to clear, None left out, lines repeated."""
    lines: list[dict[str, Any]] = [
        {"ACCOUNTNO": "6700", "TRX_AMOUNT": Decimal("120.50"), "LOCATIONID": "110-SJC", "FORM1099": True},
        {"ACCOUNTNO": "6800", "TRX_AMOUNT": Decimal("1E+7"), "LOCATIONID": "110-SJC", "FORM1099": False},
    ]
    bill = functions.create(
        KEY,
        "APBILL",
        {
            "WHENCREATED": date(2026, 2, 3),
            "WHENPOSTED": date(2026, 2, 3),
            "VENDORID": "V-0042",
            "RECORDID": "INV-9001 <&> é",
            "DESCRIPTION": KEY,
            "DOCNUMBER": None,
            "TERMNAME": "",
            "WHENDUE": date(2026, 3, 5),
            "CURRENCY": "USD",
            "BASECURR": "USD",
            "ACTION": "Submit",
            "APBILLITEMS": {"APBILLITEM": lines},
        },
    )
    body = build_request(
        CREDENTIALS,
        [bill],
        control_id="run-1",
        session_id="EXAMPLEsessionid..",
        unique=True,
        additional_error_info=True,
    )
    assert pretty(body) == reviewed("create_ap_bill.xml")


def test_a_sign_in_and_an_update_are_sent_as_reviewed() -> None:
    """A login in place of a session, the entity in getAPISession, nested elements, a transaction."""
    vendor = functions.update(
        "vendor-1",
        "VENDOR",
        {
            "RECORDNO": 760,
            "NAME": "Müller & Söhne",
            "DISPLAYCONTACT": {"PRINTAS": "Müller & Söhne", "MAILADDRESS": {"CITY": "Köln"}},
            "STATUS": "active",
        },
    )
    body = build_request(CREDENTIALS, [functions.get_api_session("100"), vendor], control_id="run-2", transaction=True)
    assert pretty(body) == reviewed("update_vendor_and_sign_in.xml")


def test_a_query_is_sent_as_reviewed() -> None:
    """The page's own bounds and the caller's filter under one operator, ordered by the key."""
    wanted = Or(
        (
            Condition("WHENMODIFIED", Operator.GREATER_OR_EQUAL, ("02/01/2026 00:00:00",)),
            Condition("WHENMODIFIED", Operator.IS_NULL),
            Condition("STATE", Operator.IN, ("Posted", "Selected")),
            Condition("WHENCREATED", Operator.BETWEEN, ("02/01/2026", "02/28/2026")),
        )
    )
    query = Query("APBILL", ("RECORDNO", "VENDOR.NAME"), wanted, show_private=True)
    cut = Cut(20417, 30000, descending=True, size=2000)
    bounds = cut.condition("RECORDNO")
    assert isinstance(bounds, And)
    element = query_element(
        Query(query.object, query.fields, And((*bounds.parts, wanted)), show_private=True),
        bounds=None,
        page_size=cut.size,
        descending=True,
    )
    assert pretty(etree.tostring(element)) == reviewed("query.xml")


def results_of(name: str, *control_ids: str) -> Any:
    envelope = read_envelope(parse_document((FILES / name).read_bytes(), operation="create"), operation="create")
    return envelope, read_results(envelope, [Function(control_id, CREATE.element) for control_id in control_ids])


def test_a_rolled_back_transaction_names_its_cause() -> None:
    """Aborted is not done; the culprit keeps its whole chain, its stable ids and its support id, decoded."""
    envelope, (first, second) = results_of("reply_rolled_back.xml", "f1", "f2")
    assert envelope.lifetime == timedelta(hours=8)
    assert (first.status, second.status) == ("aborted", "failure")
    assert type(first.error) is FunctionRejectedError
    assert isinstance(second.error, DuplicateRecordError)
    cause, wrapper = second.error.details
    assert cause.description2 == "Another Vendor with the given value(s) O'Neil & Co  already exists"
    assert cause.support_id == second.error.support_id == "Cxqr3~YZ-1"
    assert cause.number == "BL34000061/GL-0493/IA.DUPLICATE_VENDOR"
    assert wrapper.number == "XL03000009"
    assert second.error.rule == "S-ERR-01"


def test_what_a_failed_create_did_make_is_kept() -> None:
    """A refused function of several objects may still have created some of them."""
    _, (result,) = results_of("reply_partly_created.xml", "f1")
    assert result.status == "failure"
    assert result.records == ({"RECORDNO": "760", "VENDORID": "FOOBAR"},)
    assert isinstance(result.error, FunctionRejectedError)


def test_rows_are_read_whatever_the_case_and_nesting_of_tags() -> None:
    """Object tags vary in case and related fields may nest; names, entities and scripts come out right."""
    fields = ("RECORDNO", "NAME", "DISPLAYCONTACT.PRINTAS")
    function = Function("q", etree.Element("query"))
    listing, lifetime = read_query((FILES / "reply_query.xml").read_bytes(), function, "VENDOR", fields)
    assert {field: column.to_pylist() for field, column in listing.columns.items()} == {
        "RECORDNO": ["1", "2"],
        "NAME": ["O'Neil & Co", "日本商事"],
        "DISPLAYCONTACT.PRINTAS": [None, "Nihon"],
    }
    assert (listing.total, listing.count, listing.remaining) == (816, 2, 814)
    assert lifetime == timedelta(hours=8)


@pytest.mark.parametrize(
    ("value", "error"),
    [("a\x00b", ValueError), ("a\x0bb", ValueError), ("\ud800", ValueError),
     (Decimal("NaN"), ValueError), (1.5, TypeError), (b"x", TypeError)],
)  # fmt: skip
def test_what_xml_or_money_cannot_carry_is_refused_by_name(value: Any, error: type[Exception]) -> None:
    """Control characters, lone surrogates, floats and non-numbers never leave; the message names the field."""
    with pytest.raises(error, match="NAME"):
        functions.create("k", "VENDOR", {"NAME": value})


def test_timestamps_and_booleans_have_the_gateways_form() -> None:
    """mm/dd/yyyy hh:mm:ss and true/false."""
    xml = functions.create("k", "X", {"A": datetime(2026, 2, 3, 4, 5, 6), "B": False, "C": 7}).xml()  # noqa: DTZ001  # the gateway knows no zones
    assert xml == "<create><X><A>02/03/2026 04:05:06</A><B>false</B><C>7</C></X></create>"


@pytest.mark.parametrize("control_id", ["", "x" * 257, "a\x00"])
def test_control_ids_are_bounded(control_id: str) -> None:
    """1 to 256 characters that XML can carry."""
    with pytest.raises(ValueError, match="control id"):
        functions.create(control_id, "VENDOR", {"NAME": "x"})


def test_an_update_names_its_record() -> None:
    """Without a key the gateway could only guess."""
    with pytest.raises(ValueError, match="RECORDNO"):
        functions.update("k", "VENDOR", {"NAME": "x"})


@pytest.mark.parametrize("name", ["A B", "<A", "", "1A", "A" * 200])
def test_names_are_names(name: str) -> None:
    """A field or object name cannot smuggle markup."""
    with pytest.raises(ValueError, match="is not the name"):
        functions.create("k", "X", {name: "x"})
    with pytest.raises(ValueError, match="is not the name"):
        Query("X", (name,))


@pytest.mark.parametrize(
    ("operator", "values"),
    [(Operator.EQUAL, ()), (Operator.IN, ()), (Operator.IN, ("x",) * 1001), (Operator.BETWEEN, ("x",)),
     (Operator.IS_NULL, ("x",))],
)  # fmt: skip
def test_operators_take_the_values_they_take(operator: Operator, values: tuple[str, ...]) -> None:
    """The gateway's limits are kept before anything is sent."""
    with pytest.raises(ValueError, match="takes"):
        Condition("A", operator, values)


def test_a_function_of_an_objects_own_is_sent_in_the_given_order_with_its_key() -> None:
    """Arguments stay in their order, dates are in parts, and a change names its record in an attribute."""
    function = functions.call(
        "credit-1",
        "update_apadjustment",
        {
            "datecreated": functions.date_parts(date(2026, 2, 3)),
            "adjustmentno": "VC-1",
            "apadjustmentitems": {"lineitem": [{"glaccountno": "6700", "amount": Decimal("-1.50")}, {"amount": "0"}]},
        },
        record_no="35",
    )
    assert function.xml() == (
        '<update_apadjustment key="35"><datecreated><year>2026</year><month>02</month><day>03</day></datecreated>'
        "<adjustmentno>VC-1</adjustmentno><apadjustmentitems><lineitem><glaccountno>6700</glaccountno>"
        "<amount>-1.50</amount></lineitem><lineitem><amount>0</amount></lineitem></apadjustmentitems>"
        "</update_apadjustment>"
    )
    assert function.name == "update_apadjustment"
