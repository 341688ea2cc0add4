"""What a newcomer copies is accepted, and is the configuration that its heading says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from intacct_pipelines.cli import main
from intacct_pipelines.domain.configurations import CONFIGURATIONS, configurations_of
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.link import Mode
from intacct_pipelines.settings import Connections

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "first-run.md").read_text(encoding="utf-8")
EXAMPLES = {
    title: yaml.safe_load(block)
    for title, block in re.findall(
        r"^##+ ([^\n]+)\n(?:(?!^## |^### ).)*?```yaml\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL
    )
}
"""The connections file under each heading."""
SHAPES = {
    # configuration: links, places, whether other accounts end at the same place
    "A": (1, {""}, False),
    "B": (1, {""}, True),
    "C": (1, {""}, False),
    "D": (1, {""}, True),
    "E": (1, {"100"}, False),
    "F": (2, {"100", "200"}, False),
}


def test_every_configuration_and_platform_has_an_example():
    """A to F, cards, Business Center; no block is left out of the tests."""
    assert set(EXAMPLES) == {*(f"Configuration {letter}" for letter in SHAPES), "A card platform", "Business Center"}
    assert PAGE.count("```yaml") == len(EXAMPLES)


@pytest.mark.parametrize("title", EXAMPLES)
def test_an_example_is_accepted_and_writes_nothing(title: str):
    """Each is whole, starts in mode observe, and names its secrets instead of holding them."""
    connections = Connections.model_validate(EXAMPLES[title])
    written = [*connections.links.values(), *connections.spend.values(), *connections.business_center.values()]
    assert written
    assert {one.mode for one in written} == {Mode.OBSERVE}
    assert all(company.monthly_calls for company in connections.companies.values())


@pytest.mark.parametrize("letter", SHAPES)
def test_an_example_is_the_configuration_of_its_heading(letter: str):
    """S-CFG-01, S-CFG-02, S-CFG-06: at how many places, with which entity, and which way documents travel."""
    connections = Connections.model_validate(EXAMPLES[f"Configuration {letter}"])
    links, placed = connections.links.values(), connections.placed("acme")
    assert (len(links), {link.entity for link in links}, all(one.is_routed for one in placed)) == SHAPES[letter]
    assert all(link.clearing.money_out for link in links)
    for one in placed:
        assert configurations_of(one, shared=letter not in "AB") == (CONFIGURATIONS[letter],)
    if letter in "CD":
        assert all(link.default_location for link in links)


@pytest.mark.parametrize("letter", ["B", "D"])
def test_a_second_account_at_the_same_place_is_refused_as_the_page_says(letter: str):
    """S-CFG-01, S-CFG-10: in a file of its own it is accepted, with the same routes."""
    document = EXAMPLES[f"Configuration {letter}"]
    second = {**document["links"]["north"], "organization_id": "00801SOUTHSOUTHSOUTH"}
    with pytest.raises(ValidationError, match="S-CFG-10"):
        Connections.model_validate({**document, "links": {**document["links"], "south": second}})
    ours, theirs = (
        Connections.model_validate({**document, "links": links}).platform_links("bill")[0]
        for links in (document["links"], {"south": second})
    )
    assert ours.routes is not None
    assert (ours.routes, ours.organization_id) != (theirs.routes, theirs.organization_id)
    assert ours.routes == theirs.routes


def test_cards_and_files_end_at_the_entity_of_their_example():
    """S-CRD-05, S-PMT-06."""
    here = EntityKey("Acme", "100")
    assert Connections.model_validate(EXAMPLES["A card platform"]).spend_account(here)
    assert Connections.model_validate(EXAMPLES["Business Center"]).business_center_company(here)


@pytest.mark.parametrize("page", ["first-run.md", "runbook.md", "setting-up.md"])
def test_every_command_that_a_page_tells_to_run_exists(page: str):
    """With its options: a step that cannot be done is none."""
    text = (DOCS / page).read_text(encoding="utf-8")
    for name, rest in re.findall(r"intacct-pipelines ([a-z]+)([^`\n#]*)", text):
        command = main.get_command(None, name)
        assert command is not None, name
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        assert set(re.findall(r"--[a-z-]+", rest)) <= {*known, "--help"}, (name, rest)
