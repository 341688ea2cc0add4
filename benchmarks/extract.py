"""Reading from Intacct, measured beside the peer ``sageintacctsdk`` and the raw parser, in the same run.

    python benchmarks/extract.py            # 100,000 records of 80 fields
    python benchmarks/extract.py --quick    # a small run that only shows that everything works

A stub of the gateway runs as its own process and serves prepared records over loopback, so that what is measured is
the client. Every measured reader is its own process too, so that the kernel's peak memory is its own.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from intacct_pipelines.domain.catalog import INTACCT_TABLES, Column, Kind, Table, select

OBJECT = "APBILL"
PAGE = 2000
FIELDS = 80
LATENCY_SECONDS = 0.3
_HEAD = (
    b'<?xml version="1.0" encoding="UTF-8"?><response><control><status>success</status></control><operation>'
    b"<authentication><status>success</status><userid>u</userid><companyid>c</companyid><locationid></locationid>"
    b"<sessiontimestamp>2026-01-01T00:00:00+00:00</sessiontimestamp>"
    b"<sessiontimeout>2026-01-01T08:00:00+00:00</sessiontimeout></authentication><result><status>success</status>"
)
_FILLER = (
    *((Kind.MONEY, f"TRX_MEASURE{number:02}") for number in range(8)),
    *((Kind.DATE, f"WHENMEASURE{number:02}") for number in range(4)),
    *((Kind.FLAG, f"ISMEASURE{number:02}") for number in range(4)),
    *((Kind.INTEGER, f"KEYMEASURE{number:02}") for number in range(8)),
    *((Kind.TEXT, f"TEXTMEASURE{number:02}") for number in range(80)),
)


def measured_table() -> Table:
    """AP bills with as many further fields as make 80."""
    bills = select(INTACCT_TABLES, "ap_bill")
    filler = tuple(
        Column(source.lower(), kind, source, "Filler.", currency="currency" if kind is Kind.MONEY else "")
        for kind, source in _FILLER[: FIELDS - len(bills.columns)]
    )
    return Table(
        "intacct",
        "ap_bill",
        OBJECT,
        "Filler.",
        (*bills.columns, *filler),
        key=("record_no",),
        cursor="modified_at",
        control_total="trx_total_entered",
    )


# ---- the stub ---------------------------------------------------------------------------------------------------


def make_records(count: int) -> list[bytes]:
    """Records as the gateway writes them, about 3 KB each, the same for every run."""
    dice = random.Random(1)  # noqa: S311  # filler, no secret
    words = [f"item {number} of the delivery" for number in range(500)]
    key, *others = measured_table().columns
    assert key.source == "RECORDNO"
    # a page of different records, again and again under other numbers: making each anew would take minutes
    tails = [_cells(others, dice, words) for _ in range(min(count, PAGE))]
    return [b"<%b><RECORDNO>%d</RECORDNO>%b" % (OBJECT.encode(), at + 1, tails[at % PAGE]) for at in range(count)]


def _cells(columns: list[Column], dice: random.Random, words: list[str]) -> bytes:
    cells = "".join(f"<{column.source}>{make_cell(column, dice, words)}</{column.source}>" for column in columns)
    return f"{cells}</{OBJECT}>".encode()


def make_cell(column: Column, dice: random.Random, words: list[str]) -> str:
    if column.source in {"CURRENCY", "BASECURR"}:
        return "USD"
    day = f"{dice.randrange(1, 13):02}/{dice.randrange(1, 29):02}/2026"
    clock = f"{dice.randrange(24):02}:{dice.randrange(60):02}:{dice.randrange(60):02}"
    return {
        Kind.TEXT: "" if dice.random() < 0.2 else f"{dice.choice(words)} {dice.randrange(1000)}",
        Kind.INTEGER: str(dice.randrange(10**6)),
        Kind.MONEY: f"{dice.randrange(10**7) / 100:.2f}",
        Kind.RATE: "1",
        Kind.DATE: day,
        Kind.INSTANT: f"{day} {clock}",
        Kind.FLAG: dice.choice(("true", "false")),
    }[column.kind]


class Stub:
    """Answers sign-ins and queries over prepared records."""

    name = OBJECT

    def __init__(self, records: Sequence[bytes]) -> None:
        self.records = records
        self.latency_seconds = 0.0
        self.requests = 0
        self.connections = 0
        self.lock = threading.Lock()

    def answer(self, body: str, host: str) -> bytes:
        """Return the reply to one request."""
        if "<getAPISession" in body:
            api = f"<sessionid>s</sessionid><endpoint>http://{host}/ia/xml/xmlgw.phtml</endpoint><locationid></locationid>"
            return self._reply("getAPISession", body, f"<data><api>{api}</api></data>".encode())
        low = _number(r"<greaterthan><field>RECORDNO</field><value>(\d+)<", body, 0)
        high = _number(r"<lessthan><field>RECORDNO</field><value>(\d+)<", body, self.count() + 1)
        size, offset = _number(r"<pagesize>(\d+)<", body, 100), _number(r"<offset>(\d+)<", body, 0)
        # record n stands at place n - 1
        first, last = low + offset, high - 1
        if "<descending" in body:
            places = range(max(first, last - size), last)[::-1]
        else:
            places = range(first, min(last, first + size))
        total = last - low
        head = (
            f'<data listtype="{self.name}" totalcount="{total}" offset="{offset}" count="{len(places)}" '
            f'numremaining="{total - offset - len(places)}">'
        )
        return self._reply("query", body, head.encode(), *self.rows(places), b"</data>")

    def count(self) -> int:
        """Return how many records there are."""
        return len(self.records)

    def rows(self, places: range) -> list[bytes]:
        """Return what the records at these places are put together of."""
        return [self.records[place] for place in places]

    def _reply(self, function: str, body: str, *pieces: bytes) -> bytes:
        control_id = re.search(r'<function controlid="([^"]*)"', body)
        return b"".join(
            (
                _HEAD,
                f"<function>{function}</function>".encode(),
                f"<controlid>{control_id.group(1) if control_id else ''}</controlid>".encode(),
                *pieces,
                b"</result></operation></response>",
            )
        )


def _number(pattern: str, body: str, default: int) -> int:
    match = re.search(pattern, body)
    return int(match.group(1)) if match else default


def serve(stub: Stub) -> None:
    """Serve until the parent ends us; prints the port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = 1 << 20

        def setup(self) -> None:
            with stub.lock:
                stub.connections += 1
            super().setup()

        def do_POST(self) -> None:  # the base class's name
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            with stub.lock:
                stub.requests += 1
            if stub.latency_seconds:
                time.sleep(stub.latency_seconds)
            self._send(stub.answer(body, self.headers["host"]), "text/xml; charset=UTF-8")

        def do_GET(self) -> None:  # the base class's name
            if match := re.fullmatch(r"/latency/([0-9.]+)", self.path):
                stub.latency_seconds = float(match.group(1))
            # the connection that asks for the counts is none of a reader's
            counts = {"requests": stub.requests, "connections": stub.connections - 1}
            stub.requests = stub.connections = 0
            self._send(json.dumps(counts).encode(), "application/json")

        def _send(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    print(server.server_port, flush=True)
    server.serve_forever()


# ---- the readers ------------------------------------------------------------------------------------------------


def read_ours(url: str, limit: int) -> float:
    """Read into one typed frame a page; each is dropped before the next, as a pipeline does. Returns seconds."""
    import pyarrow as pa  # noqa: PLC0415  # only this reader pays for it

    from intacct_pipelines.clients.intacct import Credentials, IntacctClient, Options  # noqa: PLC0415 - the peers’ processes must not pay for it
    from intacct_pipelines.domain.records import Window, WindowKind  # noqa: PLC0415 - the peers’ processes must not pay for it
    from intacct_pipelines.extract.intacct import IntacctExtraction  # noqa: PLC0415 - the peers’ processes must not pay for it

    credentials = Credentials("sender", "secret", "company", "user", "secret")
    rows = 0
    begin = time.perf_counter()
    with IntacctClient(credentials, Options(url=url)) as client:
        extraction = IntacctExtraction(client.session(), measured_table(), Window(WindowKind.ALL))
        for batch in extraction:
            frame = pa.table(dict(batch.rows.columns))
            rows += frame.num_rows
            assert not batch.rejects
            del batch, frame
    assert extraction.tally.announced == extraction.tally.received == rows == limit
    return time.perf_counter() - begin


def read_peer(url: str, limit: int) -> float:
    """Read everything with the peer's ``get_all``. Returns seconds."""
    from sageintacctsdk.apis.bills import Bills  # noqa: PLC0415 - the peers’ processes must not pay for it

    begin = time.perf_counter()
    bills = Bills()
    bills._ApiBase__api_url = url  # noqa: SLF001  # the peer knows one address only
    bills.set_sender_id("sender")
    bills.set_sender_password("secret")
    bills.set_show_private(show_private=False)
    bills.get_session_id("user", "company", "secret")
    rows = len(bills.get_all(fields=[column.source for column in measured_table().columns]))
    assert rows == limit
    return time.perf_counter() - begin


def measure_parse(pages: int) -> dict[str, float]:
    """Return the cost of our two steps as multiples of libxml2's bare parse of the same pages."""
    import numpy as np  # noqa: PLC0415 - the peers’ processes must not pay for it
    from lxml import etree  # noqa: PLC0415 - the peers’ processes must not pay for it

    from intacct_pipelines.clients.intacct.functions import Function  # noqa: PLC0415 - the peers’ processes must not pay for it
    from intacct_pipelines.clients.intacct.reply import read_query  # noqa: PLC0415 - the peers’ processes must not pay for it
    from intacct_pipelines.extract.typing import type_rows  # noqa: PLC0415 - the peers’ processes must not pay for it

    table = measured_table()
    fields = tuple(column.source for column in table.columns)
    stub = Stub(make_records(PAGE))
    body = stub.answer('<function controlid="f"><query><pagesize>2000</pagesize>', "h")
    function = Function("f", etree.Element("query"))
    raw, columns, typed = [], [], []
    for _ in range(pages):
        raw.append(_timed(lambda: etree.fromstring(body)))
        # the C heap sorts the many pieces of a freed tree at the next large request, which is not to be ours
        np.empty(len(body), np.uint8)
        columns.append(_timed(lambda: read_query(body, function, OBJECT, fields)))
        page = read_query(body, function, OBJECT, fields)[0].columns
        typed.append(_timed(lambda page=page: type_rows(table, page, zone="America/Los_Angeles")))  # type: ignore[misc]  # bound per turn
    return {"columns": _median_ratio(columns, raw), "typed": _median_ratio(typed, raw)}


def _timed(run: Any) -> float:
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def _median_ratio(values: list[float], base: list[float]) -> float:
    return statistics.median(value / unit for value, unit in zip(values, base, strict=True))


def read_role(role: str, url: str, records: int) -> None:
    """Run one reader and print what it took."""
    seconds = {"ours": read_ours, "peer": read_peer}[role](url, records)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rows": records, "seconds": seconds, "peak_mib": peak}))


# ---- the run ----------------------------------------------------------------------------------------------------


class Run:
    """A stub of one size, and readers started against it."""

    def __init__(self, records: int) -> None:
        self.records = records
        self.server = subprocess.Popen(
            [sys.executable, __file__, "--role", "server", "--records", str(records)], stdout=subprocess.PIPE, text=True
        )
        assert self.server.stdout is not None
        self.address = f"http://127.0.0.1:{int(self.server.stdout.readline())}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.kill()
        self.server.wait(timeout=10)
        if self.server.stdout is not None:
            self.server.stdout.close()

    def get(self, path: str) -> dict[str, int]:
        """Ask the stub, which forgets its counts."""
        with urllib.request.urlopen(self.address + path, timeout=10) as answer:  # noqa: S310  # our own stub
            counts: dict[str, int] = json.loads(answer.read())
            return counts

    def read(self, role: str) -> dict[str, float]:
        """Run one reader as its own process."""
        self.get("/counts")
        command = [
            sys.executable,
            __file__,
            "--role",
            role,
            "--records",
            str(self.records),
            "--url",
            self.address + "/x",
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode:
            raise SystemExit(done.stderr)
        return {**json.loads(done.stdout), **self.get("/counts")}


def compare(records: int, rounds: int) -> None:
    """Measure everything and print a table."""
    pages = -(-records // PAGE)
    with Run(records) as run:
        ours, peers, slow = [], [], []
        for _ in range(rounds):
            ours.append(run.read("ours"))
            peers.append(run.read("peer"))
            run.get(f"/latency/{LATENCY_SECONDS}")
            slow.append(run.read("ours")["seconds"])
            run.get("/latency/0")
    with Run(max(records // 5, 1)) as run:
        small = run.read("ours")
    ratio = statistics.median(
        (own["rows"] / own["seconds"]) / (peer["rows"] / peer["seconds"]) for own, peer in zip(ours, peers, strict=True)
    )
    bound = (1 + -(-pages // 2)) * LATENCY_SECONDS
    peak = max(own["peak_mib"] for own in ours)
    parse = measure_parse(3 if records < PAGE else 9)
    lines = [
        (f"records/s ÷ sageintacctsdk, {records:,} × {FIELDS}", f"{ratio:.1f}", "≥ 10"),
        ("  ours, records/s", f"{ours[-1]['rows'] / ours[-1]['seconds']:,.0f}", ""),
        ("  sageintacctsdk, records/s", f"{peers[-1]['rows'] / peers[-1]['seconds']:,.0f}", ""),
        ("peak memory, MiB", f"{peak:.0f}", "≤ 200"),
        ("  sageintacctsdk, MiB", f"{peers[-1]['peak_mib']:.0f}", ""),
        (f"peak memory ÷ that of {max(records // 5, 1):,} records", f"{peak / small['peak_mib']:.2f}", "≤ 1.15"),
        ("requests", f"{ours[-1]['requests']}", f"= {pages + 1}"),
        ("connections", f"{ours[-1]['connections']}", "≤ 2"),
        ("with 300 ms a request ÷ latency bound", f"{statistics.median(slow) / bound:.2f}", "≤ 1.3"),
        ("page → columns ÷ raw parse", f"{parse['columns']:.2f}", "≤ 1"),
        ("text → typed ÷ raw parse", f"{parse['typed']:.2f}", "≤ 0.25"),
    ]
    for what, value, target in lines:
        print(f"{what:<55}{value:>10}   {target}")


def main() -> None:
    """Parse the arguments and run."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--quick", action="store_true", help="a small run without meaning for speed")
    arguments.add_argument("--records", type=int, default=100_000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--role", choices=("server", "ours", "peer"), help=argparse.SUPPRESS)
    arguments.add_argument("--url", default="", help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.role == "server":
        serve(Stub(make_records(chosen.records)))
    elif chosen.role:
        read_role(chosen.role, chosen.url, chosen.records)
    elif chosen.quick:
        compare(50, 1)
    else:
        compare(chosen.records, chosen.rounds)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    main()
