"""A worker that is really killed, by SIGKILL, in the middle of a write."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from push_world import World

from intacct_pipelines.sandbox.http import Request

_CHILD = Path(__file__).parent.parent / "push_child.py"


class Server:
    """The twin over real HTTP; it kills the client at one chosen write, before or after carrying it out."""

    def __init__(self, twin, *, victim_write, after_commit):
        self.twin = twin
        self.child = None
        self.writes = 0
        self.victim_write = victim_write
        self.after_commit = after_commit
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                outer.answer(self)

            def log_message(self, *_):
                """Say nothing."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/ia/xml/xmlgw.phtml"

    def answer(self, handler):
        body = handler.rfile.read(int(handler.headers["content-length"]))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        is_write = b"<create>" in body or b"<update>" in body
        self.writes += is_write
        is_victim = is_write and self.writes == self.victim_write
        if is_victim and not self.after_commit:
            self.kill()
            return
        reply = self.twin.handle(Request("POST", handler.path, "", headers, body))
        if is_victim:
            self.kill()
            return
        handler.send_response(reply.status)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(reply.body)))
        handler.end_headers()
        handler.wfile.write(reply.body)

    def kill(self):
        os.kill(self.child.pid, signal.SIGKILL)
        self.child.wait(timeout=30)

    def run_child(self, dsn, name):
        """Run one worker; return its exit code and what it said."""
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(_CHILD.parent)}
        command = [sys.executable, str(_CHILD), dsn, self.url, name]
        # our own interpreter on our own file
        self.child = subprocess.Popen(  # noqa: S603  # see above
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        said, complaint = self.child.communicate(timeout=60)
        return self.child.returncode, said + complaint


@pytest.mark.parametrize("after_commit", [False, True])
def test_a_killed_worker_leaves_nothing_lost_and_nothing_twice(warehouse, after_commit):
    """Kill -9 before or after Intacct carried a request out: the next run ends with each bill there once."""
    world = World(warehouse)
    world.approve(world.make_plan())
    server = Server(world.twin, victim_write=2, after_commit=after_commit)
    thread = threading.Thread(target=server.http.serve_forever, daemon=True)
    thread.start()
    try:
        code, _ = server.run_child(warehouse.dsn, "first")
        assert code == -signal.SIGKILL
        assert world.outbox.counts()["sending"] > 0
        code, said = server.run_child(warehouse.dsn, "second")
    finally:
        server.http.shutdown()
        server.http.server_close()
        thread.join(timeout=30)
    assert (code, said) == (0, "done\n")
    world.check()
