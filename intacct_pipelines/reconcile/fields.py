"""Comparing the fields of pairs: what each object's comparison says of its fields becomes differences."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    import numpy.typing as npt

    from intacct_pipelines.reconcile.causes import Kind
    from intacct_pipelines.reconcile.differences import Differences

NO_MONEY: Final = Decimal(0)


@dataclass(frozen=True)
class Field:
    """One compared field of all pairs; every column has one row for each pair, in the same order.

    Args:
        name: Name of the field, as the differences show it.
        kind: What differs if it differs.
        platform: The platform's values.
        intacct: Intacct's values.
        differs: Which pairs differ.
        cause: Name of the cause that explains each pair, or one for all; ``NO_CAUSE`` where no rule does.
        otherwise: The break that an unexplained pair is, or one for each pair.
        amount_difference: Platform less Intacct; zero for fields that are no amounts.
        money_at_stake: How much money the difference touches; zero for records without money.
    """

    name: str
    kind: Kind
    platform: pd.Series
    intacct: pd.Series
    differs: pd.Series
    cause: pd.Series | str
    otherwise: pd.Series | str
    amount_difference: pd.Series | Decimal = NO_MONEY
    money_at_stake: pd.Series | Decimal = NO_MONEY


def add_fields(differences: Differences, rows: pd.DataFrame, fields: Iterable[Field]) -> None:
    """Add a difference for each field in which a pair differs.

    Args:
        differences: Takes the differences.
        rows: One row for each pair, with what ``Differences.add`` asks for.
        fields: The compared fields.
    """
    for field in fields:
        chosen = field.differs.to_numpy(dtype=bool)
        differences.add(
            rows[chosen],
            field.kind,
            cause=_of(field.cause, chosen),
            otherwise=_of(field.otherwise, chosen),
            field=field.name,
            platform_value=spoken(field.platform[chosen]),
            intacct_value=spoken(field.intacct[chosen]),
            amount_difference=_of(field.amount_difference, chosen),
            money_at_stake=_of(field.money_at_stake, chosen),
        )


def _of(values: Any, chosen: npt.NDArray[np.bool_]) -> Any:
    return values[chosen] if isinstance(values, pd.Series) else values


def unlike(one: pd.Series, other: pd.Series) -> pd.Series:
    """Say where two columns differ; two absent values are alike."""
    return (one != other).astype(bool) & ~(one.isna() & other.isna())


def spoken(values: pd.Series) -> pd.Series:
    """Write values as people and Postgres read them; amounts without exponent, what is absent as ``""``."""
    return values.map(_word).astype(object)


def _word(cell: object) -> str:
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return "" if cell is None else str(cell)
