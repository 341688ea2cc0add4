"""The commands."""

import click


@click.group()
def main() -> None:
    """Keep Sage Intacct and BILL in step."""
