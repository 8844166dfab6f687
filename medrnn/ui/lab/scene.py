"""What every view of the laboratory gets: the image, the model, what it did, and where the reader stands."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TypeVar

from medrnn.explanation.interventions.kinds import Intervention, seed_of
from medrnn.models.cards import Card
from medrnn.models.class_names import name_classes
from medrnn.models.inference import Inference, infer
from medrnn.types import Prediction, Reading, Study, Trace
from medrnn.ui import cached, sidebar
from medrnn.ui.state import session

Made = TypeVar("Made")


@dataclass(frozen=True, eq=False)
class Scene:
    """One reading of one image by one model.

    Attributes:
        study, card, reading, prediction, trace: of the page.
        edits: what is changed while the network reads, where a view does.
    """

    study: Study
    card: Card
    reading: Reading
    prediction: Prediction
    trace: Trace
    edits: tuple[Intervention, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes as people read them."""
        return name_classes(self.card.classes)

    @property
    def device(self) -> str:
        """Where models run."""
        return sidebar.chosen_device()

    @property
    def inference(self) -> Inference:
        """How the answer was made, for every picture and table."""
        return infer(
            self.card,
            self.reading,
            device=self.prediction.device,
            found=self.prediction,
            edits=[one.to_dict() for one in self.edits],
            seed=seed_of(self.edits),
        )

    def keep(self, kind: str, *arguments: Hashable, make: Callable[[], Made]) -> Made:
        """Make it once for this reading and model, see ``cached.of_reading``."""
        return cached.of_reading(kind, self.card, self.reading, self.device, *arguments, make=make)

    @property
    def layer(self) -> int:
        """The chosen layer, counted from 0."""
        return session().layer

    @property
    def direction(self) -> str:
        """The chosen direction."""
        return session().direction

    @property
    def key(self) -> str:
        """Names the model and the reading."""
        return f"{self.card.digest[:12]}/{self.reading.key}"

    @property
    def link(self) -> str:
        """Pictures with the same link share the step."""
        return f"memory/{self.key}"

    @property
    def steps(self) -> int:
        """How many steps were read."""
        return len(self.reading.sequence)

    @property
    def line(self) -> str:
        """What one step reads: "row", "column" or "patch"."""
        return self.reading.config.line

    @property
    def step(self) -> int:
        """The step in view, counted from 0: the chosen one, else the last."""
        chosen = session().step
        return self.steps - 1 if chosen is None else min(chosen, self.steps - 1)

    @property
    def span(self) -> tuple[int, int] | None:
        """The selected steps as (first, one after the last), counted from 0."""
        chosen = session().span
        return chosen if chosen and chosen[1] <= self.steps else None

    @property
    def part(self) -> str:
        """The chosen layer and direction in words."""
        return self.words(self.layer, self.direction)

    @property
    def parts(self) -> list[tuple[int, str]]:
        """Every layer and direction."""
        return [(layer, way) for layer in range(self.trace.layers) for way in self.trace.directions]

    def words(self, layer: int, direction: str) -> str:
        """A layer and direction in words; the direction only where there are two."""
        return f"layer {layer + 1}" + (f", {direction}" if len(self.trace.directions) > 1 else "")
