"""Recovery: what became of items whose outcome is unknown. Looked up first, and only then perhaps sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.push import Operation, State
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.channel import UNKNOWN_REFUSAL, is_by, revision_now
from intacct_pipelines.warehouse.outbox import Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intacct_pipelines.push.channel import Found
    from intacct_pipelines.warehouse.outbox import OutboxItem

_BY_HAND: Final = "Look at the records in {} and decide by hand."


def judge(item: OutboxItem, found: Sequence[Found], *, most_attempts: int) -> Outcome | None:
    """Return what a look-up proves about an item, or None if it is not there and is to be sent again.

    Args:
        item: An uncertain item, as stored.
        found: The records that the system has under its key or natural key.
        most_attempts: How often an item is sent at most.
    """
    ours = [record for record in found if is_by(item, record)]
    if len(ours) == 1:
        return Outcome(item.key, State.ACCEPTED, "accepted", record_id=ours[0].record_id)
    if ours:
        numbers = ", ".join(record.record_id for record in ours)
        return _held(item, "duplicate", "S-IDM-04", f"{_system(item)} has it {len(ours)} times, as {numbers}")
    if item.operation is not Operation.CREATE:
        return _judge_change(item, found, most_attempts)
    if found:
        return _judge_stranger(item, found[0])
    return _judge_absent(item, most_attempts)


def judge_repeat(item: OutboxItem, found: Sequence[Found]) -> Outcome:
    """Return what a look-up proves about an item whose repeated sending was answered with success.

    The system may have replayed its first answer: the record may have been deleted since.
    """
    verdict = judge(item, found, most_attempts=0)
    if verdict is not None and verdict.state is State.ACCEPTED:
        return verdict
    words = f"{_system(item)} says it is done, but the record is not there"
    return _held(item, _deleted(item), "S-IDM-06", words)


def _judge_stranger(item: OutboxItem, stranger: Found) -> Outcome:
    """Another record has the natural key: a person entered it, or changed what we wrote."""
    if item.refused and item.reason.kind != "duplicate":
        return Outcome(item.key, State.REJECTED, "rejected", item.reason)
    name = " ".join(item.natural_key.values())
    missing = "the mark of this item" if item.is_marked else "what this item sends"
    if item.is_marked and item.key in stranger.text:
        missing = "the files of this item, though with its mark"
    words = f"{_system(item)} has {name} as record {stranger.record_id}, without {missing}"
    return _held(item, "duplicate", "S-IDM-04", words)


def _judge_absent(item: OutboxItem, most_attempts: int) -> Outcome | None:
    if item.refused:
        return _judge_refusal(item)
    if item.attempts < most_attempts:
        return None
    return _held(item, "uncertain", "S-ERR-42", f"sent {item.attempts} times without an answer, and it is not there")


def _judge_refusal(item: OutboxItem) -> Outcome:
    unexplained = item.reason.kind in {UNKNOWN_REFUSAL, "duplicate"}
    if unexplained and (item.attempts > 1 or item.reason.kind == "duplicate"):
        # It may be the repeat that is refused, while the record was deleted meanwhile; only a person can tell.
        words = f"refused although no such record is there: {item.reason.text}"
        return _held(item, "repeat_refused", item.reason.rule, words)
    return Outcome(item.key, State.REJECTED, "rejected", item.reason)


def _judge_change(item: OutboxItem, found: Sequence[Found], most_attempts: int) -> Outcome | None:
    pushed = PUSHED[item.object_name]
    word, rules = pushed.word, pushed.left_alone
    if not found:
        return _held(item, _deleted(item), "S-IDM-06", f"{word} {item.target_id} is not there any more")
    if item.refused:
        return Outcome(item.key, State.REJECTED, "rejected", item.reason)
    if item.operation is Operation.UPDATE and found[0].is_settled:
        words = f"the {word} is {found[0].state} by now; one that is paid or used cannot be edited"
        reason = Reason("record_locked", rules.settled, words, "Correct it by a reclassification or a dated reversal.")
        return Outcome(item.key, State.REJECTED, "rejected", reason)
    if revision_now(item, found[0]) != item.target_revision:
        rule = rules.undone if item.operation is Operation.REVERSE else rules.edited
        return _held(item, "conflict", rule, f"the {word} was edited in {_system(item)} meanwhile")
    return _judge_absent(item, most_attempts)


def check_target(item: OutboxItem, found: Sequence[Found]) -> Outcome | None:
    """Return why a claimed item must not be sent after all, or None if its target is as it was planned."""
    ours = [record for record in found if is_by(item, record)]
    if ours:
        return Outcome(item.key, State.ACCEPTED, "accepted", record_id=ours[0].record_id)
    if item.operation is Operation.CREATE and not found:
        return None
    if item.operation is not Operation.CREATE and found and _is_as_planned(item, found[0]):
        return None
    words = f"its target in {_system(item)} changed after the plan was made"
    rules = PUSHED[item.object_name].left_alone
    by_operation = {Operation.CREATE: "S-IDM-04", Operation.REVERSE: rules.undone}
    rule = by_operation.get(item.operation, rules.changed)
    return Outcome(item.key, State.EXPIRED, "expired", Reason("expired", rule, words, "Make a new plan."))


def _is_as_planned(item: OutboxItem, record: Found) -> bool:
    is_free = item.operation is not Operation.UPDATE or not record.is_settled
    return is_free and revision_now(item, record) == item.target_revision


def _held(item: OutboxItem, kind: str, rule: str, words: str) -> Outcome:
    return Outcome(item.key, State.HELD, "held", Reason(kind, rule, words, _BY_HAND.format(_system(item))))


def _system(item: OutboxItem) -> str:
    return PUSHED[item.object_name].system


def _deleted(item: OutboxItem) -> str:
    return f"deleted_in_{PUSHED[item.object_name].target.schema}"
