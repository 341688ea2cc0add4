"""Dimensions beside the company's own: customers, employees, projects, tasks, items; and groups of dimensions."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog.intacct.common import AUDIT, DIMENSIONS, OWNER, RECORD_NO, STATUS
from intacct_pipelines.domain.catalog.table import OBJECT_NAME, Column, Kind, Table, text

CUSTOMER: Final = Table(
    "intacct",
    "customer",
    "CUSTOMER",
    "Customers (S-CUS-01).",
    (
        RECORD_NO,
        text("customer_id", "CUSTOMERID", "Id that people use.", required=True),
        text("name", "NAME", "Name of the customer; may repeat.", required=True, pii=True),
        text("customer_type", "CUSTTYPE", "Type of the customer."),
        text("parent_id", "PARENTID", "Customer above this one."),
        text("print_as", "DISPLAYCONTACT.PRINTAS", "Name as printed.", pii=True),
        text("email", "DISPLAYCONTACT.EMAIL1", "Address for invoices.", pii=True),
        text("phone", "DISPLAYCONTACT.PHONE1", "Telephone.", pii=True),
        text("contact_name", "DISPLAYCONTACT.CONTACTNAME", "Contact with the customer's addresses.", pii=True),
        text("tax_id", "TAXID", "Tax identification number.", pii=True),
        text("term_name", "TERMNAME", "Payment term."),
        text("currency", "CURRENCY", "Currency of the customer, ISO 4217."),
        Column("credit_limit", Kind.MONEY, "CREDITLIMIT", "Most that may be owed.", currency="currency"),
        Column("is_on_hold", Kind.FLAG, "ONHOLD", "Whether sales are held."),
        text("comments", "COMMENTS", "Free text; holds our key for customers that we made (S-IDM-04)."),
        STATUS,
        *AUDIT,
        *OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    business_key="customer_id",
    audit_type="customer",
    permission="Accounts Receivable › Customers: List, View",
    is_optional=True,
    module="AR",
)

EMPLOYEE: Final = Table(
    "intacct",
    "employee",
    "EMPLOYEE",
    "Employees (S-EMP-01).",
    (
        RECORD_NO,
        text("employee_id", "EMPLOYEEID", "Id that people use.", required=True),
        text("contact_name", "CONTACT.CONTACTNAME", "Contact with the person's name and addresses.", pii=True),
        text("first_name", "CONTACT.FIRSTNAME", "First name.", pii=True),
        text("last_name", "CONTACT.LASTNAME", "Last name.", pii=True),
        text("email", "CONTACT.EMAIL1", "E-mail address.", pii=True),
        text("title", "TITLE", "Position."),
        *DIMENSIONS,
        text("supervisor_id", "SUPERVISORID", "Employee to whom this one reports."),
        text("currency", "CURRENCY", "Currency in which expenses are paid, ISO 4217."),
        Column("start_date", Kind.DATE, "STARTDATE", "First day."),
        Column("end_date", Kind.DATE, "ENDDATE", "Last day."),
        STATUS,
        *AUDIT,
        *OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    business_key="employee_id",
    audit_type="employee",
    permission="Time & Expenses › Employees: List, View",
    is_optional=True,
)

PROJECT: Final = Table(
    "intacct",
    "project",
    "PROJECT",
    "Projects; Intacct is their master (S-PRJ-01, S-PRJ-03).",
    (
        RECORD_NO,
        text("project_id", "PROJECTID", "Id that people use.", required=True),
        text("name", "NAME", "Name of the project.", required=True),
        text("category", "PROJECTCATEGORY", "What kind of project it is."),
        text("description", "DESCRIPTION", "What it is for."),
        text("parent_id", "PARENTID", "Project above this one."),
        text("project_type", "PROJECTTYPE", "Type of the project."),
        text("project_status", "PROJECTSTATUS", "How far it is, in the company's words."),
        text("customer_id", "CUSTOMERID", "Customer for whom it is done."),
        text("manager_id", "MANAGERID", "Employee who leads it."),
        *DIMENSIONS,
        text("currency", "CURRENCY", "Currency of its amounts, ISO 4217."),
        Column("contract_amount", Kind.MONEY, "CONTRACTAMOUNT", "Agreed amount.", currency="currency"),
        Column("budget_amount", Kind.MONEY, "BUDGETAMOUNT", "Budgeted billing.", currency="currency"),
        Column("begin_date", Kind.DATE, "BEGINDATE", "First day."),
        Column("end_date", Kind.DATE, "ENDDATE", "Last day."),
        STATUS,
        *AUDIT,
        *OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    business_key="project_id",
    audit_type="project",
    permission="Projects › Projects: List, View",
    is_optional=True,
    module="PA",
)

TASK: Final = Table(
    "intacct",
    "task",
    "TASK",
    "Tasks of projects.",
    (
        RECORD_NO,
        text("task_id", "TASKID", "Id that people use; unique within its project.", required=True),
        text("name", "NAME", "Name of the task.", required=True),
        text("project_id", "PROJECTID", "Project to which it belongs."),
        text("parent_id", "PARENTID", "Task above this one."),
        text("item_id", "ITEMID", "Item that is billed for it."),
        text("description", "DESCRIPTION", "What is to be done."),
        Column("is_billable", Kind.FLAG, "BILLABLE", "Whether it is billed."),
        text("task_status", "TASKSTATUS", "How far it is, in the source's words."),
        text("class_id", "CLASSID", "Accounting class."),
        *AUDIT,
        *OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    audit_type="task",
    permission="Projects › Tasks: List, View",
    is_optional=True,
    module="PA",
)

ITEM: Final = Table(
    "intacct",
    "item",
    "ITEM",
    "Items that are sold or bought, with base price and account keys (S-ITM-01, S-ITM-02).",
    (
        RECORD_NO,
        text("item_id", "ITEMID", "Id that people use.", required=True),
        text("name", "NAME", "Name of the item.", required=True),
        text("item_type", "ITEMTYPE", "What kind of item it is, such as Inventory."),
        text("extended_description", "EXTENDED_DESCRIPTION", "What it is, at length."),
        text("gl_group", "GLGROUP", "Item GL group, which decides its accounts."),
        Column("base_price", Kind.RATE, "BASEPRICE", "Price of one unit, in the base currency."),
        Column("standard_cost", Kind.RATE, "STANDARD_COST", "Cost of one unit, in the base currency."),
        text("income_account_key", "INCOMEACCTKEY", "Account of its revenue."),
        text("expense_account_key", "EXPENSEACCTKEY", "Account of its expense."),
        text("cogs_account_key", "COGSACCTKEY", "Account of the cost of what is sold."),
        text("inventory_account_key", "INVACCTKEY", "Account of its stock."),
        Column("is_taxable", Kind.FLAG, "TAXABLE", "Whether sales of it are taxed."),
        STATUS,
        *AUDIT,
        *OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    business_key="item_id",
    audit_type="item",
    permission="Inventory Control or Order Entry › Items: List, View",
    is_optional=True,
    module="SO",
    module_rule="S-ITM-03",
)


def _group(name: str, source_object: str, of: str, permission: str, rule: str = "") -> Table:
    """A group of a dimension's records, for reports."""
    return Table(
        "intacct",
        name,
        source_object,
        f"Groups of {of}{rule}.",
        (
            RECORD_NO,
            text("group_id", "ID", "Id that people use.", required=True),
            text("name", "NAME", "Name of the group.", is_optional=True),
            text("description", "DESCRIPTION", "What it is for.", is_optional=True),
            text("group_type", "GROUPTYPE", "How its members are chosen, in the source's words.", is_optional=True),
        ),
        key=("record_no",),
        business_key="group_id",
        permission=permission,
        is_optional=True,
    )


def _member(name: str, source_object: str, of: str, parent: str) -> Table:
    """The records that a group holds."""
    return Table(
        "intacct",
        name,
        source_object,
        f"Which {of} each group holds, in order.",
        (
            RECORD_NO,
            Column("group_record_no", Kind.INTEGER, "GROUPKEY", "Key of the group.", required=True),
            text("member_id", "MEMBERID", "Id of the member."),
            Column("position", Kind.INTEGER, "SORTORD", "Position in the group.", is_optional=True),
        ),
        key=("record_no",),
        parent=parent,
        parent_key="group_record_no",
        is_optional=True,
    )


DEPARTMENT_GROUP: Final = _group(
    "department_group",
    "DEPARTMENTGROUP",
    "departments",
    "Company › Departments: List, View",
    " (S-DEP-03)",
)
DEPARTMENT_GROUP_MEMBER: Final = _member(
    "department_group_member", "DEPARTMENTGROUPMEMBER", "departments", "department_group"
)
LOCATION_GROUP: Final = _group("location_group", "LOCATIONGROUP", "locations", "Company › Locations: List, View")
LOCATION_GROUP_MEMBER: Final = _member("location_group_member", "LOCATIONGROUPMEMBER", "locations", "location_group")

USER_DEFINED_DIMENSION_VALUE: Final = Table(
    "intacct",
    "user_defined_dimension_value",
    "getDimensions",
    "Values of the dimensions that the company made itself; records name one by its key, in the custom field "
    "`GLDIM<DIMENSION>`. Each dimension is an object of its own.",
    (
        text("dimension", OBJECT_NAME, "Object of the dimension, as in `dimension`.", required=True),
        # how such an object calls its key, name and times is not documented: the connections file may say otherwise
        Column("record_no", Kind.INTEGER, "id", "Key of the value within its dimension.", required=True),
        text("name", "name", "Name of the value, as people choose it.", required=True, pii=True),
        Column("created_at", Kind.INSTANT, "createdAt", "When the value was made.", is_optional=True),
        Column("modified_at", Kind.INSTANT, "updatedAt", "When the value last changed.", is_optional=True),
    ),
    key=("dimension", "record_no"),
    parent="dimension",
    parent_key="dimension",
    permission="Platform Services › the dimension's own object: List, View",
    is_of_dimensions=True,
    is_optional=True,
    is_company_wide=True,
)

DIMENSION_TABLES: Final = (
    CUSTOMER,
    EMPLOYEE,
    PROJECT,
    TASK,
    ITEM,
    DEPARTMENT_GROUP,
    DEPARTMENT_GROUP_MEMBER,
    LOCATION_GROUP,
    LOCATION_GROUP_MEMBER,
    USER_DEFINED_DIMENSION_VALUE,
)
