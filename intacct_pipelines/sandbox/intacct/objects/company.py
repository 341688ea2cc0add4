"""The company: entities, locations, departments, classes, contacts, the audit trail."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.sandbox.intacct.objects.spec import ObjectSpec, Relations, describe

OBJECTS: Final[tuple[ObjectSpec, ...]] = (
    describe(
        "LOCATIONENTITY",
        """
        RECORDNO:i LOCATIONID:s NAME:s REPORTPRINTAS:s SUPERVISORID:s FIRSTMONTH:s FIRSTMONTHTAX:s WEEKSTART:s
        FEDERALID:s STARTDATE:D ENDDATE:D STATUS:s HAS_IE_RELATION:b CUSTOMERID:s CUSTOMERNAME:s VENDORID:s
        VENDORNAME:s CURRENCY:s TAXID:s ENABLELEGALCONTACT:b LEGALNAME:s LEGALADDRESS1:s LEGALADDRESS2:s LEGALCITY:s
        LEGALSTATE:s LEGALZIPCODE:s LEGALCOUNTRY:s OPCOUNTRY:s ADDRESSCOUNTRYDEFAULT:s RECORD_URL:s
    """,
        "LOCATIONID",
        "Entity",
        ("LOCATIONID",),
        audited=False,
    ),
    describe(
        "LOCATION",
        """
        LOCATIONID:s NAME:s PARENTID:s SUPERVISORID:s CONTACTINFO:x SHIPTO:x STARTDATE:D ENDDATE:D CUSTTITLE:s
        STATUS:s RECORDNO:i WHENCREATED:T WHENMODIFIED:T CREATEDBY:i MODIFIEDBY:i MEGAENTITYKEY:i MEGAENTITYID:s
        MEGAENTITYNAME:s RECORD_URL:s CURRENCY:s PARENTKEY:i
    """,
        "LOCATIONID",
        "Location",
        ("LOCATIONID",),
        ("LOCATIONID", "NAME"),
        references={"PARENTID": "LOCATION"},
        writes="generic",
    ),
    describe(
        "DEPARTMENT",
        """
        DEPARTMENTID:s TITLE:s PARENTID:s SUPERVISORID:s CUSTTITLE:s STATUS:s RECORDNO:i WHENCREATED:T
        WHENMODIFIED:T CREATEDBY:i MODIFIEDBY:i MEGAENTITYKEY:i MEGAENTITYID:s MEGAENTITYNAME:s RECORD_URL:s
        PARENTKEY:i SUPERVISORNAME:s
    """,
        "DEPARTMENTID",
        "Department",
        ("DEPARTMENTID",),
        ("DEPARTMENTID", "TITLE"),
        references={"PARENTID": "DEPARTMENT"},
        writes="generic",
    ),
    describe(
        "CLASS",
        """
        CLASSID:s NAME:s DESCRIPTION:s PARENTID:s STATUS:s RECORDNO:i WHENCREATED:T WHENMODIFIED:T CREATEDBY:i
        MODIFIEDBY:i MEGAENTITYKEY:i MEGAENTITYID:s MEGAENTITYNAME:s RECORD_URL:s PARENTKEY:i
    """,
        "CLASSID",
        "Class",
        ("CLASSID",),
        ("CLASSID", "NAME"),
        references={"PARENTID": "CLASS"},
        writes="generic",
    ),
    describe(
        "CONTACT",
        """
        CONTACTNAME:s PRINTAS:s COMPANYNAME:s TAXABLE:b TAXGROUP:s PREFIX:s FIRSTNAME:s LASTNAME:s INITIAL:s
        PHONE1:s PHONE2:s CELLPHONE:s PAGER:s FAX:s EMAIL1:s EMAIL2:s URL1:s URL2:s STATUS:s TAXSOLUTIONID:s
        TAXSCHEDULE:s RECORDNO:i WHENCREATED:T WHENMODIFIED:T CREATEDBY:i MODIFIEDBY:i MEGAENTITYKEY:i
        MEGAENTITYID:s MEGAENTITYNAME:s RECORD_URL:s MAILADDRESS:x MAILADDRESS.ADDRESS1:s MAILADDRESS.ADDRESS2:s
        MAILADDRESS.ADDRESS3:s MAILADDRESS.CITY:s MAILADDRESS.STATE:s MAILADDRESS.ZIP:s MAILADDRESS.COUNTRY:s
        MAILADDRESS.COUNTRYCODE:s
    """,
        "CONTACTNAME",
        "Contact",
        ("CONTACTNAME",),
        ("CONTACTNAME", "PRINTAS"),
        writes="generic",
    ),
    describe(
        "TERRITORY",
        """
        RECORDNO:i TERRITORYID:s NAME:s STATUS:s PARENTID:s MANAGERID:s WHENCREATED:T WHENMODIFIED:T CREATEDBY:i
        MODIFIEDBY:i MEGAENTITYKEY:i MEGAENTITYID:s MEGAENTITYNAME:s
    """,
        "TERRITORYID",
        "Territory",
        ("TERRITORYID",),
        ("TERRITORYID", "NAME"),
        references={"PARENTID": "TERRITORY"},
        writes="generic",
    ),
    describe(
        "AUDITHISTORY",
        """
        ID:i OBJECTTYPE:s OBJECTKEY:s USERID:s ACCESSTIME:T ACCESSMODE:s SOURCE:s WORKFLOWACTION:s IPADDRESS:s
    """,
        "",
        "Audit history",
        ("OBJECTKEY",),
        audited=False,
    ),
)

RELATIONS: Final[Relations] = {
    "LOCATION": {"PARENT": ("LOCATION", "PARENTID", "LOCATIONID")},
    "DEPARTMENT": {"PARENT": ("DEPARTMENT", "PARENTID", "DEPARTMENTID")},
    "CLASS": {"PARENT": ("CLASS", "PARENTID", "CLASSID")},
}
