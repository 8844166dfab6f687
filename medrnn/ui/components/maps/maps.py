"""Maps of one image beside each other, with one place in all of them and the steps of the reading beside each."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Literal

import numpy as np
import streamlit as st

from medrnn.errors import ConfigError
from medrnn.models.inference import Inference
from medrnn.plots import theme
from medrnn.ui.components.carry import carry, declare
from medrnn.ui.components.stamp import stamp

_maps = declare("maps")

Axis = Literal["rows", "columns", "order", ""]


@dataclass(frozen=True, eq=False)
class Panel:
    """One map.

    Attributes:
        title: of its method.
        values: (row, column) float32 in the network's grid, upright.
        is_signed: values speak for and against; else they are sizes.
        ends: what the lowest, the highest and, where they are sizes, the largest value speak for.
        says: one line below it.
        alt: the finding in words.
    """

    title: str
    values: np.ndarray
    is_signed: bool
    ends: tuple[str, str, str]
    says: str
    alt: str


@dataclass(frozen=True, eq=False)
class Compared:
    """What the image is compared with.

    Attributes:
        picture: (row, column) or (row, column, 3) uint8 in the network's grid, upright.
        says: what it is, and what the model answers to it.
        share: the probability of the class there, 0 to 1.
    """

    picture: np.ndarray
    says: str
    share: float


@dataclass(frozen=True)
class Series:
    """A series whose slices lie side by side in the picture.

    Attributes:
        link: pictures with the same link share the step in the browser (see cursor.js of the player).
        start: the step to begin with, counted from 0; None for the last one.
        places: of each step where it lies, shortly and in full.
        tile: (rows, columns) of a slice in the network's grid.
    """

    link: str
    start: int | None
    places: Sequence[tuple[str, str]]
    tile: tuple[int, int]


def show(
    image: np.ndarray,
    panels: Sequence[Panel],
    *,
    steps: np.ndarray,
    axis: Axis,
    line: str,
    is_backward: bool,
    key: str,
    title: str,
    file: str,
    inference: Inference,
    compared: Compared | None = None,
    series: Series | None = None,
) -> None:
    """Show the image and its maps; what is pointed at, and how the maps are coloured, stays in the browser.

    Args:
        image: (row, column) or (row, column, 3) uint8, the part that is read, as the eye sees it.
        panels: from left to right, all on one grid.
        steps: (row, column) of that grid, int32: at which step a cell is read, from 0.
        axis: where the sums at the steps stand: beside the image where rows are read, below where columns are,
            below in the order of reading else; "" for a network that reads no steps.
        line: what one step reads, a word; "" where a pixel is read at no single step.
        is_backward: rows or columns are read from the end.
        key: the widget's key.
        title: stands over the saved picture.
        file: its name, without the ending.
        inference: of the answer, for the saved picture.
        compared: stands below the image; None for none.
        series: where a step is a slice of a series; None where an image is read.

    Raises:
        ConfigError: there is no map, or one is on another grid.
    """
    if not panels or any(panel.values.shape != steps.shape for panel in panels):
        raise ConfigError(
            f"maps: expected some of shape {steps.shape}, got {[panel.values.shape for panel in panels]}"
        )
    told = [
        {"title": p.title, "signed": p.is_signed, "ends": p.ends, "says": p.says, "alt": p.alt}
        for p in panels
    ]
    arrays = {f"map{k}": np.asarray(panel.values, np.float32) for k, panel in enumerate(panels)}
    arrays |= {"image": image, "steps": np.asarray(steps, np.int32)}
    if compared:
        arrays["base"] = compared.picture
    digest = blake2b(json.dumps([told, axis, title, compared and compared.says]).encode(), digest_size=16)
    for values in arrays.values():
        digest.update(np.ascontiguousarray(values).tobytes())
    name, noted = digest.hexdigest(), stamp(inference)
    data = {
        "name": key,
        "digest": name,
        "maps": told,
        "axis": axis,
        "line": line,
        "steps": int(steps.max()) + 1,
        "backward": is_backward,
        "compared": compared and compared.says,
        "what": "series" if series else "image",
        **asdict(series or Series("", None, (), (0, 0))),
        "tile": series and series.tile,
        "title": title,
        "alt": f"{title.rstrip('.')}.",
        "file": file,
        "note": noted["note"],
        "says": noted.get("says", ""),
        "record": noted.get("record", ""),
        "colours": theme.CANVAS,
    }
    with st.container(gap=None):
        carry(key, {"digest": name}, **arrays)
        _maps(key=key, data=data)
