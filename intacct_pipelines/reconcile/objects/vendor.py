"""Vendors: what they have beyond every party is the 1099 flag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.causes import Kind
from intacct_pipelines.reconcile.fields import Field
from intacct_pipelines.reconcile.frames import flag, folded, text
from intacct_pipelines.reconcile.party import Party, pair_parties

if TYPE_CHECKING:
    import pandas as pd

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.sides import Sides


def pair_vendors(link: Link, frames: Frames, crosswalk: pd.DataFrame) -> Sides:
    """Return the vendors of both sides with their pairs; see ``pair_parties``."""
    return pair_parties(VENDOR, link, frames, crosswalk)


def _form(side: str, rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Return whether each vendor is 1099, of which BILL knows no form and no box (S-BP-02), and Intacct's id of it."""
    is_1099 = flag(rows, "is_1099") if side == "bill" else text(rows, "form_1099_type") != ""
    return {"is_1099": is_1099, **_number(side, rows)}


def _number(side: str, rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Return Intacct's id of each vendor, which a platform has where somebody or a sync has written it there."""
    return {"vendor_number": folded(text(rows, _NUMBERS[side]))}


_NUMBERS: Final = {"bill": "short_name", "business_center": "id", "intacct": "vendor_id"}
"""Where each side has Intacct's id of a vendor."""


def _form_field(platform: pd.DataFrame, intacct: pd.DataFrame, edit: pd.Series) -> tuple[Field, ...]:
    words = {True: "1099", False: "not 1099"}
    return (
        Field(
            "is_1099",
            Kind.CODING,
            platform["is_1099"].map(words),
            intacct["is_1099"].map(words),
            platform["is_1099"] != intacct["is_1099"],
            edit,
            "flag_1099_differs",
        ),
    )


VENDOR: Final = Party(
    "vendor", ("tax_id", "email", "phone"), ("vendor_number",), more_columns=_form, more_fields=_form_field
)
BUSINESS_CENTER_VENDOR: Final = Party(
    "business_center_vendor",
    ("email", "phone"),
    ("vendor_number",),
    deletion_travels=True,
    more_columns=_number,
    table="vendor",
    platform="business_center",
)
"""Of Business Center's vendors the files carry neither 1099 flag, term nor currency."""
