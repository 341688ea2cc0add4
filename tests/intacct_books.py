"""A small company by hand, and requests in the shape of the vendor's documentation, for tests of the Intacct twin."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from intacct_pipelines.sandbox.business import Account, Bill, Business, Dimension, Entity, Line, Term, Vendor
from intacct_pipelines.sandbox.clock import Clock
from intacct_pipelines.sandbox.http import Reply, Request
from intacct_pipelines.sandbox.intacct import IntacctTwin, Options

NOW = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)
PATH = "/ia/xml/xmlgw.phtml"


def vendor(key: int, *, entity_id: str = "100", **changes: Any) -> Vendor:
    """A vendor of an entity."""
    made = Vendor(
        key=key,
        name=f"Vendor {key}",
        entity_id=entity_id,
        currency="USD",
        intacct_id=f"V-{key}",
        bill_id=None,
        intacct_status="active",
        bill_archived=False,
        is_1099=False,
        tax_id="",
        email=f"ap{key}@vendor.example",
        phone="555-0100",
        address={"line1": "1 Main", "city": "Reno", "country": "US", "country_name": "United States"},
        term="Net 30",
        created_at=datetime(2025, 1, 1, tzinfo=UTC),
        modified_at=datetime(2025, 1, 2, tzinfo=UTC),
    )
    return replace(made, **changes)


def line(amount: str, **changes: Any) -> Line:
    """A line on the account that needs only a location."""
    made = Line(Decimal(amount), "6700", "", "100-A", "", "Cables")
    return replace(made, **changes)


def bill(key: int, *amounts: str, **changes: Any) -> Bill:
    """A posted, unpaid bill of entity 100."""
    made = Bill(
        key=key,
        entity_id="100",
        vendor_key=1,
        number=f"INV-{key}",
        bill_date=date(2026, 2, 3),
        due_date=date(2026, 3, 5),
        gl_posting_date=date(2026, 2, 3),
        currency="USD",
        exchange_rate=Decimal(1),
        lines=tuple(line(amount) for amount in amounts or ("100.00",)),
        description="",
        po_number="",
        approval_status="APPROVED",
        paid=Decimal(0),
        in_intacct=True,
        in_bill=True,
        intacct_state="Posted",
        intacct_changes={},
        bill_changes={},
        created_at=datetime(2026, 2, 3, 9, tzinfo=UTC),
        intacct_modified_at=datetime(2026, 2, 3, 22, 50, 21, tzinfo=UTC),
        bill_modified_at=datetime(2026, 2, 3, 9, tzinfo=UTC),
        bill_id=f"00b{key}",
    )
    return replace(made, **changes)


def business(bills: tuple[Bill, ...] = (), vendors: tuple[Vendor, ...] | None = None) -> Business:
    """Two entities in two currencies; entity 100's books are closed through January 2026."""
    return Business(
        seed=1,
        company_id="acme",
        sender_id="acme_pipelines",
        sender_password="not-a-real-secret",
        user_id="svc",
        user_password="invented",
        dev_key="dev",
        bill_username="u",
        bill_password="p",
        base_currency="USD",
        entities=(
            Entity("100", "Acme & Sons", "USD", "org1", "Acme", ("100-A", "100-B"), date(2026, 1, 31)),
            Entity("200", "Acme KK", "JPY", "org2", "Acme KK", ("200-A",)),
        ),
        accounts=(
            Account("6700", "Cloud services", "incomestatement", "debit", frozenset({"location"}), "EXPENSE"),
            Account("6800", "Travel", "incomestatement", "debit", frozenset({"location", "department"}), "EXPENSE"),
            Account("6900", "Old", "incomestatement", "debit", frozenset(), "EXPENSE", "inactive"),
        ),
        departments=(Dimension("ENG", "Engineering"),),
        classes=(Dimension("GRANT-A", "Grant A"),),
        locations=(
            Dimension("100-A", "San Jose", "100", "100"),
            Dimension("100-B", "Reno", "100", "100"),
            Dimension("200-A", "Osaka", "200", "200"),
        ),
        terms=(Term("Net 30", 30),),
        vendors=vendors
        if vendors is not None
        else (
            vendor(1),
            vendor(2, entity_id="", name="Root vendor"),
            vendor(3, intacct_status="inactive"),
            vendor(4, entity_id="200"),
        ),
        bills=bills,
        expense_account="6700",
    )


class Books:
    """A twin with a session, asked in the words of the documentation."""

    def __init__(
        self,
        *bills: Bill,
        vendors: tuple[Vendor, ...] | None = None,
        facts: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        self.business = replace(business(bills, vendors), **(facts or {}))
        self.clock = Clock(NOW)
        self.twin = IntacctTwin(self.business, Options(**options), self.clock)
        self._calls = 0

    def login(self, entity_id: str = "", **changes: str) -> str:
        """A login element."""
        words = {"userid": "svc", "companyid": "acme", "password": "invented"} | changes
        inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in words.items())
        location = f"<locationid>{entity_id}</locationid>" if entity_id else ""
        return f"<login>{inside}{location}</login>"

    def document(
        self,
        *functions: str,
        auth: str | None = None,
        entity_id: str = "",
        control: str = "",
        transaction: str = "false",
        unique: str = "false",
        ids: tuple[str, ...] = (),
        sender: str = "acme_pipelines",
    ) -> bytes:
        """A whole request."""
        numbered = []
        for at, function in enumerate(functions):
            self._calls += 1
            control_id = ids[at] if at < len(ids) else f"f{self._calls}"
            numbered.append(f'<function controlid="{control_id}">{function}</function>')
        return (
            '<?xml version="1.0" encoding="UTF-8"?><request><control>'
            f"<senderid>{sender}</senderid><password>not-a-real-secret</password><controlid>run-1</controlid>"
            f"<uniqueid>{unique}</uniqueid><dtdversion>3.0</dtdversion>"
            f"<includewhitespace>false</includewhitespace>{control}</control>"
            f'<operation transaction="{transaction}"><authentication>{auth or self.login(entity_id)}</authentication>'
            f"<content>{''.join(numbered)}</content></operation></request>"
        ).encode()

    def post(self, body: bytes, path: str = PATH) -> Reply:
        """Send a document."""
        headers = {"host": "sandbox.test:8080", "content-type": "application/xml"}
        return self.twin.handle(Request("POST", path, "", headers, body))

    def ask(self, *functions: str, **more: Any) -> etree._Element:
        """Send functions; returns the response element."""
        return etree.fromstring(self.post(self.document(*functions, **more)).body)

    def result(self, function: str, **more: Any) -> etree._Element:
        """Send one function; returns its result."""
        found = self.ask(function, **more).find("operation/result")
        assert found is not None
        return found

    def rows(self, query: str, **more: Any) -> list[dict[str, str]]:
        """The records that a reading function returns."""
        data = self.result(query, **more).find("data")
        assert data is not None
        return [{str(one.tag): one.text or "" for one in row} for row in data]

    def select(self, object_name: str, fields: str, filters: str = "", extra: str = "") -> str:
        """A `query` that also shows private rows."""
        named = "".join(f"<field>{field}</field>" for field in fields.split(","))
        part = f"<filter>{filters}</filter>" if filters else ""
        return (
            f"<query><object>{object_name}</object><select>{named}</select>{part}"
            f"<options><showprivate>true</showprivate></options>{extra}</query>"
        )

    def balanced(self) -> bool:
        """Whether the trial balance is zero in every entity and currency."""
        sums = (*self.twin.ledger.trial_balance().values(), *self.twin.ledger.base_trial_balance().values())
        return not any(sums)


def create_bill(number: str = "INV-9001", lines: str = "", **changes: str) -> str:
    """A generic create of a bill, as in the reference."""
    header = {
        "WHENCREATED": "02/03/2026",
        "VENDORID": "V-1",
        "RECORDID": number,
        "WHENDUE": "03/05/2026",
        "CURRENCY": "USD",
    } | changes
    inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in header.items())
    return f"<create><APBILL>{inside}<APBILLITEMS>{lines or item('120.50')}</APBILLITEMS></APBILL></create>"


def item(amount: str, **changes: str) -> str:
    """A line of a generic bill."""
    fields = {"ACCOUNTNO": "6700", "TRX_AMOUNT": amount, "LOCATIONID": "100-A"} | changes
    inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
    return f"<APBILLITEM>{inside}</APBILLITEM>"


def legacy_bill(number: str = "L-1", head: str = "", tail: str = "") -> str:
    """A `create_bill` in the order of the schema."""
    return (
        "<create_bill><vendorid>V-1</vendorid>"
        "<datecreated><year>2026</year><month>02</month><day>03</day></datecreated>"
        f"{head}<termname>Net 30</termname><billno>{number}</billno><description>by hand</description>"
        "<currency>USD</currency><exchratetype>Intacct Daily Rate</exchratetype>"
        "<billitems><lineitem><glaccountno>6700</glaccountno><amount>10.00</amount><memo>m</memo>"
        f"<locationid>100-A</locationid></lineitem></billitems>{tail}</create_bill>"
    )


def numbers(result: etree._Element) -> list[str]:
    """The errorno words of a result, in order."""
    return [str(one.text) for one in result.iter("errorno")]


def texts(result: etree._Element) -> str:
    """All second descriptions of a result."""
    return " ".join(str(one.text) for one in result.iter("description2"))


def status(result: etree._Element) -> str:
    """The status word of a result."""
    return str(result.findtext("status"))


def session_of(response: etree._Element) -> str:
    """The session id that getAPISession returned."""
    return re.sub(r"\s", "", response.findtext(".//api/sessionid") or "")
