"""Bugs to plant into sending and storing, each by replacing one function: the laws have to notice every one of them."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from simulated_shelf import REPLACED

from intacct_pipelines.clients.intacct.session import Session
from intacct_pipelines.domain.push import State
from intacct_pipelines.push import apply, channel, recover, uploads, wire
from intacct_pipelines.warehouse.outbox import NOT_SENT, Outcome, confirming, sending
from intacct_pipelines.warehouse.outbox.confirming import Confirming
from intacct_pipelines.warehouse.outbox.items import select_items
from intacct_pipelines.warehouse.outbox.journal import Journal
from intacct_pipelines.warehouse.outbox.sending import Sending

Plant = pytest.MonkeyPatch
_DAY = re.compile(r'"\d\d/\d\d/20\d\d"')
_AMOUNT = re.compile(r'"(TRX_AMOUNT|amount|TRX_PAYMENTAMOUNT|paymentamount)":"(-?)(\d)')


def _sends(plant: Plant, changed: Callable[[Any], Any]) -> None:
    """Let what becomes of each item be sent in its place, with the same files."""
    plant.setattr(uploads, "function_of", lambda item, contents=None: wire.function_of(changed(item), contents))


def sends_before_it_stores(plant: Plant) -> None:
    """An item is claimed in memory; that it is being sent is not stored."""
    plant.setattr(Sending, "_start", lambda *_: None)
    plant.setattr(Sending, "still_own", lambda _self, items, **_: list(items))


def forgets_to_look_up(plant: Plant) -> None:
    """What is uncertain is sent again at once."""
    plant.setattr(apply._Run, "_resolve", lambda _self, items, **_: (list(items), []))


def looks_up_by_natural_key_alone(plant: Plant) -> None:
    """Whether a record carries the item's key is not asked."""
    asked = wire._conditions
    plant.setattr(wire, "_conditions", lambda item: asked(item)[:1])
    plant.setattr(wire, "_belongs", lambda item, record: item.natural_key.items() <= record.fields.items())


def takes_throttling_for_a_refusal(plant: Plant) -> None:
    """What was not sent counts as refused."""
    reason = channel.no_answer("too many requests")
    plant.setattr(apply, "_not_sent", lambda i: Outcome(i.key, State.UNCERTAIN, "refused", reason, refused=True))


def makes_a_new_key_for_each_attempt(plant: Plant) -> None:
    """The second sending has another control id, and another mark."""

    def changed(item: Any) -> Any:
        fresh = str(uuid.uuid5(uuid.UUID(item.key), str(item.attempts)))
        again = replace(item, key=fresh, payload_text=item.payload_text.replace(item.key, fresh))
        return again if item.attempts > 1 else item

    _sends(plant, changed)


def does_not_ask_for_unique_control_ids(plant: Plant) -> None:
    """The gateway is not told to refuse what it has carried out before."""
    call = Session.call
    plant.setattr(Session, "call", lambda self, functions, **more: call(self, functions, **{**more, "unique": False}))


def confirms_without_comparing(plant: Plant) -> None:
    """Posted counts as confirmed."""

    def confirm(self: Confirming, link: str, entity: str, *, actor: str, **_more: Any) -> int:
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
    _sends(plant, lambda i: replace(i, payload_text=_AMOUNT.sub(r'"\1":"\g<2>1\3', i.payload_text, count=1)))


def posts_into_closed_books(plant: Plant) -> None:
    """The day is one of a period that was closed long ago."""
    _sends(plant, lambda item: replace(item, payload_text=_DAY.sub('"01/15/2020"', item.payload_text)))


def looks_for_advances_among_receipts(plant: Plant) -> None:
    """An advance is sought where receipts are, so it is never found."""
    receipts = replace(wire.PUSHED["ar_advance"], target=wire.PUSHED["ar_payment"].target)
    read = wire._read
    plant.setattr(wire, "_read", lambda g, one, items: read(g, receipts if one.name == "ar_advance" else one, items))


def uses_a_credit_memo_twice(plant: Plant) -> None:
    """Each use of a credit memo stands in the receipt two times."""

    def changed(item: Any) -> Any:
        if item.object_name != "memo_application":
            return item
        payload = json.loads(item.payload_text)
        payload["ARPYMTDETAILS"]["ARPYMTDETAIL"] *= 2
        return replace(item, payload_text=json.dumps(payload))

    _sends(plant, changed)


def never_finds_a_use_of_a_credit_memo(plant: Plant) -> None:
    """What has no number of its own, and only the key in its text, is taken for not there."""
    belongs = wire._belongs
    plant.setattr(wire, "_belongs", lambda one, found: one.object_name != "memo_application" and belongs(one, found))


def takes_any_entry_of_its_number(plant: Plant) -> None:
    """A journal entry with the number and day of an item is the item's."""
    asked = recover.is_by

    def is_by(item: Any, record: Any) -> bool:
        is_entry = wire.PUSHED[item.object_name].target.name == "journal_entry"
        return (is_entry and item.natural_key.items() <= record.fields.items()) or asked(item, record)

    plant.setattr(recover, "is_by", is_by)


def cuts_titles_short(plant: Plant) -> None:
    """The key, which a journal entry has in its title alone, does not get through."""
    short = re.compile(r'("BATCH_TITLE":"[^"]{24})[^"]*"')

    def changed(item: Any) -> Any:
        is_ours = item.object_name == "ap_transfer_entry"
        return replace(item, payload_text=short.sub(r'\1"', item.payload_text)) if is_ours else item

    _sends(plant, changed)


def turns_money_in_around(plant: Plant) -> None:
    """What came from customers is booked as if it went to them."""
    sides = {'"TR_TYPE":"1"': '"TR_TYPE":"-1"', '"TR_TYPE":"-1"': '"TR_TYPE":"1"'}

    def changed(item: Any) -> Any:
        if item.object_name != "ar_transfer_entry":
            return item
        text = re.sub(r'"TR_TYPE":"-?1"', lambda found: sides[found[0]], item.payload_text)
        return replace(item, payload_text=text)

    _sends(plant, changed)


def looks_for_fees_in_another_journal(plant: Plant) -> None:
    """The entry of a fee is sought where it is not, and its key is not asked for."""
    asked = wire._conditions

    def conditions(item: Any) -> Any:
        if item.object_name != "convenience_fee":
            return asked(item)
        return asked(replace(item, natural_key={**item.natural_key, "JOURNAL": "CRJ"}))[:1]

    plant.setattr(wire, "_conditions", conditions)


def sends_whatever_a_file_holds(plant: Plant) -> None:
    """Whether a file is still the one of the plan is not asked."""

    def content(self: uploads.Uploads, item: Any, wanted: Any) -> bytes:
        assert self._files is not None
        return self._files.read(wanted.table, item.source_id, wanted.file_id, wanted.size)

    plant.setattr(uploads.Uploads, "_content", content)


def uploads_each_file_twice(plant: Plant) -> None:
    """Each file stands in the attachment two times."""

    def changed(item: Any) -> Any:
        payload = json.loads(item.payload_text)
        if "attachments" in payload:
            payload["attachments"]["attachment"] *= 2
        return replace(item, payload_text=json.dumps(payload))

    _sends(plant, changed)


TROUBLED = {
    "fault": 0.5,
    "person": 0.05,
    "source change": 0.03,
    "second worker": 0.05,
    "restart": 0.0,
    "crash": 0.01,
    REPLACED: 0.2,
}
"""How much goes wrong in a life with a bug."""
_FILES = ("ap_bill_file", "card_receipt_file")
LOST = ("lost_request", "reset_before", "reset_after", "gateway_timeout")


class Shows(NamedTuple):
    """When a bug shows: under which faults of the network, and if these are sent."""

    faults: tuple[str, ...] = LOST
    objects: tuple[str, ...] = ()


BUGS = {
    sends_before_it_stores: Shows(),
    forgets_to_look_up: Shows(),
    looks_up_by_natural_key_alone: Shows(("lost_request",)),
    takes_throttling_for_a_refusal: Shows(("rate_limited",)),
    makes_a_new_key_for_each_attempt: Shows(),
    does_not_ask_for_unique_control_ids: Shows(),
    confirms_without_comparing: Shows(),
    confirms_by_number_alone: Shows(),
    sends_what_nobody_approved: Shows(),
    takes_items_from_a_living_worker: Shows(),
    sends_again_after_a_lost_answer: Shows(),
    breaks_the_chain: Shows(),
    keeps_lost_answers_to_itself: Shows(),
    sends_children_before_their_parents: Shows(),
    does_not_heed_its_source: Shows(),
    believes_a_refusal: Shows(("duplicate",)),
    sends_another_amount: Shows(),
    posts_into_closed_books: Shows(),
    looks_for_advances_among_receipts: Shows(objects=("ar_advance",)),
    uses_a_credit_memo_twice: Shows(objects=("memo_application",)),
    never_finds_a_use_of_a_credit_memo: Shows(("reset_after", "gateway_timeout"), objects=("memo_application",)),
    takes_any_entry_of_its_number: Shows(objects=("convenience_fee", "ar_transfer_entry")),
    cuts_titles_short: Shows(objects=("ap_transfer_entry",)),
    turns_money_in_around: Shows(objects=("ar_transfer_entry",)),
    looks_for_fees_in_another_journal: Shows(objects=("convenience_fee",)),
    sends_whatever_a_file_holds: Shows(objects=_FILES),
    uploads_each_file_twice: Shows(objects=_FILES),
}
"""Every planted bug."""
