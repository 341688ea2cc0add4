"""The views for analysts in the lineage. A view is never stale, so there is nothing to materialize."""

import dagster as dg

from intacct_pipelines.defs.metadata import OWNERS, column_schema
from intacct_pipelines.domain.catalog.marts import MARTS, Mart


def mart_specs() -> list[dg.AssetSpec]:
    """Return one entry for each view, downstream of the tables it reads."""
    return [_spec(mart) for mart in MARTS.values()]


def _spec(mart: Mart) -> dg.AssetSpec:
    return dg.AssetSpec(
        dg.AssetKey([mart.schema, mart.name]),
        deps=[dg.AssetKey(name.split(".")) for name in mart.tables],
        description=mart.description,
        metadata={
            "dagster/column_schema": column_schema(mart.columns),
            "dagster/table_name": mart.qualified_name,
        },
        group_name="marts",
        kinds={"view", "postgres"},
        owners=OWNERS,
    )
