"""Sending BILL's notifications: signed, in time, again when they fail, and wrong in whatever way is asked for."""

from __future__ import annotations

import base64
import hashlib
import heapq
import hmac
import random
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Final

_TIMEOUT_SECONDS: Final = 10.0
_OK: Final = 200
_NO_ANSWER: Final = 0
FAULTS: Final = (
    "lost",  # never sent; the history has it
    "doubled",  # sent twice
    "late",  # sent `late_seconds` later
    "overtaken",  # sent only after what follows it
    "wrong_signature",  # the first attempt is signed with another key
)


@dataclass(slots=True)
class DeliveryOptions:
    """How notifications are sent.

    Args:
        retry_seconds: Waits before the further attempts; after the last one the subscription is switched off.
        rates: Fault → probability for each notification.
        seed: Same seed and same order of events, same faults.
        late_seconds: How late is late.
        is_wrapped: Send the body as a JSON text, as some of BILL's pages show it.
    """

    retry_seconds: tuple[float, ...] = (2, 4, 8, 16)
    rates: dict[str, float] = field(default_factory=dict)
    seed: int = 1
    late_seconds: float = 30.0
    is_wrapped: bool = False

    def __post_init__(self) -> None:
        if wrong := [name for name, rate in self.rates.items() if name not in FAULTS or not 0 <= rate <= 1]:
            raise ValueError(f"unknown fault or rate out of 0 to 1: {', '.join(wrong)}")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notification on its way.

    Args:
        url: Where to.
        body: The bytes.
        key: What they are signed with.
        told: Is told the status of each attempt, 0 for no answer.
        failed: Is called after the last attempt.
    """

    url: str
    body: bytes
    key: str
    told: Callable[[int], None]
    failed: Callable[[], None]


class Courier:
    """Sends from one thread, which begins with the first notification.

    Args:
        options: How; may be changed while it runs.
    """

    def __init__(self, options: DeliveryOptions) -> None:
        self.options = options
        self._due: list[tuple[float, int, int, Delivery]] = []
        self._numbers = count()
        self._drawn = 0
        self._overtaken: list[Delivery] = []
        self._at_work = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def send(self, delivery: Delivery, *, with_faults: bool = True) -> None:
        """Send soon; return at once."""
        with self._changed:
            overtaken, self._overtaken = self._overtaken, []
            faults = self._draw() if with_faults else frozenset()
            if "overtaken" in faults:
                self._overtaken.append(delivery)
            elif "lost" not in faults:
                wait = self.options.late_seconds if "late" in faults else 0.0
                first = -1 if "wrong_signature" in faults else 0
                for _ in range(2 if "doubled" in faults else 1):
                    self._push(wait, first, delivery)
            for one in overtaken:
                self._push(0.0, 0, one)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="webhooks of the sandbox", daemon=True)
                self._thread.start()

    def settle(self, seconds: float = 60.0) -> bool:
        """Send what was held back, and wait until nothing is on its way; False if that takes too long."""
        with self._changed:
            for one in self._overtaken:
                self._push(0.0, 0, one)
            self._overtaken = []
            return self._changed.wait_for(lambda: not self._due and not self._at_work, seconds)

    def _draw(self) -> frozenset[str]:
        self._drawn += 1
        dice = random.Random(f"{self.options.seed} {self._drawn}")  # noqa: S311  # reproducible on purpose
        return frozenset(name for name in FAULTS if dice.random() < self.options.rates.get(name, 0.0))

    def _push(self, wait: float, attempt: int, delivery: Delivery) -> None:
        heapq.heappush(self._due, (time.monotonic() + wait, next(self._numbers), attempt, delivery))
        self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._due))
                wait = self._due[0][0] - time.monotonic()
                if wait > 0:
                    self._changed.wait(wait)
                    continue
                _, _, attempt, delivery = heapq.heappop(self._due)
                self._at_work += 1
            status = _post(delivery, is_signed=attempt >= 0)
            delivery.told(status)
            with self._changed:
                self._at_work -= 1
                if status != _OK:
                    self._again(max(attempt, 0), delivery)
                self._changed.notify_all()

    def _again(self, attempt: int, delivery: Delivery) -> None:
        if attempt < len(self.options.retry_seconds):
            self._push(self.options.retry_seconds[attempt], attempt + 1, delivery)
        else:
            delivery.failed()


def _post(delivery: Delivery, *, is_signed: bool) -> int:
    key = delivery.key if is_signed else f"not {delivery.key}"
    signature = base64.b64encode(hmac.new(key.encode(), delivery.body, hashlib.sha256).digest()).decode("ascii")
    headers = {"Content-Type": "application/json", "x-bill-sha-signature": signature}
    request = urllib.request.Request(delivery.url, delivery.body, headers, method="POST")  # noqa: S310  # checked before
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310  # likewise
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return _NO_ANSWER
