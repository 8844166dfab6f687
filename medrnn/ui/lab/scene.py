"""What every view of the laboratory gets: the image, the model, what it did, and where the reader stands."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from medrnn.config.what import named
from medrnn.explanation.interventions.kinds import Intervention, seed_of
from medrnn.models.cards import Card
from medrnn.models.class_names import name_classes
from medrnn.models.inference import Inference, infer
from medrnn.models.places import Passage
from medrnn.sequences import luminance
from medrnn.types import Prediction, Reading, Study, Trace
from medrnn.ui import cached, sidebar
from medrnn.ui.slices import name_steps
from medrnn.ui.state import session

if TYPE_CHECKING:
    from medrnn.explanation.tracing.trace import BatchTrace
    from medrnn.models.cells import Recurrent

Made = TypeVar("Made")


@dataclass(frozen=True, eq=False)
class Scene:
    """One reading of one image by one recurrent module of a model.

    Attributes:
        study, card, reading, prediction: of the page.
        passage: the module in view, and how it goes over the image.
        trace: every gate and state of it, of the sequence in view.
        at: which of its sequences that is, counted from 0: of a sweep a row or column of the map.
        edits: what is changed while the network reads, where a view does.
    """

    study: Study
    card: Card
    reading: Reading
    prediction: Prediction
    passage: Passage
    trace: Trace
    at: int = 0
    edits: tuple[Intervention, ...] = ()

    @property
    def traces(self) -> "BatchTrace":
        """The traces of all its sequences."""
        return cached.traces(self.card, self.reading, self.device, self.passage.name)

    @property
    def whole(self) -> Trace:
        """The trace whose steps are those of an index of states: of a sweep all places, from the top left."""
        from medrnn.explanation.tracing.inside import raster

        return raster(self.traces, self.passage) if self.passage.is_sweep else self.trace

    def over_map(self, symbol: str) -> np.ndarray:
        """(row, column, unit): a gate or state of the chosen layer and direction at every place of a sweep's map."""
        from medrnn.explanation.tracing.inside import map_of

        return map_of(self.traces, self.passage, symbol, self.layer, self.direction)

    @property
    def attention(self) -> np.ndarray | None:
        """What the read-out takes from each step (step,) or place (row, column); None where it weighs nothing."""
        from medrnn.explanation.tracing.inside import attention_weights

        if self.card.config.model.readout != "attention":
            return None

        def make() -> np.ndarray:
            network = cached.model(self.card, self.device)
            with cached.device_lock(self.device):
                return attention_weights(network, self.reading.sequence)

        return self.keep("attention", make=make)

    @property
    def place(self) -> tuple[int, int]:
        """(row, column) of a sweep's map that is in view, counted from 0."""
        return (self.at, self.step) if self.passage.axis == "rows" else (self.step, self.at)

    @property
    def index_step(self) -> int:
        """Which step of an index of states is in view."""
        row, column = self.place
        return row * self.passage.grid[1] + column if self.passage.is_sweep else self.step

    @property
    def is_plain(self) -> bool:
        """True where the module reads the steps of the reading themselves, with nothing before it."""
        model = self.card.config.model
        return model.core == "stack" and model.encoder == "none"

    @property
    def module(self) -> "Recurrent":
        """The recurrent module in view; hold ``cached.device_lock`` while it runs."""
        return cached.model(self.card, self.device).recurrent()[self.passage.name]

    @property
    def boxes(self) -> np.ndarray:
        """(step, 4): where each step lies, x, y, width, height in pixels of the image."""
        return self.passage.boxes(self.reading.canvas, self.at)

    @property
    def answers(self) -> np.ndarray | None:
        """(step, class): the answer after each step of the sequence in view; None where it has none.

        Along the columns of the last sweep each step is a row of the map, after which there is an answer. Steps along
        the rows, and all of an earlier pair, come before any.
        """
        found, passage = self.prediction.steps, self.passage
        if found is None or (passage.is_sweep and not self._is_last):
            return None
        return found[: passage.steps]

    @property
    def _is_last(self) -> bool:
        return self.passage.axis == "columns" and self.passage.pair == self.card.config.model.layers - 1

    @property
    def intensity(self) -> np.ndarray:
        """(step,) float64: mean of what lies at each step, as the model reads it, from 0 to 1."""
        grid = luminance(self.reading.grid, is_colour=self.reading.config.is_colour)
        x, y, width, height = self.reading.canvas
        scale = np.array([grid.shape[1] / width, grid.shape[0] / height] * 2)
        ends = (self.boxes - [x, y, 0, 0]) * scale
        ends[:, 2:] += ends[:, :2]
        return np.array([grid[t:b, left:r].mean() for left, t, r, b in np.rint(ends).astype(int)], np.float64)

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
        where = f"/{self.passage.name}/{self.at}" if self.passage.is_sweep else f"/{self.passage.name}"
        return f"memory/{self.key}{'' if self.is_plain else where}"

    @property
    def steps(self) -> int:
        """How many steps the sequence in view has."""
        return self.passage.steps

    @property
    def line(self) -> str:
        """What one step reads: "row", "column", "patch", "slice" or "place"."""
        return self.passage.line

    def named(self, text: str) -> str:
        """A sentence of ours about images, about series where the model reads one (``config.what``)."""
        return named(text, self.reading.config)

    @property
    def places(self) -> list[tuple[str, str]]:
        """Where each step lies, shortly and in full, where a step is a slice of a series; else empty."""
        return name_steps(self.reading, self.study)

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
        """A layer and direction in words; the direction only where there are two, of a sweep its line."""
        way = f", {direction}" if len(self.trace.directions) > 1 else ""
        if not self.passage.is_sweep:
            return f"layer {layer + 1}{way}"
        return f"{self.passage.axis.removesuffix('s')} {self.at + 1}{way}"


def name_module(passage: Passage) -> str:
    """A recurrent module in words, such as "row sweep" or "column stream"."""
    if passage.is_sweep:
        pair = f" {passage.pair + 1}" if passage.pair else ""
        return f"{passage.axis.removesuffix('s')} sweep{pair}"
    return {"rows": "row stream", "columns": "column stream"}.get(passage.name, "network")
