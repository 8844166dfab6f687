"""Test images as a wall of pictures: a press shows one large and leads to any page."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from medrnn.config import DISCLAIMER
from medrnn.config.what import named
from medrnn.evaluation.outcome import Outcome
from medrnn.models.cards import Card
from medrnn.models.class_names import name_classes
from medrnn.models.inference import TableWriter
from medrnn.ui import cached, model_files
from medrnn.ui.after import chosen
from medrnn.ui.after.source import Source
from medrnn.ui.compare import listing
from medrnn.ui.components.tiles.tiles import Tile, pick
from medrnn.ui.foreign import plain, shown
from medrnn.ui.lab.pictures import Picture, draw_sheet
from medrnn.ui.state import session

MOST = 20  # pictures at once
SIDE, LARGE = 84, 180  # pixels of a picture, and of the opened one
NOT_SHOWN = "Their pictures are not shown: the set belongs to whoever trained on it. The CSV file says which they are."


@dataclass(frozen=True, eq=False)
class Wall:
    """Some test images.

    Attributes:
        card: of the model that answered them.
        source: where they are from.
        found: the answers.
        name: of the widgets and files.
        title: stands on the sheet.
        rows: (image,) which, in the order of display.
        is_mixed: whether their answers differ, so that each is written.
    """

    card: Card
    source: Source
    found: Outcome
    name: str
    title: str
    rows: Sequence[int]
    is_mixed: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The classes as people read them."""
        return name_classes(self.found.classes)

    def about(self, index: int) -> tuple[str, str, float]:
        """Label, answer, and the probability of the answer, of a test image."""
        test = self.found.test
        p = test.probabilities[index]
        return self.names[int(test.labels[index])], self.names[int(p.argmax())], float(p.max())


def enlarged(image: np.ndarray, side: int = SIDE) -> np.ndarray:
    """The same pixels as squares, so that no browser blurs them; at least so many pixels wide."""
    factor = max(1, -(-side // max(image.shape[:2])))
    return image.repeat(factor, 0).repeat(factor, 1)


def show(wall: Wall) -> None:
    """The pictures, the opened one, the files; nothing where there is no image."""
    if not len(wall.rows):
        return
    if not wall.source.may_show:
        st.caption(NOT_SHOWN)
    else:
        part = _part(wall)
        _tiles(wall, part)
        _opened(wall, part)
    _files(wall)


def _part(wall: Wall) -> list[int]:
    """The images that are shown; of many a part that can be chosen."""
    count, choices = len(wall.rows), chosen.of(wall.card.id)
    if count <= MOST:
        return list(wall.rows)
    starts, key = list(range(0, count, MOST)), f"after__start-{wall.name}-{wall.card.id}"
    now = choices.starts.get(wall.name, 0)
    st.session_state[key] = now if now in starts else 0

    def keep() -> None:
        choices.starts[wall.name] = st.session_state[key]

    st.selectbox(
        "Pictures",
        starts,
        key=key,
        on_change=keep,
        width=220,
        format_func=lambda start: f"{start + 1:,} to {min(start + MOST, count):,} of {count:,}",
        help=f"{MOST} pictures at a time, those with the most probable answer first.",
    )
    start = st.session_state[key]
    return list(wall.rows[start : start + MOST])


def _tiles(wall: Wall, part: list[int]) -> None:
    from medrnn.datasets.as_study import to_png

    images, choices = wall.source.data.test.images, chosen.of(wall.card.id)
    tiles = []
    for k in part:
        label, answer, p = wall.about(k)
        about = (
            f"{named('Test image', wall.card.config.reading)} {k + 1:,}: labelled {label}, answered {answer} "
            f"{100 * p:.1f} %"
        )
        tiles.append(
            Tile(str(k), f"{100 * p:.1f} %", plain(about), plain(answer, 40) if wall.is_mixed else "")
        )

    def keep(index: str) -> None:
        choices.images[wall.name] = int(index)

    def draw() -> dict[str, np.ndarray]:
        return {str(k): np.frombuffer(to_png(enlarged(images[k])), np.uint8) for k in part}

    pick(
        tiles,
        cached.of_outcome("pictures", wall.card, tuple(part), make=draw),
        key=f"after-{wall.name}",
        label=wall.title,
        chosen=str(choices.images.get(wall.name, "")),
        on_pick=keep,
        side=SIDE,
    )


def _opened(wall: Wall, part: list[int]) -> None:
    """The pressed picture large, what is said of it, and the ways on."""
    from medrnn.datasets.as_study import as_address, title_of

    index = chosen.of(wall.card.id).images.get(wall.name)
    if index not in part:
        st.caption("Press a picture to see it large and to open it on Read, Memory, Map or Open.")
        return
    data, (label, answer, p) = wall.source.data, wall.about(index)
    title = title_of(data, index)
    left, right = st.columns([1, 3], gap="medium")
    with left:
        picture = as_address(enlarged(data.test.images[index], LARGE))
        st.html(
            f'<img src="{picture}" alt="The chosen image" style="width:{LARGE}px;max-width:100%;border-radius:8px">'
        )
    with right:
        st.markdown(f"**{shown(title[:1].upper() + title[1:])}**")
        wrong = "" if answer == label else ", which is not the label"
        st.caption(f"Answered {shown(answer)} {100 * p:.1f} %{wrong}.")
        open_study = partial(listing.take, session(), data, [wall.card.id], index)
        listing.ways(f"after__go-{wall.name}", open_study, title)


def _files(wall: Wall) -> None:
    save = partial(st.download_button, on_click="ignore", icon=":material/download:")
    with st.container(horizontal=True):
        if wall.source.may_show:
            save(
                "Pictures (PNG)",
                lambda: _sheet(wall),
                f"{model_files.name_of(wall.card, wall.name)}.png",
                "image/png",
                key=f"after__sheet-{wall.name}",
                help=f"The first {MOST} of them on one sheet.",
            )
        save(
            "Data (CSV)",
            lambda: table(wall),
            f"{model_files.name_of(wall.card, wall.name)}.csv",
            "text/csv",
            key=f"after__table-{wall.name}",
            help="All of them: number, label, answer and every probability, one line each.",
        )


def _sheet(wall: Wall) -> bytes:
    images, drawn = wall.source.data.test.images, []
    for k in wall.rows[:MOST]:
        label, answer, p = wall.about(k)
        said = f"{k + 1}: labelled {label}, answered {answer} {100 * p:.1f} %"
        drawn.append(Picture(enlarged(images[k]), plain(said), {}))
    return draw_sheet(drawn, plain(wall.title), 112)


def table(wall: Wall) -> str:
    """Columns ``index`` (from 0), ``label``, ``answer`` and one a class, below two lines that say what this is."""
    out, test, classes = io.StringIO(), wall.found.test, wall.found.classes
    out.write(f"# {DISCLAIMER}\n# {plain(wall.title)}; weights {wall.card.digest}\n")
    writer = TableWriter(out)
    writer.writerow(["index", "label", "answer", *(f"p({name})" for name in classes)])
    for k in wall.rows:
        p = test.probabilities[k]
        writer.writerow([int(k), classes[int(test.labels[k])], classes[int(p.argmax())], *p.tolist()])
    return out.getvalue()
