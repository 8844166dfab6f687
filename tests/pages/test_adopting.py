"""Weights of the visitor's own on the page Models: asked for, adopted, used on every page, seen by nobody else."""

import html
import json

import pytest
import torch
from safetensors.torch import save

from medrnn.models import catalog
from medrnn.models.catalog import find_card, is_private
from medrnn.training.adopted import Asked, adopt, new_folder
from medrnn.ui import cached
from medrnn.ui.state import KEY, Session
from tests.models.adopt.strangers import Stranger
from tests.pages.test_address import arrive
from tests.pages.test_pages import loaded, visit


@pytest.fixture(autouse=True)
def _no_cards_of_the_test_before():
    cached.forget_cards()


def packed(kind="LSTM", **look):
    look = {"features": 28, "classes": 2} | look
    return save({name: weight.contiguous() for name, weight in Stranger(kind, **look).state_dict().items()})


def bring(data, session=None, which="weights"):
    at = visit("models", session or loaded())
    at.file_uploader(key=f"adopt__{which}-0").upload("Meier Anna.safetensors", data)
    at.run()
    assert not at.exception
    return at


def pick(at, label):
    (found,) = [
        one for kind in (at.selectbox, at.toggle, at.text_input) for one in kind if one.label == label
    ]
    return found


def make(at):
    next(b for b in at.button if b.label == "Make it a model").click()
    at.run()
    assert not at.exception
    return at


def words(at):
    kinds = (at.markdown, at.caption, at.error, at.code)
    return html.unescape(" ".join(str(one.value) for kind in kinds for one in kind))


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_weights_become_a_model_that_every_page_uses_and_nobody_else_sees(kind):
    at = bring(packed(kind))
    assert f"{kind} 2 x 6, both directions, reads 28 values a step, 2 classes" in words(at)
    pick(at, "Names of the 2 classes").set_value("no, yes")
    at.run()
    make(at)
    assert not at.error
    state = at.session_state[KEY]
    assert is_private(state.model) and state.model in state.held
    card = find_card(catalog.runs_folder() / state.model)
    assert card.classes == ("no", "yes") and card.config.reading.size == (28, 28)
    assert at.query_params["model"] == state.model and "not measured here" in words(at)
    assert "Meier" not in words(at) + (card.folder / "card.json").read_text()
    for page in ("read", "memory", "map"):
        at.switch_page(f"pages/{page}.py").run()
        assert not at.exception and not at.error and at.session_state[KEY].model == card.id
        assert "nothing is known of how often it is right" in words(at)
    assert card.id not in visit("models", loaded()).dataframe[0].value["Model"].tolist()
    with_link = arrive("models", model=card.id)
    assert card.id in with_link.dataframe[0].value["Model"].tolist()


def test_compare_measures_it_where_classes_and_size_are_those_of_a_set(runs):
    original = find_card("pneumonia-rnn-forward")
    data = (original.folder / "model.safetensors").read_bytes()
    card = adopt(data, Asked(original.classes, original.config.reading), new_folder())
    names = [card.id, original.id]
    at = visit("compare", Session(mode="set", data="pneumoniamnist", on_set=names, held={card.id}))
    assert not at.exception and not at.error
    (figures,) = [one.value for one in at.table if "Figure" in one.value]
    row = figures.set_index("Figure").loc["Accuracy"]
    assert row[names[0]] == row[names[1]]
    assert f"{100 * original.metrics['test']['accuracy']:.1f}" in html.unescape(row[names[0]])


def test_it_goes_at_a_press():
    at = make(bring(packed()))
    model = at.session_state[KEY].model
    next(b for b in at.button if b.label == "Delete the model").click()
    at.run()
    assert not at.exception and not at.error
    assert at.session_state[KEY].model != model and not (catalog.runs_folder() / model).exists()
    assert model not in at.dataframe[0].value["Model"].tolist()


def test_columns_colour_and_scale_are_asked_for():
    at = bring(packed(features=48, classes=3))
    pick(at, "In colour").set_value(True)
    at.run()
    options = pick(at, "Order of reading").options
    assert len(options) == 4  # sixteen pixels are a row, a column or a square of four
    pick(at, "Order of reading").set_value(pick(at, "Order of reading").value)
    pick(at, "Values that it learnt from").set_value("signed")
    pick(at, "Rows").set_value(20)
    at.run()
    make(at)
    assert not at.error
    card = find_card(catalog.runs_folder() / at.session_state[KEY].model)
    reading = card.config.reading
    assert (reading.order, reading.size, reading.channels) == ("rows", (20, 16), "rgb")
    assert "less 0.5 and divided by 0.5" in card.preprocessing["scale"]


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"PK\3\4" + bytes(100), "save_file"),
        (b"\x80\2}" + bytes(100), "a pickle"),
        (packed()[:-3], "damaged"),
        (save({"a": torch.zeros(3)}), "torch's names"),
    ],
    ids=["zip", "pickle", "cut", "no network"],
)
def test_what_cannot_be_taken_is_a_sentence_and_the_page_goes_on(data, match):
    at = bring(data)
    assert match in words(at) and len(at.error) == 1
    assert not any(b.label == "Make it a model" for b in at.button)
    assert "Limits" in words(at)


def test_wrong_names_and_a_nonlinearity_that_is_not_run_are_refused_with_the_reason():
    at = bring(packed("RNN"))
    pick(at, "Names of the 2 classes").set_value("a, b, c")
    at.run()
    assert "The head has 2" in words(make(at)) or "the head has 2" in words(at)
    pick(at, "Names of the 2 classes").set_value("a, b")
    pick(at, "Nonlinearity").set_value("relu")
    at.run()
    assert "ReLU cannot be run here" in words(make(at))
    assert at.session_state[KEY].held == set()


def test_a_network_behind_a_stem_is_taken_with_its_card():
    card = find_card("chest-rows")
    data = (card.folder / "model.safetensors").read_bytes()
    at = bring(data)
    assert "Bring its settings too" in words(at)
    at.file_uploader(key="adopt__settings-0").upload("card.json", (card.folder / "card.json").read_bytes())
    at.run()
    assert pick(at, "Names of the 2 classes").value == "normal, pneumonia"
    make(at)
    assert not at.error
    found = find_card(catalog.runs_folder() / at.session_state[KEY].model)
    assert (found.digest, found.classes) == (card.digest, card.classes)
    at = bring(data)
    at.file_uploader(key="adopt__settings-0").upload("x", json.dumps({"config": 3}).encode())
    at.run()
    assert not at.exception and len(at.error) == 1


def test_foreign_names_of_classes_stay_text():
    at = bring(packed())
    pick(at, "Names of the 2 classes").set_value("![x](http://evil.invalid/a), <b>b</b>")
    at.run()
    make(at)
    assert not at.error
    for page in ("models", "read", "memory"):
        at.switch_page(f"pages/{page}.py").run()
        assert not at.exception
        assert not any("![x](" in str(one.value) for kind in (at.markdown, at.caption) for one in kind)


def test_a_session_without_weights_is_asked_nothing():
    at = visit("models", Session())
    assert not at.exception and not any(b.label == "Make it a model" for b in at.button)
