"""Checks of a Business Center company's folders: can they be read and written, do the files there fit the contract."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from intacct_pipelines.doctor.places import Place, Scope
from intacct_pipelines.doctor.probe import Probe, said
from intacct_pipelines.domain.catalog import BUSINESS_CENTER_TABLES, Table
from intacct_pipelines.domain.checkup import Verdict, doubtful, wrong
from intacct_pipelines.errors import IntacctPipelinesError, RemoteSystemError
from intacct_pipelines.extract.business_center import OBJECTS, BusinessCenterExtraction

_TAKEN: Final = "taken"
_LOCK: Final = ".lock"
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


@dataclass(frozen=True, slots=True)
class Out:
    """The folder into which files for Business Center are written.

    Args:
        path: Where it is.
        is_there: Whether there is such a folder.
        is_writable: Whether this user may make files in it.
        is_apart: Whether its ``taken`` lies on another file system, so that nothing is moved there in one step.
    """

    path: Path
    is_there: bool
    is_writable: bool
    is_apart: bool


def judge_out(out: Out | None) -> Sequence[Verdict]:
    """What is handed over appears whole or not at all, and is moved in one step; a folder must allow both."""
    if out is None:
        return []
    expected = "a folder in which this user may make files, on one file system with its `taken`"
    if not out.is_there:
        mend = f"Create it, or correct `into_business_center.folder`. {_CONTRACT}"
        return [wrong(f"there is no folder {out.path}", expected, mend, "S-PMT-11")]
    if not out.is_writable:
        mend = f"Let the user who runs this make files there: chmod u+wx, or another owner. {_CONTRACT}"
        return [wrong(f"nothing can be written into {out.path}", expected, mend, "S-PMT-11")]
    if out.is_apart:
        mend = f"Make `taken` a plain folder inside it, no mount and no link to elsewhere. {_CONTRACT}"
        return [wrong(f"{out.path / _TAKEN} lies on another file system", expected, mend, "S-PMT-11")]
    return []


def _out(place: Place) -> Out | None:
    settings = place.business_center.into_business_center
    if settings is None:
        return None
    folder = settings.folder
    is_there = folder.is_dir()
    return Out(
        folder,
        is_there=is_there,
        is_writable=is_there and os.access(folder, os.W_OK | os.X_OK) and _may_lock(folder / _LOCK),
        is_apart=is_there and (folder / _TAKEN).is_dir() and folder.stat().st_dev != (folder / _TAKEN).stat().st_dev,
    )


def _may_lock(lock: Path) -> bool:
    return not lock.exists() or os.access(lock, os.W_OK)


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
    Probe("folder for Business Center", ("S-PMT-11",), "business_center", Scope.BUSINESS_CENTER, _out, judge_out),
)  # fmt: skip
