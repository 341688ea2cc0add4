"""Laws of every reconciliation, on the grounds where differences are planted.

A side compared with its own copy has no difference; the order of rows says nothing; the same rows give the same bytes.

Swapped sides mirror: there are as many pairs; what was missing here is missing there; each field of a pair differs as
before, with its values exchanged and its amount with the other sign; totals change sides. Verdict and rule of what
stands alone, or is applied on one side alone, do not mirror, because rules have a direction: that Intacct alone has a
payment is expected, and that BILL alone has one is not.
"""

from __future__ import annotations

import copy
import hashlib
import os
import random
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from planting.ground import ALONE_IN_INTACCT, ALONE_IN_PLATFORM, Plot
from planting.grounds import BALANCES, GROUNDS
from planting.lists import LISTS
from reconcile_cases import NOW, as_bytes, shuffled_frame

from intacct_pipelines.reconcile import Frames, Moment, reconcile
from intacct_pipelines.reconcile.causes import CAUSES

TESTS = Path(__file__).parents[2]
OBJECTS = [name for name, ground in GROUNDS.items() if name == ground.object and name not in BALANCES]
PARTIES = {"vendor", "customer", "business_center_vendor"}
WITHOUT_MONEY = {*LISTS, *PARTIES, "ap_bill_attachment", "ar_invoice_attachment", "currency"}
WITH_MONEY = [name for name in OBJECTS if name not in WITHOUT_MONEY]


@pytest.mark.parametrize("name", OBJECTS)
def test_a_side_equals_its_own_copy(name):
    """Every row is in an equal pair, and no cent differs."""
    case = GROUNDS[name].sow(2, copies=0, clean=50)[0]
    result, told = GROUNDS[name].reap(case)
    assert told == {}
    assert set(result.totals["class"]) == {"matched_equal"}
    assert set(result.totals["difference"]) == {Decimal(0)}
    assert len(result.matches) == sum(result.totals["platform_count"]) == sum(result.totals["intacct_count"]) >= 50


@pytest.mark.parametrize("name", OBJECTS)
def test_rows_in_any_order_have_one_place_each_and_give_the_same_bytes(name, grown):
    """Each row is in one pair or alone, as the totals count; shuffling rows and known pairs changes no byte."""
    case, result, random_ = grown(name).case, grown(name).result, random.Random(5)  # noqa: S311 - no secret
    moment = Moment(NOW, case.closed_through)
    frames = Frames({table: shuffled_frame(frame, random_) for table, frame in case.frames.items()})
    crosswalk = shuffled_frame(case.crosswalk, random_)
    assert as_bytes(reconcile(name, case.link, frames, crosswalk, moment)) == as_bytes(result)
    alone = result.differences[result.differences[["platform_id", "intacct_record_no"]].isna().any(axis=1)]
    within = result.totals[result.totals["class"] != "out_of_scope"]
    for column, side in (("platform_id", "platform"), ("intacct_record_no", "intacct")):
        places = [*result.matches[column], *alone[column].dropna()]
        assert len(places) == len(set(places)) == sum(within[f"{side}_count"])


EXACT = {"amount", "tax_amount", "paid_amount", "received_amount", "credited_amount", "applied_amount"}
"""Fields with an amount of their own: it is the difference, and as much is at stake."""
SHARED = {"lines", "location", "bills", "applications", "parts", "payments", "receipts"}
"""Fields of which a part is at stake, never more than there is."""
UNPRICED = {"receipt"}


@pytest.mark.parametrize("name", OBJECTS)
def test_every_difference_says_its_money_age_and_both_values(name, grown):
    """What differs in an amount has it at stake, a part has a part, all else the larger of both; ages are exact."""
    found, link = grown(name).result, grown(name).case.link
    amounts = found.matches.set_index(["platform_id", "intacct_record_no"])[["platform_amount", "intacct_amount"]]
    for row in found.differences.itertuples():
        stake, delta = row.money_at_stake, row.amount_difference
        assert row.age_seconds == int(max(0, (NOW - row.changed_at).total_seconds()))
        assert (row.age_seconds < 86400) or row.rule != "S-SCH-04"
        assert (row.link, row.entity, row.object) == (link.name, str(link.entity), name)
        if not row.field:
            assert stake == abs(delta)
            continue
        ours, theirs = amounts.loc[(row.platform_id, row.intacct_record_no)]
        # The names of employees are compared and not shown.
        assert row.platform_value != row.intacct_value or name == "employee"
        if name == "currency":  # at stake is what its documents come to
            assert (delta, stake > 0) == (0, True)
        elif row.field in EXACT:
            assert stake == abs(delta) > 0
            assert row.field != "amount" or delta == ours - theirs
        elif row.field in SHARED:
            assert (delta, 0 < stake <= max(ours, theirs)) == (0, True)
        elif row.field in UNPRICED:
            assert (delta, stake) == (0, 0)
        else:
            assert (delta, stake) == (0, max(abs(ours), abs(theirs)))


VENDORS = {("vendor vl", "Lost"), ("vendor v-unknown", "")}
ROOTS = {
    "vendor_missing": VENDORS,
    "credit_vendor_missing": VENDORS,
    "ready_without_vendor": VENDORS,
    "vendor_not_known": {("vendor vt", "Twin"), ("vendor V-T", "Twin"), ("vendor V-T2", "Twin")},
    "invoice_customer_missing": {("customer cl", "Lost"), ("customer c-unknown", "")},
    "receipt_customer_missing": {("customer cl", "Lost"), ("customer c-unknown", "")},
    "edited_in_closed_books": {("closed books", "")},
    "unknown_coding": {("account a-unknown", "")},
    "unknown_answer": {("account 6400, 6500", "")},
}
"""By cause, what is mended at once and its name."""


@pytest.mark.parametrize("name", OBJECTS)
def test_what_is_mended_at_once_has_one_root(name, grown):
    """One finding for each root; what is a matter of its own has none."""
    for row in grown(name).result.differences.itertuples():
        root = (row.root, row.root_name)
        assert root in ROOTS[row.cause] if CAUSES[row.cause].shared else root == ("", "")


USE = {"active", "inactive"}
OUR_WORDS = {
    # object and field: what people read of the platform, and of Intacct where it is not Intacct's own word
    **{(name, "status"): (USE, USE) for name in {*LISTS, *PARTIES}},
    ("vendor", "is_1099"): ({"1099", "not 1099"}, {"1099", "not 1099"}),
    ("gl_account", "account_type"): (None, {"BANK", "no bank account", "no card account"}),
    **{(name, "state"): ({"live", "archived"}, None) for name in ("ap_bill", "vendor_credit", "credit_memo")},
    ("ar_invoice", "state"): ({"live", "cancelled"}, None),
    ("ap_funds_transfer", "state"): ({"live", "void"}, None),
    ("credit_application", "state"): ({"applied"}, {"waits for approval"}),
    ("ap_payment", "payment_method"): ({"print check in Intacct"}, None),
    ("reimbursement", "receipt"): ({"none"}, {"attached"}),
    ("currency", "status"): (None, {"inactive"}),
    ("card_transaction", "receipt"): ({"attached", "none"}, {"attached", "none"}),
}


def test_states_are_told_in_words(grown):
    """What a source tells by a flag is told to people in a word."""
    for (name, field), words in OUR_WORDS.items():
        found = grown(name).result.differences
        found = found[found["field"] == field]
        assert len(found)
        for column, own in zip(("platform_value", "intacct_value"), words, strict=True):
            assert own is None or set(found[column]) <= own, (name, field)


COLUMNS = ("platform_count", "intacct_count", "platform_total", "intacct_total")
RANK = {"break": 0, "in_flight": 1, "expected": 2}


@pytest.mark.parametrize("name", OBJECTS)
def test_totals_are_those_of_pairs_and_of_what_is_alone(name, grown):
    """A pair that differs counts once, by its worst verdict; each side's money stands in that side's currency."""
    found = grown(name).result
    worst, currencies, sums_by_place = {}, {}, {}
    placed = []
    for row in found.differences.itertuples():
        pair = (row.platform_id, row.intacct_record_no)
        if row.field:
            label = (RANK[row.verdict], row.rule, row.verdict)
            worst[pair] = min(worst.get(pair, label), label)
            if row.field == "currency" and row.kind != "coding":
                currencies[pair] = row.intacct_value
        else:
            side = "intacct" if pd.isna(row.platform_id) else "platform"
            sign = -1 if side == "intacct" else 1
            placed.append((side, row.currency, row.kind, row.verdict, row.rule, sign * row.amount_difference))
    for row in found.matches.itertuples():
        pair = (row.platform_id, row.intacct_record_no)
        assert row.is_equal == (pair not in worst)
        _, rule, verdict = worst.get(pair, (0, "", ""))
        label = ("matched_equal" if row.is_equal else "matched_different", verdict, rule)
        placed.append(("platform", row.currency, *label, row.platform_amount))
        placed.append(("intacct", currencies.get(pair, row.currency), *label, row.intacct_amount))
    for side, *place, amount in placed:
        told = sums_by_place.setdefault(tuple(place), dict.fromkeys(COLUMNS, Decimal(0)))
        told[f"{side}_count"] += 1
        told[f"{side}_total"] += amount
    within = found.totals[found.totals["class"] != "out_of_scope"]
    places = ["currency", "class", "verdict", "rule"]
    assert sums_by_place == {
        tuple(row[place] for place in places): {column: row[column] for column in COLUMNS}
        for _, row in within.iterrows()
    }
    assert (found.totals["difference"] == found.totals["platform_total"] - found.totals["intacct_total"]).all()
    for frame, by in (
        (found.totals, places),
        (found.matches, ["platform_id"]),
        (found.differences, ["kind", "platform_id", "intacct_record_no", "field"]),
    ):
        assert frame.equals(frame.sort_values(by, kind="stable", na_position="first"))


def fingerprint(grown):
    """Return a hash of all that is found, in one list and in all that has its own code."""
    told = hashlib.sha256()
    for name in sorted({"gl_account", "vendor", *WITH_MONEY}):
        for part in as_bytes(grown(name).result):
            told.update(part)
    return told.hexdigest()


def test_another_process_finds_the_same_bytes(grown):
    """Nothing depends on how a process happens to order its sets."""
    told = [
        sys.executable,
        "-c",
        "import conftest, test_reconcile_laws as laws; print(laws.fingerprint(conftest.grow))",
    ]
    paths = os.pathsep.join([str(Path(__file__).parent), str(TESTS)])
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": "7"}
    found = subprocess.run(told, env=environment, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    assert found.stdout.strip() == fingerprint(grown)


def changed(plot, number):
    """Return the plot as its other side has it: alike, with another amount, or of another day and name."""
    other = copy.copy(plot)
    if number == 1:
        other.amount = plot.amount + plot.unit
    if number == 2:
        other.day, other.word = plot.day + timedelta(days=1), f"{plot.word} b"
    return other


def two_sides(ground, *, is_swapped):
    """Return what is found where records stand alone, agree or differ in one way; swapped, in the other places."""
    case = ground.make()
    for at in range(1000, 1050):
        plot = Plot(case, at, random.Random(at))  # noqa: S311 - no secret
        one, other = plot, changed(plot, at % 5)
        if is_swapped:
            one, other = other, one
        if at % 5 != 3 + is_swapped:
            ground.ours(one)
        if at % 5 != 4 - is_swapped:
            ground.theirs(other)
        if at % 5 in {1, 2}:
            case.cross(plot.id, plot.record_no, object_=ground.object)
    return ground.reap(case)[0]


OTHER_SIDE = {ALONE_IN_INTACCT: ALONE_IN_PLATFORM, ALONE_IN_PLATFORM: ALONE_IN_INTACCT}
DIRECTED = {"application"}
"""Kinds of fields that rules with a direction explain."""


def facts(result, *, is_mirrored):
    told = Counter()
    for row in result.differences.itertuples():
        is_alone = pd.isna(row.platform_id) or pd.isna(row.intacct_record_no)
        verdict = "" if is_alone or row.kind in DIRECTED else (row.verdict, row.rule, row.cause)
        values = tuple(None if pd.isna(cell) else cell for cell in (row.platform_value, row.intacct_value))
        values = values if row.object not in SHOWN_UNLIKE else ()
        kind, delta = row.kind, row.amount_difference
        if is_mirrored:
            kind, delta, values = OTHER_SIDE.get(kind, kind), -delta, values[::-1]
        told[kind, row.field, row.currency, delta, row.money_at_stake, values, verdict] += 1
    return told


def sums(result, *, is_mirrored):
    sides = ("intacct", "platform") if is_mirrored else ("platform", "intacct")
    columns = [f"{side}_{what}" for what in ("count", "total") for side in sides]
    told = {}
    for place, group in result.totals.groupby(["currency", "class"]):
        currency, kind = place
        told[currency, OTHER_SIDE.get(kind, kind) if is_mirrored else kind] = [sum(group[column]) for column in columns]
    return told


ONE_SIDED = {"purchasing_document", "order_entry_document"}
"""An order is in Intacct alone; what it became is the platform's side."""
SHOWN_UNLIKE = {"ap_bill_attachment", "ar_invoice_attachment", "currency"}
"""Each side is shown by what it counts."""


@pytest.mark.parametrize("name", [name for name in OBJECTS if name not in ONE_SIDED])
def test_swapped_sides_mirror(name):
    """What was missing here is missing there, and each field differs the other way round."""
    forth, back = (two_sides(GROUNDS[name], is_swapped=is_swapped) for is_swapped in (False, True))
    assert len(forth.differences) >= 20
    assert facts(forth, is_mirrored=False) == facts(back, is_mirrored=True)
    assert sums(forth, is_mirrored=False) == sums(back, is_mirrored=True)
    assert len(forth.matches) == len(back.matches)


LIMITS = {
    # name: amount, currency, day
    "nothing": ("0.00", "USD", date(2026, 2, 28)),
    "one cent, last day of a year": ("0.01", "USD", date(2025, 12, 31)),
    "a millionth, first day of a year": ("0.000001", "USD", date(2026, 1, 1)),
    "the largest that is carried": ("10000000", "USD", date(2026, 3, 31)),
    "13 digits on a leap day": ("9999999999999.99", "USD", date(2024, 2, 29)),
    "13 digits and a millionth": ("9999999999999.999999", "EUR", date(2024, 2, 29)),
    "13 digits without decimals": ("9999999999999", "JPY", date(2026, 2, 28)),
    "one yen": ("1", "JPY", date(2026, 2, 28)),
    "two cents back": ("-0.02", "USD", date(2026, 2, 28)),
    "13 digits back": ("-9999999999999.99", "USD", date(2026, 2, 28)),
}
NO_ZERO = {"vendor_credit", "credit_application", "ap_payment", "ap_funds_transfer"}
"""What is used or paid is never nothing."""
SIGNED = {"ap_bill", "business_center_bill", "ar_invoice", "ar_payment", "credit_memo", "card_transaction"}
"""What may be money back."""
SMALLEST = {"ar_invoice": "0.01"}
"""BILL's invoice lines are rounded to the cent; all else is compared as finely as it is told."""


def at_limits(name, more):
    """Return a case with one pair at each limit, Intacct's larger by so much, and how many there are.

    Where more than nothing stands against nothing, the coding is told too: its account has money on one side only.
    """
    ground, case = GROUNDS[name], GROUNDS[name].make()
    is_never_zero = name in NO_ZERO or more
    chosen = [limit for limit in LIMITS.values() if Decimal(limit[0]) or not is_never_zero]
    chosen = [limit for limit in chosen if Decimal(limit[0]) >= 0 or name in SIGNED]
    chosen = [limit for limit in chosen if Decimal(limit[0]) % Decimal(SMALLEST.get(name, "0.000001")) == 0]
    for at, (amount, currency, day) in enumerate(chosen, start=1000):
        plot = Plot(case, at, random.Random(at))  # noqa: S311 - no secret
        plot.amount, plot.currency, plot.day = Decimal(amount), currency, day
        ground.ours(plot)
        plot.amount = plot.amount + more
        ground.theirs(plot)
        if more:
            case.cross(plot.id, plot.record_no, object_=ground.object)
    return case, len(chosen)


@pytest.mark.parametrize("name", [name for name in WITH_MONEY if name != "card_statement"])
def test_amounts_and_days_at_their_limits(name):
    """Equal however they are written; a millionth is told to the last digit, unless it is tolerated."""
    ground, tiny = GROUNDS[name], Decimal(SMALLEST.get(name, "0.000001"))
    case, count = at_limits(name, Decimal("0.0000000"))
    result, told = ground.reap(case)
    assert (told, len(result.matches)) == ({}, count)
    case, count = at_limits(name, tiny)
    differences = ground.reap(case)[0].differences
    assert set(differences["field"]) <= {"amount", "applications"}
    amounts = differences[differences["field"] == "amount"]
    assert list(amounts["amount_difference"]) == [-tiny] * count
    assert list(amounts["money_at_stake"]) == [tiny] * count
    case.link = replace(case.link, tolerance=dict.fromkeys(("USD", "EUR", "JPY"), tiny))
    assert "amount" not in set(ground.reap(case)[0].differences["field"])
