"""Clients that others wrote work against the served sandbox, unchanged but for the address.

One is on PyPI and always runs; the vendor's own needs node and its registry, and speaks only to hosts below
intacct.com, so it comes through a local name and a TLS front.
"""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sageintacctsdk import SageIntacctSDK
from sageintacctsdk.apis import ApiBase
from sageintacctsdk.exceptions import WrongParamsError
from vendor_sdk import run

from intacct_pipelines.sandbox.server import SandboxOptions, SandboxServer

TODAY = date(2026, 3, 16)
_LOCAL_NAME = "sandbox.intacct.com"
_PATIENCE_SECONDS = 120


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    """A sandbox on a real port."""
    with SandboxServer(SandboxOptions(bills=120, today=TODAY)) as served:
        yield served


@pytest.fixture
def connect(server: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that logs the PyPI client in at an entity; only the address in its constructor is changed."""
    facts = server.sandbox.describe()["intacct"]
    made = ApiBase.__init__

    def at_the_sandbox(self: ApiBase, *args: Any, **more: Any) -> None:
        made(self, *args, **more)
        self._ApiBase__api_url = facts["url"]

    monkeypatch.setattr(ApiBase, "__init__", at_the_sandbox)

    def log_in(entity_id: str | None = None, **changes: str) -> SageIntacctSDK:
        names = ("sender_id", "sender_password", "user_id", "company_id", "user_password")
        credentials = {name: facts[name] for name in names}
        return SageIntacctSDK(**{**credentials, **changes}, entity_id=entity_id)

    return log_in


def test_a_python_client_reads_all_bills(server: SandboxServer, connect: Any):
    """The client counts and pages through an entity's bills with its own field list, and gets each once."""
    entity = server.sandbox.business.entities[0].entity_id
    expected = {str(bill.record_no) for bill in server.sandbox.intacct.bills() if bill.fields["MEGAENTITYID"] == entity}
    sdk = connect(entity)
    bills = sdk.bills.get_all()
    assert expected
    assert {bill["RECORDNO"] for bill in bills} == expected
    assert len(bills) == len(expected) == sdk.bills.count(field=None)
    pages = [
        bill for page in sdk.bills.get_all_generator(order_by_field="RECORDNO", order="ascending") for bill in page
    ]
    assert {bill["RECORDNO"] for bill in pages} == expected


def test_a_python_client_posts_a_vendor_and_a_bill(server: SandboxServer, connect: Any):
    """Both are created by the generic `create`, come back by `readByQuery`, and keep the books balanced."""
    entity = server.sandbox.business.entities[0]
    sdk = connect(entity.entity_id)
    vendor = {"VENDORID": "V-FOREIGN", "NAME": "Fremde & Söhne", "DISPLAYCONTACT": {"PRINTAS": "Fremde & Söhne"}}
    assert sdk.vendors.post(vendor)["status"] == "success"
    assert sdk.vendors.get("VENDORID", "V-FOREIGN")["VENDOR"][0]["NAME"] == "Fremde & Söhne"
    line = {
        "ACCOUNTNO": server.sandbox.business.expense_account,
        "TRX_AMOUNT": "12.34",
        "LOCATIONID": entity.location_ids[0],
    }
    bill = {
        "WHENCREATED": "03/10/2026",
        "WHENDUE": "04/10/2026",
        "VENDORID": "V-FOREIGN",
        "RECORDID": "F-1",
        "CURRENCY": entity.currency,
        "APBILLITEMS": {"APBILLITEM": [line]},
    }
    assert sdk.bills.post(bill)["status"] == "success"
    found = sdk.bills.get("VENDORID", "V-FOREIGN")["apbill"]
    found = found if isinstance(found, list) else [found]
    assert [Decimal(row["TRX_TOTALENTERED"]) for row in found] == [Decimal("12.34")]


def test_a_python_client_understands_a_refusal(connect: Any):
    """A wrong password is an error that the client has a class for."""
    with pytest.raises(Exception, match="nvalid") as caught:
        connect(user_password="wrong")
    assert type(caught.value).__module__ == "sageintacctsdk.exceptions"
    with pytest.raises(WrongParamsError):
        connect().vendors.post({"VENDORID": "V-FOREIGN-2"})


@contextmanager
def _tls_front(certificate: Path, key: Path) -> Iterator[tuple[int, list[int]]]:
    """Listen with TLS and pass everything on to the port that is put into the list."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    target: list[int] = []

    def copy(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # either side has gone: the other sees it

    def serve(client: socket.socket) -> None:
        with (
            context.wrap_socket(client, server_side=True) as outer,
            socket.create_connection(("127.0.0.1", target[0]), timeout=_PATIENCE_SECONDS) as inner,
        ):
            threading.Thread(target=copy, args=(outer, inner), daemon=True).start()
            copy(inner, outer)

    def accept(listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return  # closed: the test is over
            threading.Thread(target=serve, args=(client,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1], target
        listener.shutdown(socket.SHUT_RDWR)


_NAME_HOOK = """
const dns = require("dns");
const lookup = dns.lookup;
dns.lookup = (name, ...rest) => lookup(name.endsWith(".intacct.com") ? "127.0.0.1" : name, ...rest);
"""
_SCRIPT = """
const { OnlineClient, Functions } = require("@intacct/intacct-sdk");
const facts = JSON.parse(process.argv[2]);
const { Query, QuerySelect } = Functions.Common.NewQuery;
async function main() {
  const client = new OnlineClient({
    endpointUrl: facts.url, senderId: facts.sender_id, senderPassword: facts.sender_password,
    companyId: facts.company_id, entityId: facts.entities[0], userId: facts.user_id, userPassword: facts.user_password,
  });
  const vendor = new Functions.AccountsPayable.VendorCreate();
  vendor.vendorId = "V-SDK";
  vendor.vendorName = "Vendor's own & Co";
  vendor.printAs = "Vendor's own & Co";
  vendor.active = true;
  const created = (await client.execute(vendor)).getResult();
  const query = new Query();
  query.assignFromObject("VENDOR").assignPageSize(5);
  query.assignSelectFields(new QuerySelect.SelectBuilder().addFields(["RECORDNO", "VENDORID", "NAME"]).selects);
  const found = (await client.execute(query)).getResult();
  console.log(JSON.stringify({
    created: [created.status, created.data[0]], count: found.count, total: found.totalCount,
    first: found.data[0],
  }));
}
main().catch((error) => { console.error(error); process.exit(1); });
"""


def test_the_vendors_own_client_queries_and_creates(vendor_sdk: Path, tmp_path: Path):
    """The vendor's SDK logs in, follows the endpoint, creates a vendor and queries, over TLS and a name of its own."""
    if not shutil.which("openssl"):
        pytest.skip("the vendor's client speaks TLS only, and this machine does not have openssl")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    made = run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", f"/CN={_LOCAL_NAME}", "-addext", f"subjectAltName=DNS:{_LOCAL_NAME}"),
            *("-keyout", str(key), "-out", str(certificate)),
        ]
    )
    assert made.returncode == 0, made.stderr
    hook, script = tmp_path / "hook.js", vendor_sdk / "script.js"
    hook.write_text(_NAME_HOOK)
    script.write_text(_SCRIPT)
    with _tls_front(certificate, key) as (port, target):
        options = SandboxOptions(bills=30, today=TODAY, public_url=f"https://{_LOCAL_NAME}:{port}")
        with SandboxServer(options) as served:
            target.append(served.port)
            facts = served.sandbox.describe()["intacct"]
            environment = {
                "NODE_EXTRA_CA_CERTS": str(certificate),
                "PATH": str(Path(shutil.which("node") or "").parent),
            }
            ran = run(["node", "--require", str(hook), str(script), json.dumps(facts)], env=environment)
            vendors = served.sandbox.intacct.records("VENDOR")
    assert ran.returncode == 0, ran.stderr
    answer = json.loads(ran.stdout)
    assert answer["created"][0] == "success"
    assert answer["count"] == 5
    assert answer["total"] > 5
    assert set(answer["first"]) == {"RECORDNO", "VENDORID", "NAME"}
    assert [v["NAME"] for v in vendors if v["VENDORID"] == "V-SDK"] == ["Vendor's own & Co"]
