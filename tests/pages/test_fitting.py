"""Open names the models that fit the study in view, and takes the best where the visitor has chosen none."""

import io

import numpy as np
import pytest
from PIL import Image

from medrnn.ui.state import KEY
from tests.pages.test_opening import drop
from tests.pages.test_pages import loaded, visit


def offered(at):
    return [b.label.removeprefix("Read with ") for b in at.button if b.label.startswith("Read with")]


def picture(*shape):
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, shape, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("sample", ["chest-cr", "chest-film-viral-2"])
def test_a_film_is_offered_the_models_of_films_and_a_press_leads_to_read(sample):
    at = visit("open", loaded(sample))
    assert "**Models that fit this image**" in [m.value for m in at.markdown]
    found = offered(at)
    assert 0 < len(found) <= 3 and not any(name.startswith("mnist") for name in found)
    next(b for b in at.button if b.label == f"Read with {found[0]}").click()
    at.run()
    assert not at.exception and not at.error
    assert at.title[0].value == "Read" and at.session_state[KEY].model == found[0]


def test_a_sample_is_offered_its_own_model_first():
    assert offered(visit("open", loaded("digit-7")))[0] == "mnist-lstm"


def test_where_none_fits_it_is_said_with_the_cure():
    at = visit("open", loaded("ct-small"))
    assert offered(at) == []
    assert "No model here learnt from images like this one. Train one" in at.info[0].value
    next(b for b in at.button if b.label == "Train a model").click()
    at.run()
    assert not at.exception and at.title[0].value == "Train"


def test_a_file_that_says_nothing_is_offered_what_may_fit():
    at = visit("open")
    drop(at, picture(90, 80))
    assert "**Models that may fit**" in [m.value for m in at.markdown]
    assert any("does not say what it shows; these read grey images" in c.value for c in at.caption)
    assert "chest-renet" in offered(at) and "blood-renet" not in offered(
        at
    )  # of each set the best, none in colour


def test_a_line_of_pixels_is_offered_none():
    at = visit("open")
    drop(at, picture(1, 40))
    assert not at.exception and offered(at) == [] and "No model here" in at.info[0].value


def test_what_the_visitor_chose_stays_and_what_was_taken_for_him_follows_the_image():
    at = visit("open", sample="digit-7")
    assert at.session_state[KEY].model == "mnist-lstm"
    assert drop(at, picture(90, 80)).model != "mnist-lstm"
    chosen = visit("open", sample="digit-7", model="mnist-gru")
    assert drop(chosen, picture(90, 80)).model == "mnist-gru"
