"""Filters, sorting and paths: how a question to BILL is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from intacct_pipelines.errors import ConfigurationError

_OPERATORS: Final = frozenset({"eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "sw"})
_FIELD: Final = re.compile(r"[A-Za-z][A-Za-z0-9.]{0,80}")
_PATH: Final = re.compile(r"/v3(?:/[A-Za-z0-9_=-]{1,80}){1,8}")
_SORT: Final = re.compile(r"[A-Za-z][A-Za-z0-9.]{0,80}:(?:asc|desc)(?:,[A-Za-z][A-Za-z0-9.]{0,80}:(?:asc|desc))*")
# Anything that separates parts of a filter must stand in quotes.
_NEEDS_QUOTES: Final = re.compile(r"[:,;\s]")


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition; several are joined by AND, the only way BILL knows."""

    field: str
    op: str
    value: str | Sequence[str]

    def __str__(self) -> str:
        if self.op not in _OPERATORS or not _FIELD.fullmatch(self.field):
            raise ConfigurationError(f"BILL has no filter {self.field[:80]}:{self.op[:10]}.")
        if isinstance(self.value, str):
            text, is_list = self.value, False
        else:
            text, is_list = ",".join(self.value), True
        if '"' in text or "\\" in text or not text:
            # BILL documents no way to escape a quote; a filter cut short would silently ask for something else.
            raise ConfigurationError(
                f"A value of the filter on {self.field} is empty or has characters BILL cannot take."
            )
        quoted = f'"{text}"' if is_list or _NEEDS_QUOTES.search(text) else text
        return f"{self.field}:{self.op}:{quoted}"


def format_filters(filters: Iterable[Filter | tuple[str, str, str | Sequence[str]]]) -> str:
    """Write the ``filters`` parameter; empty when there is no condition.

    Raises:
        ConfigurationError: An operator, a field name or a value that BILL cannot take.
    """
    return ",".join(str(part if isinstance(part, Filter) else Filter(*part)) for part in filters)


def check_sort(sort: str) -> str:
    """Return ``sort`` if it is written as ``field:asc`` or ``field:desc``, or several with commas, or empty.

    Raises:
        ConfigurationError: It is not.
    """
    if sort and not _SORT.fullmatch(sort):
        raise ConfigurationError(f"BILL cannot sort by {sort[:80]!r}; write field:asc or field:desc.")
    return sort


def check_path(path: str) -> str:
    """Return ``path`` if it is a plain path under ``/v3``: an id from elsewhere cannot change what is asked.

    Raises:
        ConfigurationError: It is not.
    """
    if not _PATH.fullmatch(path):
        raise ConfigurationError(f"{path[:80]!r} is not a path of BILL's API; it must begin with /v3/.")
    return path
