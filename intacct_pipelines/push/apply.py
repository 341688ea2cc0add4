"""Applying: recover what an earlier run left, then send approved items, parents first, each exactly once."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.link import Mode
from intacct_pipelines.domain.push import Operation, State
from intacct_pipelines.errors import (
    BudgetSpentError,
    CredentialsRejectedError,
    NotApprovedError,
    PermissionDeniedError,
    PushError,
    RateLimitedError,
    RemoteSystemError,
    SessionExpiredError,
    TransportError,
)
from intacct_pipelines.push.channel import Stopped, lost
from intacct_pipelines.push.recover import check_target, judge, judge_repeat
from intacct_pipelines.warehouse.outbox import NOT_SENT, Outcome, Reason, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from intacct_pipelines.domain.keys import ItemKey
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.push.channel import Channel
    from intacct_pipelines.warehouse.outbox import Outbox, OutboxItem

_LONGEST_PAUSE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """Limits of one run.

    Args:
        functions_per_request: Items in one request, 1 to 100.
        in_flight: Requests under way at once.
        most_attempts: How often one item is sent at most, over all runs.
        most_pauses: How often in a row a run waits when the other system asks for fewer calls or cannot be reached.
        settle: How long after a lost answer an item is looked up again before it is sent once more: the first request
            may still be at work.
    """

    functions_per_request: int = 25
    in_flight: int = 1
    most_attempts: int = 10
    most_pauses: int = 5
    settle: timedelta = timedelta(seconds=30)

    def __post_init__(self) -> None:
        if not 1 <= self.functions_per_request <= 100 or self.in_flight < 1:  # noqa: PLR2004  # stated above
            msg = "functions_per_request is 1 to 100, in_flight at least 1"
            raise ValueError(msg)


@dataclass(slots=True)
class ApplyReport:
    """What one run did: the number of items that came to each state, and the write requests sent."""

    outcomes: Counter[State] = field(default_factory=Counter)
    requests: int = 0

    def add(self, other: ApplyReport) -> None:
        """Count what another run did as well."""
        self.outcomes.update(other.outcomes)
        self.requests += other.requests


def apply_plan(
    outbox: Outbox,
    channel: Channel,
    link: Link,
    *,
    worker: str,
    options: ApplyOptions | None = None,
    now: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], None] = time.sleep,
) -> ApplyReport:
    """Send what is approved for a link, after resolving whatever an earlier run left open.

    It may be killed at any instruction and run again; another worker may run beside it.

    Args:
        outbox: Where the items are.
        channel: The way into the system that is written to, at the link's entity.
        link: The link.
        worker: Name of this worker; unique to this process and run.
        options: Limits.
        now: Clock.
        sleep: Pause in seconds.

    Raises:
        NotApprovedError: The link only observes.
        PushError: Items were planned for another entity than the one at which the link ends now; nothing is sent.
        RemoteSystemError: The other system could not be asked, or refused the credentials; what is open stays open.
    """
    if link.mode is not Mode.SYNC:
        raise NotApprovedError(
            f"link {link.name} is in mode {link.mode}: nothing is written", remedy="Set its mode to sync."
        )
    _check_entity(outbox, link)
    run = _Run(outbox, channel, link.name, worker, options or ApplyOptions(), now, sleep)
    with outbox.worker(worker):
        run.recover()
        run.send_all()
        outbox.close_plans(link.name)
    return run.report


def _check_entity(outbox: Outbox, link: Link) -> None:
    """Refuse to send anything if the link was pointed at another entity after its items were planned."""
    elsewhere = {i.entity for i in outbox.in_hand(link.name) if i.state is not State.ACCEPTED} - {str(link.entity)}
    if elsewhere:
        others = ", ".join(sorted(elsewhere))
        raise PushError(
            f"link {link.name} ends at {link.entity}, its approved items were planned for {others}",
            rule="S-CFG-19",
            remedy="Point the link back to finish them, and give the new entity a link of its own.",
        )


class _Run:
    def __init__(
        self,
        outbox: Outbox,
        channel: Channel,
        link: str,
        worker: str,
        options: ApplyOptions,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
    ) -> None:
        self.report = ApplyReport()
        self._outbox = outbox
        self._channel = channel
        self._link = link
        self._worker = worker
        self._options = options
        self._now = now
        self._sleep = sleep
        self._pauses = 0
        self._is_waited_for = False
        self._seen: frozenset[ItemKey] = frozenset()
        self._claims: Counter[ItemKey] = Counter()

    def send_all(self) -> None:
        self._seen = self._outbox.already_there(self._link)
        send = self._send_next if self._options.in_flight == 1 else self._send_side_by_side
        while self._pauses <= self._options.most_pauses:
            outcomes = send()
            if outcomes is None:
                return
            if _is_unsure(outcomes):
                self.recover()

    def _claim(self) -> tuple[bool, list[Sequence[OutboxItem]]]:
        """Claim items for one request; return whether there were any, and those still valid as requests.

        Raises:
            PushError: The same item was claimed more often than it may be sent, which storing that it is sent prevents.
        """
        self._outbox.hold_children(self._link, actor=self._worker)
        items = self._outbox.claim(self._link, worker=self._worker, limit=self._options.functions_per_request)
        self._claims.update(item.key for item in items)
        if items and max(self._claims[item.key] for item in items) > self._options.most_attempts:
            raise PushError(f"{items[0].label} was claimed again and again", remedy="Read the journal.")
        valid = self._still_valid(items) if items else []
        return bool(items), self._channel.requests_of(valid, self._options.functions_per_request) if valid else []

    def _send_next(self) -> list[Outcome] | None:
        """Send what is claimed next and store each outcome as soon as it is known; None if nothing waits."""
        is_any, batches = self._claim()
        outcomes: list[Outcome] = []
        for batch in batches:
            answered = self._exchange(self._still_own(batch))
            self._record(answered)
            outcomes += answered
        return outcomes if is_any else None

    def _send_side_by_side(self) -> list[Outcome] | None:
        """Keep several requests under way until nothing waits or an outcome is unsure; None if nothing waited.

        Only the requests run beside each other: while they do, the next items are claimed and the last outcomes stored.
        """
        under_way: set[Future[list[Outcome]]] = set()
        outcomes: list[Outcome] = []
        has_more, was_any = True, False
        with ThreadPoolExecutor(max_workers=self._options.in_flight) as pool:
            try:
                while under_way or has_more:
                    while has_more and len(under_way) < self._options.in_flight:
                        has_more, batches = self._claim()
                        was_any = was_any or has_more
                        under_way |= {pool.submit(self._exchange, self._still_own(batch)) for batch in batches}
                    answered, _ = wait(under_way, return_when=FIRST_COMPLETED)
                    for one in answered:
                        under_way.discard(one)
                        self._record(one.result())
                        outcomes += one.result()
                    has_more = has_more and not _is_unsure(outcomes) and self._pauses <= self._options.most_pauses
            finally:
                # What ended this is no reason to forget what the others were answered.
                for one in under_way:
                    if one.exception() is None:
                        self._record(one.result())
        return outcomes if was_any else None

    def recover(self) -> None:
        """Resolve every item whose outcome is unknown and that no living worker cares for."""
        for _ in range(self._options.most_attempts + 1):
            open_items = self._outbox.take_over(self._link, worker=self._worker)
            if not open_items or self._pauses > self._options.most_pauses:
                return
            absent, unsure = self._resolve(open_items, is_last=False)
            if self._settle([*absent, *unsure]) or unsure:
                absent, _ = self._resolve([*absent, *unsure], is_last=True)
            for item in absent:
                self._repeat(item)
            if self._is_waited_for:
                # A later run knows more; looking again at once would find the same.
                return

    def _resolve(self, items: Sequence[OutboxItem], *, is_last: bool) -> tuple[list[OutboxItem], list[OutboxItem]]:
        """Look items up and store what that proves; return those that are to be sent again, and those left undecided.

        Undecided, unless it is the last time, is what would be held while its request may still be at work: that may
        yet bring the record.
        """
        if not items:
            return [], []
        found = self._channel.look_up(items)
        absent: list[OutboxItem] = []
        unsure: list[OutboxItem] = []
        proven: list[Outcome] = []
        for item in items:
            verdict = judge(item, found[item.key], most_attempts=self._options.most_attempts)
            if verdict is None:
                absent.append(item)
            elif verdict.state is State.HELD and not is_last and self._unsettled_seconds([item]) > 0:
                unsure.append(item)
            else:
                proven.append(verdict)
        self._record(proven)
        return absent, unsure

    def _unsettled_seconds(self, items: Sequence[OutboxItem]) -> float:
        """Return how long a request of these items whose answer was lost may still be at work; 0 if none was lost."""
        sent = [item.sent_at for item in items if item.sent_at is not None and not item.refused]
        return (max(sent) + self._options.settle - self._now()).total_seconds() if sent else 0.0

    def _settle(self, items: Sequence[OutboxItem]) -> bool:
        """Wait until a request whose answer was lost can no longer be at work; return whether there was a wait."""
        remaining = self._unsettled_seconds(items)
        if remaining <= 0:
            return False
        # A clock that was set back must not make the run wait for ever.
        self._sleep(min(remaining, self._options.settle.total_seconds()))
        return True

    def _repeat(self, item: OutboxItem) -> None:
        """Send one item again, alone, so that a request that breaks the gateway stops no other."""
        for claimed in self._outbox.claim_again([item.key], worker=self._worker):
            outcome = self._exchange([claimed])[0]
            if outcome.state is State.ACCEPTED:
                outcome = judge_repeat(claimed, self._channel.look_up([claimed])[claimed.key])
            self._record([outcome])

    def _still_valid(self, items: Sequence[OutboxItem]) -> list[OutboxItem]:
        """Leave out what must not be sent after all.

        Looked up are updates and reversals, whose target may have changed since the plan, items that were sent at
        another time, by a warehouse that was restored since too, and those that the channel wants to be looked for.
        """
        doubtful = [one for one in items if self._is_looked_up_first(one)]
        if not doubtful:
            return list(items)
        try:
            found = self._channel.look_up(doubtful)
        except (RemoteSystemError, BudgetSpentError):
            self._record([_not_sent(item) for item in items])
            raise
        verdicts = [check_target(item, found[item.key]) for item in doubtful]
        self._record([verdict for verdict in verdicts if verdict is not None])
        decided = {verdict.key for verdict in verdicts if verdict is not None}
        return [item for item in items if item.key not in decided]

    def _is_looked_up_first(self, item: OutboxItem) -> bool:
        was_sent = item.attempts > 1 or item.key in self._seen
        return item.operation is not Operation.CREATE or was_sent or self._channel.is_looked_up_first(item)

    def _still_own(self, items: Sequence[OutboxItem]) -> Sequence[OutboxItem]:
        """Leave out what another worker took over while this one looked up or sent others.

        It takes a lost sign of life: the database ended the session that showed it.
        """
        return self._outbox.still_own(items, worker=self._worker)

    def _exchange(self, items: Sequence[OutboxItem]) -> list[Outcome]:  # noqa: PLR0911  # one for each way to fail
        """Send one request; return an outcome for each of its items."""
        if not items:
            return []
        self.report.requests += 1
        try:
            outcomes = self._channel.send(items)
        except Stopped as stopped:
            self.report.requests -= 1
            if stopped.error is not None:
                self._pause(stopped.error)
            elif stopped.outcome is None:
                self._is_waited_for = True
            # an item with files has a request of its own
            return [stopped.outcome or _not_sent(items[0])]
        except (RateLimitedError, SessionExpiredError) as error:
            self._pause(error)
            return [_not_sent(item) for item in items]
        except TransportError as error:
            if error.request_left:
                return [lost(item, error) for item in items]
            self._pause(error)
            return [_not_sent(item) for item in items]
        except (CredentialsRejectedError, PermissionDeniedError, BudgetSpentError):
            self._record([_not_sent(item) for item in items])
            raise
        except RemoteSystemError as error:
            return [lost(item, error) for item in items]
        self._pauses = 0
        return outcomes

    def _pause(self, error: RemoteSystemError) -> None:
        self._pauses += 1
        asked = error.retry_after_seconds if isinstance(error, RateLimitedError) else None
        pause = float(2**self._pauses) if asked is None else asked
        if self._pauses <= self._options.most_pauses:
            self._sleep(min(pause, _LONGEST_PAUSE_SECONDS))

    def _record(self, outcomes: Sequence[Outcome]) -> None:
        self._outbox.record(outcomes, worker=self._worker)
        self.report.outcomes.update(outcome.state for outcome in outcomes)


def _is_unsure(outcomes: Iterable[Outcome]) -> bool:
    return any(outcome.state is State.UNCERTAIN for outcome in outcomes)


def _not_sent(item: OutboxItem) -> Outcome:
    """Return the state of an item of which this time nothing was sent, or nothing ran."""
    if item.attempts <= 1:
        return Outcome(item.key, State.APPROVED, NOT_SENT)
    # An earlier sending may have been carried out, so it is as unknown as it was.
    reason = Reason("uncertain", "S-ERR-42", "not sent again yet", "The next run looks it up; nothing is to be done.")
    return Outcome(item.key, State.UNCERTAIN, NOT_SENT, reason)
