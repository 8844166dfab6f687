"""The pages beside the lessons: three networks on one film, and published uses with their sources."""

import re

import numpy as np
import pytest

from medrnn.lessons.medicine import KINDS, USES, choose
from medrnn.lessons.rnn_cnn import FILMS, MODELS, read_all
from medrnn.models.catalog import list_cards, load_model
from medrnn.models.describe import count_words


@pytest.fixture(scope="module")
def readers():
    return {
        film: read_all(list_cards(), lambda card: load_model(card.id), film, "saliency")
        for film in FILMS[::3]
    }


def test_the_three_are_of_one_size_and_their_scores_are_those_of_the_question():
    cards = list_cards()
    assert all(160_000 <= cards[name].parameters <= 166_100 for name in MODELS)
    from medrnn.evaluation.zoo import zoo

    rows = {row.name: row for row in zoo() if row.name in MODELS}
    said = {name: f"{100 * row.accuracy.mean:.1f}" for name, row in rows.items()}
    assert said == {"chest-rows": "95.3", "chest-renet": "95.7", "chest-cnn": "95.9"}


def test_the_recurrent_ones_answer_after_each_row_and_the_cnn_only_at_the_end(readers):
    for rows, sweeps, cnn in readers.values():
        assert rows.prediction.steps.shape == sweeps.prediction.steps.shape == (16, 2)
        assert cnn.prediction.steps is None
        for one in (rows, sweeps):
            np.testing.assert_allclose(one.prediction.steps[-1], one.prediction.probabilities, atol=1e-5)


def test_what_a_place_sees_and_what_a_film_costs(readers):
    rows, sweeps, cnn = readers[FILMS[0]]
    assert cnn.field == (59, 59) and sweeps.field == rows.field == (64, 64)
    assert [count_words(one.multiply_adds) for one in (sweeps, cnn, rows)] == ["44.7 M", "21.5 M", "12.2 M"]


def test_two_films_are_two_answers(readers):
    ill, well = (readers[film] for film in (FILMS[0], FILMS[3]))
    assert all(one.pneumonia > 0.5 for one in ill) and all(one.pneumonia < 0.5 for one in well)
    assert not np.array_equal(ill[0].map.values, well[0].map.values)


def test_every_use_has_a_kind_a_figure_and_a_source_that_can_be_found():
    assert {use.kind for use in USES} == set(KINDS) - {"all"}
    for use in USES:
        assert use.task and use.network and use.step and use.found
        assert re.fullmatch(r".+ et al\. (19|20)\d\d", use.authors)
        assert re.fullmatch(r"https://(doi\.org/10\.\d{4,}/\S+|arxiv\.org/abs/\d{4}\.\d{4,5})", use.link)
        assert (use.count is None) == (use.counted == "")
    (choi,) = (use for use in USES if use.authors.startswith("Choi"))
    assert choi.count == 3_884 + 28_903


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_shows_its_own_oldest_first(kind):
    found = choose(kind)
    years = [use.authors[-4:] for use in found]
    assert found and years == sorted(years) and all(kind in ("all", use.kind) for use in found)
