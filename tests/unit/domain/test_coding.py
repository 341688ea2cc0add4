"""Translating BILL's coding into Intacct's words."""

from __future__ import annotations

import pytest

from intacct_pipelines.domain.coding import Coding, ListRecord
from intacct_pipelines.domain.keys import EntityKey, read_source_mark, source_mark
from intacct_pipelines.domain.link import Link


def _link(**policy: object) -> Link:
    return Link("acme-100", EntityKey("acme", "100"), "008ORG", **policy)  # type: ignore[arg-type]  # Link's own keywords


def test_an_account_is_known_by_its_number():
    """Without a map, the account number is the same on both sides (S-COA-01)."""
    coding = Coding(_link(), accounts=[ListRecord("0ca1", "Supplies", "6000")])
    assert coding.account_no("0ca1") == "6000"


@pytest.mark.parametrize("asked_by", ["0ca1", "6000", "Supplies"])
def test_the_map_of_the_link_wins(asked_by):
    """A link may map an account by id, number or name; that wins over the list."""
    coding = Coding(_link(account_map={asked_by: "6100"}), accounts=[ListRecord("0ca1", "Supplies", "6000")])
    assert coding.account_no("0ca1") == "6100"


def test_nothing_coded_and_no_counterpart_are_different_answers():
    """An empty id gives an empty text; an unknown one, or one without a short name, gives None."""
    coding = Coding(_link(), departments=[ListRecord("0de1", "Sales", "")])
    assert coding.department_id(None) == coding.department_id("") == ""
    assert coding.department_id("0de1") is coding.department_id("0de9") is None


def test_a_line_without_location_gets_the_default_location():
    """The link's default location stands in for a missing one only [S-CFG-20]."""
    coding = Coding(_link(default_location="100"), locations=[ListRecord("0lo1", "Depot", "110")])
    assert (coding.location_id(""), coding.location_id("0lo1"), coding.location_id("0lo9")) == ("100", "110", None)


def test_a_term_keeps_its_name_unless_mapped():
    """Terms are known by name in Intacct; the map translates them by id or name [S-TRM-01]."""
    terms = [ListRecord("0pt1", "Net 30"), ListRecord("0pt2", "30 Tage")]
    coding = Coding(_link(term_map={"30 Tage": "Net 30 DE"}), terms=terms)
    assert (coding.term_name("0pt1"), coding.term_name("0pt2")) == ("Net 30", "Net 30 DE")


def test_a_source_mark_is_read_back_from_within_other_words():
    """A record's source can be found again in free text [S-IDM-04]."""
    text = f"Paper for May ({source_mark('bill', '00n01ABC')}) key 1f"
    assert read_source_mark(text) == ("bill", "00n01ABC")


@pytest.mark.parametrize("text", [None, "", "telephone bill", "GUMBILL:1", "BILL: 17", "BILL:00n1 BILL:00n2"])
def test_text_that_names_no_single_source_has_no_mark(text):
    """Free text, an embedded word and two different marks name no source."""
    assert read_source_mark(text) is None


@pytest.mark.parametrize("record_id", ["", "a b", "x" * 65, "a\n"])
def test_an_id_that_could_not_be_read_back_is_refused(record_id):
    """What is written can always be read."""
    with pytest.raises(ValueError, match="cannot mark"):
        source_mark("bill", record_id)
