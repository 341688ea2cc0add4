"""To which card account of Intacct a platform's charge posts: the card's own, its holder's, the link's (S-CRD-02)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from intacct_pipelines.push.sources import Row, Sources


class CardAccounts:
    """Finds the card account of each charge of one platform account.

    Args:
        sources: The rows.
    """

    def __init__(self, sources: Sources) -> None:
        self._policy = sources.link.cards
        self._base_currency = sources.base_currency
        self._users = sources.by("spend.platform_user")
        self._accounts = sources.by("intacct.card_account", "card_id")

    def name_of(self, charge: Row) -> str:
        """Return the id of the card account; empty if nobody says which."""
        user = text(charge, "user_id")
        email = text(self._users.get(user, {}), "email")
        by_card = (self._policy.account_by_card.get(text(charge, name), "") for name in ("card_id", "card_last_four"))
        by_holder = (self._policy.account_by_holder.get(name, "") for name in (user, email))
        return next((found for found in (*by_card, *by_holder) if found), self._policy.account)

    def of(self, charge: Row) -> Row:
        """Return Intacct's card account.

        Raises:
            Held: Nobody says which, or it is not there, not active, or in another currency.
        """
        card_id = self.name_of(charge)
        if not card_id:
            reason = "the link does not say to which card account of Intacct it posts"
            raise Held("missing_account", "S-CRD-02", reason, "Name it in `cards.account` of the platform account.")
        account = self._accounts.get(card_id)
        if account is None:
            reason = f"Intacct has no card account {card_id} that its user may read"
            raise Held("missing_account", "S-CRD-02", reason, "Create it in Intacct, or name another in the link.")
        if text(account, "status") not in {"active", ""}:
            reason = f"card account {card_id} is {account['status']} in Intacct"
            raise Held("inactive", "S-CRD-02", reason, "Activate it, or name another in the link.")
        currency = text(account, "currency") or self._base_currency
        if currency != text(charge, "currency"):
            reason = f"it is in {text(charge, 'currency')}, card account {card_id} in {currency or 'no known currency'}"
            raise Held("currency", "S-CRD-07", reason, "Name a card account of this currency in the link.")
        return account
