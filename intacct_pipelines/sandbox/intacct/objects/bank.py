"""Bank and card accounts, and who may enter the company; what the vendor's interface only reads."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.sandbox.intacct.objects.spec import ObjectSpec, Relations, describe

_BANK: Final = """
    RECORDNO:i BANKACCOUNTID:s BANKACCOUNTNO:s GLACCOUNTNO:s BANKNAME:s ROUTINGNO:s BRANCHID:s BANKACCOUNTTYPE:s
    DEPARTMENTID:s LOCATIONID:s STATUS:s CURRENCY:s CURRENTBALANCE:d WHENCREATED:T WHENMODIFIED:T CREATEDBY:i
    MODIFIEDBY:i
"""

OBJECTS: Final[tuple[ObjectSpec, ...]] = (
    describe("CHECKINGACCOUNT", _BANK, "BANKACCOUNTID", "Checking account", ("BANKACCOUNTID",)),
    describe("SAVINGSACCOUNT", _BANK, "BANKACCOUNTID", "Savings account", ("BANKACCOUNTID",)),
    describe(
        "CREDITCARD",
        """
        RECORDNO:i CARDID:s DESCRIPTION:s CARDTYPE:s EXP_MONTH:s EXP_YEAR:s COMMCARD:b STATUS:s VENDORID:s DEPT:s
        LOCATION:s LIABILITYTYPE:s OUTSOURCECARD:b CURRENCY:s WHENCREATED:T WHENMODIFIED:T CREATEDBY:i MODIFIEDBY:i
    """,
        "CARDID",
        "Charge card account",
        ("CARDID",),
    ),
    describe(
        "USERINFO",
        """
        RECORDNO:i LOGINID:s DESCRIPTION:s USERTYPE:s STATUS:s LOGINDISABLED:b SSO_ENABLED:b SSO_FEDERATED_ID:s
    """,
        "LOGINID",
        "User",
        ("LOGINID",),
    ),
    describe(
        "AFRSETUP",
        "RECORDNO:i DISABLEEDIT:b DISABLEDELETE:b DISABLERECLASS:b",
        "",
        "Global transaction security",
        audited=False,
    ),
    describe("ROLES", "RECORDNO:i NAME:s", "NAME", "Role", ("NAME",), audited=False),
    describe("ROLEPOLICYASSIGNMENT", "RECORDNO:i ROLEKEY:i POLICYNAME:s", "", "Role permission", audited=False),
    describe("USERROLES", "RECORDNO:i USERID:s ROLENAME:s", "", "User role", audited=False),
)

RELATIONS: Final[Relations] = {"ROLEPOLICYASSIGNMENT": {"ROLES": ("ROLES", "ROLEKEY", "RECORDNO")}}
