"""A company of one configuration: homes that sync its BILL accounts both ways, over a network that may fail."""

from __future__ import annotations

import random
import re
from collections import Counter

import httpx
from pipeline_world import connections_of, environment_of
from sandbox_transport import SandboxTransport

from intacct_pipelines.defs.applying import apply
from intacct_pipelines.defs.both_ways import both_ways, read_both_sides, sync_both_ways
from intacct_pipelines.defs.conflicts import differing, settle, ways_back
from intacct_pipelines.defs.planning import confirm_and_plan
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.sandbox.clock import Clock
from intacct_pipelines.sandbox.faults import rate_limited
from intacct_pipelines.sandbox.server import Sandbox, SandboxOptions
from intacct_pipelines.sandbox.shapes import SHAPES
from intacct_pipelines.sandbox.staff import Staff

IN_PLAY = ("department", "accounting_class", "customer", "vendor", "ap_bill", "vendor_credit", "ar_invoice")
"""Objects that go both ways here."""
FAULTS = ("unreached", "request", "throttled", "answer", "gateway", "crash before", "crash after")
_WRITES = re.compile(rb"<(?:create|update|reverse|record)(?:_[a-z]+)?[ >]")
_LIMITS = {"items": 1000, "amount": "1000000000"}


class CrashError(BaseException):
    """The process ends here: nobody catches it but who began it."""


class Network(httpx.BaseTransport):
    """Hands requests on, and fails some of them while it may.

    Args:
        sandbox: Who answers.
        dice: Which fail.
    """

    def __init__(self, sandbox: Sandbox, dice: random.Random) -> None:
        self._inner = SandboxTransport(sandbox)
        self._dice = dice
        self.rate = 0.0
        self.faults = FAULTS
        self.writes = 0
        self.met: Counter[str] = Counter()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request, or fail."""
        is_bill = request.url.path.startswith("/connect")
        is_write = request.method != "GET" if is_bill else bool(_WRITES.search(request.read()))
        is_write = is_write and not request.url.path.endswith("/login")
        # Most requests read, and most that can go wrong goes wrong with those that write.
        struck = self._dice.random() < self.rate * (1 if is_write else 0.03)
        fault = self._dice.choice(self.faults) if struck else ""
        self.met[fault] += bool(fault)
        match fault:
            case "unreached":
                raise httpx.ConnectError("no way", request=request)
            case "request":
                raise httpx.ReadTimeout("lost on its way", request=request)
            case "crash before":
                raise CrashError
            case "throttled":
                reply = rate_limited("bill" if is_bill else "intacct", None)
                return httpx.Response(reply.status, headers=reply.headers, content=reply.body, request=request)
        self.writes += is_write
        response = self._inner.handle_request(request)
        match fault:
            case "crash after":
                raise CrashError
            case "answer":
                raise httpx.ReadTimeout("the answer is lost", request=request)
            case "gateway":
                return httpx.Response(502, content=b"<html>bad</html>", request=request)
        return response


class Home:
    """One connections file with its warehouse.

    Args:
        sandbox: The company.
        dsn: Its warehouse.
        organizations: Ids of its BILL organisations.
        network: Carries its requests.
        company: Further settings of the company.
        link: Further settings of each link.
    """

    def __init__(self, sandbox, dsn, organizations, network, company, link) -> None:
        self._sandbox, self._organizations, self._network = sandbox, organizations, network
        self._company, self._link = company, link
        self._environment = environment_of(sandbox, dsn)
        self._runs = 0
        self.set_conflicts("hold")
        self.entities = [link.entity for link in self.connections.platform_links("bill")]

    def set_conflicts(self, policy: str) -> None:
        """Say what happens to what both sides changed."""
        into = {name for name, one in PUSHED.items() if one.platform == "bill"} - {*IN_PLAY}
        back = {name for name, one in PUSHED.items() if one.platform == "into_bill"} - {f"bill_{n}" for n in IN_PLAY}
        way = {"mode": "sync", "gate": "auto", "auto_approve": _LIMITS, "conflicts": policy}
        way["vendor_country"] = "US"
        self.connections = connections_of(
            self._sandbox,
            organizations=self._organizations,
            company=self._company,
            into_bill={**way, "not_pushed": sorted(back)},
            not_pushed=sorted(into),
            payables={"credits_without_approval": True},
            **self._link,
        )

    def systems(self) -> Systems:
        """Open fresh systems, as a new process would."""
        wait = self._sandbox.clock.advance
        return Systems(self.connections, environment=self._environment, transport=self._network, sleep=wait)

    def _run(self) -> str:
        self._runs += 1
        return f"run-{self._runs}"

    def read(self, entity) -> None:
        """Read both sides."""
        with self.systems() as systems:
            read_both_sides(systems, entity, self._run())

    def plan(self, entity, place) -> None:
        """Confirm and plan one way, from what is stored."""
        with self.systems() as systems:
            confirm_and_plan(systems, both_ways(systems, entity)[place])

    def send(self, entity) -> dict[str, int]:
        """Send what is approved, on both ways."""
        clock = self._sandbox.clock
        with self.systems() as systems:
            report = apply(systems, entity, self._run(), now=clock.now, sleep=clock.advance)
        return {state.value: count for state, count in report.outcomes.items()}

    def resolve(self, side) -> int:
        """Say of every conflict whose word stands; return of how many pairs."""
        with self.systems() as systems:
            found = [pair for way in ways_back(systems) for pair in differing(systems, way) if pair.is_held]
            for pair in found:
                settle(systems, pair, pair.fields, side(), by="ana", at=self._sandbox.clock.now())
        return len(found)

    def sync(self, entity) -> tuple[list, bool]:
        """Read, plan both ways and send; return the plans, and whether anything was to be sent."""
        with self.systems() as systems:
            plans = [*sync_both_ways(systems, entity, self._run()).values()]
            is_waiting = bool(systems.approved_plans())
        if is_waiting:
            self.send(entity)
        return plans, is_waiting


class Company:
    """A company, its people and its homes.

    Args:
        letter: Its configuration.
        seed: What its network does.
        dsns: Gives the address of a fresh warehouse.
    """

    def __init__(self, letter: str, seed: int, dsns) -> None:
        self.sandbox = Sandbox(
            SandboxOptions(seed=5, configuration=letter, public_url="http://localhost", clock=Clock())
        )
        self.clock = self.sandbox.clock
        self.network = Network(self.sandbox, random.Random(f"network {seed}"))  # noqa: S311  # a simulation
        facts = self.sandbox.describe()
        ids = [one["id"] for one in facts["bill"]["organizations"]]
        places = [one["entity"] for one in facts["bill"]["organizations"]]
        self.staffs = [Staff(self.sandbox, *one) for one in zip(ids, places, strict=True)]
        self.shares_place = len(set(places)) < len(places)
        link = {"default_location": facts["intacct"]["locations"][0]} if SHAPES[letter].is_at_top else {}
        company: dict[str, object] = {}
        if self.shares_place:
            rows = [{"locations": [facts["intacct"]["locations"][1]], "to": "second"}, {"to": "first"}]
            company = {"routes": {"accounts": dict(zip(("first", "second"), ids, strict=True)), "rows": rows}}
        groups = [[one] for one in ids] if self.shares_place else [ids]
        self.homes = [Home(self.sandbox, dsns(), group, self.network, company, link) for group in groups]
