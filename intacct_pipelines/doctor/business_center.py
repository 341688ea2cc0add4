"""Checks of a Business Center company's drop folder: can it be read, are files there, do they fit the contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from intacct_pipelines.doctor.places import Place, Scope
from intacct_pipelines.doctor.probe import Probe, said
from intacct_pipelines.domain.catalog import BUSINESS_CENTER_TABLES, Table
from intacct_pipelines.domain.checkup import Verdict, doubtful, wrong
from intacct_pipelines.errors import IntacctPipelinesError, RemoteSystemError
from intacct_pipelines.extract.business_center import OBJECTS, BusinessCenterExtraction

_FOLDER: Final = "drop folder"
_CONTRACT: Final = "docs/business-center-files.md has the contract."
Read = IntacctPipelinesError | str | None
"""What came of reading the newest file of a kind: an error, its name, or None where there is no file."""


def judge_folder(error: IntacctPipelinesError) -> Verdict:
    """The folder itself cannot be read."""
    mend = f"{error.remedy or 'Let the user who runs this read it.'} {_CONTRACT}"
    return wrong(said(error), "a folder that this user may read", mend, error.rule or "S-PMT-11")


def judge_files(files: Mapping[str, Read]) -> Sequence[Verdict]:
    """The newest complete file of each kind fits the contract; a kind without any is doubtful."""
    verdicts = []
    for kind, read in files.items():
        if isinstance(read, IntacctPipelinesError):
            mend = f"{read.remedy or 'Have it exported again.'} {_CONTRACT}"
            verdicts.append(wrong(said(read), f"a file of {kind} by the contract", mend, read.rule or "S-PMT-11"))
        elif read is None:
            mend = f"Have {kind} exported there, the manifest last. {_CONTRACT}"
            verdicts.append(doubtful(f"no complete file of {kind}", "one of each kind", mend, "S-PMT-11"))
    return verdicts


def _newest(place: Place) -> Mapping[str, Read]:
    tables = [table for table in BUSINESS_CENTER_TABLES if not table.embedded_in]
    return {OBJECTS[table.name]: _read(place, table) for table in tables}


def _read(place: Place, table: Table) -> Read:
    folder = place.reach.business_center(place.entity)
    kind = OBJECTS[table.name]
    try:
        deliveries = folder.deliveries(kind)
        if not deliveries:
            return None
        with folder.open(deliveries[-1]) as file:
            layout = place.business_center.layout(kind)
            for _ in BusinessCenterExtraction(file, deliveries[-1], table, layout):
                pass  # rows are judged by the sync; here only that they are what was announced
    except RemoteSystemError as error:
        return error
    return deliveries[-1].name


BUSINESS_CENTER_PROBES: Final[tuple[Probe[Any], ...]] = (
    Probe(_FOLDER, ("S-PMT-06", "S-PMT-11"), "business_center", Scope.BUSINESS_CENTER, _newest, judge_files,
          refused=judge_folder),
)  # fmt: skip
