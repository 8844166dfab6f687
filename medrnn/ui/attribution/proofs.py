"""The evidence that a visitor asked for, kept as long as the session lasts."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from medrnn.ui.state import session

if TYPE_CHECKING:
    from medrnn.explanation.evidence.collect import Evidence

MOST = 24  # maps whose evidence is kept


@dataclass
class Proofs:
    """What was gathered, and what is being gathered.

    Attributes:
        found: evidence by what it is about, the newest last.
        wanted: what the visitor asked to gather and what is not there yet.
    """

    found: "dict[Hashable, Evidence]" = field(default_factory=dict)
    wanted: Hashable | None = None

    def want(self, about: Hashable) -> None:
        """The visitor asked for it."""
        self.wanted = about

    def cancel(self) -> None:
        """Nothing is asked for any more; work that goes on ends with the script that does it."""
        self.wanted = None

    def keep(self, about: Hashable, evidence: "Evidence") -> None:
        """It is there; the oldest of too many goes."""
        self.wanted = None
        self.found[about] = evidence
        while len(self.found) > MOST:
            self.found.pop(next(iter(self.found)))


def proofs() -> Proofs:
    """Those of this visitor, begun where there are none."""
    state = session()
    state.proofs = state.proofs or Proofs()
    return state.proofs
