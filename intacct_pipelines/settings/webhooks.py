"""How BILL's webhooks are received."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field, model_validator

from intacct_pipelines.settings.sections import Section


class WebhookSettings(Section):
    """What holds for the notifications of all links; a link listens once it has ``webhook_keys``."""

    url: str = Field(
        "",
        pattern="^(https?://[^\\s]+)?$",
        description="Address to which BILL sends, as in the subscriptions; for `check`, which looks for them.",
    )
    signed: Literal["body", "minified"] = Field(
        "body",
        description="What BILL's signature is taken over: the body as it comes, or the JSON in it without whitespace "
        "between its parts; BILL's pages leave room for both.",
    )
    window_hours: int = Field(
        24,
        ge=1,
        le=24 * 180,
        description="A notification of something that happened longer ago is stored and starts nothing.",
    )
    quiet_seconds: int = Field(
        30, ge=0, le=3600, description="A sync is asked for once no event has come for so long..."
    )
    at_most_seconds: int = Field(
        300, ge=0, le=24 * 3600, description="...or once the first one that waits has waited for so long."
    )

    @model_validator(mode="after")
    def _waits_in_order(self) -> WebhookSettings:
        if self.at_most_seconds < self.quiet_seconds:
            msg = "at_most_seconds must not be less than quiet_seconds"
            raise ValueError(msg)
        return self

    @property
    def window(self) -> timedelta:
        """How old what is told may be."""
        return timedelta(hours=self.window_hours)

    @property
    def quiet(self) -> timedelta:
        """How long nothing must have come."""
        return timedelta(seconds=self.quiet_seconds)

    @property
    def at_most(self) -> timedelta:
        """How long the first event waits."""
        return timedelta(seconds=self.at_most_seconds)
