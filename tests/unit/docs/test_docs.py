"""The docs say what the product does; what is not documented fails here."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from intacct_pipelines.cli import main
from intacct_pipelines.settings import Bill, BusinessCenterCompany, Company, Connections, LinkSettings, SpendAccount

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONNECTIONS = (ROOT / "docs" / "connections.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", main.list_commands(None))
def test_every_command_is_in_the_readme(command):
    """A command that nobody can find does not exist."""
    assert f"| `{command}` |" in README


@pytest.mark.parametrize("model", [Company, Bill, LinkSettings, SpendAccount, BusinessCenterCompany])
def test_every_setting_is_documented(model):
    """Each field of the connections file stands in its document."""
    for name in model.model_fields:
        assert f"`{name}`" in CONNECTIONS, name


def test_the_published_schema_is_the_settings_own():
    """Editors check what the program checks; `make schema` writes it anew."""
    published = json.loads((ROOT / "docs" / "connections.schema.json").read_text(encoding="utf-8"))
    assert published == json.loads(json.dumps(Connections.model_json_schema()))


def test_the_example_is_valid():
    """What a reader copies is accepted."""
    example = re.search(r"```yaml\n(.*?)```", CONNECTIONS, re.DOTALL)
    assert example
    assert Connections.model_validate(yaml.safe_load(example[1])).links


def test_every_link_in_the_documents_leads_somewhere():
    """No document or picture that is pointed at is missing."""
    for document in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_every_make_target_says_what_it_does():
    """`make help` lists every target."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^\.PHONY: ([\w-]+)", makefile, re.MULTILINE)
    assert all(re.search(rf"^{target}:.*## \w", makefile, re.MULTILINE) for target in targets)
