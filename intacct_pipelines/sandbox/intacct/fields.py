"""What fields each object has, their kinds, keys and codes: the vendor's object reference, embedded as data."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

INTEGER: Final = "i"
DECIMAL: Final = "d"
DATE: Final = "D"
INSTANT: Final = "T"
FLAG: Final = "b"
TEXT: Final = "s"
NESTED: Final = "x"


def words(text: str) -> frozenset[str]:
    """The words of a text as a set: a readable way to write many names."""
    return frozenset(text.split())


# "FIELD:kind" in the order in which `read` with all fields shows them.
_FIELDS: Final = {
    "LOCATIONENTITY": """
        RECORDNO:i LOCATIONID:s NAME:s REPORTPRINTAS:s SUPERVISORID:s FIRSTMONTH:s FIRSTMONTHTAX:s WEEKSTART:s
        FEDERALID:s STARTDATE:D ENDDATE:D STATUS:s HAS_IE_RELATION:b CUSTOMERID:s CUSTOMERNAME:s VENDORID:s
        VENDORNAME:s CURRENCY:s TAXID:s ENABLELEGALCONTACT:b LEGALNAME:s LEGALADDRESS1:s LEGALADDRESS2:s LEGALCITY:s
        LEGALSTATE:s LEGALZIPCODE:s LEGALCOUNTRY:s OPCOUNTRY:s ADDRESSCOUNTRYDEFAULT:s RECORD_URL:s
    """,
    "LOCATION": """
        LOCATIONID:s NAME:s PARENTID:s SUPERVISORID:s CONTACTINFO:x SHIPTO:x STARTDATE:D ENDDATE:D CUSTTITLE:s
        STATUS:s RECORDNO:i WHENCREATED:T WHENMODIFIED:T CREATEDBY:i MODIFIEDBY:i MEGAENTITYKEY:i MEGAENTITYID:s
        MEGAENTITYNAME:s RECORD_URL:s CURRENCY:s PARENTKEY:i
    """,
    "DEPARTMENT": """
        DEPARTMENTID:s TITLE:s PARENTID:s SUPERVISORID:s CUSTTITLE:s STATUS:s RECORDNO:i WHENCREATED:T
        WHENMODIFIED:T CREATEDBY:i MODIFIEDBY:i MEGAENTITYKEY:i MEGAENTITYID:s MEGAENTITYNAME:s RECORD_URL:s
        PARENTKEY:i SUPERVISORNAME:s
    """,
    "CLASS": """
        CLASSID:s NAME:s DESCRIPTION:s PARENTID:s STATUS:s RECORDNO:i WHENCREATED:T WHENMODIFIED:T CREATEDBY:i
        MODIFIEDBY:i MEGAENTITYKEY:i MEGAENTITYID:s MEGAENTITYNAME:s RECORD_URL:s PARENTKEY:i
    """,
    "GLACCOUNT": """
        ACCOUNTNO:s TITLE:s CATEGORY:s ACCOUNTTYPE:s NORMALBALANCE:s CLOSINGTYPE:s CLOSINGACCOUNTNO:s
        ALTERNATIVEACCOUNT:s STATUS:s REQUIREDEPT:b REQUIRELOC:b REQUIREPROJECT:b REQUIRETASK:b REQUIRECUSTOMER:b
        REQUIREVENDOR:b REQUIREEMPLOYEE:b REQUIREITEM:b REQUIRECLASS:b REQUIRECONTRACT:b REQUIREWAREHOUSE:b
        RECORDNO:i WHENCREATED:T WHENMODIFIED:T CREATEDBY:i MODIFIEDBY:i MEGAENTITYKEY:i MEGAENTITYID:s
        MEGAENTITYNAME:s RECORD_URL:s TAXABLE:b TAXCODE:s MRCCODE:s CATEGORYKEY:i CLOSETOACCTKEY:i
        CLOSINGACCOUNTTITLE:s
    """,
    "VENDOR": """
        VENDORID:s NAME:s DISPLAYCONTACT:x STATUS:s ONETIME:b HIDEDISPLAYCONTACT:b VENDTYPE:s PARENTID:s GLGROUP:s
        DEFAULT_LEAD_TIME:i TAXID:s NAME1099:s FORM1099TYPE:s FORM1099BOX:s SUPDOCID:s APACCOUNT:s
        OFFSETGLACCOUNTNO:s CREDITLIMIT:d RETAINAGEPERCENTAGE:d ONHOLD:b DONOTCUTCHECK:b COMMENTS:s CURRENCY:s
        CONTACTINFO:x PAYTO:x RETURNTO:x CONTACT_LIST_INFO:x VENDORCONTACTS:x VENDOREMAILTEMPLATES:x
        VENDORACCTNOLOCATIONS:x VENDOR_ACCTNO_LOC_HEAD:x FILEPAYMENTSERVICE:s PYMTCOUNTRYCODE:s
        VENDORBANKFILEDETAILS:x PROVIDERVENDORS:x PAYMETHODKEY:s MERGEPAYMENTREQ:b PAYMENTNOTIFY:b BILLINGTYPE:s
        PAYMENTPRIORITY:s TERMNAME:s DISPLAYTERMDISCOUNT:b ACHENABLED:b ACHBANKROUTINGNUMBER:s ACHACCOUNTNUMBER:s
        ACHACCOUNTTYPE:s ACHREMITTANCETYPE:s VENDORACCOUNTNO:s DISPLOCACCTNOCHECK:b OBJECTRESTRICTION:s
        RESTRICTEDLOCATIONS:s RESTRICTEDDEPARTMENTS:s ISINDIVIDUAL:b RECORDNO:i WHENCREATED:T WHENMODIFIED:T
        CREATEDBY:i MODIFIEDBY:i MEGAENTITYKEY:i MEGAENTITYID:s MEGAENTITYNAME:s RECORD_URL:s ENTITY:s PARENTKEY:i
        PARENTNAME:s TOTALDUE:d APACCOUNTTITLE:s ACCOUNTLABEL:s DISPLAYCONTACTKEY:i
    """,
    "CONTACT": """
        CONTACTNAME:s PRINTAS:s COMPANYNAME:s TAXABLE:b TAXGROUP:s PREFIX:s FIRSTNAME:s LASTNAME:s INITIAL:s
        PHONE1:s PHONE2:s CELLPHONE:s PAGER:s FAX:s EMAIL1:s EMAIL2:s URL1:s URL2:s STATUS:s TAXSOLUTIONID:s
        TAXSCHEDULE:s RECORDNO:i WHENCREATED:T WHENMODIFIED:T CREATEDBY:i MODIFIEDBY:i MEGAENTITYKEY:i
        MEGAENTITYID:s MEGAENTITYNAME:s RECORD_URL:s MAILADDRESS:x MAILADDRESS.ADDRESS1:s MAILADDRESS.ADDRESS2:s
        MAILADDRESS.ADDRESS3:s MAILADDRESS.CITY:s MAILADDRESS.STATE:s MAILADDRESS.ZIP:s MAILADDRESS.COUNTRY:s
        MAILADDRESS.COUNTRYCODE:s
    """,
    "APTERM": """
        RECORDNO:i NAME:s DESCRIPTION:s STATUS:s DUEDATE:s DUEFROM:s DISCDATE:s DISCFROM:s DISCAMOUNT:d
        DISCPERCAMN:s DISCCALCON:s WHENCREATED:T WHENMODIFIED:T
    """,
    "APBILL": """
        VENDORID:s WHENCREATED:D WHENPOSTED:D BILLTOPAYTOCONTACTNAME:s SHIPTORETURNTOCONTACTNAME:s RECORDID:s
        DOCNUMBER:s DESCRIPTION:s TERMNAME:s RECPAYMENTDATE:D SUPDOCID:s WHENDUE:D PAYMENTPRIORITY:s ONHOLD:b
        PRBATCH:s CURRENCY:s BASECURR:s EXCH_RATE_DATE:D EXCH_RATE_TYPE_ID:s EXCHANGE_RATE:d INCLUSIVETAX:b ACTION:s
        TAXSOLUTIONID:s APBILLITEMS:x RECORDNO:i RECORDTYPE:s STATE:s RAWSTATE:s AUWHENCREATED:T WHENMODIFIED:T
        CREATEDBY:i MODIFIEDBY:i TOTALENTERED:d TOTALSELECTED:d TOTALPAID:d TOTALDUE:d TRX_TOTALENTERED:d
        TRX_TOTALSELECTED:d TRX_TOTALPAID:d TRX_TOTALDUE:d VENDORNAME:s FINANCIALENTITY:s VENDTYPE1099TYPE:s
        TRX_ENTITYDUE:d DESCRIPTION2:s TERMKEY:i TERMVALUE:s WHENDISCOUNT:D WHENPAID:D BILLTOPAYTOKEY:i
        SHIPTORETURNTOKEY:i PRBATCHKEY:i MODULEKEY:s SCHOPKEY:i SYSTEMGENERATED:b DUE_IN_DAYS:i TAXSOLUTIONKEY:i
        SHOWMULTILINETAX:b TAXMETHOD:s RETAINAGEPERCENTAGE:d TRX_TOTALRETAINED:d TRX_TOTALRELEASED:d TOTALRETAINED:d
        PAYTOCONTACTNAME:s RETURNTOCONTACTNAME:s MEGAENTITYKEY:i MEGAENTITYID:s MEGAENTITYNAME:s RECORD_URL:s
        ENTITY:s
    """,
    "APBILLITEM": """
        ACCOUNTNO:s ACCOUNTLABEL:s OFFSETGLACCOUNTNO:s TRX_AMOUNT:d TOTALTRXAMOUNT:d ENTRYDESCRIPTION:s FORM1099:b
        FORM1099TYPE:s FORM1099BOX:s BILLABLE:b ALLOCATION:s LOCATIONID:s DEPARTMENTID:s PROJECTID:s TASKID:s
        COSTTYPEID:s CUSTOMERID:s VENDORID:s EMPLOYEEID:s ITEMID:s CLASSID:s CONTRACTID:s WAREHOUSEID:s
        PARTIALEXEMPT:b TAXENTRIES:x RECORDNO:i RECORDKEY:i ACCOUNTKEY:i ACCOUNTTITLE:s ACCOUNTLABELKEY:i
        OFFSETACCOUNTKEY:i OFFSETGLACCOUNTTITLE:s ENTRY_DATE:D AMOUNT:d DEPARTMENTNAME:s LOCATIONNAME:s
        ALLOCATIONKEY:i LINEITEM:b LINE_NO:i CURRENCY:s BASECURR:s EXCH_RATE_DATE:D EXCH_RATE_TYPE_ID:s
        EXCHANGE_RATE:d TOTALPAID:d TRX_TOTALPAID:d TOTALSELECTED:d TRX_TOTALSELECTED:d SUBTOTAL:s PARENTENTRY:i
        BASELOCATION:s STATE:s RECORDTYPE:s WHENCREATED:T WHENMODIFIED:T CREATEDBY:i MODIFIEDBY:i
    """,
    "AUDITHISTORY": """
        ID:i OBJECTTYPE:s OBJECTKEY:s USERID:s ACCESSTIME:T ACCESSMODE:s SOURCE:s WORKFLOWACTION:s IPADDRESS:s
    """,
    "GLDETAIL": """
        RECORDNO:i BATCHKEY:i GLENTRYKEY:i BATCH_DATE:D BATCH_TITLE:s SYMBOL:s BATCH_NO:i BOOKID:s CHILDENTITY:s
        MODIFIED:T REFERENCENO:s ADJ:b MODULEKEY:s OWNERSHIPKEY:i LINE_NO:i ENTRY_DATE:D ENTRY_STATE:s TR_TYPE:i
        DOCUMENT:s ACCOUNTNO:s ACCOUNTTITLE:s STATISTICAL:b DEPARTMENTID:s DEPARTMENTTITLE:s LOCATIONID:s
        LOCATIONNAME:s CURRENCY:s BASECURR:s DESCRIPTION:s DEBITAMOUNT:d CREDITAMOUNT:d AMOUNT:d TRX_AMOUNT:d
        TRX_DEBITAMOUNT:d TRX_CREDITAMOUNT:d RECORDID:s RECORDTYPE:s DOCNUMBER:s CUSTOMERID:s CUSTOMERNAME:s
        VENDORID:s VENDORNAME:s CLASSID:s CLASSNAME:s PROJECTID:s PROJECTNAME:s WHENCREATED:D AUWHENCREATED:T
        WHENMODIFIED:T WHENDUE:D WHENPAID:D TOTALDUE:d TOTALENTERED:d TOTALPAID:d
    """,
}


@dataclass(frozen=True, slots=True)
class ObjectSpec:
    """One object: its fields and how people name its records.

    Args:
        name: Upper-case object name.
        kinds: Field → kind letter, in order.
        business_key: The field with the id that people use; empty for transactions.
        label: The word in error texts.
        indexed: Fields that are often compared for equality.
        required: Fields that a generic create needs.
        audited: Whether changes leave rows in AUDITHISTORY.
    """

    name: str
    kinds: Mapping[str, str]
    business_key: str = ""
    label: str = ""
    indexed: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    audited: bool = True

    @property
    def key(self) -> str:
        """The field with the number by which rows are ordered."""
        return "ID" if self.name == "AUDITHISTORY" else "RECORDNO"

    @property
    def queryable(self) -> tuple[str, ...]:
        """The fields that a query may name."""
        return tuple(name for name, kind in self.kinds.items() if kind != NESTED)


def _kinds(name: str) -> Mapping[str, str]:
    pairs = (pair.rpartition(":") for pair in _FIELDS[name].split())
    return MappingProxyType({field: kind for field, _, kind in pairs})


OBJECTS: Final[Mapping[str, ObjectSpec]] = MappingProxyType(
    {
        spec.name: spec
        for spec in (
            ObjectSpec(
                "LOCATIONENTITY", _kinds("LOCATIONENTITY"), "LOCATIONID", "Entity", ("LOCATIONID",), audited=False
            ),
            ObjectSpec(
                "LOCATION", _kinds("LOCATION"), "LOCATIONID", "Location", ("LOCATIONID",), ("LOCATIONID", "NAME")
            ),
            ObjectSpec(
                "DEPARTMENT",
                _kinds("DEPARTMENT"),
                "DEPARTMENTID",
                "Department",
                ("DEPARTMENTID",),
                ("DEPARTMENTID", "TITLE"),
            ),
            ObjectSpec("CLASS", _kinds("CLASS"), "CLASSID", "Class", ("CLASSID",), ("CLASSID", "NAME")),
            ObjectSpec(
                "GLACCOUNT", _kinds("GLACCOUNT"), "ACCOUNTNO", "GL Account", ("ACCOUNTNO",), ("ACCOUNTNO", "TITLE")
            ),
            ObjectSpec(
                "VENDOR", _kinds("VENDOR"), "VENDORID", "Vendor", ("VENDORID", "NAME", "MEGAENTITYID"), ("NAME",)
            ),
            ObjectSpec(
                "CONTACT", _kinds("CONTACT"), "CONTACTNAME", "Contact", ("CONTACTNAME",), ("CONTACTNAME", "PRINTAS")
            ),
            ObjectSpec("APTERM", _kinds("APTERM"), "NAME", "AP Term", ("NAME",), ("NAME",)),
            ObjectSpec("APBILL", _kinds("APBILL"), "", "Bill", ("VENDORID", "RECORDID", "MEGAENTITYID")),
            ObjectSpec("APBILLITEM", _kinds("APBILLITEM"), "", "Bill line", ("RECORDKEY",), audited=False),
            ObjectSpec("AUDITHISTORY", _kinds("AUDITHISTORY"), "", "Audit history", ("OBJECTKEY",), audited=False),
            ObjectSpec("GLDETAIL", _kinds("GLDETAIL"), "", "General ledger detail", ("BATCHKEY",), audited=False),
        )
    }
)

# Related records that a dotted field may reach: object → relation → (other object, own field, the other's field).
RELATIONS: Final[Mapping[str, Mapping[str, tuple[str, str, str]]]] = MappingProxyType(
    {
        "APBILL": {"VENDOR": ("VENDOR", "VENDORID", "VENDORID"), "TERM": ("APTERM", "TERMNAME", "NAME")},
        "APBILLITEM": {
            "APBILL": ("APBILL", "RECORDKEY", "RECORDNO"),
            "GLACCOUNT": ("GLACCOUNT", "ACCOUNTNO", "ACCOUNTNO"),
            "DEPARTMENT": ("DEPARTMENT", "DEPARTMENTID", "DEPARTMENTID"),
            "LOCATION": ("LOCATION", "LOCATIONID", "LOCATIONID"),
            "CLASS": ("CLASS", "CLASSID", "CLASSID"),
        },
        "VENDOR": {
            "DISPLAYCONTACT": ("CONTACT", "DISPLAYCONTACTKEY", "RECORDNO"),
            "TERM": ("APTERM", "TERMNAME", "NAME"),
            "PARENT": ("VENDOR", "PARENTID", "VENDORID"),
        },
        "LOCATION": {"PARENT": ("LOCATION", "PARENTID", "LOCATIONID")},
        "DEPARTMENT": {"PARENT": ("DEPARTMENT", "PARENTID", "DEPARTMENTID")},
        "CLASS": {"PARENT": ("CLASS", "PARENTID", "CLASSID")},
        "GLDETAIL": {
            "VENDOR": ("VENDOR", "VENDORID", "VENDORID"),
            "GLACCOUNT": ("GLACCOUNT", "ACCOUNTNO", "ACCOUNTNO"),
        },
    }
)

# What `readByQuery` wants instead of labels: field → code → labels. Codes of paid and reversed bills are our guess.
CODES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "STATUS": {"T": ("active",), "F": ("inactive",)},
        "ACCOUNTTYPE": {"I": ("incomestatement",), "N": ("balancesheet",)},
        "APBILL.STATE": {
            "D": ("Draft",),
            "S": ("Submitted",),
            "PA": ("Partially Approved",),
            "U": ("Declined",),
            "A": ("Posted", "Selected", "Partially Paid", "Paid"),
            "R": ("Reversed", "Reversal"),
        },
    }
)
RAW_STATES: Final[Mapping[str, str]] = MappingProxyType(
    {label: code for code, labels in CODES["APBILL.STATE"].items() for label in labels}
)
LEDGER_STATES: Final = ("Posted", "Selected", "Partially Paid", "Paid", "Reversed", "Reversal")
"""Bills in these states stand in the ledger."""
AUDIT_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {"A": "Access", "M": "Modify", "C": "Create", "D": "Delete", "W": "Workflow", "T": "Activity", "U": "User action"}
)
ENUMS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "STATUS": ("active", "active non-posting", "inactive"),
        "ACCOUNTTYPE": ("balancesheet", "incomestatement"),
        "NORMALBALANCE": ("debit", "credit"),
        "APBILL.STATE": (*RAW_STATES, "No Value"),
    }
)
READ_ONLY: Final = words(
    "RECORDNO WHENMODIFIED AUWHENCREATED CREATEDBY MODIFIEDBY MEGAENTITYKEY MEGAENTITYID MEGAENTITYNAME RECORD_URL"
)
