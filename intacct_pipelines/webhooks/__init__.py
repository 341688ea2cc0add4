"""The endpoint for BILL's webhooks: verifies, stores, answers. Starting a sync is Dagster's work, not its own."""

from intacct_pipelines.webhooks.receiver import Answer, Listener, Receiver
from intacct_pipelines.webhooks.server import Limits, WebhookServer
from intacct_pipelines.webhooks.signature import HEADER, SignedOver, signature

__all__ = ["HEADER", "Answer", "Limits", "Listener", "Receiver", "SignedOver", "WebhookServer", "signature"]
