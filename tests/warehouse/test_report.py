"""The reconciliation report, made from a real warehouse and read back from all its formats."""

from __future__ import annotations

import csv
import re
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from clearing_cases import FRIDAY, IN, ClearingCase
from lxml import etree, html
from reconcile_cases import LATER, LONG_AGO, NOW, Case
from warehouse_rows import bill as loaded_bill
from warehouse_rows import store as load

from intacct_pipelines.defs.report_files import write_report
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.errors import ConfigurationError, DataContractError
from intacct_pipelines.settings import Connections
from intacct_pipelines.warehouse.recon import Recon

ENTITY = EntityKey("acme", "100")
HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)>"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CONNECTIONS = {
    "companies": {
        "acme": {
            "company_id": "acme",
            "sender_id": "s",
            "sender_password": {"env": "A"},
            "user_id": "u",
            "user_password": {"env": "B"},
        }
    },
    "bill": {"main": {"dev_key": {"env": "C"}, "username": "u", "password": {"env": "D"}}},
    "links": {"acme-100": {"company": "acme", "entity": "100", "bill": "main", "organization_id": "008"}},
}


@pytest.fixture
def systems(warehouse_dsn):
    environment = {"INTACCT_PIPELINES_WAREHOUSE_URL": warehouse_dsn}
    with Systems(Connections.model_validate(CONNECTIONS), environment=environment) as opened:
        yield opened


def reconciled(systems, case, run_id="run-1", now=NOW):
    for name in ("vendor", "ap_bill"):
        Recon(systems.warehouse, now=lambda: now).store(
            case.reconcile(name, now), link="acme-100", entity=str(ENTITY), object_name=name, run_id=run_id
        )


def varied():
    """Differences of all verdicts, of several currencies and ages, with and without partner."""
    case = Case().vendors()
    case.bill()
    case.intacct_bill()
    for number in range(7):
        case.bill(f"m{number}", f"{number}.55", f"M-{number}", modified_at=LATER)
    case.bill("y1", "120000", "Y-1", currency="JPY")
    case.intacct_bill(31, "119000.00", "Y-1", currency="JPY")
    case.bill("k1", "10.125", "K-1", currency="KWD")
    case.intacct_bill(12, "70.00", "P-1", state="Paid")
    case.intacct_bill(13, "-5.00", "N-1")
    case.bill("a1", "12.00", "A-1", approval_status="UNASSIGNED")
    case.bill("n1", "8.00", "NEW-1", modified_at=NOW)
    case.bill("d1", "40.00", "D-1", bill_date=date(2026, 2, 2), lines=[{"gl_account_id": "unmapped"}])
    case.intacct_bill(14, "41.00", "D-1")
    case.bill_vendor("v2", "Not in Intacct Ltd")
    case.bill("w1", "3.00", "W-1", vendor_id="v2", modified_at=LONG_AGO)
    return case


def hostile():
    """What an attacker could type into a vendor's name or a bill's number, and amounts that no spreadsheet holds."""
    case = Case().vendors()
    case.bill_vendor("v2", HOSTILE)
    case.bill("h1", "99999999999999999999.99", '=HYPERLINK("http://evil.example","x")', vendor_id="v2")
    case.bill("h2", "0.01", "+1+cmd|' /C calc'!A0\x07\x1b\u202e", vendor_id="v2")
    case.bill("h3", "1.00", "@SUM(1+1)*$x$ \\frac", currency="=1")
    case.bill("h4", "2.00", "-2+3" + "x" * 40_000, currency="$x$")
    case.intacct_bill(15, "7.00", "javascript:alert(1)\x00\ufffe".replace("\x00", ""), currency="USD")
    return case


def sheet_cells(path, name):
    """The cells of one worksheet by row and column, as (value, formula); values as text or number of the file."""
    with zipfile.ZipFile(path) as book:
        names = [one.get("name") for one in etree.fromstring(book.read("xl/workbook.xml")).iter(f"{MAIN}sheet")]
        root = etree.fromstring(book.read(f"xl/worksheets/sheet{names.index(name) + 1}.xml"))
    rows = {}
    for cell in root.iter(f"{MAIN}c"):
        letters, number = re.fullmatch(r"([A-Z]+)(\d+)", cell.get("r")).groups()
        value, formula = cell.find(f"{MAIN}v"), cell.find(f"{MAIN}f")
        text = "".join(cell.itertext()) if cell.get("t") == "inlineStr" else Decimal(value.text)
        rows.setdefault(int(number), {})[letters] = (text, formula.text if formula is not None else None)
    return rows, root


def book_rows(path, name):
    """A worksheet's rows of values under its heading."""
    rows, _ = sheet_cells(path, name)
    return [[cell[0] for cell in row.values()] for number, row in sorted(rows.items()) if number > 1]


def text_rows(folder, name):
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def page_rows(page, heading):
    """The texts of the first table after the heading with this id."""
    (table, *_) = page.xpath(f"//h2[@id='{heading}']/following::table[1]")
    return [[" ".join(cell.itertext()).split("\n")[0].strip() for cell in row] for row in table.xpath("./tbody/tr")]


def number(text):
    return Decimal(text.replace(",", "")) if text else None


def test_all_formats_tell_the_same_numbers(systems, tmp_path):
    """Page, workbook and text files agree in every sum by turn, class and age, and with what is stored."""
    reconciled(systems, varied())
    written = write_report(systems, ENTITY, tmp_path)
    page, book = html.parse(str(tmp_path / "reconciliation.html")).getroot(), tmp_path / "reconciliation.xlsx"

    turns = [
        (row["turn"], row["verdict"], row["currency"], *map(number, (row["findings"], row["records"], row["at_stake"])))
        for row in text_rows(tmp_path, "turns")
    ]
    assert {(row[0], row[2]) for row in turns} >= {("plan approver", "USD"), ("accountant", "JPY"), ("nobody", "USD")}
    shown = page_rows(page, "turns")
    assert [(*row[:3], *map(number, row[3:6])) for row in shown] == turns
    summary, _ = sheet_cells(book, "Summary")
    first = next(at for at, row in summary.items() if row.get("A", ("",))[0] == "Whose turn") + 1
    in_book = [
        (*(summary[at].get(letter, ("",))[0] for letter in "ABC"), *(summary[at].get(x, (None,))[0] for x in "DEF"))
        for at in range(first, first + len(turns))
    ]
    assert in_book == turns

    stored = Recon(systems.warehouse).totals("acme-100", run_id="run-1")
    for side in ("platform_total", "intacct_total", "difference"):
        usd = sum(stored[stored["currency"] == "USD"][side])
        rows = [row for row in text_rows(tmp_path, "totals") if row["currency"] == "USD"]
        assert sum(number(row[side]) for row in rows) == usd
        letter = {"platform_total": "F", "intacct_total": "G", "difference": "H"}[side]
        sums = [
            row[letter][0] for row in summary.values() if (row["A"][0], row.get("C", ("",))[0]) == ("AP bill", "USD")
        ]
        assert sums == [usd]
        (foot,) = page.xpath("//table[@class='totals'][thead//th[1]='USD']/tfoot/tr")
        assert number(foot.xpath("./td")[{"F": 3, "G": 4, "H": 5}[letter]].text) == usd

    ages = [
        (row["age"], row["currency"], number(row["records"]), number(row["at_stake"]))
        for row in text_rows(tmp_path, "ageing")
    ]
    assert [(row[2], row[1], number(row[3]), number(row[4])) for row in page_rows(page, "age")] == ages
    breaks = Recon(systems.warehouse).differences("acme-100")
    breaks = breaks[breaks["verdict"] == "break"]
    assert sum(age[2] for age in ages) == len(breaks[["object", "platform_id", "intacct_record_no"]].drop_duplicates())
    assert number(page.xpath("//div[@class='cards']/div[1]/b")[0].text) == sum(age[2] for age in ages)

    lines = text_rows(tmp_path, "differences")
    assert len(lines) == len(Recon(systems.warehouse).differences("acme-100")) == len(book_rows(book, "Differences"))
    stakes = [number(row["at_stake"]) for row in lines]
    cells, _ = sheet_cells(book, "Differences")
    assert [row["O"][0] if "O" in row else None for at, row in sorted(cells.items()) if at > 1] == stakes
    findings = text_rows(tmp_path, "findings")
    assert [(int(row[0]), row[6]) for row in book_rows(book, "Findings")] == [
        (int(row["finding"]), number(row["records"])) for row in findings
    ]
    assert {one["finding_id"] for one in written.report.inputs.findings} == {int(row["finding"]) for row in findings}


def by_class(rows):
    """Sums of rows of totals, or of totals by month, by object, currency and class."""
    found = {}
    for row in rows:
        place = tuple(row[name] for name in ("object", "currency", "class", "verdict", "rule"))
        sums = [number(row[name]) or 0 for name in SUMS]
        found[place] = [one + other for one, other in zip(found.get(place, [0] * len(SUMS)), sums, strict=True)]
    return found


SUMS = ("platform_count", "intacct_count", "platform_total", "intacct_total", "difference")


def of_several_months():
    """Bills of three months that differ, one of them only in Intacct, and one without a date."""
    case = varied()
    case.bill("f1", "11.00", "F-1", bill_date=date(2026, 1, 31))
    case.bill("f2", "12.00", "F-2", bill_date=date(2026, 3, 1))
    case.intacct_bill(61, "13.00", "F-2", bill_date=date(2026, 2, 28))
    case.intacct_bill(62, "14.00", "F-3", bill_date=date(2026, 3, 31))
    case.bill("f4", "15.00", "F-4", bill_date=None)
    return case


def test_months_and_what_has_no_date_add_up_to_the_whole_in_every_format(systems, tmp_path):
    """Each month's report has that month's classes and differences, once; lists stand in the whole report alone."""
    reconciled(systems, of_several_months())
    whole = tmp_path / "whole"
    write_report(systems, ENTITY, whole)
    months = text_rows(whole, "months")
    assert by_class(months) == by_class(text_rows(whole, "totals"))
    assert {row["month"] for row in months} == {"2026-03", "2026-02", "2026-01", "no date"}
    assert {row["month"] for row in months if row["object"] == "vendor"} == {"no date"}
    assert [row[0] for row in book_rows(whole / "reconciliation.xlsx", "Months")] == [row["month"] for row in months]
    page = html.parse(str(whole / "reconciliation.html")).getroot()
    shown = [
        (block.xpath("string(summary/b)"), *(cell.text or "" for cell in row.xpath("./td")[-3:]))
        for block in page.xpath("//details[@class='month']")
        for row in block.xpath(".//tbody/tr")
    ]
    columns = ("platform_total", "intacct_total", "difference")
    assert [(one[0], *map(number, one[1:])) for one in shown] == [
        (row["month"], *(number(row[name]) for name in columns)) for row in months
    ]

    told, parts = [], []
    for month in (1, 2, 3, 4):
        folder = tmp_path / f"{month}"
        written = write_report(systems, ENTITY, folder, month=date(2026, month, 1))
        rows = text_rows(folder, "totals")
        assert by_class(rows) == by_class([row for row in months if row["month"] == f"2026-0{month}"])
        differences = text_rows(folder, "differences")
        assert {row["document_date"][:7] for row in differences} <= {f"2026-0{month}"}
        findings = text_rows(folder, "findings")
        assert sum(int(row["differences"]) for row in findings) == len(differences)
        assert {row["finding"] for row in findings} == {row["finding"] for row in differences}
        words = (folder / "reconciliation.html").read_text(encoding="utf-8")
        assert f"Reconciliation of acme:100, 2026-0{month}" in words
        assert len(book_rows(folder / "reconciliation.xlsx", "Differences")) == len(differences)
        assert written.report.trend.rows == []
        told += differences
        parts += rows
    whole_rows = text_rows(whole, "differences")
    dated = [row for row in whole_rows if row["document_date"]]
    undated = [row for row in whole_rows if not row["document_date"]]
    key = ("link", "object", "kind", "field", "platform_id", "intacct_record_no")
    assert sorted([row[name] for name in key] for row in told) == sorted([row[name] for name in key] for row in dated)
    assert {row["object"] for row in undated} == {"vendor", "AP bill"}
    assert by_class([*parts, *(row for row in months if row["month"] == "no date")]) == by_class(months)


def test_months_that_do_not_add_up_stop_the_report(systems, tmp_path):
    """What was reconciled before months were told, or was changed by hand, is reconciled anew first."""
    reconciled(systems, varied())
    with systems.warehouse.transaction() as connection:
        connection.execute("DELETE FROM recon.period_total WHERE object = 'ap_bill'")
    with pytest.raises(
        DataContractError, match="the months of ap_bill do not add up to the totals; reconcile acme:100"
    ):
        write_report(systems, ENTITY, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_sums_in_the_workbook_are_live_and_headings_stay(systems, tmp_path):
    """Every sum is a formula over the sheet that it sums, with its value beside; the first row stays in sight."""
    reconciled(systems, varied())
    write_report(systems, ENTITY, tmp_path, ["xlsx"])
    assert [path.name for path in tmp_path.iterdir()] == ["reconciliation.xlsx"]
    summary, _ = sheet_cells(tmp_path / "reconciliation.xlsx", "Summary")
    formulas = [cell[1] for row in summary.values() for cell in row.values() if cell[1]]
    assert len(formulas) > 20
    assert all(re.match(r"(ROUND\()?SUMPRODUCT\((1\*)?EXACT\((Findings|Totals)!\$", formula) for formula in formulas)
    totals, root = sheet_cells(tmp_path / "reconciliation.xlsx", "Totals")
    for at, row in totals.items():
        if at > 1 and "K" in row:
            places = {"JPY": 0, "USD": 2, "KWD": 3}[row["C"][0]]
            assert row["K"] == (row["I"][0] - row["J"][0], f"ROUND(I{at}-J{at},{places})")
    assert root.find(f".//{MAIN}pane").get("state") == "frozen"
    assert root.find(f"{MAIN}autoFilter") is not None


def test_amounts_have_the_decimals_of_their_currency(systems, tmp_path):
    """Yen have none, Kuwaiti dinars three, dollars two, whatever the source wrote."""
    reconciled(systems, varied())
    write_report(systems, ENTITY, tmp_path, ["csv"])
    stakes = {row["currency"]: row["at_stake"] for row in text_rows(tmp_path, "ageing") if row["currency"]}
    assert (stakes["JPY"], stakes["KWD"]) == ("1000", "10.125")
    assert all(
        re.fullmatch(r"\d+\.\d\d", row["at_stake"]) for row in text_rows(tmp_path, "ageing") if row["currency"] == "USD"
    )


def test_hostile_content_is_only_text_in_every_format(systems, tmp_path):
    """Scripts, formulas, control characters and amounts beyond 15 digits are shown and do nothing."""
    reconciled(systems, hostile())
    write_report(systems, ENTITY, tmp_path)
    source = (tmp_path / "reconciliation.html").read_text(encoding="utf-8")
    page = html.fromstring(source)
    assert not page.xpath("//script | //img | //iframe | //link | //object | //@*[starts-with(name(), 'on')] | //@src")
    assert not [link for link in page.xpath("//@href") if not link.startswith("#")]
    assert HOSTILE in " ".join(page.itertext())
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e\ufffe]", source)
    assert "default-src 'none'" in source

    findings, _ = sheet_cells(tmp_path / "reconciliation.xlsx", "Differences")
    assert not [cell for row in findings.values() for cell in row.values() if cell[1]]
    texts = {cell[0] for row in findings.values() for cell in row.values()}
    assert {'=HYPERLINK("http://evil.example","x")', "@SUM(1+1)*$x$ \\frac", "=1"} <= texts
    assert "99,999,999,999,999,999,999.99" in texts
    assert max(len(str(text)) for text in texts) <= 2_000
    summary, _ = sheet_cells(tmp_path / "reconciliation.xlsx", "Summary")
    exact = {cell for row in summary.values() for cell in row.values() if str(cell[0]).startswith("99,999,999,999,999")}
    assert exact
    assert all(formula is None for _, formula in exact)

    cells = [cell for row in text_rows(tmp_path, "differences") for cell in row.values()]
    numeric = re.compile(r"-?\d+(\.\d+)?")
    assert [cell for cell in cells if cell.startswith("'")]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@")) and not numeric.fullmatch(cell)]
    assert "99999999999999999999.99" in cells


def test_every_link_on_the_page_leads_to_its_record_with_both_sides(systems, tmp_path):
    """From a finding to its records and back; the whole records stand side by side."""
    case = Case().vendors()
    case.bill("b1", "6.00", "INV-1")
    case.intacct_bill(1, "5.00", "INV-1")
    reconciled(systems, case)
    load(systems.warehouse, [loaded_bill(1, document_no="INV-1", trx_total_entered="5.00", vendor_name="Cedar & Sons")])
    write_report(systems, ENTITY, tmp_path, ["html"])
    page = html.parse(str(tmp_path / "reconciliation.html")).getroot()
    ids = page.xpath("//main//@id")
    assert len(ids) == len(set(ids))
    links = [link.removeprefix("#") for link in page.xpath("//main//@href")]
    assert set(links) <= set(ids)
    (record,) = page.xpath("//div[@class='record']")
    assert record.get("id") in links
    assert "Cedar & Sons" in record.xpath("string(h4)")
    assert [cell.text_content() for cell in record.xpath("./table/tbody/tr/td")] == [
        "amount", "6.00", "5.00", "1.00", "1.00 USD",
    ]  # fmt: skip
    facts = {row[0].text: row[2].text for row in record.xpath(".//details//tbody/tr")}
    assert facts["trx total entered"] == "5.00"


def test_the_trend_counts_a_record_once_in_each_run(systems, tmp_path):
    """A pair stands on both sides and is one record; what is mended disappears from the next run."""
    reconciled(systems, varied())
    mended = varied()
    for number_ in range(7):
        mended.intacct_bill(50 + number_, f"{number_}.55", f"M-{number_}")
    reconciled(systems, mended, run_id="run-2", now=LATER.replace(month=6))
    write_report(systems, ENTITY, tmp_path, ["csv", "html"])
    first, second = text_rows(tmp_path, "trend")
    assert int(second["equal"]) == int(first["equal"]) + 7
    assert int(second["breaks"]) < int(first["breaks"])
    assert "run by run" in (tmp_path / "reconciliation.html").read_text(encoding="utf-8")


def test_nothing_that_differs_is_a_report_too(systems, tmp_path):
    """A clean entity says so, names what has not been reconciled, and has no drawing of nothing."""
    case = Case().vendors()
    case.bill()
    case.intacct_bill()
    reconciled(systems, case)
    write_report(systems, ENTITY, tmp_path)
    words = html.parse(str(tmp_path / "reconciliation.html")).getroot().text_content()
    assert "Nothing awaits a person." in words
    assert "customer (it has not been reconciled yet)" in words
    assert "item (intacct.item was never read, so nothing can be known from it)" in words
    assert text_rows(tmp_path, "differences") == []
    assert write_report(systems, EntityKey("acme", "999"), tmp_path) is None
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write_report(systems, ENTITY, tmp_path / "turns.csv" / "below a file")


def test_a_report_never_tells_less_than_the_differences(systems, tmp_path):
    """A finding that does not fit its differences stops the report; an older report stays as it was."""
    reconciled(systems, varied())
    write_report(systems, ENTITY, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with systems.warehouse.transaction() as connection:
        connection.execute("UPDATE ops.finding SET records = records + 1, differences = differences + 1")
    with pytest.raises(DataContractError, match="does not say what its differences say"):
        write_report(systems, ENTITY, tmp_path)
    assert {path.name: path.read_bytes() for path in Path(tmp_path).iterdir()} == before


def with_clearing(systems):
    """Two accounts: one with an old item and a young one and a fee to book, one at zero."""
    case = ClearingCase().clears()
    case.posted(9001, "-60.00", "T1")
    case.posted(9002, "-1234.50", "=T2", day=NOW.date())
    case.received("r1", "100.00", "2.90", payment_date=FRIDAY)
    case.posted(9003, "100.00", "R-r1", account=IN, module="4.AR", day=FRIDAY)
    case.money_in(amount="102.90")
    case.posted(9004, "-102.90", "D-1", account=IN, module="11.CM", day=FRIDAY)
    Recon(systems.warehouse, now=lambda: NOW).store(
        case.reconcile("clearing_account"),
        link="acme-100",
        entity=str(ENTITY),
        object_name="clearing_account",
        run_id="1",
    )


def test_clearing_accounts_are_told_with_their_items_in_all_formats(systems, tmp_path):
    """What keeps each account from zero: how much, for how many days, what it waits for, whose turn [S-CFG-03]."""
    with_clearing(systems)
    written = write_report(systems, ENTITY, tmp_path)
    at = written.report.inputs.at
    page, book = html.parse(str(tmp_path / "reconciliation.html")).getroot(), tmp_path / "reconciliation.xlsx"
    accounts, items = (text_rows(tmp_path, name) for name in ("clearing_accounts", "clearing_items"))
    columns = ("account_no", "role", "currency", "postings", "cleared", "items", "balance", "in_flight", "to_act")
    assert [tuple(row[name] for name in columns) for row in accounts] == [
        ("1070", "money out", "USD", "2", "0", "2", "-1294.50", "-1234.50", "-60.00"),
        ("1080", "money in", "USD", "2", "2", "1", "-2.90", "0.00", "-2.90"),
    ]
    columns = ("account_no", "amount", "since", "days", "what", "waits_for", "verdict", "turn")
    old = ("1070", "-60.00", "2026-02-20", str((at.date() - date(2026, 2, 20)).days))
    young = ("1070", "-1234.50", str(NOW.date()), str((at.date() - NOW.date()).days))
    fee = ("1080", "-2.90", str(FRIDAY), str((at.date() - FRIDAY).days))
    waits = "a funds transfer from the bank"
    assert [tuple(row[name] for name in columns) for row in items] == [
        (*old, "payment T1 of 2026-02-20", waits, "break", "Intacct user"),
        (*young, f"payment =T2 of {NOW.date()}", waits, "in flight", "next sync"),
        (*fee, f"convenience fee R-r1 of {FRIDAY}", "its posting in Intacct", "expected", "Intacct user"),
    ]
    shown = page_rows(page, "clearing")
    assert [(row[1], number(row[8])) for row in shown] == [
        (row["account_no"], number(row["balance"])) for row in accounts
    ]
    details = page.xpath("//h2[@id='clearing']/following::details[1]//tbody/tr")
    assert [row.xpath("string(td[5])") for row in details] == [row["what"] for row in items]
    assert [row[2] for row in book_rows(book, "Clearing_items")] == [number(row["amount"]) for row in items]
    summary, _ = sheet_cells(book, "Summary")
    first = next(at for at, row in summary.items() if row.get("A", ("",))[0] == "Clearing accounts") + 2
    assert [summary[first + at]["E"][0] for at in range(2)] == [number(row["balance"]) for row in accounts]
    assert all("SUMPRODUCT" in summary[first + at]["E"][1] for at in range(2))


def test_a_report_without_clearing_accounts_says_nothing_of_them(systems, tmp_path):
    """No heading without a table below."""
    reconciled(systems, varied())
    write_report(systems, ENTITY, tmp_path)
    assert 'id="clearing"' not in (tmp_path / "reconciliation.html").read_text(encoding="utf-8")


def test_a_report_refuses_a_balance_that_its_items_do_not_make_up(systems, tmp_path):
    """Stored items that were changed by hand are not told as if they added up."""
    with_clearing(systems)
    with systems.warehouse.transaction() as connection:
        connection.execute(
            "UPDATE recon.difference SET amount_difference = 61 WHERE object = 'clearing_account' AND intacct_id = 'T1'"
        )
    with pytest.raises(DataContractError, match=r"add up to -1295\.50, not to -1294\.50 USD"):
        write_report(systems, ENTITY, tmp_path)
