"""The switches of the BILL twin: published limits, and behaviour that BILL's documentation leaves open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from intacct_pipelines.sandbox.bill.deliveries import DeliveryOptions


@dataclass(slots=True)
class BillOptions:
    """Mutable switches; a change holds from the next request on.

    Args:
        calls_per_hour: Requests that a developer key may make in a clock hour.
        logins_per_hour: Logins that a developer key may make in a clock hour.
        concurrent_requests: Requests in flight per organisation.
        limit_status: HTTP status of a reply that reports a limit; the code in its body is the same.
        empty_first_page: Begin each list with an empty page that has a ``nextPage``, which BILL does not rule out.
        refuse_used_number: Refuse to create a bill whose vendor has a bill of that number.
        file_touches_record: Whether a record changes when a file is added to it or taken away.
        denied: Published ids of operations that the user may not use, such as ``list_vendors``.
        deliveries: How notifications of webhooks are sent, and what goes wrong with them.
        approval_from: Bills of this amount or more, made by a caller, need approval by the policy; 0 for no policy.
    """

    calls_per_hour: int = 20_000
    logins_per_hour: int = 200
    concurrent_requests: int = 3
    limit_status: Literal[429, 400] = 429
    empty_first_page: bool = False
    refuse_used_number: bool = False
    file_touches_record: bool = True
    denied: set[str] = field(default_factory=set)
    deliveries: DeliveryOptions = field(default_factory=DeliveryOptions)
    approval_from: int = 5_000
