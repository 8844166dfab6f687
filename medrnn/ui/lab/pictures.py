"""A row of small pictures, which can be taken home as one PNG, and what they show as CSV."""

import base64
import io
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from medrnn.config import DISCLAIMER
from medrnn.models.inference import Inference, TableWriter, table_head
from medrnn.ui.components.stamp import stamp
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


def _png(image: Image.Image, texts: Mapping[str, str] = {}) -> bytes:  # noqa: B006  only read
    out, info = io.BytesIO(), PngInfo()
    for name, text in texts.items():
        info.add_itxt(name, text)
    image.save(out, "PNG", pnginfo=info)
    return out.getvalue()


def _url(pixels: np.ndarray) -> str:
    """The picture itself: a file on the server would be gone where the next run comes before the browser asks."""
    return f"data:image/png;base64,{base64.b64encode(_png(Image.fromarray(pixels))).decode()}"


def draw_sheet(
    pictures: Sequence[Picture], title: str, width: int, inference: Inference | None = None
) -> bytes:
    """All pictures with their captions, the title, the verdict and the research-only line on one white PNG.

    Args:
        pictures: at least one.
        title: stands on top.
        width: of each picture, in pixels.
        inference: of the answer that they belong to; it goes into the file too.
    """
    said = stamp(inference)
    font, columns = ImageFont.load_default(12), min(COLUMNS, len(pictures))
    images = [Image.fromarray(p.pixels).convert("RGB") for p in pictures]
    images = [
        image.resize((width, round(image.height * width / image.width)), Image.Resampling.NEAREST)
        for image in images
    ]
    captions = [textwrap.wrap(p.caption, int(width / LETTER)) for p in pictures]
    high = max(image.height for image in images) + LINE * max(map(len, captions)) + GAP
    wide = max(columns * (width + GAP), int(LETTER * max(len(title), len(DISCLAIMER))) + GAP)
    head = [title, *textwrap.wrap(said.get("says", ""), int(wide / LETTER))]
    foot = [part for line in said["note"].split("\n") for part in textwrap.wrap(line, int(wide / LETTER))]
    rows, top, below = -(-len(pictures) // columns), LINE * len(head) + GAP, LINE * len(foot) + GAP
    sheet = Image.new("RGB", (wide + GAP, rows * high + top + below), "white")
    pen = ImageDraw.Draw(sheet)
    pen.multiline_text((GAP, GAP / 2), "\n".join(head), "black", font, spacing=LINE - 12)
    for k, (image, lines) in enumerate(zip(images, captions, strict=True)):
        x, y = GAP + k % columns * (width + GAP), top + k // columns * high
        sheet.paste(image, (x, y))
        pen.multiline_text((x, y + image.height + 2), "\n".join(lines), "black", font, spacing=2)
    at = (GAP, sheet.height - below + GAP / 2)
    pen.multiline_text(at, "\n".join(foot), "black", font, spacing=LINE - 12)
    words = [title, said.get("says", ""), said["note"]]
    return _png(sheet, {"Description": "\n".join(filter(None, words)), "Inference": said.get("record", "")})


def table(pictures: Sequence[Picture], inference: Inference | None = None) -> str:
    """What the pictures show, a row each, below ``table_head``."""
    out = io.StringIO()
    out.write(table_head(inference))
    TableWriter(out).write_dicts([picture.data for picture in pictures])
    return out.getvalue()


def show(inference: Inference, pictures: Sequence[Picture], *, name: str, title: str, width: int) -> None:
    """Draw a row under its title, with its downloads; the title alone where there is no picture.

    Args:
        inference: of the answer that the pictures belong to.
        pictures: from left to right.
        name: of the files and the widgets.
        title: stands over the row and on the sheet.
        width: of each picture, in CSS pixels.
    """
    st.markdown(f"**{shown(title)}**")
    if not pictures:
        return
    with st.container(horizontal=True, gap="small"):
        for picture in pictures:
            with st.container(width=width + 4, gap=None):
                st.image(_url(picture.pixels), width=width, caption=shown(picture.caption))
    save = partial(st.download_button, on_click="ignore", icon=":material/download:")
    with st.container(horizontal=True):
        sheet = lambda: draw_sheet(pictures, title, width, inference)  # noqa: E731  made when pressed
        save(
            "Pictures (PNG)",
            sheet,
            f"medrnn-{name}.png",
            "image/png",
            key=f"lab__sheet-{name}",
            help="All of them on one sheet.",
        )
        data = lambda: table(pictures, inference)  # noqa: E731
        save(
            "Data (CSV)",
            data,
            f"medrnn-{name}.csv",
            "text/csv",
            key=f"lab__table-{name}",
            help="What they show, one line each.",
        )
