"""The words of each page in the sidebar, and all of them on Learn."""

import pytest

from medrnn.lessons.glossary import TERMS, used_on
from tests.pages.test_address import arrive
from tests.pages.test_pages import IMAGE_PAGES, loaded, visit


def words(at):
    return [one.value for one in at.sidebar.markdown if one.value.startswith("**") and ": " in one.value]


@pytest.mark.parametrize("name", [*IMAGE_PAGES, "data", "train", "runs", "models", "learn"])
def test_every_page_has_its_words_in_the_sidebar(name):
    at = visit(name, loaded())
    assert not at.exception
    (said,) = words(at)
    assert all(f"**{term.title}**: {term.says}" in said for term in used_on(name))
    assert said.count("**: ") == len(used_on(name)) > 0


def test_the_glossary_is_found_by_its_link_and_searched():
    at = arrive("learn", lesson="glossary")
    assert not at.exception and not at.error
    assert f"{len(TERMS)} of {len(TERMS)} words." in [one.value for one in at.caption]
    (field,) = [one for one in at.text_input if one.label == "Search"]
    field.set_value("forget")
    at.run()
    shown = [one.value for one in at.main.markdown if one.value.startswith("**")]
    assert [one.split("**")[1] for one in shown] == ["forget gate (f)"]
