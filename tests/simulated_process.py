"""A worker in a process of its own, killed by SIGKILL at any moment; its requests come through a pipe."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

import httpx

_FORK = multiprocessing.get_context("fork")
"""What the company is took long to prepare; the child has it as it is."""

Work = Callable[[httpx.BaseTransport], object]


class PipeTransport(httpx.BaseTransport):
    """The child's network: hands each request to the parent, and waits for what it says."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request, or fail as the parent was told to."""
        self._pipe.send((request.url.path, dict(request.headers), request.read(), request.extensions))
        answer = self._pipe.recv()
        if isinstance(answer, str):
            raise httpx.ReadError(answer, request=request)
        status, headers, content = answer
        return httpx.Response(status, headers=headers, content=content, request=request)


def work_and_kill(work: Work, network: httpx.BaseTransport, seconds: float) -> None:
    """Let a child work for so long and kill it, unless it comes to its end before.

    Args:
        work: What the child does, over connections of its own.
        network: Answers the child's requests, here.
        seconds: How long the child lives at most.
    """
    ours, theirs = _FORK.Pipe()
    child = _FORK.Process(target=_work, args=(work, theirs, ours))
    child.start()
    theirs.close()
    try:
        _serve(ours, network, time.monotonic() + seconds)
    finally:
        child.kill()
        child.join()
        child.close()
        ours.close()


def _work(work: Work, pipe: Connection, parents: Connection) -> None:
    parents.close()
    work(PipeTransport(pipe))


def _serve(pipe: Connection, network: httpx.BaseTransport, until: float) -> None:
    while (left := until - time.monotonic()) > 0 and pipe.poll(left):
        try:
            path, headers, body, patience = pipe.recv()
        except EOFError:
            return
        request = httpx.Request("POST", f"http://localhost{path}", headers=headers, content=body, extensions=patience)
        try:
            response = network.handle_request(request)
        except httpx.TransportError as error:
            pipe.send(str(error))
        else:
            pipe.send((response.status_code, dict(response.headers), response.read()))
