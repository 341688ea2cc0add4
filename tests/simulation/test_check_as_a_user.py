"""`check` as a new user has it: the sandbox and the command each a process, HTTP between them, a file to correct."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from intacct_pipelines.cli.offline import sandbox, write_connections

COMPANY = ("--entities", "2", "--bills", "60", "--spend-calls-per-minute", "0", "--names-once")
PRODUCTS = {
    # what is wrong → check that tells it, its place, rule, and a word of how to mend it
    "books-closed": ("open books", "meridian-sandbox-1:100", "S-IDM-08", "General Ledger > Books"),
    "no-order-entry": ("modules", "meridian-sandbox-1", "S-ITM-03", "Company > Admin > Subscriptions"),
    "card-expired": ("card account", "cards-100", "S-SET-28", "Cash Management > Accounts > Credit card"),
    "separate-debits": ("separate debits and credits", "entity-100", "S-AFT-01", "separate debits off"),
    "no-approval-policy": ("approval of what goes into BILL", "entity-100", "S-APR-01", "Approval policies"),
    "cards-denied": ("permissions in the platform, by trial reads", "cards-100", "S-CFG-16", "as an administrator"),
    "files-of-another-header": ("drop folder", "files-100", "S-PMT-11", "`columns`"),
}
"""What is wrong in Intacct, BILL, Spend & Expense and Business Center."""
AGAIN = {
    "cards-denied": ("permissions in the platform, by trial reads", "cards-200", "S-CFG-16", "as an administrator")
}
"""The platform's other account is wrong in the same way."""
FILE = {
    "no account of that number": ("accounts of the link", "entity-100", "S-CFG-03", "`clearing.money_out`"),
    "no such department": ("records that the link names", "entity-100", "S-DEP-01", "Company > Departments"),
    "no such folder": ("folder for Business Center", "files-100", "S-PMT-11", "`into_business_center.folder`"),
}
"""What is wrong in the connections file."""
SIGN_INS = {
    "sender-not-authorised": ("sign-in at the top level", "meridian-sandbox-1", "S-SET-21", "Web Services"),
    "key": ("sign-in at BILL", "entity-100", "S-ERR-28", "`dev_key`"),
    "token": ("token of the platform account", "cards-100", "S-ERR-28", "API token"),
}
"""What keeps everybody out, and so hides all else of its system."""


@pytest.fixture
def user(tmp_path: Path, warehouse_dsn: str) -> User:
    """Somebody with an empty home."""
    return User(tmp_path, warehouse_dsn)


class User:
    """Starts the sandbox at one address, keeps a connections file, and runs the command.

    Args:
        home: ``DAGSTER_HOME``.
        warehouse_dsn: Where calls are counted.
    """

    def __init__(self, home: Path, warehouse_dsn: str) -> None:
        self.home = home
        self.files = home / "connections.yaml"
        self.environment = {
            **os.environ,
            "DAGSTER_HOME": str(home),
            "INTACCT_PIPELINES_CONNECTIONS": str(self.files),
            "INTACCT_PIPELINES_WAREHOUSE_URL": warehouse_dsn,
        }
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = str(free.getsockname()[1])

    def serve(self, name: str, *wrong: str) -> Any:
        """Start the company anew, wrong in some ways; its drop folder is called ``name``."""
        flags = [word for one in wrong for word in ("--wrong", one)]
        folder = ("--business-center-folder", str(self.home / name))
        return sandbox("--port", self._port, *COMPANY, *folder, *flags)

    def write(self, facts: dict[str, Any], *, is_right: bool) -> None:
        """Write the connections file by the guide, with three mistakes if it is not to be right."""
        write_connections(self.home, facts, auto_items=0, auto_amount=0)
        file = yaml.safe_load(self.files.read_text(encoding="utf-8"))
        file["companies"]["sandbox"]["monthly_calls"] = 100_000
        link, out = file["links"]["entity-100"], self.home / "out"
        link |= {"into_bill": {"not_pushed": ["bill_ar_invoice"]}, "departments": {"1": "10" if is_right else "999"}}
        way = {"folder": str(out if is_right else self.home / "nowhere"), "not_pushed": ["center_bill"]}
        file["business_center"]["files-100"]["into_business_center"] = way
        if not is_right:
            link["clearing"] = {**link["clearing"], "money_out": "1999"}
        out.mkdir(exist_ok=True)
        self.files.write_text(yaml.safe_dump(file), encoding="utf-8")

    def secret(self, name: str, value: str) -> None:
        """Put another secret into its file."""
        (self.home / "secrets" / name).write_text(value, encoding="utf-8")

    def check(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command."""
        command = [sys.executable, "-m", "intacct_pipelines.cli", "check", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603 - our own command

    def findings(self, code: int) -> list[dict[str, str]]:
        """What the command says, after it left with a code."""
        done = self.check("--json")
        assert done.returncode == code, done.stdout + done.stderr
        found: list[dict[str, str]] = json.loads(done.stdout)["findings"]
        return found


def agree(found: list[dict[str, str]], *wrong: dict[str, tuple[str, str, str, str]]) -> None:
    """Each of what is wrong is told once, with what was found and expected and how to mend it; and nothing else."""
    expected = sorted(place[:3] for one in wrong for place in one.values())
    assert sorted((one["check"], one["place"], one["rule"]) for one in found) == expected
    words = {place[:3]: place[3] for one in wrong for place in one.values()}
    for one in found:
        assert one["found"]
        assert one["expected"]
        assert words[one["check"], one["place"], one["rule"]] in one["mend"]


def test_ten_wrong_set_ups_are_named_with_their_remedy_and_a_right_one_is_silent(user: User):
    """Across Intacct, BILL, Spend & Expense, Business Center and the connections file, all ten in one go.

    Mended in the products, what is wrong in the file is left; mended there too, one line says that all is well.
    """
    assert len(PRODUCTS) + len(FILE) == 10
    with user.serve("wrong", *PRODUCTS) as facts:
        user.write(facts, is_right=False)
        agree(user.findings(1), PRODUCTS, AGAIN, FILE)
        shown = user.check()
        assert shown.returncode == 1
        for _, _, rule, _ in (*PRODUCTS.values(), *FILE.values()):
            assert rule in shown.stdout
    with user.serve("right") as facts:
        user.write(facts, is_right=False)
        agree(user.findings(1), FILE)
        user.write(facts, is_right=True)
        done = user.check()
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert len(done.stdout.splitlines()) == 1
        assert done.stdout.endswith(" checks are well.\n")


def test_what_keeps_everybody_out_of_three_systems_is_named_in_one_go(user: User):
    """What it hides is said to be not asked, and counts as wrong (S-SET-21, S-ERR-28)."""
    with user.serve("files", "sender-not-authorised") as facts:
        user.write(facts, is_right=True)
        for name in ("dev_key", "spend_token_100"):
            user.secret(name, "not-it")
        found = user.findings(1)
        told = [one for one in found if one["standing"] != "not asked"]
        others = [one for one in told if one["place"] in {"entity-200", "cards-200"}]
        agree([one for one in told if one not in others], SIGN_INS)
        # One key is of all links; the other account's token is its own.
        assert [(one["check"], one["place"]) for one in others] == [("sign-in at BILL", "entity-200")]
        assert {one["system"] for one in found if one["standing"] == "not asked"} == {"intacct", "bill", "spend"}
        assert "not-it" not in str(found)
