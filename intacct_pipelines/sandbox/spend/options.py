"""Switches of the Spend & Expense twin: what the published pages leave open, and what tests turn."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class SpendOptions:
    """How the twin behaves.

    Args:
        calls_per_minute: Calls in 60 seconds of one token before it answers 429; 0 for no limit.
        status_moves_updated_time: Whether a change of the sync's status also changes `updatedTime`; not published.
        denied: Operations that the token's user may not use, such as ``list_cards``.
        is_deaf_to_uuids: Whether a call that adds values to a field named by its uuid is answered with success and does
            nothing, as was seen of a call like it.
        shows_new_values: Whether an answer shows the value that was added.
        refuses_double_values: Whether a text that a field offers already is refused; not published.
        uuid_only: Whether a split names its children by `childTransactionUuids` alone.
    """

    calls_per_minute: int = 0
    status_moves_updated_time: bool = False
    denied: set[str] = field(default_factory=set)
    is_deaf_to_uuids: bool = True
    shows_new_values: bool = True
    refuses_double_values: bool = False
    uuid_only: bool = False
