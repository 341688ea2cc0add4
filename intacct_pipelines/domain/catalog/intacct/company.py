"""The company's own lists: entities, locations, departments, classes, contacts."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog.intacct.common import AUDIT, LIST_STATUS, OWNER, RECORD_NO, STATUS
from intacct_pipelines.domain.catalog.table import Column, Kind, Table, text

ENTITY: Final = Table(
    "intacct",
    "entity",
    "LOCATIONENTITY",
    "Legal entities of the company.",
    (
        RECORD_NO,
        text("entity_id", "LOCATIONID", "Id of the entity.", required=True),
        text("name", "NAME", "Name of the entity.", required=True),
        text("currency", "CURRENCY", "Base currency of the entity, ISO 4217."),
        text("status", "STATUS", "Whether the entity may be used.", one_of=LIST_STATUS),
        Column("start_date", Kind.DATE, "STARTDATE", "First day of the entity."),
        Column("end_date", Kind.DATE, "ENDDATE", "Last day of the entity."),
    ),
    key=("record_no",),
    business_key="entity_id",
    permission="Company › Entities: List, View",
)

LOCATION: Final = Table(
    "intacct",
    "location",
    "LOCATION",
    "Locations, entities among them.",
    (
        RECORD_NO,
        text("location_id", "LOCATIONID", "Id of the location.", required=True),
        text("name", "NAME", "Name of the location.", required=True),
        text("parent_id", "PARENTID", "Location above this one; an entity at the top of the chain."),
        text("currency", "CURRENCY", "Base currency, ISO 4217."),
        STATUS,
        *AUDIT,
        *OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    business_key="location_id",
    audit_type="location",
    permission="Company › Locations: List, View",
)

DEPARTMENT: Final = Table(
    "intacct",
    "department",
    "DEPARTMENT",
    "Departments.",
    (
        RECORD_NO,
        text("department_id", "DEPARTMENTID", "Id of the department.", required=True),
        text("title", "TITLE", "Name of the department.", required=True),
        text("parent_id", "PARENTID", "Department above this one."),
        STATUS,
        *AUDIT,
        *OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    business_key="department_id",
    audit_type="department",
    permission="Company › Departments: List, View",
)

ACCOUNTING_CLASS: Final = Table(
    "intacct",
    "accounting_class",
    "CLASS",
    "Accounting classes.",
    (
        RECORD_NO,
        text("class_id", "CLASSID", "Id of the class.", required=True),
        text("name", "NAME", "Name of the class.", required=True),
        text("description", "DESCRIPTION", "What the class is for."),
        text("parent_id", "PARENTID", "Class above this one."),
        STATUS,
        *AUDIT,
        *OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    business_key="class_id",
    audit_type="class",
    permission="Company › Classes: List, View",
)

CONTACT: Final = Table(
    "intacct",
    "contact",
    "CONTACT",
    "Contacts of vendors and others.",
    (
        RECORD_NO,
        text("contact_name", "CONTACTNAME", "Unique name of the contact.", required=True, pii=True),
        text("print_as", "PRINTAS", "Name as printed.", pii=True),
        text("company_name", "COMPANYNAME", "Company.", pii=True),
        text("email", "EMAIL1", "E-mail address.", pii=True),
        text("phone", "PHONE1", "Telephone.", pii=True),
        text("address_line1", "MAILADDRESS.ADDRESS1", "Street.", pii=True),
        text("address_line2", "MAILADDRESS.ADDRESS2", "Second line of the street.", pii=True),
        text("address_city", "MAILADDRESS.CITY", "City.", pii=True),
        text("address_state", "MAILADDRESS.STATE", "State or province."),
        text("address_zip", "MAILADDRESS.ZIP", "Postal code.", pii=True),
        text("address_country_code", "MAILADDRESS.COUNTRYCODE", "Country, ISO 3166."),
        STATUS,
        *AUDIT,
        *OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    business_key="contact_name",
    audit_type="contact",
    permission="Company › Contacts: List, View",
)

COMPANY_TABLES: Final = (
    ENTITY,
    LOCATION,
    DEPARTMENT,
    ACCOUNTING_CLASS,
    CONTACT,
)
