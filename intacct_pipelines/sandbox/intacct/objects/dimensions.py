"""Dimensions beside the company's own: customers, employees, projects, tasks, items; and groups of dimensions."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.sandbox.intacct.objects.spec import ObjectSpec, Relations, describe

_AUDIT: Final = """
    WHENCREATED:T WHENMODIFIED:T CREATEDBY:i MODIFIEDBY:i MEGAENTITYKEY:i MEGAENTITYID:s MEGAENTITYNAME:s RECORD_URL:s
"""
_MEMBER: Final = "RECORDNO:i GROUPKEY:i MEMBERID:s SORTORD:i"
_GROUP: Final = f"RECORDNO:i ID:s NAME:s DESCRIPTION:s GROUPTYPE:s{_AUDIT}"

OBJECTS: Final[tuple[ObjectSpec, ...]] = (
    describe(
        "CUSTOMER",
        f"""
        RECORDNO:i CUSTOMERID:s NAME:s DISPLAYCONTACT:x DISPLAYCONTACTKEY:i STATUS:s ONETIME:b CUSTTYPE:s CUSTREPID:s
        PARENTID:s PARENTKEY:i PARENTNAME:s GLGROUP:s TERRITORYID:s SUPDOCID:s TERMNAME:s OFFSETGLACCOUNTNO:s
        ARACCOUNT:s RESALENO:s TAXID:s CREDITLIMIT:d RETAINAGEPERCENTAGE:d ONHOLD:b DELIVERY_OPTIONS:s COMMENTS:s
        CURRENCY:s CONTACTINFO:x BILLTO:x SHIPTO:x OBJECTRESTRICTION:s ENTITY:s TOTALDUE:d{_AUDIT}
    """,
        "CUSTOMERID",
        "Customer",
        ("CUSTOMERID", "NAME"),
        ("CUSTOMERID", "NAME"),
        references={"PARENTID": "CUSTOMER", "TERMNAME": "ARTERM", "CUSTTYPE": "CUSTTYPE", "TERRITORYID": "TERRITORY"},
        defaults={"ONHOLD": "false", "ONETIME": "false"},
        writes="generic",
        module="AR",
    ),
    describe(
        "EMPLOYEE",
        f"""
        RECORDNO:i EMPLOYEEID:s PERSONALINFO:x CONTACTKEY:i STARTDATE:D TITLE:s EMPLOYEETYPE:s STATUS:s BIRTHDATE:D
        ENDDATE:D TERMINATIONTYPE:s SUPERVISORID:s GENDER:s DEPARTMENTID:s LOCATIONID:s CLASSID:s CURRENCY:s
        NAME1099:s FORM1099TYPE:s FORM1099BOX:s{_AUDIT}
    """,
        "EMPLOYEEID",
        "Employee",
        ("EMPLOYEEID",),
        ("EMPLOYEEID", "CONTACTKEY"),
        references={
            "SUPERVISORID": "EMPLOYEE",
            "DEPARTMENTID": "DEPARTMENT",
            "LOCATIONID": "LOCATION",
            "CLASSID": "CLASS",
        },
        links={"PERSONALINFO.CONTACTNAME": ("CONTACT", "CONTACTKEY")},
        writes="generic",
    ),
    describe(
        "PROJECT",
        f"""
        RECORDNO:i PROJECTID:s NAME:s PROJECTCATEGORY:s DESCRIPTION:s PARENTID:s PARENTKEY:i PARENTNAME:s
        INVOICEWITHPARENT:b PROJECTTYPE:s PROJECTSTATUS:s STATUS:s CUSTOMERID:s CUSTOMERKEY:i CUSTOMERNAME:s
        MANAGERID:s DOCNUMBER:s TERMNAME:s BILLINGTYPE:s BEGINDATE:D ENDDATE:D DEPARTMENTID:s DEPARTMENTNAME:s
        LOCATIONID:s LOCATIONNAME:s CLASSID:s SUPDOCID:s CURRENCY:s SONUMBER:s PONUMBER:s POAMOUNT:d
        CONTRACTAMOUNT:d BUDGETAMOUNT:d BUDGETEDCOST:d BUDGETQTY:d{_AUDIT}
    """,
        "PROJECTID",
        "Project",
        ("PROJECTID",),
        ("PROJECTID", "NAME", "PROJECTCATEGORY"),
        references={
            "PARENTID": "PROJECT",
            "CUSTOMERID": "CUSTOMER",
            "MANAGERID": "EMPLOYEE",
            "DEPARTMENTID": "DEPARTMENT",
            "LOCATIONID": "LOCATION",
            "CLASSID": "CLASS",
        },
        writes="generic",
        module="PA",
    ),
    describe(
        "TASK",
        f"""
        RECORDNO:i TASKID:s PARENTKEY:i PARENTID:s NAME:s PARENTTASKNAME:s PROJECTKEY:i PROJECTID:s PROJECTNAME:s
        ITEMKEY:i ITEMID:s ITEMNAME:s DESCRIPTION:s BILLABLE:b TASKNO:i TASKSTATUS:s CLASSID:s CLASSNAME:s{_AUDIT}
    """,
        "",
        "Task",
        ("PROJECTID",),
        ("TASKID", "NAME", "PROJECTID"),
        references={"PROJECTID": "PROJECT", "ITEMID": "ITEM", "CLASSID": "CLASS"},
        writes="generic",
        module="PA",
    ),
    describe(
        "ITEM",
        f"""
        RECORDNO:i ITEMID:s NAME:s STATUS:s ITEMTYPE:s PRODUCTLINEID:s COST_METHOD:s EXTENDED_DESCRIPTION:s
        PODESCRIPTION:s SODESCRIPTION:s UOMGRP:s GLGROUP:s STANDARD_COST:d BASEPRICE:d TAXABLE:b INCOMEACCTKEY:s
        INVACCTKEY:s EXPENSEACCTKEY:s COGSACCTKEY:s OFFSETOEGLACCOUNTKEY:s OFFSETPOGLACCOUNTKEY:s UPC:s{_AUDIT}
    """,
        "ITEMID",
        "Item",
        ("ITEMID",),
        ("ITEMID", "NAME", "ITEMTYPE"),
        defaults={"TAXABLE": "false"},
        writes="generic",
        module="SO",
    ),
    describe("DEPARTMENTGROUP", _GROUP, "ID", "Department group", ("ID",), ("ID", "NAME"), writes="generic"),
    describe("DEPARTMENTGROUPMEMBER", _MEMBER, "", "Department group member", ("GROUPKEY",), audited=False),
    describe("LOCATIONGROUP", _GROUP, "ID", "Location group", ("ID",), ("ID", "NAME"), writes="generic"),
    describe("LOCATIONGROUPMEMBER", _MEMBER, "", "Location group member", ("GROUPKEY",), audited=False),
)

RELATIONS: Final[Relations] = {
    "CUSTOMER": {
        "DISPLAYCONTACT": ("CONTACT", "DISPLAYCONTACTKEY", "RECORDNO"),
        "TERM": ("ARTERM", "TERMNAME", "NAME"),
        "PARENT": ("CUSTOMER", "PARENTID", "CUSTOMERID"),
    },
    "EMPLOYEE": {"CONTACT": ("CONTACT", "CONTACTKEY", "RECORDNO")},
    "PROJECT": {"CUSTOMER": ("CUSTOMER", "CUSTOMERID", "CUSTOMERID")},
    "TASK": {"PROJECT": ("PROJECT", "PROJECTID", "PROJECTID"), "ITEM": ("ITEM", "ITEMID", "ITEMID")},
}
