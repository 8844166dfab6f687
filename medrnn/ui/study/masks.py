"""The mask of the study in view: from a file or drawn in the viewer, in figures, and to take away."""

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from medrnn.errors import ImageError
from medrnn.imaging.grids import blank
from medrnn.imaging.guard.batch import Batch
from medrnn.imaging.masks.drawing import Shape
from medrnn.imaging.masks.figures import LabelFigures, measure_labels
from medrnn.imaging.masks.read import draw_mask, write_mask
from medrnn.types import Mask, Study
from medrnn.ui.components.viewer.viewer import Overlay
from medrnn.ui.foreign import plain, say_error, shown
from medrnn.ui.state import session
from medrnn.ui.study import decoding, uploads

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

SIDE = 1024  # cells of an overlay along its longer side, at most
FAINT = 0.3  # of a mask at first: the image below it is what one looks at


@dataclass(frozen=True)
class Region:
    """What was dragged over the image.

    Attributes:
        frame: counted from 0.
        x, y, width, height: of the box, or round the outline, in pixels.
        outline: (x, y) of its corners; none for a box.
    """

    frame: int
    x: int
    y: int
    width: int
    height: int
    outline: tuple[tuple[float, float], ...] = ()

    @property
    def shape(self) -> Shape:
        """As ``draw_mask`` takes it."""
        return np.array(self.outline) if self.outline else (self.x, self.y, self.width, self.height)


@dataclass
class Panel:
    """What the section keeps for one visitor, by content key of the study.

    Attributes:
        taken: how many uploads were read.
        errors: what was wrong with it.
        waiting: the region that was dragged last and not added yet.
        regions: what a drawn mask is put together from, oldest first.
        figures: the figures of a mask, with that mask.
    """

    taken: int = 0
    errors: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, Region] = field(default_factory=dict)
    regions: dict[str, list[Region]] = field(default_factory=dict)
    figures: dict[str, tuple[Mask, tuple[LabelFigures, ...]]] = field(default_factory=dict)

    def forget(self, key: str) -> None:
        """Drop everything that belongs to a study."""
        for table in (self.errors, self.waiting, self.regions, self.figures):
            table.pop(key, None)


def _panel() -> Panel:
    """Made on first use; studies that are gone take their part with them."""
    state = session()
    panel = state.mask_panel = state.mask_panel or Panel()
    for table in (panel.errors, panel.waiting, panel.regions, panel.figures):
        for key in table.keys() - session().studies.keys():
            del table[key]
    return panel


def _clear(study: Study) -> None:
    session().masks.pop(study.key, None)
    _panel().forget(study.key)


def _take(study: Study, file: "UploadedFile") -> None:
    """Read a file; where it is no mask of the study, the sentence is kept and the mask before stays."""
    progress = decoding.Progress("open__mask", cancel=partial(_cancel, uploads.ids([file])))
    try:
        with Batch(decoding.visitor(), watch=progress.watch) as batch:
            found = batch.perform("mask", file.getvalue(), blank(study))
    except ImageError as error:
        _panel().errors[study.key] = str(error)
        return
    _clear(study)
    session().masks[study.key] = found


def _cancel(names: tuple[str, ...]) -> None:
    uploads.forget(names)
    _panel().taken += 1


def _uploader(study: Study) -> None:
    panel = _panel()
    file = st.file_uploader(
        "DICOM SEG, NIfTI, PNG or TIFF on the image's own grid",
        key=f"open__mask-{panel.taken}",
        help="It is laid over the image and measured; Memory then shows its share in each step.",
    )
    if file:
        panel.errors.pop(study.key, None)
        with uploads.taken_once([file]):
            _take(study, file)
        panel.taken += 1
        st.rerun()  # the viewer above shows it


def _dragged(study: Study) -> Region | None:
    """The region that was dragged last, if it lies in the study."""
    found = session().dragged.get(study.key)
    if not found:
        return None
    (top, bottom), (left, right), frame = found["row"], found["column"], int(found["frame"])
    if not (
        0 <= frame < study.frames and 0 <= top < bottom <= study.rows and 0 <= left < right <= study.columns
    ):
        return None
    outline = tuple((float(x), float(y)) for x, y in found.get("outline") or ())
    return Region(frame, int(left), int(top), int(right - left), int(bottom - top), outline)


def _redraw(study: Study) -> None:
    """Put the drawn mask together from its regions."""
    made: Mask | None = None
    regions = _panel().regions.get(study.key, [])
    for frame in sorted({region.frame for region in regions}):
        made = draw_mask(study, frame, [one.shape for one in regions if one.frame == frame], onto=made)
    if made is None:
        session().masks.pop(study.key, None)
    else:
        session().masks[study.key] = made


def _add(study: Study) -> None:
    region = _panel().waiting.pop(study.key)
    session().dragged.pop(study.key, None)
    panel = _panel()
    panel.errors.pop(study.key, None)
    try:
        draw_mask(study, region.frame, [region.shape])  # alone, so that an empty one is said
    except ImageError as error:
        panel.errors[study.key] = str(error)
        return
    panel.regions.setdefault(study.key, []).append(region)
    _redraw(study)


def _undo(study: Study) -> None:
    _panel().regions[study.key].pop()
    _redraw(study)


def _words(region: Region, study: Study) -> str:
    where = f", frame {region.frame + 1}" if study.frames > 1 else ""
    kind = f"outline of {len(region.outline)} corners, " if region.outline else ""
    return f"{kind}x {region.x}, y {region.y}, {region.width} x {region.height} pixels{where}"


def _drawing(study: Study) -> None:
    """Regions of the viewer, one by one."""
    panel = _panel()
    dragged = _dragged(study)
    if dragged:
        panel.waiting[study.key] = dragged
    if not st.toggle(
        "Draw one",
        key="open__mask_draw",
        help="Boxes by dragging with R, outlines by hand with L, in the viewer.",
    ):
        return
    waiting, regions = panel.waiting.get(study.key), panel.regions.get(study.key, [])
    st.caption(
        f"Region: {_words(waiting, study)}."
        if waiting
        else "Press R on the image, then drag a box over it; or L, then draw round a region."
    )
    with st.container(horizontal=True):
        st.button(
            "Add the region as mask",
            on_click=_add,
            args=[study],
            disabled=not waiting,
            type="primary",
            help="Takes the last region that you dragged.",
        )
        st.button(
            "Undo", on_click=_undo, args=[study], disabled=not regions, help="Takes the last region back."
        )
    for number, region in enumerate(regions, start=1):
        st.caption(f"{number}. {_words(region, study)}")


def _row(found: LabelFigures, study: Study) -> dict[str, str]:
    """The figures of a label as a line of the table."""
    unit = f" {study.unit}" if study.unit else ""
    row = {"Label": shown(found.name), "Pixels": f"{found.pixels:,}"}
    if found.area_mm2 is not None:
        row["Area"] = f"{found.area_mm2:,.5g} mm²"
    if found.volume_mm3 is not None:
        row["Volume"] = f"{found.volume_mm3:,.5g} mm³"
    if found.mean is not None:
        row |= {"Mean": f"{found.mean:.5g}{unit}", "SD": f"{found.sd:.5g}{unit}"}
    return row


def _figures(mask: Mask, study: Study) -> tuple[LabelFigures, ...]:
    kept = _panel().figures.get(study.key)
    if kept is None or kept[0] is not mask:
        kept = _panel().figures[study.key] = (mask, measure_labels(mask, study))
    return kept[1]


def _show(mask: Mask, study: Study) -> None:
    """Warnings, figures, and the way out."""
    for warning in mask.warnings:
        st.warning(shown(warning), icon=":material/warning:")
    rows = [_row(found, study) for found in _figures(mask, study)]
    if rows:
        st.table(rows)
    with st.container(horizontal=True):
        st.download_button(
            "Download (.nii.gz)",
            data=lambda: write_mask(mask, study),
            file_name=f"mask-{study.key[:8]}.nii.gz",
            mime="application/gzip",
            on_click="ignore",
            key="open__mask_download",
            help="The mask on the image's grid, as NIfTI.",
        )
        st.button(
            "Clear",
            on_click=_clear,
            args=[study],
            key="open__mask_clear",
            help="Takes the mask off the image.",
        )


def section(study: Study) -> None:
    """The expander "Mask" of the page Open: after the viewer, whose region it takes.

    Args:
        study: the study in view.
    """
    mask = session().masks.get(study.key)
    with st.expander("Mask", icon=":material/select:", key="open__mask_box"):
        _uploader(study)
        if sentence := _panel().errors.get(study.key):
            say_error(sentence)
        _drawing(study)
        if mask:
            _show(mask, study)


def overlay(study: Study, frame: int) -> Overlay | None:
    """The mask of a frame as the viewer lays it over the image; None without one, or with nothing in the frame.

    Args:
        study: the study in view.
        frame: counted from 0.
    """
    mask = session().masks.get(study.key)
    if mask is None or not mask.labels[frame].any():
        return None
    every = [
        (np.arange(n) * (size / n)).astype(int) for size in mask.labels.shape[1:] for n in (min(size, SIDE),)
    ]
    values = mask.labels[frame][np.ix_(*every)].astype(np.float32)
    top = int(mask.labels.max())
    name = mask.names[0] if top == 1 else f"labels 1 to {top}"
    return Overlay(
        values,
        (0, 0, study.columns, study.rows),
        float(top),
        False,
        f"mask, {plain(name, 60)}",
        frame,
        strength=FAINT,
    )
