"""Small pictures with their names, each one button; the chosen one is marked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import streamlit as st

from medrnn.ui.components.carry import carry, declare

_tiles = declare("tiles")


@dataclass(frozen=True)
class Tile:
    """One picture.

    Attributes:
        id: what a press hands over.
        title: stands under the picture, plain text.
        about: a sentence more, shown where the pointer rests.
        detail: a second line.
    """

    id: str
    title: str
    about: str = ""
    detail: str = ""


def pick(
    tiles: Sequence[Tile],
    pictures: Mapping[str, np.ndarray],
    *,
    key: str,
    label: str,
    chosen: str,
    on_pick: Callable[[str], None],
    side: int = 72,
    is_list: bool = False,
) -> None:
    """Show the pictures, all in sight; arrow keys move among them, Enter opens.

    Args:
        tiles: in the order of display.
        pictures: a PNG file as (byte,) uint8 for each id; they travel once for all.
        key: the widget's key.
        label: what there is to choose, for those who cannot see it.
        chosen: the id of the marked one, "" for none.
        on_pick: hears, before the page runs again, the id that was pressed.
        side: of a tile at least, in CSS pixels at the usual text size.
        is_list: the names stand beside small pictures, for long ones.
    """
    known = [tile.id for tile in tiles]

    def heard() -> None:
        found = st.session_state[key].picked
        if found in known:
            on_pick(found)

    with st.container(gap=None):
        carry(key, {}, **{tile.id: pictures[tile.id] for tile in tiles})
        data = {
            "name": key,
            "label": label,
            "chosen": chosen,
            "side": side,
            "is_list": is_list,
            "tiles": list(map(asdict, tiles)),
        }
        _tiles(key=key, data=data, on_picked_change=heard)
