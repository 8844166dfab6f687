"""Every control says what it does, on every page and closer look as a visitor finds it."""

import pytest

from medrnn.ui.compare.modes import MODES
from medrnn.ui.lab.section import VIEWS
from tests.pages.test_pages import IMAGE_PAGES, OTHER_PAGES, loaded, visit

KINDS = (
    "selectbox",
    "multiselect",
    "slider",
    "select_slider",
    "number_input",
    "text_input",
    "toggle",
    "checkbox",
    "radio",
    "file_uploader",
    "button_group",
    "download_button",
)
NAMED = {"Cancel"}  # says all by its name


def silent(at):
    """Labels of controls without a word of help."""
    found = []
    for kind in KINDS:
        for one in at.get(kind):
            label = getattr(one.proto, "label", "")
            if not one.proto.help and label not in NAMED:
                found.append((kind, label))
    return found


@pytest.mark.parametrize("name", IMAGE_PAGES + OTHER_PAGES)
@pytest.mark.parametrize("state", ["empty", "loaded"])
def test_every_control_of_a_page_has_a_help_line(name, state):
    at = visit(name, loaded("chest-film-normal-1", model="chest-renet") if state == "loaded" else None)
    assert not at.exception
    assert silent(at) == []


@pytest.mark.parametrize("view", VIEWS)
def test_every_control_of_a_closer_look_has_a_help_line(view):
    at = visit("memory", loaded(model="pneumonia-lstm-forward", closer=view))
    assert not at.exception
    assert silent(at) == []


def test_every_control_of_the_form_has_a_help_line():
    at = visit("train")
    for core in ("streams", "sweeps", "none"):
        next(one for one in at.button_group if one.label == "What reads").set_value(core)
        at.run()
        assert not at.exception
        assert silent(at) == []


@pytest.mark.parametrize("mode", MODES)
def test_every_control_of_a_way_to_compare_has_a_help_line(mode):
    at = visit("compare", loaded("chest-film-normal-1", model="chest-renet", mode=mode))
    assert not at.exception
    assert silent(at) == []
