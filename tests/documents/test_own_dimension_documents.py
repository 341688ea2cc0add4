"""Replies about a company's own dimensions, shaped and redacted like a company's, into rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree
from scripted_intacct import ScriptedIntacct, client_of

from intacct_pipelines.clients.intacct import Function
from intacct_pipelines.clients.intacct.reply import read_query
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.records import SourceField, Window, WindowKind
from intacct_pipelines.errors import UnknownFieldError, UnreadableResponseError
from intacct_pipelines.extract.intacct import IntacctExtraction
from intacct_pipelines.extract.intacct_dimensions import table_of, user_defined_dimensions

FILES = Path(__file__).parent / "intacct"
TABLE = TABLES["intacct.user_defined_dimension_value"]
GRANT_CYCLE = replace(TABLE, source_object="GRANT_CYCLE")
ZONE = "America/Los_Angeles"


def function_of(file: str, name: str) -> str:
    """One function's result in a reply, to be answered again."""
    document = etree.fromstring((FILES / file).read_bytes())
    (result,) = (one for one in document.iter("result") if one.findtext("function") == name)
    control_id = result.find("controlid")
    assert control_id is not None
    control_id.text = "{control_id}"
    return etree.tostring(result, encoding="unicode")


def gateway(*, setup: str = "") -> ScriptedIntacct:
    """A gateway that answers as the recorded one did."""
    scripted = ScriptedIntacct()
    scripted.functions = {
        "getDimensions": setup or function_of("reply_setup.xml", "getDimensions"),
        "lookup": function_of("reply_own_dimension_lookup.xml", "lookup"),
    }
    fields = ("Id", "name", "updatedAt", "donor_letter")
    body = (FILES / "reply_own_dimension.xml").read_bytes()
    listing, _ = read_query(body, Function("q", etree.Element("query")), "GRANT_CYCLE", fields)
    cells = zip(*(listing.columns[field].to_pylist() for field in fields), strict=True)
    scripted.tables = {"GRANT_CYCLE": [dict(zip(fields, row, strict=True)) for row in cells]}
    return scripted


def test_only_what_the_company_made_is_a_dimension_of_its_own() -> None:
    """Departments are a dimension too, but not the company's own."""
    with client_of(gateway()) as client:
        assert user_defined_dimensions(client.session(), TABLE) == ["GRANT_CYCLE"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<userDefinedDimension>true</userDefinedDimension>", "<isUserDefined>true</isUserDefined>"),
        ("<objectName>GRANT_CYCLE</objectName>", "<objectName/>"),
    ],
)
def test_a_list_that_does_not_say_which_are_own_is_not_taken_for_none(old: str, new: str) -> None:
    """Otherwise every value would be marked as deleted."""
    setup = function_of("reply_setup.xml", "getDimensions").replace(old, new)
    assert new in setup
    with client_of(gateway(setup=setup)) as client, pytest.raises(UnreadableResponseError, match="no name or no kind"):
        user_defined_dimensions(client.session(), TABLE)


def test_values_become_rows_under_their_dimensions_name() -> None:
    """Fields are found whatever their case; what the object lacks is empty, what the company added is kept."""
    with client_of(gateway()) as client:
        session = client.session()
        fields = session.fields("GRANT_CYCLE")
        extraction = IntacctExtraction(
            session, table_of(GRANT_CYCLE, fields), Window(WindowKind.ALL), zone=ZONE, fields=fields
        )
        (batch,) = extraction
    assert batch.rejects == ()
    columns = {name: cells.to_pylist() for name, cells in batch.rows.columns.items()}
    assert columns == {
        "dimension": ["GRANT_CYCLE", "GRANT_CYCLE"],
        "record_no": [10011, 10012],
        "name": ["2026 Spring & Summer", "助成 二期"],
        "created_at": [None, None],
        "modified_at": [datetime(2026, 2, 10, 18, 3, 12, tzinfo=UTC), None],
        "custom_fields": ['{"donor_letter": "L-7"}', None],
    }
    assert (extraction.tally.announced, extraction.tally.received) == (2, 2)


def test_an_object_whose_key_is_called_otherwise_is_an_error_until_somebody_says_how() -> None:
    """Which field is the key is not documented, so the connections file decides."""
    fields = (SourceField("RECORDNO", is_custom=False), SourceField("NAME", is_custom=False))
    with client_of(gateway()) as client:
        extraction = IntacctExtraction(
            client.session(), table_of(GRANT_CYCLE, fields), Window(WindowKind.ALL), fields=fields
        )
        with pytest.raises(UnknownFieldError, match="GRANT_CYCLE has no id"):
            list(extraction)
    columns = (
        replace(column, source="recordno" if column.name == "record_no" else column.source) for column in TABLE.columns
    )
    told = table_of(replace(GRANT_CYCLE, columns=tuple(columns)), fields)
    assert [column.source for column in told.columns[:3]] == ["@object", "RECORDNO", "NAME"]
