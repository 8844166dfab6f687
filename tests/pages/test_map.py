"""Map: several methods beside each other, what the picture is sent, what is said of each map, what a link keeps."""

import json
import re
from html import unescape

import numpy as np
import pytest
import torch

import medrnn
from medrnn.config import ReadingConfig
from medrnn.datasets import load_dataset
from medrnn.explanation.beyond.counterfactual import find_counterfactual
from medrnn.explanation.beyond.nearest import build_gallery, nearest_of_another, sequence_of
from medrnn.explanation.evidence.words import headline
from medrnn.imaging.samples import read_sample
from medrnn.models.catalog import list_cards
from medrnn.sequences import lines
from medrnn.ui.attribution.evidence import say_time
from medrnn.ui.attribution.proofs import MOST, Proofs
from medrnn.ui.attribution.sheet import steps_of
from medrnn.ui.state import KEY
from tests.pages.test_address import arrive
from tests.pages.test_pages import CHEST, LSTM, components, loaded, visit


def sent(at):
    """What the picture of maps got."""
    (shown,) = components(at, "medrnn_maps")
    return json.loads(shown.proto.json)


def test_every_method_has_its_map_and_the_sentence_of_its_completeness():
    chosen = ["integrated-gradients", "saliency", "row-occlusion"]
    at = visit("map", loaded(maps=chosen))
    assert not at.exception
    told = sent(at)
    assert [one["signed"] for one in told["maps"]] == [True, False, True]
    assert told["maps"][0]["ends"] == ["against pneumonia", "for pneumonia", "sensitive, pneumonia"]
    assert told["axis"] == "rows" and told["steps"] == 28 and not told["backward"]
    found = medrnn.explain(medrnn.load(LSTM), medrnn.read(read_sample(CHEST), LSTM).sequence)
    error = f"{100 * found.completeness_error:.2f} %"
    said = [one.value for one in at.markdown]
    assert sum(f"Left unexplained: {error}" in text for text in said) == 1
    assert sum("Left unexplained" in text for text in said) == 1  # others promise no sum


def test_what_is_said_of_a_map_names_its_strongest_place():
    found = medrnn.explain(
        medrnn.load(LSTM), medrnn.read(read_sample(CHEST), LSTM).sequence, method="saliency"
    )
    row, column = np.argwhere(found.values == found.values.max())[0] + 1
    alt = sent(visit("map", loaded(maps=["saliency"])))["maps"][0]["alt"]
    assert f"strongest in row {row}, column {column} of 28 by 28" in alt


def test_the_last_method_stays_and_a_fifth_finds_no_place():
    at = visit("map", loaded())
    at.multiselect(key="map__methods").set_value([]).run()
    assert at.session_state[KEY].maps == ["integrated-gradients"] and len(sent(at)["maps"]) == 1


def test_a_link_brings_several_methods_and_keeps_them():
    at = arrive("map", sample=CHEST, model=LSTM, methods="saliency,row-occlusion")
    assert at.session_state[KEY].maps == ["saliency", "row-occlusion"]
    assert at.query_params["methods"] == "saliency,row-occlusion"


@pytest.mark.parametrize("asked", ["saliency,saliency", "saliency,none", ",", "a,b,c,d,e"])
def test_methods_that_cannot_stand_beside_each_other_are_left_out_with_a_word(asked):
    at = arrive("map", sample=CHEST, model=LSTM, methods=asked)
    assert not at.exception and at.session_state[KEY].maps == ["integrated-gradients"]
    assert any("no methods that can stand beside each other" in one.value for one in at.info)


@pytest.mark.parametrize(
    "reading",
    [
        ReadingConfig(),
        ReadingConfig("rows", "reverse"),
        ReadingConfig("columns"),
        ReadingConfig("snake"),
        ReadingConfig(size=(16, 16), order="raster", channels="rgb"),
    ],
    ids=lambda reading: reading.title,
)
def test_every_cell_knows_at_which_step_it_is_read(reading):
    found = steps_of(reading)
    assert found.shape == reading.size
    for step in range(reading.steps):
        marked = (found == step).astype(np.float32)
        if reading.is_colour:
            marked = np.repeat(marked[..., None], 3, -1)
        read = lines(marked, reading)
        assert read[step].all() and read.sum() == reading.features


def test_a_network_that_reads_all_at_once_has_no_steps_beside_its_map():
    at = visit("map", loaded("chest-film-viral-1", model="chest-cnn"))
    assert not at.exception and sent(at)["axis"] == ""


def test_a_baseline_stands_below_the_image_with_what_the_model_makes_of_it():
    told = sent(visit("map", loaded(maps=["integrated-gradients"], baseline="black", target="pneumonia")))
    with torch.no_grad():
        share = medrnn.load(LSTM)(torch.zeros(1, 28, 28)).softmax(-1)[0, 1]
    assert (
        told["compared"] == f"Compared with: all black. Of it the model says pneumonia {100 * share:.1f} %."
    )
    assert sent(visit("map", loaded(maps=["saliency"])))["compared"] is None


def test_the_answer_after_a_step_has_maps_of_its_own_and_no_tests():
    at = arrive("map", sample=CHEST, model=LSTM, method="saliency", step="9")
    assert at.session_state[KEY].map_step == 8 and at.query_params["step"] == "9"
    assert sent(at)["title"].endswith("class pneumonia, after step 9.")
    assert any(one.value.startswith("The maps explain the answer after step 9: ") for one in at.markdown)
    assert not [one for one in at.button if one.label == "Test this map"]


@pytest.mark.parametrize("model, shown", [("chest-cnn", True), (LSTM, False)])
def test_only_methods_that_are_right_for_the_network_are_offered(model, shown):
    sample = "chest-film-viral-1" if shown else CHEST
    at = visit("map", loaded(sample, model=model))
    titles = at.multiselect(key="map__methods").options
    assert ("Grad-CAM" in titles) is shown
    assert not {"DeepLift"} & set(titles)


def test_one_press_tests_a_map_and_says_what_came_of_it():
    at = visit("map", loaded(maps=["saliency"]))
    assert [one.value for one in at.caption if re.fullmatch(r"Takes about [\w ]+ here\.", one.value)]
    next(one for one in at.button if one.label == "Test this map").click()
    at.run(timeout=180)
    assert not at.exception and not at.error
    (found,) = at.session_state[KEY].proofs.found.values()
    assert any(f"**{headline(found.verdicts)}**" in one.value for one in at.markdown)
    (table,) = [one.value for one in at.table]
    numbers = dict(zip(table["Test"], map(unescape, table["Number"]), strict=True))
    assert len(numbers) == len(found.verdicts)
    assert numbers["All weights drawn anew"].startswith(f"{found.randomisation.whole:.3g}; warning from 0.2")
    assert numbers["Deletion"].startswith(f"{found.deletion.beaten:.3g}; warning below")
    assert not at.get("progress")  # what is done is no longer under way


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.3, "a second or two"),
        (3.4, "3 seconds"),
        (17.6, "20 seconds"),
        (89, "90 seconds"),
        (95, "2 minutes"),
        (400, "7 minutes"),
    ],
)
def test_an_estimated_time_has_few_digits(seconds, said):
    assert say_time(seconds) == said


def test_work_that_is_cancelled_leaves_nothing():
    kept = Proofs()
    kept.want("this")
    kept.cancel()
    assert kept.wanted is None and not kept.found
    for number in range(2 * MOST):
        kept.keep(number, None)
    assert list(kept.found) == list(range(MOST, 2 * MOST))


@pytest.fixture
def opened():
    def at(fold, **choices):
        at = visit("map", loaded(maps=["saliency"], **choices))
        at.session_state[f"map__{fold}"] = True
        return at.run(timeout=120)

    return at


def test_few_rows_that_turn_the_answer_are_named_and_do_turn_it(opened):
    at = opened("turn", towards="case")
    assert not at.exception
    said = next(one.value for one in at.markdown if "the network would say" in one.value)
    model, card = medrnn.load(LSTM), list_cards()[LSTM]
    reading, gallery = (
        medrnn.read(read_sample(CHEST), LSTM),
        build_gallery(model, card, load_dataset("pneumoniamnist")),
    )
    other = sequence_of(gallery, nearest_of_another(model, card, reading, gallery), card.config.reading)
    found = find_counterfactual(model, card, reading, towards=other)
    count = int(re.search(r"\*\*(\d+) of 28 rows\*\*", said).group(1))
    assert count == len(found.steps)
    with torch.no_grad():
        changed = np.array(reading.sequence)
        changed[found.steps] = other[found.steps]
        share = model(torch.from_numpy(changed)[None]).softmax(-1)[0, 0]
    assert f"**normal {100 * share:.1f} %**" in said and share > 0.5


def test_images_that_are_alike_are_the_nearest_of_all_training_images(opened):
    at = opened("alike")
    assert not at.exception
    shown = [one.proto.body for one in at.get("html") if "training " in one.proto.body]
    rows = [int(re.search(r"training (\d+):", body).group(1)) - 1 for body in shown]
    assert len(rows) == 10
    train = load_dataset("pneumoniamnist").train
    own = medrnn.read(read_sample(CHEST), LSTM).grid
    distances = np.linalg.norm(train.images.reshape(len(train), -1) / 255.0 - own.reshape(-1), axis=1)
    assert rows[5:] == np.argsort(distances)[:5].tolist()
