"""What is known of the image in view: warnings, and a table of the technical tags on the white list."""

import streamlit as st

from medrnn.imaging.words import say_all
from medrnn.types import Study
from medrnn.ui import cached
from medrnn.ui.components.facts.facts import table
from medrnn.ui.foreign import plain, shown
from medrnn.ui.lab.course_words import count_of
from medrnn.ui.state import session
from medrnn.ui.study import applied

GEOMETRY = ("Patient position", "View", "Laterality", "Slice thickness", "Slice distance")
IMAGE = ("Kind of object", "Modality", "Body part", "Bits allocated", "Bits stored", "Transfer syntax")


def _image(study: Study, frame: int) -> dict[str, str]:
    (lowest, highest), window = cached.value_range(study, frame), study.window
    frames = f", {study.frames} frames" if study.frames > 1 else ""
    shade = "colour" if study.is_colour else "grey"
    said = f"centre {window.center:g}, width {window.width:g} ({window.source})"
    return {
        "Kind": study.kind,
        "Size": f"{count_of(study.rows, 'row')} x {count_of(study.columns, 'column')}{frames}",
        "Values": f"{lowest:g} to {highest:g} {study.unit or ''}".strip(),
        "Photometric": study.photometric or shade,
        **({} if study.is_colour else {"Window": said}),
    }


def _geometry(study: Study) -> dict[str, str]:
    spacing = study.spacing_mm
    said = f"{spacing[0]:.4g} x {spacing[1]:.4g} mm (row, column)" if spacing else "not in the file"
    apart = study.geometry.slice_mm if study.geometry else None
    return {"Pixel spacing": said, **({"Frames apart": f"{apart:.4g} mm"} if apart else {})}


def groups(study: Study, frame: int) -> dict[str, dict[str, str]]:
    """Every fact as plain text, by group, in the order of display.

    Args:
        study: any study.
        frame: whose values are told, counted from 0.
    """
    tags = {name: plain(value) for name, value in study.tags}
    return {
        "Image": _image(study, frame) | {name: tags[name] for name in IMAGE if name in tags},
        "Geometry": _geometry(study) | {name: tags[name] for name in GEOMETRY if name in tags},
        "Acquisition": {name: v for name, v in tags.items() if name not in (*IMAGE, *GEOMETRY)},
        "What was applied": {f"Step {k}": plain(step) for k, step in enumerate(say_all(study), 1)},
    }


def show(study: Study) -> None:
    """The warnings, the table, and one click away the figures before and after."""
    frame = min(session().frame, study.frames - 1)
    for warning in study.warnings:
        st.warning(shown(warning), icon=":material/warning:")
    st.markdown("**Facts**")
    table(groups(study, frame), key="open-facts", label=f"Facts of {study.name}")
    applied.panel(study, frame)
    st.caption("Only technical tags on a white list are shown; names, dates and ids never leave the reader.")
