"""A check, declared: what it asks of which system, at which places, and how the answer is judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from intacct_pipelines.doctor.places import Place, Scope
from intacct_pipelines.domain.checkup import Verdict, doubtful, not_asked, well, wrong
from intacct_pipelines.errors import (
    BudgetSpentError,
    ConfigurationError,
    IntacctPipelinesError,
    PermissionDeniedError,
    RemoteSystemError,
)

Answer = TypeVar("Answer")


def refused(error: IntacctPipelinesError) -> Verdict:
    """Judge an error that a check did not expect.

    What a sync needs and may not read is wrong by the check of permissions; here it is only doubtful.
    """
    found = said(error)
    if isinstance(error, PermissionDeniedError):
        mend = error.remedy or "Give the user the right to read it; without it this check sees nothing."
        return doubtful(found, "a user that may read it", mend, error.rule)
    if isinstance(error, BudgetSpentError) or error.transient:
        return not_asked(found, error.remedy, error.rule)
    return wrong(found, "an answer", error.remedy or "See the message.", error.rule)


def said(error: IntacctPipelinesError) -> str:
    """Return what happened with what the other system said of it, in one line."""
    details = error.details if isinstance(error, RemoteSystemError) else ()
    words = [error.message.rstrip("."), *(str(detail) for detail in details[:1])]
    return "; ".join(words)


@dataclass(frozen=True, slots=True)
class Probe(Generic[Answer]):
    """One check.

    Args:
        name: What is checked, in a few words.
        rules: Rules that ask for it.
        system: Schema of the system that is asked; ``settings`` where the connections file tells.
        scope: At which places it is made.
        ask: Asks the system; raises what the clients raise.
        judge: Judges the answer; no verdict is all well.
        needs: Names of checks without which asking is no use, such as that of signing in.
        refused: Judges what ``ask`` raised.
    """

    name: str
    rules: tuple[str, ...]
    system: str
    scope: Scope
    ask: Callable[[Place], Answer]
    judge: Callable[[Answer], Sequence[Verdict]]
    needs: tuple[str, ...] = ()
    refused: Callable[[IntacctPipelinesError], Verdict] = refused

    def look(self, place: Place) -> Sequence[Verdict]:
        """Ask and judge.

        Raises:
            WarehouseError: The calls cannot be counted.
        """
        try:
            answer = self.ask(place)
        except (RemoteSystemError, ConfigurationError, BudgetSpentError) as error:
            return [self.refused(error)]
        return self.judge(answer) or [well("as it should be")]
