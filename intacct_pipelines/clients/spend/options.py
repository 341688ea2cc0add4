"""Who calls Spend & Expense and how: token, address, limits."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from intacct_pipelines.clients.json_http.failures import Peer
from intacct_pipelines.clients.json_http.options import HttpOptions
from intacct_pipelines.errors import ConfigurationError

PEER: Final = Peer("spend", "Spend & Expense", "the API token")
CALLS_PER_MINUTE: Final = 60
"""BILL's limit per token (developer.bill.com, API rate limits)."""
MAX_PAGE_SIZE: Final = 100
MAX_TRANSACTIONS: Final = 50
"""Most transactions a page; other lists give 100."""
_HEADER_VALUE: Final = re.compile(r"[\x21-\x7e]{1,1024}")


@dataclass(frozen=True, slots=True)
class Token:
    """An API token; it acts as the person who made it, for one platform account."""

    value: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _HEADER_VALUE.fullmatch(self.value):
            raise ConfigurationError(
                "The API token of Spend & Expense is missing or has characters that a header cannot carry."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(HttpOptions):
    """Address and limits; see also ``HttpOptions``.

    Args:
        calls_per_minute: Most calls in any 60 seconds of this process; BILL allows 60 per token.
        limited_backoff_seconds: First wait after a refusal for too many calls; as BILL counts by the minute, the
            waits of all attempts together span one.
    """

    calls_per_minute: int = CALLS_PER_MINUTE
    limited_backoff_seconds: float = 20

    def __post_init__(self) -> None:
        # By name: a dataclass with slots is a new class, which ``super()`` without arguments does not know.
        HttpOptions.__post_init__(self)
        if self.calls_per_minute < 1:
            raise ConfigurationError("calls_per_minute of Spend & Expense must be at least 1.")
