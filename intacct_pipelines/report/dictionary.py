"""The data dictionary: every table and view, every column, what is read, how often, and by which permission."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from intacct_pipelines.domain.catalog import TABLES, Column, Kind, Table
from intacct_pipelines.domain.catalog.marts import MARTS, Mart
from intacct_pipelines.report.words import SYSTEMS

_INTRODUCTION: Final = """# Data dictionary

Made from the catalog by `make dictionary`; a test fails when it is out of date. Every source table also has
`entity` (the partition key), `custom_fields` (JSON), `_hash`, `_synced_at`, `_deleted`, `_deleted_at`, `_deleted_by`
and `_run_id`; its earlier versions stand in the schema `versions`. An amount is exact and in the currency that its row
names beside it. PII marks what names or identifies a person.
"""


def dictionary() -> str:
    """Return the whole dictionary as Markdown."""
    return "\n".join(_lines()) + "\n"


def reading(table: Table) -> str:
    """Return how often a table is read and how much of it, in words."""
    if table.embedded_in:
        return f"With each `{table.parent}`, from the same reading."
    if table.source_object.endswith(".csv"):
        return "Each sync: the newest complete file, whole, if it is newer than the one before."
    if table.parent:
        return f"Each sync: the rows of every `{table.parent}` that was written since; whole weekly."
    if table.cursor:
        return f"Each sync: {_since(table)}"
    return "Each sync of the company's top level, whole." if table.is_company_wide else "Each sync, whole."


def _since(table: Table) -> str:
    if table.is_log:
        return "what was added since the last; never whole."
    if table.is_rewritten:
        return "what changed since the last, then a count, and the months in which it differs; whole weekly."
    return "what changed since the last; whole weekly, so that deletions are found in any case."


def _lines() -> Iterator[str]:
    yield _INTRODUCTION
    yield "## What is read"
    yield ""
    yield "| table | from | how often | permission |"
    yield "| --- | --- | --- | --- |"
    for table in TABLES.values():
        name = f"[`{table.qualified_name}`](#{_anchor(table.qualified_name)})"
        yield f"| {name} | `{table.source_object}` | {reading(table)} | {_permission(table)} |"
    for schema, tables in groupby(TABLES.values(), key=lambda table: table.schema):
        yield ""
        yield f"## {SYSTEMS[schema]}"
        for table in tables:
            yield from _table(table)
    yield ""
    yield "## Views for analysts"
    for mart in MARTS.values():
        yield from _mart(mart)


def _permission(table: Table) -> str:
    if table.parent and not table.permission:
        return _permission(TABLES[f"{table.schema}.{table.parent}"])
    return table.permission or "any role that sees it there; the system publishes no list"


def _anchor(title: str) -> str:
    """Return the anchor that Markdown viewers give a title."""
    return "".join(character for character in title.lower() if character.isalnum() or character in "_-")


def _table(table: Table) -> Iterator[str]:
    yield from _head(table.qualified_name, table.description)
    key = ", ".join(f"`{name}`" for name in table.key)
    facts = [f"From `{table.source_object}`", f"key {key} within an entity"]
    if table.parent:
        facts.append(f"`{table.parent_key}` names its `{table.schema}.{table.parent}`")
    if table.cursor:
        facts.append(f"changes are found by `{table.cursor}`")
    if table.document_date:
        facts.append(f"its month is that of `{table.document_date}`")
    if table.control_total:
        facts.append(f"proven by the sum of `{table.control_total}`")
    yield f"{'; '.join(facts)}."
    yield ""
    yield from _columns(table.columns)


def _mart(mart: Mart) -> Iterator[str]:
    yield from _head(mart.qualified_name, mart.description)
    everything = len(mart.tables) >= len(TABLES)
    yield "Over all source tables." if everything else f"Over {', '.join(f'`{name}`' for name in mart.tables)}."
    yield ""
    yield from _columns(mart.columns)


def _head(name: str, description: str) -> tuple[str, ...]:
    return ("", f"### {name}", "", description, "")


def _columns(columns: Iterable[Column]) -> Iterator[str]:
    yield "| column | type | source | what it is |"
    yield "| --- | --- | --- | --- |"
    for column in columns:
        words = [column.description]
        if column.one_of:
            words.append(f"One of {', '.join(f'`{value}`' for value in column.one_of)}.")
        if column.required:
            words.append("Always there.")
        if column.pii:
            words.append("PII.")
        yield f"| `{column.name}` | {_type(column)} | {_cell(column.source)} | {' '.join(words)} |"


def _type(column: Column) -> str:
    return f"money in `{column.currency}`" if column.kind is Kind.MONEY else column.kind.value


def _cell(source: str) -> str:
    return f"`{source}`" if source else ""
