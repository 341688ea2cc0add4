"""Faults between a client and the twins: what goes wrong, when, by script and by seed.

A scripted rule names what it matches (system, function, path, n-th call) and its fault; a random plan gives each fault
a probability per request. A fault strikes before the twin has seen the request, or after the twin has committed.
"""

from __future__ import annotations

import json
import random
import re
import threading
from collections import deque
from dataclasses import asdict, dataclass, fields, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.sandbox.http import Reply, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from intacct_pipelines.sandbox.clock import Clock

BEFORE: Final = (
    "clock_back",  # the sandbox's clock jumps back by `seconds`
    "expire_sessions",  # every session of the system ends
    "rows_change",  # rows of the system change, as between two pages
    "move_endpoint",  # getAPISession answers with another endpoint from now on, and sessions live only there
    "rate_limited",  # 429 with the system's own words, `retry_after` seconds if given
    "server_error",  # `status` with an HTML body, request not seen
    "html",  # 200 with an HTML page in place of an answer
    "reset_before",  # connection closed, request not seen
)
AFTER: Final = (
    "duplicate",  # the network delivers the request a second time; the second answer counts
    "gateway_timeout",  # 524 in place of the answer: the work was done
    "server_error_after",  # `status` with an HTML body in place of the answer: the work was done
    "reset_after",  # connection closed: the work was done
    "cut",  # connection closed in the middle of the answer
    "truncated",  # a complete HTTP reply that lacks the end of its body
    "malformed",  # the body is damaged in the middle
    "latency",  # the answer comes `seconds` late
)
KINDS: Final = (*BEFORE, *AFTER)
_REMEMBERED: Final = 200
_LONGEST_SECONDS: Final = 3600.0
_LOWEST_STATUS: Final = 200
_HIGHEST_STATUS: Final = 599
_PAGE: Final = (
    b"<!DOCTYPE html><html><head><title>Service unavailable</title></head><body>"
    b'<div id="cf-error-details">Please try again later.</div></body></html>'
)
_FUNCTION: Final = re.compile(rb"<function\b[^>]*>\s*<([A-Za-z_]\w*)\b[^>]*>\s*(?:<([A-Za-z_]\w*)[\s/>])?")
_OBJECT: Final = re.compile(rb"<object>\s*(\w+)\s*</object>")
_LIMITS: Final = {
    "bill": ("BDC_1144", "Max number of allowed requests per hour reached: 20000."),
    "spend": ("BDC_1322", "Max number of allowed requests per minute reached: 60."),
}
_WRITES: Final = ("create", "update", "delete", "record_", "reverse_", "void_")


@dataclass(frozen=True, slots=True)
class Hooks:
    """What faults ask of a system besides answers.

    Args:
        expire_sessions: Ends every session.
        disturb: Changes some rows, as a busy office does; its argument counts the disturbances.
    """

    expire_sessions: Callable[[], None]
    disturb: Callable[[int], None]


@dataclass(slots=True)
class Rule:
    """One scripted fault.

    Args:
        fault: One of `KINDS`.
        system: ``intacct``, ``bill``, ``spend`` or a pattern.
        function: Pattern for Intacct's function, alone or with its object (``create APBILL``), or BILL's operation id.
        path: Pattern for the path.
        method: Pattern for the HTTP method.
        writes: True for writes only, False for reads only, None for both.
        nth: Strikes at the n-th matching request, from 1.
        times: How many matching requests in a row it strikes; 0 for all that follow.
        status: HTTP status, where the fault has one.
        seconds: Length of ``latency``, of a jump of the clock.
        retry_after: Seconds for the ``Retry-After`` header of ``rate_limited``; None sends none.
        keep: Share of the body that ``cut``, ``truncated`` and ``malformed`` leave intact, 0 to 1.
        seen: Matching requests so far; counted by the plan.
    """

    fault: str
    system: str = "*"
    function: str = "*"
    path: str = "*"
    method: str = "*"
    writes: bool | None = None
    nth: int = 1
    times: int = 1
    status: int = 503
    seconds: float = 0.05
    retry_after: float | None = None
    keep: float = 0.5
    seen: int = 0

    def __post_init__(self) -> None:
        if self.fault not in KINDS:
            raise ValueError(f"unknown fault {self.fault!r}; known are {', '.join(KINDS)}")
        _check_types(self, whole=("nth", "times", "status", "seen"), numbers=("seconds", "keep"))
        if not _LOWEST_STATUS <= self.status <= _HIGHEST_STATUS:
            raise ValueError(f"the status must be between {_LOWEST_STATUS} and {_HIGHEST_STATUS}")
        if self.nth < 1 or self.times < 0 or not 0 <= self.keep <= 1 or not 0 <= self.seconds <= _LONGEST_SECONDS:
            raise ValueError(f"a figure of the rule for {self.fault} is out of range")

    def strikes(self, call: Call) -> bool:
        """Count a request if it matches, and say whether the fault strikes it."""
        if not self._matches(call):
            return False
        self.seen += 1
        return self.seen >= self.nth and (self.times == 0 or self.seen < self.nth + self.times)

    def _matches(self, call: Call) -> bool:
        return (
            fnmatchcase(call.system, self.system)
            and any(fnmatchcase(function, self.function) for function in call.functions)
            and fnmatchcase(call.request.path, self.path)
            and fnmatchcase(call.request.method, self.method)
            and self.writes in {None, call.writes}
        )


@dataclass(frozen=True, slots=True)
class RandomFaults:
    """Faults by seed.

    Args:
        seed: Same seed and same order of requests, same faults.
        rates: Fault → probability per request.
        system: As in :class:`Rule`.
        writes: As in :class:`Rule`.
        seconds: Length of ``latency`` and of a jump of the clock.
        retry_after: As in :class:`Rule`.
        requests: After so many requests the plan is over; 0 for never.
    """

    seed: int
    rates: dict[str, float]
    system: str = "*"
    writes: bool | None = None
    seconds: float = 0.0
    retry_after: float | None = 0.0
    requests: int = 0

    def __post_init__(self) -> None:
        _check_types(self, whole=("seed", "requests"), numbers=("seconds",))
        if not isinstance(self.rates, dict) or not all(_is_number(rate) for rate in self.rates.values()):
            raise TypeError("rates must be an object of fault and probability")
        if not 0 <= self.seconds <= _LONGEST_SECONDS or self.requests < 0:
            raise ValueError("seconds or requests are out of range")
        if wrong := [kind for kind, rate in self.rates.items() if kind not in KINDS or not 0 <= rate <= 1]:
            raise ValueError(f"unknown fault or rate out of 0 to 1: {', '.join(wrong)}")

    def draw(self, number: int, call: Call) -> list[Rule]:
        """The faults that strike the request of this number."""
        dice = random.Random(f"{self.seed} {number}")  # noqa: S311  # reproducible on purpose
        drawn = [(kind, dice.random(), dice.random()) for kind in sorted(self.rates)]
        if (self.requests and number > self.requests) or not fnmatchcase(call.system, self.system):
            return []
        if self.writes not in {None, call.writes}:
            return []
        return [
            Rule(kind, status=502, seconds=self.seconds, retry_after=self.retry_after, keep=keep)
            for kind, chance, keep in drawn
            if chance < self.rates[kind]
        ]


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _check_types(script: Rule | RandomFaults, *, whole: tuple[str, ...], numbers: tuple[str, ...]) -> None:
    """Refuse what a script of JSON got wrong when it is written, not when the fault strikes."""
    for name in ("system", "function", "path", "method"):
        if not isinstance(getattr(script, name, ""), str):
            raise TypeError(f"{name} must be a text")
    for name in whole:
        if type(getattr(script, name)) is not int:
            raise TypeError(f"{name} must be a whole number")
    for name in numbers:
        if not _is_number(getattr(script, name)):
            raise TypeError(f"{name} must be a number")
    if script.retry_after is not None and not _is_number(script.retry_after):
        raise TypeError("retry_after must be a number of seconds or null")
    if script.writes not in {None, True, False}:
        raise TypeError("writes must be true, false or null")


@dataclass(frozen=True, slots=True)
class Call:
    """A request as rules see it."""

    system: str
    functions: tuple[str, ...]
    request: Request
    writes: bool


def intacct_call(request: Request) -> Call:
    """See a request to the XML gateway: its functions, alone and with their objects."""
    names: list[str] = []
    found = list(_FUNCTION.finditer(request.body))
    for i, match in enumerate(found):
        end = found[i + 1].start() if i + 1 < len(found) else len(request.body)
        function = match[1].decode()
        target = _OBJECT.search(request.body, match.start(), end)
        inner = target[1] if target else match[2]
        names += [function, f"{function} {inner.decode()}"] if inner else [function]
    return Call("intacct", tuple(names) or ("",), request, any(name.startswith(_WRITES) for name in names))


def bill_call(request: Request, operation: str) -> Call:
    """See a request to BILL by its operation id."""
    reads = operation == "" or operation.startswith(("list_", "get_", "log"))
    return Call("bill", (operation,), request, not reads)


def spend_call(request: Request, operation: str) -> Call:
    """See a request to Spend & Expense by the name of its operation."""
    return Call("spend", (operation,), request, operation.startswith(("create_", "delete_")))


class FaultPlan:
    """The faults that are in force; thread-safe.

    Args:
        clock: What `clock_back` moves.
        systems: System → its hooks.
        move_endpoint: Called by `move_endpoint`.
        restore_endpoint: Called when all faults end.
    """

    def __init__(
        self,
        clock: Clock,
        systems: dict[str, Hooks],
        move_endpoint: Callable[[], None],
        restore_endpoint: Callable[[], None] = lambda: None,
    ) -> None:
        self._clock = clock
        self._systems = systems
        self._move_endpoint = move_endpoint
        self._restore_endpoint = restore_endpoint
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._random: RandomFaults | None = None
        self._drawn = 0
        self._requests = 0
        self._disturbed = 0
        self._struck: deque[dict[str, Any]] = deque(maxlen=_REMEMBERED)

    # Scripting

    def add(self, *rules: Rule) -> None:
        """Put rules behind those in force."""
        with self._lock:
            self._rules += [replace(rule, seen=0) for rule in rules]

    def set_random(self, plan: RandomFaults | None) -> None:
        """Begin faults by seed, or end them."""
        with self._lock:
            self._random, self._drawn = plan, 0

    def clear(self) -> None:
        """End all faults; new sessions live at the first endpoint again."""
        self._restore_endpoint()
        with self._lock:
            self._rules, self._random = [], None
            self._struck.clear()

    def state(self) -> dict[str, Any]:
        """What is in force, how many requests came, and the latest faults that struck."""
        with self._lock:
            return {
                "requests": self._requests,
                "rules": [asdict(rule) for rule in self._rules],
                "random": asdict(self._random) if self._random else None,
                "struck": list(self._struck),
                "kinds": KINDS,
            }

    def control(self, request: Request) -> Reply:
        """Answer ``/faults``: GET shows, POST adds, PUT replaces, DELETE clears.

        The body is ``{"rules": [...], "random": {...}}`` with the fields of :class:`Rule` and :class:`RandomFaults`.
        """
        if request.method == "DELETE":
            self.clear()
        elif request.method in {"POST", "PUT"}:
            try:
                rules, plan = _read_script(request.body)
            except (ValueError, TypeError) as error:
                return _json(400, {"error": str(error)})
            if request.method == "PUT":
                self.clear()
            self.add(*rules)
            if plan is not None:
                self.set_random(plan)
        elif request.method != "GET":
            return _json(405, {"error": "GET, POST, PUT and DELETE are known"})
        return _json(200, self.state())

    # Striking

    def answer(self, call: Call, twin: Callable[[Request], Reply]) -> Reply:
        """Let a twin answer a request, with whatever goes wrong before and after."""
        rules = self._strike(call)
        for rule in rules:
            if rule.fault in BEFORE and (reply := self._before(rule, call)):
                return _delayed(reply, rules)
        reply = twin(call.request)
        for rule in sorted(rules, key=lambda rule: KINDS.index(rule.fault)):
            if rule.fault in AFTER:
                reply = twin(call.request) if rule.fault == "duplicate" else _after(rule, reply)
        return reply

    def _strike(self, call: Call) -> list[Rule]:
        with self._lock:
            self._requests += 1
            rules = [rule for rule in self._rules if rule.strikes(call)]
            if self._random:
                self._drawn += 1
                rules += self._random.draw(self._drawn, call)
            for rule in rules:
                struck = {"request": self._requests, "fault": rule.fault, "system": call.system}
                self._struck.append({**struck, "functions": list(call.functions)})
            return rules

    def _before(self, rule: Rule, call: Call) -> Reply | None:
        """Do what a fault does before the twin; its answer in place of the twin's, if it has one."""
        hooks = self._systems[call.system]
        match rule.fault:
            case "clock_back":
                self._clock.advance(-rule.seconds)
            case "expire_sessions":
                hooks.expire_sessions()
            case "rows_change":
                with self._lock:
                    self._disturbed += 1
                    turn = self._disturbed
                hooks.disturb(turn)
            case "move_endpoint":
                self._move_endpoint()
            case "rate_limited":
                return rate_limited(call.system, rule.retry_after)
            case "server_error":
                return _page(rule.status)
            case "html":
                return _page(200)
            case "reset_before":
                return Reply(0, reset=True)
        return None


def _read_script(body: bytes) -> tuple[list[Rule], RandomFaults | None]:
    script = json.loads(body)
    if not isinstance(script, dict) or script.keys() - {"rules", "random"}:
        raise ValueError('an object with "rules" and "random" was expected')
    known = {f.name for f in fields(Rule)} - {"seen"}
    rules = []
    for rule in script.get("rules", []):
        if not isinstance(rule, dict):
            raise TypeError("a rule must be an object")
        if unknown := rule.keys() - known:
            raise ValueError(f"unknown fields of a rule: {', '.join(sorted(unknown))}")
        rules.append(Rule(**rule))
    plan = script.get("random")
    if plan is not None and not isinstance(plan, dict):
        raise TypeError("random must be an object")
    return rules, RandomFaults(**plan) if plan else None


def _json(status: int, value: Any) -> Reply:
    return Reply(status, {"Content-Type": "application/json"}, json.dumps(value).encode())


def _page(status: int) -> Reply:
    return Reply(status, {"Content-Type": "text/html; charset=UTF-8"}, _PAGE)


def rate_limited(system: str, retry_after: float | None) -> Reply:
    """The refusal of a request too many, in the system's own words.

    Args:
        system: ``intacct``, ``bill`` or ``spend``.
        retry_after: Seconds for the ``Retry-After`` header; None sends none.
    """
    headers = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
    if system in _LIMITS:
        code, message = _LIMITS[system]
        entry = {"code": code, "severity": "ERROR", "category": "REQUEST", "message": message}
        return Reply(429, {**headers, "Content-Type": "application/json"}, json.dumps([entry]).encode())
    body = (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<response><control><status>failure</status></control><errormessage>'
        b"<error><errorno>GW-0010</errorno><description></description><description2>API rate limit exceeded"
        b"</description2><correction></correction></error></errormessage></response>"
    )
    return Reply(429, {**headers, "Content-Type": "text/xml; charset=UTF-8"}, body)


def _after(rule: Rule, reply: Reply) -> Reply:
    """What a fault makes of the twin's answer."""
    place = int(len(reply.body) * rule.keep)
    match rule.fault:
        case "gateway_timeout" | "server_error_after":
            return _page(524 if rule.fault == "gateway_timeout" else rule.status)
        case "reset_after":
            return Reply(0, reset=True)
        case "cut":
            return replace(reply, cut_after=place)
        case "truncated" | "malformed":
            rest = b'<"\x00{' + reply.body[place:] if rule.fault == "malformed" else b""
            return replace(reply, body=reply.body[:place] + rest)
    return replace(reply, delay_seconds=reply.delay_seconds + rule.seconds)


def _delayed(reply: Reply, rules: list[Rule]) -> Reply:
    seconds = sum(rule.seconds for rule in rules if rule.fault == "latency")
    return replace(reply, delay_seconds=seconds)
