"""`resolve`: whose word stands on a field that both sides changed; list such fields, or decide about a pair's."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime

import click

from intacct_pipelines.cli.output import EXIT_CODES, as_json, print_json, print_table, reports_errors
from intacct_pipelines.defs.conflicts import Differing, differing, settle, ways_back, who_changed
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.conflicts import Side
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.domain.reconciled import BY_WORD, RECONCILED
from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.push.into_bill.planners import GO_BOTH_WAYS

_KINDS = sorted({RECONCILED[PUSHED[name].reconciliation].word for name in GO_BOTH_WAYS})


@click.command(epilog=EXIT_CODES)
@click.argument("kind", type=click.Choice(_KINDS), required=False)
@click.argument("record", required=False, default="")
@click.option("--side", type=click.Choice([one.value for one in Side]), default=None, help="Whose word stands.")
@click.option("--field", "names", multiple=True, help="Only this field; may be repeated. All that differ by default.")
@click.option("--link", "link_name", default="", help="Name of the link; may be left out when there is only one.")
@click.option("--all", "is_all", is_flag=True, help="List every field that differs, not only conflicts.")
@click.option("--by", default=getpass.getuser, help="Who decides; your user name by default. It is written down.")
@as_json
@reports_errors
def resolve(
    kind: str | None,
    record: str,
    side: str | None,
    names: tuple[str, ...],
    link_name: str,
    is_all: bool,
    by: str,
    is_json: bool,
) -> None:
    """List fields that both sides of a pair changed, or say which side of one pair is right (S-CFG-21).

    RECORD is BILL's key or Intacct's record number of a pair of that KIND. The next plans
    carry the word that stands to the other side; nothing is written before one of them is approved.
    """
    with Systems() as systems:
        ways = ways_back(systems, link_name)
        if link_name and not ways:
            raise ConfigurationError(
                f"No link that goes both ways is called {link_name}.", remedy="See `links` of the connections file."
            )
        found = [pair for way in ways for pair in differing(systems, way, BY_WORD[kind].name if kind else "")]
        if record:
            found = [pair for pair in found if record in {pair.platform_id, str(pair.record_no)}]
        if side is None:
            _show(found, is_all=is_all or bool(record), is_json=is_json)
            return
        pair = _meant(found, record)
        fields = tuple(field for field in pair.fields if field.column in names or not names)
        if unknown := {*names} - {field.column for field in fields}:
            raise ConfigurationError(
                f"Both sides say the same of its {', '.join(sorted(unknown))}, or hold no such field.",
                remedy=f"It differs in: {', '.join(field.column for field in pair.fields)}.",
            )
        settle(systems, pair, fields, Side(side), by=by, at=datetime.now(UTC))
    decided = [field.column for field in fields]
    if is_json:
        print_json({"link": pair.link, "platform_id": pair.platform_id, "side": side, "fields": decided, "by": by})
    else:
        named = f"{', '.join(decided)} of {pair.platform_id}"
        click.echo(f"The word of {side} stands on {named}; the next plan carries it.")


def _meant(found: list[Differing], record: str) -> Differing:
    if not record:
        raise ConfigurationError("A decision needs KIND and RECORD.", remedy="See `resolve --help`.")
    if not found:
        raise ConfigurationError(
            f"No pair of {record} differs in what goes both ways.", remedy="Sync first, or see with `map` what it is."
        )
    if len(found) > 1:
        several = ", ".join(sorted({pair.link for pair in found}))
        raise ConfigurationError(
            f"Several pairs are called {record}.", remedy=f"Name one of the links {several}, or the other side's key."
        )
    return found[0]


def _show(found: list[Differing], *, is_all: bool, is_json: bool) -> None:
    rows = [
        (pair.link, RECONCILED[pair.object_name].word, pair.platform_id, pair.record_no, field, pair.is_held)
        for pair in found
        for field in pair.fields
        if is_all or pair.is_held or who_changed(field) == "both"
    ]
    if is_json:
        columns = ("link", "kind", "platform_id", "record_no")
        print_json(
            [
                dict(zip(columns, row, strict=True))
                | {"field": field.column, "agreed": field.agreed, "platform": field.platform, "intacct": field.intacct}
                | {"changed_by": who_changed(field), "is_held": is_held}
                for *row, field, is_held in rows
            ]
        )
        return
    print_table(
        "Fields that differ" if is_all else "Conflicts",
        (*("link", "kind", "platform id", "Intacct record", "field", "agreed", "platform", "Intacct"), "by", "held"),
        [
            (
                *row,
                *(field.column, field.agreed, field.platform, field.intacct, who_changed(field) or "not known"),
                is_held,
            )
            for *row, field, is_held in rows
        ],
    )
