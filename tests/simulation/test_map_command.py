"""A person's word on a pair: what reconciliation could not know, it knows from then on."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from pipeline_world import World

from intacct_pipelines.cli import main
from intacct_pipelines.defs.comparing import reconcile
from intacct_pipelines.domain.reconciled import RECONCILED
from intacct_pipelines.warehouse.recon import Recon


def with_connections(world: World, folder) -> World:
    """The world, its connections in a file that its environment names."""
    path = folder / "connections.yaml"
    path.write_text(json.dumps(world.connections.model_dump(mode="json")), encoding="utf-8")  # JSON is YAML
    world.environment["INTACCT_PIPELINES_CONNECTIONS"] = str(path)
    return world


@pytest.fixture
def world(warehouse_dsn: str, tmp_path, monkeypatch) -> World:
    world = with_connections(World(warehouse_dsn), tmp_path)
    for name, value in world.environment.items():
        monkeypatch.setenv(name, value)
    return world


@pytest.fixture(scope="module")
def read_company(make_database, migrated_template, tmp_path_factory) -> World:
    """A company that was read whole; each test decides about pairs of one object, which no other test looks at."""
    world = with_connections(World(make_database(migrated_template), grace_hours=0), tmp_path_factory.mktemp("home"))
    world.extract()
    return world


@pytest.fixture
def company(read_company, monkeypatch) -> World:
    for name, value in read_company.environment.items():
        monkeypatch.setenv(name, value)
    return read_company


def decide(*arguments):
    return CliRunner().invoke(main, ["map", *arguments, "--by", "ana", "--json"])


def pairs_of(world: World, one, run: str) -> dict[str, int]:
    """The pairs that a fresh reconciliation finds, by the platform's key."""
    with world.systems() as systems:
        link = systems.link(world.entity, one.platform)
        reconcile(systems, link, one.name, run)
        matches = Recon(systems.warehouse).matches(link.name, one.name)
    return dict(zip(matches["platform_id"], matches["intacct_record_no"], strict=True))


DECIDED = sorted(one.name for one in RECONCILED.values() if not one.pairs_follow)
PAIRLESS = {"reimbursement"}
"""Of these the sandbox's company has no pair."""


@pytest.mark.parametrize("name", DECIDED)
def test_a_decision_about_any_object_is_remembered(company, name):
    """Refused, a pair is never used again, run after run; confirmed, it is, though another one was found meanwhile."""
    one = RECONCILED[name]
    pairs = pairs_of(company, one, "run-1")
    if name in PAIRLESS:
        assert not pairs
        return
    platform_id, record_no = min((key, number) for key, number in pairs.items() if not key.startswith("computed"))
    refused = decide(one.word, platform_id, str(record_no), "--refuse")
    assert refused.exit_code == 0, refused.output
    for run in ("run-2", "run-3"):
        assert pairs_of(company, one, run).get(platform_id) != record_no
    confirmed = decide(one.word, platform_id, str(record_no), "--confirm")
    assert confirmed.exit_code == 0, confirmed.output
    for run in ("run-4", "run-5"):
        assert pairs_of(company, one, run)[platform_id] == record_no
    listed = json.loads(CliRunner().invoke(main, ["map", one.word, platform_id, "--json"]).output)
    assert ("confirmed", "ana", record_no) in {
        (row["status"], row["decided_by"], row["intacct_record_no"]) for row in listed
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("credit-application", "c1:b1", "1"), "it follows the pairs of its bill and of its credit"),
        (("bill", "00nobody", "1"), "has no record 00nobody"),
        (("card-transaction", "nobody", "1"), "spend.card_transaction or spend.card_transaction_line of"),
        (("vendor", "x", "1", "--link", "other"), "No link of a vendor is called other"),
        (("business-center-bill", "x", ""), "A decision needs the platform's id, Intacct's id and one link"),
    ],
)
def test_a_slip_is_told_and_nothing_is_written(company, arguments, words):
    """The message says what is wrong; no decision is stored."""
    done = decide(*arguments, "--confirm")
    assert done.exit_code == 2
    assert words in done.output
    with company.systems() as systems:
        crosswalk = Recon(systems.warehouse).crosswalk(f"entity-{company.entity.entity_id}")
    assert arguments[1] not in set(crosswalk["platform_id"])


def test_a_payable_bill_is_no_vendor_credit(company):
    """S-VCR-06: a credit pairs with a negative bill or an adjustment, never with what the company owes."""
    pairs_of(company, RECONCILED["vendor_credit"], "run-1")
    with company.systems() as systems, systems.warehouse.transaction() as connection:
        (credit,) = connection.execute("SELECT min(id) FROM bill.vendor_credit").fetchone()
        (bill,) = connection.execute(
            "SELECT min(record_no) FROM intacct.ap_bill WHERE trx_total_entered > 0 "
            "AND record_no NOT IN (SELECT record_no FROM intacct.ap_adjustment)"
        ).fetchone()
    done = decide("vendor-credit", credit, str(bill), "--confirm")
    assert done.exit_code == 2
    assert "no comparison has found it to be a vendor credit" in done.output


def test_what_was_deleted_can_be_refused_and_not_confirmed(company):
    """A deleted record has no partner; that it never was one may still be said."""
    one = RECONCILED["department"]
    with company.systems() as systems, systems.warehouse.transaction() as connection:
        ours, theirs = connection.execute(
            "SELECT (SELECT max(id) FROM bill.department), (SELECT max(record_no) FROM intacct.department)"
        ).fetchone()
        connection.execute("UPDATE intacct.department SET _deleted = true WHERE record_no = %s", [theirs])
    refused = decide(one.word, ours, str(theirs), "--confirm")
    assert (refused.exit_code, "Intacct deleted record" in refused.output) == (2, True)
    assert decide(one.word, ours, str(theirs), "--refuse").exit_code == 0


def ambiguous(world: World) -> tuple[list[str], list[int]]:
    """BILL ids and Intacct record numbers of vendors that share a name."""
    with world.systems() as systems:
        rows = Recon(systems.warehouse).differences(f"entity-{world.entity.entity_id}", "vendor")
    rows = rows[rows["kind"] == "duplicate"]
    ours = [str(row) for row in rows["platform_id"] if row]
    theirs = [int(row) for row in rows["intacct_record_no"] if row == row and row]  # noqa: PLR0124 - NaN
    return ours, theirs


def test_a_confirmed_pair_is_used_and_its_holds_resolve(world):
    """Two vendors with one name are told apart by `map`; the next sync pairs them and holds them no more [S-VEN-03]."""
    holds = {hold.source_id for hold in world.sync().plan.holds if hold.rule == "S-VEN-03"}
    ours, theirs = ambiguous(world)
    assert len(ours) == len(theirs) == 2
    assert set(ours) <= holds
    for bill_id, record_no in zip(ours, theirs, strict=True):
        command = ["map", "vendor", bill_id, str(record_no), "--confirm", "--by", "ana", "--json"]
        done = CliRunner().invoke(main, command)
        assert done.exit_code == 0, done.output
        assert json.loads(done.output)["status"] == "confirmed"
    again = world.sync()
    assert ambiguous(world) == ([], [])
    assert not {hold.source_id for hold in again.plan.holds} & set(ours)


def test_a_decision_about_records_that_are_not_there_is_refused(world):
    """A slip of the pen does not pair strangers."""
    world.extract()
    done = CliRunner().invoke(main, ["map", "vendor", "009nobody", "40", "--confirm"])
    assert done.exit_code == 2
    assert "no record" in done.output
