"""More views on the page Open: what is offered, what is sent, how two stacks are matched."""

import dataclasses
import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from medrnn.imaging.samples import read_sample
from medrnn.types import Geometry, Study, Window
from medrnn.ui.state import KEY, Session
from medrnn.ui.study import volume
from tests.pages.test_pages import components, header

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def stack(frames=4, start=0.0, step=3.0, key="a", **change):
    values = np.arange(frames * 30, dtype=np.int16).reshape(frames, 5, 6)
    study = Study(
        key=key * 64,
        kind="DICOM",
        stored=values,
        values=values,
        window=Window(50, 100, "computed"),
        spacing_mm=(1.5, 0.5),
        geometry=Geometry((1.0, 2.0, start), AXIAL, step),
    )
    return dataclasses.replace(study, **change)


def _page():
    from medrnn.ui.state import session
    from medrnn.ui.study import volume

    volume.section(session().study)


def visit(*studies, chosen=None, **choices):
    at = AppTest.from_function(_page, default_timeout=30)
    at.session_state[KEY] = Session(**choices)
    for study in studies:
        at.session_state[KEY].add(study)
    at.run()
    if chosen:
        at.segmented_control(key="open__more_views").set_value(chosen).run()
    assert not at.exception
    return at


@pytest.mark.parametrize(
    ("studies", "offered"),
    [
        ([stack()], [volume.CUTS]),
        ([stack(1)], None),
        ([stack(1), stack(1, key="b")], [volume.PAIR]),
        ([stack(), stack(key="b")], [volume.CUTS, volume.PAIR]),
    ],
)
def test_only_what_can_be_shown_is_offered_and_nothing_is_sent_before_it_is_chosen(studies, offered):
    at = visit(*studies)
    assert [list(control.options) for control in at.get("button_group")] == ([offered] if offered else [])
    assert not at.get("bidi_component")


def test_the_whole_volume_goes_to_the_browser_with_its_planes_and_place():
    at = visit(stack(), chosen=volume.CUTS, frames={"a" * 64: 2})
    (carrier,), (shown,) = components(at, "medrnn_carry"), components(at, "medrnn_cuts")
    assert header(carrier)["arrays"]["volume"] == {"dtype": "uint8", "shape": [4, 5, 6], "at": 0}
    small = json.loads(shown.proto.json)
    assert [plane["name"] for plane in small["planes"]] == ["axial", "coronal", "sagittal"]
    assert (small["start"], small["steps"], small["spacing_mm"]) == ([2, 2, 3], [1, 1, 1], [3.0, 1.5, 0.5])
    assert (np.array(small["patient"]) @ [1, 2, 3, 1]).tolist() == [1 + 3 * 0.5, 2 + 2 * 1.5, 3.0]


def test_a_volume_beyond_the_limit_is_thinned(monkeypatch):
    monkeypatch.setattr("medrnn.ui.components.cuts.cuts.MAX_BYTES", 60)
    at = visit(stack(), chosen=volume.CUTS)
    assert header(components(at, "medrnn_carry")[0])["arrays"]["volume"]["shape"] == [4, 5, 3]
    small = json.loads(components(at, "medrnn_cuts")[0].proto.json)
    assert (small["steps"], small["sampled"]) == ([1, 1, 2], "drawn from every 2nd column")


@pytest.mark.parametrize(
    ("change", "match"), [({"spacing_mm": None}, "pixel spacing"), ({"geometry": None}, "how the frames lie")]
)
def test_what_a_volume_lacks_is_a_sentence(change, match):
    at = visit(stack(**change), chosen=volume.CUTS)
    assert match in at.info[0].value
    assert not at.get("bidi_component")


def test_uneven_slices_are_said_beneath_the_cuts():
    at = visit(stack(geometry=Geometry((1.0, 2.0, 0.0), AXIAL, 3.0, is_even=False)), chosen=volume.CUTS)
    small = json.loads(components(at, "medrnn_cuts")[0].proto.json)
    assert small["notes"] == ["Slices lie at unequal distances; they are drawn at even ones of 3 mm."]


def test_side_by_side_shows_the_study_left_and_the_chosen_one_right():
    at = visit(stack(key="b"), stack(key="c"), stack(key="a"), chosen=volume.PAIR)
    box = at.selectbox(key="open__beside")
    assert len(set(box.options)) == 2 and all(
        name.startswith("DICOM, 5 x 6, 4 frames") for name in box.options
    )
    box.set_value("c" * 64).run()
    shown = [json.loads(c.proto.json)["digest"][0] for c in components(at, "medrnn_viewer")]
    assert shown == ["a", "c"]


def test_a_colour_image_stands_beside_a_volume():
    at = visit(read_sample("us-colour"), stack(), chosen=volume.PAIR)
    assert [header(c)["arrays"]["pixels"]["shape"][-1] for c in components(at, "medrnn_carry")] == [6, 3]


@pytest.mark.parametrize(
    ("other", "by_mm"),
    [
        (stack(8, 2.0, 1.5, key="b"), True),
        (stack(8, 200.0, 1.5, key="b"), False),  # another part of the body
        (stack(key="b", geometry=Geometry((0, 0, 0), (0.0, 1.0, 0.0, 0.0, 0.0, -1.0), 3.0)), False),
        (stack(key="b", geometry=None), False),
        (stack(1, key="b"), False),
    ],
)
def test_frames_are_matched_by_mm_where_both_stacks_run_alike_and_overlap(other, by_mm):
    left, right = volume.links_of(stack(), other)
    assert left.group == right.group
    if by_mm:
        assert [(x.start_mm, x.step_mm) for x in (left, right)] == [(0.0, 3.0), (2.0, 1.5)]
    else:
        assert [(x.start_mm, x.step_mm) for x in (left, right)] == [(None, None), (None, None)]


@pytest.mark.parametrize(
    ("other", "frames"),
    [
        (stack(8, 2.0, 1.5, key="b"), [0, 1, 3, 5]),  # 0, 3, 6, 9 mm against 2, 3.5, ...
        (stack(7, key="b", geometry=None), [0, 2, 4, 6]),
        (stack(1, key="b"), [0, 0, 0, 0]),
    ],
)
def test_the_other_view_begins_where_the_study_is(other, frames):
    links = volume.links_of(stack(), other)
    assert [volume.match_frame(frame, links, stack(), other) for frame in range(4)] == frames
    at = visit(other, stack(), chosen=volume.PAIR, frames={"a" * 64: 3})
    shown = [json.loads(c.proto.json)["start"] for c in components(at, "medrnn_viewer")]
    assert shown == [3, frames[3]]


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (stack(), stack(), "Zoom and place go together, frames by their position in mm."),
        (
            stack(unit="HU"),
            stack(unit="HU", geometry=None),
            "Zoom and place go together, frames by their share of the stack, and the window, since both are in HU.",
        ),
        (stack(1), stack(1, unit="HU"), "Zoom and place go together."),
    ],
)
def test_one_sentence_says_what_goes_together(one, other, words):
    assert volume.describe_link(volume.links_of(one, other), one, other) == words
