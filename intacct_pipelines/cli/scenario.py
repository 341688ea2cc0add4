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
_MOST_ROUNDS: Final = 8
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
    with sandbox("--port", "0", "--seed", str(seed), "--configuration", configuration.letter) as facts:
        with ExitStack() as opened:
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
        _title("4 · Sync until nothing changes")
        first = self._until_quiet()

        _title("5 · They correct what came over, BILL pays, and two people change the same")
        self._play("more")
        second = self._until_quiet()
        held = [hold for one in second[-len(self._organizations) :] for hold in one.held]
        rows = sorted({(one.rule, one.kind, one.label, one.reason, one.remedy) for one in held})
        print_table("Held, and why", ("rule", "reason", "record", "why", "what to do"), rows)

        _title("6 · A person decides what was held; sync until nothing changes")
        self._play("settling")
        third = self._until_quiet()

        _title("7 · Once more: a further sync changes nothing")
        return all((is_observed, *self._is_settled(), bool(held), _ends(first), _ends(second), _ends(third)))

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

    def _until_quiet(self) -> list[Round]:
        """Sync all links until a sync finds nothing to do; print what each carried."""
        rounds: list[Round] = []
        rows: list[tuple[object, ...]] = []
        for number in range(1, _MOST_ROUNDS + 1):
            now = [one for home in self.homes for one in home.sync()]
            rounds += now
            for one in now:
                into = (_carried(one, system) for system in ("Intacct", "BILL"))
                rows.append((number, one.link, *into, one.confirmed, len(one.held)))
            if all(one.is_quiet for one in now):
                break
        print_table("", ("sync", "link", "into Intacct", "into BILL", "came back", "held"), rows)
        return rounds

    def _is_settled(self) -> tuple[bool, ...]:
        """Sync once more and judge all; return what holds."""
        before = self._state()
        last = [one for home in self.homes for one in home.sync()]
        differences = [row for home in self.homes for row in home.differences()]
        counts = Counter((row["object"], row["verdict"], row["rule"], row["reason"]) for row in differences for _ in range(row["count"]))
        rows = [(*key, count) for key, count in sorted(counts.items())]
        print_table("What differs still", ("object", "verdict", "rule", "why", "records"), rows)
        balances = [home.trial_balance() for home in self.homes]
        problems = [problem for home in self.homes for problem in home.journal_problems()]
        outcomes = sum((Counter(one.outcomes) for one in last), Counter())
        judged = (
            ("the last sync planned and sent nothing", all(one.is_quiet for one in last) and not outcomes),
            ("neither system changed by it", self._state() == before),
            ("no difference without a rule", not any(row["verdict"] == "break" for row in differences)),
            ("the trial balance is zero", all(not any(sums.values()) for sums in balances)),
            ("nothing is held", not any(one.held for one in last)),
            ("the journal is intact", not problems),
        )
        print_table("", ("both sides agree", "holds"), judged)
        return tuple(holds for _, holds in judged)


def _routes(organizations: Sequence[str], locations: Sequence[str]) -> dict[str, Any]:
    """Share out documents by location: each account but the first has one of its own, the first all else."""
    names = [f"account-{at}" for at in range(1, len(organizations) + 1)]
    own = [{"locations": [locations[at]], "to": names[at]} for at in range(1, len(names))]
    return {"accounts": dict(zip(names, organizations, strict=True)), "rows": [*own, {"to": names[0]}]}


def _ends(rounds: Sequence[Round]) -> bool:
    return rounds[-1].is_quiet


def _carried(one: Round, system: str) -> str:
    found = [(word, how, count) for (into, word, how), count in sorted(one.planned.items()) if into == system]
    return ", ".join(f"{count} {word} {how}" for word, how, count in found) or "–"


def _title(text: str) -> None:
    console().print(f"\n[bold]{text}[/bold]")
