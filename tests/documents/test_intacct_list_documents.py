"""What functions of Intacct list: replies of the documented shapes, redacted, into rows."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from lxml import etree
from scripted_intacct import ScriptedIntacct, client_of

from intacct_pipelines.clients.intacct.listing import RowListing, read_rows
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.catalog.table import Call, Column, Kind, Table, text
from intacct_pipelines.domain.records import SourceField
from intacct_pipelines.errors import IncompleteResultError, UnknownFieldError, UnreadableResponseError
from intacct_pipelines.extract.intacct_lists import ListExtraction

FILES = Path(__file__).parent / "intacct"


def listing(file: str, function: str, row: str) -> RowListing:
    """The rows of one function's result in a reply."""
    document = etree.fromstring((FILES / file).read_bytes())
    (result,) = (one for one in document.iter("result") if one.findtext("function") == function)
    return read_rows(result, row)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            "financial_setup",
            [("1", None, "ACCRUAL", "4", "true", "true", "false", "true")],
        ),
        ("company_preference", [("GEN", "PRIMARY_ACCTNO_LENGTH", "4"), ("GEN", "CUSTOM_ACCOUNTING_PERIODS", "T")]),
        (
            "dimension",
            [
                ("DEPARTMENT", "Department", "Cost centre & team", "false", "true"),
                ("GRANT_CYCLE", "Grant cycle", "Grant cycle", "true", "true"),
            ],
        ),
        (
            "permission",
            [
                ("Accounts Payable", "Bills", "List|View|Add"),
                ("Accounts Payable", "Vendors", None),
                ("Platform Services", "Custom reports", "View"),
            ],
        ),
        ("close_status", [("1", "01/31/2026")]),
        ("module", [("CO",), ("GL",), ("AP",)]),
        ("transaction_security", [("1", "false", "false", "true")]),
    ],
)
def test_a_set_up_reply_becomes_the_rows_of_its_table(table: str, expected: list[tuple[str | None, ...]]) -> None:
    """Every declared source is found in the documented reply, beside the elements around the row as well."""
    declared = TABLES[f"intacct.{table}"]
    assert declared.call is not None
    rows = listing("reply_setup.xml", declared.call.function, declared.call.row).rows
    places = [{**row, "#": str(at)} for at, row in enumerate(rows, 1)]
    assert [tuple(row[column.source] for column in declared.columns) for row in places] == expected


def test_nothing_closed_is_an_empty_day() -> None:
    """Empty year, month and day mean that no period is closed."""
    result = etree.fromstring(
        "<result><data><closedbooksdate><year></year><month></month><day></day></closedbooksdate></data></result>"
    )
    assert read_rows(result, "closedbooksdate").rows == ({"closedbooksdate": None},)


def test_lookup_says_which_fields_the_company_made() -> None:
    """User-defined dimensions on an object are among them; relations and choices are no fields."""
    body = (FILES / "reply_lookup.xml").read_bytes()
    scripted = Scripted([body])
    with client_of(scripted.gateway) as client:
        fields = client.session().fields("PROJECT")
    assert fields == (
        SourceField("RECORDNO", is_custom=False),
        SourceField("STATUS", is_custom=False),
        SourceField("FUNDING_SOURCE", is_custom=True),
        SourceField("GLDIMGRANT_CYCLE", is_custom=True),
    )


FOLDERS = Call("get_list", "supdocfolder", "@object", ("supdocfolder",))
FOLDER = Table(
    "intacct",
    "attachment_folder",
    "supdocfolder",
    "Folders.",
    (
        text("name", "name", "Name.", required=True),
        text("description", "description", "What it is for."),
        Column("created_on", Kind.DATE, "creationdate", "When it was made."),
    ),
    key=("name",),
    call=FOLDERS,
)


class Scripted:
    """A gateway that answers every function with what it is given, one after the other."""

    def __init__(self, bodies: list[bytes]) -> None:
        self.gateway = ScriptedIntacct()
        self.gateway.script = [httpx.Response(200, content=body) for body in bodies]


def _pages(second: str, total: str = "3") -> list[bytes]:
    first = (FILES / "reply_get_list.xml").read_bytes().replace(b'total="3"', f'total="{total}"'.encode())
    begin, end = first.index(b"<data>"), first.index(b"</data>")
    rest = first[: begin + 6] + second.encode() + first[end:]
    return [first, rest.replace(b"supdocfolder-0", b"supdocfolder-2")]


def test_a_long_list_is_read_page_by_page_and_counted() -> None:
    """`get_list` says how many rows there are; the next page begins where the last ended."""
    scripted = Scripted(_pages("<supdocfolder><name>Z</name><description/><creationdate/></supdocfolder>"))
    with client_of(scripted.gateway) as client:
        extraction = ListExtraction(client.session(), FOLDER, FOLDERS, zone="UTC")
        names = [name for batch in extraction for name in batch.rows.columns["name"].to_pylist()]
    assert names == ["BILL", "Scans", "Z"]
    assert (extraction.tally.announced, extraction.tally.received) == (3, 3)
    asked = [one.get("start") for request in scripted.gateway.requests for one in request.iter("get_list")]
    assert asked == ["0", "2"]


def test_a_page_that_is_empty_too_early_is_incomplete() -> None:
    """Rows that were announced and do not come are an error, never a shorter table."""
    scripted = Scripted(_pages(""))
    with client_of(scripted.gateway) as client, pytest.raises(IncompleteResultError, match="after 2 of 3"):
        list(ListExtraction(client.session(), FOLDER, FOLDERS, zone="UTC"))


def test_a_total_that_is_no_number_is_unreadable() -> None:
    """A count that cannot be trusted proves nothing."""
    scripted = Scripted(_pages("", total="many"))
    with client_of(scripted.gateway) as client, pytest.raises(UnreadableResponseError, match="many"):
        list(ListExtraction(client.session(), FOLDER, FOLDERS, zone="UTC"))


def test_a_list_without_a_declared_field_is_an_error_that_names_it() -> None:
    """A field that no row has is never taken for empty."""
    bodies = [(FILES / "reply_get_list.xml").read_bytes().replace(b"creationdate>", b"born>")]
    scripted = Scripted(bodies)
    with client_of(scripted.gateway) as client, pytest.raises(UnknownFieldError, match="creationdate"):
        list(ListExtraction(client.session(), FOLDER, FOLDERS, zone="UTC"))
