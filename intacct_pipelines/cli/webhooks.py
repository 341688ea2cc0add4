"""`webhooks`: the endpoint to which BILL sends its events, in the foreground."""

from __future__ import annotations

import signal
import sys
import threading
from datetime import UTC, datetime
from functools import partial
from types import FrameType

import click

from intacct_pipelines.cli.output import EXIT_CODES, reports_errors
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.settings import Connections, connections_path
from intacct_pipelines.warehouse.bill_events import store
from intacct_pipelines.webhooks import Limits, Listener, Receiver, SignedOver, WebhookServer


@click.command(epilog=EXIT_CODES)
@click.option("--port", type=click.IntRange(0, 65535), default=8766, show_default=True, help="0 picks a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--max-bytes", type=click.IntRange(1_000, 20_000_000), default=Limits().body_bytes, show_default=True,
    help="Largest notification; a bill comes with all its lines.",
)  # fmt: skip
@click.option("--until-stdin-closes", is_flag=True, help="End with the process that started this one.")
@reports_errors
def webhooks(port: int, host: str, max_bytes: int, until_stdin_closes: bool) -> None:
    """Receive BILL's events at POST /bill until Ctrl-C: verify the signature, store, answer.

    The sensor `bill_events` of Dagster's daemon turns what is stored into syncs. Something with a certificate must
    stand in front: BILL sends to https only.
    """
    with Systems() as systems:
        listeners = listeners_of(systems.connections)
        if not listeners:
            raise ConfigurationError(
                f"No link in {connections_path()} has webhook_keys.",
                remedy="docs/connections.md shows how to subscribe, and where the key goes.",
            )
        settings = systems.connections.webhooks
        # Opened before the first event: an endpoint that can store nothing should not start.
        receiver = Receiver(
            listeners,
            partial(store, systems.warehouse),
            window=settings.window,
            over=SignedOver(settings.signed),
        )
        with _bound(receiver, host, port, Limits(body_bytes=max_bytes)) as server:
            _stop_on_signals(server)
            if until_stdin_closes:
                threading.Thread(target=_stop_at_end_of_input, args=(server,), daemon=True).start()
            links = ", ".join(listener.link for listener in listeners)
            click.echo(f"Listening at http://{host}:{server.port}/bill for {links} (Ctrl-C ends it)")
            server.wait()


def listeners_of(connections: Connections) -> list[Listener]:
    """Return the links that listen, with their keys.

    Raises:
        ConfigurationError: A key is not there.
    """
    return [
        Listener(link.name, str(link.entity), link.organization_id, tuple(key.read() for key in settings.webhook_keys))
        for link, settings in connections.listening_links()
    ]


def _bound(receiver: Receiver, host: str, port: int, limits: Limits) -> WebhookServer:
    try:
        return WebhookServer(receiver, host=host, port=port, limits=limits, tell=_say)
    except OSError as error:
        raise ConfigurationError(
            f"Cannot listen on {host}:{port}: {error.strerror}.", remedy="Choose another --port or --host."
        ) from error


def _say(line: str) -> None:
    click.echo(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {line}")


def _stop_on_signals(server: WebhookServer) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        server.finish()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)


def _stop_at_end_of_input(server: WebhookServer) -> None:
    sys.stdin.read()
    server.finish()
