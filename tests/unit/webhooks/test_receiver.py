"""From bytes to an answer, without network and storage: who speaks for whom, what counts, what is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notices import KEY, LISTENERS, ORGANIZATION, OTHER_KEY, OTHER_ORGANIZATION, notice, signed, wrapped

from intacct_pipelines.domain.notification import Judged, Notification, Verdict
from intacct_pipelines.errors import WarehouseUnavailableError
from intacct_pipelines.webhooks import Receiver, signature

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


class Shelf:
    """Remembers what it is given, each event once."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Judged] = {}

    def __call__(self, judged: Judged) -> bool:
        key = (judged.link, judged.notification.event_id)
        is_new = key not in self.kept
        self.kept.setdefault(key, judged)
        return is_new


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def receiver(shelf: Shelf) -> Receiver:
    return Receiver(LISTENERS, shelf, now=lambda: NOW)


def test_what_bill_signed_is_stored_with_its_link_and_entity(receiver, shelf):
    """Ids and the record's own time; the body itself is not kept, only its hash."""
    body = notice(updatedTime="2026-11-26T12:59:00.000+01:00", amount=12.5)
    answer = receiver.receive(signed(body), body)
    assert (answer.status, answer.said) == (200, "accepted: bill.updated e-1 of first")
    (judged,) = shelf.kept.values()
    assert judged.notification == Notification(
        "e-1", "bill.updated", ORGANIZATION, "s-1", "00n1", datetime(2026, 11, 26, 11, 59, tzinfo=UTC)
    )
    assert (judged.link, judged.entity, judged.verdict) == ("first", "acme:100", Verdict.ACCEPTED)
    assert len(judged.body_hash) == 64
    assert receiver.receive(signed(body), body).said == "accepted: bill.updated e-1 of first, told before"


def test_a_body_wrapped_in_a_text_says_the_same(receiver, shelf):
    """Some of BILL's pages show the JSON as an escaped text."""
    body = wrapped(notice())
    assert receiver.receive(signed(body), body).status == 200
    assert next(iter(shelf.kept.values())).notification.event_id == "e-1"


@pytest.mark.parametrize(
    ("happened", "verdict"),
    [
        (NOW - timedelta(hours=24), Verdict.ACCEPTED),
        (NOW - timedelta(hours=24, seconds=1), Verdict.TOO_OLD),
        (NOW + timedelta(minutes=15), Verdict.ACCEPTED),
        (NOW + timedelta(minutes=15, seconds=1), Verdict.TOO_OLD),
    ],
)
def test_what_lies_outside_of_the_window_is_stored_and_asks_for_nothing(receiver, shelf, happened, verdict):
    """A recording that is played back later than it could be of use; BILL is answered, or it would switch us off."""
    body = notice(updatedTime=happened.isoformat())
    assert receiver.receive(signed(body), body).status == 200
    assert [judged.verdict for judged in shelf.kept.values()] == [verdict]


@pytest.mark.parametrize(
    "record",
    [{}, {"createdTime": "2020-01-01T00:00:00Z"}, {"updatedTime": "2026-11-26"}, {"updatedTime": 7},
     {"updatedTime": "0001-01-01T00:00:00+14:00"}],
)  # fmt: skip
def test_what_says_no_time_of_its_own_counts(receiver, shelf, record):
    """Payments tell none; when a record was made is not when it was updated."""
    body = notice(**record)
    receiver.receive(signed(body), body)
    assert [judged.verdict for judged in shelf.kept.values()] == [Verdict.ACCEPTED]


def test_a_created_record_happened_when_it_was_made(receiver, shelf):
    """Of a creation the time of making is that of the event."""
    body = notice(event_type="bill.created", createdTime="2026-11-20T00:00:00Z")
    receiver.receive(signed(body), body)
    assert [judged.verdict for judged in shelf.kept.values()] == [Verdict.TOO_OLD]


def test_a_key_speaks_for_its_own_organisation_only(receiver, shelf):
    """The second link's key wakes nobody at the first: it is stored under the link that signed."""
    body = notice(organization_id=ORGANIZATION)
    assert receiver.receive(signed(body, OTHER_KEY), body).status == 200
    ((link, _),) = shelf.kept
    assert (link, shelf.kept[link, "e-1"].verdict) == ("second", Verdict.NOT_LINKED)


def test_a_key_of_several_links_speaks_for_each(shelf):
    """A partner's subscription tells of all its organisations under one key."""
    shared = [type(one)(one.link, one.entity, one.organization_id, (KEY,)) for one in LISTENERS]
    body = notice(organization_id=OTHER_ORGANIZATION)
    Receiver(shared, shelf, now=lambda: NOW).receive(signed(body), body)
    assert [(judged.link, judged.verdict) for judged in shelf.kept.values()] == [("second", Verdict.ACCEPTED)]


@pytest.mark.parametrize("body", [
    b"", b"null", b"[]", b'"x"', b"{}", b'{"metadata":7}', b"[" * 100_000, b"\xff",
    json.dumps({"metadata": {"eventId": "a b", "eventType": "x", "organizationId": "o"}}).encode(),
    json.dumps({"metadata": {"eventId": "e\x00", "eventType": "x", "organizationId": "o"}}).encode(),
    json.dumps({"metadata": {"eventId": "e", "eventType": ["x"], "organizationId": "o"}}).encode(),
])  # fmt: skip
def test_what_is_signed_and_cannot_be_read_is_refused_without_repeating_it(receiver, shelf, body):
    """Nothing of it reaches the log."""
    answer = receiver.receive(signed(body), body)
    assert answer.status == 400
    assert answer.said.startswith("refused: signed by the key of first, but: The notification ")
    assert not shelf.kept


def test_nothing_is_answered_with_success_that_is_not_stored():
    """BILL sends again whatever is not answered by 200."""

    def fail(_judged: Judged) -> bool:
        raise WarehouseUnavailableError("gone")

    body = notice()
    answer = Receiver(LISTENERS, fail, now=lambda: NOW).receive(signed(body), body)
    assert answer.status == 503
    assert KEY not in answer.said


@given(
    body=st.binary(max_size=300) | st.builds(notice, event_id=st.text("abc", min_size=1, max_size=3)),
    headers=st.lists(
        st.text(max_size=50) | st.builds(signature, st.text(max_size=9), st.binary(max_size=9)), max_size=3
    ),
    place=st.integers(0, 10_000),
    bit=st.integers(0, 7),
)
def test_no_forgery_is_accepted(body, headers, place, bit):
    """Whatever is not signed with a key over just these bytes is refused, and nothing is stored."""
    shelf = Shelf()
    receiver = Receiver(LISTENERS, shelf, now=lambda: NOW)
    genuine = {signature(key, body) for listener in LISTENERS for key in listener.keys}
    if not (len(headers) == 1 and headers[0].strip() in genuine):
        assert receiver.receive(headers, body).status == 401
    if body:
        spoilt = bytearray(body)
        spoilt[place % len(body)] ^= 1 << bit
        assert receiver.receive(signed(body), bytes(spoilt)).status == 401
    assert receiver.receive([*signed(body), *signed(body)], body).status == 401
    assert receiver.receive([], body).status == 401
    assert not shelf.kept
