"""The commands."""

import click

from intacct_pipelines.cli.lazy import LazyGroup


@click.group(cls=LazyGroup, lazy={"sandbox": "intacct_pipelines.cli.sandbox:sandbox"})
def main() -> None:
    """Keep Sage Intacct and BILL in step."""
