"""Writing to the Intacct twin: generic and legacy functions, their replies, and the rules on bills and lists."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intacct_books import Books, bill, create_bill, item, legacy_bill, line, numbers, status, texts
from lxml import etree

from intacct_pipelines.sandbox.intacct.refusals import FunctionRefusedError

_CONTACT = "<DISPLAYCONTACT><PRINTAS>New</PRINTAS><EMAIL1>a@b.example</EMAIL1><MAILADDRESS><CITY>Reno</CITY></MAILADDRESS></DISPLAYCONTACT>"  # noqa: E501  # one element


def _vendor(vendor_id: str, more: str = _CONTACT) -> str:
    return f"<VENDOR><VENDORID>{vendor_id}</VENDORID><NAME>New</NAME>{more}</VENDOR>"


def test_a_bill_is_created_as_documented_and_posts() -> None:
    """The sample of §5.9 gives the reply of §2.4, totals, state and a balanced ledger."""
    books = Books()
    result = books.result(create_bill(DESCRIPTION="BILL 00e01AB", TERMNAME="Net 30"), entity_id="100")
    assert etree.tostring(result.find("data")) == (
        b'<data listtype="objects" count="1"><apbill><RECORDNO>1</RECORDNO></apbill></data>'
    )
    row = books.twin.bill(1)
    chosen = ("STATE", "RAWSTATE", "TRX_TOTALENTERED", "TRX_TOTALDUE", "MEGAENTITYID", "VENDORNAME", "WHENPOSTED")
    assert [row.fields[field] for field in chosen] == [
        "Posted",
        "A",
        "120.50",
        "120.50",
        "100",
        "Vendor 1",
        "02/03/2026",
    ]
    assert row.lines[0]["RECORDKEY"] == "1"
    assert books.twin.ledger.balances() == {
        ("100", "USD", "6700"): Decimal("120.50"),
        ("100", "USD", "2000"): Decimal("-120.50"),
    }
    assert books.balanced()


@pytest.mark.parametrize("dimension", ["PROJECT", "VENDOR", "CUSTOMER", "EMPLOYEE", "ITEM"])
def test_an_account_may_require_any_dimension_of_a_line(dimension: str) -> None:
    """A line without it is refused with the dimension's name, one with it is taken (S-ERR-09)."""
    books = Books()
    account = f"<ACCOUNTNO>6802</ACCOUNTNO><TITLE>T</TITLE><REQUIRE{dimension}>true</REQUIRE{dimension}>"
    assert status(books.result(f"<create><GLACCOUNT>{account}</GLACCOUNT></create>")) == "success"
    refused = books.result(create_bill(lines=item("1", ACCOUNTNO="6802")), entity_id="100")
    assert f"missing the {dimension.title()} dimension for the Account 6802" in texts(refused)
    whole = create_bill(lines=item("1", ACCOUNTNO="6802", **{f"{dimension}ID": "X-1"}))
    assert status(books.result(whole, entity_id="100")) == "success"


@pytest.mark.parametrize(
    ("function", "entity_id", "number", "text"),
    [
        (create_bill(VENDORID="V-9"), "100", "SANDBOX-VENDOR", "Vendor 'V-9' specified is not valid."),
        (create_bill(VENDORID="V-4"), "100", "SANDBOX-VENDOR", "Vendor 'V-4' specified is not valid."),
        (create_bill(VENDORID="V-3"), "100", "SANDBOX-VENDOR-INACTIVE", "Activate the vendor V-3, then try again."),
        (create_bill(lines=item("1", ACCOUNTNO="9999")), "100", "SANDBOX-ACCOUNT", "Account 9999 is not valid."),
        (create_bill(lines=item("1", ACCOUNTNO="6900")), "100", "SANDBOX-ACCOUNT", "Account 6900 is not valid."),
        (create_bill(lines=item("1", ACCOUNTNO="6800")), "100", "SANDBOX-DIMENSION", "Department dimension"),
        (create_bill(lines=item("1", LOCATIONID="")), "100", "SANDBOX-DIMENSION", "Location dimension"),
        (create_bill(lines=item("1", LOCATIONID="200-A")), "100", "SANDBOX-DIMENSION-INVALID", "'200-A' is invalid"),
        (create_bill(lines=item("1", DEPARTMENTID="X")), "100", "SANDBOX-DIMENSION-INVALID", "'X' is invalid"),
        (create_bill(lines=item("1,000.00")), "100", "SANDBOX-AMOUNT", "not a valid amount"),
        (create_bill(lines=item("1e3")), "100", "SANDBOX-AMOUNT", "not a valid amount"),
        (create_bill(TERMNAME="Net 7"), "100", "SANDBOX-TERM", "The term name 'Net 7' is invalid."),
        (create_bill(WHENCREATED="01/31/2026"), "100", "SANDBOX-CLOSED-PERIOD", "closed period"),
        (create_bill(WHENCREATED="2026-02-03"), "100", "SANDBOX-DATE", "Illegal format for date"),
        (create_bill(WHENDUE=""), "100", "SANDBOX-REQUIRED", "WHENDUE"),
        (create_bill(NOTHERE="x"), "100", "SANDBOX-UNKNOWN-FIELD", "NOTHERE"),
        (create_bill(BASECURR="EUR"), "100", "SANDBOX-CURRENCY", "EUR"),
        (create_bill("INV-1"), "100", "BL03002185", "A transaction with that number already exists"),
        (create_bill(VENDORID="V-2", WHENCREATED="01/05/2026"), "", "SANDBOX-CLOSED-PERIOD", "closed period"),
    ],
)
def test_a_bill_that_breaks_a_rule_is_refused_with_its_cause_first(
    function: str, entity_id: str, number: str, text: str
) -> None:
    """The cause comes before the wrapper, nothing is written, and invented numbers say SANDBOX (§2.6, §9.1)."""
    books = Books(bill(1))
    result = books.result(function, entity_id=entity_id)
    assert status(result) == "failure"
    assert numbers(result) == [number, "BL01001973"]
    assert text in texts(result)
    assert result.find("data").get("count") == "0"
    assert len(books.twin.bills()) == 1
    assert books.balanced()


def test_amounts_are_rounded_to_the_minor_unit_and_converted_to_base() -> None:
    """Two decimals, none for yen, half away from zero; the base amount follows the rate (§1.11)."""
    books = Books()
    books.result(create_bill("A", item("10.005") + item("0.004")), entity_id="100")
    books.result(
        create_bill("B", item("10.10"), CURRENCY="EUR", EXCHANGE_RATE="1.5"),
        entity_id="100",
    )
    yen = item("100.5", LOCATIONID="200-A")
    books.result(create_bill("C", yen, VENDORID="V-4", CURRENCY="JPY"), entity_id="200")
    first, second, third = books.twin.bills()
    assert [one["TRX_AMOUNT"] for one in first.lines] == ["10.01", "0.00"]
    assert (second.fields["TRX_TOTALENTERED"], second.fields["TOTALENTERED"]) == ("10.10", "15.15")
    assert (third.fields["TRX_TOTALENTERED"], third.fields["BASECURR"]) == ("101", "JPY")
    assert books.balanced()


def test_a_draft_needs_little_and_posts_when_submitted() -> None:
    """ACTION Draft stores without posting; Submit later applies the rules (§5.9)."""
    books = Books()
    books.result(create_bill(WHENCREATED="01/15/2026", ACTION="Draft"), entity_id="100")
    assert books.twin.bill(1).fields["STATE"] == "Draft"
    assert books.twin.ledger.balances() == {}
    submit = "<update><APBILL><RECORDNO>1</RECORDNO>{}<ACTION>Submit</ACTION></APBILL></update>"
    assert numbers(books.result(submit.format(""), entity_id="100"))[0] == "SANDBOX-CLOSED-PERIOD"
    day = "<WHENCREATED>02/15/2026</WHENCREATED><WHENPOSTED>02/15/2026</WHENPOSTED>"
    assert status(books.result(submit.format(day), entity_id="100")) == "success"
    assert books.twin.bill(1).fields["STATE"] == "Posted"
    assert books.balanced()


def test_lines_that_are_sent_replace_the_set() -> None:
    """A line named by LINE_NO keeps what is not sent, an unsent one is deleted, a new one gets a number (§5.1)."""
    books = Books(bill(1, "10.00", "20.00"))
    before = books.twin.bill(1)
    books.clock.advance(5)
    lines = item("25.00", LINE_NO="2", LOCATIONID="100-B") + item("7.00")
    function = f"<update><APBILL><RECORDNO>1</RECORDNO><APBILLITEMS>{lines}</APBILLITEMS></APBILL></update>"
    assert status(books.result(function, entity_id="100")) == "success"
    after = books.twin.bill(1)
    assert [one["TRX_AMOUNT"] for one in after.lines] == ["25.00", "7.00"]
    assert after.lines[0]["RECORDNO"] == before.lines[1]["RECORDNO"]
    assert after.lines[0]["ENTRYDESCRIPTION"] == "Cables"
    assert after.fields["TRX_TOTALDUE"] == "32.00"
    assert after.fields["WHENMODIFIED"] == "03/02/2026 04:00:05"
    assert after.fields["AUWHENCREATED"] == before.fields["AUWHENCREATED"]
    assert books.twin.ledger.balances()["100", "USD", "2000"] == Decimal("-32.00")
    assert books.balanced()


def test_a_header_change_leaves_lines_and_ledger_alone() -> None:
    """Fields that are not sent keep their value, an empty element clears (§5.1)."""
    books = Books(bill(1, description="old", po_number="PO-1"))
    postings = books.twin.ledger.postings()
    function = "<update><APBILL><RECORDNO>1</RECORDNO><DESCRIPTION>new</DESCRIPTION><DOCNUMBER/></APBILL></update>"
    books.result(function, entity_id="100")
    fields = books.twin.bill(1).fields
    assert (fields["DESCRIPTION"], fields["DOCNUMBER"], fields["RECORDID"]) == ("new", "", "INV-1")
    assert books.twin.ledger.postings() == postings


@pytest.mark.parametrize("state", ["Paid", "Partially Paid"])
def test_a_paid_bill_keeps_its_amount_but_takes_a_description(state: str) -> None:
    """S-BIL-06, S-BIL-09: no change of amount, date or vendor, no deletion, no reversal once paid."""
    books = Books(bill(1, "10.00", intacct_state=state, paid=Decimal("10.00") if state == "Paid" else Decimal("4.00")))
    update = "<update><APBILL><RECORDNO>1</RECORDNO>{}</APBILL></update>"
    lines = f"<APBILLITEMS>{item('11.00')}</APBILLITEMS>"
    for change in (lines, "<WHENCREATED>02/04/2026</WHENCREATED>", "<VENDORID>V-2</VENDORID>"):
        assert numbers(books.result(update.format(change), entity_id="100"))[0] == "SANDBOX-BILL-PAID"
    gone = books.result("<delete><object>APBILL</object><keys>1</keys></delete>", entity_id="100")
    assert numbers(gone) == ["SANDBOX-BILL-PAID"]
    assert status(books.result(update.format("<DESCRIPTION>x</DESCRIPTION>"), entity_id="100")) == "success"
    assert books.balanced()


def test_a_bill_that_came_without_a_value_posts_once_it_has_one() -> None:
    """S-BIL-07: what arrived as 0 stands in no ledger; corrected it is an ordinary bill."""
    books = Books(bill(1, "0.00", intacct_state="No Value"))
    assert books.twin.ledger.postings() == ()
    books.twin.edit_bill(1, lines=[{"LINE_NO": "1", "TRX_AMOUNT": "2.00"}])
    assert (books.twin.bill(1).fields["STATE"], books.twin.bill(1).fields["RAWSTATE"]) == ("Posted", "A")
    assert books.twin.ledger.balances()["100", "USD", "2000"] == Decimal("-2.00")


def test_what_happens_in_a_rehearsal_never_happened() -> None:
    """Records, numbers, ledger, closed books and control ids are afterwards what they were before."""
    books = Books(bill(1))
    with books.twin.rehearsal():
        assert status(books.result(create_bill(), entity_id="100", unique=True)) == "success"
        books.twin.delete_bill(1)
        books.twin.close_books("100", "20260310")
    assert [row.record_no for row in books.twin.bills()] == [1]
    assert books.twin.ledger.balances()["100", "USD", "2000"] == Decimal("-100.00")
    assert status(books.result(create_bill(), entity_id="100", unique=True)) == "success"
    assert [row.record_no for row in books.twin.bills()] == [1, 2]


def test_a_bill_from_purchasing_cannot_be_changed_in_amount() -> None:
    """S-PUR-05: MODULEKEY 9.PO says who owns the document."""
    books = Books(bill(1, difference="po_born"))
    with pytest.raises(FunctionRefusedError, match="purchasing"):
        books.twin.edit_bill(1, lines=[{"LINE_NO": "1", "TRX_AMOUNT": "2.00"}])


def test_a_bill_in_closed_books_is_frozen() -> None:
    """Neither amount nor deletion once the period is closed, and no move into or out of it."""
    books = Books(bill(1), bill(2))
    books.twin.close_books("100", "20260210")
    with pytest.raises(FunctionRefusedError, match="closed period"):
        books.twin.edit_bill(1, lines=[{"LINE_NO": "1", "TRX_AMOUNT": "2.00"}])
    with pytest.raises(FunctionRefusedError, match="closed period"):
        books.twin.delete_bill(2)
    assert len(books.twin.bills()) == 2


def test_a_reversal_is_a_second_opposite_document() -> None:
    """Two rows, Reversed and Reversal, and a ledger that nets to nothing (§4.8)."""
    books = Books(bill(1, "10.00", "5.00"))
    function = (
        '<reverse_bill key="1"><datereversed><year>2026</year><month>02</month><day>20</day></datereversed>'
        "<description>typo</description></reverse_bill>"
    )
    assert books.result(function, entity_id="100").findtext("key") == "2"
    assert [one.fields["STATE"] for one in books.twin.bills()] == ["Reversed", "Reversal"]
    assert not any(books.twin.ledger.balances().values())
    assert books.twin.bill(2).fields["WHENPOSTED"] == "02/20/2026"


def test_duplicate_numbers_follow_the_company_setting() -> None:
    """Refused per vendor by default, allowed by switch; another vendor may use the number."""
    books = Books(bill(1))
    assert status(books.result(create_bill("INV-1", VENDORID="V-2"), entity_id="100")) == "success"
    books.twin.options.duplicate_bill_number = "allow"
    assert status(books.result(create_bill("INV-1"), entity_id="100")) == "success"


def test_a_vendor_brings_its_display_contact() -> None:
    """The contact is created, readable through dotted fields and updated with the vendor (§5.5)."""
    books = Books()
    result = books.result(f"<create>{_vendor('V-77')}</create>")
    assert [one.tag for one in result.find("data/vendor")] == ["RECORDNO", "VENDORID"]
    fields = "VENDORID,DISPLAYCONTACT.EMAIL1,DISPLAYCONTACT.CONTACTNAME,DISPLAYCONTACT.MAILADDRESS.CITY"
    query = books.select("VENDOR", fields, "<equalto><field>VENDORID</field><value>V-77</value></equalto>")
    assert books.rows(query)[0]["DISPLAYCONTACT.CONTACTNAME"] == "New(VV-77)"
    change = "<VENDOR><VENDORID>V-77</VENDORID><DISPLAYCONTACT><EMAIL1>c@d.example</EMAIL1></DISPLAYCONTACT></VENDOR>"
    assert status(books.result(f"<update>{change}</update>")) == "success"
    assert books.rows(query)[0]["DISPLAYCONTACT.EMAIL1"] == "c@d.example"
    assert books.rows(query)[0]["DISPLAYCONTACT.MAILADDRESS.CITY"] == "Reno"


def test_one_create_may_succeed_in_part() -> None:
    """Status failure, and yet the created objects are listed (§2.4)."""
    books = Books()
    result = books.result(f"<create>{_vendor('V-77')}{_vendor('V-2')}{_vendor('V-78')}</create>")
    assert status(result) == "failure"
    assert [one.text for one in result.iterfind("data/vendor/VENDORID")] == ["V-77", "V-78"]
    assert numbers(result) == ["BL34000061", "BL01001973"]
    assert "Another Vendor with the given value(s) V-2  already exists" in texts(result)


def test_a_renamed_vendor_shows_its_name_on_its_bills() -> None:
    """The name on the bill follows the vendor, without touching the bill's WHENMODIFIED."""
    books = Books(bill(1))
    before = books.twin.bill(1).fields["WHENMODIFIED"]
    books.result("<update><VENDOR><VENDORID>V-1</VENDORID><NAME>Renamed</NAME></VENDOR></update>", entity_id="100")
    fields = books.twin.bill(1).fields
    assert (fields["VENDORNAME"], fields["WHENMODIFIED"]) == ("Renamed", before)


@pytest.mark.parametrize(
    ("function", "number"),
    [
        (f"<create>{_vendor('', _CONTACT)}</create>", "SANDBOX-REQUIRED"),
        (f"<create>{_vendor('V-77', '')}</create>", "SANDBOX-REQUIRED"),
        (f"<create>{_vendor('V-77', _CONTACT.replace('a@b', 'ab'))}</create>", "SANDBOX-"),
        (f"<create>{_vendor('V-77', _CONTACT + '<STATUS>sleeping</STATUS>')}</create>", "SANDBOX-ENUM"),
        (f"<create>{_vendor('V-77', _CONTACT + '<TERMNAME>Net 7</TERMNAME>')}</create>", "SANDBOX-REFERENCE"),
        ("<create><APTERM><NAME>Net 7</NAME></APTERM></create>", "SANDBOX-READ-ONLY"),
        ("<create><LOCATIONENTITY><LOCATIONID>300</LOCATIONID></LOCATIONENTITY></create>", "SANDBOX-READ-ONLY"),
        ("<create><NOTHING/></create>", "SANDBOX-UNKNOWN-OBJECT"),
        ("<update><VENDOR><VENDORID>V-99</VENDORID><NAME>x</NAME></VENDOR></update>", "SANDBOX-NOT-FOUND"),
    ],
)
def test_lists_refuse_what_does_not_fit(function: str, number: str) -> None:
    """Required, known, valid and referenced fields are checked on lists."""
    result = Books().result(function)
    assert status(result) == "failure"
    assert numbers(result)[0].startswith((number, "BL03000018"))


def test_ownership_decides_who_may_change_a_row() -> None:
    """Entities cannot change root rows, the root changes entity rows only by switch (§9.1)."""
    books = Books()
    change = "<update><VENDOR><VENDORID>{}</VENDORID><COMMENTS>x</COMMENTS></VENDOR></update>"
    assert numbers(books.result(change.format("V-2"), entity_id="100"))[0] == "SANDBOX-OWNERSHIP"
    assert numbers(books.result(change.format("V-1")))[0] == "SANDBOX-OWNERSHIP"
    assert numbers(books.result(change.format("V-1"), entity_id="200"))[0] == "SANDBOX-NOT-FOUND"
    assert status(books.result(change.format("V-1"), entity_id="100")) == "success"
    books.twin.options.root_may_change_entity_rows = True
    assert status(books.result(change.format("V-1"))) == "success"


def test_permissions_can_be_taken_away() -> None:
    """A denied operation names API, operation and object (§3.2)."""
    books = Books(bill(1), denied={("APBILL", "create"), ("VENDOR", "read")})
    assert "You do not have permission for API" in texts(books.result(create_bill(), entity_id="100"))
    assert "You do not have permission for API" in texts(books.result(books.select("VENDOR", "NAME")))
    assert status(books.result(books.select("APBILL", "RECORDNO"))) == "success"


def test_delete_removes_the_document_and_refuses_what_is_gone_or_used() -> None:
    """Bills go with lines and postings; the texts for a missing key are the recorded ones (§3.2)."""
    books = Books(bill(1), bill(2))
    delete = "<delete><object>{}</object><keys>{}</keys></delete>"
    assert books.result(delete.format("APBILL", "1"), entity_id="100").find("data") is None
    assert [one.record_no for one in books.twin.bills()] == [2]
    missing = books.result(delete.format("APBILL", "1"), entity_id="100")
    assert numbers(missing) == ["BL01001973"]
    assert "Cannot find apbill with key '1' to delete." in texts(missing)
    assert numbers(books.result(delete.format("VENDOR", "1"), entity_id="100")) == ["SANDBOX-IN-USE"]
    assert numbers(books.result(delete.format("NOTHING", "1"))) == ["WS"]
    assert numbers(books.result(delete.format("APBILL", "2,99"), entity_id="100")) == ["BL01001973"]
    assert [one.record_no for one in books.twin.bills()] == [2]
    assert books.balanced()


def test_the_legacy_bill_does_the_same_in_its_own_order() -> None:
    """`create_bill` answers with a key; `update_bill` replaces lines by number (§5.22)."""
    books = Books()
    result = books.result(legacy_bill(), entity_id="100")
    assert (result.findtext("key"), result.find("data")) == ("1", None)
    fields = books.twin.bill(1).fields
    assert (fields["RECORDID"], fields["WHENDUE"], fields["DESCRIPTION"]) == ("L-1", "03/05/2026", "by hand")
    update = (
        '<update_bill key="1"><description>changed</description><updatebillitems>'
        '<updatelineitem line_num="1"><amount>12.00</amount></updatelineitem></updatebillitems></update_bill>'
    )
    assert status(books.result(update, entity_id="100")) == "success"
    assert books.twin.bill(1).fields["TRX_TOTALENTERED"] == "12.00"
    assert books.twin.bill(1).lines[0]["LOCATIONID"] == "100-A"
    assert status(books.result('<delete_bill key="1"/>', entity_id="100")) == "success"
    assert books.twin.bills() == []


@pytest.mark.parametrize(
    "function",
    [
        legacy_bill(head="<billno>too early</billno>"),
        legacy_bill(tail="<description>too late</description>"),
        legacy_bill(head="<taxsolutionid>x</taxsolutionid>"),
        legacy_bill().replace("<amount>10.00</amount><memo>m</memo>", "<memo>m</memo><amount>10.00</amount>"),
        legacy_bill().replace("<vendorid>V-1</vendorid>", ""),
        legacy_bill().replace("<year>2026</year>", ""),
        "<update_bill><description>no key</description></update_bill>",
        "<create_department><title>T</title><departmentid>D</departmentid></create_department>",
        "<create_vendor><name>N</name><vendorid>V</vendorid></create_vendor>",
    ],
)
def test_a_legacy_sequence_out_of_order_is_a_schema_error(function: str) -> None:
    """Order, unknown elements and missing ones are XL03000003 at control level, before anything runs (§5.22)."""
    books = Books()
    response = books.ask(function, entity_id="100")
    assert response.findtext("control/status") == "failure"
    assert numbers(response) == ["XL03000003"]
    assert books.twin.bills() == []


@pytest.mark.parametrize(
    ("function", "object_name", "field", "value"),
    [
        (
            (
                "<create_apterm><name>Net 7</name><due><dueday>7</dueday><duefrom>from invoice/bill date</duefrom>"
                "</due></create_apterm>"
            ),
            "APTERM",
            "DUEDATE",
            "7",
        ),
        (
            (
                "<create_glaccount><glaccountno>7100</glaccountno><title>T</title><normalbalance>debit</normalbalance>"
                "<requiredept>true</requiredept></create_glaccount>"
            ),
            "GLACCOUNT",
            "REQUIREDEPT",
            "true",
        ),
        (
            "<create_department><departmentid>D</departmentid><title>T</title><parentid>ENG</parentid></create_department>",
            "DEPARTMENT",
            "PARENTID",
            "ENG",
        ),
        ("<create_class><classid>C</classid><name>N</name></create_class>", "CLASS", "NAME", "N"),
        ("<create_location><locationid>L</locationid><name>N</name></create_location>", "LOCATION", "NAME", "N"),
        (
            (
                "<create_contact><contactname>Lee</contactname><printas>Ana</printas><mailaddress><city>Reno</city>"
                "</mailaddress></create_contact>"
            ),
            "CONTACT",
            "MAILADDRESS.CITY",
            "Reno",
        ),
        (
            (
                "<create_vendor><vendorid>V-7</vendorid><name>N</name><termname>Net 30</termname><contactinfo><contact>"
                "<contactname>N7</contactname><printas>N</printas><email1>n@x.example</email1></contact></contactinfo>"
                "</create_vendor>"
            ),
            "VENDOR",
            "TERMNAME",
            "Net 30",
        ),
    ],
)
def test_legacy_lists_are_created(function: str, object_name: str, field: str, value: str) -> None:
    """The legacy creates of the lists reach the same records."""
    books = Books()
    result = books.result(function)
    assert status(result) == "success", texts(result)
    made = {row["RECORDNO"]: row for row in books.twin.records(object_name)}[result.findtext("key") or ""]
    assert made[field] == value


_AMOUNTS = st.lists(st.decimals(-999, 999, places=2).map(str), min_size=1, max_size=4)
_STEPS = st.lists(
    st.tuples(st.sampled_from(["create", "edit", "pay", "delete", "reverse", "move", "recode"]), _AMOUNTS), max_size=12
)


@settings(max_examples=40, deadline=None)
@given(steps=_STEPS, currency=st.sampled_from(["USD", "EUR", "JPY"]))
def test_whatever_happens_the_trial_balance_is_zero(steps: list[tuple[str, list[str]]], currency: str) -> None:
    """Creating, editing, paying, recoding, deleting and reversing in any order keeps debits equal to credits."""
    books = Books(bill(1, "10.00", lines=(line("10.00"), line("3.33", location_id="100-B"))))
    for at, (step, amounts) in enumerate(steps):
        last = max((one.record_no for one in books.twin.bills()), default=1)
        lines = "".join(item(amount) for amount in amounts)
        functions = {
            "create": create_bill(f"N-{at}", lines, CURRENCY=currency),
            "edit": f"<update><APBILL><RECORDNO>{last}</RECORDNO><APBILLITEMS>{lines}</APBILLITEMS></APBILL></update>",
            "move": f"<update><APBILL><RECORDNO>{last}</RECORDNO><CURRENCY>{currency}</CURRENCY></APBILL></update>",
            "delete": f"<delete><object>APBILL</object><keys>{last}</keys></delete>",
            "reverse": f'<reverse_bill key="{last}"><datereversed><year>2026</year><month>02</month><day>20</day>'
            "</datereversed></reverse_bill>",
            "recode": f'<reclassify_bill key="{last}"><reclassifyitems><reclasslineitem line_num="{1 + at % 2}">'
            "<glaccountno>6800</glaccountno><departmentid>ENG</departmentid></reclasslineitem></reclassifyitems>"
            "</reclassify_bill>",
        }
        if step == "pay":
            _try_to_pay(books, last, Decimal(amounts[0]))
        else:
            books.result(functions[step], entity_id="100")
        assert books.balanced()
        _check_totals(books)


def _try_to_pay(books: Books, record_no: int, amount: Decimal) -> None:
    due = next((one.fields["TRX_TOTALDUE"] for one in books.twin.bills() if one.record_no == record_no), "0")
    if 0 < amount <= Decimal(due):
        books.twin.pay_bill(record_no, amount, "02/25/2026")


def _check_totals(books: Books) -> None:
    """Lines add up to headers, and what is due is what is entered less what is paid."""
    for one in books.twin.bills():
        entered = sum(Decimal(row["TRX_AMOUNT"]) for row in one.lines)
        assert entered == Decimal(one.fields["TRX_TOTALENTERED"])
        assert sum(Decimal(row["AMOUNT"]) for row in one.lines) == Decimal(one.fields["TOTALENTERED"])
        if one.fields["STATE"] == "Paid":
            assert Decimal(one.fields["TOTALDUE"]) == Decimal(one.fields["TRX_TOTALDUE"]) == 0
        if one.fields["STATE"] not in {"Reversed", "Reversal"}:
            assert Decimal(one.fields["TRX_TOTALDUE"]) == entered - Decimal(one.fields["TRX_TOTALPAID"])


def test_a_bill_of_the_top_level_may_name_its_entitys_base_currency() -> None:
    """BASECURR is the entity's base currency, also when the bill is made at the top level (§5.9); it stays balanced."""
    books = Books()
    yen = create_bill(VENDORID="V-2", CURRENCY="JPY", BASECURR="JPY", lines=item("1205", LOCATIONID="200-A"))
    assert status(books.result(yen)) == "success"
    fields = books.twin.bill(1).fields
    assert [fields[name] for name in ("BASECURR", "TOTALENTERED", "MEGAENTITYID")] == ["JPY", "1205", ""]
    assert books.balanced()


@pytest.mark.parametrize(
    ("currency", "location"),
    [("JPY", "100-A"), ("EUR", "200-A")],
)
def test_a_bill_of_the_top_level_may_not_name_a_foreign_base_currency(currency: str, location: str) -> None:
    """A base currency that is neither the company's nor that of the lines' entity is refused (§5.9)."""
    made = create_bill(VENDORID="V-2", BASECURR=currency, lines=item("5", LOCATIONID=location))
    assert numbers(Books().result(made))[0] == "SANDBOX-CURRENCY"


def test_a_closing_account_needs_the_account_that_it_closes_to() -> None:
    """CLOSINGACCOUNTNO is required with CLOSINGTYPE `closing account` (§5.2)."""
    books = Books()
    account = "<ACCOUNTNO>{}</ACCOUNTNO><TITLE>New</TITLE><CLOSINGTYPE>closing account</CLOSINGTYPE>"
    bare = books.result(f"<create><GLACCOUNT>{account.format(6801)}</GLACCOUNT></create>")
    assert "CLOSINGACCOUNTNO" in texts(bare)
    closing = "<CLOSINGACCOUNTNO>6700</CLOSINGACCOUNTNO>"
    whole = books.result(f"<create><GLACCOUNT>{account.format(6802)}{closing}</GLACCOUNT></create>")
    assert status(whole) == "success"
