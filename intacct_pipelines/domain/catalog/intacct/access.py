"""Who may enter the company and do what: users, roles, what roles permit, who has which role."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog.intacct.common import RECORD_NO
from intacct_pipelines.domain.catalog.table import Column, Kind, Table, text

USER: Final = Table(
    "intacct",
    "user",
    "USERINFO",
    "Users of the company.",
    (
        RECORD_NO,
        text("login_id", "LOGINID", "Name at sign-in.", required=True, pii=True),
        text("description", "DESCRIPTION", "What the user is for.", pii=True),
        text("user_type", "USERTYPE", "Kind of user, such as business user."),
        text("status", "STATUS", "Whether the user may enter.", one_of=("active", "lockedout", "inactive")),
        Column("is_login_disabled", Kind.FLAG, "LOGINDISABLED", "Whether only web services may sign in as this user."),
        Column("is_sso_enabled", Kind.FLAG, "SSO_ENABLED", "Whether the user signs in elsewhere."),
    ),
    key=("record_no",),
    business_key="login_id",
    permission="Company › Users: List, View",
    is_optional=True,
    is_company_wide=True,
)

ROLE: Final = Table(
    "intacct",
    "role",
    "ROLES",
    "Roles of the company.",
    (RECORD_NO, text("name", "NAME", "Name of the role.", required=True)),
    key=("record_no",),
    business_key="name",
    permission="Company › Roles: List, View",
    is_optional=True,
    is_company_wide=True,
)

ROLE_PERMISSION: Final = Table(
    "intacct",
    "role_permission",
    "ROLEPOLICYASSIGNMENT",
    "What each role permits.",
    (
        RECORD_NO,
        text("role_name", "ROLES.NAME", "Role."),
        text("policy", "POLICYNAME", "What the role may do something with.", required=True),
    ),
    key=("record_no",),
    permission="Company › Roles: List, View",
    is_optional=True,
    is_company_wide=True,
)

USER_ROLE: Final = Table(
    "intacct",
    "user_role",
    "USERROLES",
    "Which user has which role.",
    (
        RECORD_NO,
        text("login_id", "USERID", "User.", required=True, pii=True),
        text("role_name", "ROLENAME", "Role.", required=True),
    ),
    key=("record_no",),
    permission="Company › Users: List, View",
    is_optional=True,
    is_company_wide=True,
)

ACCESS_TABLES: Final = (USER, ROLE, ROLE_PERMISSION, USER_ROLE)
