"""The data dictionary says all that the catalog says."""

from __future__ import annotations

from pathlib import Path

from intacct_pipelines.domain.catalog import INTACCT_TABLES, TABLES
from intacct_pipelines.domain.catalog.marts import MARTS
from intacct_pipelines.report.dictionary import dictionary, reading


def test_every_table_view_and_column_is_described():
    """Nothing that an analyst can query is missing, and nothing stands there without a sentence."""
    text = dictionary()
    for thing in (*TABLES.values(), *MARTS.values()):
        section = text.split(f"\n### {thing.qualified_name}\n", 1)[1].split("\n###", 1)[0]
        assert thing.description in section
        for column in thing.columns:
            assert f"| `{column.name}` |" in section
            assert column.description.endswith("."), (thing.qualified_name, column.name)
            assert column.description in section


def test_every_object_says_how_often_it_is_read_and_by_which_permission():
    """The person who sets the user's rights finds them in one table."""
    text = dictionary()
    for table in TABLES.values():
        row = next(line for line in text.splitlines() if line.startswith(f"| [`{table.qualified_name}`]"))
        assert reading(table) in row
        assert not row.endswith("|  |")
    assert [table.name for table in INTACCT_TABLES if not (table.permission or table.parent)] == []


def test_the_published_dictionary_is_the_catalogs_own():
    """What a reader finds in `docs/` is what the program does; `make dictionary` writes it anew."""
    published = Path(__file__).parents[3] / "docs" / "data-dictionary.md"
    assert published.read_text(encoding="utf-8") == dictionary()


def test_no_cell_breaks_its_table():
    """A bar or a line feed in a description would shift the columns that follow."""
    for thing in (*TABLES.values(), *MARTS.values()):
        for column in thing.columns:
            assert not {"|", "\n"} & set(column.description + column.source)
