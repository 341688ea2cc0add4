"""`plan`, `approve` and `apply`: what would be written, a person's word, and the writing itself."""

from __future__ import annotations

import getpass
import json
import sys
from pathlib import Path
from typing import Any

import click

from intacct_pipelines.cli.jobs import discover, instance
from intacct_pipelines.cli.output import (
    DONE,
    EXIT_CODES,
    FAILED,
    as_json,
    print_json,
    print_table,
    progress,
    reports_errors,
)
from intacct_pipelines.cli.run import choose
from intacct_pipelines.cli.side_by_side import at_once_option, side_by_side
from intacct_pipelines.defs.approval import approve as approve_plan
from intacct_pipelines.defs.approval import plan_status
from intacct_pipelines.defs.plan_files import notes_of, write_plan
from intacct_pipelines.defs.planning import confirm_and_plan
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.link import Link, Mode
from intacct_pipelines.domain.push import State
from intacct_pipelines.errors import ConfigurationError, NotApprovedError
from intacct_pipelines.report.plan_text import plan_text
from intacct_pipelines.settings import reports_folder
from intacct_pipelines.warehouse.outbox import Outbox


@click.command(epilog=EXIT_CODES)
@click.option("--entity", "entities", multiple=True, help="Entity, as <company>:<id>; may be repeated. All by default.")
@click.option("--show", "plan_id", default="", help="Print the stored document of one plan, byte for byte.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the page; that of the reports by default, with one for each company and entity.",
)
@as_json
@reports_errors
def plan(entities: tuple[str, ...], plan_id: str, out: Path | None, is_json: bool) -> None:
    """Plan from the last sync what would be written to Intacct and BILL; show it, also as a page. Nothing is sent."""
    with Systems() as systems:
        outbox = Outbox(systems.warehouse)
        if plan_id:
            plan_status(outbox, plan_id)
            click.echo(outbox.document(plan_id))
            return
        documents: list[Any] = []
        open_plans: list[str] = []
        for link in _linked(systems, entities):
            planned = confirm_and_plan(systems, link)
            page = write_plan(link, planned, out or reports_folder()).resolve()
            if planned.status.state == "planned" and link.mode is Mode.SYNC:
                open_plans.append(planned.status.plan_id)
            if is_json:
                document = json.loads(planned.plan.document())
                documents.append(document | {"state": planned.status.state, "page": str(page)})
            else:
                click.echo(plan_text(planned.plan, notes_of(link, planned)))
                click.echo(f"Page: {page}")
        if is_json:
            print_json(documents)
        else:
            for name in open_plans:
                click.echo(f"Approve with: intacct-pipelines approve {name}")


def _linked(systems: Systems, names: tuple[str, ...]) -> list[Link]:
    links = systems.connections.pushed_links()
    if not links:
        raise ConfigurationError("The connections file has no link.", remedy="Add one; the README shows how.")
    chosen = choose(sorted({link.entity for link in links}), names)
    return [link for entity in chosen for link in links if link.entity == entity]


@click.command(epilog=EXIT_CODES)
@click.argument("plan_id")
@click.option("--by", default=getpass.getuser, help="Who approves; your user name by default. It is written down.")
@click.option("--hash", "content_hash", default="", help="Content hash as you read it; the stored one by default.")
@click.option("--yes", is_flag=True, help="Do not ask before approving.")
@as_json
@reports_errors
def approve(plan_id: str, by: str, content_hash: str, yes: bool, is_json: bool) -> None:
    """Approve one plan. Only what an approved plan holds is ever sent.

    Where the link asks for two approvals, two different people approve the same content; nothing is sent before.
    """
    with Systems() as systems:
        outbox = Outbox(systems.warehouse)
        status = plan_status(outbox, plan_id)
        if not (yes or is_json):
            click.echo(f"{plan_id} of {status.entity}: {sum(status.counts.values())} items, hash {status.content_hash}")
            click.confirm(f"Approve as {by}?", abort=True)
        status = approve_plan(systems, plan_id, by=by, content_hash=content_hash, through=getpass.getuser())
    count = status.counts.get(State.APPROVED, 0)
    if is_json:
        facts = {"state": status.state, "approvals": status.approvals, "approvals_needed": status.approvals_needed}
        print_json({"plan_id": plan_id, "approved_items": count, "by": by, **facts})
    elif status.state == "approved":
        click.echo(f"{count} items may now be sent: intacct-pipelines apply --entity {status.entity}")
    else:
        click.echo(
            f"{len(status.approvals)} of {status.approvals_needed} people have approved it. Somebody else has to: "
            f"intacct-pipelines approve {plan_id} --by NAME --hash {status.content_hash}"
        )


@click.command(epilog=EXIT_CODES)
@click.argument("source_id")
@click.option("--by", default=getpass.getuser, help="Who asks; your user name by default. It is written down.")
@as_json
@reports_errors
def retry(source_id: str, by: str, is_json: bool) -> None:
    """Let the next plan take up once more what was refused, after you mended a cause that no data shows.

    SOURCE_ID is the key of the record at its source, as a held item tells it. Nothing is sent before that plan is
    approved.
    """
    with Systems() as systems:
        count = Outbox(systems.warehouse).retry(source_id, by=by)
    if is_json:
        print_json({"source_id": source_id, "items": count, "by": by})
    else:
        click.echo(f"{count} items of {source_id} are in the next plan again.")


@click.command("apply", epilog=EXIT_CODES)
@click.option("--entity", "entities", multiple=True, help="Entity, as <company>:<id>; may be repeated. All by default.")
@at_once_option
@as_json
@reports_errors
def apply(entities: tuple[str, ...], at_once: int, is_json: bool) -> None:
    """Send what is approved into Intacct and BILL, each item exactly once; goes on where an earlier run stopped."""
    with instance() as opened:
        known = discover(opened)
        with Systems() as systems:
            waiting = {name for _, name in systems.approved_plans()}
        wanted = [entity for entity in choose(known, entities) if str(entity) in waiting]
        if entities and not wanted:
            raise NotApprovedError("No approved plan is waiting.", remedy="Read it with `plan`, then `approve` it.")
        with (
            progress("apply", len(wanted), is_quiet=is_json) as advance,
            side_by_side(opened, min(at_once, len(wanted))) as run_for_each,
        ):
            outcomes = run_for_each("apply_plan", wanted, advance)
    facts = {entity: dict(outcome.metadata.get("push/item", {})) for entity, outcome in outcomes.items()}
    if is_json:
        print_json({entity: {"success": outcomes[entity].is_success, **found} for entity, found in facts.items()})
    else:
        states = ("accepted", "rejected", "uncertain", "held", "expired")
        rows = [(entity, *(int(found.get(state, 0)) for state in states)) for entity, found in facts.items()]
        print_table("Applied", ("entity", *states), rows)
    for name, outcome in outcomes.items():
        for line in outcome.failure_lines:
            click.echo(f"{name} · {line}", err=True)
    sys.exit(DONE if all(outcome.is_success for outcome in outcomes.values()) else FAILED)
