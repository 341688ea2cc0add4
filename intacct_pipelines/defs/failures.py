"""The one place that turns an error of ours into Dagster's failure, with a retry only where asking again may help."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import dagster as dg

from intacct_pipelines.errors import IntacctPipelinesError, RateLimitedError

RETRY: Final = dg.RetryPolicy(max_retries=3, delay=2, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
"""For steps that only read another system; a step that writes to one has none."""


@contextmanager
def explained(*, may_retry: bool) -> Iterator[None]:
    """Re-raise our errors as ``dagster.Failure``, with rule and remedy as metadata.

    Args:
        may_retry: False for steps that write to another system: only their own recovery may send again.
    """
    try:
        yield
    except IntacctPipelinesError as error:
        if may_retry and isinstance(error, RateLimitedError) and error.retry_after_seconds:
            raise dg.RetryRequested(max_retries=3, seconds_to_wait=error.retry_after_seconds) from error
        raise dg.Failure(
            description=str(error),
            metadata={
                "error": type(error).__name__,
                "rule": error.rule or "none",
                "what_to_do": error.remedy or "see the description",
                "a_retry_can_help": error.transient,
            },
            allow_retries=may_retry and error.transient,
        ) from error
