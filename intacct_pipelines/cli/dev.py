"""What `make dev` runs: the Dagster UI with its daemon; without a connections file, on the demo's data and sandbox."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import click

from intacct_pipelines.cli.offline import (
    DEMO_HOME,
    demo_sandbox,
    enter_home,
    is_demo_home,
)
from intacct_pipelines.cli.output import reports_errors
from intacct_pipelines.settings import connections_path, dagster_home

_STOP_SECONDS: Final = 30


@click.command()
@click.option("--port", default=3000, show_default=True, help="Port of the UI, on this machine only.")
@reports_errors
def dev(port: int) -> None:
    """Open the Dagster UI until Ctrl-C."""
    with ExitStack() as stack:
        if connections_path().is_file():
            os.environ["DAGSTER_HOME"] = str(dagster_home())
            click.echo(f"Using {connections_path()}.")
        else:
            home = DEMO_HOME.resolve()
            if not is_demo_home(home):
                click.echo("There is no connections.yaml and no demo yet, so the demo runs first.")
                subprocess.run([sys.executable, "-m", "intacct_pipelines.cli", "demo"], check=True)
            enter_home(home)
            stack.enter_context(demo_sandbox(home))
            click.echo("Using the demo's data; its sandbox runs as the demo left it.")
        click.echo(f"The UI opens at http://127.0.0.1:{port} (Ctrl-C ends it).")
        _serve(port)


def _serve(port: int) -> None:
    command = [str(Path(sys.executable).with_name("dagster")), "dev", "--host", "127.0.0.1", "--port", str(port)]

    def heed_interrupts() -> None:
        # A shell without job control makes children ignore SIGINT, and Dagster would then ignore SIGTERM too.
        signal.signal(signal.SIGINT, signal.default_int_handler)

    with subprocess.Popen(command, preexec_fn=heed_interrupts) as process:  # noqa: S603, PLW1509 - our own command, one thread
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        try:
            process.wait()
        except KeyboardInterrupt:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=_STOP_SECONDS)


if __name__ == "__main__":
    dev()
