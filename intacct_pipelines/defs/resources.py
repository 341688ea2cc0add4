"""The one Dagster resource: a shell around ``Systems`` that lives as long as a run."""

from collections.abc import Callable
from typing import Any

import dagster as dg
from pydantic import PrivateAttr

from intacct_pipelines.defs.systems import Systems


class SystemsResource(dg.ConfigurableResource[Any]):
    """Opens connections when a step first asks for them and closes them when the run ends.

    Reading the connections file and the secrets waits until a run starts, so that the definitions load without either.
    """

    _systems: Systems | None = PrivateAttr(default=None)
    _open: Callable[[], Systems] = PrivateAttr(default=Systems)

    @classmethod
    def over(cls, open_systems: Callable[[], Systems]) -> "SystemsResource":
        """Return a resource that opens its systems otherwise, as tests do."""

        # Dagster makes the resource anew for each run, from its class; what is set on an instance would be lost.
        class Over(cls):  # type: ignore[misc, valid-type]  # a class made of a variable
            _open: Callable[[], Systems] = PrivateAttr(default_factory=lambda: open_systems)

        resource: SystemsResource = Over()
        return resource

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:  # noqa: ARG002 - Dagster's signature
        """Prepare; nothing is opened yet."""
        self._systems = self._open()

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:  # noqa: ARG002 - Dagster's signature
        """Close every connection that the run opened."""
        if self._systems is not None:
            self._systems.close()
            self._systems = None

    @property
    def now(self) -> Systems:
        """The systems of this run."""
        if self._systems is None:
            self._systems = self._open()
        return self._systems
