"""The requests that the BILL twin answers: method, path, published operation id, and who answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_LISTS: Final = "(?P<kind>chart-of-accounts|departments|locations|accounting-classes|jobs|employees|items)"
_ID: Final = "(?P<id>[0-9A-Za-z]{1,60})"
_TERMS: Final = "/v3/organizations/(?P<organization>[0-9A-Za-z]+)/payment-terms"
_OPERATION_KINDS: Final = {
    "chart-of-accounts": "classification_chart_of_accounts",
    "departments": "classification_department",
    "locations": "classification_location",
    "accounting-classes": "classification_accounting_class",
    "jobs": "classification_job",
    "employees": "classification_employee",
    "items": "classification_item",
}

DOWNLOAD: Final = "get_file"
"""The operation behind a file's link: it takes a session and no developer key."""


@dataclass(frozen=True, slots=True)
class Route:
    """A request that is answered."""

    method: str
    path: re.Pattern[str]
    operation: str
    handler: str
    """The name of the twin's method."""


def find_route(method: str, path: str) -> tuple[Route | None, dict[str, str]]:
    """The route of a request and what its path names; None if there is no such path."""
    for route in _ROUTES:
        found = route.path.fullmatch(path) if route.method == method else None
        if found:
            return route, found.groupdict()
    return None, {}


def operation_of(route: Route, groups: dict[str, str]) -> str:
    """The published id of the operation."""
    kind = _OPERATION_KINDS.get(groups.get("kind", ""), "")
    if route.operation.startswith("list_"):
        plural = {"chart-of-accounts": "", "accounting-classes": "es"}.get(groups.get("kind", ""), "s")
        kind = kind and kind + plural
    return route.operation.format(kind=kind, act=groups.get("act", ""))


def _reads(kind: str, listing: str, single: str, under: str = "/v3/") -> tuple[tuple[str, str, str, str], ...]:
    """The routes of a collection that is read: its list and one of its records."""
    path = f"{under}(?P<kind>{kind})"
    return ("GET", path, listing, "_list"), ("GET", f"{path}/{_ID}", single, "_get")


_VENDORS: Final = "/v3/(?P<kind>vendors)"
_BILLS: Final = "/v3/(?P<kind>bills)"
_POLICIES: Final = "/v3/bill-approvals/policies"
_CLASSIFICATIONS: Final = f"/v3/classifications/{_LISTS}"
_ACT: Final = "(?P<act>archive|restore)"
# Method, path, published operation id, method of the twin. Fixed words stand before ids, so that `bulk` is no id.
_FILES: Final = (
    ("/v3/documents/(?P<kind>bills)", "list_documents"),
    ("/v3/attachments/(?P<kind>vendors)", "list_vendor_attachments"),
    ("/v3/attachments/(?P<kind>customers)", "list_customer_attachments"),
    ("/v3/attachments/(?P<kind>invoices)", "list_invoice_attachments"),
)
_UPLOADS: Final = (
    ("/v3/documents/(?P<kind>bills)", "create_bill_document"),
    ("/v3/attachments/(?P<kind>invoices)", "create_invoice_attachment"),
)
_ROUTES: Final = tuple(
    Route(method, re.compile(path), operation, handler)
    for method, path, operation, handler in (
        ("GET", "/v3/health", "get_health_check", ""),
        ("POST", "/v3/login", "login", ""),
        ("GET", "/v3/login/session", "get_session_info", "_session_info"),
        ("POST", "/v3/logout", "logout", "_log_out"),
        ("GET", "/v3/organizations/(?P<organization>[0-9A-Za-z]+)", "get_organization", "_get_organization"),
        ("GET", _TERMS, "get_list_of_payment_terms", "_terms"),
        ("POST", _TERMS, "create_a_payment_term", "_terms"),
        ("GET", f"{_TERMS}/{_ID}", "get_payment_term_details", "_terms"),
        ("PATCH", f"{_TERMS}/{_ID}", "update_a_payment_term", "_terms"),
        # The verb of a term's update is not documented.
        ("PUT", f"{_TERMS}/{_ID}", "update_a_payment_term", "_terms"),
        ("GET", _VENDORS, "list_vendors", "_list"),
        ("POST", _VENDORS, "create_vendor", "_create"),
        ("POST", f"{_VENDORS}/bulk", "create_bulk_vendor", "_create_bulk"),
        ("GET", f"{_VENDORS}/{_ID}", "get_vendor", "_get"),
        ("PATCH", f"{_VENDORS}/{_ID}", "update_vendor", "_update"),
        ("POST", f"{_VENDORS}/{_ID}/{_ACT}", "{act}_vendor", "_archive"),
        ("GET", _BILLS, "list_bills", "_list"),
        ("POST", _BILLS, "create_bill", "_create"),
        ("POST", f"{_BILLS}/bulk", "create_bulk_bills", "_create_bulk"),
        ("POST", f"{_BILLS}/record-payment", "record_ap_payment_post", "_record_payment"),
        ("GET", f"{_BILLS}/{_ID}", "get_bill", "_get"),
        ("PUT", f"{_BILLS}/{_ID}", "replace_bill", "_update"),
        ("PATCH", f"{_BILLS}/{_ID}", "update_bill", "_update"),
        ("POST", f"{_BILLS}/{_ID}/{_ACT}", "{act}_bill", "_archive"),
        *_reads("vendor-credits", "get_list_of_vendor_credits_get", "get_vendor_credit_details_get"),
        ("POST", "/v3/(?P<kind>vendor-credits)", "create_a_vendor_credit_post", "_create"),
        ("PATCH", f"/v3/(?P<kind>vendor-credits)/{_ID}", "update_a_vendor_credit_patch", "_update"),
        ("PUT", f"/v3/(?P<kind>vendor-credits)/{_ID}", "replace_a_vendor_credit_put", "_update"),
        ("POST", f"/v3/(?P<kind>vendor-credits)/{_ID}/(?P<act>archive)", "{act}_a_vendor_credit_post", "_archive"),
        *_reads("payments", "list_payments", "get_payment"),
        ("POST", f"/v3/(?P<kind>payments)/{_ID}/cancel", "cancel_payment", "_cancel_payment"),
        ("POST", f"/v3/(?P<kind>payments)/{_ID}/void", "void_payment", "_void_payment"),
        *_reads("banks", "list_bank_accounts", "get_bank_account", "/v3/funding-accounts/"),
        ("GET", "/v3/funding-accounts/cards", "list_payable_card_accounts", "_cards"),
        ("GET", "/v3/funding-accounts/ap-cards", "list_payable_apcards", "_ap_cards"),
        *_reads("customers", "list_customers", "get_customer"),
        ("POST", "/v3/(?P<kind>customers)", "create_customer", "_create"),
        ("PATCH", f"/v3/(?P<kind>customers)/{_ID}", "update_customer", "_update"),
        ("POST", f"/v3/(?P<kind>customers)/{_ID}/{_ACT}", "{act}_customer", "_archive"),
        ("POST", "/v3/(?P<kind>invoices)/record-payment", "record_invoice", "_record_receipt"),
        *_reads("invoices", "list_invoices", "get_invoice"),
        ("POST", "/v3/(?P<kind>invoices)", "create_invoice", "_create"),
        ("PATCH", f"/v3/(?P<kind>invoices)/{_ID}", "update_invoice", "_update"),
        ("PUT", f"/v3/(?P<kind>invoices)/{_ID}", "replace_invoice", "_update"),
        ("POST", f"/v3/(?P<kind>invoices)/{_ID}/{_ACT}", "{act}_invoice", "_archive"),
        *_reads("receivable-payments", "get_list_of_received_payments_get", "get_received_payment_details_get"),
        *_reads("credit-memos", "get_list_of_credit_memos_get", "get_credit_memo_details_get"),
        ("POST", "/v3/(?P<kind>credit-memos)", "create_a_credit_memo_post", "_create"),
        ("PATCH", f"/v3/(?P<kind>credit-memos)/{_ID}", "update_a_credit_memo_patch", "_update"),
        ("PUT", f"/v3/(?P<kind>credit-memos)/{_ID}", "replace_a_credit_memo_put", "_update"),
        ("POST", f"/v3/(?P<kind>credit-memos)/{_ID}/{_ACT}", "{act}_a_credit_memo_post", "_archive"),
        *_reads("users", "list_organization_users", "get_organization_user"),
        *(("GET", f"{path}/{_ID}", operation, "_files") for path, operation in _FILES),
        *(("POST", f"{path}/{_ID}", operation, "_upload") for path, operation in _UPLOADS),
        ("GET", "/v3/documents/upload-status", "upload_status", "_upload_status"),
        ("GET", f"/v3/documents/{_ID}", "get_document", "_file"),
        ("GET", f"/v3/attachments/{_ID}", "get_attachment", "_file"),
        ("GET", f"/files/{_ID}", DOWNLOAD, "_download"),
        ("POST", "/v3/bill-approvals/actions", "approve_or_deny_a_bill_post", "_decide"),
        (
            "GET",
            "/v3/bill-approvals/pending-user-approvals",
            "get_list_of_bills_pending_approval_get",
            "_pending",
        ),
        ("GET", _POLICIES, "get_list_of_bill_approval_policies_get", "_policies"),
        ("POST", _POLICIES, "create_a_bill_approval_policy_post", "_create_policy"),
        ("PUT", f"{_POLICIES}/{_ID}", "update_a_bill_approval_policy_put", "_change_policy"),
        ("DELETE", f"{_POLICIES}/{_ID}", "delete_a_bill_approval_policy_delete", "_change_policy"),
        ("GET", _CLASSIFICATIONS, "list_{kind}", "_list"),
        ("POST", _CLASSIFICATIONS, "create_{kind}", "_create"),
        ("POST", f"{_CLASSIFICATIONS}/bulk", "bulk_create_{kind}", "_create_bulk"),
        ("PATCH", f"{_CLASSIFICATIONS}/bulk", "bulk_update_{kind}", "_update_bulk"),
        ("POST", f"{_CLASSIFICATIONS}/bulk/{_ACT}", "bulk_{act}_{kind}", "_archive_bulk"),
        ("GET", f"{_CLASSIFICATIONS}/{_ID}", "get_{kind}", "_get"),
        ("PATCH", f"{_CLASSIFICATIONS}/{_ID}", "update_{kind}", "_update"),
        ("POST", f"{_CLASSIFICATIONS}/{_ID}/{_ACT}", "{act}_{kind}", "_archive"),
    )
)
