"""The commands: tables for people, one JSON document with ``--json``, documented exit codes."""

import click

from intacct_pipelines.cli.lazy import LazyGroup

_COMMANDS = {
    "advise": "intacct_pipelines.cli.advise:advise_command",
    "apply": "intacct_pipelines.cli.push:apply",
    "approve": "intacct_pipelines.cli.push:approve",
    "backfill": "intacct_pipelines.cli.backfill:backfill",
    "check": "intacct_pipelines.cli.check:check_command",
    "close": "intacct_pipelines.cli.close:close_command",
    "demo": "intacct_pipelines.cli.demo:demo",
    "explain": "intacct_pipelines.cli.explain:explain",
    "findings": "intacct_pipelines.cli.findings:findings_command",
    "map": "intacct_pipelines.cli.map:map_pairs",
    "plan": "intacct_pipelines.cli.push:plan",
    "provision": "intacct_pipelines.cli.provision:provision",
    "report": "intacct_pipelines.cli.report:report",
    "resolve": "intacct_pipelines.cli.resolve:resolve",
    "retry": "intacct_pipelines.cli.push:retry",
    "scenario": "intacct_pipelines.cli.scenario:scenario",
    "sandbox": "intacct_pipelines.cli.sandbox:sandbox",
    "status": "intacct_pipelines.cli.status:status",
    "sync": "intacct_pipelines.cli.run:sync",
    "webhooks": "intacct_pipelines.cli.webhooks:webhooks",
}


@click.group(cls=LazyGroup, lazy=_COMMANDS)
@click.version_option(package_name="intacct-pipelines")
def main() -> None:
    """Keep Sage Intacct and BILL in step, to the cent, provably."""
