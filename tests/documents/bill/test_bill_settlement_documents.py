"""What settles bills and invoices, in answers shaped like BILL's own, redacted: JSON in, rows of every table out."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest
from scripted_bill import DEV_KEY, ORGANIZATION, PASSWORD, ScriptedBill, make_client
from typed_rows import text_row

from intacct_pipelines.domain.catalog import BILL_TABLES, select
from intacct_pipelines.domain.records import Batch, Tally, Window, WindowKind
from intacct_pipelines.errors import (
    ConfigurationError,
    CredentialsRejectedError,
    FunctionRejectedError,
    RemoteSystemError,
)
from intacct_pipelines.extract.bill import BillExtraction
from intacct_pipelines.validate.contracts import screen_batch

HERE = Path(__file__).parent
ALL = Window(WindowKind.ALL)
CURRENCIES = {"00901REDACTEDVENDOR1": "USD", "00901REDACTEDVENDOR2": "JPY", "0cu01REDACTEDCUSTM01": "USD"}


def read(name: str, file: str) -> tuple[dict[str, Batch], dict[str, Tally]]:
    """Return what one answer holds, by table."""
    server = ScriptedBill()
    server.script = [httpx.Response(200, content=(HERE / file).read_bytes())]
    with make_client(server) as client:
        session = client.session(ORGANIZATION)
        extraction = BillExtraction(session, ORGANIZATION, select(BILL_TABLES, name), ALL, CURRENCIES)
        (page,) = extraction
    for batch in page:
        assert screen_batch(batch).rejects == ()
    return dict(zip((table.name for table in extraction.tables), page, strict=True)), extraction.tallies


def test_a_payment_comes_with_its_bills_the_credits_used_on_them_and_its_void() -> None:
    """Who is paid, how much a bill, which credit on which bill, and the word for its end (S-PAY-02, S-VCR-03)."""
    found, tallies = read("ap_payment", "payments_page.json")
    assert text_row(found["ap_payment"].rows, 0) == {
        "id": "stp01REDACTEDPAYMT01",
        "vendor_id": "00901REDACTEDVENDOR1",
        "vendor_name": "Redacted Paper Co",
        "process_date": "2026-01-15",
        "currency": "USD",
        "amount": "250.5",
        "funding_amount": "250.5",
        "exchange_rate": "1",
        "status": "VOID",
        "single_status": "VOIDED",
        "is_online": "t",
        "disbursement_type": "CHECK",
        "disbursement_status": "DONE",
        "funding_account_type": "BANK_ACCOUNT",
        "funding_account_id": "bac01REDACTEDBANK001",
        "transaction_no": "IPX20260115000042",
        "confirmation_no": "P12112401 - 0517829",
        "check_no": "10017",
        "is_voidable": "f",
        "created_by": "00601REDACTEDUSER001",
        "created_at": "2026-01-14T10:00:00+00:00",
        "modified_at": "2026-01-21T10:00:00+00:00",
    }
    details = [text_row(found["ap_payment_detail"].rows, at) for at in range(3)]
    assert [(d["bill_id"], d["amount"], d["currency"]) for d in details] == [
        ("00n01REDACTEDBILL001", "200", "USD"),
        ("00n01REDACTEDBILL003", "50.5", "USD"),
        ("00n01REDACTEDBILL002", "12000000", "JPY"),
    ]
    assert text_row(found["ap_payment_credit"].rows, 1) == {
        "id": "blp01REDACTEDSHARE01:2",
        "payment_id": "stp01REDACTEDPAYMT01",
        "payment_detail_id": "blp01REDACTEDSHARE01",
        "bill_id": "00n01REDACTEDBILL001",
        "vendor_credit_id": "vcr01REDACTEDCREDT02",
        "currency": "USD",
        "amount": "8.99",
    }
    void = text_row(found["ap_payment_void"].rows, 0)
    assert (void["payment_id"], void["void_type"], void["status"]) == (
        "stp01REDACTEDPAYMT01",
        "VOID_AND_CREDIT",
        "ACCEPTED",
    )
    assert tallies["ap_payment"].control_total == tallies["ap_payment_detail"].control_total == Decimal("12000250.5")
    assert tallies["ap_payment_credit"].control_total == Decimal("28.99")


def test_ways_to_pay_are_told_apart_and_no_payment_names_a_line() -> None:
    """Outside payments say so and where they are drawn; a share names a bill, never a line (S-PAY-03, S-PAY-06)."""
    found, _ = read("ap_payment", "payments_page.json")
    outside = text_row(found["ap_payment"].rows, 1)
    assert (outside["is_online"], outside["is_check_to_print"]) == ("f", "f")
    assert (outside["disbursement_type"], outside["gl_account_id"]) == ("OFFLINE", "0ca01REDACTEDACCT009")
    # The memo that does not reach Intacct is kept (S-PAY-05).
    assert outside["description"] == "Wire, by hand"
    assert not any("line_id" in name for name in select(BILL_TABLES, "ap_payment_detail").column_names)


def test_a_vendor_credit_comes_with_its_lines_and_its_use() -> None:
    """Each use names bill, payment and amount; a credit that alone settled a bill names no payment (S-VCR-04)."""
    found, tallies = read("vendor_credit", "vendor_credits_page.json")
    credit = text_row(found["vendor_credit"].rows, 0)
    assert (credit["amount"], credit["applied_amount"], credit["status"]) == ("60", "50", "PARTIALLY_APPLIED")
    line = text_row(found["vendor_credit_line"].rows, 0)
    assert (line["vendor_credit_id"], line["department_id"], line["employee_id"]) == (
        "vcr01REDACTEDCREDT01",
        "0de01REDACTEDDEPT001",
        "0em01REDACTEDEMPL001",
    )
    usage = [text_row(found["vendor_credit_usage"].rows, at) for at in range(2)]
    assert [(use["bill_id"], use.get("payment_id"), use["amount"]) for use in usage] == [
        ("00n01REDACTEDBILL001", "stp01REDACTEDPAYMT01", "20"),
        ("00n01REDACTEDBILL004", None, "30"),
    ]
    assert tallies["vendor_credit_usage"].control_total == Decimal(50)


def test_an_invoice_comes_with_its_lines_its_tax_and_what_was_received() -> None:
    """The sales tax stands in the header, with its item, and is no line (S-INV-03)."""
    found, _ = read("ar_invoice", "invoices_page.json")
    invoice = text_row(found["ar_invoice"].rows, 0)
    assert (invoice["amount"], invoice["due_amount"], invoice["credit_amount"]) == ("324.75", "24.75", "100")
    assert (invoice["tax_amount"], invoice["tax_percentage"], invoice["tax_item_id"]) == (
        "24.75",
        "8.25",
        "0ii01REDACTEDTAX0001",
    )
    line = text_row(found["ar_invoice_line"].rows, 0)
    assert (line["quantity"], line["price"], line["project_id"]) == ("2", "150", "0jo01REDACTEDJOB0001")
    assert text_row(found["ar_invoice_payment"].rows, 0) == {
        "id": "00e01REDACTEDINVCE01:1",
        "invoice_id": "00e01REDACTEDINVCE01",
        "payment_id": "0rp01REDACTEDRECPT01",
        "currency": "USD",
        "amount": "200",
        "payment_date": "2026-01-20",
        "status": "PAID",
    }


def test_a_received_payment_comes_with_its_invoices_and_its_fee() -> None:
    """One receipt, several invoices, a rest on account, and the fee on top of it (S-ARP-01, S-ARP-02, S-FEE-01)."""
    found, tallies = read("ar_payment", "receivable_payments_page.json")
    receipt = text_row(found["ar_payment"].rows, 0)
    assert (receipt["amount"], receipt["unapplied_amount"], receipt["convenience_fee_amount"]) == (
        "250",
        "10",
        "7.25",
    )
    assert (receipt["bank_account_id"], receipt["customer_account_type"]) == ("bac01REDACTEDBANK001", "CARD_ACCOUNT")
    details = [text_row(found["ar_payment_detail"].rows, at) for at in range(2)]
    assert [(d["invoice_id"], d["amount"]) for d in details] == [
        ("00e01REDACTEDINVCE01", "200"),
        ("00e01REDACTEDINVCE02", "40"),
    ]
    applied = tallies["ar_payment_detail"].control_total
    assert applied + Decimal(receipt["unapplied_amount"] or 0) == tallies["ar_payment"].control_total


def test_a_credit_memo_comes_with_its_lines_and_its_use() -> None:
    """Credit memos travel in neither direction, so BILL's are read for themselves (S-CRM-01)."""
    found, tallies = read("credit_memo", "credit_memos_page.json")
    lines = [text_row(found["credit_memo_line"].rows, at) for at in range(2)]
    assert lines[1]["id"] == "0cm01REDACTEDMEMO001:2"
    assert (lines[0]["is_taxable"], lines[1]["rate_percentage"], lines[1]["amount"]) == ("t", "-10", "-10")
    usage = text_row(found["credit_memo_usage"].rows, 0)
    assert (usage["invoice_id"], usage["amount"]) == ("00e01REDACTEDINVCE01", "100")
    assert tallies["credit_memo"].control_total == tallies["credit_memo_line"].control_total == Decimal(100)


def test_a_bank_account_names_the_account_behind_it_and_is_personal_data() -> None:
    """The account behind the bank is the key to transfers; holder and numbers are masked wherever they are shown."""
    found, _ = read("bank_account", "bank_accounts_page.json")
    bank = text_row(found["bank_account"].rows, 0)
    assert (bank["gl_account_id"], bank["is_default_for_payables"], bank["is_default_for_receivables"]) == (
        "0ca01REDACTEDACCT005",
        "t",
        "f",
    )
    table = select(BILL_TABLES, "bank_account")
    assert {column.name for column in table.columns if column.pii} == {
        "name_on_account",
        "account_number",
        "routing_number",
    }


# ---- the older API ----------------------------------------------------------------------------------------------


def older(answers: list[httpx.Response], seen: list[httpx.Request]) -> httpx.MockTransport:
    """A network that answers with these, in order, and remembers what was asked."""

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return answers.pop(0)

    return answer  # type: ignore[return-value]  # make_client wraps it


LOGIN = httpx.Response(200, json={"response_status": 0, "response_data": {"sessionId": "s-older"}})


def test_a_money_movement_becomes_a_row_over_the_older_api() -> None:
    """A form with key, session and question goes out; BILL's lump sum comes back with its sign (S-AFT-01)."""
    seen: list[httpx.Request] = []
    network = older([LOGIN, httpx.Response(200, content=(HERE / "money_movements.json").read_bytes())], seen)
    with make_client(network, older_url="http://localhost:1/api/v2") as client:
        session = client.older_session(ORGANIZATION)
        assert session is not None
        extraction = BillExtraction(session, ORGANIZATION, select(BILL_TABLES, "money_movement"), ALL)
        ((batch,),) = extraction
    assert text_row(batch.rows, 0) == {
        "id": "mmt01REDACTEDMOVEM01",
        "name": "090310010002001",
        "movement_type": "1",
        "status": "1",
        "process_date": "2016-12-11",
        "amount": "-3000",
        "created_at": "2016-12-10T23:20:01+00:00",
        "modified_at": "2016-12-11T09:00:00+00:00",
    }
    asked = parse_qs(seen[1].content.decode())
    assert (seen[0].url.path, seen[1].url.path) == ("/api/v2/Login.json", "/api/v2/List/MoneyMovement.json")
    assert (asked["devKey"], asked["sessionId"]) == ([DEV_KEY], ["s-older"])
    assert "devKey" not in seen[1].headers
    assert '"field": "createdTime"' in asked["data"][0]
    assert (extraction.tally.received, extraction.tally.in_order) == (1, True)


@pytest.mark.parametrize(
    ("code", "error"), [("BDC_1109", CredentialsRejectedError), ("BDC_9999", FunctionRejectedError)]
)
def test_an_error_behind_http_200_is_an_error(code: str, error: type[RemoteSystemError]) -> None:
    """The older API answers 200 to everything: its own word decides, after one fresh login where that may help."""
    refused = {"response_status": 1, "response_data": {"error_code": code, "error_message": f"No, {PASSWORD}."}}
    answers = [LOGIN, httpx.Response(200, json=refused), LOGIN, httpx.Response(200, json=refused)]
    with make_client(older(answers, []), older_url="http://localhost:1/api/v2") as client:
        session = client.older_session(ORGANIZATION)
        assert session is not None
        with pytest.raises(error) as caught:
            list(session.list("/List/MoneyMovement.json"))
    assert [detail.number for detail in caught.value.details] == [code]
    assert PASSWORD not in f"{caught.value} {caught.value.details}"


def test_without_an_address_the_older_api_is_not_asked() -> None:
    """No address, no session; and it takes only its own lists, unfiltered."""
    with make_client(ScriptedBill()) as client:
        assert client.older_session(ORGANIZATION) is None
    with make_client(ScriptedBill(), older_url="http://localhost:1/api/v2") as client:
        session = client.older_session(ORGANIZATION)
        assert session is not None
        with pytest.raises(ConfigurationError):
            list(session.list("/v3/bills"))
