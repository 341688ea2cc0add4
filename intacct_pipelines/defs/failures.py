"""The one place that turns an error of ours into Dagster's failure, with a retry only where asking again may help."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import dagster as dg

from intacct_pipelines.errors import IntacctPipelinesError, RateLimitedError

RETRIES: Final = 3
"""How often a step is started again; its clients have tried several times before it fails at all."""
FIRST_WAIT_SECONDS: Final = 2.0
_LONGEST_WAIT_SECONDS: Final = 300.0
"""A waiting step keeps its place in the pool, so it waits no longer, whatever the other system asks for."""


@contextmanager
def explained(context: dg.AssetExecutionContext | None = None) -> Iterator[None]:
    """Re-raise our errors as ``dagster.Failure``, with rule and remedy as metadata; start the step again if that helps.

    A retry policy of Dagster's would also repeat what is a bug of ours, so the steps have none.

    Args:
        context: The step's, if it only reads; None for steps that write to another system, where only their own
            recovery may send again.
    """
    try:
        yield
    except IntacctPipelinesError as error:
        if context is not None and error.transient and context.retry_number < RETRIES:
            wait = _wait_seconds(error, context.retry_number)
            context.log.warning("%s Trying again in %.0f s.", error, wait)
            raise dg.RetryRequested(max_retries=RETRIES, seconds_to_wait=wait) from error
        raise dg.Failure(
            description=str(error),
            metadata={
                "error": type(error).__name__,
                "rule": error.rule or "none",
                "what_to_do": error.remedy or "see the description",
                "a_retry_can_help": error.transient,
            },
            allow_retries=False,
        ) from error


def _wait_seconds(error: IntacctPipelinesError, retry_number: int) -> float:
    """2, 4, 8 s; longer where the other system asks for it."""
    asked = error.retry_after_seconds if isinstance(error, RateLimitedError) else None
    return min(_LONGEST_WAIT_SECONDS, max(FIRST_WAIT_SECONDS * 2.0**retry_number, asked or 0.0))
