"""Runs the real clients against a sandbox in the same process, without sockets: a transport for httpx."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from intacct_pipelines.sandbox.http import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from intacct_pipelines.sandbox.server import Sandbox


class SandboxTransport(httpx.BaseTransport):
    """Hands each request to a sandbox and fails the way a network would.

    Args:
        sandbox: Who answers.
        sleep: What a delayed reply waits with; by default it does not wait. A delay longer than the client's read
            time-out is a time-out.
        before: Called with each request before the sandbox sees it.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        *,
        sleep: Callable[[float], None] | None = None,
        before: Callable[[Request], None] | None = None,
    ) -> None:
        self._sandbox = sandbox
        self._sleep = sleep
        self._before = before

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request.

        Raises:
            httpx.ReadTimeout: The reply would come too late.
            httpx.ReadError: The connection was closed without an answer.
            httpx.RemoteProtocolError: The connection was closed in the middle of the answer.
        """
        asked = Request(
            request.method,
            request.url.path,
            request.url.query.decode("ascii"),
            {name.lower(): value for name, value in request.headers.items()},
            request.read(),
        )
        if self._before:
            self._before(asked)
        with self._sandbox.serving(asked) as reply:
            patience_seconds = request.extensions.get("timeout", {}).get("read")
            if patience_seconds is not None and reply.delay_seconds > patience_seconds:
                raise httpx.ReadTimeout("The sandbox's answer came too late.", request=request)
            if self._sleep and reply.delay_seconds:
                self._sleep(reply.delay_seconds)
        if reply.reset:
            raise httpx.ReadError("The sandbox closed the connection.", request=request)
        if reply.cut_after is not None and reply.cut_after < len(reply.body):
            raise httpx.RemoteProtocolError("The sandbox closed the connection within the body.", request=request)
        return httpx.Response(reply.status, headers=reply.headers, content=reply.body, request=request)
