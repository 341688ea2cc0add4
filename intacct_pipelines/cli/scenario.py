"""`scenario`: a configuration A to F end to end, against a sandbox company of its shape, until both sides agree."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import httpx

from intacct_pipelines.cli.offline import sandbox
from intacct_pipelines.cli.output import DONE, EXIT_CODES, FAILED, console, print_table, reports_errors
from intacct_pipelines.domain.configurations import CONFIGURATIONS, Level, limitations

if TYPE_CHECKING:
    from intacct_pipelines.cli.scenario_home import Round, ScenarioHome
    from intacct_pipelines.domain.configurations import Configuration

_HOMES: Final = Path("build") / "scenario"
_MOST_SYNCS: Final = 8
_PEOPLE_SECONDS: Final = 60.0


@click.command(epilog=EXIT_CODES)
@click.argument("letter", type=click.Choice(list(CONFIGURATIONS), case_sensitive=False))
@click.option("--seed", default=7, show_default=True, help="Which invented company, and what people do in it.")
@click.option("--home", type=click.Path(path_type=Path), default=_HOMES, show_default=True, help="Holds its homes.")
@reports_errors
def scenario(letter: str, seed: int, home: Path) -> None:
    """Run configuration LETTER end to end, both ways: adopt, change both sides, sync until both agree.

    Exit code 1 if they do not agree, if a further sync would change something, or if the books do not balance.
    """
    configuration = CONFIGURATIONS[letter.upper()]
    started = time.monotonic()
    shape = ("--port", "0", "--seed", str(seed), "--configuration", configuration.letter)
    with sandbox(*shape) as facts, ExitStack() as opened:
        story = _Story(configuration, facts, home.resolve() / configuration.letter)
        for one in story.homes:
            opened.callback(one.close)
        is_well = story.tell()
    click.echo(
        f"\nConfiguration {configuration.letter} {'agrees on both sides' if is_well else 'does NOT agree'} "
        f"after {time.monotonic() - started:.0f} s."
    )
    sys.exit(DONE if is_well else FAILED)


class _Story:
    """The scenario of one configuration, told as it happens."""

    def __init__(self, configuration: Configuration, facts: dict[str, Any], path: Path) -> None:
        # It imports Dagster's room, which a command that only helps must not
        from intacct_pipelines.cli.scenario_home import ScenarioHome  # noqa: PLC0415 - see above

        self._configuration = configuration
        self._facts = facts
        self._organizations = [one["id"] for one in facts["bill"]["organizations"]]
        self._people = httpx.Client(timeout=_PEOPLE_SECONDS)
        self._before_last: list[str] = []
        link: dict[str, Any] = {}
        if configuration.level is Level.TOP:
            link["default_location"] = facts["intacct"]["locations"][0]
        company: dict[str, Any] = {}
        groups = [self._organizations]
        if configuration.has_several and not configuration.enters_entity:
            # Accounts at one place have a home each, and share out what is made in Intacct (S-CFG-01, S-CFG-10).
            groups = [[one] for one in self._organizations]
            company["routes"] = _routes(self._organizations, facts["intacct"]["locations"])
        self.homes: Sequence[ScenarioHome] = [
            ScenarioHome(path / f"home-{at}", facts, group, company, link) for at, group in enumerate(groups, 1)
        ]

    def tell(self) -> bool:
        """Run everything; return whether both sides agree at the end."""
        configuration = self._configuration
        _title(f"1 · Configuration {configuration.letter}: {configuration.shape}")
        print_table("", ("about", "is", "rule"), [(one.about, one.says, one.rule) for one in configuration.facts])
        rows = [(one.rule, one.says, str(one.relief), one.here) for one in limitations(configuration)]
        print_table("What it does not allow", ("rule", "limit", "for this product", "what it does"), rows)

        _title("2 · Adopt: observe what both systems have, and pair it; nothing is written")
        self._play("history", is_shown=False)
        before = self._state()
        rounds = [one for home in self.homes for one in home.sync()]
        pairs = sum((home.pairs() for home in self.homes), Counter())
        print_table("Pairs", ("object", "pairs"), sorted(pairs.items()))
        is_observed = self._state() == before and not any(one.outcomes for one in rounds)
        click.echo(f"Written to either system: {'nothing' if is_observed else 'SOMETHING'}.")
        for home in self.homes:
            home.set_mode("sync")

        _title("3 · People work on both sides")
        self._play("changes")
        _title("4 · Sync: lists and partners first, then the documents that name them")
        self._sync(2)

        _title("5 · They correct what came over, BILL pays, and two people change the same; sync until nothing changes")
        self._play("more")
        *_, held_by = self._sync(_MOST_SYNCS)
        held = [hold for one in held_by for hold in one.held]
        told = sorted({(one.rule, one.kind, one.label, one.reason, one.remedy) for one in held})
        print_table("Held, and why", ("rule", "reason", "record", "why", "what to do"), told)

        _title("6 · A person decides what was held; sync until nothing changes")
        self._play("settling")
        *_, last = self._sync(_MOST_SYNCS)

        _title("7 · Both sides agree")
        return all((is_observed, bool(held), _is_quiet(held_by), *self._judge(last)))

    def _play(self, scene: str, *, is_shown: bool = True) -> None:
        deeds = [
            (deed["where"], deed["what"])
            for organization in self._organizations
            for deed in self._ask(organization, scene)
        ]
        if is_shown:
            print_table("", ("in", "what people do"), deeds)

    def _state(self) -> list[str]:
        return [str(self._ask(organization, "")) for organization in self._organizations]

    def _ask(self, organization: str, scene: str) -> Any:
        asked = {"organization": organization, "scene": scene}
        return self._people.post(self._facts["people"]["url"], json=asked).raise_for_status().json()

    def _sync(self, most: int) -> list[list[Round]]:
        """Sync all links until a sync finds nothing to do, or so many times; print what each carried."""
        rounds: list[list[Round]] = []
        rows: list[tuple[object, ...]] = []
        while len(rounds) < most and not (rounds and _is_quiet(rounds[-1])):
            self._before_last = self._state()
            rounds.append([one for home in self.homes for one in home.sync()])
            for one in rounds[-1]:
                into = (_carried(one, system) for system in ("Intacct", "BILL"))
                sent = ", ".join(f"{count} {state}" for state, count in sorted(one.outcomes.items()))
                rows.append((len(rounds), one.link, *into, sent, one.confirmed, len(one.held)))
        print_table("", ("sync", "link", "into Intacct", "into BILL", "sent", "came back", "held"), rows)
        return rounds

    def _judge(self, last: Sequence[Round]) -> tuple[bool, ...]:
        """Print what the last sync shows; return what holds."""
        differences = [row for home in self.homes for row in home.differences()]
        counts: Counter[tuple[str, ...]] = Counter()
        for row in differences:
            counts[row["object"], row["verdict"], row["rule"], row["reason"]] += row["count"]
        rows = [(*key, count) for key, count in sorted(counts.items())]
        print_table("What differs still", ("object", "verdict", "rule", "why", "records"), rows)
        balances = [home.trial_balance() for home in self.homes]
        problems = [problem for home in self.homes for problem in home.journal_problems()]
        judged = (
            ("the last sync planned and sent nothing", _is_quiet(last)),
            ("neither system changed by it", self._state() == self._before_last),
            ("no difference without a rule", not any(row["verdict"] == "break" for row in differences)),
            ("the trial balance is zero", all(not any(sums.values()) for sums in balances)),
            ("nothing is held", not any(one.held for one in last)),
            ("the journal is intact", not problems),
        )
        print_table("", ("what has to hold", "holds"), judged)
        return tuple(holds for _, holds in judged)


def _routes(organizations: Sequence[str], locations: Sequence[str]) -> dict[str, Any]:
    """Share out documents by location: each account but the first has one of its own, the first all else."""
    names = [f"account-{at}" for at in range(1, len(organizations) + 1)]
    own = [{"locations": [locations[at]], "to": names[at]} for at in range(1, len(names))]
    return {"accounts": dict(zip(names, organizations, strict=True)), "rows": [*own, {"to": names[0]}]}


def _is_quiet(rounds: Sequence[Round]) -> bool:
    return all(one.is_quiet for one in rounds)


def _carried(one: Round, system: str) -> str:
    found = [(word, how, count) for (into, word, how), count in sorted(one.planned.items()) if into == system]
    return ", ".join(f"{count} {word} {how}" for word, how, count in found) or "–"


def _title(text: str) -> None:
    console().print(f"\n[bold]{text}[/bold]")
