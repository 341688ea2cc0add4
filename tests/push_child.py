"""One worker in a process of its own, to be killed: ``python push_child.py <dsn> <gateway's address> <name>``."""

from __future__ import annotations

import sys

from push_cases import LINK
from push_world import credentials

from intacct_pipelines.clients.intacct.client import IntacctClient
from intacct_pipelines.clients.intacct.options import Options
from intacct_pipelines.push.apply import ApplyOptions, apply_plan
from intacct_pipelines.push.into_intacct import IntacctChannel
from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.warehouse.outbox import Outbox


def main(dsn, url, name):
    """Apply what is approved; prints ``done`` at the end."""
    with Warehouse(dsn) as warehouse, IntacctClient(credentials(), Options(url=url)) as client:
        outbox = Outbox(warehouse, source_revisions=lambda _entity, _name, ids: dict.fromkeys(ids, "r1"))
        options = ApplyOptions(functions_per_request=2)
        channel = IntacctChannel(client.session("100"))
        apply_plan(outbox, channel, LINK, worker=name, options=options, sleep=lambda _seconds: None)
    sys.stdout.write("done\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
