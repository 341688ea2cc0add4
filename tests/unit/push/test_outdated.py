"""What is approved and not sent is planned once more beside the next plan: what is not right any more is told."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from card_cases import CardCase
from payables_cases import PAYABLES_LINK, payables_plan, paying, payment, share
from push_cards import books
from push_cards import plan as card_plan
from push_cases import LINK, intacct_bill, line, plan, stored, tables
from push_lists import BILL, of_bill, of_intacct, plan_of
from push_receivables import memos, plan_receivables, receipts

from intacct_pipelines.domain.closed_books import ClosedBooks
from intacct_pipelines.domain.conflicts import ConflictPolicy, Conflicts
from intacct_pipelines.domain.inputs import Inputs, settings_hash, what_changed
from intacct_pipelines.domain.link import Clearing, Gate, Link, Mode, Reimbursements
from intacct_pipelines.domain.push import State
from intacct_pipelines.domain.routes import Route, Routes

CLOSED = {"closed_through": date(2026, 2, 28)}
CLOSED_LATER = {"closed_later": {"100": date(2026, 2, 28)}}
RECEIVING = replace(LINK, clearing=Clearing(money_in="1080"))
INVOICED = (
    {"object": "customer", "platform_id": "c1", "intacct_record_no": 21},
    {"object": "ar_invoice", "platform_id": "i1", "intacct_record_no": 700},
)


def cards(**more):
    """A plan of one settled charge."""
    case = books(CardCase())
    case.charge("t1", "20.00")
    return card_plan(case, **more)


def pushing(function, *arguments, **fixed):
    """A plan of these rows, with what a test changes."""
    return lambda **more: function(*arguments, **{**fixed, **more})


UNAPPROVED = replace(PAYABLES_LINK, approved_only=False)
MEMO_LINK = replace(LINK, also_pushed=frozenset({"credit_memo"}))
DOCUMENTS = {
    "ap_bill": pushing(plan),
    "vendor_credit": pushing(
        payables_plan, objects=["vendor_credit"], link=replace(PAYABLES_LINK, approved_only=False)
    ),
    "ap_payment": pushing(payables_plan, paying(), objects=["ap_payment"]),
    "ar_invoice": pushing(plan_receivables),
    "credit_memo": pushing(plan_receivables, memos(), link=MEMO_LINK),
    "ar_payment": pushing(plan_receivables, receipts(), link=RECEIVING, matches=INVOICED),
    "card_transaction": cards,
}
SUPPLIES = of_intacct("gl_account", 71, account_no="6000", title="Supplies")
LISTS = {name: pushing(plan_of, name, [of_bill(name)], [SUPPLIES] if name == "gl_account" else []) for name in BILL}


def only(made, name):
    """The one item of an object."""
    (found,) = (one for one in made.items if one.object_name == name)
    return found


@pytest.mark.parametrize(("name", "planned"), [*DOCUMENTS.items(), *LISTS.items()], ids=[*DOCUMENTS, *LISTS])
def test_what_is_approved_stays_so_while_nothing_changed_and_expires_once_its_record_did(name, planned):
    """Of every pushed object: the same content of the same record is left alone, another record's state is not."""
    approved = only(planned(), name)
    again = planned(in_hand=[stored(approved)])
    assert again.outdated == ()
    assert approved.key not in {one.key for one in again.items}
    older = stored(replace(approved, source_revision="r0"))
    assert planned(in_hand=[older]).outdated == (approved.key,)


@pytest.mark.parametrize("closed", [CLOSED, CLOSED_LATER], ids=["own level", "entity of its lines"])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_whose_period_closed_since_its_approval_is_outdated(name, closed):
    """It is held then, with its rule; it is not left to Intacct to refuse it (S-IDM-08, S-CFG-23)."""
    approved = only(DOCUMENTS[name](), name)
    made = DOCUMENTS[name](in_hand=[stored(approved)], **closed)
    assert made.outdated == (approved.key,)
    assert [hold.kind for hold in made.holds if hold.object_name == name] == ["period_closed"]


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name != "card_transaction"])
def test_a_document_whose_party_or_ground_lost_its_pair_is_outdated(name):
    """A person, or the reconciliation, may take a pair away after the approval."""
    approved = only(DOCUMENTS[name](), name)
    assert approved.key in DOCUMENTS[name](in_hand=[stored(approved)], matches=()).outdated


@pytest.mark.parametrize(
    "rows",
    [
        tables(intacct__ap_bill=[intacct_bill(description="By hand")]),
        tables(intacct__gl_account=[{"account_no": "6000", "status": "inactive"}]),
        tables(intacct__department=[]),
        tables(bill__gl_account=[{"id": "a1", "name": "Supplies", "account_no": "6100"}]),
        tables(bill__ap_bill_line=[line(gl_account_id=None)]),
        tables(bill__ap_bill=[]),
    ],
    ids=["entered by hand", "account inactive", "department gone", "recoded account", "line without account", "gone"],
)
def test_a_bill_is_outdated_by_whatever_it_would_be_planned_otherwise_from(rows):
    """Lists count as much as the bill itself: what is coded by them follows them."""
    approved = only(plan(), "ap_bill")
    assert plan(rows, in_hand=[stored(approved)]).outdated == (approved.key,)


def test_what_is_sent_already_is_never_outdated():
    """Only what is approved and not claimed yet; the rest is looked up."""
    sent = only(plan(), "ap_bill")
    for state in (State.SENDING, State.UNCERTAIN, State.ACCEPTED):
        assert plan(tables(bill__ap_bill=[]), in_hand=[stored(sent, state)]).outdated == ()


def test_an_object_that_is_not_planned_says_nothing_of_its_items():
    """What a link ceased to push expires by its settings, not by its absence from a plan."""
    approved = only(plan(), "ap_bill")
    assert plan(in_hand=[stored(approved)], objects=["vendor"]).outdated == ()


def test_a_new_payment_does_not_push_an_approved_one_aside():
    """The approved one keeps its share of what is due, also if the new one comes first by its date (S-PAY-09)."""
    approved = only(DOCUMENTS["ap_payment"](), "ap_payment")
    earlier = payment("p0", process_date=date(2026, 1, 2))
    rows = paying(bill__ap_payment=[earlier, payment()], bill__ap_payment_detail=[share("p0"), share()])
    made = payables_plan(rows, objects=["ap_payment"], in_hand=[stored(approved)])
    assert made.outdated == ()
    assert [(hold.source_id, hold.kind) for hold in made.holds] == [("p0", "already_settled")]


OTHER = {
    str: "other", bool: None, dict: {"x": "y"}, frozenset: frozenset({"x"}), int: 9, Decimal: Decimal(9),
}  # fmt: skip
OF_NO_CONTENT = {"mode", "grace", "tolerance"}


def changed(link, name):
    """The link with another value of one setting."""
    value = getattr(link, name)
    others = {"mode": Mode.OBSERVE, "gate": Gate.AUTO, "grace": timedelta(1, 1), "clearing": Clearing(money_in="1")}
    others["routes"] = Routes({"east": "org1", "west": "org2"}, (Route("west"),))
    others["conflicts"] = ConflictPolicy(Conflicts.INTACCT)
    others["reimbursements"] = Reimbursements(people={"u1": "E1"})
    if name in others:
        return replace(link, **{name: others[name]})
    if name == "closed_period":
        return replace(link, closed_period="first_open")
    if is_dataclass(value):
        inner = next(one.name for one in fields(value) if isinstance(getattr(value, one.name), str | int))
        return replace(link, **{name: replace(value, **{inner: type(getattr(value, inner))(7)})})
    return replace(link, **{name: not value if isinstance(value, bool) else OTHER[type(value)]})


@pytest.mark.parametrize("name", [one.name for one in fields(Link)])
def test_every_setting_that_a_plan_follows_from_is_an_input(name):
    """All but those that only say whether it is sent at all, and what is compared how: who approves is one, too."""
    is_other = settings_hash(changed(LINK, name)) != settings_hash(LINK)
    assert is_other is (name not in OF_NO_CONTENT)


def test_the_same_settings_are_the_same_input_whatever_their_order():
    """Sets and maps have no order that counts."""
    one = replace(LINK, not_pushed=frozenset("abc"), account_map={"a": "1", "b": "2"})
    other = replace(LINK, not_pushed=frozenset("cba"), account_map={"b": "2", "a": "1"})
    assert settings_hash(one) == settings_hash(other)


def test_what_changed_is_told_by_name():
    """A person reads which input it was; a plan that has none is of an earlier version, and has all changed."""
    before = Inputs("s", ClosedBooks(date(2026, 1, 31)), "p")
    assert what_changed(before.document(), before) == []
    assert what_changed(before.document(), replace(before, settings="t")) == ["the link's settings changed"]
    assert what_changed(before.document(), replace(before, pairs="q")) == ["a person decided about pairs of its link"]
    assert what_changed(before.document(), replace(before, closed=ClosedBooks())) == [
        "the books are closed through no day, not 2026-01-31"
    ]
    assert len(what_changed({}, before)) == 3
    later = replace(before, closed=ClosedBooks(date(2026, 1, 31), {"200": date(2026, 2, 28), "30": date(2026, 2, 9)}))
    assert what_changed(before.document(), later) == [
        "the entities whose books are closed later are 200 2026-02-28, 30 2026-02-09, not none"
    ]
    assert what_changed(later.document(), before) == [
        "the entities whose books are closed later are none, not 200 2026-02-28, 30 2026-02-09"
    ]
    assert what_changed(later.document(), later) == []


def test_inputs_are_content():
    """Another closed day is another plan, though its items are the same."""
    assert plan().content_hash != plan(closed_through=date(2020, 1, 31)).content_hash
    assert plan().items == plan(closed_through=date(2020, 1, 31)).items
    assert plan().content_hash != plan(pair_decisions="x").content_hash
