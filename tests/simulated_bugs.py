"""Bugs to plant into sending and storing, each by replacing one function: the laws have to notice every one of them."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from typing import Any

import pytest

from intacct_pipelines.clients.intacct.session import Session
from intacct_pipelines.domain.push import State
from intacct_pipelines.push import apply, recover, wire
from intacct_pipelines.warehouse.outbox import NOT_SENT, Outcome, confirming, sending
from intacct_pipelines.warehouse.outbox.confirming import Confirming
from intacct_pipelines.warehouse.outbox.items import select_items
from intacct_pipelines.warehouse.outbox.journal import Journal
from intacct_pipelines.warehouse.outbox.sending import Sending

Plant = pytest.MonkeyPatch
_DAY = re.compile(r'"\d\d/\d\d/20\d\d"')
_AMOUNT = re.compile(r'"(TRX_AMOUNT|amount|TRX_PAYMENTAMOUNT|paymentamount)":"(-?)(\d)')


def sends_before_it_stores(plant: Plant) -> None:
    """An item is claimed in memory; that it is being sent is not stored."""
    plant.setattr(Sending, "_start", lambda *_: None)


def forgets_to_look_up(plant: Plant) -> None:
    """What is uncertain is sent again at once."""
    plant.setattr(apply._Run, "_resolve", lambda _self, items: list(items))


def looks_up_by_natural_key_alone(plant: Plant) -> None:
    """Whether a record carries the item's key is not asked."""
    asked = wire._conditions
    plant.setattr(wire, "_conditions", lambda item: asked(item)[:1])
    plant.setattr(wire, "_belongs", lambda item, record: item.natural_key.items() <= record.fields.items())


def takes_throttling_for_a_refusal(plant: Plant) -> None:
    """What was not sent counts as refused."""
    reason = wire._no_answer("too many requests")
    plant.setattr(apply, "_not_sent", lambda i: Outcome(i.key, State.UNCERTAIN, "refused", reason, refused=True))


def makes_a_new_key_for_each_attempt(plant: Plant) -> None:
    """The second sending has another control id, and another mark."""

    def function_of(item: Any) -> Any:
        fresh = str(uuid.uuid5(uuid.UUID(item.key), str(item.attempts)))
        again = replace(item, key=fresh, payload_text=item.payload_text.replace(item.key, fresh))
        return wire.function_of(again if item.attempts > 1 else item)

    plant.setattr(apply, "function_of", function_of)


def does_not_ask_for_unique_control_ids(plant: Plant) -> None:
    """The gateway is not told to refuse what it has carried out before."""
    call = Session.call
    plant.setattr(Session, "call", lambda self, functions, **more: call(self, functions, **{**more, "unique": False}))


def confirms_without_comparing(plant: Plant) -> None:
    """Posted counts as confirmed."""

    def confirm(self: Confirming, link: str, entity: str, *, actor: str) -> int:
        with self._transaction() as cursor:
            items = select_items(cursor, "link = %s AND entity = %s AND state = 'accepted'", (link, entity))
            self._move(cursor, [Outcome(item.key, State.CONFIRMED, "confirmed") for item in items], actor)
        return len(items)

    plant.setattr(Confirming, "confirm", confirm)


def confirms_by_number_alone(plant: Plant) -> None:
    """A record with the right number is the right one, whatever it says by now."""
    whatever = "AND %(undone)s::text[] IS NOT NULL\n"
    plant.setattr(confirming, "_RETURNED", re.sub(r"AND CASE.*END\n", whatever, confirming._RETURNED, flags=re.DOTALL))


def sends_what_nobody_approved(plant: Plant) -> None:
    """Planned is as good as approved."""
    claimable = Sending._claimable

    def eager(cursor: Any, link: str, limit: int) -> Any:
        cursor.execute("UPDATE push.item SET state = 'approved' WHERE link = %s AND state = 'planned'", (link,))
        return claimable(cursor, link, limit)

    plant.setattr(Sending, "_claimable", staticmethod(eager))


def takes_items_from_a_living_worker(plant: Plant) -> None:
    """Whoever holds the sign of life, its items are up for grabs."""
    plant.setattr(sending, "_is_dead", lambda *_: True)


def sends_again_after_a_lost_answer(plant: Plant) -> None:
    """A lost answer counts as if nothing had been sent."""
    plant.setattr(apply, "lost", lambda item, _error: Outcome(item.key, State.APPROVED, NOT_SENT))


def breaks_the_chain(plant: Plant) -> None:
    """An entry of the journal is corrected afterwards."""
    write = Journal._write_journal

    def corrected(self: Journal, cursor: Any, actor: str, entries: Any) -> None:
        write(self, cursor, actor, entries)
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE push.journal SET actor = 'nobody' WHERE seq = 1 AND actor <> 'nobody'")
        cursor.execute("SET LOCAL session_replication_role = origin")

    plant.setattr(Journal, "_write_journal", corrected)


def keeps_lost_answers_to_itself(plant: Plant) -> None:
    """What became uncertain is stored, and not written into the journal."""
    write = Journal._write_journal

    def silent(self: Journal, cursor: Any, actor: str, entries: Any) -> None:
        write(self, cursor, actor, [one for one in entries if one["event"] != "uncertain"])

    plant.setattr(Journal, "_write_journal", silent)


def sends_children_before_their_parents(plant: Plant) -> None:
    """An item waits for nobody."""

    def claimable(cursor: Any, link: str, limit: int) -> Any:
        condition = "state = 'approved' AND link = %s ORDER BY position DESC LIMIT %s FOR UPDATE SKIP LOCKED"
        return select_items(cursor, condition, (link, limit))

    plant.setattr(Sending, "_claimable", staticmethod(claimable))


def does_not_heed_its_source(plant: Plant) -> None:
    """What changed in BILL since the plan is sent as it was planned."""
    plant.setattr(Journal, "_stale", lambda *_: [])


def believes_a_refusal(plant: Plant) -> None:
    """A refusal counts though the record is there: it was the repeat that was refused."""
    judge = recover.judge

    def believing(item: Any, found: Any, *, most_attempts: int) -> Any:
        return judge(item, () if item.refused else found, most_attempts=most_attempts)

    plant.setattr(apply, "judge", believing)


def sends_another_amount(plant: Plant) -> None:
    """One digit is wrong."""

    def function_of(item: Any) -> Any:
        return wire.function_of(replace(item, payload_text=_AMOUNT.sub(r'"\1":"\g<2>1\3', item.payload_text, count=1)))

    plant.setattr(apply, "function_of", function_of)


def posts_into_closed_books(plant: Plant) -> None:
    """The day is one of a period that was closed long ago."""

    def function_of(item: Any) -> Any:
        return wire.function_of(replace(item, payload_text=_DAY.sub('"01/15/2020"', item.payload_text)))

    plant.setattr(apply, "function_of", function_of)


TROUBLED = {"fault": 0.5, "person": 0.05, "source change": 0.03, "second worker": 0.05, "restart": 0.0, "crash": 0.01}
"""How much goes wrong in a life with a bug."""
LOST = ("lost_request", "reset_before", "reset_after", "gateway_timeout")
BUGS = {
    sends_before_it_stores: LOST,
    forgets_to_look_up: LOST,
    looks_up_by_natural_key_alone: ("lost_request",),
    takes_throttling_for_a_refusal: ("rate_limited",),
    makes_a_new_key_for_each_attempt: LOST,
    does_not_ask_for_unique_control_ids: LOST,
    confirms_without_comparing: LOST,
    confirms_by_number_alone: LOST,
    sends_what_nobody_approved: LOST,
    takes_items_from_a_living_worker: LOST,
    sends_again_after_a_lost_answer: LOST,
    breaks_the_chain: LOST,
    keeps_lost_answers_to_itself: LOST,
    sends_children_before_their_parents: LOST,
    does_not_heed_its_source: LOST,
    believes_a_refusal: ("duplicate",),
    sends_another_amount: LOST,
    posts_into_closed_books: LOST,
}
"""Every planted bug, and the faults of the network under which it shows."""
