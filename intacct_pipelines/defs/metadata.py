"""What Dagster shows of a table and of a load, derived from the catalog and the certificate."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import dagster as dg

from intacct_pipelines.domain.catalog import Column, Table
from intacct_pipelines.domain.records import Certificate

if TYPE_CHECKING:
    import pandas as pd

OWNERS: Final = ["team:finance-data"]
_MAX_ROWS_SHOWN: Final = 20


def column_schema(columns: Sequence[Column]) -> dg.TableSchema:
    """Return columns as the UI shows them, with what they may hold."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=column.postgres_type,
                description=column.description,
                constraints=dg.TableColumnConstraints(
                    nullable=not column.required,
                    other=[f"one of {', '.join(column.one_of)}"] if column.one_of else [],
                ),
                tags={"pii": ""} if column.pii else {},
            )
            for column in columns
        ]
    )


def table_metadata(table: Table) -> dict[str, Any]:
    """Return the column schema and the table's name, for an asset's definition."""
    lineage = "\n".join(f"| `{column.name}` | `{table.source_object}.{column.source}` |" for column in table.columns)
    return {
        "dagster/column_schema": column_schema(table.columns),
        "dagster/table_name": table.qualified_name,
        "column_lineage": dg.MetadataValue.md(f"| column | source field |\n| --- | --- |\n{lineage}"),
    }


def certificate_metadata(certificate: Certificate, totals: Mapping[str, Decimal]) -> dict[str, Any]:
    """Return the figures of one load; numbers are plotted over time by the UI.

    Args:
        certificate: The load's proof.
        totals: What the table adds up to now, by currency.
    """
    metadata: dict[str, Any] = {
        "window": certificate.window,
        "announced": certificate.announced,
        "received": certificate.received,
        "inserted": certificate.inserted,
        "updated": certificate.updated,
        "unchanged": certificate.unchanged,
        "deleted": certificate.deleted,
        "quarantined": certificate.quarantined,
        "api_requests": certificate.requests,
        "certificate_is_whole": certificate.is_whole,
        "control_total_of_window": str(certificate.control_total_source),
        "watermark": certificate.watermark or "none",
        "seconds": (certificate.finished_at - certificate.started_at).total_seconds(),
    }
    for currency, total in totals.items():
        metadata[f"total {currency}"] = str(total)
        metadata[f"plotted total {currency}"] = float(total)  # the UI plots floats only; the amount stands beside it
    return metadata


def table_value(rows: Sequence[Mapping[str, Any]]) -> dg.TableMetadataValue | dg.TextMetadataValue:
    """Return up to 20 rows as a table that the UI draws; ``none`` when there are none."""
    if not rows:
        return dg.MetadataValue.text("none")
    records = [
        dg.TableRecord({name: _cell(value) for name, value in row.items()}) for row in list(rows)[:_MAX_ROWS_SHOWN]
    ]
    return dg.MetadataValue.table(records)


def frame_value(frame: "pd.DataFrame") -> dg.TableMetadataValue | dg.TextMetadataValue:
    """Return up to 20 rows of a frame as a table that the UI draws."""
    shown = frame.head(_MAX_ROWS_SHOWN).astype(object)
    return table_value([dict(zip(map(str, shown.columns), row, strict=True)) for row in shown.itertuples(index=False)])


def _cell(value: object) -> str | int | bool:
    return value if isinstance(value, (bool, int)) else "" if value is None else str(value)
