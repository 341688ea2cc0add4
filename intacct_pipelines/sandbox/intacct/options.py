"""The switches of the Intacct twin: what a company may set, and what the vendor's documentation leaves open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

APPLICATIONS: Final = ("CO", "GL", "AP", "AR", "CM", "EE", "PO", "SO", "INV", "PA", "ME", "CUST")
"""Codes of the modules, as `get_companyprefs` and `get_applications` name them."""
DEFAULT_PATH: Final = "/ia/xml/xmlgw.phtml"


@dataclass(slots=True)
class Options:
    """Mutable switches; a change holds from the next request on.

    Args:
        public_url: Scheme, host and port under which clients reach the twin; empty takes the request's Host header.
        session_path: Path that ``getAPISession`` returns; a session answers only there.
        session_seconds: How long a session lives after its last use.
        duplicate_control_id: Reply to a repeated function controlid with ``uniqueid`` true.
        duplicate_bill_number: Whether a second bill with the same vendor and number is refused.
        concurrent_requests: The most requests in flight; more get HTTP 429. 0 for no limit.
        result_set_seconds: How long ``readMore`` may continue a result.
        modified_zone: Zone of WHENMODIFIED and WHENCREATED instants; AUWHENCREATED is always UTC.
        hidden_fields: ``OBJECT.FIELD`` names that this company does not have.
        audit_permitted: Whether the user may read AUDITHISTORY.
        audit_list_key: Whether audit rows name list records by the id that people use or by RECORDNO.
        custom_fields: Fields that the company made itself: object → name → kind letter.
        dimension_terms: The company's own words for dimensions: object → word; the others keep their label.
        own_dimensions: Objects that the company made as dimensions of its own, of those that the sandbox knows.
        applications: Codes of the modules that the company subscribes to.
        denied: (object, operation) pairs that the user may not do; operations are create, read, update, delete.
        user_entity: The entity at which the user was made, and which it cannot leave; empty for the top level.
        sender_authorised: Whether the company's list of senders holds this one.
        sender_failure: How a wrong sender is refused: as newer gateways (HTTP 400) or as older ones.
        root_may_change_entity_rows: Whether a top-level session may change an entity's rows.
        location_required: Whether each bill line needs a location.
        payment_approval: Whether payments wait for approval before they take effect (S-PAY-07).
        funds_transfer_create: Whether a generic create of FUNDSTRANSFER works, which nobody documents.
        vendor_numbering: Whether a vendor without VENDORID gets a number.
        attaches_in_closed_books: Whether a document of a closed period may still get an attachment, which nobody
            documents.
        support_ids: Whether error texts end with a support id.
        max_body_bytes: The largest request that is read.
        latency_seconds: Fixed time before a reply.
        latency_per_row_seconds: Additional time for each record in a reply.
    """

    public_url: str = ""
    session_path: str = DEFAULT_PATH
    session_seconds: float = 6 * 3600.0
    duplicate_control_id: Literal["refuse", "replay", "ignore"] = "refuse"
    duplicate_bill_number: Literal["refuse", "allow"] = "refuse"
    concurrent_requests: int = 0
    result_set_seconds: float = 900.0
    modified_zone: str = "America/Los_Angeles"
    hidden_fields: set[str] = field(default_factory=set)
    audit_permitted: bool = True
    audit_list_key: Literal["business", "record_no"] = "business"
    custom_fields: dict[str, dict[str, str]] = field(default_factory=dict)
    dimension_terms: dict[str, str] = field(default_factory=lambda: {"DEPARTMENT": "Cost centre"})
    own_dimensions: set[str] = field(default_factory=lambda: {"GRANT_CYCLE", "CHANNEL"})
    applications: set[str] = field(default_factory=lambda: set(APPLICATIONS))
    denied: set[tuple[str, str]] = field(default_factory=set)
    user_entity: str = ""
    sender_authorised: bool = True
    sender_failure: Literal["new", "old"] = "new"
    root_may_change_entity_rows: bool = False
    location_required: bool = True
    payment_approval: bool = False
    funds_transfer_create: bool = False
    vendor_numbering: bool = False
    attaches_in_closed_books: bool = True
    support_ids: bool = True
    max_body_bytes: int = 16 * 1024 * 1024
    latency_seconds: float = 0.0
    latency_per_row_seconds: float = 0.0
