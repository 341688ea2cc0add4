"""`provision`: makes what the set-up needs and the API allows, and says what only a person can do."""

from __future__ import annotations

import sys
from typing import Any

import click

from intacct_pipelines.cli.check import print_checkup
from intacct_pipelines.cli.output import DONE, EXIT_CODES, FAILED, as_json, print_json, print_table, reports_errors
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.doctor import check
from intacct_pipelines.doctor.needed import Proposal, proposals
from intacct_pipelines.push.provision import MADE, THERE, make

_COLUMNS = ("object", "id", "name", "at", "needed for", "outcome")


@click.command(epilog=EXIT_CODES)
@click.option("--yes", "is_meant", is_flag=True, help="Make them; without it they are only shown.")
@as_json
@reports_errors
def provision(is_meant: bool, is_json: bool) -> None:
    """Show what the set-up needs and Intacct's API can make: ledger accounts, terms, dimension values.

    With --yes each is made, once, for links that may write. What `check` still finds only a person can mend.
    """
    with Systems() as systems:
        rows = [_row(systems, one, is_meant=is_meant) for one in proposals(systems)]
        found = check(systems)
    if is_json:
        print_json({"records": rows, "findings": [one.dict() for one in found.not_well]})
    else:
        print_table("Made" if is_meant else "Would be made with --yes", _COLUMNS, [tuple(row.values()) for row in rows])
        click.echo("What is left, for a person:")
        print_checkup(found)
    is_done = not is_meant or all(row["outcome"] in {MADE, THERE} for row in rows)
    sys.exit(DONE if is_done else FAILED)


def _row(systems: Systems, one: Proposal, *, is_meant: bool) -> dict[str, Any]:
    needed, outcome = one.needed, one.hindrance
    if is_meant and not outcome:
        state, reason = make(systems.intacct(needed.entity), needed)
        outcome = f"{state}: {reason}" if reason else state
    name = needed.columns.get("title") or needed.columns.get("name") or ""
    where = {"object": needed.object_name, "id": needed.record_id, "name": name, "at": str(needed.entity)}
    return {**where, "why": needed.why, "outcome": outcome}
