"""What becomes a value of a custom field, what is held and why; and that a value is read back as its record."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from push_cases import LINK, NOW

from intacct_pipelines.domain.link import INTO_SPEND, CardPolicy, IntoSpend
from intacct_pipelines.domain.push import Hold
from intacct_pipelines.push.card_answers import CardAnswers
from intacct_pipelines.push.plan import build_plan
from intacct_pipelines.push.sources import Sources

CARDS = replace(LINK, name="spend:cards", platform="spend")
BACK = replace(CARDS, name="spend:cards-into-spend", platform=INTO_SPEND)
FIELD = {"id": "tty_1", "legacy_id": "Q3VzdG9t", "name": "Department", "field_type": "CUSTOM_SELECTOR"}
LAB = {"record_no": 7, "department_id": "LAB", "title": "Labs", "status": "active", "owner_entity_id": "100"}
KEY = "7"
LISTS = {
    "spend_account": ("gl_account", "account_no", "title", "GL Account"),
    "spend_department": ("department", "department_id", "title", "Department"),
    "spend_location": ("location", "location_id", "name", "Location"),
    "spend_class": ("accounting_class", "class_id", "name", "Class"),
}


def value(said, **more):
    """A value of the field."""
    return {"id": f"tvl_{said}", "custom_field_id": "tty_1", "value": said, "is_deleted": False, **more}


def plan(rows=(LAB,), values=(), fields=(FIELD,), link=BACK, name="spend_department", **more):
    """A plan of one list alone."""
    tables = {
        f"intacct.{LISTS[name][0]}": rows,
        "intacct.entity": [{"record_no": 1, "entity_id": "100"}, {"record_no": 2, "entity_id": "200"}],
        "spend.custom_field": fields,
        "spend.custom_field_value": values,
    }
    return build_plan(link, tables, [], revisions={}, closed_through=None, now=NOW, objects={name}, **more)


def texts(made):
    """What a plan makes."""
    return [item.payload["value"] for item in made.items]


def held(made):
    """Kind and rule of each hold, all of which say what to do."""
    assert all(hold.reason and hold.remedy for hold in made.holds)
    return [(hold.kind, hold.rule) for hold in made.holds]


def test_a_new_record_is_a_value_of_its_field_under_its_older_id():
    """S-DEP-01: one value, by the id under which the field takes values; by its uuid where it has no other."""
    [item] = plan().items
    assert item.payload == {"customFieldId": "Q3VzdG9t", "value": "LAB Labs"}
    assert (item.source_id, item.label, item.operation.value) == (KEY, "department value LAB Labs", "create")
    [item] = plan(fields=[{**FIELD, "legacy_id": None}]).items
    assert item.payload["customFieldId"] == "tty_1"


IDS = st.text(st.characters(codec="ascii", categories=("L", "N"), include_characters="-._/&"), min_size=1, max_size=12)
NAMES = st.text(max_size=30)
FORMS = (
    (r"^\s*(\S+)", "{id} {name}"),
    (r"\((\S+)\)$", "{name} ({id})"),
    (r"^(.+?) · ", "{id} · {name}"),
    (r"\[(.*?)\]", "[{id}]"),
    (r"^(\d{4})\b", "{id} {name}"),
)


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(sorted(LISTS)),
    form=st.sampled_from(FORMS),
    records=st.dictionaries(st.one_of(IDS, st.text(min_size=1, max_size=6)), NAMES, min_size=1, max_size=4),
    mapped=st.dictionaries(IDS, IDS, max_size=2),
)
def test_every_value_is_read_back_as_exactly_the_record_that_it_was_made_of(name, form, records, mapped):
    """S-CRD-03: what a person then chooses codes a charge to that record and to no other; what would not is held."""
    _, code, title, called = LISTS[name]
    dimension = name.removeprefix("spend_")
    pattern, worded = form
    maps = {"account_map": mapped, "department_map": mapped, "location_map": mapped, "class_map": mapped}
    policy = {"cards": CardPolicy(code_pattern=pattern), "into_spend": IntoSpend(worded, "."), **maps}
    rows = [
        {"record_no": number, code: record_id, title: said, "status": "active", "owner_entity_id": None}
        for number, (record_id, said) in enumerate(records.items(), 1)
    ]
    field = {**FIELD, "name": called}
    made = plan(rows, fields=[field], link=replace(BACK, **policy), name=name)
    by_number = {str(row["record_no"]): row[code] for row in rows}
    for item in made.items:
        answer = {"line_id": "l", "field_id": "tty_1", "answer_no": 1, "value_id": "tvl_x", "note": None}
        coded = [{**answer, "value": item.payload["value"]}]
        sources = Sources(
            replace(CARDS, **policy), {"spend.custom_field": [field], "spend.card_transaction_coding": coded}, []
        )
        read = CardAnswers(sources, "spend.card_transaction_coding").of("l")
        assert read == {dimension: by_number[item.source_id]}
    again = [value(text, id=f"tvl_{at}") for at, text in enumerate(texts(made))]
    assert plan(rows, again, fields=[field], link=replace(BACK, **policy), name=name).items == ()


@pytest.mark.parametrize(
    "said",
    [
        value("LAB Labs"),
        value("LAB something else"),
        value("Workshop", id="tvl_mapped"),
        value("Laboratory"),
    ],
    ids=lambda one: one["value"],
)
def test_a_value_that_is_read_as_the_record_is_its_pair_however_it_is_worded(said):
    """S-IDM-04: it is never made beside one by which people already code charges to it; maps count."""
    link = replace(BACK, department_map={"tvl_mapped": "LAB", "Laboratory": "LAB"})
    made = plan(values=[said], link=link)
    assert (made.items, made.holds) == ((), ())


def test_a_value_that_cannot_be_chosen_or_is_another_fields_is_none():
    """S-IDM-04: deleted ones stay in the list of old charges alone."""
    others = [value("LAB Labs", is_deleted=True), value("LAB Labs", custom_field_id="tty_2")]
    assert texts(plan(values=others)) == ["LAB Labs"]


def test_what_people_would_take_for_it_though_it_is_read_otherwise_is_held():
    """S-CRD-03: the same id in another spelling, or a text that a map sends elsewhere."""
    assert held(plan(values=[value("lab Labs")])) == [("duplicate", "S-CRD-03")]
    elsewhere = replace(BACK, department_map={"LAB Labs": "OTHER"})
    assert held(plan(values=[value("LAB Labs")], link=elsewhere)) == [("duplicate", "S-CRD-03")]
    assert held(plan(link=elsewhere)) == [("code_pattern", "S-CRD-03")]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ([], "0 custom fields"),
        ([FIELD, {**FIELD, "id": "tty_2"}], "2 custom fields"),
        ([{**FIELD, "field_type": "NOTE"}], "free text"),
        ([{**FIELD, "is_retired": True}], "retired"),
        ([{**FIELD, "name": "Team"}], "Team"),
    ],
)
def test_a_field_that_takes_no_values_holds_its_list_and_says_why(fields, words):
    """S-CRD-03: nothing is guessed; the settings that mend it are named."""
    made = plan(fields=fields)
    assert held(made) == [("custom_field", "S-CRD-03")]
    assert words in made.holds[0].reason
    assert "`into_spend.lists`" in made.holds[0].remedy


def test_a_field_of_another_name_is_the_one_that_the_link_names():
    """S-CRD-03: by name or by id."""
    fields = [{**FIELD, "name": "Team"}]
    for named in ("team", "tty_1"):
        link = replace(BACK, cards=CardPolicy(fields={"department": named}))
        assert texts(plan(fields=fields, link=link)) == ["LAB Labs"]


def test_only_what_a_charge_of_the_link_may_name_is_offered():
    """S-CFG-11, S-LOC-01, S-COA-01: of its level or shared, in use; no entity; accounts of the income statement."""
    assert texts(plan([{**LAB, "owner_entity_id": None}, {**LAB, "record_no": 8, "owner_entity_id": "200"}])) == [
        "LAB Labs"
    ]
    assert plan([{**LAB, "status": "inactive"}]).items == ()
    places = [
        {"record_no": n, "location_id": key, "name": key, "status": "active", "owner_entity_id": None, "parent_id": up}
        for n, (key, up) in enumerate((("100", None), ("RENO", "100"), ("OSLO", "200"), ("SHARED", None)))
    ]
    field = {**FIELD, "name": "Location"}
    assert texts(plan(places, fields=[field], name="spend_location")) == ["RENO RENO", "SHARED SHARED"]
    top = replace(BACK, entity=replace(BACK.entity, entity_id=""))
    assert texts(plan(places, fields=[field], name="spend_location", link=top)) == [
        "RENO RENO", "OSLO OSLO", "SHARED SHARED"
    ]  # fmt: skip
    accounts = [
        {"record_no": n, "account_no": no, "title": "A", "status": "active", "account_type": kind}
        for n, (no, kind) in enumerate((("1000", "balancesheet"), ("6400", "incomestatement")))
    ]
    field = {**FIELD, "name": "GL Account"}
    assert texts(plan(accounts, fields=[field], name="spend_account")) == ["6400 A"]
    named = replace(BACK, into_spend=IntoSpend(accounts="^1"))
    assert texts(plan(accounts, fields=[field], name="spend_account", link=named)) == ["1000 A"]


AGREED = {("spend_department", "tvl_LAB Shop", KEY): {"value": "LAB Shop"}}


def test_a_new_name_is_offered_beside_the_former_one_and_a_persons_wording_is_left():
    """S-DEP-01, S-CFG-21: only what both once agreed on and Intacct alone changed is a new value."""
    former = value("LAB Shop")
    assert plan(values=[former]).items == ()
    [item] = plan(values=[former], agreed=AGREED).items
    assert (item.payload["value"], bool(item.warnings)) == ("LAB Labs", True)
    reworded = {**former, "value": "LAB Shop of ours"}
    assert plan(values=[reworded], agreed=AGREED).items == ()
    both = plan(values=[former, value("LAB Labs")], agreed=AGREED)
    assert (both.items, held(both)) == ((), [("renamed", "S-DEP-01")])
    assert plan(values=[value("LAB Labs"), value("LAB north")], agreed=AGREED).holds == ()


def test_a_name_that_comes_back_is_another_item_than_the_first_time():
    """S-IDM-01: between the two lies another value, so that its key is new."""
    [first] = plan().items
    other = {**AGREED, ("spend_department", "tvl_LAB Shop", KEY): {"value": "LAB Shop"}}
    [again] = plan(values=[value("LAB Shop")], agreed=other).items
    assert (first.payload, first.key == again.key) == (again.payload, False)


def test_what_a_person_took_out_is_not_made_again_by_itself():
    """S-IDM-06: once made, a value that is gone was taken out; a record without any is told, not filled in."""
    assert held(plan(posted={("spend_department", KEY)})) == [("deleted_in_spend", "S-IDM-06")]
    [item] = plan(values=[value("LAB Shop")], agreed=AGREED, posted={("spend_department", KEY)}).items
    assert item.payload["value"] == "LAB Labs"


def test_values_of_what_is_out_of_use_are_told_by_name_and_left():
    """S-DEP-01: inactive or deleted in Intacct; whoever chose such a value would have his charge refused."""
    made = plan([{**LAB, "status": "inactive"}], [value("LAB Labs")])
    assert (made.items, held(made)) == ((), [("retired", "S-DEP-01")])
    gone = {("spend_department", "tvl_LAB Labs", KEY): {"value": "LAB Labs"}}
    made = plan([], [value("LAB Labs")], agreed=gone)
    assert (made.items, held(made), made.holds[0].source_id) == ((), [("retired", "S-DEP-01")], KEY)
    assert "'LAB Labs'" in made.holds[0].remedy
    assert plan([{**LAB, "owner_entity_id": "200"}], [value("LAB Labs")]).holds == ()


@pytest.mark.parametrize("name", [("intacct.department", KEY), ("spend.custom_field_value", "tvl_?")])
def test_nothing_is_made_while_a_row_that_may_tell_otherwise_is_in_quarantine(name):
    """S-ERR-41: an unreadable value may be the very text."""
    made = plan(quarantined={name})
    assert [type(one) for one in made.holds] == [Hold]
    assert (made.items, held(made)) == ((), [("quarantined", "S-ERR-41")])
