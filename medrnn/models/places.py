"""Where in the image the steps of a network lie: of its answer over time, and of each recurrent module inside.

A module behind a stem, or one that sweeps a map, has steps of its own, which are no steps of the reading. Each is tied
to the image here, from the settings alone, so that nothing has to be run (and torch not be loaded) to know it.
"""

from dataclasses import dataclass, replace

import numpy as np

from medrnn.config import ModelConfig, ReadingConfig
from medrnn.sequences import Crop, boxes


@dataclass(frozen=True)
class Passage:
    """How one recurrent module goes over an image.

    Attributes:
        name: of the module inside the network, as ``Classifier.recurrent`` names it.
        places: the grid of its steps over the image. Of a sweep all places of its map, from the top left, line by line.
        axis: "rows" where it runs along the rows of a map, "columns" along its columns, "" where it reads one sequence.
        layers: of the module.
        pair: of a sweep its pair, counted from 0.
    """

    name: str
    places: ReadingConfig
    axis: str = ""
    layers: int = 1
    pair: int = 0

    @property
    def grid(self) -> tuple[int, int]:
        """(rows, columns) of the map's places."""
        return self.places.size

    @property
    def is_sweep(self) -> bool:
        """True where it reads many lines of a map side by side."""
        return bool(self.axis)

    @property
    def lines(self) -> int:
        """How many sequences it reads of one image: 1, or the rows or columns of the map."""
        return {"rows": self.grid[0], "columns": self.grid[1]}.get(self.axis, 1)

    @property
    def steps(self) -> int:
        """Steps of one sequence."""
        return {"rows": self.grid[1], "columns": self.grid[0]}.get(self.axis, self.places.steps)

    @property
    def line(self) -> str:
        """What one step reads: "row", "column", "patch", or of a sweep "place"."""
        return "place" if self.is_sweep else self.places.line

    def boxes(self, crop: Crop, line: int = 0) -> np.ndarray:
        """Where each step of one of its sequences lies.

        Args:
            crop: x, y, width, height of the part that is read, in image pixels.
            line: of a sweep, which row or column of the map, counted from 0.

        Returns:
            (step, 4) float32: x, y, width, height in image pixels, in the order of the forward direction.
        """
        found = boxes(self.places, crop)
        if not self.is_sweep:
            return found
        table = found.reshape(*self.grid, 4)
        chosen: np.ndarray = table[line] if self.axis == "rows" else table[:, line]
        return chosen

    def at(self, row: int, column: int) -> tuple[int, int]:
        """(line, step) of a place of a sweep's map, counted from 0."""
        return (row, column) if self.axis == "rows" else (column, row)


def map_size(model: ModelConfig, reading: ReadingConfig) -> tuple[int, int]:
    """(rows, columns) of the map that a stem gives or a sweep reads: of patches, else of pixels."""
    if reading.is_patched and model.encoder != "stem":
        tall, wide = reading.tile
        return reading.size[0] // tall, reading.size[1] // wide
    return reading.size[0] // model.stride, reading.size[1] // model.stride


def _lines(model: ModelConfig, reading: ReadingConfig) -> ReadingConfig:
    """Whole lines of the map, in the reading's order."""
    return replace(reading, size=map_size(model, reading), channels="grey")


def answer_places(model: ModelConfig, reading: ReadingConfig) -> ReadingConfig | None:
    """The grid of the steps after which a network gives an answer (``Classifier.prefix_logits``).

    Returns:
        Of two streams that of the rows, or of the columns where there are more. None for a convolutional network.
    """
    if model.core == "none":
        return None
    if model.core == "sweeps":
        return ReadingConfig(size=map_size(model, reading))
    if model.core == "streams":
        down, across = map_size(model, reading)
        return ReadingConfig("rows" if down >= across else "columns", size=(down, across))
    return _lines(model, reading) if model.encoder == "stem" else reading


def passages(model: ModelConfig, reading: ReadingConfig) -> dict[str, Passage]:
    """Every recurrent module of a network by its name, in the order in which they read; none of a convolutional one."""
    if model.core == "none":
        return {}
    size = map_size(model, reading)
    if model.core == "sweeps":
        places = ReadingConfig("raster", size=size, patch=1)
        found = [
            Passage(f"sweeps.{pair}.{axis}", places, axis, pair=pair)
            for pair in range(model.layers)
            for axis in ("rows", "columns")
        ]
    elif model.core == "streams":
        found = [
            Passage(axis, ReadingConfig(axis, size=size), layers=model.layers) for axis in ("rows", "columns")
        ]
    else:
        places = _lines(model, reading) if model.encoder == "stem" else reading
        found = [Passage("rnn", places, layers=model.layers)]
    return {one.name: one for one in found}
