"""What the other side said of the files that it took: a refusal is told in its words, an acceptance proves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intacct_pipelines.clients.business_center import is_refused
from intacct_pipelines.domain.keys import ItemKey
from intacct_pipelines.domain.push import State
from intacct_pipelines.warehouse.outbox import Reason

if TYPE_CHECKING:
    from intacct_pipelines.clients.business_center import OutFolder
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.warehouse.outbox import Outbox

_REMEDY = "Correct in Intacct or in Business Center what it names, then plan again."


def heed_answers(outbox: Outbox, link: Link, out: OutFolder, *, actor: str = "answers") -> int:
    """Reject the items that the other side refused; return their number.

    Raises:
        TransportError: The folder cannot be read.
        UnreadableResponseError: An answer is not as the contract says.
    """
    waiting = {item.key for item in outbox.in_hand(link.name) if item.state is State.ACCEPTED}
    if not waiting:
        return 0
    refusals = {
        ItemKey(key): Reason("refused", "S-PMT-11", handed[-1].words or "refused without a word", _REMEDY)
        for key, handed in out.handed().items()
        if key in waiting and is_refused(handed)
    }
    return outbox.answer(refusals, actor=actor)
