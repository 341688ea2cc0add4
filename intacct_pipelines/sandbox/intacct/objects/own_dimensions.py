"""Dimensions that a company made itself: custom objects, whose fields are those of every custom object."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.sandbox.intacct.objects.spec import ObjectSpec, Relations, describe

_FIELDS: Final = "ID:i NAME:s CREATEDAT:T CREATEDBY:s UPDATEDAT:T UPDATEDBY:s"

OBJECTS: Final[tuple[ObjectSpec, ...]] = (
    describe("GRANT_CYCLE", _FIELDS, "", "Grant cycle", (), ("NAME",), audited=False, writes="generic"),
    describe("CHANNEL", _FIELDS, "", "Channel", (), ("NAME",), audited=False, writes="generic"),
)
RELATIONS: Final[Relations] = {}
