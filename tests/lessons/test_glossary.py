"""The glossary: its words, where they are used, and what they name."""

import re

import pytest

from medrnn.explanation.attribution.methods import METHODS
from medrnn.lessons import LESSONS
from medrnn.lessons.glossary import TERMS, search, used_on
from medrnn.plots.theme import MEANINGS
from medrnn.ui.shell import PAGES

NAMES = {name for group in PAGES.values() for name in group}


def test_words_stand_by_the_alphabet_once_each():
    titles = [term.title.lower() for term in TERMS]
    assert titles == sorted(set(titles))


def test_every_page_that_shows_a_model_or_an_image_has_its_words():
    assert {page for term in TERMS for page in term.pages} <= NAMES
    for page in NAMES - {"about"}:
        assert used_on(page), page


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.title)
def test_a_word_is_said_in_one_to_three_sentences_and_its_lesson_is_there(term):
    assert 1 <= len(re.findall(r"[.;](?= |$)", term.says)) <= 4 and len(term.says) < 260
    assert term.says.endswith(".")
    assert not term.lesson or term.lesson in LESSONS


def test_every_letter_of_a_gate_or_state_and_every_map_has_its_word():
    said = " ".join(term.title for term in TERMS)
    assert all(re.search(rf"[(, ]{symbol}[),]", said) for symbol in MEANINGS)
    assert {method.title.lower() for method in METHODS.values()} <= {term.title.lower() for term in TERMS}


def test_a_search_finds_words_in_titles_and_meanings():
    assert [term.title for term in search("forget")] == ["forget gate (f)"]
    assert {"saliency", "map"} <= {term.title for term in search("PIXEL")}
    assert search("") == TERMS
    assert search("no such thing") == ()
