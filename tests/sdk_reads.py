"""Functions that read, and the same in the words of the vendor's own client, said as in ``sdk_cases``."""

from __future__ import annotations

from intacct_pipelines.clients.intacct import functions
from intacct_pipelines.clients.intacct.functions import Function
from intacct_pipelines.clients.intacct.query import And, Condition, Operator, Or, Query, query_element

WANTED = Query(
    "APBILL",
    ("RECORDNO", "VENDORID", "STATE"),
    Or(
        (
            And(
                (Condition("VENDORID", Operator.EQUAL, ("V-11",)), Condition("RECORDID", Operator.EQUAL, ("INV & 1",)))
            ),
            Condition("DESCRIPTION", Operator.LIKE, ("%key%",)),
            Condition("STATE", Operator.IN, ("Posted", "Paid")),
            Condition("WHENCREATED", Operator.BETWEEN, ("02/01/2026", "02/28/2026")),
            Condition("WHENMODIFIED", Operator.IS_NULL),
        )
    ),
    show_private=True,
)


def _filter(field, method, *values):
    return {"new": "Common/NewQuery/QueryFilter/Filter", "with": [field], "call": [[method, values]]}


def _joined(word, *parts):
    return {"new": f"Common/NewQuery/QueryFilter/{word}Operator", "with": [parts]}


READ = {
    "query": (
        Function("q", query_element(WANTED, bounds=None, page_size=2000)),
        {
            "new": "Common/NewQuery/Query",
            "with": ["q"],
            "selectFields": [{"new": "Common/NewQuery/QuerySelect/Field", "with": [field]} for field in WANTED.fields],
            "fromObject": "APBILL",
            "filter": _joined(
                "Or",
                _joined("And", _filter("VENDORID", "equalTo", "V-11"), _filter("RECORDID", "equalTo", "INV & 1")),
                _filter("DESCRIPTION", "like", "%key%"),
                _filter("STATE", "in", ["Posted", "Paid"]),
                _filter("WHENCREATED", "between", "02/01/2026", "02/28/2026"),
                _filter("WHENMODIFIED", "isNull"),
            ),
            "orderBy": [{"new": "Common/NewQuery/QueryOrderBy/OrderAscending", "with": ["RECORDNO"]}],
            "showPrivate": True,
            "pageSize": 2000,
            "offset": 0,
        },
    ),
    "getAPISession": (
        functions.get_api_session("100", "s"),
        {"new": "ApiSessionCreate", "with": ["s"], "entityId": "100"},
    ),
    "getUserPermissions": (
        functions.get_user_permissions("pipelines", "u"),
        {"new": "Company/GetUserPermissions", "with": ["u"], "userId": "pipelines"},
    ),
    "get_companyprefs": (
        functions.read_list("get_companyprefs", "@application", "AP", control_id="p"),
        {"new": "Company/CompanyPrefsGet", "with": ["p"], "application": "AP"},
    ),
    "lookup": (
        functions.lookup("APBILL", "l"),
        {"new": "Common/Lookup", "with": ["l"], "objectName": "APBILL"},
    ),
    "getDimensions": (
        functions.read_list("getDimensions", control_id="d"),
        {"new": "PlatformServices/DimensionsGet", "with": ["d"]},
    ),
}
"""Functions that read: ours, and the client's."""
