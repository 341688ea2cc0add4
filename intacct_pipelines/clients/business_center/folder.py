"""The drop folder: deliveries that are complete, oldest first."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from intacct_pipelines.clients.business_center.options import CompleteWhen, Options, unreadable
from intacct_pipelines.clients.business_center.reader import DeliveredFile, open_regular
from intacct_pipelines.domain.money import DECIMAL_TEXT
from intacct_pipelines.errors import ConfigurationError

_NAME: Final = re.compile(r"(vendors|bills|accounts)_[A-Za-z0-9._-]{1,100}\.csv")
_MANIFEST: Final = ".manifest.json"
_MOST_MANIFEST_BYTES: Final = 64 * 1024
_MOST_ROWS: Final = 10**9
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One complete file, as announced.

    Args:
        name: Name in the folder.
        object_name: ``vendors``, ``bills`` or ``accounts``.
        exported_at: When its contents were true.
        rows: Rows that its manifest announces; None if nothing does.
        control_total: Their sum, likewise.
        sha256: Its hash, likewise; empty if nothing says.
    """

    name: str
    object_name: str
    exported_at: datetime
    rows: int | None = None
    control_total: Decimal | None = None
    sha256: str = ""


class Folder:
    """The files of one Business Center company.

    Args:
        options: How to read them.
        now: Returns the current instant, aware.
    """

    def __init__(self, options: Options, *, now: Callable[[], datetime] = _utc_now) -> None:
        self._options = options
        self._now = now

    def __repr__(self) -> str:
        return f"Folder({self._options.folder})"

    def deliveries(self, object_name: str) -> list[Delivery]:
        """Return the complete files of an object, the oldest contents first; half-written ones are left alone.

        Raises:
            ConfigurationError: The folder cannot be read.
            UnreadableResponseError: A manifest that lies still is not as the contract says.
        """
        try:
            with os.scandir(self._options.folder) as entries:
                # A link may lead out of the folder, so links are no deliveries.
                names = sorted(entry.name for entry in entries if entry.is_file(follow_symlinks=False))
        except OSError as error:
            raise ConfigurationError(
                f"Business Center's folder {self._options.folder} cannot be read: {error.strerror}.",
                rule="S-PMT-11",
                remedy="Create it, or correct `folder` in the connections file.",
            ) from error
        found = []
        for name in names:
            match = _NAME.fullmatch(name)
            if match and match[1] == object_name:
                delivery = self._delivery(name, object_name, has_manifest=name + _MANIFEST in names)
                found += [delivery] if delivery else []
        return sorted(found, key=lambda delivery: (delivery.exported_at, delivery.name))

    def open(self, delivery: Delivery) -> AbstractContextManager[DeliveredFile]:
        """Open a delivery for reading.

        Raises:
            UnreadableResponseError: It is too large, or not the file that its manifest describes.
        """
        return DeliveredFile(self._options.folder / delivery.name, self._options, announced_sha256=delivery.sha256)

    def _delivery(self, name: str, object_name: str, *, has_manifest: bool) -> Delivery | None:
        path = self._options.folder / name
        if self._options.complete_when is CompleteWhen.QUIET:
            changed_at = _changed_at(path)
            return Delivery(name, object_name, changed_at) if self._lies_still(changed_at) else None
        if not has_manifest:
            return None
        manifest_path = path.with_name(name + _MANIFEST)
        try:
            return _announced(name, object_name, _read_manifest(manifest_path))
        except ValueError as error:
            if not self._lies_still(_changed_at(manifest_path)):
                return None  # Perhaps it is being written.
            raise unreadable(
                manifest_path.name, f"is not a manifest: {error}", "Have the file exported again."
            ) from None

    def _lies_still(self, changed_at: datetime) -> bool:
        return self._now() - changed_at >= self._options.quiet


def _changed_at(path: Path) -> datetime:
    status = path.lstat()
    return (
        datetime.fromtimestamp(status.st_mtime, UTC)
        if stat.S_ISREG(status.st_mode)
        else datetime.max.replace(tzinfo=UTC)
    )


def _read_manifest(path: Path) -> dict[str, Any]:
    with open_regular(path) as file:
        body = file.read(_MOST_MANIFEST_BYTES + 1)
    if len(body) > _MOST_MANIFEST_BYTES:
        msg = f"it is larger than {_MOST_MANIFEST_BYTES} bytes"
        raise ValueError(msg)
    try:
        value = json.loads(body.decode("utf-8-sig"), parse_float=str, parse_int=str, parse_constant=str)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        msg = "it is not readable JSON"
        raise ValueError(msg) from None
    if not isinstance(value, dict):
        msg = "it is no JSON object"
        raise ValueError(msg)  # noqa: TRY004 - what is wrong with a file, not with an argument
    return value


def _announced(name: str, object_name: str, manifest: dict[str, Any]) -> Delivery:
    rows, total, sha256 = manifest.get("rows"), manifest.get("control_total"), manifest.get("sha256") or ""
    if manifest.get("object") != object_name or manifest.get("file") != name:
        msg = "it is of another file"
        raise ValueError(msg)
    if not isinstance(rows, str) or not rows.isascii() or not rows.isdigit() or int(rows[:10]) > _MOST_ROWS:
        msg = "`rows` is no number of rows"
        raise ValueError(msg)
    if total is not None and not (isinstance(total, str) and DECIMAL_TEXT.fullmatch(total)):
        msg = "`control_total` is no plain decimal"
        raise ValueError(msg)
    if not isinstance(sha256, str) or (sha256 and not _SHA256.fullmatch(sha256)):
        msg = "`sha256` is no hash"
        raise ValueError(msg)
    return Delivery(
        name,
        object_name,
        _instant(manifest.get("exported_at")),
        int(rows),
        None if total is None else Decimal(total),
        sha256,
    )


def _instant(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        msg = "`exported_at` is no instant with its zone"
        raise ValueError(msg)
    return moment.astimezone(UTC)
