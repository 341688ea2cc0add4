"""What only one list is judged by: masters, sales taxes, people's names, types of accounts, banks that vanish."""

from __future__ import annotations

import pytest
from list_cases import ListCase
from reconcile_cases import frame_of, shown

from intacct_pipelines.reconcile import Frames

BANKS = ("intacct.checking_account", "intacct.savings_account", "intacct.card_account")


class AccountCase(ListCase):
    """Accounts with what Intacct ties to them and what BILL pays from; tables of ``read`` are known even if empty."""

    def __init__(self, *read):
        super().__init__("gl_account")
        self.read = read

    @property
    def frames(self):
        return Frames({**dict(super().frames.items()), **{n: frame_of(n, self.rows[n]) for n in self.read}})

    def pair(self, number, account_type, **more):
        self.ours(f"a{number}", f"Account {number}", number, account_type=account_type, **more)
        self.theirs(int(number), f"Account {number}", number)
        return self

    def bank(self, number, status="active", table=BANKS[0]):
        self.add(table, record_no=int(number), bank_account_id=f"B{number}", account_no=number, status=status)
        return self

    def found(self):
        return shown(self.result(), "field", "platform_value", "intacct_value", "verdict", "reason")


@pytest.mark.parametrize(("name", "rule"), [("project", "S-PRJ-02"), ("business_center_account", "S-PMT-01")])
def test_what_comes_from_intacct_alone_is_a_break_where_the_platform_alone_has_it(name, rule):
    """S-PRJ-02, S-PRJ-03, S-PMT-01, S-PMT-02: none can be made there, and what differs is mended in Intacct."""
    case = ListCase(name)
    case.ours("9", "Own work", "9")
    case.ours("1", "Refit of the roof", "1")
    case.theirs(1, "Refit", "1")
    case.theirs(2, "Never sent", "2")
    found = {row[0]: row[1:] for row in shown(case.result(), "kind", "platform_id", "verdict", "reason", "remedy")}
    id_, verdict, reason, remedy = found["missing_in_intacct"]
    assert (id_, verdict, rule in reason, "Make it in Intacct" in remedy) == ("9", "break", True, True)
    assert found["missing_in_platform"][1] == "break"
    id_, verdict, reason, remedy = found["coding"]
    assert (id_, verdict, "Intacct is the master" in reason) == ("1", "break", True)
    assert "Correct it in Intacct" in remedy


def test_an_account_out_of_use_in_business_center_is_told_by_its_status():
    """S-PMT-01: the file has a word where BILL has a flag."""
    case = ListCase("business_center_account")
    case.ours("1", "Old", status="Inactive")
    case.ours("2", "Rent", status="active")
    case.theirs(2, "Rent", "2", status="inactive")
    assert shown(case.result(), "kind", "platform_id", "verdict", "rule") == [
        ("missing_in_intacct", "1", "expected", "S-PMT-01"),
        ("state", "2", "break", ""),
    ]


def test_a_sales_tax_is_an_item_in_bill_only():
    """S-INV-03: Intacct has no such item and needs none; any other item without partner is a break (S-ITM-01)."""
    case = ListCase("item")
    case.ours("t", "State tax", "TAX", item_type="SALES_TAX")
    case.ours("g", "Taxes", "TAXES", item_type="SALES_TAX_GROUP")
    case.ours("i", "Cable", "CABLE", item_type="INVENTORY")
    assert shown(case.result(), "platform_id", "verdict", "rule") == [
        ("g", "expected", "S-INV-03"),
        ("i", "break", ""),
        ("t", "expected", "S-INV-03"),
    ]


def test_an_employees_name_pairs_and_is_compared_and_never_shown():
    """S-EMP-01: first and last name together find the pair; the differences show ids, for a name is personal."""
    case = ListCase("employee")
    case.ours("e1", "Ada", last_name="Nkosi")
    case.theirs(1, "ada", "E-1", last_name="nkosi")
    case.ours("e2", "Jun", "E-2", last_name="Berg")
    case.theirs(2, "Jun", "E-2", last_name="Borg")
    case.ours("e3", "Lou", "E-3")
    case.theirs(3, None, "E-3")
    case.ours("e4", "Kim", last_name="Lee")
    result = case.result()
    assert list(result.matches["platform_id"]) == ["e1", "e2", "e3"]
    assert shown(result, "platform_id", "field", "platform_value", "intacct_value") == [
        ("e2", "name", "E-2", "E-2"),
        ("e4", "", "e4", None),
    ]


@pytest.mark.parametrize("table", BANKS[:2])
def test_a_bank_account_of_intacct_makes_its_account_a_bank_in_bill(table):
    """S-COA-03: another type is a break, a bank in use is what counts, and no type said is no difference."""
    case = AccountCase(*BANKS).pair("1000", "OTHER_ASSET").pair("1001", "BANK").pair("1002", "").pair("1003", "EXPENSE")
    case.bank("1000", table=table).bank("1001", table=table).bank("1002", table=table).bank("1003", "inactive", table)
    ((field, ours, theirs, verdict, reason),) = case.found()
    assert (field, ours, theirs, verdict) == ("account_type", "OTHER_ASSET", "BANK", "break")
    assert "S-COA-03" in reason


@pytest.mark.parametrize(("account_type", "word"), [("BANK", "no bank account"), ("CREDIT_CARD", "no card account")])
def test_a_bank_or_card_in_bill_that_intacct_ties_to_nothing_is_an_unfinished_set_up(account_type, word):
    """S-COA-03, S-BP-01: told only where Intacct's bank and card accounts are known; an account out of use is not."""
    case = AccountCase(*BANKS).pair("1000", account_type)
    ((field, ours, theirs, verdict, reason),) = case.found()
    assert (field, ours, theirs, verdict) == ("account_type", account_type, word, "break")
    assert "set-up" in reason
    case.rows["intacct.gl_account"][-1]["status"] = "inactive"
    case.rows["bill.gl_account"][-1]["is_archived"] = True
    assert case.found() == []
    assert AccountCase("intacct.checking_account").pair("1000", account_type).found() == []


def test_which_ledger_account_a_card_account_has_is_not_known_so_any_card_account_will_do():
    """S-COA-03: Intacct's card accounts name no ledger account that can be read."""
    case = AccountCase(*BANKS).pair("2100", "CREDIT_CARD")
    case.add("intacct.card_account", record_no=1, card_id="AMEX", status="active")
    assert case.found() == []


def _paid_from(case, payment, bank=None):
    case.add("bill.ap_payment", id=f"p{len(case.rows['bill.ap_payment'])}", **payment)
    if bank:
        case.add("bill.bank_account", **bank)
    return case


@pytest.mark.parametrize(
    ("payment", "bank"),
    [
        ({"gl_account_id": "a1000"}, None),
        ({"funding_account_id": "k1"}, {"id": "k1", "gl_account_id": "a1000"}),
    ],
    ids=["paid outside BILL", "paid by BILL"],
)
@pytest.mark.parametrize("gone", [{"is_archived": True}, {"_deleted": True}], ids=["archived", "deleted"])
def test_a_bank_that_vanished_while_payments_point_to_it_is_a_break(payment, bank, gone):
    """S-COA-04: after a merge the sync may void and reissue payments, so it must be stopped first."""
    case = _paid_from(AccountCase().pair("1000", "BANK", **gone), payment, bank)
    ((*_, verdict, reason),) = case.found()
    assert verdict == "break"
    assert "S-COA-04" in reason
    assert list(case.result().differences["intacct_record_no"]) == [1000]


def test_a_bank_that_vanished_is_known_by_its_pair_whatever_its_number_says():
    """S-COA-04: a deleted account may have had another number than Intacct's."""
    case = _paid_from(AccountCase(), {"gl_account_id": "a9"})
    case.ours("a9", "Old bank", "9", account_type="BANK", _deleted=True)
    case.theirs(1000, "Bank", "1000")
    assert "never reached" in case.found()[0][4]
    case.cross("a9", 1000, "gl_account")
    assert "S-COA-04" in case.found()[0][4]


def test_a_bank_that_is_closed_on_both_sides_or_that_never_paid_may_go():
    """S-COA-04 asks for payments, and for Intacct's account still to be in use."""
    closed = _paid_from(AccountCase().pair("1000", "BANK", _deleted=True), {"gl_account_id": "a1000"})
    closed.rows["intacct.gl_account"][-1]["status"] = "inactive"
    assert [row[3] for row in closed.found()] == ["expected"]
    archived = _paid_from(AccountCase().pair("1000", "BANK", is_archived=True), {"gl_account_id": "a1000"})
    archived.rows["intacct.gl_account"][-1]["status"] = "inactive"
    assert archived.found() == []
    unpaid = _paid_from(AccountCase().pair("1000", "BANK", _deleted=True), {"gl_account_id": "a2000"})
    assert "S-COA-04" not in unpaid.found()[0][4]
    no_bank = _paid_from(AccountCase().pair("1000", "EXPENSE", _deleted=True), {"gl_account_id": "a1000"})
    assert "S-COA-04" not in no_bank.found()[0][4]
