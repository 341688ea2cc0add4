"""What a plan was made from besides the records themselves: settings, closed books, people's decisions. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.domain.closed_books import ClosedBooks
from intacct_pipelines.domain.link import Mode

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link

_LATER: Final = "closed_later"
_OF_NO_CONTENT: Final[dict[str, Any]] = {
    "mode": Mode.OBSERVE,
    "grace": timedelta(0),
    "tolerance": {},
}
"""Settings by which nothing is planned or approved otherwise."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a plan was made from; it expires when any of it is another.

    Args:
        settings: Hash of the link's settings, as ``settings_hash`` gives it.
        closed: How far the books are closed into which its documents go.
        pairs: Hash of what people decided about pairs of the link.
    """

    settings: str = ""
    closed: ClosedBooks = field(default_factory=ClosedBooks)
    pairs: str = ""

    def document(self) -> dict[str, str]:
        """Return them as texts, for a plan's document."""
        day = self.closed.own.isoformat() if self.closed.own else ""
        told = {"settings": self.settings, "closed_through": day, "pairs": self.pairs}
        # told only where there is any, so that links without such entities keep the documents that they have
        return {**told, _LATER: self.closed.later_text()} if self.closed.later else told


def settings_hash(link: Link) -> str:
    """Return what tells a link's settings from any others that lead to other plans or other approvals."""
    return hashlib.sha256(replace(link, **_OF_NO_CONTENT).as_text().encode()).hexdigest()


def what_changed(before: dict[str, str], now: Inputs) -> list[str]:
    """Return in a few words each, what is not as it was when a plan was made.

    Args:
        before: ``Inputs.document`` of then; empty for a plan that has none.
        now: The present ones.
    """
    words = {
        "settings": "the link's settings changed",
        "closed_through": f"the books are closed through {now.closed.own or 'no day'}, "
        f"not {before.get('closed_through') or 'none'}",
        _LATER: f"the entities whose books are closed later are {now.closed.later_text() or 'none'}, "
        f"not {before.get(_LATER) or 'none'}",
        "pairs": "a person decided about pairs of its link",
    }
    present = now.document()
    return [words[name] for name in words if before.get(name) != present.get(name)]
