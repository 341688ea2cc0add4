"""`explain` over a whole synced company: every kind of record tells its story, by any of its names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from pipeline_world import World
from psycopg.rows import dict_row

from intacct_pipelines.cli import main
from intacct_pipelines.cli.story import print_story, standing
from intacct_pipelines.defs.comparing import reconcile
from intacct_pipelines.defs.planning import confirm_and_plan
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.reconciled import RECONCILED
from intacct_pipelines.warehouse.conservation import contradictions
from intacct_pipelines.warehouse.stories import Story, tell
from intacct_pipelines.warehouse.subjects import subjects_named

ONE_SCREEN = 60
HAVE_NO_DATE = {
    "accounting_class", "ap_term", "business_center_account", "business_center_vendor", "currency", "customer",
    "department", "employee", "gl_account", "item", "location", "project", "vendor",
}  # fmt: skip


@pytest.fixture(scope="module")
def world(make_database, migrated_template, tmp_path_factory) -> World:
    """A company whose objects are all reconciled, and whose bills are planned; nothing changes it afterwards."""
    world = World(make_database(migrated_template), bills=60, grace_hours=0)
    world.extract()
    with world.systems() as systems:
        for one in RECONCILED.values():
            reconcile(systems, systems.link(world.entity, one.platform), one.name, "run-1")
        confirm_and_plan(systems, systems.link(world.entity))
        with systems.warehouse.transaction() as connection:
            # two vendors that number their bills alike
            connection.execute(
                "UPDATE bill.ap_bill SET document_no = 'TWICE' WHERE id IN (SELECT min(id) FROM bill.ap_bill "
                "WHERE vendor_id IN (SELECT DISTINCT vendor_id FROM bill.ap_bill ORDER BY 1 LIMIT 2) "
                "GROUP BY vendor_id)"
            )
    path = tmp_path_factory.mktemp("home") / "connections.yaml"
    path.write_text(json.dumps(world.connections.model_dump(mode="json")), encoding="utf-8")  # JSON is YAML
    world.environment["INTACCT_PIPELINES_CONNECTIONS"] = str(path)
    return world


@pytest.fixture(scope="module")
def systems(world) -> Iterator[Systems]:
    with world.systems() as opened:
        yield opened


def asked(systems, query, **values) -> list[dict[str, Any]]:
    with systems.warehouse.transaction() as connection, connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, values).fetchall()


def stories(systems, one, words) -> list[Story]:
    links = {link.name: str(link.entity) for link in systems.connections.platform_links(one.platform)}
    (name,) = links
    return [
        tell(systems.warehouse, one, subject, name)
        for subject in subjects_named(systems.warehouse, one, words, links=links)
    ]


def story(systems, name, words) -> Story:
    (told,) = stories(systems, RECONCILED[name], words)
    return told


def records(systems, name):
    """One record of each way in which a record of the object can stand."""
    return asked(
        systems,
        "SELECT DISTINCT ON (how) * FROM (SELECT 'equal ' || is_equal AS how, platform_id, intacct_record_no FROM "
        "recon.match WHERE object = %(name)s UNION SELECT kind || verdict || rule, platform_id, intacct_record_no "
        "FROM recon.difference WHERE object = %(name)s) AS one ORDER BY how, platform_id, intacct_record_no",
        name=name,
    )


DIFFERENCES = """
SELECT kind, field, verdict, rule, turn, reason, remedy FROM recon.difference
WHERE object = %(name)s AND (platform_id = %(platform_id)s OR intacct_record_no = %(intacct_record_no)s)
"""
PAIR = """
SELECT FROM recon.match
WHERE object = %(name)s AND platform_id = %(platform_id)s AND intacct_record_no = %(intacct_record_no)s
"""


@pytest.mark.parametrize("name", sorted(RECONCILED))
def test_every_kind_of_record_tells_what_is_stored_of_it(systems, capsys, name):
    """By the platform's key and by Intacct's: both sides, the pair, and exactly the differences that it has."""
    one = RECONCILED[name]
    some = records(systems, name)
    compared = asked(systems, "SELECT FROM recon.period_total WHERE object = %(name)s", name=name)
    assert bool(some) == bool(compared)
    for record in some:
        key, number = record["platform_id"], record["intacct_record_no"]
        names = [f"{one.platform}:{key}"] * (key is not None) + [f"intacct:{number}"] * (number is not None)
        told, *others = [told for words in names for told in stories(systems, one, words)]
        assert (len(others), all(other == told for other in others)) == (len(names) - 1, True)
        keys = tuple(told[side] and told[side]["key"] for side in ("platform", "intacct"))
        assert keys == (key, None if number is None else str(number))
        stored = asked(systems, DIFFERENCES, name=name, **record)
        shown = [{column: row[column] for column in stored[0]} for row in told["differences"]] if stored else []
        assert sorted(shown, key=str) == sorted(stored, key=str)
        assert bool(told["differences"]) == bool(stored) == bool(told["findings"])
        assert (told["pair"] is not None) == bool(asked(systems, PAIR, name=name, **record))
        if one.records_in("platform") and key is not None and not key.startswith("computed"):
            assert told["platform"]["fields"], record
        if one.records_in("intacct") and number is not None:
            assert told["intacct"]["fields"]["record_no"] == number
            assert told["history"]
        print_story(one, told)
        printed = capsys.readouterr().out
        assert standing(told) in printed
        assert len(printed.splitlines()) <= ONE_SCREEN
        assert all(row["turn"] in printed and row["verdict"].replace("_", " ") in printed for row in stored)


def test_every_document_has_a_date_and_what_is_in_no_period_has_none(systems):
    """Of every reconciled object: its differences and classes are all dated, or none is."""
    dated = asked(
        systems,
        "SELECT object, bool_and(document_date IS NOT NULL) AS every, bool_or(document_date IS NOT NULL) AS some "
        "FROM recon.difference GROUP BY 1",
    )
    assert {row["object"] for row in dated if row["every"] != row["some"]} == set()
    assert {row["object"] for row in dated if not row["some"]} == HAVE_NO_DATE & {row["object"] for row in dated}
    undated = asked(systems, "SELECT DISTINCT object FROM recon.period_total WHERE month IS NULL")
    assert {row["object"] for row in undated} <= HAVE_NO_DATE
    for name in RECONCILED:
        for link in systems.connections.platform_links(RECONCILED[name].platform):
            assert contradictions(systems.warehouse, link.name, name) == []


def test_a_number_that_several_have_is_listed_with_names_that_lead_to_one_each(world, systems, monkeypatch):
    """The command tells two bills of one number apart; each name of its own tells one story, in text and as JSON."""
    for name, value in world.environment.items():
        monkeypatch.setenv(name, value)
    listed = CliRunner().invoke(main, ["explain", "bill", "twice", "--json"])
    several = json.loads(listed.stdout)["several"]
    assert (listed.exit_code, len(several)) == (2, 2)
    for row in several:
        assert standing(story(systems, "ap_bill", row["name"])) == row["standing"]
    printed = CliRunner().invoke(main, ["explain", "bill", "TWICE"])
    assert (printed.exit_code, "Choose one: `explain bill`" in printed.output) == (2, True)
    one = CliRunner().invoke(main, ["explain", "bill", several[0]["name"], "--entity", several[0]["entity"], "--json"])
    assert (one.exit_code, json.loads(one.stdout)["standing"]) == (0, several[0]["standing"])
    other = CliRunner().invoke(main, ["explain", "bill", several[0]["name"], "--entity", "another:1"])
    assert (other.exit_code, "No bill is called" in other.output) == (2, True)


def test_a_name_finds_a_record_whatever_its_case_and_what_is_personal_finds_none(systems):
    """A vendor is found by name, id and record number; its e-mail address finds nothing."""
    (vendor,) = asked(
        systems,
        "SELECT v.* FROM intacct.vendor AS v JOIN recon.match AS m ON m.object = 'vendor' "
        "AND m.intacct_record_no = v.record_no WHERE v.email IS NOT NULL AND m.is_equal ORDER BY v.record_no LIMIT 1",
    )
    for words in (vendor["vendor_id"], vendor["name"].upper(), f"intacct:{vendor['record_no']}"):
        told = story(systems, "vendor", words)
        assert told["intacct"]["key"] == str(vendor["record_no"])
        assert standing(told) == "In BILL and in Sage Intacct, and equal."
    assert stories(systems, RECONCILED["vendor"], vendor["email"]) == []


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("vendor", "bill.vendor"),
        ("vendor", "intacct.vendor"),
        ("customer", "bill.customer"),
        ("customer", "intacct.customer"),
        ("employee", "bill.employee"),
        ("employee", "intacct.employee"),
        ("business_center_vendor", "business_center.vendor"),
        ("reimbursement", "spend.reimbursement"),
    ],
)
def test_nothing_personal_is_told(systems, capsys, name, table):
    """No e-mail, phone, tax id, bank number, street or name of an employee, in text or JSON."""
    one, declared = RECONCILED[name], TABLES[table]
    hidden = {column.name for column in declared.columns} - set(declared.shown_columns)
    prefix = "intacct" if table.startswith("intacct") else one.platform
    rows = asked(systems, f"SELECT * FROM {table} ORDER BY {declared.key[0]} LIMIT 5")  # noqa: S608 - our own names
    assert rows
    for row in rows:
        told = story(systems, name, f"{prefix}:{row[declared.key[0]]}")
        print_story(one, told)
        said = capsys.readouterr().out + json.dumps(told, default=str, ensure_ascii=False)
        # A vendor's own name is shown, also where another column repeats it.
        name_shown = str(row.get("name", ""))
        personal = {str(row[column]) for column in hidden if row[column] is not None} - {""}
        personal = {words for words in personal if len(words) > 3 and words not in name_shown}
        assert {words for words in personal if words in said} == set()


def test_a_payment_tells_its_lump_sum_and_a_lump_sum_its_payments(systems):
    """S-AFT-01: the group that a payment settled in is told from either end."""
    (member, *_) = asked(
        systems,
        "SELECT one.settlement, one.member_id, two.member_id AS movement FROM recon.settlement_member AS one "
        "JOIN recon.settlement_member AS two USING (link, object, settlement) WHERE object = 'ap_funds_transfer' "
        "AND one.member_object = 'ap_payment' AND two.member_object = 'money_movement' ORDER BY 1, 2, 3",
    )
    (group,) = story(systems, "ap_payment", member["member_id"])["settlements"]
    assert group["settlement"] == member["settlement"]
    (back,) = story(systems, "ap_funds_transfer", member["movement"])["settlements"]
    assert back == group
    assert {one["id"] for one in back["members"]} >= {member["movement"], member["member_id"]}


def test_what_was_held_and_planned_is_told_without_what_would_be_sent(systems):
    """The last plan's hold with its rule, a plan's item with its journal, and no payload."""
    (hold, *_) = asked(systems, "SELECT source_id, rule FROM push.hold WHERE object_name = 'ap_bill' ORDER BY 1")
    assert {row["rule"] for row in story(systems, "ap_bill", f"bill:{hold['source_id']}")["holds"]} == {hold["rule"]}
    (item, *_) = asked(systems, "SELECT source_id, plan_id, object_name FROM push.item ORDER BY 1")
    told = story(systems, item["object_name"], f"bill:{item['source_id']}")
    assert [row["plan_id"] for row in told["items"]] == [item["plan_id"]]
    assert "payload" not in told["items"][0]
    assert [row["event"] for row in told["journal"]][:1] == ["planned"]
