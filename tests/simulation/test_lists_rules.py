"""What the rules say of lists, seen in the warehouse after a sync of a generated company."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd
import pytest
from pipeline_world import World

from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.defs.optional import Skipped, sync_or_skip
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.catalog import INTACCT_TABLES, TABLES
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.records import Certificate
from intacct_pipelines.sandbox.intacct.refusals import FunctionRefusedError
from intacct_pipelines.settings import Connections

_DOCUMENTS = {table.name for table in INTACCT_TABLES if table.document_date}
LISTS = [
    table
    for table in INTACCT_TABLES
    if table.name not in _DOCUMENTS and table.parent not in _DOCUMENTS and not table.control_total
]


@dataclass
class Synced:
    """A company whose lists have been read, at one entity and at the top level."""

    world: World
    systems: Systems
    outcomes: dict[tuple[str, str], Certificate | Skipped]

    def rows(self, name: str, *, top: bool = False) -> pd.DataFrame:
        """The rows of a table at the entity, or at the top level."""
        entity = EntityKey(self.world.company_id) if top else self.world.entity
        return self.systems.warehouse.read_frame(f"intacct.{name}", str(entity))


@pytest.fixture(scope="module")
def synced(make_database: Callable[..., str], migrated_template: str) -> Iterator[Synced]:
    world = World(make_database(migrated_template), bills=40)
    with world.systems() as systems:
        outcomes = {
            (table.name, entity.entity_id): sync_or_skip(systems, entity, table, "run")
            for entity in (EntityKey(world.company_id), world.entity)
            for table in LISTS
        }
        yield Synced(world, systems, outcomes)


def test_every_list_is_read_whole_at_the_entity_or_once_for_the_company(synced):
    """Each list has a whole certificate with rows, and what is the same for every entity was read once."""
    entity = synced.world.entity.entity_id
    for table in LISTS:
        certificate = synced.outcomes[table.name, "" if table.is_company_wide else entity]
        assert isinstance(certificate, Certificate), (table.name, certificate)
        assert certificate.is_whole
        assert certificate.quarantined == 0
        # A log begins with the first reading of the tables that it tells of.
        assert certificate.received > 0 or table.is_log, table.name
        if table.is_company_wide:
            assert isinstance(synced.outcomes[table.name, entity], Skipped)


def test_syncing_the_lists_again_changes_nothing_and_costs_two_requests_at_most(synced):
    """Small lists are read whole by one request; those with a cursor ask for changes and deletions."""
    client = synced.systems.intacct_client(synced.world.company_id)
    sent: dict[str, int] = {}
    for table in LISTS:
        before = client.requests
        outcome = sync_or_skip(synced.systems, synced.world.entity, table, "again")
        sent[table.name] = client.requests - before
        if isinstance(outcome, Certificate):
            assert (outcome.inserted, outcome.updated, outcome.deleted) == (0, 0, 0), table.name
    assert max(sent.values()) <= 2
    assert sum(sent.values()) <= 45


@pytest.mark.parametrize(
    ("name", "source_object", "key"),
    [
        ("gl_account", "GLACCOUNT", "account_no"),  # S-COA-01
        ("department", "DEPARTMENT", "department_id"),  # S-DEP-01
        ("location", "LOCATION", "location_id"),  # S-LOC-01
        ("accounting_class", "CLASS", "class_id"),  # S-CLS-01
        ("employee", "EMPLOYEE", "employee_id"),  # S-EMP-01
        ("project", "PROJECT", "project_id"),  # S-PRJ-01
        ("customer", "CUSTOMER", "customer_id"),  # S-CUS-01
        ("item", "ITEM", "item_id"),  # S-ITM-01
        ("vendor", "VENDOR", "vendor_id"),  # S-VEN-01
    ],
)
def test_a_list_holds_what_the_company_has(synced, name, source_object, key):
    """S-COA-01, S-DEP-01, S-LOC-01, S-CLS-01, S-EMP-01, S-PRJ-01, S-CUS-01, S-ITM-01, S-VEN-01: each record, by id."""
    field = TABLES[f"intacct.{name}"].column(key).source
    seen = {"", synced.world.entity.entity_id}
    records = synced.world.sandbox.intacct.records(source_object)
    there = {record[field] for record in records if record.get("MEGAENTITYID", "") in seen}
    assert set(synced.rows(name)[key]) == there
    assert there


def test_account_labels_name_their_accounts(synced):
    """S-COA-02: labels of both sides are read, with the account for which each stands."""
    assert dict(synced.rows("ap_account_label")[["label", "account_no"]].to_numpy())["Freight in"] == "6600"
    assert dict(synced.rows("ar_account_label")[["label", "account_no"]].to_numpy())["Service"] == "4100"


def test_bank_accounts_and_card_accounts_show_their_ledger_accounts(synced):
    """S-COA-03, S-BP-01: which ledger accounts are a bank's is known from the accounts tied to them."""
    banks = synced.rows("checking_account")
    accounts = set(synced.rows("gl_account")["account_no"])
    assert set(banks["account_no"]) <= accounts
    assert "1000" in set(banks["account_no"])
    (card,) = synced.rows("card_account").to_dict("records")
    assert card["liability_type"] == "Credit"
    assert card["location_id"] == synced.world.sandbox.business.entities[0].location_ids[0]


def test_the_balance_of_a_bank_account_is_the_ledgers(synced):
    """S-BAL-01: the balance is read, and it is what the ledger says of the account."""
    entity = synced.world.entity.entity_id
    bank = synced.rows("checking_account").set_index("bank_account_id").loc[f"OPERATING-{entity}"]
    balances = synced.world.sandbox.intacct.ledger.balances()
    assert bank["balance"] == balances[entity, bank["currency"], bank["account_no"]] != 0


def test_an_account_number_never_changes(synced):
    """S-COA-05: the source refuses it, so the number is a key."""
    number = int(synced.world.sandbox.intacct.records("GLACCOUNT")[0]["RECORDNO"])
    with pytest.raises(FunctionRefusedError, match="ACCOUNTNO cannot be changed"):
        synced.world.sandbox.intacct.write("GLACCOUNT", number, ACCOUNTNO="9999")


@pytest.mark.parametrize(("of", "group"), [("department", "TECH"), ("location", "ALL")])
def test_groups_hold_their_members_in_order(synced, of, group):
    """S-DEP-03: groups are read, and which records each holds."""
    groups = synced.rows(f"{of}_group").set_index("group_id")
    members = synced.rows(f"{of}_group_member").sort_values("position")
    found = list(members.loc[members["group_record_no"] == groups.loc[group, "record_no"], "member_id"])
    assert found
    assert set(found) <= set(synced.rows(of)[f"{of}_id"])


def test_terms_of_both_sides_are_read(synced):
    """S-TRM-01: terms of payables and receivables, with their days."""
    for name in ("ap_term", "ar_term"):
        terms = dict(synced.rows(name)[["name", "due_days"]].to_numpy())
        assert terms == {term.name: str(term.days) for term in synced.world.sandbox.business.terms}


def test_vendors_keep_1099_form_and_box(synced):
    """S-VEN-02, S-BP-02: both are stored, though the platform knows only that a vendor is a 1099 vendor."""
    vendors = synced.rows("vendor").dropna(subset=["form_1099_type"])
    stored = {row["VENDORID"]: row["FORM1099BOX"] for row in synced.world.sandbox.intacct.records("VENDOR")}
    assert len(vendors) > 0
    assert {one["vendor_id"]: one["form_1099_box"] for one in vendors.to_dict("records")} == {
        key: stored[key] for key in vendors["vendor_id"]
    }


def test_an_item_has_its_price_and_accounts(synced):
    """S-ITM-02: what the platform cannot know is read from Intacct."""
    items = synced.rows("item").set_index("item_id")
    accounts = synced.rows("gl_account").set_index("record_no")["account_no"]
    assert items.loc["SPEC-100", "base_price"] == 4200
    assert accounts[int(items.loc["SPEC-100", "income_account_key"])] == "4000"


def test_every_record_says_who_owns_it(synced):
    """S-CFG-11: the owning level is stored; empty is the top level."""
    owners = set(synced.rows("vendor")["owner_entity_id"].fillna(""))
    assert owners == {"", synced.world.entity.entity_id}
    assert set(synced.rows("vendor", top=True)["owner_entity_id"].fillna("")) == {""}


def test_one_user_serves_every_entity(synced):
    """S-CFG-18: top level and entity are read with the same credentials; the entity id tells the sessions apart."""
    (company,) = synced.world.connections.companies.values()
    users = synced.rows("user", top=True).set_index("login_id")
    assert users.loc[company.user_id, "is_login_disabled"]
    assert len(synced.rows("project", top=True)) == 0 < len(synced.rows("project"))


def test_rates_roles_and_periods_are_known_once_for_the_company(synced):
    """What the company keeps for all its entities: roles with rights, who has them, periods, journals, currencies."""
    granted = synced.rows("role_permission", top=True).groupby("role_name")["policy"].agg(set)
    assert "Custom reports" in granted["Pipelines API"]
    assert set(synced.rows("user_role", top=True)["login_id"]) == set(synced.rows("user", top=True)["login_id"])
    assert {"APJ", "GJ"} <= set(synced.rows("journal", top=True)["symbol"])
    periods = synced.rows("reporting_period", top=True).set_index("name")
    assert pd.isna(periods.loc["Current Month", "start_date"])
    assert synced.world.sandbox.business.base_currency in set(synced.rows("currency", top=True)["code"])


# ---- changes; each on a company of its own -------------------------------------------------------------------------


@pytest.fixture
def world(warehouse_dsn: str) -> World:
    return World(warehouse_dsn, bills=20)


@pytest.fixture
def systems(world: World) -> Iterator[Systems]:
    with world.systems() as opened:
        yield opened


def _sync(systems: Systems, world: World, name: str) -> Certificate:
    return sync_intacct_table(systems, world.entity, TABLES[f"intacct.{name}"], "run")


def test_an_inactive_and_a_deleted_vendor_are_known_after_the_next_sync(world, systems):
    """S-VEN-05, S-VEN-06: the status arrives, and a deletion is soft, with who did it."""
    entity = world.entity.entity_id
    made = {
        name: world.sandbox.intacct.write(
            "VENDOR", entity_id=entity, VENDORID=name, NAME=name, **{"DISPLAYCONTACT.PRINTAS": name}
        )
        for name in ("V-QUIET", "V-GONE")
    }
    _sync(systems, world, "vendor")
    world.sandbox.clock.advance(5)
    world.sandbox.intacct.write("VENDOR", made["V-QUIET"], STATUS="inactive")
    world.sandbox.intacct.remove("VENDOR", made["V-GONE"])
    _sync(systems, world, "audit_event")
    certificate = _sync(systems, world, "vendor")
    assert (certificate.updated, certificate.deleted) == (1, 1)
    vendors = systems.warehouse.read_frame("intacct.vendor", str(world.entity)).set_index("vendor_id")
    assert vendors.loc["V-QUIET", "status"] == "inactive"
    assert "V-GONE" not in vendors.index
    with systems.warehouse.transaction() as connection:
        query = "SELECT _deleted, _deleted_by FROM intacct.vendor WHERE vendor_id = 'V-GONE'"
        assert connection.execute(query).fetchone() == (True, world.sandbox.business.user_id)


def test_a_vendor_needs_an_id_without_numbering(world):
    """S-VEN-09: Intacct refuses a vendor without an id unless it numbers vendors itself."""
    with pytest.raises(FunctionRefusedError, match="Required field Vendor ID is missing"):
        world.sandbox.intacct.write("VENDOR", NAME="Nameless", **{"DISPLAYCONTACT.PRINTAS": "Nameless"})


def test_a_project_that_changed_in_intacct_is_as_intacct_says(world, systems):
    """S-PRJ-01, S-PRJ-03: Intacct is the master; a change of a project comes with the next sync."""
    _sync(systems, world, "project")
    number = int(world.sandbox.intacct.records("PROJECT")[0]["RECORDNO"])
    world.sandbox.clock.advance(5)
    world.sandbox.intacct.write("PROJECT", number, NAME="Renamed in Intacct")
    assert _sync(systems, world, "project").updated == 1
    projects = systems.warehouse.read_frame("intacct.project", str(world.entity)).set_index("record_no")
    assert projects.loc[number, "name"] == "Renamed in Intacct"


def test_a_member_that_leaves_its_group_is_gone_though_the_group_did_not_change(world, systems):
    """S-DEP-03: members have no time of change of their own, so they are read whole and the absent one is deleted."""
    for name in ("department_group", "department_group_member"):
        _sync(systems, world, name)
    number = int(world.sandbox.intacct.records("DEPARTMENTGROUPMEMBER")[0]["RECORDNO"])
    world.sandbox.intacct.remove("DEPARTMENTGROUPMEMBER", number)
    _sync(systems, world, "department_group")
    assert _sync(systems, world, "department_group_member").deleted == 1


def test_without_order_entry_items_are_left_out_with_the_rule(world, systems):
    """S-ITM-03: the subscriptions are known, so nothing is asked, and the rule stands beside the reason."""
    world.sandbox.intacct.options.applications -= {"SO"}
    sync_or_skip(systems, EntityKey(world.company_id), TABLES["intacct.module"], "run")
    client = systems.intacct_client(world.company_id)
    before = client.requests
    skipped = sync_or_skip(systems, world.entity, TABLES["intacct.item"], "run")
    assert isinstance(skipped, Skipped)
    assert (skipped.rule, skipped.is_mendable) == ("S-ITM-03", False)
    assert client.requests == before
    assert isinstance(sync_or_skip(systems, world.entity, TABLES["intacct.customer"], "run"), Certificate)


def test_an_object_may_have_another_name_in_a_company(warehouse_dsn):
    """The few names that the vendor does not document can be set; under a wrong one the table is left out."""
    world = World(warehouse_dsn, bills=0)
    table = TABLES["intacct.department_group_member"]
    found = {}
    for name in ("DEPTGRPMEMBER", "DEPARTMENTGROUPMEMBER"):
        stated = world.connections.model_dump()
        stated["companies"]["sandbox"]["objects"] = {table.name: name}
        world.connections = Connections.model_validate(stated)
        with world.systems() as systems:
            found[name] = sync_or_skip(systems, world.entity, table, "run")
    assert isinstance(found["DEPTGRPMEMBER"], Skipped)
    assert "DEPTGRPMEMBER not found" in found["DEPTGRPMEMBER"].reason
    assert isinstance(found["DEPARTMENTGROUPMEMBER"], Certificate)


def test_an_object_that_the_company_lacks_is_left_out_and_one_that_it_has_otherwise_is_a_warning(world, systems):
    """Names that differ from company to company stop nothing; what can be mended is said to be."""
    world.sandbox.intacct.options.applications -= {"PA"}
    absent = sync_or_skip(systems, world.entity, TABLES["intacct.project"], "run")
    assert isinstance(absent, Skipped)
    assert not absent.is_mendable
    world.sandbox.intacct.options.hidden_fields = {"EXCHANGERATEENTRY.EXCHANGERATEKEY"}
    top = EntityKey(world.company_id)
    other = sync_or_skip(systems, top, TABLES["intacct.exchange_rate_entry"], "run")
    assert isinstance(other, Skipped)
    assert other.is_mendable
    assert "EXCHANGERATEKEY" in other.reason
