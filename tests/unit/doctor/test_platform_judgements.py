"""Judgements of what the platforms answer, each as a table; and how checks wait for each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from intacct_pipelines.doctor import bill, business_center, into_bill, spend
from intacct_pipelines.doctor.bill import Approvals, Transfers
from intacct_pipelines.doctor.business_center import Out
from intacct_pipelines.doctor.into_bill import Unfit, Writer
from intacct_pipelines.doctor.probe import refused
from intacct_pipelines.doctor.run import PROBES
from intacct_pipelines.doctor.spend import Fields, Offers
from intacct_pipelines.domain.checkup import Checked, Checkup, Standing, Verdict, not_asked, well, wrong
from intacct_pipelines.domain.coding import CustomField
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.link import CardPolicy, Link
from intacct_pipelines.errors import (
    BudgetSpentError,
    ConfigurationError,
    CredentialsRejectedError,
    ErrorDetail,
    IncompleteResultError,
    IntacctPipelinesError,
    PermissionDeniedError,
    TransportError,
    UnreadableResponseError,
)

DENIED = PermissionDeniedError("no", system="bill")


def said(verdicts: Sequence[Verdict]) -> list[tuple[str, str]]:
    """Standing and rule of each."""
    assert all(verdict.found and verdict.expected and verdict.mend for verdict in verdicts)
    return [(str(verdict.standing), verdict.rule) for verdict in verdicts]


def rejected(number: str) -> CredentialsRejectedError:
    """A refused sign-in with one number of BILL."""
    return CredentialsRejectedError("no", system="bill", details=(ErrorDetail(number, "words"),))


@pytest.mark.parametrize(
    ("error", "rule", "words"),
    [
        (rejected("BDC_1102"), "S-ERR-28", "`dev_key`"),
        (rejected("BDC_1101"), "S-ERR-28", "sync token"),
        (rejected("BDC_9999"), "S-CFG-01", "`organization_id`"),
    ],
)
def test_each_wrong_credential_of_bill_has_its_own_words(error: CredentialsRejectedError, rule: str, words: str):
    """BILL tells them apart by number; the number and its words are shown."""
    verdict = bill.judge_sign_in(error)
    assert said([verdict]) == [("wrong", rule)]
    assert words in verdict.mend
    assert "BDC_" in verdict.found


def test_the_older_api_is_told_by_itself():
    """Money movements are in no other (S-AFT-01)."""
    assert said([bill.judge_older(rejected("BDC_1101"))]) == [("wrong", "S-AFT-01")]


def test_what_may_not_be_read_in_bill_is_told():
    """The organisation's own profile is for administrators, so it is doubtful only."""
    assert said(bill.judge_reads({"ap_bill": None})) == []
    assert said(bill.judge_reads({"ap_bill": DENIED, "organization": DENIED})) == [
        ("doubtful", "S-CFG-16"),
        ("wrong", "S-CFG-16"),
    ]


@pytest.mark.parametrize(
    ("approvals", "expected"),
    [
        (Approvals([], True), []),
        (Approvals(["UNASSIGNED", "APPROVED"], True), []),
        (Approvals(["UNASSIGNED", "ASSIGNED"], False), []),
        (Approvals(["UNASSIGNED", ""], True), [("doubtful", "S-APR-02")]),
    ],
)
def test_approved_only_wants_bills_that_are_approved(approvals: Approvals, expected: list[tuple[str, str]]):
    """Where nobody ever approves, everything would be held."""
    assert said(bill.judge_approvals(approvals)) == expected


def test_names_are_unique_in_bill():
    """Archived records lend their name (S-VEN-04, S-CUS-03)."""
    one, two = {"id": "1", "name": "Cedar"}, {"id": "2", "name": "cedar "}
    assert said(bill.judge_uniqueness({"vendors": [one, two], "customers": [one]})) == [("doubtful", "S-VEN-04")]
    assert said(bill.judge_uniqueness({"customers": [one, two]})) == [("doubtful", "S-CUS-03")]
    assert said(bill.judge_uniqueness({"vendors": [one, {**two, "archived": True}]})) == []


@pytest.mark.parametrize(
    ("transfers", "expected"),
    [
        (None, []),
        (Transfers(False, False, "1070", "1080"), []),
        (Transfers(True, True, "", ""), []),
        (Transfers(True, False, "1070", "1080"), [("doubtful", "S-AFT-01")]),
        (Transfers(True, True, "1070", "1080"), 2 * [("doubtful", "S-AFT-01")]),
    ],
)
def test_separate_debits_pass_the_clearing_account_by(transfers: Transfers | None, expected: list[tuple[str, str]]):
    """Then no clearing account may be named, or it never clears."""
    assert said(bill.judge_transfers(transfers)) == expected


def test_the_platform_tells_its_token_permissions_and_fields():
    """A field is found whatever its case."""
    assert said([spend.judge_sign_in(rejected("BDC_1102"))]) == [("wrong", "S-ERR-28")]
    assert said(spend.judge_reads({"/v3/spend/cards": DENIED, "/v3/spend/users": None})) == [("wrong", "S-CFG-16")]
    known = frozenset({"GL Account"})
    assert said(spend.judge_fields(Fields(known, {"account": "gl account"}))) == []
    assert said(spend.judge_fields(Fields(known, {"account": "Nominal"}))) == [("wrong", "S-CRD-03")]


def test_each_list_that_becomes_values_has_a_field_that_takes_them():
    """S-CRD-03, S-CFG-16: one field, not free text, not retired; and a token that may make values."""
    link = Link("cards", EntityKey("acme", "100"), cards=CardPolicy(fields={"department": "Team"}))
    fields = [CustomField(name, name, "CUSTOM_SELECTOR") for name in ("Team", "Class")]
    fields += [CustomField("n", "Location", "NOTE"), CustomField("r", "GL Account", "CUSTOM_SELECTOR", is_retired=True)]
    lists = frozenset({"account", "department", "location", "class"})
    verdicts = spend.judge_offers(Offers(link, lists, tuple(fields), "ADMIN"))
    assert said(verdicts) == [("wrong", "S-CRD-03")] * 2
    assert [word in verdict.found for word, verdict in zip(("retired", "free text"), verdicts, strict=True)] == [
        True
    ] * 2
    assert said(spend.judge_offers(Offers(link, frozenset({"class"}), tuple(fields), "MEMBER"))) == [
        ("doubtful", "S-CFG-16")
    ]
    assert spend.judge_offers(Offers(None)) == []


def test_files_fit_the_contract():
    """A file that is cut is as wrong as one with another header; a kind without file is doubtful (S-PMT-11)."""
    where: dict[str, Any] = {"system": "business_center"}
    cut = IncompleteResultError("short", **where, rule="S-PMT-11")
    other = UnreadableResponseError("header", **where)
    assert said(business_center.judge_files({"bills": "bills_1.csv"})) == []
    assert said(business_center.judge_files({"bills": cut, "vendors": other, "accounts": None})) == [
        ("wrong", "S-PMT-11"),
        ("wrong", "S-PMT-11"),
        ("doubtful", "S-PMT-11"),
    ]
    assert said([business_center.judge_folder(ConfigurationError("gone"))]) == [("wrong", "S-PMT-11")]


@pytest.mark.parametrize(
    ("error", "standing"),
    [
        (TransportError("lost", system="bill"), Standing.NOT_ASKED),
        (DENIED, Standing.DOUBTFUL),
        (BudgetSpentError("spent"), Standing.NOT_ASKED),
        (ConfigurationError("no secret"), Standing.WRONG),
        (UnreadableResponseError("odd", system="bill"), Standing.WRONG),
    ],
)
def test_what_could_not_be_asked_is_not_well(error: IntacctPipelinesError, standing: Standing):
    """Nor is it called wrong where nobody knows (S-ERR-41)."""
    assert refused(error).standing is standing


def test_a_check_up_is_well_only_if_everything_is():
    """What could not be asked counts against it."""
    assert Checkup((Checked("a", "intacct", "x", well("fine")),)).is_well
    for verdict in (wrong("f", "e", "m"), not_asked("lost")):
        found = Checkup((Checked("a", "intacct", "x", well("fine")), Checked("b", "intacct", "x", verdict)))
        assert not found.is_well
        assert found.is_wrong
        assert found.checks == 2


def test_every_check_is_declared_once_and_needs_what_comes_before_it():
    """A need that is misspelt, or comes later, would never stop anything."""
    names = [probe.name for probe in PROBES]
    assert len(set(names)) == len(names)
    for place, probe in enumerate(PROBES):
        assert set(probe.needs) <= set(names[:place]), probe.name


@pytest.mark.parametrize(
    ("role", "reading", "is_told"),
    [
        ("AUDITOR", {"AUDITOR"}, True),
        ("CLERK", {"AUDITOR"}, False),
        ("AUDITOR", set(), False),
        ("", {"AUDITOR"}, False),
    ],
)
def test_a_role_that_only_reads_is_doubtful_where_something_is_to_be_written(role, reading, is_told):
    """BILL publishes no rights of roles, so which names read only is a setting (S-CFG-16)."""
    told = said(into_bill.judge_writer(Writer(role, frozenset(reading))))
    assert told == ([("doubtful", "S-CFG-16")] if is_told else [])
    assert not into_bill.judge_writer(None)


def test_without_a_policy_nobody_approves_what_comes_from_intacct():
    """S-APR-01; where no bills go, or nobody may know, nothing is said."""
    assert said(into_bill.judge_policies(0)) == [("doubtful", "S-APR-01")]
    assert not into_bill.judge_policies(1)
    assert not into_bill.judge_policies(None)


def test_records_that_bill_would_not_take_are_counted_with_five_examples():
    """One line for each list and fault (S-VEN-01, S-LOC-01)."""
    vendors = [
        Unfit("bill_vendor", f"V{n}", "contact lacks city", "a city", "complete it.", "S-VEN-01") for n in range(7)
    ]
    place = Unfit("bill_location", "L1", "name has more than 100 characters", "short", "shorten it.", "S-LOC-01")
    many, one = into_bill.judge_unfit([*vendors, place])
    assert said([many, one]) == [("doubtful", "S-VEN-01"), ("doubtful", "S-LOC-01")]
    assert many.found.startswith(
        "7 vendors of Intacct that BILL lacks, whose contact lacks city: V0, V1, V2, V3, V4, …"
    )
    assert one.found.startswith("1 location of Intacct that BILL lacks, whose name has more than 100 characters: L1;")
    assert many.mend == "Accounts Payable > Vendors: complete it."


@pytest.mark.parametrize(
    ("is_there", "is_writable", "is_apart", "words"),
    [
        (True, True, False, ""),
        (False, False, False, "Create it"),
        (True, False, False, "chmod"),
        (True, True, True, "no mount"),
    ],
)
def test_the_folder_for_business_center_is_there_writable_and_whole(is_there, is_writable, is_apart, words):
    """A file appears whole or not at all, and is moved in one step (S-PMT-11)."""
    out = Out(Path("/out"), is_there=is_there, is_writable=is_writable, is_apart=is_apart)
    verdicts = business_center.judge_out(out)
    assert said(verdicts) == ([("wrong", "S-PMT-11")] if words else [])
    assert all(words in verdict.mend for verdict in verdicts)
    assert not business_center.judge_out(None)
