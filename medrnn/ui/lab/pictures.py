"""A row of small pictures, which can be taken home as one PNG, and what they show as CSV."""

import base64
import csv
import io
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image, ImageDraw, ImageFont

from medrnn.config import DISCLAIMER
from medrnn.ui.foreign import shown

GAP, LINE, COLUMNS, LETTER = 12, 15, 7, 6.2  # pixels of the sheet; the last is the mean width of a letter


@dataclass(frozen=True, eq=False)
class Picture:
    """What is shown.

    Attributes:
        pixels: (row, column) or (row, column, 3) uint8.
        caption: stands below it.
        data: one row of the table.
    """

    pixels: np.ndarray
    caption: str
    data: Mapping[str, Any]


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _url(pixels: np.ndarray) -> str:
    """The picture itself: a file on the server would be gone where the next run comes before the browser asks."""
    return f"data:image/png;base64,{base64.b64encode(_png(Image.fromarray(pixels))).decode()}"


def draw_sheet(pictures: Sequence[Picture], title: str, width: int) -> bytes:
    """All pictures with their captions, the title and the research-only line on one white PNG.

    Args:
        pictures: at least one.
        title: stands on top.
        width: of each picture, in pixels.
    """
    font, columns = ImageFont.load_default(12), min(COLUMNS, len(pictures))
    images = [Image.fromarray(p.pixels).convert("RGB") for p in pictures]
    images = [
        image.resize((width, round(image.height * width / image.width)), Image.Resampling.NEAREST)
        for image in images
    ]
    captions = [textwrap.wrap(p.caption, int(width / LETTER)) for p in pictures]
    high = max(image.height for image in images) + LINE * max(map(len, captions)) + GAP
    wide = max(columns * (width + GAP), int(LETTER * max(len(title), len(DISCLAIMER))) + GAP)
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (wide + GAP, rows * high + 2 * (LINE + GAP)), "white")
    pen = ImageDraw.Draw(sheet)
    pen.text((GAP, GAP / 2), title, "black", font)
    for k, (image, lines) in enumerate(zip(images, captions, strict=True)):
        x, y = GAP + k % columns * (width + GAP), LINE + GAP + k // columns * high
        sheet.paste(image, (x, y))
        pen.multiline_text((x, y + image.height + 2), "\n".join(lines), "black", font, spacing=2)
    pen.text((GAP, sheet.height - LINE - GAP / 2), DISCLAIMER, "black", font)
    return _png(sheet)


def table(pictures: Sequence[Picture]) -> str:
    """What the pictures show, a row each; the first line says "research and teaching only", behind a ``#``."""
    out = io.StringIO()
    out.write(f"# {DISCLAIMER}\n")
    writer = csv.DictWriter(out, list(pictures[0].data))
    writer.writeheader()
    writer.writerows(p.data for p in pictures)
    return out.getvalue()


def show(pictures: Sequence[Picture], *, name: str, title: str, width: int) -> None:
    """Draw the row under its title, with its downloads; nothing where there is no picture."""
    st.markdown(f"**{shown(title)}**")
    if not pictures:
        return
    with st.container(horizontal=True, gap="small"):
        for picture in pictures:
            with st.container(width=width + 4, gap=None):
                st.image(_url(picture.pixels), width=width, caption=shown(picture.caption))
    look = {"on_click": "ignore", "icon": ":material/download:"}
    with st.container(horizontal=True):
        sheet = lambda: draw_sheet(pictures, title, width)  # noqa: E731  made when pressed
        st.download_button(
            "Pictures (PNG)", sheet, f"medrnn-{name}.png", "image/png", key=f"lab__sheet-{name}", **look
        )
        data = lambda: table(pictures)  # noqa: E731
        st.download_button(
            "Data (CSV)", data, f"medrnn-{name}.csv", "text/csv", key=f"lab__table-{name}", **look
        )
