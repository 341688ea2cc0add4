"""One delivered file: copied aside, hashed, and read row by row."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from intacct_pipelines.clients.business_center.options import Options, unreadable

_BLOCK: Final = 1024 * 1024
_IN_MEMORY: Final = 8 * 1024 * 1024
_MOST_COLUMNS: Final = 200


def open_regular(path: Path) -> IO[bytes]:
    """Open a file for reading, but no link: a link may lead to what nobody delivered.

    Raises:
        OSError: It is a link, or cannot be read.
    """
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row of a file.

    Args:
        number: Position in the file, from 1, without the header.
        cells: Header → text.
        is_whole: Whether it has exactly one cell for each header; else the cells are what can be told.
    """

    number: int
    cells: dict[str, str]
    is_whole: bool = True


class DeliveredFile:
    """A delivered file while it is open; a context manager.

    It is read from a copy of its own, so that a new version under the same name cannot mix into this one.

    Args:
        path: Where it lies.
        options: How it is written.
        announced_sha256: Hash that its manifest states; empty if none does.
    """

    def __init__(self, path: Path, options: Options, *, announced_sha256: str = "") -> None:
        self.name = path.name
        self._path = path
        self._options = options
        self._announced_sha256 = announced_sha256
        self._copy: IO[bytes] = io.BytesIO()
        self.sha256 = ""

    def __enter__(self) -> Self:
        self._copy = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)
        try:
            self._fetch()
        except BaseException:  # whatever stops the reading, the copy on disk must not stay
            self._copy.close()
            raise
        return self

    def _fetch(self) -> None:
        digest, size = hashlib.sha256(), 0
        try:
            with open_regular(self._path) as file:
                while block := file.read(_BLOCK):
                    size += len(block)
                    if size > self._options.max_bytes:
                        raise unreadable(self.name, f"is larger than {self._options.max_bytes} bytes")
                    digest.update(block)
                    self._copy.write(block)
        except OSError as error:
            raise unreadable(self.name, f"cannot be read: {error.strerror}") from error
        self.sha256 = digest.hexdigest()
        if self._announced_sha256 and self._announced_sha256 != self.sha256:
            raise unreadable(
                self.name, "is not the file that its manifest describes: the hashes differ", "Have it exported again."
            )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._copy.close()

    def rows(self) -> Iterator[FileRow]:
        """Yield the rows in order, each with its header's names.

        Raises:
            UnreadableResponseError: The file is not in its encoding, is no CSV, or has no usable header.
        """
        self._copy.seek(0)
        text = io.TextIOWrapper(self._copy, encoding=self._encoding, errors="strict", newline="")
        csv.field_size_limit(self._options.max_cell_characters)
        table = csv.reader(text, delimiter=self._options.delimiter, strict=True)
        try:
            header = self._header(next(table, []))
            for number, cells in enumerate((cells for cells in table if cells), start=1):
                named = dict(zip(header, cells, strict=False))
                yield FileRow(number, named, is_whole=len(cells) == len(header))
        except UnicodeDecodeError as error:
            raise unreadable(
                self.name,
                f"is not {self._options.encoding}: {error.reason}",
                "Set `encoding` in the connections file to that of the export.",
            ) from None
        except csv.Error as error:
            raise unreadable(self.name, f"is no CSV at line {table.line_num}: {error}") from None
        finally:
            text.detach()

    @property
    def _encoding(self) -> str:
        return "utf-8-sig" if self._options.encoding.lower().replace("_", "-") == "utf-8" else self._options.encoding

    def _header(self, cells: list[str]) -> list[str]:
        names = [cell.strip() for cell in cells]
        if not any(names):
            raise unreadable(self.name, "has no header")
        if len(names) > _MOST_COLUMNS or len(set(names)) != len(names) or not all(names):
            raise unreadable(self.name, f"has a header with an empty or repeated name, or more than {_MOST_COLUMNS}")
        return names
