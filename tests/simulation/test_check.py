"""A set-up that is right is silent; one that is wrong is named, with what to do and the rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from setup_world import CARD_LEDGER_ACCOUNT, RightCompany, told

from intacct_pipelines.doctor import check
from intacct_pipelines.doctor.link_shape import LINK_PROBES
from intacct_pipelines.doctor.routes import ROUTE_PROBES
from intacct_pipelines.domain.checkup import Checkup, Standing
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.sandbox.business_center import deliver
from intacct_pipelines.sandbox.ledger import BANK_ACCOUNT
from intacct_pipelines.sandbox.wrong_setups import WRONG_SETUPS

COMPANY = "meridian-sandbox-1"
NAMED_BY_CARDS = "records that the platform account names"
Spoil = Callable[[RightCompany], Checkup]


@pytest.fixture(scope="module")
def dsn(make_database: Callable[..., str], migrated_template: str) -> str:
    """A warehouse in which the calls of this module are counted."""
    return make_database(migrated_template)


@pytest.fixture(scope="module")
def shared(dsn: str) -> RightCompany:
    """A right company that tests leave as they found it."""
    return RightCompany(dsn)


@pytest.fixture
def company(shared: RightCompany) -> Iterator[RightCompany]:
    """The right company; what is done to it is undone."""
    options = shared.twin.options
    before = {name: getattr(options, name) for name in options.__dataclass_fields__}
    kept = {name: set(value) for name, value in before.items() if isinstance(value, set)}
    with shared.twin.rehearsal():
        yield shared
    for name, value in (before | kept).items():
        setattr(options, name, value)


def test_a_right_set_up_is_silent(company: RightCompany):
    """Nothing is told where nothing is wrong."""
    found = company.check()
    assert told(found) == []
    assert found.is_well
    assert found.checks == len(found.checked)


def test_ways_into_the_platforms_that_are_right_are_silent(company: RightCompany):
    """Lists, partners and documents go into BILL, others into a folder, and lists into a card platform's fields."""
    out = company.files / "out"
    out.mkdir(exist_ok=True)

    def edit(file: dict[str, Any]) -> None:
        file["links"]["entity-100"]["into_bill"] = {"not_pushed": ["bill_ap_bill"]}
        file["business_center"]["files-100"]["into_business_center"] = {"folder": str(out)}
        file["spend"]["cards-100"]["into_spend"] = {}

    assert told(company.check(edit)) == []
    assert told(way_in(company)) == []
    assert told(company.check(pays())) == []


def plant(company: RightCompany, object_name: str, field: str, value: str, **fields: str) -> None:
    """Put wrong values into one record."""
    company.twin.plant(object_name, company.record_no(object_name, field, value), **fields)


def sender_unknown(company: RightCompany) -> Checkup:
    return company.check(lambda file: file["companies"]["sandbox"].update(sender_id="nobody"))


def sender_not_authorised(company: RightCompany) -> Checkup:
    company.twin.options.sender_authorised = False
    return company.check()


def password_wrong(company: RightCompany) -> Checkup:
    return company.check(environment={"USER_PASSWORD": "not-it"})


def secret_missing(company: RightCompany) -> Checkup:
    return company.check(environment={"USER_PASSWORD": ""})


def user_at_an_entity(company: RightCompany) -> Checkup:
    company.twin.options.user_entity = "100"
    return company.check()


def entity_unknown(company: RightCompany) -> Checkup:
    return company.check(lambda file: file["links"]["entity-100"].update(entity="999"))


def vendors_user(company: RightCompany) -> Checkup:
    company.twin.options.sender_authorised = False
    return company.check(lambda file: file["companies"]["sandbox"].update(user_id="XML_Bill.com"))


def no_permission(company: RightCompany) -> Checkup:
    company.twin.options.denied = {("APBILL", "read")}
    return company.check()


def edits_forbidden(company: RightCompany) -> Checkup:
    company.twin.plant("AFRSETUP", 1, DISABLEEDIT="true")
    return company.check()


def no_module(company: RightCompany) -> Checkup:
    company.twin.options.applications = company.twin.options.applications - {"SO"}
    return company.check()


def user_of_another_kind(company: RightCompany) -> Checkup:
    plant(company, "USERINFO", "LOGINID", company.sandbox.business.user_id, USERTYPE="employee user")
    return company.check()


def no_budget(company: RightCompany) -> Checkup:
    return company.check(lambda file: file["companies"]["sandbox"].update(monthly_calls=None))


def other_zone(company: RightCompany) -> Checkup:
    return company.check(lambda file: file["companies"]["sandbox"].update(modified_zone="Asia/Tokyo"))


def closed_books(company: RightCompany) -> Checkup:
    company.twin.close_books("100", f"{datetime.now(UTC) + timedelta(days=3):%Y%m%d}")
    return company.check()


def name_twice(company: RightCompany) -> Checkup:
    first, second = [one for one in company.twin.records("VENDOR") if one["MEGAENTITYID"] == "100"][:2]
    company.twin.plant("VENDOR", int(second["RECORDNO"]), NAME=first["NAME"].upper(), STATUS="active")
    company.twin.plant("VENDOR", int(first["RECORDNO"]), STATUS="active")
    return company.check()


def payments_wait(company: RightCompany) -> Checkup:
    company.twin.options.payment_approval = True
    bill = next(
        one
        for one in company.twin.bills()
        if one.fields["STATE"] == "Posted"
        and one.fields["MEGAENTITYID"] == "100"
        and Decimal(one.fields["TRX_TOTALDUE"])
    )
    company.twin.pay_bill(bill.record_no, Decimal(1), f"{datetime.now(UTC):%m/%d/%Y}")
    return company.check()


def no_clearing_account(company: RightCompany) -> Checkup:
    return company.check(lambda file: file["links"]["entity-100"]["clearing"].update(money_out="1075"))


def clearing_account_not_named(company: RightCompany) -> Checkup:
    return company.check(lambda file: file["links"]["entity-100"]["clearing"].update(money_out=""))


def mapped_to_nothing(company: RightCompany) -> Checkup:
    return company.check(lambda file: file["links"]["entity-100"].update(departments={"D1": "77"}))


def card_at_the_top(company: RightCompany) -> Checkup:
    company.twin.give("CREDITCARD", card(company), "")
    return company.check()


def card_ends(company: RightCompany) -> Checkup:
    company.twin.plant("CREDITCARD", card(company), EXP_YEAR="2020")
    return company.check()


def no_card(company: RightCompany) -> Checkup:
    return company.check(lambda file: file["spend"]["cards-100"]["cards"].update(account="Nobody's"))


def bank_on_offset(company: RightCompany) -> Checkup:
    bank = company.twin.records("CHECKINGACCOUNT")[0]["BANKACCOUNTID"]
    plant(company, "CHECKINGACCOUNT", "BANKACCOUNTID", bank, GLACCOUNTNO=CARD_LEDGER_ACCOUNT)
    return company.check()


def lists_at_the_top(company: RightCompany) -> Checkup:
    for vendor in company.twin.records("VENDOR"):
        if vendor["MEGAENTITYID"] == "100":
            company.twin.plant("VENDOR", int(vendor["RECORDNO"]), STATUS="inactive")
    return company.check()


def bill_key(company: RightCompany) -> Checkup:
    return company.check(environment={"DEV_KEY": "not-it"})


def bill_user(company: RightCompany) -> Checkup:
    return company.check(environment={"BILL_PASSWORD": "not-it"})


def bill_organization(company: RightCompany) -> Checkup:
    return company.check(lambda file: file["links"]["entity-100"].update(organization_id="008NOTONEOFTHESE"))


DOCUMENTS = [name for name, one in PUSHED.items() if one.platform == "into_bill" and not one.is_list]
LISTS_ALONE = {"not_pushed": DOCUMENTS}


def way_in(company: RightCompany, **more: Any) -> Checkup:
    """Check with the way into BILL switched on."""
    return company.check(lambda file: file["links"]["entity-100"].update({"into_bill": {}} | more))


def reads_only_in_bill(company: RightCompany) -> Checkup:
    twin, organization_id = company.sandbox.bill, company.organization_id
    users = {one["id"]: one["role"] for one in twin.records(organization_id, "users")}
    for user_id in users:
        twin.edit(organization_id, "users", user_id, role={"type": "AUDITOR"})
    try:
        return way_in(company)
    finally:
        for user_id, role in users.items():
            twin.edit(organization_id, "users", user_id, role=role)


def no_policy(company: RightCompany) -> Checkup:
    policies = company.sandbox.bill._organization(company.organization_id).policies
    kept = list(policies)
    company.sandbox.bill.drop_policies(company.organization_id)
    try:
        return way_in(company)
    finally:
        policies.extend(kept)


def only_in_intacct(company: RightCompany, object_name: str, name: str) -> None:
    """Give one record a name and an id that BILL does not have, and a contact without address."""
    id_field = f"{object_name}ID"
    record = next(
        one for one in company.twin.records(object_name) if one["MEGAENTITYID"] == "100" and one["STATUS"] == "active"
    )
    changes = {id_field: f"NEW-{object_name}", "DISPLAYCONTACTKEY": ""}
    company.twin.plant(object_name, int(record["RECORDNO"]), NAME=name, **changes)


def vendor_without_address(company: RightCompany) -> Checkup:
    only_in_intacct(company, "VENDOR", "Zephyr Slate")
    return way_in(company)


def customer_without_mail(company: RightCompany) -> Checkup:
    only_in_intacct(company, "CUSTOMER", "Zephyr Quarries")
    return way_in(company)


def name_too_long(company: RightCompany) -> Checkup:
    only_in_intacct(company, "CUSTOMER", "Zephyr " * 20)
    return way_in(company)


def hand_over_nowhere(company: RightCompany) -> Checkup:
    way = {"folder": str(company.files / "nowhere")}
    return company.check(lambda file: file["business_center"]["files-100"].update(into_business_center=way))


def one_way_from_an_entity(company: RightCompany) -> Checkup:
    return company.check(lambda file: file["links"]["entity-100"].update(one_way=True))


def bill_older(company: RightCompany) -> Checkup:
    return company.check(lambda file: file["bill"]["sandbox"].update(older_url="http://localhost/connect/v9"))


def bill_permission(company: RightCompany) -> Checkup:
    company.sandbox.options.bill.denied = {"list_bills"}
    try:
        return company.check()
    finally:
        company.sandbox.options.bill.denied = set()


def nothing_approved(company: RightCompany) -> Checkup:
    bills = company.sandbox.bill.bills(company.organization_id)
    statuses = {bill.id: bill.approval_status for bill in bills}
    for bill_id in statuses:
        company.sandbox.bill.edit_bill(bill_id, approval_status="UNASSIGNED")
    try:
        return company.check()
    finally:
        for bill_id, status in statuses.items():
            company.sandbox.bill.edit_bill(bill_id, approval_status=status)


def name_twice_in_bill(company: RightCompany) -> Checkup:
    twin, organization_id = company.sandbox.bill, company.organization_id
    first, second = [one for one in twin.records(organization_id, "vendors") if not one["archived"]][:2]
    twin.edit(organization_id, "vendors", second["id"], name=first["name"])
    try:
        return company.check()
    finally:
        twin.edit(organization_id, "vendors", second["id"], name=second["name"])


def separate_debits(company: RightCompany) -> Checkup:
    company.sandbox.bill.choose(company.organization_id, individualTransferOut=True)
    try:
        return company.check()
    finally:
        company.sandbox.bill.choose(company.organization_id, individualTransferOut=False)


def spend_token(company: RightCompany) -> Checkup:
    return company.check(environment={"SPEND_TOKEN_100": "not-it"})


def spend_permission(company: RightCompany) -> Checkup:
    company.sandbox.options.spend.denied = {"list_cards"}
    try:
        return company.check()
    finally:
        company.sandbox.options.spend.denied = set()


def spend_field(company: RightCompany) -> Checkup:
    return company.check(lambda file: file["spend"]["cards-100"]["cards"].update(fields={"account": "Nominal"}))


def values_of_a_note(company: RightCompany) -> Checkup:
    changes = {"into_spend": {"lists": ["department"]}}
    named = {"department": "Purpose"}
    return company.check(
        lambda file: (
            file["spend"]["cards-100"].update(changes),
            file["spend"]["cards-100"]["cards"].update(fields=named),
        )
    )


def token_of_a_member(company: RightCompany) -> Checkup:
    spend = company.sandbox.spend
    user = next(iter(spend.accounts["100"].collections["users"].values()))
    role = user["role"]
    spend.edit("100", user["uuid"], kind="users", role="MEMBER")
    try:
        return company.check(lambda file: file["spend"]["cards-100"].update(into_spend={}))
    finally:
        spend.edit("100", user["uuid"], kind="users", role=role)


def no_folder(company: RightCompany) -> Checkup:
    return company.check(lambda file: file["business_center"]["files-100"].update(folder=str(company.files / "no")))


def wrong_header(company: RightCompany) -> Checkup:
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    path = deliver(company.files / "100", "vendors", ("Vendor", "Name"), [("1", "Cedar")], tomorrow)
    try:
        return company.check()
    finally:
        path.unlink()
        path.with_name(f"{path.name}.manifest.json").unlink()


def no_files(company: RightCompany) -> Checkup:
    empty = company.files / "empty"
    empty.mkdir(exist_ok=True)
    return company.check(lambda file: file["business_center"]["files-100"].update(folder=str(empty)))


def card(company: RightCompany) -> int:
    account = next(one for one in company.sandbox.describe()["spend"]["accounts"] if one["entity"] == "100")
    return company.record_no("CREDITCARD", "CARDID", account["card_account"])


def offset_needs_department(company: RightCompany) -> Checkup:
    plant(company, "GLACCOUNT", "ACCOUNTNO", CARD_LEDGER_ACCOUNT, REQUIREDEPT="true")
    return company.check()


def offset_is_a_debit_account(company: RightCompany) -> Checkup:
    plant(company, "GLACCOUNT", "ACCOUNTNO", CARD_LEDGER_ACCOUNT, NORMALBALANCE="debit")
    return company.check()


def no_offset(company: RightCompany) -> Checkup:
    return company.check(lambda file: file["spend"]["cards-100"]["cards"].update(offset_account="2199"))


def pays(**changes: str) -> Callable[[dict[str, Any]], None]:
    """Let the statements of the cards be paid, rightly but for the changes."""
    said = {"since": "2026-01-01", "days": 10, "bank": BANK_ACCOUNT, "journal": "GJ", "location": "100"}
    return lambda file: file["spend"]["cards-100"].update(statement_payments=said | changes)


def no_bank_of_statements(company: RightCompany) -> Checkup:
    return company.check(pays(bank="1999"))


def no_journal_of_statements(company: RightCompany) -> Checkup:
    return company.check(pays(journal="NONE"))


def no_location_of_charges(company: RightCompany) -> Checkup:
    return company.check(lambda file: file["spend"]["cards-100"]["cards"].update(default_location="NOWHERE"))


def no_such_employee(company: RightCompany) -> Checkup:
    people = {"entered_as": "expense_report", "people": {"ann@meridian.example": "E-0"}}
    return company.check(lambda file: file["spend"]["cards-100"].update(reimbursements=people))


def no_such_vendor(company: RightCompany) -> Checkup:
    people = {"entered_as": "bill", "people": {"ann@meridian.example": "V-0"}}
    return company.check(lambda file: file["spend"]["cards-100"].update(reimbursements=people))


WRONG: list[tuple[Spoil, str, str, str, str, str]] = [
    # what is done, standing, check, place, rule, a word of how to mend it
    (sender_unknown, "wrong", "sign-in at the top level", COMPANY, "S-ERR-28", "`sender_id`"),
    (sender_not_authorised, "wrong", "sign-in at the top level", COMPANY, "S-SET-21", "Web Services authorizations"),
    (password_wrong, "wrong", "sign-in at the top level", COMPANY, "S-ERR-28", "Web Services users"),
    (secret_missing, "wrong", "sign-in at the top level", COMPANY, "", "Set it to the secret"),
    (user_at_an_entity, "wrong", "sign-in at the top level", COMPANY, "S-SET-01", "at the top level"),
    (vendors_user, "wrong", "our own user and sender", COMPANY, "S-SET-02", "a user of its own"),
    (entity_unknown, "wrong", "entities", COMPANY, "S-SET-25", "Company > Entities"),
    (no_permission, "wrong", "permissions, by trial reads", COMPANY, "S-CFG-16", "Bills"),
    (edits_forbidden, "doubtful", "changes of posted documents", COMPANY, "S-BIL-09", "global transaction security"),
    (no_module, "doubtful", "modules", COMPANY, "S-ITM-03", "Order Entry"),
    (user_of_another_kind, "wrong", "the user", COMPANY, "S-SET-04", "User type Business"),
    (no_budget, "doubtful", "budget of API calls", COMPANY, "", "`monthly_calls`"),
    (other_zone, "doubtful", "zone of WHENMODIFIED", COMPANY, "S-SCH-04", "`modified_zone`"),
    (closed_books, "wrong", "open books", f"{COMPANY}:100", "S-IDM-08", "General Ledger > Books"),
    (name_twice, "doubtful", "unique names", f"{COMPANY}:100", "S-VEN-03", "rename"),
    (payments_wait, "doubtful", "payment approval", f"{COMPANY}:100", "S-CON-01", "Payment Approval Settings"),
    (no_clearing_account, "wrong", "accounts of the link", "entity-100", "S-CFG-03", "General Ledger > Accounts"),
    (clearing_account_not_named, "doubtful", "accounts of the link", "entity-100", "S-CFG-03", "`clearing.money_out`"),
    (mapped_to_nothing, "wrong", "records that the link names", "entity-100", "S-DEP-01", "Company > Departments"),
    (no_card, "wrong", "card account", "cards-100", "S-SET-28", "Cash Management > Accounts > Credit card"),
    (card_at_the_top, "wrong", "card account", "cards-100", "S-CRD-06", "At entity 100"),
    (card_ends, "wrong", "card account", "cards-100", "S-SET-28", "Expiration date"),
    (offset_needs_department, "wrong", "offset account of the card account", "cards-100", "S-CRD-04", "untick all"),
    (offset_is_a_debit_account, "wrong", "offset account of the card account", "cards-100", "S-SET-27", "credit"),
    (no_offset, "wrong", "offset account of the card account", "cards-100", "S-SET-27", "`provision`"),
    (bank_on_offset, "wrong", "offset account of the card account", "cards-100", "S-PAY-08", "another GL account"),
    (no_bank_of_statements, "wrong", "bank that pays statements", "cards-100", "S-COA-01", "`statement_payments.bank`"),
    (no_journal_of_statements, "wrong", NAMED_BY_CARDS, "cards-100", "S-CRD-01", "General Ledger > Journals"),
    (no_location_of_charges, "wrong", NAMED_BY_CARDS, "cards-100", "S-CRD-03", "`cards.locations`"),
    (no_such_employee, "wrong", NAMED_BY_CARDS, "cards-100", "S-CRD-09", "Company > Employees"),
    (no_such_vendor, "wrong", NAMED_BY_CARDS, "cards-100", "S-CRD-09", "Accounts Payable > Vendors"),
    (lists_at_the_top, "doubtful", "owner of lists", f"{COMPANY}:100", "S-CFG-15", "take `entity` out"),
    (one_way_from_an_entity, "wrong", "configuration of the link", "entity-100", "S-CFG-10", "Take `one_way` out"),
    (bill_key, "wrong", "sign-in at BILL", "entity-100", "S-ERR-28", "`dev_key`"),
    (bill_user, "wrong", "sign-in at BILL", "entity-100", "S-ERR-28", "Tokens"),
    (bill_organization, "wrong", "sign-in at BILL", "entity-100", "S-CFG-01", "`organization_id`"),
    (reads_only_in_bill, "doubtful", "our user writes in BILL", "entity-100", "S-CFG-16", "`into_bill.reading_roles`"),
    (no_policy, "doubtful", "approval of what goes into BILL", "entity-100", "S-APR-01", "Approval policies"),
    (
        vendor_without_address,
        "doubtful",
        "records that BILL would not take",
        "entity-100",
        "S-VEN-01",
        "`into_bill.vendor_country`",
    ),
    (
        customer_without_mail,
        "doubtful",
        "records that BILL would not take",
        "entity-100",
        "S-CUS-01",
        "Receivable > Customers",
    ),
    (name_too_long, "doubtful", "records that BILL would not take", "entity-100", "S-CUS-01", "shorten the name"),
    (hand_over_nowhere, "wrong", "folder for Business Center", "files-100", "S-PMT-11", "Create it"),
    (bill_older, "wrong", "BILL's older API", "entity-100", "S-AFT-01", "`older_url`"),
    (bill_permission, "wrong", "permissions in BILL, by trial reads", "entity-100", "S-CFG-16", "a role that sees it"),
    (nothing_approved, "doubtful", "approval in BILL", "entity-100", "S-APR-02", "set up approval"),
    (name_twice_in_bill, "doubtful", "unique names in BILL", "entity-100", "S-VEN-04", "rename or archive"),
    (separate_debits, "doubtful", "separate debits and credits", "entity-100", "S-AFT-01", "debits off"),
    (spend_token, "wrong", "token of the platform account", "cards-100", "S-ERR-28", "API token"),
    (spend_permission, "wrong", "permissions in the platform, by trial reads", "cards-100", "S-CFG-16", "token"),
    (spend_field, "wrong", "fields that carry coding", "cards-100", "S-CRD-03", "`cards.fields`"),
    (token_of_a_member, "doubtful", "custom fields that get values", "cards-100", "S-CFG-16", "administrator"),
    (values_of_a_note, "wrong", "custom fields that get values", "cards-100", "S-CRD-03", "`into_spend.lists`"),
    (no_folder, "wrong", "drop folder", "files-100", "S-PMT-11", "`folder`"),
    (wrong_header, "wrong", "drop folder", "files-100", "S-PMT-11", "`columns`"),
    (no_files, "doubtful", "drop folder", "files-100", "S-PMT-11", "the manifest last"),
]


@pytest.mark.parametrize(
    ("spoil", "standing", "name", "place", "rule", "words"), WRONG, ids=[one[0].__name__ for one in WRONG]
)
def test_what_is_wrong_is_named(
    company: RightCompany, spoil: Spoil, standing: str, name: str, place: str, rule: str, words: str
):
    """Each wrong set-up is told by its check at its place, with found, expected, how to mend, and the rule.

    So is each thing that is entered to sign in, by itself (S-SET-26, S-SET-45, S-CFG-18).
    """
    found = spoil(company)
    matching = [one for one in found.checked if (one.check, one.place) == (name, place) and one.verdict.rule == rule]
    matching = [one for one in matching if str(one.verdict.standing) == standing]
    assert matching, told(found)
    verdict = matching[0].verdict
    assert words in verdict.mend
    assert verdict.found
    if rule:
        assert verdict.expected
    assert found.is_wrong == (standing == "wrong")


TOLD_OF = {
    "sender-not-authorised": ("sign-in at the top level", "S-SET-21"),
    "user-at-entity": ("sign-in at the top level", "S-SET-01"),
    "bills-denied": ("permissions, by trial reads", "S-CFG-16"),
    "no-order-entry": ("modules", "S-ITM-03"),
    "books-closed": ("open books", "S-IDM-08"),
    "clock-ahead": ("clock", "S-SCH-04"),
    "card-at-top-level": ("card account", "S-CRD-06"),
    "card-expired": ("card account", "S-SET-28"),
    "offset-needs-department": ("offset account of the card account", "S-CRD-04"),
    "offset-is-debit": ("offset account of the card account", "S-SET-27"),
    "separate-debits": ("separate debits and credits", "S-AFT-01"),
    "nothing-approved": ("approval in BILL", "S-APR-02"),
    "invoices-denied": ("permissions in BILL, by trial reads", "S-CFG-16"),
    "no-approval-policy": ("approval of what goes into BILL", "S-APR-01"),
    "reading-role": ("our user writes in BILL", "S-CFG-16"),
    "cards-denied": ("permissions in the platform, by trial reads", "S-CFG-16"),
    "files-of-another-header": ("drop folder", "S-PMT-11"),
}
"""Wrong set-up of the sandbox → the check that tells of it, and the rule."""
NOBODY_ENTERS = {"sender-not-authorised", "user-at-entity"}


@pytest.fixture
def own(dsn: str) -> RightCompany:
    """A right company of a test's own."""
    return RightCompany(dsn)


def test_fifteen_wrong_things_at_once_are_all_named_and_nothing_else(own: RightCompany):
    """Across all systems in one go, each with what was found and expected, how to mend it, and the rule."""
    for name in set(WRONG_SETUPS) - NOBODY_ENTERS:
        WRONG_SETUPS[name](own.sandbox)
    found = way_in(own)
    faults = found.of(Standing.WRONG, Standing.DOUBTFUL)
    expected = {told_of for name, told_of in TOLD_OF.items() if name not in NOBODY_ENTERS}
    # Without the right to read bills there is nothing to tell their zone by either.
    expected.add(("zone of WHENMODIFIED", "S-CFG-16"))
    assert {(one.check, one.verdict.rule) for one in faults} == expected
    assert all(one.verdict.found and one.verdict.expected and one.verdict.mend for one in faults)


@pytest.mark.parametrize("name", sorted(NOBODY_ENTERS))
def test_what_keeps_everybody_out_is_named_too(own: RightCompany, name: str):
    """It hides what else may be wrong in Intacct, and says so; the other systems are looked at all the same."""
    WRONG_SETUPS[name](own.sandbox)
    found = own.check()
    assert {(one.check, one.verdict.rule) for one in found.of(Standing.WRONG, Standing.DOUBTFUL)} == {TOLD_OF[name]}
    assert {one.system for one in found.of(Standing.NOT_ASKED)} == {"intacct"}


def test_every_wrong_set_up_of_the_sandbox_is_told():
    """None is there that `check` does not know."""
    assert set(TOLD_OF) == set(WRONG_SETUPS)


def test_documents_of_a_one_way_link_are_told_where_that_is_no_fault_in_itself(company: RightCompany):
    """At the top level such a link is one of the six; its documents go into BILL all the same never (S-CFG-10)."""

    def found(**link: Any) -> list[tuple[str, str, str, str]]:
        with company.systems(lambda file: file["links"]["entity-100"].update({"into_bill": {}} | link)) as systems:
            return told(check(systems, probes=LINK_PROBES))

    assert found(entity="", one_way=True) == [("doubtful", "documents of a one-way link", "entity-100", "S-CFG-10")]
    assert found(entity="", one_way=True, into_bill=LISTS_ALONE) == []
    assert found(entity="") == []


def test_routes_name_what_the_company_has_and_their_fingerprint_is_told(company: RightCompany):
    """S-CFG-10: a misspelt id never decides; ids of any case and entities are known; two files are compared by eye."""
    place = company.twin.records("LOCATION")[0]["LOCATIONID"].lower()
    rows: list[dict[str, Any]] = [{"locations": [place, "100"], "to": "east"}, {"to": "west"}]
    wrong: list[dict[str, Any]] = [{"vendors": ["V-NONE"], "departments": ["XYZ"], "to": "west"}, *rows]

    def found(rows: list[dict[str, Any]], organization: str, **link: Any) -> Checkup:
        def edit(file: dict[str, Any]) -> None:
            accounts = {"east": company.organization_id, "west": "008WEST"}
            file["companies"]["sandbox"]["routes"] = {"accounts": accounts, "rows": rows}
            file["links"]["entity-100"].update({"into_bill": {}, "organization_id": organization} | link)

        with company.systems(edit) as systems:
            return check(systems, probes=ROUTE_PROBES)

    both = [found(rows, organization) for organization in (company.organization_id, "008WEST")]
    assert [told(one) for one in both] == [[], []]
    words = [one.verdict.found for each in both for one in each.checked if one.place == "entity-100"]
    east, west = (one.partition(",")[0] for one in words)
    assert (east == west, [one.rpartition(" ")[2] for one in words]) == (True, ["east", "west"])
    one = ("wrong", "routes", "entity-100", "S-CFG-10")
    misspelt = found(wrong, company.organization_id)
    assert told(misspelt) == [one, one]
    assert [each.verdict.found.split(" names ")[1].split(",")[0] for each in misspelt.of(Standing.WRONG)] == [
        "V-NONE in `vendors`", "XYZ in `departments`",
    ]  # fmt: skip
    nowhere = found(rows, company.organization_id, into_bill=None)
    assert told(nowhere) == [("doubtful", "routes", "entity-100", "S-CFG-10")]


def test_our_clock_is_compared_with_intaccts(company: RightCompany):
    """An hour makes every age wrong (S-SCH-04)."""
    company.clock.advance(3600)
    try:
        found = company.check()
    finally:
        company.clock.advance(-3600)
    assert ("wrong", "clock", COMPANY, "S-SCH-04") in told(found)


def test_what_needs_a_sign_in_is_not_asked_without_one(company: RightCompany):
    """It is said once for each check, and does not count as well."""
    found = sender_not_authorised(company)
    waiting = {one.check for one in found.of(Standing.NOT_ASKED)}
    assert {"entities", "modules", "clock", "open books", "card account"} <= waiting
    assert not {one.check for one in found.of(Standing.WELL) if one.system == "intacct"}


SIGN_INS = (sender_unknown, sender_not_authorised, password_wrong, user_at_an_entity, bill_key, bill_user, spend_token)


@pytest.mark.parametrize("spoil", SIGN_INS, ids=[one.__name__ for one in SIGN_INS])
def test_no_secret_is_shown(company: RightCompany, spoil: Spoil):
    """Whatever is wrong with a sign-in, no password stands in what is said."""
    shown = str([one.dict() for one in spoil(company).checked])
    secrets: list[Any] = [value for name, value in company.environment.items() if not name.startswith("INTACCT_")]
    assert not [secret for secret in [*secrets, "not-it"] if secret in shown]
