"""More views of the study on the page Open: three cuts of a volume, and two studies side by side."""

from dataclasses import asdict, dataclass

import numpy as np
import streamlit as st

from medrnn.imaging import reslice
from medrnn.imaging.presets import list_windows
from medrnn.types import Study
from medrnn.ui.components.cuts import cuts
from medrnn.ui.components.viewer import viewer
from medrnn.ui.foreign import shown
from medrnn.ui.state import session

CUTS = "Three cuts"
PAIR = "Side by side"
SAME_DIRECTION = 1e-3  # largest difference of direction cosines of frames that can be matched by mm
HEIGHT = 460


@dataclass(frozen=True)
class Link:
    """How one of two viewers finds the other's frame.

    Attributes:
        group: viewers of one group go together.
        unit: windows are only passed on between equal units.
        start_mm, step_mm: place of the first frame along the normal and of each further one; None: by their share.
    """

    group: str
    unit: str
    start_mm: float | None = None
    step_mm: float | None = None


def section(study: Study) -> None:
    """What else can be seen of a study; nothing is sent before it is chosen."""
    choices = [CUTS] * (study.frames > 1) + [PAIR] * (len(session().studies) > 1)
    if not choices:
        return
    chosen = st.segmented_control(
        "More views",
        choices,
        key="open__more_views",
        wrap=True,
        help="Three cuts through the volume in mm, or a second image beside it.",
    )
    if chosen == CUTS:
        three_cuts(study)
    elif chosen == PAIR:
        compare(study)


def three_cuts(study: Study) -> None:
    """The cuts of a volume, or the sentence that says what is missing; the page follows the crosshair's frame."""
    if said := reslice.what_is_missing(study):
        st.info(said)
        return

    def follow(place: cuts.Place) -> None:
        session().frames[study.key] = place.frame

    cuts.view(study, key="open-cuts", frame=session().frames.get(study.key, 0), on_place=follow)


def _along_normal(study: Study) -> tuple[np.ndarray, float, float] | None:
    """The direction of the frames, the place of the first and their distance in mm."""
    if reslice.what_is_missing(study) or study.geometry is None or not study.geometry.slice_mm:
        return None
    normal = reslice.directions(study.geometry)[0]
    return normal, float(normal @ study.geometry.position_mm), study.geometry.slice_mm


def links_of(study: Study, other: Study) -> tuple[Link, Link]:
    """Frames go together by mm where both stacks run the same way and overlap, else by their share of the stack."""
    bare = [Link("open-pair", s.unit or "") for s in (study, other)]
    own, its = _along_normal(study), _along_normal(other)
    if own is None or its is None:
        return bare[0], bare[1]
    (normal, start, step), (normal_b, start_b, step_b) = own, its
    end, end_b = start + (study.frames - 1) * step, start_b + (other.frames - 1) * step_b
    if not np.allclose(normal, normal_b, atol=SAME_DIRECTION) or max(start, start_b) > min(end, end_b):
        return bare[0], bare[1]
    return (
        Link(bare[0].group, bare[0].unit, start, step),
        Link(bare[1].group, bare[1].unit, start_b, step_b),
    )


def match_frame(frame: int, links: tuple[Link, Link], study: Study, other: Study) -> int:
    """The frame of the other study that lies where a frame of the study does, as link.js has it."""
    own, its = links
    if own.start_mm is None or its.start_mm is None or not own.step_mm or not its.step_mm:
        at = frame / max(1, study.frames - 1) * (other.frames - 1)
    else:
        at = (own.start_mm + frame * own.step_mm - its.start_mm) / its.step_mm
    return min(max(int(at + 0.5), 0), other.frames - 1)


def describe_link(links: tuple[Link, Link], study: Study, other: Study) -> str:
    """One sentence: what goes from one view to the other."""
    said = "Zoom and place go together"
    if max(study.frames, other.frames) > 1:
        by_mm = links[0].step_mm is not None
        said += ", frames by their position in mm" if by_mm else ", frames by their share of the stack"
    if links[0].unit and links[0].unit == links[1].unit:
        said += f", and the window, since both are in {links[0].unit}"
    return said + "."


def compare(study: Study) -> None:
    """The study beside another one that is open; what is done in one view is done in the other."""
    others = {key: other for key, other in session().studies.items() if key != study.key}
    if not others:
        st.info("Open a second image to see two side by side.")
        return
    names = session().labels
    key = st.selectbox(
        "Beside it",
        list(others),
        format_func=names.__getitem__,
        key="open__beside",
        help="Which image stands beside it; both move together.",
    )
    other = others[key]
    links = links_of(study, other)
    st.caption(describe_link(links, study, other))
    frame = session().frames.get(study.key, 0)
    frames = (frame, match_frame(frame, links, study, other))
    for place, one, side, at, link in zip(
        st.columns(2), (study, other), ("left", "right"), frames, links, strict=True
    ):
        with place:
            _one_of_two(one, side, at, link)


def _one_of_two(study: Study, side: str, frame: int, link: Link) -> None:
    viewer.view(
        study.colour if study.colour is not None else study.values,
        key=f"open-pair-{side}",
        digest=study.key,
        window=study.window,
        presets=list_windows(study, frame),
        frame=frame,
        unit=study.unit or "",
        inverted=study.inverted,
        spacing_mm=study.spacing_mm,
        pixel_height=study.pixel_height,
        planes=study.overlay_bits,
        edges=reslice.edges_of(study),
        link=asdict(link),
        title=study.sized_name,
        height=HEIGHT,
    )
    st.caption(shown(session().labels[study.key]))
