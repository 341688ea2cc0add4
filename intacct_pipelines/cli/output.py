"""What commands print: tables for people, one JSON document with ``--json``, and exit codes that mean something."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import wraps
from typing import Any, Final, ParamSpec

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from intacct_pipelines.errors import ConfigurationError, IntacctPipelinesError

DONE: Final = 0
FAILED: Final = 1
"""The work was started and did not succeed."""
MISCONFIGURED: Final = 2
"""Nothing was started: a setting or an argument is wrong."""
TRY_AGAIN: Final = 3
"""Another system or the database did not answer; asking again later may help."""

EXIT_CODES: Final = """
\b
Exit codes: 0 done; 1 started and failed; 2 a setting or an argument is wrong, nothing was started;
3 another system or the database did not answer, try again later.
"""

_P = ParamSpec("_P")


def console() -> Console:
    """Return the console for people; plain lines when the output is not a terminal."""
    return Console(width=None if sys.stdout.isatty() else 140, highlight=False, emoji=False)


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under a title; numbers right, text left; one line when there are none."""
    if not rows:
        console().print(f"[bold]{title}[/bold]: none" if title else "none")
        return
    table = Table(title=title, title_justify="left", title_style="bold", pad_edge=False)
    numeric = [
        all(value is None or (isinstance(value, (int, Decimal)) and not isinstance(value, bool)) for value in column)
        and any(value is not None for value in column)
        for column in zip(*rows, strict=True)
    ]
    for name, is_number in zip(columns, numeric, strict=True):
        table.add_column(name, justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    console().print(table)


def print_json(document: object) -> None:
    """Print one JSON document; amounts are text, so that no reader makes them floats."""
    click.echo(json.dumps(document, default=_plain, ensure_ascii=False, indent=2, sort_keys=True))


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Decimal):
        return f"{value:,f}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    # A name in brackets is a name, not a style.
    return escape(str(value))


def percent(share: Decimal | None) -> str | None:
    """Return a share as text, such as ``12.5 %``."""
    return None if share is None else f"{100 * share:.1f} %"


def reports_errors(command: Callable[_P, Any]) -> Callable[_P, Any]:
    """Print our errors as one clear message and leave with the exit code that fits."""

    @wraps(command)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> Any:
        try:
            return command(*args, **kwargs)
        except ConfigurationError as error:
            click.echo(f"error: {error}", err=True)
            sys.exit(MISCONFIGURED)
        except IntacctPipelinesError as error:
            click.echo(f"error: {error}", err=True)
            sys.exit(TRY_AGAIN if error.transient else FAILED)

    return run


@contextmanager
def progress(what: str, total: int, *, is_quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """Show how far long work is: a bar in a terminal, one plain line a step elsewhere, nothing when quiet.

    Args:
        what: What is being done.
        total: Number of steps.
        is_quiet: For ``--json``.
    """
    if is_quiet:
        yield lambda _: None
    elif sys.stdout.isatty():
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console()) as bar:
            task = bar.add_task(what, total=total)
            yield lambda step: bar.update(task, advance=1, description=f"{what} {step}")
    else:
        done: list[str] = []

        def advance(step: str) -> None:
            done.append(step)
            click.echo(f"{what} {len(done)}/{total}: {step}")

        yield advance


as_json = click.option("--json", "is_json", is_flag=True, help="Print one JSON document instead of text.")
