"""What holds for everything that is sent, whatever the object: what it never does, and what it always says."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import Phase, given, settings
from said import Said, sayings
from sent_cases import SENT

from intacct_pipelines.clients.intacct import Level, classify
from intacct_pipelines.clients.intacct.failures import detail
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.channel import reason_of
from intacct_pipelines.push.wire import function_of

every_case = pytest.mark.parametrize("case", SENT, ids=" ".join)


def names(value):
    """Every name of a payload, however deep."""
    if isinstance(value, dict):
        return {*value, *(name for held in value.values() for name in names(held))}
    return {name for held in value for name in names(held)} if isinstance(value, list) else set()


@every_case
def test_nothing_is_approved_or_deleted_and_what_is_taken_back_has_a_day(case):
    """Approvals are people's, and corrections are new postings with a date (S-APR-01, S-IDM-06, S-CON-16)."""
    function = function_of(SENT[case](Said()))
    verb = function.name.partition("_")[0]
    assert verb in {"create", "update", "record", "reverse", "reclassify"}
    assert (verb == "reverse") is (function.element.find("datereversed") is not None) is (case[1] == "reverse")


@every_case
def test_the_same_words_give_the_same_bytes_under_the_same_key(case):
    """Intacct takes the key as the function's id, so a second delivery is the first one again (S-IDM-02)."""
    first, second = (SENT[case](Said()) for _ in range(2))
    assert function_of(first).control_id == first.key == second.key
    assert function_of(first).xml() == function_of(second).xml()


@every_case
@settings(max_examples=6, deadline=None, phases=[Phase.generate])
@given(said=sayings, others=sayings)
def test_the_key_follows_from_all_that_is_sent(case, said, others):
    """Else one key would have two contents, which no plan survives; a description counts too (S-IDM-01, S-IDM-05)."""
    one = SENT[case](said)
    for field in fields(Said):
        two = SENT[case](replace(said, **{field.name: getattr(others, field.name)}))
        is_same_target = (one.target_id, one.target_revision) == (two.target_id, two.target_revision)
        assert (one.key == two.key) is (is_same_target and without_key(one) == without_key(two)), field.name


def without_key(item):
    """The payload but for the key that stands in it."""
    return item.payload_text.replace(item.key, "")


@pytest.mark.parametrize("name", PUSHED)
def test_projects_are_intaccts_own(name):
    """BILL's jobs only mirror them, so none is ever made from there (S-PRJ-02, S-PRJ-03)."""
    assert PUSHED[name].target.source_object not in {"PROJECT", "TASK"}


@pytest.mark.parametrize("operation", ["create", "update"])
@pytest.mark.parametrize("due", [None, Said().due])
def test_an_invoice_says_when_it_is_due_and_names_no_term(operation, due):
    """A term that Intacct lacks would make it fail (S-TRM-02)."""
    element = function_of(SENT["ar_invoice", operation](Said(due=due))).element
    assert element.find("datedue/day") is not None
    assert element.find("termname") is None


@pytest.mark.parametrize("name", ["ap_payment", "credit_application", "ar_payment"])
def test_money_is_for_a_document_and_never_for_a_line_of_it(name):
    """BILL tells the bill or the invoice only; a line would be a guess (S-PAY-03, S-ARP-02)."""
    told = names(SENT[name, "create"](Said()).payload)
    assert "RECORDKEY" in told
    assert not {one for one in told if one.endswith("ENTRYKEY")}


@pytest.mark.parametrize("operation", ["create", "update"])
def test_an_item_goes_without_account_and_price(operation):
    """Those stay each side's own (S-ITM-02)."""
    told = names(SENT["item", operation](Said()).payload)
    assert told <= {"RECORDNO", "ITEMID", "NAME", "STATUS", "ITEMTYPE"}


@pytest.mark.parametrize(
    ("text", "kind", "rule"),
    [
        ("The period is closed", "period_closed", "S-IDM-08"),
        ("A paid bill cannot be updated", "record_locked", "S-BIL-06"),
        ("Intacct does not allow us to update this bill", "record_locked", "S-ERR-29"),
        ("The account number '6700' requires a Department", "missing_dimension", "S-ERR-09"),
        ("Activate the vendor V-1, then try again.", "inactive", "S-VEN-05"),
        ("The account number 1010 is associated to the Credit Card", "wrong_account_type", "S-ERR-25"),
        ("The term name Net 99 is invalid", "missing_reference", "S-ERR-22"),
        ("You do not have permission for API operation CREATE", "permission", "S-CFG-16"),
        ("Something nobody has seen", "refused", "S-ERR-40"),
    ],
)
def test_a_refusal_has_its_class_the_vendors_words_and_what_to_do(text, kind, rule):
    """S-ERR-40; the same cause has the same class whether it is found before sending or told by Intacct."""
    reason = reason_of(classify((detail("BL01001973", "", text, ""),), level=Level.FUNCTION))
    assert (reason.kind, reason.rule) == (kind, rule)
    assert text in reason.text
    assert reason.remedy
