"""`intacct-pipelines sandbox`: the offline twin of the remote systems, in the foreground."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from intacct_pipelines.sandbox.bill import BillOptions
from intacct_pipelines.sandbox.bill.deliveries import FAULTS, DeliveryOptions
from intacct_pipelines.sandbox.intacct.options import Options as IntacctOptions
from intacct_pipelines.sandbox.server import SandboxOptions, SandboxServer, ready_line
from intacct_pipelines.sandbox.shapes import SHAPES
from intacct_pipelines.sandbox.spend import SpendOptions
from intacct_pipelines.sandbox.wrong_setups import WRONG_SETUPS, give_names_once

if TYPE_CHECKING:
    from types import FrameType


@click.command(
    epilog="""
\b
Exit codes: 0 it was ended; 1 it cannot listen on the port; 2 an argument is wrong.
"""
)
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 picks a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed and options, same company.")
@click.option("--entities", type=click.IntRange(1, 500), default=3, show_default=True, help="Legal entities.")
@click.option("--bills", type=click.IntRange(0), default=300, show_default=True, help="Bills in all.")
@click.option("--years", type=click.IntRange(1, 30), default=2, show_default=True, help="How far back bills are dated.")
@click.option(
    "--currency",
    "currencies",
    multiple=True,
    default=("USD", "EUR", "JPY"),
    show_default=True,
    help="ISO 4217 code; may be repeated. Entities take them in turn.",
)
@click.option(
    "--configuration",
    default="",
    type=click.Choice(["", *SHAPES]),
    help="A young company of that shape (S-CFG-01) instead: lists, no documents, entities of its own.",
)
@click.option("--public-url", default="", help="Address under which clients reach it, if not the one it listens on.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON once it answers.")
@click.option(
    "--repeated-control-id",
    type=click.Choice(["refuse", "replay", "ignore"]),
    default="refuse",
    show_default=True,
    help="Intacct's reply to a repeated function controlid, which is not documented.",
)
@click.option(
    "--intacct-in-flight",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Requests at once beyond which Intacct answers GW-0010; 0 for no limit.",
)
@click.option(
    "--limit-status",
    type=click.Choice(["429", "400"]),
    default="429",
    show_default=True,
    help="HTTP status of BILL's limit errors, which is not documented.",
)
@click.option(
    "--spend-calls-per-minute",
    type=click.IntRange(0),
    default=60,
    show_default=True,
    help="Calls of one token beyond which Spend & Expense answers 429; 0 for no limit.",
)
@click.option(
    "--journal",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keeps what is written to Intacct; the next sandbox on this file goes on from there.",
)
@click.option(
    "--business-center-folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write Business Center's files there, one folder an entity.",
)
@click.option(
    "--wrong",
    multiple=True,
    type=click.Choice(sorted(WRONG_SETUPS)),
    help="Set the company up wrongly, for `check` to find; may be repeated.",
)
@click.option(
    "--names-once",
    is_flag=True,
    help="Give every vendor and customer a name of its own, so that `check` has nothing to say but what is --wrong.",
)
@click.option(
    "--webhook-fault",
    "webhook_faults",
    multiple=True,
    type=(click.Choice(FAULTS), click.FloatRange(0, 1)),
    help="What goes wrong with BILL's notifications, and how often, such as `doubled 0.2`; may be repeated.",
)
@click.option("--until-stdin-closes", is_flag=True, help="End with the process that started this one.")
@click.option("--empty-first-page", is_flag=True, help="Begin BILL's lists with an empty page that has a next one.")
def sandbox(
    port: int, host: str, *, public_url: str, as_json: bool, currencies: tuple[str, ...], **switches: Any
) -> None:
    """Serve an invented company behind twins of Sage Intacct, BILL and Spend & Expense until Ctrl-C.

    Faults are scripted at /faults: GET shows, PUT replaces, POST adds, DELETE clears.
    """
    options = SandboxOptions(
        seed=switches["seed"],
        entities=switches["entities"],
        bills=switches["bills"],
        years=switches["years"],
        currencies=tuple(currency.upper() for currency in currencies),
        public_url=public_url,
        configuration=switches["configuration"],
        business_center_folder=switches["business_center_folder"],
        journal=switches["journal"],
        intacct=IntacctOptions(
            duplicate_control_id=switches["repeated_control_id"],
            concurrent_requests=switches["intacct_in_flight"],
        ),
        bill=BillOptions(
            limit_status=429 if switches["limit_status"] == "429" else 400,
            empty_first_page=switches["empty_first_page"],
            deliveries=DeliveryOptions(rates=dict(switches["webhook_faults"]), seed=switches["seed"]),
        ),
        spend=SpendOptions(calls_per_minute=switches["spend_calls_per_minute"]),
    )
    server = _build(options, host, port)
    if switches["names_once"]:
        give_names_once(server.sandbox)
    for name in switches["wrong"]:
        WRONG_SETUPS[name](server.sandbox)
    _stop_on_signals(server)
    if switches["until_stdin_closes"]:
        threading.Thread(target=_stop_at_end_of_input, args=(server,), daemon=True).start()
    with server:
        click.echo(ready_line(server) if as_json else _welcome(server))
        server.wait()


def _build(options: SandboxOptions, host: str, port: int) -> SandboxServer:
    try:
        return SandboxServer(options, host=host, port=port)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"Cannot listen on {host}:{port}: {error.strerror}.") from error


def _stop_on_signals(server: SandboxServer) -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        server.finish()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)


def _stop_at_end_of_input(server: SandboxServer) -> None:
    sys.stdin.read()
    server.finish()


def _welcome(server: SandboxServer) -> str:
    facts = server.sandbox.describe()
    intacct, bill = facts["intacct"], facts["bill"]
    organizations = "\n".join(f"    {o['id']}  {o['name']}" for o in bill["organizations"])
    accounts = "\n".join(
        f"    {one['token']}  entity {one['entity']}, {one['label']}" for one in facts["spend"]["accounts"]
    )
    return f"""Sandbox at {server.url} (Ctrl-C ends it)

Sage Intacct  {intacct["url"]}
    sender {intacct["sender_id"]} / {intacct["sender_password"]}
    company {intacct["company_id"]}, user {intacct["user_id"]} / {intacct["user_password"]}
    entities {", ".join(intacct["entities"])}
BILL          {bill["url"]}
    webhooks {bill["events_url"]}
    developer key {bill["dev_key"]}
    user {bill["username"]} / {bill["password"]}
{organizations}
Spend         {facts["spend"]["url"]}
{accounts}
Business Center files  {facts["business_center"]["folder"] or "none; see --business-center-folder"}
Faults        {facts["faults"]["url"]}"""
