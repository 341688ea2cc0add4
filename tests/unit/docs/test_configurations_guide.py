"""The section on configurations is what their table says, and what to write is accepted and is that configuration."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from intacct_pipelines.domain.configurations import CONFIGURATIONS, Answers, Placed, configurations_of, misfits
from intacct_pipelines.report.configurations import BEGIN, END, OPTIONS, fragment, guide, in_page
from intacct_pipelines.settings import Connections

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "setting-up.md").read_text(encoding="utf-8")
SECRETS = {"sender_password": {"env": "A"}, "user_password": {"env": "B"}}
FILE = {
    "companies": {"acme": {"company_id": "Acme", "sender_id": "ours", "user_id": "ours", **SECRETS}},
    "bill": {
        name: {"dev_key": {"env": "C"}, "username": "token", "password": {"env": "D"}}
        for name in ("main", "north", "south")
    },
}


def read(text: str) -> list[Connections]:
    """Each document of a fragment as the whole file that it becomes."""
    return [Connections.model_validate({**FILE, **document}) for document in yaml.safe_load_all(text)]


def test_the_published_section_is_what_the_table_says():
    """`make configurations` writes it anew."""
    assert in_page(PAGE) == PAGE, "run `make configurations`"
    assert PAGE.partition("## Which configuration")[2].partition("\n## ")[0].count(guide()) == 1
    with pytest.raises(ValueError, match="no place"):
        in_page(PAGE.replace(END, ""))
    assert BEGIN in PAGE


def test_the_section_has_all_six_and_every_option():
    """S-CFG-14: the questions, the six, and how each answer is given."""
    for letter in CONFIGURATIONS:
        assert f"[{letter}](first-run.md#configuration-{letter.lower()})" in guide()
        assert f"**{letter}**" in guide()
    assert all(f"`{option}`" in guide() for options in OPTIONS.values() for option in options)


def test_every_rule_of_the_section_leads_to_the_coverage():
    """Each number is a link to its rule there."""
    anchors = set(re.findall(r'<a id="(s-cfg-\d+)">', (DOCS / "coverage.md").read_text(encoding="utf-8")))
    assert set(re.findall(r"coverage\.md#([a-z0-9-]+)", guide())) <= anchors


@pytest.mark.parametrize("letter", CONFIGURATIONS)
def test_an_example_to_copy_is_accepted_and_is_its_configuration(letter: str):
    """S-CFG-01: what the fragment becomes is that configuration and fits the answers; B and D have a file each."""
    one = CONFIGURATIONS[letter]
    answers = Answers(letter not in "AB", one.has_several, inter_company=letter in "CD")
    files = read(fragment(one))
    assert len(files) == (2 if letter in "BD" else 1)
    placed = [link for file in files for link in file.placed("acme")]
    assert len(placed) == (2 if one.has_several else 1)
    for link in placed:
        assert configurations_of(link, shared=answers.shared) == (one,)
        assert misfits(link, answers) == ()
    assert all(link.clearing.money_out for file in files for link in file.links.values())
    assert all(bool(link.default_location) is (letter in "CD") for file in files for link in file.links.values())


@pytest.mark.parametrize("letter", CONFIGURATIONS)
def test_links_that_are_there_keep_their_names_and_ids(letter: str):
    """Names that YAML would read as something else stay names; a link without its entity says what is missing."""
    links = [
        Placed("on", "acme", "main", "0080123", "100", is_one_way=False, beside=2),
        Placed("two: #2", "acme", "north", "1e3", "", is_one_way=True, beside=2),
    ]
    one = CONFIGURATIONS[letter]
    found = {name: link for file in read(fragment(one, links)) for name, link in file.links.items()}
    assert {(name, link.bill, link.organization_id) for name, link in found.items()} == {
        (link.name, link.bill, link.organization_id) for link in links
    }
    assert {link.entity for link in found.values()} == ({"100", "ENTITY-ID"} if letter in "EF" else {""})
    assert {link.one_way for link in found.values()} == {letter in "BD"}
    assert not any(link.clearing.money_out for link in found.values())


@pytest.mark.parametrize("letter", "BD")
def test_a_link_that_is_routed_stays_so(letter: str):
    """S-CFG-10: `one_way` beside `routes` would be refused; who has neither is told of both."""
    told = [
        fragment(
            CONFIGURATIONS[letter],
            [Placed("on", "acme", "main", "008", "", is_one_way=False, beside=1, is_routed=is_routed)],
        )
        for is_routed in (True, False)
    ]
    assert ["one_way: true" in each for each in told] == [False, True]
    assert all("`routes` of the company" in each for each in told)
