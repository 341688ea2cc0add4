"""What a plan was made from besides the records themselves: settings, closed books, people's decisions. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.domain.link import Mode

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link

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
        closed_through: Last closed day of the target entity; None if all is open.
        pairs: Hash of what people decided about pairs of the link.
    """

    settings: str = ""
    closed_through: date | None = None
    pairs: str = ""

    def document(self) -> dict[str, str]:
        """Return them as texts, for a plan's document."""
        day = self.closed_through.isoformat() if self.closed_through else ""
        return {"settings": self.settings, "closed_through": day, "pairs": self.pairs}


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
        "closed_through": f"the books are closed through {now.closed_through or 'no day'}, "
        f"not {before.get('closed_through') or 'none'}",
        "pairs": "a person decided about pairs of its link",
    }
    return [words[name] for name, value in now.document().items() if before.get(name) != value]
