"""Where files are dropped, how they are written, and what bounds them."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from intacct_pipelines.errors import ConfigurationError, UnreadableResponseError

SYSTEM: Final = "business_center"


class CompleteWhen(StrEnum):
    """How a file that is still being written is told from a complete one."""

    MANIFEST = "manifest"
    """Its manifest lies beside it and agrees with it."""
    QUIET = "quiet"
    """It has not changed for some time; nothing then announces its rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a folder is read.

    Args:
        folder: Where files of one Business Center company are dropped.
        complete_when: What makes a file complete.
        quiet: For how long a file without a manifest, or a manifest that cannot be read yet, must lie still.
        encoding: Of the files; a byte-order mark of UTF-8 is accepted.
        delimiter: Between cells.
        max_bytes: Largest file.
        max_cell_characters: Longest cell.
    """

    folder: Path
    complete_when: CompleteWhen = CompleteWhen.MANIFEST
    quiet: timedelta = timedelta(minutes=10)
    encoding: str = "utf-8"
    delimiter: str = ","
    max_bytes: int = 200 * 1024 * 1024
    max_cell_characters: int = 32_768

    def __post_init__(self) -> None:
        try:
            codecs.lookup(self.encoding)
        except LookupError:
            raise ConfigurationError(f"There is no encoding {self.encoding[:40]!r}.") from None
        if len(self.delimiter) != 1 or self.delimiter in '"\r\n':
            raise ConfigurationError("Business Center's delimiter is one character, and no quote or line end.")


def unreadable(file: str, what: str, remedy: str = "") -> UnreadableResponseError:
    """Return the error of a file that is not as the contract says; it names no content."""
    return UnreadableResponseError(f"{file} {what}.", system=SYSTEM, operation=file, remedy=remedy)
