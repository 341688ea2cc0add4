"""Every table of the catalog has a document test: a sample of the vendor's shape, and rows that are compared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from intacct_pipelines.domain.catalog import TABLES

HERE = Path(__file__).parent
PLACES = {
    "intacct": ("intacct", ""),
    "bill": ("bill",),
    "spend": ("spend",),
    "business_center": ("business_center",),
}
"""Where the document tests of each source lie."""
WITHOUT_SAMPLE: dict[str, str] = {}
"""Tables that have none, and why."""


def named_in(schema: str) -> set[str]:
    """The names that document tests and reviewed rows of a source have in quotes or brackets."""
    files = [
        file
        for place in PLACES[schema]
        for kind in ("test_*.py", "expected_*.toml")
        for file in (HERE / place).glob(kind)
        if file != Path(__file__)
    ]
    quoted = re.compile(rf'["\[](?:{schema}\.)?(\w+)["\]]')
    return {name for file in files for name in quoted.findall(file.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("schema", PLACES)
def test_no_table_is_without_a_sample(schema: str) -> None:
    """A new table comes with a document of the vendor's shape, or with a reason."""
    own = {table.name for table in TABLES.values() if table.schema == schema}
    without = {name.partition(".")[2] for name in WITHOUT_SAMPLE if name.startswith(f"{schema}.")}
    assert own - named_in(schema) == without
