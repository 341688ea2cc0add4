"""The one Dagster resource: a shell around ``Systems`` that lives as long as a run."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import dagster as dg
from pydantic import PrivateAttr

from intacct_pipelines.defs.alone import to_itself
from intacct_pipelines.defs.systems import Systems


class SystemsResource(dg.ConfigurableResource[Any]):
    """Opens connections when a step first asks for them and closes them when the run ends.

    Reading the connections file and the secrets waits until a run starts, so that the definitions load without either.
    """

    _systems: Systems | None = PrivateAttr(default=None)
    _open: Callable[[], Systems] = PrivateAttr(default=Systems)
    _held: ExitStack = PrivateAttr(default_factory=ExitStack)

    @classmethod
    def over(cls, open_systems: Callable[[], Systems]) -> "SystemsResource":
        """Return a resource that opens its systems otherwise, as tests do."""

        # Dagster makes the resource anew for each run, from its class; what is set on an instance would be lost.
        class Over(cls):  # type: ignore[misc, valid-type]  # a class made of a variable
            _open: Callable[[], Systems] = PrivateAttr(default_factory=lambda: open_systems)

        resource: SystemsResource = Over()
        return resource

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Prepare; nothing is opened yet, but by a run that must have its entity to itself.

        Raises:
            WarehouseError: Such a run waited in vain, or Postgres cannot be reached.
        """
        self._systems = self._open()
        with ExitStack() as opened:
            # Dagster takes down only what was set up to its end.
            opened.callback(self._systems.close)
            self._held.enter_context(to_itself(self._systems, context))
            opened.pop_all()

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:  # noqa: ARG002 - Dagster's signature
        """Let go of the entity, and close every connection that the run opened."""
        self._held.close()
        if self._systems is not None:
            self._systems.close()
            self._systems = None

    @property
    def now(self) -> Systems:
        """The systems of this run."""
        if self._systems is None:
            self._systems = self._open()
        return self._systems
