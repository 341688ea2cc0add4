"""Matching, comparing, explaining: frames in, differences out. No clock, no database, no network.

Read `objects/ap_bill.py` first: it tells a reconciliation from its inputs to its totals. `pairing.py` finds pairs,
`fields.py` compares them, `causes/` holds every reason a difference can have, `result.py` is what was found and
`conclusion.py` the proof that no row and no cent is lost.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from intacct_pipelines.reconcile.frames import Frames, columns_of
from intacct_pipelines.reconcile.moment import Moment
from intacct_pipelines.reconcile.objects.ap_bill import reconcile_ap_bills
from intacct_pipelines.reconcile.objects.ap_funds_transfer import reconcile_funds_transfers
from intacct_pipelines.reconcile.objects.ap_payment import reconcile_payments
from intacct_pipelines.reconcile.objects.ar_funds_transfer import reconcile_receipt_transfers
from intacct_pipelines.reconcile.objects.ar_invoice import reconcile_ar_invoices
from intacct_pipelines.reconcile.objects.ar_payment import reconcile_ar_payments
from intacct_pipelines.reconcile.objects.attachment import ATTACHED, reconcile_attachments
from intacct_pipelines.reconcile.objects.business_center_bill import reconcile_business_center_bills
from intacct_pipelines.reconcile.objects.card_statement import reconcile_card_statements
from intacct_pipelines.reconcile.objects.card_transaction import reconcile_card_transactions
from intacct_pipelines.reconcile.objects.clearing_account import reconcile_clearing_accounts
from intacct_pipelines.reconcile.objects.credit_application import reconcile_applications
from intacct_pipelines.reconcile.objects.credit_memo import reconcile_credit_memos
from intacct_pipelines.reconcile.objects.currency import reconcile_currencies
from intacct_pipelines.reconcile.objects.customer import CUSTOMER
from intacct_pipelines.reconcile.objects.listed import LISTED, reconcile_list
from intacct_pipelines.reconcile.objects.order_document import ORDERED, reconcile_order_documents
from intacct_pipelines.reconcile.objects.reimbursement import reconcile_reimbursements
from intacct_pipelines.reconcile.objects.vendor import BUSINESS_CENTER_VENDOR, VENDOR
from intacct_pipelines.reconcile.objects.vendor_credit import reconcile_vendor_credits
from intacct_pipelines.reconcile.party import reconcile_parties
from intacct_pipelines.reconcile.result import Reconciliation

if TYPE_CHECKING:
    import pandas as pd

    from intacct_pipelines.domain.link import Link


class Reconciler(Protocol):
    """Compares one object of one link."""

    def __call__(self, link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment, /) -> Reconciliation:
        """Match and compare.

        Args:
            link: The link, with maps, grace and tolerances.
            frames: Current rows of both sides.
            crosswalk: Rows of ``mapping.crosswalk``.
            moment: When ages are taken, and which books are closed.

        Raises:
            DataContractError: Rows repeat a key or lack what the comparison needs, the crosswalk contradicts itself, or
                the classes do not add up.
        """


RECONCILERS: Final[dict[str, Reconciler]] = {
    **{party.name: partial(reconcile_parties, party) for party in (VENDOR, CUSTOMER, BUSINESS_CENTER_VENDOR)},
    "ap_bill": reconcile_ap_bills,
    "ar_invoice": reconcile_ar_invoices,
    "ar_payment": reconcile_ar_payments,
    "credit_memo": reconcile_credit_memos,
    "vendor_credit": reconcile_vendor_credits,
    "credit_application": reconcile_applications,
    "ap_payment": reconcile_payments,
    "ap_funds_transfer": reconcile_funds_transfers,
    "ar_funds_transfer": reconcile_receipt_transfers,
    "clearing_account": reconcile_clearing_accounts,
    "business_center_bill": reconcile_business_center_bills,
    "card_transaction": reconcile_card_transactions,
    "card_statement": reconcile_card_statements,
    "reimbursement": reconcile_reimbursements,
    "currency": reconcile_currencies,
    **{name: partial(reconcile_list, listed) for name, listed in LISTED.items()},
    **{name: partial(reconcile_order_documents, ordered) for name, ordered in ORDERED.items()},
    **{name: partial(reconcile_attachments, attached) for name, attached in ATTACHED.items()},
}
"""How each object of ``domain.reconciled`` is compared, by its name."""


def reconcile(object_name: str, link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment) -> Reconciliation:
    """Match and compare one object of one link.

    Args:
        object_name: One of ``domain.reconciled``.
        link: See ``Reconciler``, as for all that follow.
        frames: Both sides.
        crosswalk: Known pairs.
        moment: When.

    Raises:
        DataContractError: See ``Reconciler``.
        KeyError: No such object is reconciled.
    """
    return RECONCILERS[object_name](link, frames, crosswalk, moment)


__all__ = ["RECONCILERS", "Frames", "Moment", "Reconciliation", "columns_of", "reconcile"]
