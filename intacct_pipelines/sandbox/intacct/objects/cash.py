"""Cash management: card transactions, funds transfers, other receipts, deposits, with their lines.

The vendor documents few of these fields; the others have the names of like objects.
"""

from __future__ import annotations

from typing import Final

from intacct_pipelines.sandbox.intacct.objects.spec import ObjectSpec, Relations, describe

OBJECTS: Final[tuple[ObjectSpec, ...]] = (
    describe(
        "CCTRANSACTION",
        """
        RECORDNO:i RECORDID:s RECORDTYPE:s FINANCIALENTITY:s WHENCREATED:D DESCRIPTION:s BASECURR:s CURRENCY:s
        EXCH_RATE_DATE:D EXCH_RATE_TYPE_ID:s EXCHANGE_RATE:d TOTALENTERED:d TRX_TOTALENTERED:d TOTALPAID:d
        TRX_TOTALPAID:d TOTALSELECTED:d TRX_TOTALSELECTED:d TOTALDUE:d TRX_TOTALDUE:d WHENPAID:D STATE:s RAWSTATE:s
        CLEARED:s AUWHENCREATED:T WHENMODIFIED:T CREATEDBY:i MODIFIEDBY:i INCLUSIVETAX:b TAXSOLUTIONID:s TAXMETHOD:s
        SUPDOCID:s MEGAENTITYKEY:i MEGAENTITYID:s MEGAENTITYNAME:s RECORD_URL:s
    """,
        "",
        "Charge card transaction",
        ("RECORDID", "FINANCIALENTITY"),
    ),
    describe(
        "CCTRANSACTIONENTRY",
        """
        RECORDNO:i RECORDKEY:i LINE_NO:i ACCOUNTNO:s ACCOUNTTITLE:s AMOUNT:d TRX_AMOUNT:d CURRENCY:s BASECURR:s
        DESCRIPTION:s LOCATIONID:s DEPARTMENTID:s PROJECTID:s CUSTOMERID:s VENDORID:s EMPLOYEEID:s ITEMID:s CLASSID:s
        WHENCREATED:T WHENMODIFIED:T
    """,
        "",
        "Charge card transaction line",
        ("RECORDKEY",),
        audited=False,
    ),
    describe(
        "FUNDSTRANSFER",
        """
        RECORDNO:i RECORDID:s DESCRIPTION:s TOTALENTERED:d CURRENCY:s BASECURR:s WHENCREATED:D STATE:s
        AUWHENCREATED:T WHENMODIFIED:T CREATEDBY:i MODIFIEDBY:i MEGAENTITYKEY:i MEGAENTITYID:s MEGAENTITYNAME:s
    """,
        "",
        "Funds transfer",
        ("RECORDID",),
    ),
    describe(
        "FUNDSTRANSFERENTRY",
        "RECORDNO:i RECORDKEY:i ACCOUNTNO:s AMOUNT:d CURRENCY:s BASECURR:s WHENMODIFIED:T",
        "",
        "Funds transfer line",
        ("RECORDKEY",),
        audited=False,
    ),
    describe(
        "OTHERRECEIPTS",
        """
        RECORDNO:i RECORDID:s FINANCIALENTITY:s UNDEPGLACCOUNTNO:s DEPOSITKEY:i DESCRIPTION:s TOTALENTERED:d
        TRX_TOTALENTERED:d CURRENCY:s BASECURR:s EXCH_RATE_DATE:D EXCH_RATE_TYPE_ID:s EXCHANGE_RATE:d WHENCREATED:D
        STATE:s AUWHENCREATED:T WHENMODIFIED:T CREATEDBY:i MODIFIEDBY:i SUPDOCID:s MEGAENTITYKEY:i MEGAENTITYID:s
        MEGAENTITYNAME:s
    """,
        "",
        "Other receipt",
        ("RECORDID",),
    ),
    describe(
        "OTHERRECEIPTSENTRY",
        """
        RECORDNO:i RECORDKEY:i LINE_NO:i ACCOUNTNO:s ACCOUNTTITLE:s AMOUNT:d TRX_AMOUNT:d CURRENCY:s BASECURR:s
        DESCRIPTION:s LOCATIONID:s DEPARTMENTID:s CUSTOMERID:s VENDORID:s EMPLOYEEID:s CLASSID:s WHENCREATED:T
        WHENMODIFIED:T
    """,
        "",
        "Other receipt line",
        ("RECORDKEY",),
        audited=False,
    ),
    describe(
        "DEPOSIT",
        """
        RECORDNO:i RECORDID:s FINANCIALENTITY:s DESCRIPTION:s TOTALENTERED:d CURRENCY:s BASECURR:s WHENCREATED:D
        STATE:s AUWHENCREATED:T WHENMODIFIED:T CREATEDBY:i MODIFIEDBY:i SUPDOCID:s MEGAENTITYKEY:i MEGAENTITYID:s
        MEGAENTITYNAME:s
    """,
        "",
        "Deposit",
        ("RECORDID",),
    ),
    describe(
        "DEPOSITENTRY",
        """
        RECORDNO:i RECORDKEY:i LINE_NO:i ACCOUNTNO:s AMOUNT:d CURRENCY:s BASECURR:s DESCRIPTION:s WHENMODIFIED:T
    """,
        "",
        "Deposit line",
        ("RECORDKEY",),
        audited=False,
    ),
)

RELATIONS: Final[Relations] = {
    "CCTRANSACTIONENTRY": {"CCTRANSACTION": ("CCTRANSACTION", "RECORDKEY", "RECORDNO")},
    "FUNDSTRANSFERENTRY": {"FUNDSTRANSFER": ("FUNDSTRANSFER", "RECORDKEY", "RECORDNO")},
    "OTHERRECEIPTSENTRY": {"OTHERRECEIPTS": ("OTHERRECEIPTS", "RECORDKEY", "RECORDNO")},
    "DEPOSITENTRY": {"DEPOSIT": ("DEPOSIT", "RECORDKEY", "RECORDNO")},
}
