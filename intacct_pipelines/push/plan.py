"""The plan: from rows of both sides to items and holds. Pure: the same input gives the same bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.approval import people_needed
from intacct_pipelines.domain.closed_books import ClosedBooks
from intacct_pipelines.domain.inputs import Inputs, settings_hash
from intacct_pipelines.domain.link import WAYS_BACK
from intacct_pipelines.domain.push import Hold, Item, Plan, State, canonical_json
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.advances import AdvancePlanner
from intacct_pipelines.push.attachments import ATTACHMENT_PLANNERS
from intacct_pipelines.push.bills import BillPlanner
from intacct_pipelines.push.business_center import BusinessCenterBills, BusinessCenterVendors
from intacct_pipelines.push.card_charges import CardChargePlanner
from intacct_pipelines.push.credit_applications import CreditApplicationPlanner
from intacct_pipelines.push.credit_memos import CreditMemoPlanner
from intacct_pipelines.push.fees import FeePlanner
from intacct_pipelines.push.into_bill.planners import PLANNERS_INTO_BILL
from intacct_pipelines.push.into_business_center.planners import PLANNERS_INTO_BUSINESS_CENTER
from intacct_pipelines.push.into_spend.planners import PLANNERS_INTO_SPEND
from intacct_pipelines.push.invoices import InvoicePlanner
from intacct_pipelines.push.lists import LIST_PLANNERS
from intacct_pipelines.push.memo_applications import MemoApplicationPlanner
from intacct_pipelines.push.payments import PaymentPlanner
from intacct_pipelines.push.planner import Context
from intacct_pipelines.push.proposed import not_proposed, proposed_of
from intacct_pipelines.push.receipts import ReceiptPlanner
from intacct_pipelines.push.reimbursements import ReimbursementBills, ReimbursementReports
from intacct_pipelines.push.sources import Sources, text
from intacct_pipelines.push.statement_payments import StatementPaymentPlanner
from intacct_pipelines.push.transfers import PayableTransfers, ReceivableTransfers
from intacct_pipelines.push.vendor_credits import VendorCreditPlanner
from intacct_pipelines.push.vendors import VendorPlanner

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from intacct_pipelines.domain.attached import Content
    from intacct_pipelines.domain.keys import ItemKey
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.domain.pushed import Pushed
    from intacct_pipelines.push.planner import Decision, Planner
    from intacct_pipelines.push.sources import Row
    from intacct_pipelines.warehouse.outbox import OutboxItem


_NOT_XML = re.compile(r"\\u00[01][0-9a-f](?<!\\u0009)(?<!\\u000a)(?<!\\u000d)|[\ud800-\udfff\ufffe\uffff]")
"""Control characters as JSON writes them, and what XML 1.0 forbids besides."""

PLANNERS: Final[dict[str, type[Planner]]] = {
    planner.object_name: planner
    for planner in (
        *LIST_PLANNERS,
        VendorPlanner,
        BillPlanner,
        VendorCreditPlanner,
        InvoicePlanner,
        CreditMemoPlanner,
        PaymentPlanner,
        ReceiptPlanner,
        AdvancePlanner,
        CreditApplicationPlanner,
        MemoApplicationPlanner,
        PayableTransfers,
        ReceivableTransfers,
        FeePlanner,
        CardChargePlanner,
        StatementPaymentPlanner,
        ReimbursementReports,
        ReimbursementBills,
        BusinessCenterVendors,
        BusinessCenterBills,
        *ATTACHMENT_PLANNERS,
        *PLANNERS_INTO_BILL,
        *PLANNERS_INTO_BUSINESS_CENTER,
        *PLANNERS_INTO_SPEND,
    )
}
"""The planner of every pushed object."""


def build_plan(
    link: Link,
    tables: Mapping[str, Sequence[Row]],
    matches: Sequence[Row],
    *,
    revisions: Mapping[tuple[str, str], str],
    closed_through: date | None,
    closed_later: Mapping[str, date] | None = None,
    now: datetime,
    in_hand: Sequence[OutboxItem] = (),
    posted: Collection[tuple[str, str]] = (),
    quarantined: Collection[tuple[str, str]] = (),
    objects: Collection[str] | None = None,
    currencies: Collection[str] | None = None,
    pair_decisions: str = "",
    refused: Mapping[ItemKey, OutboxItem] | None = None,
    contents: Mapping[tuple[str, str], Content] | None = None,
    agreed: Mapping[tuple[str, str, str], Mapping[str, str]] | None = None,
    known_until: Mapping[tuple[str, str, str], datetime] | None = None,
    proposals: Sequence[Row] = (),
    read_at: Mapping[str, datetime] | None = None,
) -> Plan:
    """Decide for every record of the pushed objects what is to be written to the other system, or why nothing is.

    Args:
        link: The link and its policy. In observe mode a plan can be made, but never applied.
        tables: Rows by qualified table name, as ``push.sources.rows_of`` makes them from frames.
        matches: Pairs that reconciliation made: ``object``, ``platform_id``, ``intacct_record_no``, ``method``.
        revisions: Present revision by object and BILL id, as ``Outbox.stored_revisions`` gives it.
        closed_through: Last closed day of the link's own level; None if all is open.
        closed_later: ``ClosedBooks.later``: entities below it whose books are closed later, with their day.
        now: When the plan is made, UTC.
        in_hand: ``Outbox.in_hand``: records on their way are left alone until they are confirmed; of those that are
            approved and not sent, the plan tells which are outdated.
        posted: See ``Context``.
        quarantined: Qualified table name and key of records of which a newer copy could not be read.
        objects: Names of the objects that are planned; all that go the link's way, if none are given.
        currencies: Currencies that the entity may use; None takes those of the entity's existing records.
        pair_decisions: ``Outbox.pair_decisions``: a hash of what people decided about pairs.
        refused: ``Outbox.refused``: what Intacct refused, by key; the same is not planned again.
        contents: ``FileContents.known`` and what was found just now: what is in the platform's files.
        agreed: ``Agreements.known``: what both sides of a pair last agreed on.
        known_until: ``Agreements.known_until``: until when Intacct's edits are no person's objection.
        proposals: Likely pairs that nobody decided about: ``object``, ``platform_id``, ``intacct_record_no``,
            ``intacct_id``.
        read_at: See ``Context``.
    """
    sources, closed = Sources(link, tables, matches), ClosedBooks(closed_through, closed_later or {})
    allowed = frozenset(currencies) if currencies is not None else _seen_currencies(sources)

    def context(items: Iterable[OutboxItem]) -> Context:
        known = {(item.object_name, item.source_id): item for item in items}
        return Context(
            sources,
            revisions,
            allowed,
            closed,
            posted,
            quarantined,
            now,
            known,
            refused or {},
            contents=contents or {},
            agreed=agreed or {},
            known_until=known_until or {},
            proposed=proposed_of(proposals),
            read_at=read_at or {},
        )

    if objects is None:
        way = link.platform in WAYS_BACK.values()
        system = link.platform.removeprefix("into_") if way else "intacct"
        objects = {one.name for one in PUSHED.values() if one.target.schema == system}
    outdated = _outdated(context, in_hand, objects)
    decisions = _decide(context(item for item in in_hand if item.key not in outdated), objects)
    # What makes a record inactive comes last, after the documents that may still name it.
    items = sorted((one for one in decisions if isinstance(one, Item)), key=lambda item: item.is_inactivating)
    return Plan(
        link=link.name,
        entity=str(link.entity),
        created_at=now,
        items=tuple(items),
        holds=tuple(decision for decision in decisions if isinstance(decision, Hold)),
        approvals=people_needed(link, items),
        inputs=Inputs(settings_hash(link), closed, pair_decisions),
        outdated=tuple(sorted(outdated)),
    )


def _decide(
    context: Context, objects: Collection[str], is_left: Callable[[Pushed, str], bool] = lambda *_: False
) -> list[Decision]:
    """Return what a plan shows of what is decided; ``is_left`` tells records that are left alone, by object and id."""
    decisions: list[Decision] = []
    for name, pushed in PUSHED.items():
        if name not in objects:
            continue
        planner = PLANNERS[name](context)
        for row in planner.rows():
            source_id = str(row[pushed.source.key[0]])
            record = (planner.object_name, source_id)
            if record in context.in_hand or is_left(pushed, source_id):
                continue
            context.decisions[record] = decision = _not_refused(
                context, not_proposed(context, _writable(planner.decide(row)))
            )
            if planner.is_shown(decision):
                decisions.append(decision)
    return decisions


def _outdated(
    context: Callable[[Iterable[OutboxItem]], Context], in_hand: Sequence[OutboxItem], objects: Collection[str]
) -> set[ItemKey]:
    """Return the items that are approved and not sent, and that would not be planned like that any more.

    Lists are decided whole, since documents lean on them; of documents none but those of the items.
    """
    approved = {
        (i.object_name, i.source_id): i for i in in_hand if i.state is State.APPROVED and i.object_name in objects
    }
    if not approved:
        return set()
    found = context(item for item in in_hand if (item.object_name, item.source_id) not in approved)
    _decide(found, objects, lambda pushed, key: not pushed.is_list and (pushed.name, key) not in approved)
    now = {(one.key, one.source_revision) for one in found.decisions.values() if isinstance(one, Item)}
    return {item.key for item in approved.values() if (item.key, item.source_revision) not in now}


def _writable(decision: Decision) -> Decision:
    """Hold an item whose text no XML can carry; found out here, it can never stop others on their way."""
    if not isinstance(decision, Item) or not _NOT_XML.search(canonical_json(decision.payload)):
        return decision
    return Hold(
        decision.object_name,
        decision.source_id,
        decision.label,
        "field_characters",
        "S-ERR-41",
        "it holds control characters that cannot be sent",
        f"Type the text anew in {PUSHED[decision.object_name].origin}.",
        decision.amount,
        decision.currency,
    )


def _not_refused(context: Context, decision: Decision) -> Decision:
    """Hold an item that Intacct refused just as it is, and whose cause is as it was: asking again would be blind."""
    if not isinstance(decision, Item) or decision.key not in context.refused:
        return decision
    reason = context.refused[decision.key].reason
    return Hold(
        decision.object_name,
        decision.source_id,
        decision.label,
        reason.kind,
        reason.rule,
        f"sent before, without success: {reason.text}",
        f"{reason.remedy} It is planned again when its content changes, or what it names there; after any other "
        f"mending ask for it: intacct-pipelines retry {_asked_as(decision)}",
        decision.amount,
        decision.currency,
    )


def _asked_as(item: Item) -> str:
    """Return how a person names a source record; a number of Intacct's says nothing without the object."""
    is_number = PUSHED[item.object_name].source.schema == "intacct"
    return f"{item.object_name}:{item.source_id}" if is_number else item.source_id


def _seen_currencies(sources: Sources) -> frozenset[str]:
    """Return the entity's base currency and those that its Intacct records already use."""
    own = sources.link.entity.entity_id
    tables = ("ap_bill", "vendor", "ar_invoice", "customer")
    rows = [row for table in tables for row in sources.live(f"intacct.{table}")]
    if not own:
        rows += sources.entities.values()
    used = (text(row, "currency") for row in rows if text(row, "owner_entity_id") in {"", own})
    return frozenset(currency for currency in (sources.base_currency, *used) if currency)
