"""From the bytes of a request to what is answered: signature, then contents, then storage, and only then success."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from intacct_pipelines.domain.notification import Judged, Notification, Verdict
from intacct_pipelines.errors import DataContractError, IntacctPipelinesError
from intacct_pipelines.webhooks.reading import read_notification
from intacct_pipelines.webhooks.signature import SignedOver, is_signed

DEFAULT_WINDOW: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Listener:
    """One link that listens.

    Args:
        link: Its name.
        entity: Partition key of the entity at which it ends.
        organization_id: BILL's id of its organisation.
        keys: Security keys of its subscriptions; several while one is replaced.
    """

    link: str
    entity: str
    organization_id: str
    keys: Sequence[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered, and what a log may say of it.

    Args:
        status: HTTP status.
        said: What happened, without a word of the request that was not proven to be a plain id.
    """

    status: int
    said: str


class Receiver:
    """Judges requests; thread-safe.

    Args:
        listeners: The links that listen.
        store: Stores a judged notification and returns whether it is the first with its id; what it raises of ours
            is answered in such a way that BILL sends again.
        window: A notification of something older is stored and asks for nothing.
        over: What BILL's signature is taken over.
        now: Returns the current instant, aware.
    """

    def __init__(
        self,
        listeners: Sequence[Listener],
        store: Callable[[Judged], bool],
        *,
        window: timedelta = DEFAULT_WINDOW,
        over: SignedOver = SignedOver.BODY,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._listeners = tuple(listeners)
        self._store = store
        self._window = window
        self._over = over
        self._now = now

    def receive(self, signatures: Sequence[str], body: bytes) -> Answer:
        """Judge one request, and store what BILL signed.

        Args:
            signatures: Every value of the signature's header.
            body: The bytes as they came.
        """
        signers = self._signers(signatures[0], body) if len(signatures) == 1 else {}
        if not signers:
            return Answer(401, "refused: the signature is none of ours")
        try:
            notification = read_notification(body)
        except DataContractError as error:
            return Answer(400, f"refused: signed by the key of {', '.join(signers)}, but: {error}")
        judged = self._judge(signers, notification, hashlib.sha256(body).hexdigest())
        told = f"{judged.verdict}: {notification.event_type} {notification.event_id} of {judged.link}"
        try:
            is_new = self._store(judged)
        except IntacctPipelinesError as error:
            return Answer(503, f"not stored, so that BILL sends it again: {told}: {type(error).__name__}")
        return Answer(200, told if is_new else f"{told}, told before")

    def _signers(self, given: str, body: bytes) -> Mapping[str, Listener]:
        """Every listener one of whose keys signed the body; all keys are tried, whichever is right."""
        found = {}
        for listener in self._listeners:
            tried = [is_signed(key, body, given, self._over) for key in listener.keys]
            if any(tried):
                found[listener.link] = listener
        return found

    def _judge(self, signers: Mapping[str, Listener], notification: Notification, body_hash: str) -> Judged:
        """A key speaks for its own links only: what it says of others' organisations asks for nothing."""
        spoken_of = [one for one in signers.values() if one.organization_id == notification.organization_id]
        listener = next(iter([*spoken_of, *signers.values()]))
        if not spoken_of:
            verdict = Verdict.NOT_LINKED
        elif notification.is_within(self._window, self._now()):
            verdict = Verdict.ACCEPTED
        else:
            verdict = Verdict.TOO_OLD
        return Judged(listener.link, listener.entity, notification, verdict, body_hash)
