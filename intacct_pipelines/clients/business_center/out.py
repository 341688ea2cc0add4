"""The folder into which files for Business Center are written, and the answers that lie beside them.

The contract is ours, in `docs/business-center-files.md`: a file is there whole or not at all, is never overwritten,
and whoever takes it moves it into ``taken`` or leaves it.
"""

from __future__ import annotations

import contextlib
import csv
import errno
import fcntl
import io
import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from intacct_pipelines.clients.business_center.options import SYSTEM, unreadable
from intacct_pipelines.domain.formulas import is_formula
from intacct_pipelines.errors import ConfigurationError, TransportError

ITEM_KEY: Final = "item_key"
OPERATION: Final = "operation"
_NAME: Final = re.compile(r"(?:accounts|vendors|bills)_(plan-[0-9a-f]{16})_([0-9]{4,9})\.csv")
_ACK: Final = ".ack"
_TAKEN: Final = "taken"
_LOCK: Final = ".lock"
_STATUSES: Final = ("accepted", "refused")
_MOST_ANSWER_BYTES: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Handed:
    """One item in one file.

    Args:
        file: Name of the file.
        status: ``accepted`` or ``refused``; empty while there is no answer.
        words: Why it was refused.
    """

    file: str
    status: str = ""
    words: str = ""


def is_refused(handed: Sequence[Handed]) -> bool:
    """Say whether an item was refused in every file in which it was handed over."""
    return bool(handed) and all(one.status == "refused" for one in handed)


class OutFolder:
    """What is handed to one Business Center company.

    Args:
        folder: Where files are written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keys: dict[str, tuple[str, ...]] = {}

    def __repr__(self) -> str:
        return f"OutFolder({self._folder})"

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other writers out, also those of other processes; what a dead one left half written is cleared away.

        Raises:
            ConfigurationError: The folder is not there.
            TransportError: Another writer is at work, or nothing can be written; nothing was.
        """
        if not self._folder.is_dir():
            raise ConfigurationError(
                f"The folder {self._folder} for what goes into Business Center is not there.",
                rule="S-PMT-11",
                remedy="Create it, or correct `into_business_center.folder` in the connections file.",
            )
        try:
            lock = os.open(self._folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise _failed(f"cannot be written to: {error.strerror}") from error
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                for part in self._folder.glob(".*.part"):
                    part.unlink()
            except OSError as error:
                busy = error.errno in {errno.EWOULDBLOCK, errno.EACCES}
                raise _failed("has another writer" if busy else f"cannot be locked: {error.strerror}") from error
            yield
        finally:
            os.close(lock)

    def handed(self) -> dict[str, list[Handed]]:
        """Return by item key where each item was handed over, in the order of the files' names.

        Raises:
            TransportError: The folder cannot be read.
            UnreadableResponseError: An answer is not as the contract says.
        """
        try:
            # Files move from the first into the second, so that one on its way is seen in one of them.
            places = [*_listed(self._folder), *_listed(self._folder / _TAKEN)]
        except OSError as error:
            raise _failed(f"cannot be read: {error.strerror}") from error
        answers = {path.name.removesuffix(_ACK): path for path in places if path.name.endswith(_ACK)}
        files = {path.name: path for path in places if not path.name.endswith(_ACK)}
        found: dict[str, list[Handed]] = defaultdict(list)
        for name in sorted(files.keys() | answers.keys()):
            told = self._answers(answers[name]) if name in answers else {}
            keys = self._keys_of(files[name]) if name in files else ()
            for key in dict.fromkeys((*keys, *told)):
                found[key].append(told.get(key, Handed(name)))
        return dict(found)

    def write(self, kind: str, plan_id: str, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
        """Write one file under a name that no other has, and return the name; only while ``alone``.

        Args:
            kind: ``accounts``, ``vendors`` or ``bills``.
            plan_id: The plan that was approved.
            columns: The header.
            rows: Texts by column; a column that a row lacks is empty.

        Raises:
            TransportError: It was not written, or, if the request left, nobody knows whether it will last.
            ValueError: A cell is one that a spreadsheet would run.
        """
        body = _csv(columns, rows)
        name = f"{kind}_{plan_id}_{self._next(plan_id):04}.csv"
        part = self._folder / f".{name}.part"
        try:
            with part.open("xb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            # Unlike a renaming, a link never takes the place of a file that is there.
            os.link(part, self._folder / name)
        except OSError as error:
            raise _failed(f"cannot be written to: {error.strerror}") from error
        try:
            part.unlink()
            _sync(self._folder)
        except OSError as error:
            raise TransportError(
                f"{name} may not last: {error.strerror}", request_left=True, system=SYSTEM, operation=name
            ) from error
        return name

    def _next(self, plan_id: str) -> int:
        """Return the number of a plan's next file, whose name neither a file nor an answer has."""
        places = [*_listed(self._folder), *_listed(self._folder / _TAKEN)]
        matches = (_NAME.fullmatch(path.name.removesuffix(_ACK)) for path in places)
        return 1 + max((int(match[2]) for match in matches if match and match[1] == plan_id), default=0)

    def _keys_of(self, path: Path) -> tuple[str, ...]:
        """Return the items of a file, which never changes."""
        if path.name not in self._keys:
            moved = self._folder / _TAKEN / path.name
            try:
                text = (path if path.exists() else moved).read_text(encoding="utf-8")
            except FileNotFoundError:
                text = moved.read_text(encoding="utf-8")
            rows = csv.DictReader(io.StringIO(text, newline=""))
            self._keys[path.name] = tuple(dict.fromkeys(row[ITEM_KEY] for row in rows))
        return self._keys[path.name]

    def _answers(self, path: Path) -> dict[str, Handed]:
        try:
            where = path if path.exists() else self._folder / _TAKEN / path.name
            with where.open("rb") as file:
                body = file.read(_MOST_ANSWER_BYTES)
            rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise unreadable(path.name, f"cannot be read: {type(error).__name__}", _REWRITE) from None
        file_name = path.name.removesuffix(_ACK)
        found: dict[str, Handed] = {}
        for number, row in enumerate(rows, start=1):
            key, status = row.get(ITEM_KEY), (row.get("status") or "").strip().lower()
            if not key or status not in _STATUSES:
                raise unreadable(
                    path.name, f"has no item_key, or no status accepted or refused, in row {number}", _REWRITE
                )
            # A bill has a row for each line; one that is refused refuses it all.
            if key not in found or status == "refused":
                found[key] = Handed(file_name, status, (row.get("words") or "").strip())
        return found


_REWRITE: Final = "Write the answer anew, under another name first, and rename it when it is whole."


def _listed(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
    return [folder / name for name in names if _NAME.fullmatch(name.removesuffix(_ACK))]


def _csv(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> bytes:
    table = [[row.get(column, "") for column in columns] for row in rows]
    for cells in table:
        for column, cell in zip(columns, cells, strict=True):
            if is_formula(cell):
                msg = f"{column} of item {cells[0]} is a text that a spreadsheet would run"
                raise ValueError(msg)
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([list(columns), *table])
    return text.getvalue().encode()


def _sync(folder: Path) -> None:
    """Make the folder's list of names last, too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _failed(what: str) -> TransportError:
    return TransportError(f"the folder for Business Center {what}", request_left=False, system=SYSTEM)
