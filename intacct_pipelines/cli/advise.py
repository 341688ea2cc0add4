"""`advise`: which of the configurations A to F a company needs, and whether its links are that one."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from intacct_pipelines.cli.output import DONE, MISCONFIGURED, as_json, print_json, print_table, reports_errors
from intacct_pipelines.domain.checkup import Verdict
from intacct_pipelines.domain.configurations import (
    QUESTIONS,
    Answers,
    Configuration,
    Placed,
    advise,
    configurations_of,
    limitations,
    misfits,
    reasons,
)
from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.report.configurations import OPTIONS, fragment
from intacct_pipelines.report.words import safe
from intacct_pipelines.settings import Connections, read_connections
from intacct_pipelines.settings.environment import CONNECTIONS_VARIABLE

DOES_NOT_FIT = 1
"""All was printed, and a link of the connections file contradicts the answers."""
_EXIT_CODES = f"""\b
Exit codes: {DONE} advised, and every link of the company fits; {DOES_NOT_FIT} advised, and a link contradicts the
answers; {MISCONFIGURED} an answer is missing, or the connections file or an argument is wrong.
"""


@click.command("advise", epilog=_EXIT_CODES)
@click.option("--shared/--no-shared", default=None, help="Whether the company has entities that share their lists.")
@click.option("--accounts", type=click.Choice(["one", "many"]), help="How many BILL accounts are connected to it.")
@click.option(
    "--owned-at-root/--no-owned-at-root", default=None, help="Whether the top level owns records that BILL shares."
)
@click.option("--reconciled-at-root/--no-reconciled-at-root", default=None, help="Whether the top level reconciles.")
@click.option(
    "--inter-company/--no-inter-company", default=None, help="Whether transfers between entities are automatic."
)
@click.option(
    "--connections",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Connections file to look at; by default the one that all commands read, if it is there.",
)
@click.option("--company", "company", default="", help="Name of the company in that file, where it has several.")
@as_json
@reports_errors
def advise_command(path: Path | None, company: str, is_json: bool, accounts: str | None, **given: bool | None) -> None:
    """Say which configuration, A to F, a company needs, what holds in it, and what to write to the connections file.

    Asks what no option answers. Looks at nothing but the connections file, and of each of its links says which
    configuration it is now and where it contradicts the answers.
    """
    links = _placed(_connections(path), company)
    given["several"] = None if accounts is None else accounts == "many"
    answers = _answers(given, is_asked=not is_json)
    advised = advise(answers)
    told = {link: misfits(link, answers) for link in links}
    if is_json:
        print_json(_document(answers, advised, told))
    else:
        _print(answers, advised, told)
    sys.exit(DOES_NOT_FIT if any(told.values()) else DONE)


def _connections(path: Path | None) -> Connections:
    return read_connections({**os.environ, CONNECTIONS_VARIABLE: str(path)} if path else os.environ)


def _placed(connections: Connections, company: str) -> list[Placed]:
    """Return the links of the one company that the answers are about.

    Raises:
        ConfigurationError: It is not in the file, or there are several.
    """
    known = sorted(connections.companies)
    if company and company not in known:
        raise ConfigurationError(
            f"There is no company called {company}.", remedy=f"Choose of: {', '.join(known) or 'none yet'}."
        )
    if not company and len(known) > 1:
        raise ConfigurationError(
            f"The answers are about one company, and the connections file has {len(known)}.",
            remedy=f"Name one with --company: {', '.join(known)}.",
        )
    return [link for name in known if name == company or not company for link in connections.placed(name)]


def _answers(given: Mapping[str, bool | None], *, is_asked: bool) -> Answers:
    found: dict[str, bool] = {}
    for name, question in QUESTIONS.items():
        if question.is_of_levels and not found["shared"]:
            # There are no levels: what is said of them is kept, and what is not is not asked.
            found[name] = bool(given[name])
            continue
        answer = given[name]
        found[name] = _ask(name) if answer is None and is_asked else _said(name, answer)
    return Answers(**found)


def _said(name: str, answer: bool | None) -> bool:
    if answer is None:
        yes, no = OPTIONS[name]
        raise ConfigurationError(f"Not answered: {QUESTIONS[name].asks}", remedy=f"Give {yes} or {no}.")
    return answer


def _ask(name: str) -> bool:
    question = QUESTIONS[name]
    try:
        return click.confirm(f"{question.asks} ({question.rule})", default=None, err=True)
    except click.Abort:
        click.echo(err=True)
        return _said(name, None)


def _document(answers: Answers, advised: Configuration, told: Mapping[Placed, Sequence[Verdict]]) -> dict[str, Any]:
    return {
        "configuration": advised.letter,
        "shape": advised.shape,
        "answers": asdict(answers),
        "because": [asdict(one) for one in reasons(answers)],
        "facts": [asdict(one) for one in advised.facts],
        "limits": [
            {"rule": one.rule, "says": one.says, "standing": str(one.relief), "here": one.here}
            for one in limitations(advised)
        ],
        "links": [
            {
                "link": link.name,
                "now": _now(link, answers),
                "fits": not verdicts,
                "findings": [asdict(one) for one in verdicts],
            }
            for link, verdicts in told.items()
        ],
        "fragment": fragment(advised, list(told)),
    }


def _now(link: Placed, answers: Answers) -> str:
    (now,) = configurations_of(link, shared=answers.shared)
    return now.letter


def _print(answers: Answers, advised: Configuration, told: Mapping[Placed, Sequence[Verdict]]) -> None:
    click.echo(f"Configuration {advised.letter}: {advised.shape}")
    for reason in reasons(answers):
        click.echo(f"  because {reason.says} ({reason.rule})")
    click.echo()
    print_table("What holds in it", ("about", "is", "rule"), [(one.about, one.says, one.rule) for one in advised.facts])
    click.echo()
    limits = [(one.says, str(one.relief), one.here, one.rule) for one in limitations(advised)]
    print_table("Limits", ("limit", "for this product", "what it does", "rule"), limits)
    if told:
        click.echo()
        rows = [row for link, verdicts in told.items() for row in _rows(link, answers, verdicts)]
        print_table("Links of the company", ("link", "is now", "fits", "why not, and what to do", "rule"), rows)
    click.echo()
    click.echo(fragment(advised, list(told)), nl=False)


def _rows(link: Placed, answers: Answers, verdicts: Sequence[Verdict]) -> list[tuple[str, ...]]:
    name, now = safe(link.name), _now(link, answers)
    if not verdicts:
        return [(name, now, "yes", "", "")]
    return [
        (name, now, "no", f"{safe(one.found)}\nexpected: {one.expected}\nto mend: {one.mend}", one.rule)
        for one in verdicts
    ]
